/**
 * The server as a set of functions: the one place that makes requests. What comes back has the types of
 * wire.ts; what goes wrong is a ClientError with a sentence for a person. What is asked beside DAGs, their runs and
 * tasks stands in rest/, one file per noun.
 */
import { URLExt } from '@jupyterlab/coreutils';
import { ServerConnection } from '@jupyterlab/services';

import { MOST_LISTED } from './mapped';
import { paths, type Query } from './urls';
import type {
  BackfillDetail,
  BackfillList,
  BackfillPlan,
  ClearPreview,
  DagDetail,
  DagList,
  Health,
  ImportErrorList,
  ImportErrorView,
  LiveCells,
  LogChunk,
  Problem,
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
  TaskInstancePage
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

  /** A new connection to the feed. */
  openFeed(): WebSocket {
    const { settings } = this;
    const token =
      settings.appendToken && settings.token ? `?token=${encodeURIComponent(settings.token)}` : '';
    return new settings.WebSocket(URLExt.join(settings.wsUrl, paths.feed()) + token);
  }

  private ofTask<T>(ref: TaskRef, what: string, query: Query): Promise<T> {
    const { dagId, runId, taskId, mapIndex } = ref;
    return this.request(
      paths.ofTask(dagId, runId, taskId, what, { ...query, map_index: mapIndex })
    );
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
