import { describe, expect, test, vi } from 'vitest';

import type { Feed } from '../feed';
import { foldGrid, gridOf, joined, type Grid } from '../fold/grid';
import { aChange, aTaskChange, T0 } from '../testing/builders';
import type { ChangeView, GridRun, GridTask, GridView } from '../wire';
import { GridStore } from './grid';

const STATES = ['failed', 'running', 'queued', 'none', 'success'];

function task(task_id: string): GridTask {
  return { task_id, group: null, display_name: '', mapped: false, gone: false };
}

function run(run_id: string, codes: number[], more: Partial<GridRun> = {}): GridRun {
  return {
    run_id,
    state: 'running',
    run_type: 'manual',
    logical_date: T0,
    created_at: T0,
    started_at: T0,
    ended_at: null,
    version: 1,
    note: '',
    codes,
    mapped: {},
    ...more
  };
}

function page(runs: GridRun[], names = ['a', 'b'], next: string | null = null): GridView {
  return { tasks: names.map(task), groups: [], states: STATES, runs, next, cursor: 10 };
}

function words(grid: Grid, place = 0): (string | undefined)[] {
  return (grid.columns[place]?.codes ?? []).map(code => grid.states[code]);
}

function fold(grid: Grid, ...changes: ChangeView[]): Grid {
  return foldGrid(grid, 'sales', changes);
}

describe('changes', () => {
  const before = gridOf(page([run('new', [3, 3]), run('old', [4, 4])]));

  test('of a task change its square, and leave the other columns as they are', () => {
    const after = fold(before, aTaskChange('a', 'running', { cursor: 11, run_id: 'new' }));
    expect(words(after)).toEqual(['running', 'none']);
    expect(after.columns[1]).toBe(before.columns[1]);
  });

  test('that are in the column already are passed over', () => {
    const after = fold(before, aTaskChange('a', 'running', { cursor: 10, run_id: 'new' }));
    expect(words(after)).toEqual(['none', 'none']);
  });

  test('of a mapped task are counted, and the most urgent state is shown', () => {
    const expanded = aChange('mapped', {
      cursor: 11,
      run_id: 'new',
      task_id: 'a',
      data: { first: 0, length: 3, instead: true }
    });
    const started = aTaskChange('a', 'running', { cursor: 12, run_id: 'new', map_index: 1 });
    const after = fold(before, expanded, { ...started, data: { before: 'none' } });
    expect(after.columns[0]?.mapped).toEqual({ a: { none: 2, running: 1 } });
    expect(words(after)).toEqual(['running', 'none']);
  });

  test('of a run change its head, and a run that is deleted goes', () => {
    const ended = aChange('run', { cursor: 11, run_id: 'new', state: 'success' });
    const deleted = aChange('run_deleted', { cursor: 12, run_id: 'old' });
    const after = fold(before, ended, deleted);
    expect(after.columns.map(one => [one.run_id, one.state])).toEqual([['new', 'success']]);
    expect(after.columns[0]?.ended_at).toBe(ended.at);
  });
});

test('older runs keep the tasks that newer ones do not have', () => {
  const newer = gridOf(page([run('new', [4, 0])], ['a', 'b']));
  const older = gridOf(page([run('old', [1, 4]), run('new', [3, 3])], ['z', 'a']));
  const both = joined(newer, older);
  expect(both.tasks.map(one => [one.task_id, one.gone])).toEqual([
    ['a', false],
    ['b', false],
    ['z', true]
  ]);
  expect(both.columns.map(one => [one.run_id, one.codes])).toEqual([
    ['new', [4, 0, -1]],
    ['old', [4, -1, 1]]
  ]);
});

test('what happens while a page is on its way is not lost', async () => {
  let tell: (changes: readonly ChangeView[]) => void = () => undefined;
  const feed = {
    onChanges: (listener: typeof tell) => {
      tell = listener;
      return () => undefined;
    },
    onState: () => () => undefined,
    start: vi.fn()
  } as unknown as Feed;
  const answers = [page([run('new', [3, 3])], ['a', 'b'], '7'), page([run('old', [4, 4])])];
  const request = vi.fn(() => {
    tell([aTaskChange('a', 'running', { cursor: 11, run_id: 'new' })]);
    return Promise.resolve(answers.shift());
  });
  const store = new GridStore({ request } as never, feed, 'sales');
  store.open();

  await store.show({ states: ['failed'], type: '', since: '', until: '', search: '' });
  await store.loadOlder();

  const { grid, older } = store.value;
  expect(grid?.columns.map(one => one.run_id)).toEqual(['new', 'old']);
  expect(grid === null ? [] : words(grid)).toEqual(['running', 'none']);
  expect(older).toBeNull();
  expect(request.mock.calls.flat()).toEqual([
    'nbflow/api/v1/dags/sales/grid?state=failed&limit=50',
    'nbflow/api/v1/dags/sales/grid?state=failed&before=7&limit=50'
  ]);
});
