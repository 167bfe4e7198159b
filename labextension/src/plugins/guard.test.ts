import { CommandRegistry } from '@lumino/commands';
import { describe, expect, test, vi } from 'vitest';

import { whyNot } from '../live/permissions';
import { PLAIN } from '../text';
import type { Me } from '../wire';
import { guarded } from './guard';

const READER: Me = { name: 'ann', allowed: { runs: ['read'] } };
const RUNNER: Me = { name: 'ben', allowed: { runs: ['read', 'execute'] } };

describe('a command', () => {
  test('is disabled for who may not, and says why when something runs it', async () => {
    const execute = vi.fn();
    const told: string[] = [];
    const commands = new CommandRegistry();
    commands.addCommand(
      'go',
      guarded(
        { caption: 'Go', execute },
        () => whyNot(READER, 'trigger', PLAIN),
        reason => Promise.resolve(void told.push(reason))
      )
    );

    expect(commands.isEnabled('go')).toBe(false);
    expect(commands.caption('go')).toMatch(/^Go\. You may look, .* grant it to ann\.$/);
    await commands.execute('go');
    expect(execute).not.toHaveBeenCalled();
    expect(told).toEqual([whyNot(READER, 'trigger', PLAIN)]);
  });

  test.each([null, RUNNER])('does what it is for where nothing speaks against it', async me => {
    const execute = vi.fn();
    const commands = new CommandRegistry();
    const why = (): string | null => whyNot(me, 'trigger', PLAIN);
    commands.addCommand(
      'go',
      guarded({ caption: 'Go', execute }, why, () => Promise.resolve())
    );

    expect(commands.isEnabled('go')).toBe(true);
    await commands.execute('go');
    expect(execute).toHaveBeenCalledOnce();
  });
});
