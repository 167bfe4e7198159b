/** Doing the same to many: which DAGs it concerns, and asking for it, some with each request. Pure but for the asking. */
import type { BulkItem, DagView } from '../wire';

export type BulkVerb = 'pause' | 'unpause' | 'trigger';

export interface BulkLine {
  readonly dagId: string;
  readonly name: string;
  /** How many runs of it are under way. */
  readonly running: number;
  /** False where it is so already. */
  readonly isHit: boolean;
}

/** What would happen to each of the DAGs. */
export function bulkPlan(
  verb: BulkVerb,
  dags: readonly DagView[],
  dagIds: readonly string[]
): readonly BulkLine[] {
  const wanted = new Set(dagIds);
  return dags
    .filter(dag => wanted.has(dag.dag_id))
    .map(dag => ({
      dagId: dag.dag_id,
      name: dag.display_name || dag.dag_id,
      running: dag.running,
      isHit: verb === 'trigger' || dag.paused !== (verb === 'pause')
    }));
}

export interface Outcome<T> {
  readonly done: readonly T[];
  /** Those that were refused, with the reason. */
  readonly failed: readonly (readonly [T, string])[];
}

/**
 * Ask for many, some with each request, in order; one that is refused holds up no other. A request that fails fails
 * for those it names. `onAsked` hears how many have been asked for.
 */
export async function askForAll<T>(
  all: readonly T[],
  atOnce: number,
  ask: (some: readonly T[]) => Promise<readonly Pick<BulkItem, 'done' | 'message'>[]>,
  sentenceOf: (error: unknown) => string,
  onAsked: (count: number) => void
): Promise<Outcome<T>> {
  const done: T[] = [];
  const failed: (readonly [T, string])[] = [];
  for (let start = 0; start < all.length; start += atOnce) {
    const some = all.slice(start, start + atOnce);
    try {
      const results = await ask(some);
      for (const [place, one] of some.entries()) {
        const result = results[place];
        if (result?.done === true) {
          done.push(one);
        } else {
          failed.push([one, result?.message ?? '']);
        }
      }
    } catch (error) {
      failed.push(...some.map(one => [one, sentenceOf(error)] as const));
    }
    onAsked(start + some.length);
  }
  return { done, failed };
}
