"""DAG runs, their task instances, and the tries of these."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint, false, text
from sqlalchemy.orm import Mapped, mapped_column

from nbflow.core.states import Reason, RunState, RunType, TaskState
from nbflow.store.columns import BigKey, JsonText, TextTuple, WordType
from nbflow.store.tables.base import Row, condition_on, one_of, partial_index

_ACTIVE_RUN = one_of([RunState.QUEUED, RunState.RUNNING])
_LIVE_TASK = one_of([TaskState.QUEUED, TaskState.RUNNING])
_DEFERRED_TASK = f"state = '{TaskState.DEFERRED}'"
_WAITING_FOR_RETRY = f"state = '{TaskState.UP_FOR_RETRY}'"


class DagRunRow(Row):
    """One run. Columns for the fields of `core.snapshot.DagRun` bear their names."""

    __tablename__ = "dag_runs"
    __table_args__ = (
        UniqueConstraint("dag_id", "run_id"),
        Index("ix_dag_runs_dag_id_id", "dag_id", "id"),
        Index("ix_dag_runs_dag_id_logical_date", "dag_id", "logical_date"),
        partial_index("ix_dag_runs_active", _ACTIVE_RUN, "state"),
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


class TaskInstanceRow(Row):
    """One task instance. Columns for the fields of `core.snapshot.TaskInstance` bear their names.

    Pool, slots and weight are copied from the task, so that slots are counted from rows alone.
    """

    __tablename__ = "task_instances"
    __table_args__ = (
        UniqueConstraint("run_pk", "task_id", "map_index"),
        partial_index("ix_task_instances_live", _LIVE_TASK, "state", "pool", "pool_slots"),
        partial_index("ix_task_instances_deferred", _DEFERRED_TASK, "state", "pool", "pool_slots"),
        partial_index("ix_task_instances_retry", _WAITING_FOR_RETRY, "state", "next_try_at"),
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


RUN_IS_ACTIVE = condition_on("dag_runs", _ACTIVE_RUN)
TASK_IS_LIVE = condition_on("task_instances", _LIVE_TASK)
TASK_IS_DEFERRED = condition_on("task_instances", _DEFERRED_TASK)
TASK_WAITS_FOR_RETRY = condition_on("task_instances", _WAITING_FOR_RETRY)
