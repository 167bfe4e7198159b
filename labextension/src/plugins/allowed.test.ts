import { showErrorMessage } from '@jupyterlab/apputils';
import { CommandRegistry } from '@lumino/commands';
import { describe, expect, test, vi } from 'vitest';

import plugins from '../index';
import { Store } from '../live/store';
import { PLAIN } from '../text';
import type { INbflowModel } from '../tokens';
import type { Me } from '../wire';
import { allowed } from './allowed';

vi.mock('@jupyterlab/apputils', async original => ({
  ...(await original<object>()),
  showErrorMessage: vi.fn(() => Promise.resolve())
}));

function aCommand(me: Me | null): { commands: CommandRegistry; ran: () => number } {
  const execute = vi.fn();
  const model = { me: new Store(me), texts: PLAIN } as unknown as INbflowModel;
  const commands = new CommandRegistry();
  commands.addCommand('go', allowed(model, 'runs', 'execute', { caption: 'Go', execute }));
  return { commands, ran: () => execute.mock.calls.length };
}

describe('a command', () => {
  test('is disabled for who may not, and says why when something runs it', async () => {
    const { commands, ran } = aCommand({ name: 'ann', allowed: { runs: ['read'] } });

    expect(commands.isEnabled('go')).toBe(false);
    expect(commands.caption('go')).toContain('grant it to ann');
    await commands.execute('go');
    expect(ran()).toBe(0);
    expect(showErrorMessage).toHaveBeenCalledWith('Not allowed', expect.stringContaining('ann'));
  });

  test.each([null, { name: 'ann', allowed: { runs: ['read', 'execute'] } }])(
    'does what it is for where nothing speaks against it',
    async me => {
      const { commands, ran } = aCommand(me);

      expect(commands.isEnabled('go')).toBe(true);
      await commands.execute('go');
      expect(ran()).toBe(1);
    }
  );
});

test('no plugin requires what only JupyterLab has, so that Notebook 7 loads them all', () => {
  const required = plugins.flatMap(plugin => plugin.requires ?? []).map(token => token.name);

  expect([...new Set(required)].filter(name => !name.startsWith('nbflow-'))).toEqual([]);
});
