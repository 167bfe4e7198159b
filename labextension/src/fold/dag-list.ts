/**
 * The DAG list as changes come in: a fold over what was fetched. Pure; a DAG that did not change keeps its identity,
 * so that only the changed part is drawn again. Not here: fetching, and when.
 */
import type { ChangeView, DagView, RunDot } from '../wire';
import { movedOn, newDot } from './runs';

/** As many past runs as the server lists with a DAG. */
const DOTS = 10;

/** The DAG list after these changes. `after` is the cursor of its snapshot: older changes are in it already. */
export function foldDags(
  dags: readonly DagView[],
  changes: readonly ChangeView[],
  after = -1
): readonly DagView[] {
  const changed = new Map<string, DagView>();
  const known = new Map(dags.map(dag => [dag.dag_id, dag]));
  for (const change of changes) {
    const dag = changed.get(change.dag_id ?? '') ?? known.get(change.dag_id ?? '');
    if (dag === undefined || change.cursor <= after) {
      continue;
    }
    const next = foldDag(dag, change);
    if (next !== dag) {
      changed.set(dag.dag_id, next);
    }
  }
  return changed.size ? dags.map(dag => changed.get(dag.dag_id) ?? dag) : dags;
}

/** Whether the list has to be fetched again: these changes say that something is new, but not what. */
export function needsDags(dags: readonly DagView[], changes: readonly ChangeView[]): boolean {
  const known = new Map(dags.map(dag => [dag.dag_id, dag]));
  return changes.some(change => {
    if (change.kind === 'dag' || change.kind === 'paused') {
      return true;
    }
    const dag = known.get(change.dag_id ?? '');
    if (change.kind === 'run_created') {
      // A scheduled run moves the next one on.
      return dag === undefined || change.data.run_type === 'scheduled';
    }
    if (change.kind === 'run_deleted') {
      return dag?.last_runs.some(run => run.run_id === change.run_id) ?? false;
    }
    return change.kind === 'run' && !dag?.last_runs.some(run => run.run_id === change.run_id);
  });
}

function foldDag(dag: DagView, change: ChangeView): DagView {
  const paused = pausedBy(change);
  if (paused !== null) {
    return dag.paused === paused ? dag : { ...dag, paused, next_run: paused ? null : dag.next_run };
  }
  if (change.kind === 'run_created' && change.run_id !== null) {
    const dot = newDot(change.run_id, change);
    const others = dag.last_runs.filter(run => run.run_id !== change.run_id);
    return { ...dag, last_runs: [dot, ...others].slice(0, DOTS) };
  }
  const before = dag.last_runs.find(run => run.run_id === change.run_id);
  if (change.kind !== 'run' || change.state === null || before === undefined) {
    return dag;
  }
  const after = movedOn(before, change.state, change.at);
  return {
    ...dag,
    running: dag.running + isRunning(after) - isRunning(before),
    last_runs: dag.last_runs.map(run => (run === before ? after : run))
  };
}

function pausedBy(change: ChangeView): boolean | null {
  if (change.kind === 'paused') {
    return change.data.paused === true;
  }
  if (change.kind !== 'dag' || (change.state !== 'paused' && change.state !== 'unpaused')) {
    return null;
  }
  return change.state === 'paused';
}

function isRunning(run: RunDot): number {
  return run.state === 'running' ? 1 : 0;
}
