import { expect, test } from 'vitest';

import type { Spread, TimedTask } from '../../wire';
import { lineOf, pointsOf, slower, sorted } from './chart';

function task(task_id: string, more: Partial<Spread>): TimedTask {
  const spread = { median: null, p95: null, longest: null, trend: null, successes: 0, failures: 0 };
  const about = { ...spread, ...more };
  return { task_id, display_name: '', mapped: false, spread: about, seconds: [], failed: [] };
}

const TASKS = [
  task('b', { median: 2, p95: 9, failures: 0 }),
  task('a', { median: 5, p95: 6, failures: 1 }),
  task('c', { failures: 4 })
];

test('tasks are sorted by what one looks for; what is unknown comes last', () => {
  const names = (order: Parameters<typeof sorted>[1]): string =>
    sorted(TASKS, order)
      .map(one => one.task_id)
      .join('');
  expect([names('median'), names('p95'), names('failures'), names('name')]).toEqual([
    'abc',
    'bac',
    'cab',
    'abc'
  ]);
});

test('a line goes from what is known to what is known next', () => {
  const points = pointsOf([0, null, 4, 2], 30, 20);
  expect(points).toEqual([{ x: 0, y: 20 }, null, { x: 20, y: 0 }, { x: 30, y: 10 }]);
  expect(lineOf(points)).toBe('M0.0 20.0L20.0 0.0L30.0 10.0');
  expect(lineOf(pointsOf([null], 30, 20))).toBe('');
});

test('a trend is told in percent', () => {
  expect([slower(1.238), slower(0.5), slower(null)]).toEqual([24, -50, null]);
});
