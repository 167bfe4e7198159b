/**
 * The server as a set of functions: the one place that makes requests. What comes back has the types of
 * wire.ts; what goes wrong is a ClientError with a sentence for a person.
 */
import { URLExt } from '@jupyterlab/coreutils';
import { ServerConnection } from '@jupyterlab/services';

import { MOST_LISTED } from './mapped';
import { paths, type Query } from './urls';
import type {
  AssetEventList,
  AssetList,
  BackfillDetail,
  BackfillList,
  BackfillPlan,
  ClearPreview,
  ConnectionList,
  ConnectionTest,
  DagDetail,
  DagList,
  DebugSession,
  Health,
  ImportErrorList,
  ImportErrorView,
  LineageView,
  LiveCells,
  LogChunk,
  PoolList,
  Problem,
  Promotion,
  QuestionList,
  RequestReceipt,
  RunContents,
  RunDetail,
  RunDiff,
  RunList,
  RunPlan,
  SchedulerStart,
  ScheduleView,
  TaskInstanceDetail,
  TaskInstancePage,
  VariableList,
  VersionDetail,
  VersionDiff,
  VersionList
} from './wire';

/** A notebook as nbformat writes it. */
export interface NotebookJson {
  readonly cells: readonly Readonly<Record<string, unknown>>[];
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly nbformat: number;
  readonly nbformat_minor: number;
}

/** Which tasks of a run are to run again; `tasks` null means what failed and what depends on it. */
export interface ClearRequest {
  readonly tasks: readonly string[] | null;
  readonly upstream: boolean;
  readonly downstream: boolean;
  readonly only_failed: boolean;
  readonly only_running: boolean;
  /** The same tasks of earlier and of later runs too. */
  readonly past: boolean;
  readonly future: boolean;
  /** What ExternalTaskMarkers mark in other DAGs too. */
  readonly recursive: boolean;
  /** On the current version of the DAG. */
  readonly latest: boolean;
  /** All that is left of the run is executed, whatever the cache has. */
  readonly no_cache: boolean;
  /** Kept with the runs; null leaves the note they have. */
  readonly note: string | null;
}

/** The same in all runs with a logical date in between, and in one of these states (any without). */
export interface ClearRunsRequest extends ClearRequest {
  readonly states: readonly string[];
  readonly since: string | null;
  readonly until: string | null;
}

/** What tasks are to count as; without tasks the run itself. */
export interface MarkRequest {
  readonly state: 'success' | 'failed' | 'skipped';
  readonly tasks: readonly string[] | null;
  readonly upstream: boolean;
  readonly downstream: boolean;
  readonly past: boolean;
  readonly future: boolean;
}

/** A run that is asked for: `tasks` are selection expressions, null for all tasks. */
export interface NewRunRequest {
  readonly params: Readonly<Record<string, unknown>>;
  readonly logicalDate: string | null;
  readonly note: string;
  readonly tasks: readonly string[] | null;
  /** A run like another one on the latest version of the DAG, instead of that run's. */
  readonly latest: boolean;
  /** All of it is executed, whatever the cache has. */
  readonly noCache: boolean;
}

export interface BackfillRequest {
  readonly from_date: string;
  readonly to_date: string;
  readonly reprocess: string;
  /** Selection expressions; null is all tasks. */
  readonly tasks: readonly string[] | null;
  readonly max_active_runs: number;
  readonly run_backwards: boolean;
  readonly no_cache: boolean;
}

export interface PoolBody {
  readonly slots: number;
  readonly description: string;
  readonly include_deferred: boolean;
}

export interface VariableBody {
  readonly value: string;
  readonly description: string;
}

export type ConnectionBody = Readonly<Record<string, unknown>>;

/** A task instance, by its run. */
export interface TaskRef {
  readonly dagId: string;
  readonly runId: string;
  readonly taskId: string;
  readonly mapIndex: number;
}

/** Which instances of a mapped task; `search` is in their names, or one's index. */
export interface InstancesAsked {
  readonly state?: string | null;
  readonly search?: string;
  readonly after?: number;
  readonly limit?: number;
}

/** What cells say, by their ids. */
export type CellSources = Readonly<Record<string, string>>;

/** Something the server did not do, and why, in a sentence. `status` is 0 when it could not be reached. */
export class ClientError extends Error {
  constructor(
    message: string,
    readonly status: number,
    readonly problems: readonly Problem[] = []
  ) {
    super(message);
    this.name = 'ClientError';
  }
}

export class RestClient {
  constructor(readonly settings: ServerConnection.ISettings) {}

  health(): Promise<Health> {
    return this.request(paths.health());
  }

  /** Start a scheduler on the server's machine, if none is alive. */
  startScheduler(): Promise<SchedulerStart> {
    return this.request(paths.startScheduler(), 'POST', {});
  }

  async importErrors(): Promise<ImportErrorView[]> {
    const answer = await this.request<ImportErrorList>(paths.importErrors());
    return answer.import_errors;
  }

  dags(): Promise<DagList> {
    return this.request(paths.dags());
  }

  dag(dagId: string): Promise<DagDetail> {
    return this.request(paths.dag(dagId));
  }

  /** With `hold` nothing more of its runs under way is started either. */
  setPaused(dagId: string, paused: boolean, hold = false): Promise<RequestReceipt> {
    return this.request(paths.dag(dagId), 'PATCH', { paused, hold });
  }

  /** The newest runs of a DAG, or those before what an earlier page gave as `next`. */
  runs(dagId: string, before: string | null = null, limit = 25): Promise<RunList> {
    return this.request(paths.runs(dagId, { before, limit }));
  }

  trigger(dagId: string, request: Partial<NewRunRequest>, dryRun = false): Promise<RunPlan> {
    const { params = {}, logicalDate = null, note = '', tasks = null, noCache = false } = request;
    const when = { logical_date: logicalDate, no_cache: noCache, dry_run: dryRun };
    const body = { params, note, tasks, ...when };
    return this.request(paths.runs(dagId), 'POST', body);
  }

  /** A new run like this one, with other params or of some tasks only. */
  rerun(
    dagId: string,
    runId: string,
    request: Partial<NewRunRequest>,
    dryRun: boolean
  ): Promise<RunPlan> {
    const { params = {}, note = '', tasks = null, latest = false, noCache = false } = request;
    const body = { params, note, tasks, latest, no_cache: noCache, dry_run: dryRun };
    return this.request(paths.ofRun(dagId, runId, 'rerun'), 'POST', body);
  }

  /** A run; of mapped tasks with very many instances only the counts. */
  run(dagId: string, runId: string): Promise<RunDetail> {
    return this.request(paths.run(dagId, runId, { most: MOST_LISTED }));
  }

  /** The instances of a mapped task after a map index, in one state if one is named. */
  instances(
    { dagId, runId, taskId }: Omit<TaskRef, 'mapIndex'>,
    query: InstancesAsked
  ): Promise<TaskInstancePage> {
    return this.request(paths.ofTask(dagId, runId, taskId, 'instances', { ...query }));
  }

  cancel(dagId: string, runId: string): Promise<RequestReceipt> {
    return this.request(paths.ofRun(dagId, runId, 'cancel'), 'POST', {});
  }

  clear(
    dagId: string,
    runId: string,
    request: ClearRequest,
    dryRun: boolean
  ): Promise<ClearPreview> {
    const body = { ...request, dry_run: dryRun };
    return this.request(paths.ofRun(dagId, runId, 'clear'), 'POST', body);
  }

  clearRuns(dagId: string, request: ClearRunsRequest, dryRun: boolean): Promise<ClearPreview> {
    return this.request(paths.clearRuns(dagId), 'POST', { ...request, dry_run: dryRun });
  }

  /** Tasks of a run now, whatever the rules say. */
  runTasks(
    dagId: string,
    runId: string,
    tasks: readonly string[],
    dryRun: boolean
  ): Promise<ClearPreview> {
    const body = { tasks, dry_run: dryRun };
    return this.request(paths.ofRun(dagId, runId, 'run-tasks'), 'POST', body);
  }

  /** What goes with a run when it is deleted. */
  runContents(dagId: string, runId: string): Promise<RunContents> {
    return this.request(paths.ofRun(dagId, runId, 'contents'));
  }

  deleteRun(dagId: string, runId: string): Promise<RequestReceipt> {
    return this.request(paths.run(dagId, runId), 'DELETE');
  }

  mark(dagId: string, runId: string, request: MarkRequest, dryRun: boolean): Promise<ClearPreview> {
    const body = { ...request, dry_run: dryRun };
    return this.request(paths.ofRun(dagId, runId, 'mark'), 'POST', body);
  }

  /** Keep a note on a run, or on one of its task instances; an empty one takes it away. */
  setNote(
    dagId: string,
    runId: string,
    note: string,
    task: Pick<TaskRef, 'taskId' | 'mapIndex'> | null = null
  ): Promise<RequestReceipt> {
    const named = task === null ? {} : { task_id: task.taskId, map_index: task.mapIndex };
    return this.request(paths.ofRun(dagId, runId, 'note'), 'PUT', { note, ...named });
  }

  /** What tasks ask people. */
  questions(): Promise<QuestionList> {
    return this.request(paths.questions());
  }

  answer(
    ref: TaskRef,
    chosen: readonly string[],
    params: Readonly<Record<string, unknown>>
  ): Promise<RequestReceipt> {
    const { dagId, runId, taskId, mapIndex } = ref;
    const body = { chosen, params, map_index: mapIndex };
    return this.request(paths.ofTask(dagId, runId, taskId, 'answer'), 'POST', body);
  }

  /** When the next runs of a DAG are due, and what its schedule waits for. */
  schedule(dagId: string, limit: number): Promise<ScheduleView> {
    return this.request(paths.schedule(dagId, { limit }));
  }

  // -- versions ----------------------------------------------------------------------------------------

  versions(dagId: string): Promise<VersionList> {
    return this.request(paths.versions(dagId));
  }

  version(dagId: string, number: number): Promise<VersionDetail> {
    return this.request(paths.versions(dagId, String(number)));
  }

  versionDiff(dagId: string, old: number, new_: number): Promise<VersionDiff> {
    return this.request(paths.diff(dagId, { old, new: new_ }));
  }

  // -- backfills ---------------------------------------------------------------------------------------

  backfills(dagId: string): Promise<BackfillList> {
    return this.request(paths.backfills({ dag_id: dagId }));
  }

  backfill(id: number): Promise<BackfillDetail> {
    return this.request(paths.backfill(id));
  }

  newBackfill(dagId: string, request: BackfillRequest, dryRun: boolean): Promise<BackfillPlan> {
    const body = { ...request, dry_run: dryRun };
    return this.request(paths.dagBackfills(dagId), 'POST', body);
  }

  /** With `running` the runs under way end too. */
  setBackfillState(
    id: number,
    state: 'paused' | 'running' | 'cancelled',
    running = false
  ): Promise<RequestReceipt> {
    return this.request(paths.backfill(id), 'PATCH', { state, running });
  }

  // -- administration ----------------------------------------------------------------------------------

  pools(): Promise<PoolList> {
    return this.request(paths.pools());
  }

  savePool(name: string, pool: PoolBody): Promise<unknown> {
    return this.request(paths.pools(name), 'PUT', pool);
  }

  deletePool(name: string): Promise<unknown> {
    return this.request(paths.pools(name), 'DELETE');
  }

  variables(): Promise<VariableList> {
    return this.request(paths.variables());
  }

  saveVariable(key: string, variable: VariableBody): Promise<unknown> {
    return this.request(paths.variables(key), 'PUT', variable);
  }

  deleteVariable(key: string): Promise<unknown> {
    return this.request(paths.variables(key), 'DELETE');
  }

  connections(): Promise<ConnectionList> {
    return this.request(paths.connections());
  }

  /** What is left out stays as it is. */
  saveConnection(id: string, connection: ConnectionBody): Promise<unknown> {
    return this.request(paths.connections(id), 'PUT', connection);
  }

  deleteConnection(id: string): Promise<unknown> {
    return this.request(paths.connections(id), 'DELETE');
  }

  testConnection(id: string): Promise<ConnectionTest> {
    return this.request(paths.testConnection(id), 'POST', {});
  }

  assets(): Promise<AssetList> {
    return this.request(paths.assets());
  }

  /** Which DAGs make which assets, and which use them or wait for them. */
  lineage(): Promise<LineageView> {
    return this.request(paths.lineage());
  }

  assetEvents(name: string, before: string | null = null): Promise<AssetEventList> {
    return this.request(paths.assetEvents(name, { before, limit: 25 }));
  }

  /** Say that an asset was made. */
  emitAsset(name: string, extra: Readonly<Record<string, unknown>>): Promise<RequestReceipt> {
    return this.request(paths.assetEvents(name), 'POST', { extra });
  }

  /** The notebook of a cell DAG with the outputs of this run. */
  runNotebook(dagId: string, runId: string): Promise<NotebookJson> {
    return this.request(paths.ofRun(dagId, runId, 'notebook'));
  }

  /** What differs between a run and `other`, or the last success before it. */
  runDiff(
    dagId: string,
    runId: string,
    { other, task }: { other: string | null; task: string | null }
  ): Promise<RunDiff> {
    return this.request(paths.ofRun(dagId, runId, 'diff', { other, task }));
  }

  /** A run as one page of HTML. */
  async exportRun(dagId: string, runId: string): Promise<Blob> {
    return (await this.fetch(paths.ofRun(dagId, runId, 'export'), { method: 'GET' })).blob();
  }

  task(ref: TaskRef): Promise<TaskInstanceDetail> {
    const { dagId, runId, taskId, mapIndex } = ref;
    return this.request(paths.task(dagId, runId, taskId, { map_index: mapIndex }));
  }

  /** A piece of the log of one try from a byte on. */
  log(ref: TaskRef, tryNumber: number, offset: number): Promise<LogChunk> {
    return this.ofTask(ref, 'log', { try: tryNumber, offset });
  }

  /** What happened in the notebook of one try, from a byte of its events on. */
  cells(ref: TaskRef, tryNumber: number, offset: number): Promise<LiveCells> {
    return this.ofTask(ref, 'cells', { try: tryNumber, offset });
  }

  /** The notebook of one try (null: of the newest), executed as far as it got. */
  taskNotebook(ref: TaskRef, tryNumber: number | null): Promise<NotebookJson> {
    return this.ofTask(ref, 'notebook', { try: tryNumber });
  }

  /** Let the Jupyter server know the kernel that was kept when this try failed. */
  debug(ref: TaskRef, tryNumber: number | null): Promise<DebugSession> {
    return this.ofTask(ref, 'debug', { try: tryNumber }, 'POST', {});
  }

  /** The executed notebook, made to be opened with that kernel. */
  debugNotebook(ref: TaskRef, tryNumber: number | null): Promise<NotebookJson> {
    return this.ofTask(ref, 'debug', { try: tryNumber });
  }

  endKernel(ref: TaskRef, tryNumber: number | null): Promise<unknown> {
    return this.ofTask(ref, 'debug', { try: tryNumber }, 'DELETE');
  }

  /** The cells of a try after one that loads their inputs. */
  reconstructed(ref: TaskRef, tryNumber: number | null): Promise<NotebookJson> {
    return this.ofTask(ref, 'reconstruct', { try: tryNumber });
  }

  /** A run of what did not succeed, with these cells (sources by id) instead of those executed. */
  resume(ref: TaskRef, tryNumber: number | null, cells: CellSources): Promise<RequestReceipt> {
    return this.ofTask(ref, 'resume', { try: tryNumber }, 'POST', { cells });
  }

  /** Write those of these cells that were edited into the source notebook. */
  promote(ref: TaskRef, tryNumber: number | null, cells: CellSources): Promise<Promotion> {
    return this.ofTask(ref, 'promote', { try: tryNumber }, 'POST', { cells });
  }

  /** A new connection to the feed. */
  openFeed(): WebSocket {
    const { settings } = this;
    const token =
      settings.appendToken && settings.token ? `?token=${encodeURIComponent(settings.token)}` : '';
    return new settings.WebSocket(URLExt.join(settings.wsUrl, paths.feed()) + token);
  }

  private ofTask<T>(
    ref: TaskRef,
    what: string,
    query: Query,
    method = 'GET',
    body?: object
  ): Promise<T> {
    const { dagId, runId, taskId, mapIndex } = ref;
    const path = paths.ofTask(dagId, runId, taskId, what, { ...query, map_index: mapIndex });
    return this.request(path, method, body);
  }

  /** Ask one of the addresses; those of a noun stand in rest/ with the functions that ask them. */
  async request<T>(path: string, method = 'GET', body?: object): Promise<T> {
    const init: RequestInit = { method };
    if (body !== undefined) {
      init.body = JSON.stringify(body);
    }
    // The shapes are generated from the server's own; see wire.ts.
    return (await readJson(await this.fetch(path, init))) as T;
  }

  private async fetch(path: string, init: RequestInit): Promise<Response> {
    const { settings } = this;
    let response: Response;
    try {
      response = await ServerConnection.makeRequest(
        URLExt.join(settings.baseUrl, path),
        init,
        settings
      );
    } catch (error) {
      throw new ClientError(`The Jupyter server cannot be reached (${String(error)}).`, 0);
    }
    if (!response.ok) {
      throw errorOf(response.status, await readJson(response));
    }
    return response;
  }
}

async function readJson(response: Response): Promise<unknown> {
  const text = await response.text();
  try {
    return text === '' ? null : (JSON.parse(text) as unknown);
  } catch {
    return null; // A page of a proxy, or a 404 of a server without nbflow: the status says enough.
  }
}

function errorOf(status: number, answer: unknown): ClientError {
  const said = answer as { message?: unknown; problems?: Problem[] } | null;
  if (typeof said?.message === 'string' && said.message !== '') {
    return new ClientError(said.message, status, said.problems ?? []);
  }
  return new ClientError(sentenceFor(status), status);
}

function sentenceFor(status: number): string {
  if (status === 401 || status === 403) {
    return 'You are not allowed to do this on this server. Its administrator can grant it.';
  }
  if (status === 404) {
    return 'The nbflow extension of the Jupyter server does not answer. `jupyter server extension list` shows whether it is enabled.';
  }
  return `The server could not do this (HTTP ${status}). Its log tells why.`;
}

/** What to show a person of something that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
