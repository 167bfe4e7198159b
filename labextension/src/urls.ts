/**
 * The one place that knows how the server's addresses are built. Free of JupyterLab, so that the widget
 * can use it too; relative to the server's base address.
 */
const API = 'nbflow/api/v1';

export type Query = Readonly<Record<string, string | number | boolean | null | undefined>>;

/** A path of the API from unencoded parts: run ids hold `:` and `+`. */
export function apiPath(parts: readonly string[], query: Query = {}): string {
  const path = [API, ...parts.map(encodeURIComponent)].join('/');
  const given = Object.entries(query).filter(([, value]) => value !== null && value !== undefined);
  const search = new URLSearchParams(given.map(([name, value]) => [name, String(value)]));
  return given.length ? `${path}?${search.toString()}` : path;
}

export const paths = {
  health: (): string => apiPath(['health']),
  startScheduler: (): string => apiPath(['scheduler', 'start']),
  importErrors: (): string => apiPath(['import-errors']),
  feed: (): string => apiPath(['feed']),
  questions: (): string => apiPath(['questions']),
  backfills: (query: Query = {}): string => apiPath(['backfills'], query),
  backfill: (id: number): string => apiPath(['backfills', String(id)]),
  dagBackfills: (dag: string): string => apiPath(['dags', dag, 'backfills']),
  dags: (): string => apiPath(['dags']),
  dag: (dag: string): string => apiPath(['dags', dag]),
  schedule: (dag: string, query: Query = {}): string => apiPath(['dags', dag, 'schedule'], query),
  clearRuns: (dag: string): string => apiPath(['dags', dag, 'clear']),
  runs: (dag: string, query: Query = {}): string => apiPath(['dags', dag, 'runs'], query),
  run: (dag: string, run: string, query: Query = {}): string =>
    apiPath(['dags', dag, 'runs', run], query),
  /** `what`: cancel, clear, contents, diff, export, mark, note, notebook, rerun or run-tasks. */
  ofRun: (dag: string, run: string, what: string, query: Query = {}): string =>
    apiPath(['dags', dag, 'runs', run, what], query),
  task: (dag: string, run: string, task: string, query: Query = {}): string =>
    apiPath(['dags', dag, 'runs', run, 'tasks', task], query),
  /** `what`: answer, instances, log, cells, notebook, or a way of repairing it. */
  ofTask: (dag: string, run: string, task: string, what: string, query: Query = {}): string =>
    apiPath(['dags', dag, 'runs', run, 'tasks', task, what], query)
};
