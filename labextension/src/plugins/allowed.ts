/** Commands for those whom the server would let carry them out. */
import { showErrorMessage } from '@jupyterlab/apputils';
import type { CommandRegistry } from '@lumino/commands';

import { whyNot, type Action, type Resource } from '../live/permissions';
import type { INbflowModel } from '../tokens';
import { guarded } from './guard';

/** The command, disabled with the reason for who may not do this to that. */
export function allowed(
  model: INbflowModel,
  resource: Resource,
  action: Action,
  options: CommandRegistry.ICommandOptions
): CommandRegistry.ICommandOptions {
  const { texts, me } = model;
  return guarded(
    options,
    () => whyNot(me.value, resource, action, texts),
    reason => showErrorMessage(texts.__('Not allowed'), reason)
  );
}
