/** What a run looks like before the server has been asked for it. Pure. */
import type { ChangeView, DagDetail, RunDetail } from '../wire';
import { blank, foldRun } from './run';
import { newRun } from './runs';

/**
 * A run that has just been created, as far as its definition and these changes tell: no word from the server is
 * waited for to draw it. Null where it has another definition, or is made of some of the tasks alone.
 */
export function runJustMade(detail: DagDetail, changes: readonly ChangeView[]): RunDetail | null {
  const { dag, tasks, groups } = detail;
  const made = changes.find(({ kind, dag_id }) => kind === 'run_created' && dag_id === dag.dag_id);
  if (!made?.run_id || made.data.whole !== true || made.data.version !== dag.version) {
    return null;
  }
  const run: RunDetail = {
    run: { ...newRun(dag.dag_id, made.run_id, made), version: dag.version },
    tasks,
    groups,
    instances: tasks.map(task => blank(task.task_id, -1)),
    callbacks: [],
    deadlines: [],
    mapped: {},
    cursor: made.cursor
  };
  return foldRun(run, changes);
}
