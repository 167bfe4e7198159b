/**
 * Mapped tasks as a whole: how many of their instances are in which state. Those of tasks with very many are not
 * listed in a run, only counted, and the counts follow the changes. Pure.
 */
import { isFinished } from './states';
import type { ChangeView, MappedView, TaskInstanceView } from './wire';

/** Of tasks with more instances only the counts are kept; the page asks the server for the same. */
export const MOST_LISTED = 100;

export type Mapped = Readonly<Record<string, MappedView>>;

/** How many instances it has. */
export function totalOf({ counts }: Pick<MappedView, 'counts'>): number {
  return Object.values(counts).reduce((sum, one) => sum + one, 0);
}

/** The mapped tasks whose instances are only counted. */
export function countedTasks(mapped: Mapped): Map<string, MappedView> {
  return new Map(Object.entries(mapped).filter(([, one]) => !one.listed));
}

/** How many instances a change brings into being; null where it brings none. */
export function lengthOf({ kind, data }: ChangeView): number | null {
  const { first, length } = data;
  return kind === 'mapped' && typeof length === 'number' && typeof first === 'number' && first >= 0
    ? length
    : null;
}

/** A task that has got so many instances that they are only counted. */
export function newlyCounted(length: number): MappedView {
  return { counts: { none: length }, started_at: null, ended_at: null, listed: false };
}

/** The task after it has got this many more. */
export function extended(task: MappedView, length: number): MappedView {
  return { ...task, counts: moved(task.counts, null, 'none', length) };
}

/** The task after one of its instances has reached a state. */
export function counted(task: MappedView, change: ChangeView, state: string): MappedView {
  const { before } = change.data;
  const next = {
    ...task,
    counts: moved(task.counts, typeof before === 'string' ? before : null, state)
  };
  if (state === 'running') {
    return { ...next, started_at: task.started_at ?? change.at };
  }
  return isFinished(state) ? { ...next, ended_at: change.at } : next;
}

function moved(
  counts: Readonly<Record<string, number>>,
  before: string | null,
  after: string,
  how_many = 1
): Record<string, number> {
  const next = { ...counts, [after]: (counts[after] ?? 0) + how_many };
  if (before !== null) {
    next[before] = (next[before] ?? 0) - how_many;
  }
  return Object.fromEntries(Object.entries(next).filter(([, count]) => count > 0));
}

/** All mapped tasks of a run: those that are listed, from their instances, and those that are only counted. */
export function mappedOf(
  instances: readonly TaskInstanceView[],
  onlyCounted: ReadonlyMap<string, MappedView>
): Record<string, MappedView> {
  const found: Record<string, MappedView> = Object.fromEntries(onlyCounted);
  for (const one of instances) {
    if (one.map_index >= 0) {
      const task = (found[one.task_id] ??= {
        counts: {},
        started_at: null,
        ended_at: null,
        listed: true
      });
      task.counts[one.state] = (task.counts[one.state] ?? 0) + 1;
      task.started_at = extreme(task.started_at, one.started_at, -1);
      task.ended_at = extreme(task.ended_at, one.ended_at, 1);
    }
  }
  return found;
}

/** The earlier (-1) or the later (1) of two instants, of which either may be unknown. */
export function extreme(a: string | null, b: string | null, sign: 1 | -1): string | null {
  if (a === null || b === null) {
    return a ?? b;
  }
  return sign * (Date.parse(b) - Date.parse(a)) > 0 ? b : a;
}

/** How many task instances of a run are in which state, with those that are only counted. */
export function countsOf(
  instances: readonly TaskInstanceView[],
  onlyCounted: Iterable<MappedView>
): Record<string, number> {
  let counts: Record<string, number> = {};
  for (const { state } of instances) {
    counts[state] = (counts[state] ?? 0) + 1;
  }
  for (const task of onlyCounted) {
    for (const [state, count] of Object.entries(task.counts)) {
      counts = moved(counts, null, state, count);
    }
  }
  return counts;
}
