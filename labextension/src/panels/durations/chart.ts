/** How durations become a drawing: a line through what is known, and the order of tasks. Pure. */
import type { TimedTask } from '../../wire';

export type Order = 'median' | 'p95' | 'trend' | 'failures' | 'name';

/** The tasks in this order: numbers from the largest on, names from A on; what is unknown comes last. */
export function sorted(tasks: readonly TimedTask[], order: Order): TimedTask[] {
  if (order === 'name') {
    return [...tasks].sort((a, b) => a.task_id.localeCompare(b.task_id));
  }
  const value = ({ spread }: TimedTask): number =>
    (order === 'failures' ? spread.failures : spread[order]) ?? -1;
  return [...tasks].sort((a, b) => value(b) - value(a));
}

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** Where the values stand in a box: places from left to right, zero at the bottom, the largest on top. */
export function pointsOf(
  values: readonly (number | null)[],
  width: number,
  height: number
): (Point | null)[] {
  const most = Math.max(0, ...values.map(value => value ?? 0)) || 1;
  const apart = values.length > 1 ? width / (values.length - 1) : 0;
  return values.map((value, n) =>
    value === null ? null : { x: n * apart, y: height - (value / most) * height }
  );
}

/** A line through the points; where one is missing, it goes straight on to the next. */
export function lineOf(points: readonly (Point | null)[]): string {
  const known = points.filter(point => point !== null);
  return known.map(({ x, y }, n) => `${n ? 'L' : 'M'}${x.toFixed(1)} ${y.toFixed(1)}`).join('');
}

/** By how much something has become slower, in whole percent; null where nothing is known. */
export function slower(trend: number | null): number | null {
  return trend === null ? null : Math.round((trend - 1) * 100);
}
