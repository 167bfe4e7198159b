import { describe, expect, test } from 'vitest';

import { anInstance, aRunDetail, aTask, at, T0 } from '../../testing/builders';
import type { GroupView, TaskInstanceView, TryBar } from '../../wire';
import { ganttOf, marksOf } from './bars';
import { rowsOf } from './rows';

const START = Date.parse(T0);

function aTryBar(tryNumber: number, from: number, to: number): TryBar {
  return {
    task_id: 'a',
    map_index: -1,
    try_number: tryNumber,
    state: 'failed',
    queued_at: at(from - 1),
    started_at: at(from),
    ended_at: at(to),
    worker: 'w'
  };
}

function aGroup(id: string, parent: string | null): GroupView {
  return { group_id: id, parent, label: '', tooltip: '', tasks: [] };
}

describe('bars', () => {
  test('tell waiting from running, and run on to now', () => {
    const a = anInstance('a', 'success', {
      try_number: 1,
      queued_at: at(0),
      started_at: at(2),
      ended_at: at(5)
    });
    const b = anInstance('b', 'running', { try_number: 1, queued_at: at(5), started_at: at(6) });
    const run = aRunDetail([b, a], { tasks: [aTask('b'), aTask('a')] });
    const { tasks, from, to } = ganttOf(run, [], START + 9000);
    const rows = rowsOf(tasks, [], new Set());
    expect(rows.map(row => row.taskId)).toEqual(['a', 'b']);
    expect(rows[0]?.bars[0]).toMatchObject({ queued: START, from: START + 2000, to: START + 5000 });
    expect(rows[1]?.bars[0]).toMatchObject({ from: START + 6000, to: START + 9000 });
    expect([from, to]).toEqual([START, START + 9000]);
  });

  test('of earlier tries stand before the newest one, which is that of the live instance', () => {
    const a = anInstance('a', 'success', {
      try_number: 2,
      queued_at: at(10),
      started_at: at(11),
      ended_at: at(15)
    });
    const run = aRunDetail([a], { tasks: [aTask('a')] });
    const { tasks: rows } = ganttOf(run, [aTryBar(1, 1, 4), aTryBar(2, 11, 15)], START);
    expect(rows[0]?.bars.map(bar => [bar.tryNumber, bar.state])).toEqual([
      [1, 'failed'],
      [2, 'success']
    ]);
  });

  test('of a mapped task are one, with counts', () => {
    const run = aRunDetail([], { tasks: [aTask('a')] });
    const mapped = {
      a: { counts: { success: 9, failed: 1 }, started_at: at(1), ended_at: at(8), listed: false }
    };
    const { tasks: rows } = ganttOf({ ...run, mapped }, [], START + 60_000);
    expect(rows[0]).toMatchObject({ state: 'failed', counts: { success: 9, failed: 1 } });
    expect(rows[0]?.bars[0]).toMatchObject({ from: START + 1000, to: START + 8000 });
  });
});

test('marks of the axis are round and far enough from each other', () => {
  expect(marksOf(10_000, 800)).toEqual([
    0, 1000, 2000, 3000, 4000, 5000, 6000, 7000, 8000, 9000, 10_000
  ]);
  expect(marksOf(500_000, 400)).toEqual([0, 120_000, 240_000, 360_000, 480_000]);
});

describe('rows', () => {
  const bars = (from: number, to: number, state = 'success'): Partial<TaskInstanceView> => ({
    state,
    try_number: 1,
    queued_at: at(from),
    started_at: at(from),
    ended_at: at(to)
  });
  const inside = [
    aTask('load.deep.b', [], { group: 'load.deep' }),
    aTask('load.a', [], { group: 'load' }),
    aTask('first')
  ];
  const instances = [
    anInstance('load.deep.b', 'failed', bars(6, 9, 'failed')),
    anInstance('load.a', 'success', bars(3, 5)),
    anInstance('first', 'success', bars(0, 2))
  ];
  const groups = [aGroup('load', null), aGroup('load.deep', 'load')];
  const { tasks } = ganttOf(aRunDetail(instances, { tasks: inside }), [], START + 9000);

  test('of a group stand under it, what began first first, without its name', () => {
    const rows = rowsOf(tasks, groups, new Set());
    expect(rows.map(row => [row.kind, row.name, row.depth])).toEqual([
      ['task', 'first', 0],
      ['group', 'load', 0],
      ['task', 'a', 1],
      ['group', 'deep', 1],
      ['task', 'b', 2]
    ]);
  });

  test('of a closed group are one, from the first of its tasks to the last, with the worst state', () => {
    const rows = rowsOf(tasks, groups, new Set(['load']));
    expect(rows).toHaveLength(2);
    expect(rows[1]).toMatchObject({
      kind: 'group',
      isOpen: false,
      size: 2,
      state: 'failed',
      bars: [{ from: START + 3000, to: START + 9000 }]
    });
  });
});
