import { describe, expect, test } from 'vitest';

import { anInstance, aRunDetail, aTask, at, T0 } from '../../testing/builders';
import type { TryBar } from '../../wire';
import { ganttOf, marksOf } from './bars';

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
    const { rows, from, to } = ganttOf(run, [], START + 9000);
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
    const { rows } = ganttOf(run, [aTryBar(1, 1, 4), aTryBar(2, 11, 15)], START);
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
    const { rows } = ganttOf({ ...run, mapped }, [], START + 60_000);
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
