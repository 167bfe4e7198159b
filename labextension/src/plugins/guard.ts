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
    caption: args => why() ?? (typeof caption === 'function' ? caption(args) : (caption ?? '')),
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
