import { expect, test } from 'vitest';

import { askedOf, queryFor, withQuery } from './places';
import { CommandIds } from './tokens';

const RUN = 'manual__2026-03-04T05:00:00+00:00';

test('the address of the page can ask for the panel, a DAG, a run of it or a task', () => {
  expect(askedOf('?token=1&nbflow=open')).toEqual({ command: CommandIds.openPanel, args: {} });
  const dag = (search: string): unknown => {
    const asked = askedOf(search);
    expect(asked?.command).toBe(CommandIds.openDag);
    return asked?.args;
  };
  expect(dag('?nbflow=sales')).toEqual({ dag_id: 'sales' });
  expect(dag(`?nbflow=daily%20sales/${encodeURIComponent(RUN)}/load&x=1`)).toEqual({
    dag_id: 'daily sales',
    run_id: RUN,
    task_id: 'load'
  });
  expect(dag('?nbflow=a+b/50%')).toEqual({ dag_id: 'a+b', run_id: '50%' });
  expect(askedOf('?nbflow=')).toBeNull();
  expect(askedOf('?nbflow=~nowhere')).toBeNull();
  expect(askedOf('?reset')).toBeNull();
});

test.each([
  [CommandIds.openDag, { dag_id: 'a/b', run_id: RUN, view: 'grid' }],
  [CommandIds.openDag, { dag_id: 'sales', run_id: RUN, is_new: true }],
  [CommandIds.openDag, { dag_id: 'sales', task_id: 'load', map_index: 0 }],
  [CommandIds.openHome, {}],
  [CommandIds.openHome, { filters: 'tag=a&state=failed' }],
  [CommandIds.openAdmin, { asset: 'orders' }],
  [CommandIds.openCluster, { tab: 'plots' }],
  [CommandIds.openDashboard, {}],
  [CommandIds.openNotebook, { dag_id: 'd', run_id: RUN, task_id: 't', map_index: 3, try: 2 }],
  [CommandIds.openNotebook, { dag_id: 'd', run_id: RUN }],
  [CommandIds.compare, { dag_id: 'd', run_id: RUN, other: 'before' }],
  [CommandIds.scheduleNotebook, {}]
])('%s %o is asked for by its own address', (command, args) => {
  const asked = askedOf(`?token=1&${queryFor(command, args) ?? ''}`);
  expect(asked?.command).toBe(command);
  expect(asked?.args).toEqual(args);
});

test('what asks the person is asked for once', () => {
  expect(askedOf('?nbflow=~schedule')?.once).toBe(true);
  expect(askedOf('?nbflow=~preview')?.once).toBeUndefined();
});

test('nothing that changes anything has an address', () => {
  for (const command of [CommandIds.trigger, CommandIds.cancel, CommandIds.runNotebook]) {
    expect(queryFor(command, { dag_id: 'sales' })).toBeNull();
  }
});

test('a task that is not mapped needs no map index', () => {
  const args = { dag_id: 'sales', task_id: 'load', map_index: -1 };
  expect(queryFor(CommandIds.openDag, args)).toBe('nbflow=sales//load');
});

test('an address keeps what is not ours', () => {
  expect(withQuery('?token=1&nbflow=a/b&nbflow-view=grid', 'nbflow=~home')).toBe(
    '?token=1&nbflow=~home'
  );
  expect(withQuery('?nbflow=a', null)).toBe('');
});
