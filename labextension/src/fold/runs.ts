/**
 * Runs as changes come in: the list of a DAG's runs, and what becomes of one of them. Pure; a run that did not change
 * keeps its identity. The tasks in a run are in run.ts.
 */
import { isFinished } from '../states';
import type { ChangeView, RunDot, RunView } from '../wire';
import { noteOf, textOf } from './change';

type Timed = Pick<RunView, 'state' | 'started_at' | 'ended_at'>;

/** A run in its new state. One that was cleared starts anew. */
export function movedOn<R extends Timed>(run: R, state: string, at: string): R {
  if (isFinished(state)) {
    return { ...run, state, ended_at: at };
  }
  const startedAt = state === 'running' && !isFinished(run.state) ? (run.started_at ?? at) : at;
  return { ...run, state, started_at: state === 'running' ? startedAt : null, ended_at: null };
}

/** A run after a change that is about it. */
export function foldRunState(run: RunView, change: ChangeView): RunView {
  const noted = noteOf(change);
  if (noted !== null && noted.key === null) {
    return { ...run, note: noted.note };
  }
  if (change.kind !== 'run' || change.state === null) {
    return run;
  }
  const message = textOf(change.data.message) ?? '';
  const cancelling = 'cancelling' in change.data && !isFinished(change.state);
  const moved = change.state === run.state ? run : movedOn(run, change.state, change.at);
  return { ...moved, message, cancelling };
}

/** The newest runs of a DAG, newest first, after these changes. */
export function foldRuns(
  runs: readonly RunView[],
  dagId: string,
  changes: readonly ChangeView[]
): readonly RunView[] {
  let next = runs;
  for (const change of changes) {
    if (change.dag_id !== dagId || change.run_id === null) {
      continue;
    }
    const found = next.find(run => run.run_id === change.run_id);
    if (change.kind === 'run_created' && found === undefined) {
      next = [newRun(dagId, change.run_id, change), ...next];
    } else if (change.kind === 'run_deleted') {
      next = next.filter(run => run !== found);
    } else if (found !== undefined) {
      next = next.map(run => (run === found ? foldRunState(run, change) : run));
    }
  }
  return next;
}

/** Whether the list of runs should be fetched again for what a change does not carry: params, counts, times. */
export function needsRuns(dagId: string, changes: readonly ChangeView[]): boolean {
  return changes.some(
    change =>
      change.dag_id === dagId &&
      (change.kind === 'run_created' || (change.kind === 'run' && isFinished(change.state ?? '')))
  );
}

/** A run of which nothing is known but that it was created. */
export function newRun(dagId: string, runId: string, change: ChangeView): RunView {
  return {
    ...newDot(runId, change),
    dag_id: dagId,
    data_interval_start: null,
    data_interval_end: null,
    run_after: null,
    created_at: change.at,
    params: {},
    version: 0,
    message: '',
    cancelling: false,
    counts: {},
    missed_deadlines: [],
    note: '',
    tasks: null,
    rerun_of: null,
    edited: [],
    backfill_id: null,
    no_cache: false
  };
}

/** The dot of a run of which nothing is known but that it was created. */
export function newDot(runId: string, change: ChangeView): RunDot {
  return {
    run_id: runId,
    state: change.state ?? 'queued',
    run_type: textOf(change.data.run_type) ?? 'manual',
    logical_date: textOf(change.data.logical_date),
    started_at: null,
    ended_at: null
  };
}
