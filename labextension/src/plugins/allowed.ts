/** Commands that a person may not carry out are disabled, and say why when something runs them all the same. */
import { showErrorMessage } from '@jupyterlab/apputils';
import type { CommandRegistry } from '@lumino/commands';

import { whyNot, type Action, type Resource } from '../live/permissions';
import type { INbflowModel } from '../tokens';

type Options = CommandRegistry.ICommandOptions;

/** The command, for those who may do this to that. */
export function allowed(
  model: INbflowModel,
  resource: Resource,
  action: Action,
  options: Options
): Options {
  const why = (): string | null => whyNot(model.me.value, resource, action, model.texts);
  const { isEnabled, execute, caption } = options;
  const captionOf = (args: Parameters<typeof execute>[0]): string =>
    typeof caption === 'function' ? caption(args) : (caption ?? '');
  return {
    ...options,
    caption: args => why() ?? captionOf(args),
    isEnabled: args => why() === null && (isEnabled?.(args) ?? true),
    execute: async args => {
      const reason = why();
      if (reason !== null) {
        await showErrorMessage(model.texts.__('Not allowed'), reason);
        return undefined;
      }
      return (await execute(args)) as unknown;
    }
  };
}
