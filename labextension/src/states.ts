/**
 * The states of runs and task instances as `core.states` names them, and what a screen derives from a
 * state alone. Not here: their words (`format.ts`), icons (`graph/StateIcon.tsx`) and colours (CSS).
 */

/** From what wants attention to what does not: the order of legends and of sorting by state. */
export const BY_URGENCY: readonly string[] = [
  'failed',
  'upstream_failed',
  'up_for_retry',
  'running',
  'queued',
  'scheduled',
  'up_for_reschedule',
  'deferred',
  'none',
  'cancelled',
  'success',
  'skipped',
  'removed'
];

const FINISHED = new Set([
  'success',
  'failed',
  'skipped',
  'upstream_failed',
  'removed',
  'cancelled'
]);
const WAITING = new Set([
  'none',
  'scheduled',
  'queued',
  'up_for_retry',
  'up_for_reschedule',
  'deferred'
]);
const BAD = new Set(['failed', 'upstream_failed']);

/** Whether nothing more happens by itself; true of runs and of task instances. */
export function isFinished(state: string): boolean {
  return FINISHED.has(state);
}

/** Whether a task instance still needs something before it can run. */
export function isWaiting(state: string): boolean {
  return WAITING.has(state);
}

/** Whether a person should look. */
export function isBad(state: string): boolean {
  return BAD.has(state);
}

/** A place in the order of urgency; unknown states come last. */
export function urgency(state: string): number {
  const found = BY_URGENCY.indexOf(state);
  return found < 0 ? BY_URGENCY.length : found;
}

/** The one state that stands for several, as for the instances of a mapped task. */
export function summaryState(states: readonly string[]): string {
  return states.reduce(
    (worst, state) => (urgency(state) < urgency(worst) ? state : worst),
    'removed'
  );
}

/** Counts by state, the most urgent state first. */
export function byUrgency(counts: Readonly<Record<string, number>>): [string, number][] {
  return Object.entries(counts).sort(([a], [b]) => urgency(a) - urgency(b));
}

/** How many there are of each state, the most urgent state first. */
export function countStates(states: Iterable<string>): [string, number][] {
  const counts = new Map<string, number>();
  for (const state of states) {
    counts.set(state, (counts.get(state) ?? 0) + 1);
  }
  return [...counts].sort(([a], [b]) => urgency(a) - urgency(b));
}
