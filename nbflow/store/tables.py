"""The tables: what each row means, what makes it unique, what the loop and the screens look for.

Rows never leave the store. Partial indexes cover unfinished work only, so that a question of the
scheduler costs as much as there is work, however long the history is. A query that is to use one
must repeat its very condition (`RUN_IS_ACTIVE` and its like): SQLite compares them term by term,
and prefers an index whose first column the condition names.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar, TypeAlias, cast

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    MetaData,
    Table,
    UniqueConstraint,
    false,
    literal_column,
    text,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from nbflow.core.backfill import BackfillState, Reprocess, Step
from nbflow.core.states import Reason, RunState, RunType, TaskState
from nbflow.store.columns import (
    BigKey,
    Bytes,
    CleanText,
    JsonText,
    TextTuple,
    UtcDateTime,
    WordType,
)

if TYPE_CHECKING:
    from sqlalchemy import Row as ResultRow
    from sqlalchemy import Select
    from sqlalchemy.dialects import postgresql, sqlite
    from typing_extensions import Unpack

# What statements over untyped columns give, and those statements.
AnyRow: TypeAlias = "ResultRow[Unpack[tuple[Any, ...]]]"
AnySelect: TypeAlias = "Select[Unpack[tuple[Any, ...]]]"

_NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Row(DeclarativeBase):
    """The base of all tables. Text is cleaned and instants are UTC."""

    metadata = MetaData(naming_convention=_NAMES)
    type_annotation_map: ClassVar = {str: CleanText(), datetime: UtcDateTime()}


def _where(name: str, condition: str, *columns: str) -> Index:
    """A partial index on SQLite; `creation` makes it one on PostgreSQL too.

    To say so here would load that dialect, 0.06 s, into every process that works on a file.
    """
    return Index(name, *columns, sqlite_where=text(condition))


def _one_of(states: Iterable[TaskState | RunState | BackfillState]) -> str:
    return "state IN ({})".format(", ".join(f"'{state}'" for state in states))


_ACTIVE_RUN = _one_of([RunState.QUEUED, RunState.RUNNING])
_ACTIVE_BACKFILL = _one_of([BackfillState.RUNNING, BackfillState.PAUSED])
_LIVE_TASK = _one_of([TaskState.QUEUED, TaskState.RUNNING])
_DEFERRED_TASK = f"state = '{TaskState.DEFERRED}'"
_WAITING_FOR_RETRY = f"state = '{TaskState.UP_FOR_RETRY}'"
_OPEN_CALLBACK = "state IN ('due', 'sent')"
_HAS_URL = "url IS NOT NULL"
_PENDING = "handled_at IS NULL"
_AUDIT_LINE = "kind IN ('request', 'variable', 'connection')"


class DagRow(Row):
    """A DAG as it is known now: its current version, its file, and how far its schedule has come.

    `last_logical_date` and `last_run_after` are those of its latest scheduled run. They are kept
    here and not looked up in `dag_runs`, so that retention may delete old runs without their being
    created anew. `held` tells that being paused holds runs in progress too. `calendar` is
    what a timetable of somebody's own class was asked for ahead of time. `added` tells that a
    person has named its file, which is in none of the folders of DAGs.
    """

    __tablename__ = "dags"

    dag_id: Mapped[str] = mapped_column(primary_key=True)
    file: Mapped[str] = mapped_column(index=True)
    version: Mapped[int]
    active: Mapped[bool]
    paused: Mapped[bool]
    held: Mapped[bool] = mapped_column(server_default=false())
    added: Mapped[bool] = mapped_column(server_default=false())
    source: Mapped[str]
    display_name: Mapped[str] = mapped_column(server_default="")
    description: Mapped[str]
    owner: Mapped[str]
    tags: Mapped[tuple[str, ...]] = mapped_column(TextTuple())
    timetable: Mapped[object] = mapped_column(JsonText(), nullable=False)
    task_count: Mapped[int]
    start_date: Mapped[datetime | None]
    end_date: Mapped[datetime | None]
    calendar: Mapped[object | None] = mapped_column(JsonText())
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    last_logical_date: Mapped[datetime | None]
    last_run_after: Mapped[datetime | None]


class DagVersionRow(Row):
    """One meaning a DAG has had: its spec, and the code that would run (see `sources.meaning`).

    `root` is the project folder that the files of the bundle were last found in.
    """

    __tablename__ = "dag_versions"
    __table_args__ = (
        UniqueConstraint("dag_id", "fingerprint"),
        UniqueConstraint("dag_id", "number"),
    )

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    dag_id: Mapped[str] = mapped_column(ForeignKey("dags.dag_id", ondelete="CASCADE"))
    number: Mapped[int]
    fingerprint: Mapped[str]
    spec: Mapped[object] = mapped_column(JsonText(), nullable=False)
    bundle_digest: Mapped[str] = mapped_column(ForeignKey("bundles.digest"), index=True)
    root: Mapped[str | None]
    created_at: Mapped[datetime]


class BundleRow(Row):
    """The set of files a DAG file was made of."""

    __tablename__ = "bundles"

    digest: Mapped[str] = mapped_column(primary_key=True)
    created_at: Mapped[datetime]


class BundleFileRow(Row):
    """One file of a bundle, by its path inside it."""

    __tablename__ = "bundle_files"

    bundle_digest: Mapped[str] = mapped_column(
        ForeignKey("bundles.digest", ondelete="CASCADE"), primary_key=True
    )
    path: Mapped[str] = mapped_column(primary_key=True)
    source_digest: Mapped[str] = mapped_column(ForeignKey("sources.digest"), index=True)


class SourceRow(Row):
    """The content of a file, zlib-compressed, under the SHA-256 of the plain content."""

    __tablename__ = "sources"

    digest: Mapped[str] = mapped_column(primary_key=True)
    size: Mapped[int]
    content: Mapped[bytes] = mapped_column(Bytes)


class ImportErrorRow(Row):
    """One problem of a DAG file, as found when it was last read; `problem` is `Problem.to_json`."""

    __tablename__ = "import_errors"

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    file: Mapped[str] = mapped_column(index=True)
    code: Mapped[str]
    severity: Mapped[str]
    dag_id: Mapped[str | None]
    problem: Mapped[object] = mapped_column(JsonText(), nullable=False)
    seen_at: Mapped[datetime]


class DagRunRow(Row):
    """One run. Columns for the fields of `core.snapshot.DagRun` bear their names."""

    __tablename__ = "dag_runs"
    __table_args__ = (
        UniqueConstraint("dag_id", "run_id"),
        Index("ix_dag_runs_dag_id_id", "dag_id", "id"),
        Index("ix_dag_runs_dag_id_logical_date", "dag_id", "logical_date"),
        _where("ix_dag_runs_active", _ACTIVE_RUN, "state"),
    )

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    version_id: Mapped[int] = mapped_column(
        ForeignKey("dag_versions.id", ondelete="CASCADE"), index=True
    )
    dag_id: Mapped[str] = mapped_column(ForeignKey("dags.dag_id", ondelete="CASCADE"))
    run_id: Mapped[str]
    state: Mapped[RunState] = mapped_column(WordType(RunState))
    run_type: Mapped[RunType] = mapped_column(WordType(RunType))
    run_after: Mapped[datetime | None]
    logical_date: Mapped[datetime | None]
    data_interval_start: Mapped[datetime | None]
    data_interval_end: Mapped[datetime | None]
    params: Mapped[object] = mapped_column(JsonText(), nullable=False)
    created_at: Mapped[datetime | None]
    started_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None] = mapped_column(index=True)
    message: Mapped[str]
    cancelling: Mapped[Reason | None] = mapped_column(WordType(Reason))
    note: Mapped[str] = mapped_column(server_default="")
    only: Mapped[tuple[str, ...] | None] = mapped_column(TextTuple())
    rerun_of: Mapped[str | None]
    secret_params: Mapped[tuple[str, ...]] = mapped_column(TextTuple(), server_default="[]")
    backfill_id: Mapped[int | None] = mapped_column(BigKey, index=True)
    missed_deadlines: Mapped[tuple[str, ...]] = mapped_column(TextTuple(), server_default="[]")
    requeued_at: Mapped[datetime | None]
    average_runtimes: Mapped[object] = mapped_column(JsonText(), server_default="{}")
    no_cache: Mapped[bool] = mapped_column(server_default=false())
    edits: Mapped[object] = mapped_column(JsonText(), nullable=False, server_default="{}")


class BackfillRow(Row):
    """One backfill. Columns for the fields of `core.backfill.Backfill` bear their names."""

    __tablename__ = "backfills"
    __table_args__ = (
        Index("ix_backfills_dag_id_id", "dag_id", "id"),
        _where("ix_backfills_active", _ACTIVE_BACKFILL, "state"),
    )

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    dag_id: Mapped[str] = mapped_column(ForeignKey("dags.dag_id", ondelete="CASCADE"))
    from_date: Mapped[datetime]
    to_date: Mapped[datetime]
    reprocess: Mapped[Reprocess] = mapped_column(WordType(Reprocess))
    max_active_runs: Mapped[int]
    run_backwards: Mapped[bool]
    params: Mapped[object] = mapped_column(JsonText(), nullable=False)
    tasks: Mapped[tuple[str, ...] | None] = mapped_column(TextTuple())
    state: Mapped[BackfillState] = mapped_column(WordType(BackfillState))
    actor: Mapped[str]
    created_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    no_cache: Mapped[bool] = mapped_column(server_default=false())


class BackfillDateRow(Row):
    """One date of a backfill, in the order of `position`; `done` when it was dealt with.

    What was done to it is `step`; the run that stands for it is `run_id`.
    """

    __tablename__ = "backfill_dates"

    backfill_id: Mapped[int] = mapped_column(
        ForeignKey("backfills.id", ondelete="CASCADE"), primary_key=True
    )
    position: Mapped[int] = mapped_column(primary_key=True)
    run_id: Mapped[str]
    step: Mapped[Step] = mapped_column(WordType(Step))
    why: Mapped[str]
    logical_date: Mapped[datetime]
    data_interval_start: Mapped[datetime]
    data_interval_end: Mapped[datetime]
    run_after: Mapped[datetime]
    done: Mapped[bool] = mapped_column(server_default=false())


class TaskInstanceRow(Row):
    """One task instance. Columns for the fields of `core.snapshot.TaskInstance` bear their names.

    Pool, slots and weight are copied from the task, so that slots are counted from rows alone.
    """

    __tablename__ = "task_instances"
    __table_args__ = (
        UniqueConstraint("run_pk", "task_id", "map_index"),
        _where("ix_task_instances_live", _LIVE_TASK, "state", "pool", "pool_slots"),
        _where("ix_task_instances_deferred", _DEFERRED_TASK, "state", "pool", "pool_slots"),
        _where("ix_task_instances_retry", _WAITING_FOR_RETRY, "state", "next_try_at"),
    )

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    run_pk: Mapped[int] = mapped_column(ForeignKey("dag_runs.id", ondelete="CASCADE"))
    task_id: Mapped[str]
    map_index: Mapped[int] = mapped_column(server_default=text("-1"))
    state: Mapped[TaskState] = mapped_column(
        WordType(TaskState), server_default=str(TaskState.NONE)
    )
    try_number: Mapped[int] = mapped_column(server_default=text("0"))
    attempt_id: Mapped[str | None]
    reason: Mapped[Reason | None] = mapped_column(WordType(Reason))
    message: Mapped[str] = mapped_column(server_default="")
    failures: Mapped[int] = mapped_column(server_default=text("0"))
    infra_failures: Mapped[int] = mapped_column(server_default=text("0"))
    next_try_at: Mapped[datetime | None]
    scheduled_at: Mapped[datetime | None]
    queued_at: Mapped[datetime | None]
    started_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    follow: Mapped[tuple[str, ...] | None] = mapped_column(TextTuple())
    short_circuit: Mapped[bool] = mapped_column(server_default=false())
    restart: Mapped[bool] = mapped_column(server_default=false())
    lengths: Mapped[object | None] = mapped_column(JsonText())
    map_name: Mapped[str] = mapped_column(server_default="")
    waits_for: Mapped[object | None] = mapped_column(JsonText())
    waiting_since: Mapped[datetime | None]
    pokes: Mapped[int] = mapped_column(server_default=text("0"))
    note: Mapped[str] = mapped_column(server_default="")
    cache_key: Mapped[str | None]
    cached: Mapped[object | None] = mapped_column(JsonText())
    pool: Mapped[str]
    pool_slots: Mapped[int]
    priority_weight: Mapped[int]
    worker: Mapped[str] = mapped_column(server_default="")


class TryRow(Row):
    """One attempt, from the moment it was handed to the executor. `peak_memory` is in bytes."""

    __tablename__ = "tries"
    __table_args__ = (Index("ix_tries_run_pk_task_id", "run_pk", "task_id", "map_index"),)

    attempt_id: Mapped[str] = mapped_column(primary_key=True)
    run_pk: Mapped[int] = mapped_column(ForeignKey("dag_runs.id", ondelete="CASCADE"))
    task_id: Mapped[str]
    map_index: Mapped[int]
    try_number: Mapped[int]
    state: Mapped[TaskState] = mapped_column(WordType(TaskState))
    reason: Mapped[Reason | None] = mapped_column(WordType(Reason))
    message: Mapped[str]
    traceback: Mapped[str]
    cell: Mapped[int | None]
    worker: Mapped[str]
    queued_at: Mapped[datetime]
    started_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    output_notebook: Mapped[str | None]
    log: Mapped[str | None]
    peak_memory: Mapped[int | None] = mapped_column(BigKey)
    rendered: Mapped[object | None] = mapped_column(JsonText())
    names_read: Mapped[object | None] = mapped_column(JsonText())
    kernel: Mapped[object | None] = mapped_column(JsonText())


class ValueRow(Row):
    """One value a task instance handed on. Columns from `type` on are the fields of `ValueRef`."""

    __tablename__ = "values"
    __table_args__ = (
        ForeignKeyConstraint(["run_pk"], ["dag_runs.id"], ondelete="CASCADE"),
        _where("ix_values_url", _HAS_URL, "url"),
    )

    run_pk: Mapped[int] = mapped_column(BigKey, primary_key=True, autoincrement=False)
    task_id: Mapped[str] = mapped_column(primary_key=True)
    map_index: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    type: Mapped[str]
    json: Mapped[object | None] = mapped_column(JsonText())
    url: Mapped[str | None]
    digest: Mapped[str | None]
    size: Mapped[int] = mapped_column(BigKey)
    preview: Mapped[str]
    length: Mapped[int | None] = mapped_column(BigKey)
    hides: Mapped[bool] = mapped_column(server_default=false())


class CacheEntryRow(Row):
    """A result that may stand for running a task again, and the attempt it came from. Columns up to
    `result`, which holds the rest of its outcome, are the fields of `core.cache.CacheEntry`.
    """

    __tablename__ = "cache_entries"

    key: Mapped[str] = mapped_column(primary_key=True)
    dag_id: Mapped[str]
    run_id: Mapped[str]
    task_id: Mapped[str]
    map_index: Mapped[int]
    attempt_id: Mapped[str] = mapped_column(index=True)
    at: Mapped[datetime]
    result: Mapped[object] = mapped_column(JsonText(), nullable=False)


class CacheValueRow(Row):
    """One value of a result in the cache. Columns from `type` on are the fields of `ValueRef`."""

    __tablename__ = "cache_values"
    __table_args__ = (_where("ix_cache_values_url", _HAS_URL, "url"),)

    cache_key: Mapped[str] = mapped_column(
        ForeignKey("cache_entries.key", ondelete="CASCADE"), primary_key=True
    )
    name: Mapped[str] = mapped_column(primary_key=True)
    type: Mapped[str]
    json: Mapped[object | None] = mapped_column(JsonText())
    url: Mapped[str | None]
    digest: Mapped[str | None]
    size: Mapped[int] = mapped_column(BigKey)
    preview: Mapped[str]
    length: Mapped[int | None] = mapped_column(BigKey)
    hides: Mapped[bool] = mapped_column(server_default=false())


class CacheUseRow(Row):
    """A run uses what an attempt of another run has left in the artifact store."""

    __tablename__ = "cache_uses"

    attempt_id: Mapped[str] = mapped_column(primary_key=True)
    run_pk: Mapped[int] = mapped_column(
        ForeignKey("dag_runs.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    dag_id: Mapped[str]
    run_id: Mapped[str]
    task_id: Mapped[str]


class CallbackRow(Row):
    """A callback or a notification that is, or was, due: the intent before it is carried out.

    `state`: due, sent (it may have begun), and then success, failed or lost. It never goes back.
    """

    __tablename__ = "callbacks"
    __table_args__ = (
        Index("ix_callbacks_run_pk", "run_pk", "task_id", "map_index"),
        _where("ix_callbacks_open", _OPEN_CALLBACK, "state"),
    )

    callback_id: Mapped[str] = mapped_column(primary_key=True)
    run_pk: Mapped[int] = mapped_column(ForeignKey("dag_runs.id", ondelete="CASCADE"))
    kind: Mapped[str]
    occasion: Mapped[str]
    position: Mapped[int]
    name: Mapped[str]
    task_id: Mapped[str | None]
    map_index: Mapped[int]
    try_number: Mapped[int]
    attempt_id: Mapped[str | None]
    facts: Mapped[object] = mapped_column(JsonText(), nullable=False)
    due_at: Mapped[datetime]
    state: Mapped[str]
    message: Mapped[str]
    traceback: Mapped[str]
    log: Mapped[str | None]
    ended_at: Mapped[datetime | None]


class JournalRow(Row):
    """One line of what happened. `cursor` only grows. A line outlives what it speaks of."""

    __tablename__ = "journal"
    __table_args__ = (
        Index("ix_journal_dag_id_run_id", "dag_id", "run_id", "cursor"),
        _where("ix_journal_audit", _AUDIT_LINE, "cursor"),
        {"sqlite_autoincrement": True},
    )

    cursor: Mapped[int] = mapped_column(BigKey, primary_key=True)
    at: Mapped[datetime]
    kind: Mapped[str]
    dag_id: Mapped[str | None]
    run_id: Mapped[str | None]
    task_id: Mapped[str | None]
    map_index: Mapped[int | None]
    state: Mapped[str | None]
    actor: Mapped[str | None]
    data: Mapped[object] = mapped_column(JsonText(), nullable=False)


class RequestRow(Row):
    """What a person asked for, by which door, and what the scheduler answered."""

    __tablename__ = "requests"
    __table_args__ = (
        _where("ix_requests_pending", _PENDING, "handled_at", "id"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    verb: Mapped[str]
    payload: Mapped[object] = mapped_column(JsonText(), nullable=False)
    actor: Mapped[str | None]
    door: Mapped[str] = mapped_column(server_default="")
    created_at: Mapped[datetime]
    handled_at: Mapped[datetime | None]
    outcome: Mapped[str | None]
    message: Mapped[str] = mapped_column(server_default="")
    result: Mapped[object | None] = mapped_column(JsonText())


class LeaseRow(Row):
    """Who may do what `name` stands for, and until when.

    The row stays when the lease is given back, because `fencing` must only grow.
    """

    __tablename__ = "leases"

    name: Mapped[str] = mapped_column(primary_key=True)
    holder: Mapped[str | None]
    fencing: Mapped[int]
    hostname: Mapped[str]
    pid: Mapped[int]
    acquired_at: Mapped[datetime]
    renewed_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    info: Mapped[object] = mapped_column(JsonText(), nullable=False)


class PoolRow(Row):
    """A named number of slots that tasks share; -1 means no limit.

    With `include_deferred` task instances that wait without a worker keep their slots.
    """

    __tablename__ = "pools"

    name: Mapped[str] = mapped_column(primary_key=True)
    slots: Mapped[int]
    description: Mapped[str] = mapped_column(server_default="")
    include_deferred: Mapped[bool] = mapped_column(server_default=false())


class AssetRow(Row):
    """An asset, or an alias, that a DAG names or an event told of; as its DAG last described it."""

    __tablename__ = "assets"

    kind: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(primary_key=True)
    uri: Mapped[str]
    group: Mapped[str]
    extra: Mapped[object] = mapped_column(JsonText(), nullable=False)
    created_at: Mapped[datetime]


class AssetReferenceRow(Row):
    """What a DAG has to do with an asset: its tasks make it (`outlet`) or use it (`inlet`), or its
    schedule waits for it (`schedule`, with an empty task id). `uri` is what this DAG takes it for,
    empty where it does not say.

    Of what a schedule waits for, events up to `since_event` are behind the DAG.
    """

    __tablename__ = "asset_references"
    __table_args__ = (Index("ix_asset_references_kind_name", "kind", "name"),)

    dag_id: Mapped[str] = mapped_column(
        ForeignKey("dags.dag_id", ondelete="CASCADE"), primary_key=True
    )
    task_id: Mapped[str] = mapped_column(primary_key=True)
    role: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(primary_key=True)
    uri: Mapped[str]
    since_event: Mapped[int] = mapped_column(BigKey, server_default=text("0"))


class AssetEventRow(Row):
    """An asset was made. It outlives the run that made it."""

    __tablename__ = "asset_events"
    __table_args__ = (
        Index("ix_asset_events_asset_id", "asset", "id"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    asset: Mapped[str]
    at: Mapped[datetime]
    extra: Mapped[object] = mapped_column(JsonText(), nullable=False)
    source_dag_id: Mapped[str | None]
    source_run_id: Mapped[str | None]
    source_task_id: Mapped[str | None]
    source_map_index: Mapped[int]
    aliases: Mapped[tuple[str, ...]] = mapped_column(TextTuple())
    actor: Mapped[str | None]


class AssetEventAliasRow(Row):
    """An event was emitted through an alias."""

    __tablename__ = "asset_event_aliases"

    alias: Mapped[str] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(
        ForeignKey("asset_events.id", ondelete="CASCADE"), primary_key=True, index=True
    )


class AssetQueueRow(Row):
    """What a DAG waits for has had news since its last run."""

    __tablename__ = "asset_queue"

    dag_id: Mapped[str] = mapped_column(
        ForeignKey("dags.dag_id", ondelete="CASCADE"), primary_key=True
    )
    kind: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[datetime]


class AssetRunRow(Row):
    """The events that brought a run into being."""

    __tablename__ = "asset_runs"

    run_pk: Mapped[int] = mapped_column(
        ForeignKey("dag_runs.id", ondelete="CASCADE"), primary_key=True
    )
    event_id: Mapped[int] = mapped_column(
        ForeignKey("asset_events.id", ondelete="CASCADE"), primary_key=True, index=True
    )


class VariableRow(Row):
    """A variable. `value` is a Fernet token, which only the key outside the database opens."""

    __tablename__ = "variables"

    key: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[str]
    description: Mapped[str] = mapped_column(server_default="")
    updated_at: Mapped[datetime]


class ConnectionRow(Row):
    """A connection. `value`, a Fernet token, holds all its fields as JSON, host and login too."""

    __tablename__ = "connections"

    conn_id: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[str]
    updated_at: Mapped[datetime]


def table_of(row: type[Row]) -> Table:
    """The table behind a row class, for statements that write many rows or must be quick."""
    return cast("Table", row.__table__)


def columns_like(table: Table, value: type) -> list[Column[Any]]:  # Any: what comes of it varies
    """The columns that bear the names of the fields of the dataclass `value`, in its order."""
    return [table.c[field.name] for field in fields(value)]


def insert_into(session: Connection, table: Table) -> sqlite.Insert | postgresql.Insert:
    """An INSERT that can say what to do `on_conflict`, which SQLAlchemy has per database only."""
    # The dialect in use is loaded; the other takes 0.06 s that most commands need not wait for.
    if session.dialect.name == "sqlite":
        from sqlalchemy.dialects import sqlite  # noqa: PLC0415 - as above

        return sqlite.insert(table)
    from sqlalchemy.dialects import postgresql  # noqa: PLC0415 - as above

    return postgresql.insert(table)


def _condition(table: str, condition: str) -> ColumnElement[bool]:
    # Without a type: SQLAlchemy adds "= 1" to a boolean, and SQLite no longer sees the condition.
    return literal_column(f"{table}.{condition}")


BACKFILL_IS_ACTIVE = _condition("backfills", _ACTIVE_BACKFILL)
RUN_IS_ACTIVE = _condition("dag_runs", _ACTIVE_RUN)
TASK_IS_LIVE = _condition("task_instances", _LIVE_TASK)
TASK_IS_DEFERRED = _condition("task_instances", _DEFERRED_TASK)
TASK_WAITS_FOR_RETRY = _condition("task_instances", _WAITING_FOR_RETRY)
CALLBACK_IS_OPEN = _condition("callbacks", _OPEN_CALLBACK)
REQUEST_IS_PENDING = _condition("requests", _PENDING)
LINE_IS_AUDIT = _condition("journal", _AUDIT_LINE)
