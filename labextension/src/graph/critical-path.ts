/**
 * The critical path of a run: the chain of tasks, each after the one before, that takes longest in all. To make
 * the run shorter, one of these has to become shorter. Pure.
 */
import { secondsBetween } from '../format';
import type { GraphTask } from './groups';
import type { NodeStates } from './node-states';

export interface CriticalPath {
  /** From the first to the last. */
  readonly tasks: readonly string[];
  readonly seconds: number;
}

/** Null where nothing has run yet. What runs counts up to `now`, in milliseconds since the epoch. */
export function criticalPath(
  tasks: readonly Pick<GraphTask, 'task_id' | 'upstream'>[],
  states: NodeStates,
  now: number
): CriticalPath | null {
  const upstream = new Map(tasks.map(task => [task.task_id, task.upstream]));
  const chains = new Map<string, Chain>();
  let longest: Chain | null = null;
  for (const id of inOrder(upstream)) {
    const own = secondsOf(id, states, now);
    const before = longestOf((upstream.get(id) ?? []).map(one => chains.get(one)));
    const chain = { id, seconds: (own ?? 0) + (before?.seconds ?? 0), before: before ?? null };
    chains.set(id, chain);
    if (own !== null && chain.seconds >= (longest?.seconds ?? 0)) {
      longest = chain;
    }
  }
  return longest === null ? null : { tasks: idsOf(longest), seconds: longest.seconds };
}

interface Chain {
  readonly id: string;
  readonly seconds: number;
  readonly before: Chain | null;
}

function idsOf(last: Chain): string[] {
  const ids: string[] = [];
  for (let chain: Chain | null = last; chain !== null; chain = chain.before) {
    ids.unshift(chain.id);
  }
  return ids;
}

function longestOf(chains: readonly (Chain | undefined)[]): Chain | undefined {
  return chains.reduce(
    (found, one) => (one !== undefined && one.seconds > (found?.seconds ?? -1) ? one : found),
    undefined
  );
}

/** What a task took; null if it has not begun. */
function secondsOf(id: string, states: NodeStates, now: number): number | null {
  const node = states.get(id);
  return node === undefined || (node.ended_at === null && node.state !== 'running')
    ? null
    : secondsBetween(node.started_at, node.ended_at, now);
}

/** Every id after those upstream of it. */
function inOrder(upstream: ReadonlyMap<string, readonly string[]>): string[] {
  const missing = new Map<string, number>();
  const downstream = new Map<string, string[]>();
  for (const [id, ids] of upstream) {
    const known = [...new Set(ids)].filter(one => upstream.has(one));
    missing.set(id, known.length);
    known.forEach(one => downstream.set(one, [...(downstream.get(one) ?? []), id]));
  }
  const order = [...missing].filter(([, count]) => count === 0).map(([id]) => id);
  for (const id of order) {
    for (const child of downstream.get(id) ?? []) {
      const left = (missing.get(child) ?? 0) - 1;
      missing.set(child, left);
      if (left === 0) {
        order.push(child);
      }
    }
  }
  return order;
}
