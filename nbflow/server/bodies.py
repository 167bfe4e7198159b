"""What clients send: bodies, queries and messages of the socket, checked as they come in."""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypeAlias

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

MOST_RUNS = 200
MOST_AT_ONCE = 200
MOST_CACHED = 1000


class Sent(BaseModel):
    """Something a client sends; a field that is not known is refused, for it may be misspelt."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True, defer_build=True)


class NoBody(Sent):
    """Nothing is to be said beyond the address."""


# -- bodies ----------------------------------------------------------------------------------------


class ScaleBody(Sent):
    """Ask for `minimum` workers, or for as many as the work needs up to `maximum`."""

    minimum: int = Field(ge=0)
    maximum: int | None = Field(default=None, ge=1)


class Pause(Sent):
    """Stop, or go on with, the schedule of a DAG; with `hold` nothing more of its runs is started
    either.
    """

    paused: bool
    hold: bool = False


class Trigger(Sent):
    """Ask for a run: its params, and the logical date if it is not to be now. `tasks` are selection
    expressions, null for all tasks. With `no_cache` all of it is executed, with `dry_run` nothing
    is: only what the run would be is said.
    """

    params: dict[str, Any] = Field(default_factory=dict)  # any JSON; the DAG's schemas check it
    logical_date: AwareDatetime | None = None
    run_id: str | None = Field(default=None, min_length=1, max_length=250)
    note: str = ""
    tasks: list[str] | None = None
    no_cache: bool = False
    dry_run: bool = False


class Chosen(Sent):
    """Which task instances: what the selection expressions `tasks` mean, with what was chosen
    beside. `past` and `future` take the same ones of earlier and later runs.
    """

    tasks: list[str] | None = None
    upstream: bool = False
    downstream: bool = False
    past: bool = False
    future: bool = False
    dry_run: bool = True


class Clear(Chosen):
    """Which task instances are to run again; when `tasks` is null, what failed and what depends on
    it. With `latest` on the current version of the DAG. With `recursive` markers of tasks of other
    DAGs take those with them. With `no_cache` all that is left of the run is executed.
    """

    only_failed: bool = False
    only_running: bool = False
    recursive: bool = False
    latest: bool = False
    note: str | None = None
    no_cache: bool = False


class ClearRuns(Clear):
    """The same in all runs with a logical date in [since, until] and in one of `states`."""

    since: AwareDatetime | None = None
    until: AwareDatetime | None = None
    states: list[str] = Field(default_factory=list)


class Mark(Chosen):
    """What task instances are to count as; without `tasks` the run itself."""

    state: Literal["success", "failed", "skipped"]


class RunTasks(Sent):
    """Tasks that are to run now, whatever the rules say."""

    tasks: list[str]
    dry_run: bool = True


class Rerun(Sent):
    """A run like another one: what is different. With `no_cache` all of it is executed, with
    `dry_run` only said what it would be.
    """

    params: dict[str, Any] = Field(default_factory=dict)  # as above
    tasks: list[str] | None = None
    latest: bool = False
    note: str = ""
    no_cache: bool = False
    dry_run: bool = False


class BulkRun(Sent):
    """A run of a DAG."""

    dag_id: str
    run_id: str


class BulkRuns(Sent):
    """Runs, of one DAG or several."""

    runs: list[BulkRun] = Field(min_length=1, max_length=MOST_AT_ONCE)


class BulkMark(BulkRuns):
    """What runs are to count as."""

    state: Literal["success", "failed"]


class BulkClear(BulkRuns):
    """Runs whose failures are to run again; with `dry_run` only how much that is is said."""

    dry_run: bool = True


class BulkDags(Sent):
    """DAGs."""

    dag_ids: list[str] = Field(min_length=1, max_length=MOST_AT_ONCE)


class BulkPause(BulkDags):
    """Stop, or go on with, the schedules of DAGs."""

    paused: bool


class CacheKeys(Sent):
    """Results, by their whole keys."""

    keys: list[str] = Field(min_length=1, max_length=MOST_CACHED)


class Cells(Sent):
    """The code cells of a notebook about a failed task, as a person has edited them: sources by id.

    Those that say what was executed, or that were not part of it, count for nothing.
    """

    cells: dict[str, str] = Field(default_factory=dict)


class AddNotebook(Sent):
    """A notebook, by its path as the server's file browser names it."""

    path: str = Field(min_length=1)


class PreviewNotebook(AddNotebook):
    """A notebook as it stands in the editor."""

    notebook: dict[str, Any]  # nbformat's form; what does not fit is told as a problem


class RunNotebook(AddNotebook):
    """Ask for a run of a notebook as it is saved; the rest is as in `Trigger`."""

    params: dict[str, Any] = Field(default_factory=dict)  # as above
    tasks: list[str] | None = None
    note: str = ""
    dry_run: bool = False


class Note(Sent):
    """A note on a run, or on one of its task instances; an empty one takes it away."""

    note: str
    task_id: str | None = None
    map_index: int = -1


class NewBackfill(Sent):
    """A backfill: its dates, both inclusive, and how it goes about them. With `no_cache` all of it
    is executed.
    """

    from_date: AwareDatetime
    to_date: AwareDatetime
    reprocess: Literal["none", "failed", "completed"] = "none"
    max_active_runs: int = Field(default=10, ge=1)
    run_backwards: bool = False
    params: dict[str, Any] = Field(default_factory=dict)  # as above
    tasks: list[str] | None = None
    no_cache: bool = False
    dry_run: bool = True


class BackfillState(Sent):
    """What a backfill is to do: pause, go on, or end, with the runs under way if `running`."""

    state: Literal["paused", "running", "cancelled"]
    running: bool = False


class DiffQuery(Sent):
    """Which two versions."""

    old: int = Field(ge=1)
    new: int = Field(ge=1)


class ExportQuery(Sent):
    """As what to take a run away."""

    to: Literal["html", "ipynb"] = "html"


class RunDiffQuery(Sent):
    """Which run to compare with, by default the last success before; a task to compare alone."""

    other: str | None = None
    task: str | None = None


class BackfillQuery(Sent):
    """Whose backfills to list."""

    dag_id: str | None = None


class CacheQuery(Sent):
    """Whose results."""

    dag_id: str | None = None
    task_id: str | None = None


class CacheListQuery(CacheQuery):
    """Whose results, how many, and what is to stand in the id of their DAG, task or run, or at the
    beginning of their key.
    """

    search: str = ""
    limit: int = Field(default=200, ge=1, le=MOST_CACHED)


class PoolBody(Sent):
    """A pool: its slots (-1: no limit), and what is to change beside; null stays as it is."""

    slots: int
    description: str | None = None
    include_deferred: bool | None = None


class EmitEvent(Sent):
    """An asset was made: what there is to say about it."""

    extra: dict[str, Any] = Field(default_factory=dict)  # any JSON


class VariableBody(Sent):
    """What a variable is to be. Without `description` the one it has stays."""

    value: str
    description: str = ""


class ConnectionBody(Sent):
    """What a connection is to be: a `uri`, or fields. A `password` that is left out, or `***` where
    something secret stood, stays as it is.
    """

    uri: str | None = None
    conn_type: str | None = None
    description: str | None = None
    host: str | None = None
    port: int | None = Field(default=None, ge=0, le=65535)
    schema_: str | None = Field(default=None, alias="schema")
    login: str | None = None
    password: str | None = None
    extra: dict[str, Any] | None = None  # depends on the type of the connection


class Answer(Sent):
    """The answer to what a task asks: the options chosen, and values for its form."""

    chosen: list[str]
    params: dict[str, Any] = Field(default_factory=dict)  # any JSON; the question checks it
    map_index: int = -1


# -- queries ---------------------------------------------------------------------------------------


class DagQuery(Sent):
    """Which DAGs to list."""

    search: str = ""
    tag: str = ""
    paused: bool | None = None


class QuestionQuery(Sent):
    """Whose questions to list; by default those of all DAGs."""

    dag_id: str | None = None


class RequestQuery(Sent):
    """For how many seconds to wait for the scheduler's answer, if there is none yet."""

    wait: float = Field(default=0, ge=0, le=30)


class RequestsQuery(Sent):
    """How many requests."""

    limit: int = Field(default=25, ge=1, le=200)


class RunQuery(Sent):
    """Which page of runs to list: those before the `next` of the page before."""

    before: int | None = None
    limit: int = Field(default=25, ge=1, le=MOST_RUNS)


class AuditQuery(Sent):
    """Which part of the audit; what is empty does not narrow. `before` is the `next` of the page
    before.
    """

    actor: str = ""
    dag_id: str = ""
    verb: str = ""
    door: str = ""
    outcome: Literal["", "done", "refused", "pending"] = ""
    since: AwareDatetime | None = None
    until: AwareDatetime | None = None
    before: int | None = None
    limit: int = Field(default=50, ge=1, le=MOST_RUNS)


class RunsWanted(Sent):
    """Runs in one of these states and of these types (words with commas between, any if empty),
    with a date in [since, until], and with `search` in their id, note or message.
    """

    state: str = ""
    type: str = ""
    since: AwareDatetime | None = None
    until: AwareDatetime | None = None
    search: str = ""


class RunListQuery(RunQuery, RunsWanted):
    """Which of these runs to list."""


class GridQuery(RunsWanted):
    """Which page of these runs to show: those before the `next` of the page before."""

    before: int | None = None
    limit: int = Field(default=50, ge=1, le=MOST_RUNS)


class PastQuery(RunsWanted):
    """How many of the newest of these runs."""

    limit: int = Field(default=50, ge=1, le=MOST_RUNS)


class CalendarQuery(Sent):
    """Which year; this one by default."""

    year: int | None = Field(default=None, ge=1970, le=2200)


class AssetQuery(Sent):
    """Which assets to list."""

    search: str = ""


class NextQuery(Sent):
    """How many of the next runs."""

    limit: int = Field(default=5, ge=1, le=100)


class PreviewQuery(NextQuery):
    """A schedule as it is typed: cron, a preset, or JSON; and its zone."""

    schedule: str
    timezone: str = "UTC"


class InstanceQuery(Sent):
    """Which instance of a task."""

    map_index: int = -1


class RunDetailQuery(Sent):
    """Of mapped tasks with more instances than `most` only the counts."""

    most: int = Field(default=100, ge=0)


class InstancesQuery(Sent):
    """Which instances of a mapped task: those after the `next` of the page before, in one state,
    with `search` in their name or as their index.
    """

    state: str | None = None
    search: str = ""
    after: int = -2
    limit: int = Field(default=100, ge=1, le=1000)


class TryQuery(InstanceQuery):
    """Which try of it; the newest by default."""

    try_number: int | None = Field(default=None, validation_alias="try", ge=1)


class PartQuery(TryQuery):
    """From which byte on."""

    offset: int = Field(default=0, ge=0)


# -- messages of the socket ------------------------------------------------------------------------


class From(Sent):
    """Send the changes after `cursor` from now on; -1 is the newest there is."""

    op: Literal["from"]
    cursor: int = -1


class Follow(Sent):
    """Stream cell events and log of an attempt under a name of the client's own."""

    op: Literal["follow"]
    id: str
    dag_id: str
    run_id: str
    task_id: str
    map_index: int = -1
    try_number: int | None = None
    offset: int = Field(default=0, ge=0)
    log_offset: int = Field(default=0, ge=0)


class Unfollow(Sent):
    """No more of that."""

    op: Literal["unfollow"]
    id: str


class Ping(Sent):
    """Are you there?"""

    op: Literal["ping"]


Message: TypeAlias = Annotated[From | Follow | Unfollow | Ping, Field(discriminator="op")]
