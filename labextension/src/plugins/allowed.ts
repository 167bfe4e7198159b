/** Adding commands: each for those whom the server would let carry it out. */
import { showErrorMessage } from '@jupyterlab/apputils';
import type { CommandRegistry } from '@lumino/commands';

import { whyNot, type CommandName } from '../live/permissions';
import { CommandIds, type INbflowModel } from '../tokens';
import { guarded } from './guard';

type Options = CommandRegistry.ICommandOptions;

const NAMES = new Map(
  Object.entries(CommandIds).map(([name, id]): [string, CommandName] => [id, name as CommandName])
);

/** Add commands by their ids; those that this person may not carry out are disabled, with the reason. */
export function addCommands(
  commands: CommandRegistry,
  model: INbflowModel,
  options: Readonly<Record<string, Options>>
): void {
  for (const [id, one] of Object.entries(options)) {
    commands.addCommand(id, allowed(model, id, one));
  }
}

function allowed({ texts, me }: INbflowModel, id: string, options: Options): Options {
  const name = NAMES.get(id);
  if (name === undefined) {
    throw new Error(
      `The command ${id} stands in no list: add it to CommandIds, and what it needs.`
    );
  }
  return guarded(
    options,
    () => whyNot(me.value, name, texts),
    reason => showErrorMessage(texts.__('Not allowed'), reason)
  );
}
