/** A command that is disabled while there is a reason, and tells it when something runs it all the same. */
import type { CommandRegistry } from '@lumino/commands';

type Options = CommandRegistry.ICommandOptions;

export function guarded(
  options: Options,
  why: () => string | null,
  tell: (reason: string) => Promise<void>
): Options {
  const { isEnabled, execute, caption } = options;
  return {
    ...options,
    // It is also the name of a button without a label: what it would do comes first.
    caption: args => {
      const usual = typeof caption === 'function' ? caption(args) : (caption ?? '');
      return [usual, why() ?? ''].filter(part => part !== '').join('. ');
    },
    isEnabled: args => why() === null && (isEnabled?.(args) ?? true),
    execute: async args => {
      const reason = why();
      if (reason !== null) {
        await tell(reason);
        return undefined;
      }
      return (await execute(args)) as unknown;
    }
  };
}
