/** Looking through the instances of a mapped task. */
import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import * as React from 'react';
import { describe, expect, test } from 'vitest';

import { InstancesStore } from '../live/instances';
import { anInstance } from '../testing/builders';
import type { TaskInstancePage, TaskInstanceView } from '../wire';
import type { InstancesAsked } from '../client';
import { InstanceChooser, InstanceList } from './InstanceChooser';

const TASK = { dagId: 'sales', runId: 'r1', taskId: 'm' };
const MANY = Array.from({ length: 250 }, (_, index) =>
  anInstance('m', index === 7 ? 'failed' : 'success', { map_index: index })
);

/** A server that has these instances. */
function server(all: readonly TaskInstanceView[]): {
  asked: InstancesAsked[];
  store: InstancesStore;
} {
  const asked: InstancesAsked[] = [];
  const instances = (_: unknown, query: InstancesAsked): Promise<TaskInstancePage> => {
    asked.push(query);
    const { state = null, search = '', after = -2, limit = 100 } = query;
    const fit = all.filter(
      one =>
        one.map_index > after &&
        (state === null || one.state === state) &&
        (search === '' || String(one.map_index) === search)
    );
    const page = fit.slice(0, limit);
    const next = page.length === limit ? (page.at(-1)?.map_index ?? null) : null;
    return Promise.resolve({ instances: page, counts: { success: 249, failed: 1 }, next });
  };
  return {
    asked,
    store: new InstancesStore({ instances }, { onChanges: () => () => undefined }, TASK)
  };
}

describe('the instances of a mapped task', () => {
  test('come page by page', async () => {
    const { store } = server(MANY);
    store.open();
    await Promise.resolve();
    await Promise.resolve();
    expect(store.value.instances).toHaveLength(100);
    expect(store.value.hasMore).toBe(true);

    await store.more();
    await store.more();
    expect(store.value.instances).toHaveLength(250);
    expect(store.value.hasMore).toBe(false);
  });

  test('can be narrowed to a state, and to an index', async () => {
    const { store } = server(MANY);
    await store.narrow({ state: 'failed' });
    expect(store.value.instances?.map(one => one.map_index)).toEqual([7]);

    await store.narrow({ state: null, search: '42' });
    expect(store.value.instances?.map(one => one.map_index)).toEqual([42]);
  });

  test('are looked through with the keyboard, and one is chosen', async () => {
    const { store } = server(MANY.slice(0, 3));
    await store.narrow({});
    const chosen: number[] = [];
    render(
      <InstanceChooser mapIndex={1} total={3} name="Paris">
        {close => (
          <InstanceList
            state={store.value}
            mapIndex={1}
            onNarrow={() => undefined}
            onMore={() => undefined}
            onChoose={index => {
              chosen.push(index);
              close();
            }}
          />
        )}
      </InstanceChooser>
    );
    const button = screen.getByRole('button', { name: 'Instance 1 of 3: choose another' });

    await userEvent.click(button);
    expect(screen.getByRole('option', { selected: true }).textContent).toContain('[1]');
    screen.getByRole('option', { selected: true }).focus();
    await userEvent.keyboard('{ArrowDown}{Enter}');
    expect(chosen).toEqual([2]);
    expect(screen.queryByRole('listbox')).toBeNull();

    await userEvent.click(button);
    await userEvent.keyboard('{Escape}');
    expect(screen.queryByRole('dialog')).toBeNull();
    expect(document.activeElement).toBe(button);
  });
});
