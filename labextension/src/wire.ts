/**
 * The shapes of the wire: what the server sends, as `nbflow.views.shapes` defines it. Generated;
 * after a change there run `python labextension/scripts/generate_wire.py`.
 */

/**
 * Something a person asked for or changed, with what became of it. `door` is where they came
 * in: cli, rest (the panel too), widget or python; `outcome` is done, refused or pending.
 * `name` is that of the variable or connection it is about. Passwords in `payload` are hidden.
 */
export interface AuditEntry {
  cursor: number | null;
  at: string;
  asked_at: string | null;
  actor: string;
  door: string;
  verb: string;
  dag_id: string | null;
  run_id: string | null;
  name: string;
  outcome: string;
  message: string;
  payload: Record<string, unknown>;
}

/** Some of the audit, newest first; `next` asks for the next page, null when there is none. */
export interface AuditList {
  entries: AuditEntry[];
  next: string | null;
}

/** All settings, by name as they are written down. */
export interface SettingList {
  settings: SettingView[];
}

/**
 * A setting as it is, and where it comes from: argument, a variable of the environment, a file,
 * or default. Secrets in it are hidden.
 */
export interface SettingView {
  name: string;
  value: unknown;
  origin: string;
  is_default: boolean;
  description: string;
}

/** An asset with its newest events. */
export interface AssetDetail {
  asset: AssetView;
  events: AssetEventView[];
}

/** Some events, newest first; `next` asks for the next page, null when there is none. */
export interface AssetEventList {
  events: AssetEventView[];
  next: string | null;
}

/**
 * An asset was made: by a task instance, or by `actor` through the API. `runs` are those it
 * brought about.
 */
export interface AssetEventView {
  id: number;
  asset: string;
  uri: string;
  at: string;
  extra: Record<string, unknown>;
  source_dag_id: string | null;
  source_run_id: string | null;
  source_task_id: string | null;
  source_map_index: number;
  aliases: string[];
  actor: string | null;
  runs: RunName[];
}

/** The assets, and the cursor where their feed goes on. */
export interface AssetList {
  assets: AssetView[];
  cursor: number;
}

/** A task that makes or uses an asset. */
export interface AssetTaskView {
  dag_id: string;
  task_id: string;
}

/**
 * An asset, or an alias: the tasks that make and use it, and the DAGs whose schedule waits for
 * it.
 */
export interface AssetView {
  name: string;
  kind: 'asset' | 'alias';
  uri: string;
  group: string;
  extra: Record<string, unknown>;
  last_event: string | null;
  producers: AssetTaskView[];
  consumers: AssetTaskView[];
  schedules: string[];
}

/** A DAG makes an asset (outlet), or uses it (inlet), or its schedule waits for it. */
export interface LineageEdge {
  source: string;
  target: string;
  role: 'outlet' | 'inlet' | 'schedule';
}

/** A DAG, an asset or an alias on the graph of all; `id` is its kind and its name. */
export interface LineageNode {
  id: string;
  kind: 'dag' | 'asset' | 'alias';
  name: string;
  uri: string;
}

/** DAGs and assets as one graph. */
export interface LineageView {
  nodes: LineageNode[];
  edges: LineageEdge[];
}

/** A run by its name, and its state. */
export interface RunName {
  dag_id: string;
  run_id: string;
  state: string;
}

/**
 * One of them: whether it was asked for (with `dry_run`, whether it could be), how many task
 * instances it concerns, and why it was refused, in a sentence. `run_id` is that of the run it is
 * about, or that it makes.
 */
export interface BulkItem {
  dag_id: string;
  run_id: string | null;
  done: boolean;
  affected: number;
  message: string;
}

/** All of them, in the order they were named. */
export interface BulkResult {
  results: BulkItem[];
}

/** How many results were forgotten. */
export interface CacheCleared {
  forgotten: number;
}

/** One result with its values, and where its notebook and its log are. */
export interface CacheDetail {
  result: CachedResult;
  values: CachedValue[];
  output_notebook: string | null;
  log: string | null;
}

/**
 * A result that may stand for running a task again: where it came from, how many values it has,
 * their size in bytes, and how many runs use it besides that one.
 */
export interface CachedResult {
  key: string;
  dag_id: string;
  run_id: string;
  task_id: string;
  map_index: number;
  at: string;
  values: number;
  size: number;
  used_by: number;
}

/** A value of a result, as its preview tells it. */
export interface CachedValue {
  name: string;
  type: string;
  size: number;
  preview: string;
}

/** The newest results in the cache; `more` says that there are others. */
export interface CacheList {
  results: CachedResult[];
  more: boolean;
}

/**
 * What the cluster page shows, as the scheduler last told. `waiting` are task instances that
 * are ready and wait for a slot, `unserved` those that wait for a worker of their queue or
 * resources. `tasks` are some of the running and queued ones, oldest first.
 */
export interface ClusterDetail {
  scheduler: SchedulerHealth;
  kind: string;
  address: string;
  dashboard: string;
  slots: number;
  used: number;
  workers: ClusterWorker[];
  scaling: ClusterScaling;
  running: number;
  queued: number;
  waiting: number;
  unserved: number;
  tasks: ClusterTask[];
}

/** What the scheduler answered to who wanted more or fewer workers. */
export interface ClusterScaled {
  request_id: number;
  message: string;
}

/**
 * Whether the number of workers can be changed, with the reason if not, and the numbers asked
 * for last where they are known.
 */
export interface ClusterScaling {
  can_scale: boolean;
  reason: string;
  minimum: number | null;
  maximum: number | null;
}

/**
 * A task instance that the executor has. `worker` is the address of who runs it; empty while it
 * waits for a worker.
 */
export interface ClusterTask {
  dag_id: string;
  run_id: string;
  task_id: string;
  map_index: number;
  map_name: string;
  state: string;
  worker: string;
  since: string | null;
}

/** The executor as the scheduler last described it. */
export interface ClusterView {
  kind: string;
  address: string;
  dashboard: string;
  workers: WorkerView[];
  slots: number;
  used: number;
}

/**
 * One worker of the executor with all that is known of it. Memory in bytes, of its whole
 * process tree and of its machine; `cpu` in percent of one core. None where it has not told yet.
 */
export interface ClusterWorker {
  name: string;
  address: string;
  host: string;
  pid: number | null;
  slots: number;
  running: number;
  memory: number | null;
  memory_total: number | null;
  cpu: number | null;
  kernels_ready: number | null;
  kernels_busy: number | null;
  kernels_kept: number | null;
  resources: Record<string, number>;
  version: string;
}

/**
 * Where the dashboard of the cluster is: relative to the address of the Jupyter server, or
 * absolute; empty where there is none. `reason` says why it cannot be reached. `plots` are the
 * single plots it serves, as addresses by name.
 */
export interface DashboardView {
  url: string;
  reachable: boolean;
  reason: string;
  plots: Record<string, string>;
}

/** What `nbflow health` and the panel's banner show. */
export interface Health {
  scheduler: SchedulerHealth;
  cluster: ClusterView | null;
  database: string;
  import_errors: number;
  running: number;
  queued: number;
  version: string;
}

/** Whether a scheduler is alive, and when it last gave a sign of life. */
export interface SchedulerHealth {
  alive: boolean;
  holder: string;
  hostname: string;
  last_heartbeat: string | null;
  seconds_since: number | null;
}

/**
 * A scheduler was started as process `pid`; `alive` once it has given a sign of life. `log` is
 * the path of its log.
 */
export interface SchedulerStart {
  pid: number;
  alive: boolean;
  log: string;
}

/** One worker of the executor. Memory in bytes. */
export interface WorkerView {
  name: string;
  address: string;
  slots: number;
  running: number;
  memory: number | null;
}

/**
 * A cell that is new, gone or differs. `cell` is its place in the newer notebook, else in the
 * older one, from 0; null for the log of a task. `source` is a unified diff, empty for the same.
 */
export interface CellChange {
  kind: 'added' | 'removed' | 'changed';
  task_id: string;
  map_index: number;
  cell: number | null;
  cell_id: string;
  source: string;
  outputs: OutputChange[];
}

/**
 * What a cell, or the log of a task, shows otherwise: its kind (stdout, error, log, or a MIME
 * type) and a unified diff; for pictures a sentence.
 */
export interface OutputChange {
  what: string;
  diff: string;
}

/** A param that two runs have otherwise; null also where one has it not, as `kind` tells. */
export interface ParamChange {
  name: string;
  kind: 'added' | 'removed' | 'changed';
  before: unknown;
  after: unknown;
}

/**
 * What differs between two runs of a DAG. `version_changes` tells what of the DAG was changed
 * in between; `left_out` counts cells beyond what is told, `notes` what could not be compared.
 */
export interface RunDiff {
  before: RunView;
  after: RunView;
  before_seconds: number | null;
  after_seconds: number | null;
  params: ParamChange[];
  version_changes: string[];
  tasks: TaskChange[];
  cells: CellChange[];
  left_out: number;
  notes: string[];
}

/**
 * A task instance in two runs: states, null where it is not there, seconds and tries. `kind` is
 * of the state, `pace` tells of a duration that is another by more than chance.
 */
export interface TaskChange {
  task_id: string;
  map_index: number;
  kind: 'added' | 'removed' | 'changed' | 'same';
  before_state: string | null;
  after_state: string | null;
  before_seconds: number | null;
  after_seconds: number | null;
  before_tries: number;
  after_tries: number;
  pace: 'slower' | 'faster' | '';
  message: string;
}

/**
 * One asset, or alias, that a schedule waits for: since when there is news of it, and whether
 * that is what a run still lacks.
 */
export interface AwaitedAsset {
  name: string;
  kind: 'asset' | 'alias';
  updated_at: string | null;
  missing: boolean;
}

/** What a schedule waits for: the expression, its assets, and in a sentence what is missing. */
export interface AwaitedAssets {
  expression: string;
  assets: AwaitedAsset[];
  text: string;
}

/**
 * A DAG with its tasks and what its trigger form needs: `params` maps names to `{"default",
 * "schema"}`.
 */
export interface DagDetail {
  dag: DagView;
  tasks: TaskView[];
  groups: GroupView[];
  params: Record<string, unknown>;
  timezone: string;
  catchup: boolean | number;
  max_active_runs: number;
  start_date: string | null;
  doc: string;
  next_runs: string[];
  awaited_assets: AwaitedAssets | null;
}

/** The DAGs, and the cursor where their feed goes on. */
export interface DagList {
  dags: DagView[];
  cursor: number;
}

/**
 * A DAG in the list. `last_runs` are the newest first, at most ten. `display_name` is what to
 * show in place of the id, and empty where that is shown. `held` tells that being
 * paused holds runs in progress too.
 */
export interface DagView {
  dag_id: string;
  display_name: string;
  description: string;
  file: string;
  source: 'python' | 'notebook';
  tags: string[];
  owner: string;
  paused: boolean;
  held: boolean;
  active: boolean;
  schedule: string;
  next_run: string | null;
  version: number;
  task_count: number;
  running: number;
  last_runs: RunDot[];
  problems: number;
}

/**
 * One reason for an edge that ends at the task it is listed under; `label` is the word a person
 * put on it.
 */
export interface EdgeView {
  upstream: string;
  kind: string;
  names: string[];
  why: string;
  label: string;
}

/**
 * Tasks that belong together; `parent` is the group around it, `tasks` includes those of groups
 * inside.
 */
export interface GroupView {
  group_id: string;
  parent: string | null;
  label: string;
  tooltip: string;
  tasks: string[];
}

/** All files with problems. */
export interface ImportErrorList {
  import_errors: ImportErrorView[];
}

/** A file that could not be read, or reads with problems. */
export interface ImportErrorView {
  file: string;
  seen_at: string;
  problems: Record<string, unknown>[];
}

/** One past run as a dot in a list. */
export interface RunDot {
  run_id: string;
  state: string;
  run_type: string;
  logical_date: string | null;
  started_at: string | null;
  ended_at: string | null;
}

/** An asset, or an alias, that a task makes or uses. */
export interface TaskAsset {
  name: string;
  kind: 'asset' | 'alias';
}

/**
 * A task of a DAG as defined.
 *
 * `layer` and `row` are its place in the layered layout of `picture`. `group` is the innermost
 * task group around it; `role` says whether it sets up or tears down something for others; `tags`
 * are words to choose tasks by. With `cache` its results may stand for running it again. `inlets`
 * are the assets it uses, `outlets` those it makes.
 */
export interface TaskView {
  task_id: string;
  kind: string;
  operator: string;
  upstream: string[];
  edges: EdgeView[];
  trigger_rule: string;
  retries: number;
  pool: string;
  cells: number[];
  doc: string;
  layer: number;
  row: number;
  group: string | null;
  role: '' | 'setup' | 'teardown';
  mapped: boolean;
  tags: string[];
  display_name: string;
  cache: boolean;
  inlets: TaskAsset[];
  outlets: TaskAsset[];
}

/**
 * A day with runs, past or `planned`; `counts` maps states to numbers of runs. Its runs have a
 * date in [since, until].
 */
export interface CalendarDay {
  day: string;
  since: string;
  until: string;
  counts: Record<string, number>;
  planned: number;
}

/**
 * The days of a year that have runs, in the zone of the schedule. What is planned is known up
 * to `planned_until`, null when it is known as far as the year goes. `years` have runs.
 */
export interface CalendarView {
  year: number;
  timezone: string;
  today: string;
  days: CalendarDay[];
  planned_until: string | null;
  first_year: number;
  last_year: number;
  cursor: number;
}

/**
 * How long the last runs of a DAG and their tasks took: runs oldest first, the slowest task
 * first.
 */
export interface DurationsView {
  runs: TimedRun[];
  spread: Spread;
  tasks: TimedTask[];
  cursor: number;
}

/**
 * A run as a column.
 *
 * `codes` has, for each of `GridView.tasks`, the place of its state in `GridView.states`, or -1
 * where the run does not have the task. That of a mapped task is its most urgent state; `mapped`
 * counts its instances by state.
 */
export interface GridRun {
  run_id: string;
  state: string;
  run_type: string;
  logical_date: string | null;
  created_at: string | null;
  started_at: string | null;
  ended_at: string | null;
  version: number;
  note: string;
  codes: number[];
  mapped: Record<string, Record<string, number>>;
}

/** A task as a row; one that the current version has no more is `gone`. */
export interface GridTask {
  task_id: string;
  display_name: string;
  group: string | null;
  mapped: boolean;
  gone: boolean;
}

/**
 * Runs, newest first, by tasks in the order of the DAG. `states` are sorted from what wants
 * attention to what does not; `next` asks for older runs, null when there are none; `cursor` is
 * where the feed goes on.
 */
export interface GridView {
  tasks: GridTask[];
  groups: GroupView[];
  states: string[];
  runs: GridRun[];
  next: string | null;
  cursor: number;
}

/**
 * All tries of a run, in the order in which they were handed to workers; of mapped tasks those
 * of the first instances.
 */
export interface RunTries {
  tries: TryBar[];
  cursor: number;
}

/**
 * How long something takes when nothing fails, in seconds; null if it never succeeded. `trend`
 * is the median of the newer half of the runs over that of the older, null for too few.
 */
export interface Spread {
  median: number | null;
  p95: number | null;
  longest: number | null;
  trend: number | null;
  successes: number;
  failures: number;
}

/**
 * How long a run took from start to end, and from when it was made to its start, in seconds;
 * null where it has not come so far.
 */
export interface TimedRun {
  run_id: string;
  state: string;
  run_type: string;
  logical_date: string | null;
  created_at: string | null;
  started_at: string | null;
  waited: number | null;
  seconds: number | null;
}

/**
 * How long a task took in each of `DurationsView.runs`; null where it did not start and end.
 * `failed` are the places of the runs in which it failed.
 */
export interface TimedTask {
  task_id: string;
  display_name: string;
  mapped: boolean;
  spread: Spread;
  seconds: (number | null)[];
  failed: number[];
}

/** A try of a task instance in time. */
export interface TryBar {
  task_id: string;
  map_index: number;
  try_number: number;
  state: string;
  queued_at: string;
  started_at: string | null;
  ended_at: string | null;
  worker: string;
}

/** The person behind a request, and by resource which of read, write and execute they may. */
export interface Me {
  name: string;
  allowed: Record<string, string[]>;
}

/**
 * Why the cell `downstream` comes after the cell `upstream`: `name` flows, or is empty; `line`
 * is where it is read.
 */
export interface CellLinkView {
  upstream: number;
  downstream: number;
  kind: string;
  name: string;
  line: number | null;
  why: string;
}

/**
 * What a cell is to the DAG, if it is anything. `task_id` is the task it belongs to; with
 * `has_setup` statements of it run for every task. `index` counts from 0.
 */
export interface CellView {
  index: number;
  cell_id: string;
  role: 'task' | 'setup' | 'parameters' | 'skipped';
  task_id: string | null;
  has_setup: boolean;
}

/**
 * The DAG of the project that has the notebook's id. `place` says whose it is: that of the
 * notebook (found in a folder of DAGs, or added by a person), or of another `file`.
 */
export interface NotebookDag {
  dag_id: string;
  place: 'found' | 'added' | 'other';
  file: string;
  paused: boolean;
}

/**
 * A notebook as it stands in the editor. With `is_broken` errors among the problems keep it
 * from being a DAG, and tasks are missing. `dag` is None for a notebook that is no DAG of the
 * project yet; `is_found` says whether the folders of DAGs hold its file. The settings are as the
 * notebook gives them, with what they mean.
 */
export interface NotebookView {
  dag_id: string;
  is_broken: boolean;
  tasks: TaskView[];
  groups: GroupView[];
  cells: CellView[];
  links: CellLinkView[];
  problems: Problem[];
  params: Record<string, unknown>;
  schedule: string;
  timezone: string;
  dag: NotebookDag | null;
  is_found: boolean;
}

/**
 * The task instance that failed first in a run. `message` is its error in a line; `cell` is
 * that of the executed notebook, counted from 0; `failed_tasks` says how many failed in all.
 */
export interface CulpritView {
  task_id: string;
  map_index: number;
  reason: string | null;
  message: string;
  cell: number | null;
  failed_tasks: number;
}

/** When a DAG runs next by its schedule. */
export interface DueRun {
  dag_id: string;
  display_name: string;
  run_after: string;
}

/**
 * A run that failed; `culprit` is null where the run failed and none of its tasks did. With
 * `recovered` its DAG has succeeded since.
 */
export interface FailedRun {
  run: RunView;
  culprit: CulpritView | null;
  recovered: boolean;
}

/**
 * What a person wants to know first. Lists are bounded; `active` (queued or running) and
 * `failed_count` say how many there are in all. `failed` are those since `since`, the newest
 * first; `questions` tells how many tasks wait for a person; `dag_folders` are where files become
 * DAGs, as the door that asks names them.
 */
export interface Overview {
  health: Health;
  running: RunView[];
  active: number;
  failed: FailedRun[];
  failed_count: number;
  since: string;
  due: DueRun[];
  questions: number;
  dag_folders: string[];
  cursor: number;
}

/** A pool with the task instances in it, those with slots first, at most 200. */
export interface PoolDetail {
  pool: PoolView;
  tasks: PoolTask[];
}

/** All pools. */
export interface PoolList {
  pools: PoolView[];
}

/** A task instance that takes slots of a pool, or is ready and waits for some. */
export interface PoolTask {
  dag_id: string;
  run_id: string;
  task_id: string;
  map_index: number;
  state: string;
  slots: number;
}

/**
 * A pool and what is going on in it. `slots` -1 means no limit; `used` are slots, the others
 * count task instances. One that tasks wait for and nobody made has `exists` false.
 */
export interface PoolView {
  name: string;
  slots: number;
  description: string;
  include_deferred: boolean;
  exists: boolean;
  used: number;
  running: number;
  queued: number;
  deferred: number;
  waiting: number;
}

/** One line of the journal, as the feed sends it. */
export interface ChangeView {
  cursor: number;
  at: string;
  kind: string;
  dag_id: string | null;
  run_id: string | null;
  task_id: string | null;
  map_index: number | null;
  state: string | null;
  actor: string | null;
  data: Record<string, unknown>;
}

/**
 * Why a request was not carried out: a sentence, and what is wrong in detail, if there is more
 * to say.
 */
export interface ProblemReport {
  message: string;
  problems: Record<string, unknown>[] | null;
}

/** The requests that were put last. */
export interface RequestList {
  requests: RequestView[];
}

/** A request was accepted for the scheduler; `run_id` for those that make a run. */
export interface RequestReceipt {
  request_id: number;
  run_id: string | null;
}

/**
 * A request, and what became of it: `state` is pending, done or refused; `message` says why, in
 * a sentence, and `result` what it made.
 */
export interface RequestView {
  request_id: number;
  verb: string;
  dag_id: string | null;
  run_id: string | null;
  actor: string | null;
  created_at: string;
  state: string;
  message: string;
  result: Record<string, unknown>;
  answered_at: string | null;
}

/**
 * What happens in one run: `keys` run again, or are marked, in topological order; each was in
 * its state of `before` and is marked as that of `after`. Its version gets the tasks `added` and
 * loses those `removed`; `released` waited for what is marked.
 */
export interface AffectedRun {
  dag_id: string;
  run_id: string;
  state: string;
  logical_date: string | null;
  created_at: string | null;
  keys: [string, number][];
  before: string[];
  after: string[];
  added: string[];
  removed: string[];
  released: [string, number][];
}

/**
 * One date of a backfill: the run that stands for it, what happens to it (create, rerun or
 * leave), and why. `keys` are what runs again in a run there is; `state` is that of the run, if
 * there is one.
 */
export interface BackfillDate {
  run_id: string;
  logical_date: string;
  data_interval_start: string;
  data_interval_end: string;
  step: string;
  why: string;
  keys: [string, number][];
  done: boolean;
  state: string | null;
}

/** A backfill with all its dates, in the order in which they come about. */
export interface BackfillDetail {
  backfill: BackfillView;
  dates: BackfillDate[];
}

/** Backfills, newest first. */
export interface BackfillList {
  backfills: BackfillView[];
}

/** What a backfill would do, or does once the scheduler hears of it, date by date. */
export interface BackfillPlan {
  dag_id: string;
  dates: BackfillDate[];
  dry_run: boolean;
  request_id: number | null;
}

/**
 * A backfill. `counts` maps each state to the number of its runs in it; of `total` dates
 * `waiting` have no run yet and `left` keep the one they had.
 */
export interface BackfillView {
  id: number;
  dag_id: string;
  state: string;
  from_date: string;
  to_date: string;
  reprocess: string;
  max_active_runs: number;
  run_backwards: boolean;
  params: Record<string, unknown>;
  tasks: string[] | null;
  actor: string;
  created_at: string | null;
  ended_at: string | null;
  total: number;
  waiting: number;
  left: number;
  counts: Record<string, number>;
}

/** What clearing, marking or forcing would do, or does: `keys` of all runs, and each run. */
export interface ClearPreview {
  keys: [string, number][];
  dry_run: boolean;
  request_id: number | null;
  runs: AffectedRun[];
}

/** What a run has left behind, all of which goes with it: how many of each. */
export interface RunContents {
  dag_id: string;
  run_id: string;
  state: string;
  instances: number;
  tries: number;
  logs: number;
  notebooks: number;
  values: number;
  notes: number;
}

/**
 * A run that is asked for, or would be: its params, passwords hidden, and its tasks. `rerun_of`
 * is the run that it repeats. A dry run has no `request_id`.
 */
export interface RunPlan {
  dag_id: string;
  run_id: string;
  request_id: number | null;
  params: Record<string, unknown>;
  tasks: string[];
  rerun_of: string | null;
}

/**
 * The execution, of that task of the same DAG, whose result stands for executing this one. Or,
 * if `differs` is not null, what this one was compared with: the values that came out otherwise.
 */
export interface CachedView {
  run_id: string;
  task_id: string;
  map_index: number;
  at: string;
  differs: string[] | null;
}

/**
 * A callback or a notification: what for (`occasion`), whose (no `task_id`: the run's), and
 * what became of it. `state` is due, sent, success, failed or lost.
 */
export interface CallbackView {
  callback_id: string;
  kind: 'callback' | 'notify';
  occasion: string;
  name: string;
  task_id: string | null;
  map_index: number;
  try_number: number;
  state: string;
  message: string;
  traceback: string;
  due_at: string;
  ended_at: string | null;
}

/**
 * A deadline of a run: when it is, null where it says nothing about this run, and whether it
 * was missed.
 */
export interface DeadlineView {
  name: string;
  text: string;
  due_at: string | null;
  missed: boolean;
}

/**
 * The instances of a mapped task as a whole: how many are in which state, when the first
 * started and the last ended so far, and whether they are `listed` one by one too.
 */
export interface MappedView {
  counts: Record<string, number>;
  started_at: string | null;
  ended_at: string | null;
  listed: boolean;
}

/**
 * A run with the DAG version it executes, so that the graph fits the run.
 *
 * `cursor` is where its feed goes on. `mapped` has each mapped task once there are instances of
 * it; those of a task with very many are not among `instances`, but asked for page by page.
 */
export interface RunDetail {
  run: RunView;
  tasks: TaskView[];
  groups: GroupView[];
  instances: TaskInstanceView[];
  callbacks: CallbackView[];
  cursor: number;
  deadlines: DeadlineView[];
  mapped: Record<string, MappedView>;
}

/** Some runs, newest first; `next` asks for the next page, null when there is none. */
export interface RunList {
  runs: RunView[];
  next: string | null;
}

/** A run in a list. `counts` maps each state to the number of task instances in it. */
export interface RunView {
  dag_id: string;
  run_id: string;
  state: string;
  run_type: string;
  logical_date: string | null;
  data_interval_start: string | null;
  data_interval_end: string | null;
  run_after: string | null;
  created_at: string | null;
  started_at: string | null;
  ended_at: string | null;
  params: Record<string, unknown>;
  version: number;
  message: string;
  cancelling: boolean;
  counts: Record<string, number>;
  missed_deadlines: string[];
  note: string;
  tasks: string[] | null;
  rerun_of: string | null;
  edited: string[];
  backfill_id: number | null;
  no_cache: boolean;
}

/**
 * Some instances of one task, by index; `next` is the index to ask for more after, null when
 * there are none. `counts` maps each state to the number of all its instances in it.
 */
export interface TaskInstancePage {
  instances: TaskInstanceView[];
  counts: Record<string, number>;
  next: number | null;
}

/** One task instance of a run, as in a table or on the graph. */
export interface TaskInstanceView {
  task_id: string;
  map_index: number;
  state: string;
  reason: string | null;
  message: string;
  try_number: number;
  scheduled_at: string | null;
  queued_at: string | null;
  started_at: string | null;
  ended_at: string | null;
  next_try_at: string | null;
  map_name: string;
  note: string;
  cached: CachedView | null;
}

/** A run that will be due at `run_after`; `local` is that moment in the schedule's zone. */
export interface NextRun {
  run_after: string;
  logical_date: string;
  data_interval_start: string;
  data_interval_end: string;
  local: string;
}

/**
 * A schedule in words, with its next runs; `text` says in a sentence what comes next, or why
 * nothing does.
 */
export interface ScheduleView {
  schedule: string;
  timezone: string;
  text: string;
  next_runs: NextRun[];
  awaited_assets: AwaitedAssets | null;
  problems: Record<string, unknown>[];
}

/** All connections in the store, by id. */
export interface ConnectionList {
  connections: ConnectionView[];
}

/** Whether a connection could be made, and in a sentence what happened. */
export interface ConnectionTest {
  ok: boolean;
  message: string;
}

/**
 * A connection. `password` is `***` where there is one, and null where not; so are the values
 * of `extra` under keys that sound like secrets.
 */
export interface ConnectionView {
  conn_id: string;
  conn_type: string;
  description: string;
  host: string;
  port: number | null;
  schema: string;
  login: string;
  password: string | null;
  extra: Record<string, unknown>;
  updated_at: string;
}

/** All variables in the store, by key. */
export interface VariableList {
  variables: VariableView[];
}

/** A variable. `value` is `***` if the name sounds like a secret. */
export interface VariableView {
  key: string;
  value: string;
  description: string;
  is_secret: boolean;
  updated_at: string | null;
}

/**
 * One thing a waiting task still needs: whether it is met, in words with its numbers, and when
 * it is looked at next.
 */
export interface Condition {
  name: string;
  met: boolean;
  text: string;
  next_look: string | null;
}

/** The kernel of a failed attempt as this Jupyter server knows it, and until when it lives. */
export interface DebugSession {
  kernel_id: string;
  until: string;
}

/**
 * The kernel of a failed attempt, kept on `host` until that time to be looked into. `started`
 * is when its process was made, in seconds since the epoch. `here` tells whether that is the
 * machine of who shows it, which alone can attach to it.
 */
export interface KernelView {
  host: string;
  pid: number;
  started: number;
  until: string;
  here: boolean;
}

/** Cell events of an attempt from an offset on (see `runtime.live`). */
export interface LiveCells {
  events: Record<string, unknown>[];
  next_offset: number;
  complete: boolean;
}

/** A piece of a log: ask again with `next_offset` until `complete`. Offsets are in bytes. */
export interface LogChunk {
  text: string;
  next_offset: number;
  complete: boolean;
}

/** An edit was written into the notebook at `path`. */
export interface Promotion {
  path: string;
}

/** The open questions, the oldest first. */
export interface QuestionList {
  questions: QuestionView[];
}

/**
 * What a task asks a person: choose one of `options` (or several), and fill in the form that
 * `params` describes, as a trigger form does. `defaults` is the answer at `until`, when there is
 * one; without defaults the task fails then. No `assigned_users` are everybody.
 */
export interface QuestionView {
  dag_id: string;
  run_id: string;
  task_id: string;
  map_index: number;
  subject: string;
  body: string;
  options: string[];
  defaults: string[] | null;
  multiple: boolean;
  params: Record<string, unknown>;
  assigned_users: string[];
  since: string | null;
  until: string | null;
}

/**
 * Everything the task drawer shows. `why` is empty for a task that has started or finished,
 * `question` is what it asks a person.
 */
export interface TaskInstanceDetail {
  instance: TaskInstanceView;
  task: TaskView;
  tries: TryView[];
  values: ValueView[];
  why: Condition[];
  callbacks: CallbackView[];
  question: QuestionView | null;
}

/**
 * One attempt, the newest first. `has_notebook` and `has_log` say what can be fetched of it,
 * `rendered` holds its template fields as they were rendered, secrets hidden. `names_read` shows
 * what the failing cell read, by name; `kernel` is there while it is kept.
 */
export interface TryView {
  try_number: number;
  attempt_id: string;
  state: string;
  reason: string | null;
  message: string;
  traceback: string;
  cell: number | null;
  worker: string;
  queued_at: string | null;
  started_at: string | null;
  ended_at: string | null;
  has_notebook: boolean;
  has_log: boolean;
  peak_memory: number | null;
  rendered: Record<string, string>;
  names_read: Record<string, string>;
  kernel: KernelView | null;
}

/** A value a task handed on. */
export interface ValueView {
  key: string;
  type: string;
  preview: string;
  size: number;
}

/**
 * A value that a task instance of a run handed on. `digest` is the SHA-256 of one that is kept
 * by reference.
 */
export interface RunValue {
  task_id: string;
  map_index: number;
  key: string;
  type: string;
  preview: string;
  size: number;
  digest: string | null;
}

/** Everything the tasks of a run handed on. */
export interface RunValues {
  dag_id: string;
  run_id: string;
  values: RunValue[];
}

/**
 * A look inside a value. `kind` says what there is: json (`json`, or `text` if it is long),
 * table (`columns` with their types, the first `rows`, `shape`), array (`shape`, `dtype`, one row
 * with the first numbers), opaque (`text` says why there is nothing to see).
 */
export interface ValueDetail {
  value: RunValue;
  kind: 'json' | 'table' | 'array' | 'opaque';
  json: unknown;
  text: string;
  columns: [string, string][];
  rows: string[][];
  shape: number[];
  dtype: string;
}

/** The difference of a file, as `diff -u` shows it. */
export interface FileDiff {
  path: string;
  diff: string;
}

/** A file a version was made of; of a notebook its cells, without outputs. */
export interface SourceFile {
  path: string;
  text: string;
}

/** One thing that differs between two versions, and the same in words. */
export interface SpecChangeView {
  kind: 'added' | 'removed' | 'changed';
  path: string;
  before: unknown;
  after: unknown;
  text: string;
}

/**
 * A version with its tasks and its text; `params` are those of its trigger form, as in
 * DagDetail.
 */
export interface VersionDetail {
  dag_id: string;
  number: number;
  tasks: TaskView[];
  params: Record<string, unknown>;
  files: SourceFile[];
}

/** What differs between two versions of a DAG: in what it is, and in its files. */
export interface VersionDiff {
  dag_id: string;
  old: number;
  new: number;
  changes: SpecChangeView[];
  files: FileDiff[];
}

/** The versions of a DAG, newest first. */
export interface VersionList {
  dag_id: string;
  versions: VersionView[];
}

/**
 * A version of a DAG. `changes` are what it changed of the one before, in words; none where
 * only code did. `runs` execute it.
 */
export interface VersionView {
  number: number;
  created_at: string;
  is_current: boolean;
  runs: number;
  task_count: number;
  changes: string[];
}

/**
 * One finding about a DAG file: what is wrong, where, and what to do about it.
 *
 * `cell` is the index of the notebook cell (from 0) and `line` the line within that cell, or
 * within the file (from 1).
 */
export interface Problem {
  code: string;
  message: string;
  fix: string;
  severity: 'error' | 'warning';
  file: string | null;
  dag_id: string | null;
  task_id: string | null;
  cell: number | null;
  line: number | null;
}
