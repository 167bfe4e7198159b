/** Doing the same to many DAGs: which of them it concerns, and doing it one after the other. */
import type { DagView } from '../wire';

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

export interface BulkResult {
  readonly done: readonly string[];
  /** The DAGs that refused, with the reason. */
  readonly failed: readonly (readonly [string, string])[];
}

/** Do it to those that are hit; one that refuses holds up no other. */
export async function doBulk(
  lines: readonly BulkLine[],
  act: (dagId: string) => Promise<unknown>,
  sentenceOf: (error: unknown) => string
): Promise<BulkResult> {
  const done: string[] = [];
  const failed: (readonly [string, string])[] = [];
  for (const { dagId, isHit } of lines) {
    if (isHit) {
      try {
        await act(dagId);
        done.push(dagId);
      } catch (error) {
        failed.push([dagId, sentenceOf(error)]);
      }
    }
  }
  return { done, failed };
}
