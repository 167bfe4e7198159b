/** Values for tests that state only what matters. */
import type {
  AffectedRun,
  ChangeView,
  DagDetail,
  DagView,
  EdgeView,
  GroupView,
  NotebookView,
  Problem,
  RunDetail,
  RunDot,
  RunView,
  TaskInstanceView,
  TaskView,
  TryView
} from '../wire';

export const T0 = '2026-03-04T05:00:00+00:00';

/** Some seconds after T0, as the wire has it. */
export function at(seconds: number): string {
  return new Date(Date.parse(T0) + seconds * 1000).toISOString();
}

export function aDag(dagId: string, more: Partial<DagView> = {}): DagView {
  return {
    dag_id: dagId,
    display_name: '',
    description: '',
    file: `dags/${dagId}.py`,
    source: 'python',
    tags: [],
    owner: '',
    paused: false,
    held: false,
    active: true,
    schedule: 'At 06:00 every day, UTC',
    next_run: null,
    version: 1,
    task_count: 3,
    running: 0,
    last_runs: [],
    problems: 0,
    ...more
  };
}

export function aDot(runId: string, state = 'success', more: Partial<RunDot> = {}): RunDot {
  return {
    run_id: runId,
    state,
    run_type: 'manual',
    logical_date: null,
    started_at: null,
    ended_at: null,
    ...more
  };
}

export function aRun(runId: string, more: Partial<RunView> = {}): RunView {
  return {
    dag_id: 'sales',
    run_id: runId,
    state: 'running',
    run_type: 'manual',
    logical_date: null,
    data_interval_start: null,
    data_interval_end: null,
    run_after: null,
    created_at: T0,
    started_at: T0,
    ended_at: null,
    params: {},
    version: 1,
    message: '',
    cancelling: false,
    counts: {},
    missed_deadlines: [],
    note: '',
    tasks: null,
    rerun_of: null,
    edited: [],
    backfill_id: null,
    no_cache: false,
    ...more
  };
}

/** A run in a preview: its task instances as `[task, map index, state]`. */
export function affected(
  runId: string,
  instances: readonly (readonly [string, number, string])[],
  more: Partial<AffectedRun> = {}
): AffectedRun {
  return {
    dag_id: 'sales',
    run_id: runId,
    state: 'failed',
    logical_date: T0,
    created_at: T0,
    keys: instances.map(([task, index]) => [task, index]),
    before: instances.map(([, , state]) => state),
    after: [],
    added: [],
    removed: [],
    released: [],
    ...more
  };
}

export function aTask(
  taskId: string,
  upstream: string[] = [],
  more: Partial<TaskView> = {}
): TaskView {
  return {
    task_id: taskId,
    kind: 'python',
    operator: 'PythonOperator',
    upstream,
    edges: upstream.map(one => anEdge(one)),
    trigger_rule: 'all_success',
    retries: 0,
    pool: 'default_pool',
    cells: [],
    doc: '',
    layer: 0,
    row: 0,
    group: null,
    role: '',
    mapped: false,
    tags: [],
    display_name: '',
    cache: false,
    inlets: [],
    outlets: [],
    ...more
  };
}

export function aGroup(groupId: string, tasks: string[], more: Partial<GroupView> = {}): GroupView {
  return { group_id: groupId, parent: null, label: groupId, tooltip: '', tasks, ...more };
}

export function anEdge(upstream: string, more: Partial<EdgeView> = {}): EdgeView {
  return { upstream, kind: 'declared', names: [], why: '', label: '', ...more };
}

export function anInstance(
  taskId: string,
  state = 'none',
  more: Partial<TaskInstanceView> = {}
): TaskInstanceView {
  return {
    task_id: taskId,
    map_index: -1,
    state,
    reason: null,
    message: '',
    try_number: 0,
    scheduled_at: null,
    queued_at: null,
    started_at: null,
    ended_at: null,
    next_try_at: null,
    map_name: '',
    note: '',
    cached: null,
    ...more
  };
}

export function aRunDetail(
  instances: TaskInstanceView[],
  more: Partial<RunDetail> = {}
): RunDetail {
  const tasks = [...new Set(instances.map(one => one.task_id))].map(taskId => aTask(taskId));
  return {
    run: aRun('r1'),
    tasks,
    groups: [],
    instances,
    callbacks: [],
    deadlines: [],
    cursor: 0,
    mapped: {},
    ...more
  };
}

export function aDagDetail(dagId: string, more: Partial<DagDetail> = {}): DagDetail {
  return {
    dag: aDag(dagId),
    tasks: [],
    groups: [],
    params: {},
    timezone: 'UTC',
    catchup: false,
    max_active_runs: 16,
    start_date: null,
    doc: '',
    next_runs: [],
    awaited_assets: null,
    ...more
  };
}

let cursor = 0;

/** A line of the journal about the run r1 of the DAG sales, with a higher cursor than the one before. */
export function aChange(kind: string, more: Partial<ChangeView> = {}): ChangeView {
  cursor += 1;
  return {
    cursor,
    at: T0,
    kind,
    dag_id: 'sales',
    run_id: 'r1',
    task_id: null,
    map_index: null,
    state: null,
    actor: null,
    data: {},
    ...more
  };
}

/** Task `taskId` of the run reached `state`. */
export function aTaskChange(
  taskId: string,
  state: string,
  more: Partial<ChangeView> = {}
): ChangeView {
  return aChange('task', { task_id: taskId, map_index: -1, state, ...more });
}

/** A try of a task, running unless `ended_at` says otherwise. */
export function aTry(tryNumber: number, more: Partial<TryView> = {}): TryView {
  return {
    try_number: tryNumber,
    attempt_id: `attempt-${tryNumber}`,
    state: 'running',
    reason: null,
    message: '',
    traceback: '',
    cell: null,
    worker: 'w1',
    queued_at: null,
    started_at: T0,
    ended_at: null,
    has_notebook: false,
    has_log: true,
    peak_memory: null,
    rendered: {},
    names_read: {},
    kernel: null,
    ...more
  };
}

export function aProblem(message: string, more: Partial<Problem> = {}): Problem {
  return {
    code: 'NBF002',
    message,
    fix: 'Mend it.',
    severity: 'error',
    file: null,
    dag_id: null,
    task_id: null,
    cell: null,
    line: null,
    ...more
  };
}

export function aNotebookView(more: Partial<NotebookView> = {}): NotebookView {
  return {
    dag_id: 'sales',
    is_broken: false,
    tasks: [],
    groups: [],
    cells: [],
    links: [],
    problems: [],
    params: {},
    schedule: 'No schedule',
    timezone: 'UTC',
    dag: null,
    is_found: false,
    ...more
  };
}
