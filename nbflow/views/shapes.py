"""Read models: what a person is shown, as JSON-ready dataclasses. REST, widgets and the CLI all
show these and nothing else.

Times are ISO 8601 text in UTC. States are the words of `core.states`. The TypeScript types in
`labextension/src/wire.ts` are generated from here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal


@dataclass(frozen=True)
class RunDot:
    """One past run as a dot in a list."""

    run_id: str
    state: str
    run_type: str
    logical_date: str | None
    started_at: str | None
    ended_at: str | None


@dataclass(frozen=True)
class DagView:
    """A DAG in the list. `last_runs` are the newest first, at most ten. `held` tells that being
    paused holds runs in progress too.
    """

    dag_id: str
    description: str
    file: str
    source: Literal["python", "notebook"]
    tags: list[str]
    owner: str
    paused: bool
    held: bool
    active: bool
    schedule: str
    next_run: str | None
    version: int
    task_count: int
    running: int
    last_runs: list[RunDot]
    problems: int


@dataclass(frozen=True)
class DagList:
    """The DAGs, and the cursor where their feed goes on."""

    dags: list[DagView]
    cursor: int


@dataclass(frozen=True)
class EdgeView:
    """One reason for an edge that ends at the task it is listed under; `label` is the word a person
    put on it.
    """

    upstream: str
    kind: str
    names: list[str]
    why: str
    label: str


@dataclass(frozen=True)
class GroupView:
    """Tasks that belong together; `parent` is the group around it, `tasks` includes those of groups
    inside.
    """

    group_id: str
    parent: str | None
    label: str
    tooltip: str
    tasks: list[str]


@dataclass(frozen=True)
class TaskView:
    """A task of a DAG as defined.

    `layer` and `row` are its place in the layered layout of `picture`. `group` is the innermost
    task group around it; `role` says whether it sets up or tears down something for others; `tags`
    are words to choose tasks by.
    """

    task_id: str
    kind: str
    operator: str
    upstream: list[str]
    edges: list[EdgeView]
    trigger_rule: str
    retries: int
    pool: str
    cells: list[int]
    doc: str
    layer: int
    row: int
    group: str | None
    role: Literal["", "setup", "teardown"]
    mapped: bool
    tags: list[str]


@dataclass(frozen=True)
class AwaitedAsset:
    """One asset, or alias, that a schedule waits for: since when there is news of it, and whether
    that is what a run still lacks.
    """

    name: str
    kind: Literal["asset", "alias"]
    updated_at: str | None
    missing: bool


@dataclass(frozen=True)
class AwaitedAssets:
    """What a schedule waits for: the expression, its assets, and in a sentence what is missing."""

    expression: str
    assets: list[AwaitedAsset]
    text: str


@dataclass(frozen=True)
class DagDetail:
    """A DAG with its tasks and what its trigger form needs: `params` maps names to `{"default",
    "schema"}`.
    """

    dag: DagView
    tasks: list[TaskView]
    groups: list[GroupView]
    params: dict[str, Any]  # JSON Schema is open by nature
    timezone: str
    catchup: bool | int
    max_active_runs: int
    start_date: str | None
    doc: str
    next_runs: list[str]
    awaited_assets: AwaitedAssets | None


@dataclass(frozen=True)
class DeadlineView:
    """A deadline of a run: when it is, null where it says nothing about this run, and whether it
    was missed.
    """

    name: str
    text: str
    due_at: str | None
    missed: bool


@dataclass(frozen=True)
class RunView:
    """A run in a list. `counts` maps each state to the number of task instances in it."""

    dag_id: str
    run_id: str
    state: str
    run_type: str
    logical_date: str | None
    data_interval_start: str | None
    data_interval_end: str | None
    run_after: str | None
    created_at: str | None
    started_at: str | None
    ended_at: str | None
    params: dict[str, Any]  # the user's own values
    version: int
    message: str
    cancelling: bool
    counts: dict[str, int]
    missed_deadlines: list[str]
    note: str
    tasks: list[str] | None
    rerun_of: str | None
    backfill_id: int | None


@dataclass(frozen=True)
class RunList:
    """Some runs, newest first; `next` asks for the next page, null when there is none."""

    runs: list[RunView]
    next: str | None


@dataclass(frozen=True)
class TaskInstanceView:
    """One task instance of a run, as in a table or on the graph."""

    task_id: str
    map_index: int
    state: str
    reason: str | None
    message: str
    try_number: int
    scheduled_at: str | None
    queued_at: str | None
    started_at: str | None
    ended_at: str | None
    next_try_at: str | None
    map_name: str = ""
    note: str = ""


@dataclass(frozen=True)
class CallbackView:
    """A callback or a notification: what for (`occasion`), whose (no `task_id`: the run's), and
    what became of it. `state` is due, sent, success, failed or lost.
    """

    callback_id: str
    kind: Literal["callback", "notify"]
    occasion: str
    name: str
    task_id: str | None
    map_index: int
    try_number: int
    state: str
    message: str
    traceback: str
    due_at: str
    ended_at: str | None


@dataclass(frozen=True)
class RunDetail:
    """A run with the DAG version it executes, so that the graph fits the run.

    `cursor` is where its feed goes on. `mapped` counts the instances of each mapped task by state,
    once there are some.
    """

    run: RunView
    tasks: list[TaskView]
    groups: list[GroupView]
    instances: list[TaskInstanceView]
    callbacks: list[CallbackView]
    cursor: int
    deadlines: list[DeadlineView]
    mapped: dict[str, dict[str, int]]


@dataclass(frozen=True)
class TaskInstancePage:
    """Some instances of one task, by index; `next` is the index to ask for more after, null when
    there are none. `counts` maps each state to the number of all its instances in it.
    """

    instances: list[TaskInstanceView]
    counts: dict[str, int]
    next: int | None


@dataclass(frozen=True)
class TryView:
    """One attempt, the newest first. `has_notebook` and `has_log` say what can be fetched of it,
    `rendered` holds its template fields as they were rendered, secrets hidden.
    """

    try_number: int
    attempt_id: str
    state: str
    reason: str | None
    message: str
    traceback: str
    cell: int | None
    worker: str
    queued_at: str | None
    started_at: str | None
    ended_at: str | None
    has_notebook: bool
    has_log: bool
    peak_memory: int | None
    rendered: dict[str, str]


@dataclass(frozen=True)
class ValueView:
    """A value a task handed on."""

    key: str
    type: str
    preview: str
    size: int


@dataclass(frozen=True)
class Condition:
    """One thing a waiting task still needs: whether it is met, in words with its numbers, and when
    it is looked at next.
    """

    name: str
    met: bool
    text: str
    next_look: str | None = None


@dataclass(frozen=True)
class QuestionView:
    """What a task asks a person: choose one of `options` (or several), and fill in the form that
    `params` describes, as a trigger form does. `defaults` is the answer at `until`, when there is
    one; without defaults the task fails then. No `assigned_users` are everybody.
    """

    dag_id: str
    run_id: str
    task_id: str
    map_index: int
    subject: str
    body: str
    options: list[str]
    defaults: list[str] | None
    multiple: bool
    params: dict[str, Any]  # JSON Schema is open by nature
    assigned_users: list[str]
    since: str | None
    until: str | None


@dataclass(frozen=True)
class QuestionList:
    """The open questions, the oldest first."""

    questions: list[QuestionView]


@dataclass(frozen=True)
class TaskInstanceDetail:
    """Everything the task drawer shows. `why` is empty for a task that has started or finished,
    `question` is what it asks a person.
    """

    instance: TaskInstanceView
    task: TaskView
    tries: list[TryView]
    values: list[ValueView]
    why: list[Condition]
    callbacks: list[CallbackView]
    question: QuestionView | None


@dataclass(frozen=True)
class LogChunk:
    """A piece of a log: ask again with `next_offset` until `complete`. Offsets are in bytes."""

    text: str
    next_offset: int
    complete: bool


@dataclass(frozen=True)
class LiveCells:
    """Cell events of an attempt from an offset on (see `runtime.live`)."""

    events: list[dict[str, Any]]  # nbformat outputs, open by nature
    next_offset: int
    complete: bool


@dataclass(frozen=True)
class AffectedRun:
    """What happens in one run: `keys` run again, or are marked, in topological order; each was in
    its state of `before` and is marked as that of `after`. Its version gets the tasks `added` and
    loses those `removed`; `released` waited for what is marked.
    """

    dag_id: str
    run_id: str
    state: str
    logical_date: str | None
    created_at: str | None
    keys: list[tuple[str, int]]
    before: list[str]
    after: list[str]
    added: list[str]
    removed: list[str]
    released: list[tuple[str, int]]


@dataclass(frozen=True)
class ClearPreview:
    """What clearing, marking or forcing would do, or does: `keys` of all runs, and each run."""

    keys: list[tuple[str, int]]
    dry_run: bool
    request_id: int | None
    runs: list[AffectedRun]


@dataclass(frozen=True)
class RunPlan:
    """A run that is asked for, or would be: its params, passwords hidden, and its tasks. `rerun_of`
    is the run that it repeats. A dry run has no `request_id`.
    """

    dag_id: str
    run_id: str
    request_id: int | None
    params: dict[str, Any]  # the user's own values
    tasks: list[str]
    rerun_of: str | None


@dataclass(frozen=True)
class RunContents:
    """What a run has left behind, all of which goes with it: how many of each."""

    dag_id: str
    run_id: str
    state: str
    instances: int
    tries: int
    logs: int
    notebooks: int
    values: int
    notes: int


@dataclass(frozen=True)
class BackfillView:
    """A backfill. `counts` maps each state to the number of its runs in it; of `total` dates
    `waiting` have no run yet and `left` keep the one they had.
    """

    id: int
    dag_id: str
    state: str
    from_date: str
    to_date: str
    reprocess: str
    max_active_runs: int
    run_backwards: bool
    params: dict[str, Any]  # the user's own values
    tasks: list[str] | None
    actor: str
    created_at: str | None
    ended_at: str | None
    total: int
    waiting: int
    left: int
    counts: dict[str, int]


@dataclass(frozen=True)
class BackfillList:
    """Backfills, newest first."""

    backfills: list[BackfillView]


@dataclass(frozen=True)
class BackfillDate:
    """One date of a backfill: the run that stands for it, what happens to it (create, rerun or
    leave), and why. `keys` are what runs again in a run there is; `state` is that of the run, if
    there is one.
    """

    run_id: str
    logical_date: str
    data_interval_start: str
    data_interval_end: str
    step: str
    why: str
    keys: list[tuple[str, int]]
    done: bool
    state: str | None


@dataclass(frozen=True)
class BackfillDetail:
    """A backfill with all its dates, in the order in which they come about."""

    backfill: BackfillView
    dates: list[BackfillDate]


@dataclass(frozen=True)
class BackfillPlan:
    """What a backfill would do, or does once the scheduler hears of it, date by date."""

    dag_id: str
    dates: list[BackfillDate]
    dry_run: bool
    request_id: int | None


@dataclass(frozen=True)
class PoolView:
    """A pool and what is going on in it. `slots` -1 means no limit; `used` are slots, the others
    count task instances. One that tasks wait for and nobody made has `exists` false.
    """

    name: str
    slots: int
    description: str
    include_deferred: bool
    exists: bool
    used: int
    running: int
    queued: int
    deferred: int
    waiting: int


@dataclass(frozen=True)
class PoolTask:
    """A task instance that takes slots of a pool, or is ready and waits for some."""

    dag_id: str
    run_id: str
    task_id: str
    map_index: int
    state: str
    slots: int


@dataclass(frozen=True)
class PoolList:
    """All pools."""

    pools: list[PoolView]


@dataclass(frozen=True)
class PoolDetail:
    """A pool with the task instances in it, those with slots first, at most 200."""

    pool: PoolView
    tasks: list[PoolTask]


@dataclass(frozen=True)
class ImportErrorView:
    """A file that could not be read, or reads with problems."""

    file: str
    seen_at: str
    problems: list[dict[str, Any]]  # `core.errors.Problem.to_json`


@dataclass(frozen=True)
class ImportErrorList:
    """All files with problems."""

    import_errors: list[ImportErrorView]


@dataclass(frozen=True)
class SchedulerHealth:
    """Whether a scheduler is alive, and when it last gave a sign of life."""

    alive: bool
    holder: str
    hostname: str
    last_heartbeat: str | None
    seconds_since: float | None


@dataclass(frozen=True)
class WorkerView:
    """One worker of the executor. Memory in bytes."""

    name: str
    address: str
    slots: int
    running: int
    memory: int | None


@dataclass(frozen=True)
class ClusterView:
    """The executor as the scheduler last described it."""

    kind: str
    address: str
    dashboard: str
    workers: list[WorkerView]
    slots: int
    used: int


@dataclass(frozen=True)
class Health:
    """What `nbflow health` and the panel's banner show."""

    scheduler: SchedulerHealth
    cluster: ClusterView | None
    database: str
    import_errors: int
    running: int
    queued: int
    version: str


@dataclass(frozen=True)
class DashboardView:
    """Where the dashboard of the cluster is: relative to the address of the Jupyter server, or
    absolute; empty where there is none. `reason` says why it cannot be reached.
    """

    url: str
    reachable: bool
    reason: str


@dataclass(frozen=True)
class SchedulerStart:
    """A scheduler was started as process `pid`; `alive` once it has given a sign of life. `log` is
    the path of its log.
    """

    pid: int
    alive: bool
    log: str


@dataclass(frozen=True)
class RequestReceipt:
    """A request was accepted for the scheduler; `run_id` for those that make a run."""

    request_id: int
    run_id: str | None = None


@dataclass(frozen=True)
class ChangeView:
    """One line of the journal, as the feed sends it."""

    cursor: int
    at: str
    kind: str
    dag_id: str | None
    run_id: str | None
    task_id: str | None
    map_index: int | None
    state: str | None
    actor: str | None
    data: dict[str, Any]  # depends on `kind`


@dataclass(frozen=True)
class VariableView:
    """A variable. `value` is `***` if the name sounds like a secret."""

    key: str
    value: str
    description: str
    is_secret: bool
    updated_at: str | None


@dataclass(frozen=True)
class VariableList:
    """All variables in the store, by key."""

    variables: list[VariableView]


@dataclass(frozen=True)
class ConnectionView:
    """A connection. `password` is `***` where there is one, and null where not; so are the values
    of `extra` under keys that sound like secrets.
    """

    conn_id: str
    conn_type: str
    description: str
    host: str
    port: int | None
    schema: str
    login: str
    password: str | None
    extra: dict[str, Any]  # depends on `conn_type`
    updated_at: str


@dataclass(frozen=True)
class ConnectionList:
    """All connections in the store, by id."""

    connections: list[ConnectionView]


@dataclass(frozen=True)
class ConnectionTest:
    """Whether a connection could be made, and in a sentence what happened."""

    ok: bool
    message: str


@dataclass(frozen=True)
class ProblemReport:
    """Why a request was not carried out: a sentence, and what is wrong in detail, if there is more
    to say.
    """

    message: str
    problems: list[dict[str, Any]] | None = None  # `core.errors.Problem.to_json`


@dataclass(frozen=True)
class AssetTaskView:
    """A task that makes or uses an asset."""

    dag_id: str
    task_id: str


@dataclass(frozen=True)
class AssetView:
    """An asset, or an alias: the tasks that make and use it, and the DAGs whose schedule waits for
    it.
    """

    name: str
    kind: Literal["asset", "alias"]
    uri: str
    group: str
    extra: dict[str, Any]  # the user's own
    last_event: str | None
    producers: list[AssetTaskView]
    consumers: list[AssetTaskView]
    schedules: list[str]


@dataclass(frozen=True)
class AssetList:
    """The assets, and the cursor where their feed goes on."""

    assets: list[AssetView]
    cursor: int


@dataclass(frozen=True)
class RunName:
    """A run by its name, and its state."""

    dag_id: str
    run_id: str
    state: str


@dataclass(frozen=True)
class AssetEventView:
    """An asset was made: by a task instance, or by `actor` through the API. `runs` are those it
    brought about.
    """

    id: int
    asset: str
    uri: str
    at: str
    extra: dict[str, Any]  # the user's own
    source_dag_id: str | None
    source_run_id: str | None
    source_task_id: str | None
    source_map_index: int
    aliases: list[str]
    actor: str | None
    runs: list[RunName]


@dataclass(frozen=True)
class AssetEventList:
    """Some events, newest first; `next` asks for the next page, null when there is none."""

    events: list[AssetEventView]
    next: str | None


@dataclass(frozen=True)
class AssetDetail:
    """An asset with its newest events."""

    asset: AssetView
    events: list[AssetEventView]


@dataclass(frozen=True)
class LineageNode:
    """A DAG, an asset or an alias on the graph of all; `id` is its kind and its name."""

    id: str
    kind: Literal["dag", "asset", "alias"]
    name: str
    uri: str


@dataclass(frozen=True)
class LineageEdge:
    """A DAG makes an asset (outlet), or uses it (inlet), or its schedule waits for it."""

    source: str
    target: str
    role: Literal["outlet", "inlet", "schedule"]


@dataclass(frozen=True)
class LineageView:
    """DAGs and assets as one graph."""

    nodes: list[LineageNode]
    edges: list[LineageEdge]


@dataclass(frozen=True)
class NextRun:
    """A run that will be due at `run_after`; `local` is that moment in the schedule's zone."""

    run_after: str
    logical_date: str
    data_interval_start: str
    data_interval_end: str
    local: str


@dataclass(frozen=True)
class ScheduleView:
    """A schedule in words, with its next runs; `text` says in a sentence what comes next, or why
    nothing does.
    """

    schedule: str
    timezone: str
    text: str
    next_runs: list[NextRun]
    awaited_assets: AwaitedAssets | None
    problems: list[dict[str, Any]]  # `core.errors.Problem.to_json`


@dataclass(frozen=True)
class VersionView:
    """A version of a DAG. `changes` are what it changed of the one before, in words; none where
    only code did. `runs` execute it.
    """

    number: int
    created_at: str
    is_current: bool
    runs: int
    task_count: int
    changes: list[str]


@dataclass(frozen=True)
class VersionList:
    """The versions of a DAG, newest first."""

    dag_id: str
    versions: list[VersionView]


@dataclass(frozen=True)
class SourceFile:
    """A file a version was made of; of a notebook its cells, without outputs."""

    path: str
    text: str


@dataclass(frozen=True)
class VersionDetail:
    """A version with its tasks and its text; `params` are those of its trigger form, as in
    DagDetail.
    """

    dag_id: str
    number: int
    tasks: list[TaskView]
    params: dict[str, Any]  # as above
    files: list[SourceFile]


@dataclass(frozen=True)
class SpecChangeView:
    """One thing that differs between two versions, and the same in words."""

    kind: Literal["added", "removed", "changed"]
    path: str
    before: Any  # any JSON
    after: Any  # any JSON
    text: str


@dataclass(frozen=True)
class FileDiff:
    """The difference of a file, as `diff -u` shows it."""

    path: str
    diff: str


@dataclass(frozen=True)
class VersionDiff:
    """What differs between two versions of a DAG: in what it is, and in its files."""

    dag_id: str
    old: int
    new: int
    changes: list[SpecChangeView]
    files: list[FileDiff]


@dataclass(frozen=True)
class RunValue:
    """A value that a task instance of a run handed on. `digest` is the SHA-256 of one that is kept
    by reference.
    """

    task_id: str
    map_index: int
    key: str
    type: str
    preview: str
    size: int
    digest: str | None


@dataclass(frozen=True)
class RunValues:
    """Everything the tasks of a run handed on."""

    dag_id: str
    run_id: str
    values: list[RunValue]


@dataclass(frozen=True)
class ValueDetail:
    """A look inside a value. `kind` says what there is: json (`json`, or `text` if it is long),
    table (`columns` with their types, the first `rows`, `shape`), array (`shape`, `dtype`, one row
    with the first numbers), opaque (`text` says why there is nothing to see).
    """

    value: RunValue
    kind: Literal["json", "table", "array", "opaque"]
    json: Any  # any JSON
    text: str
    columns: list[tuple[str, str]]
    rows: list[list[str]]
    shape: list[int]
    dtype: str
