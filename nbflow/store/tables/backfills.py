"""Backfills and their dates."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, false
from sqlalchemy.orm import Mapped, mapped_column

from nbflow.core.backfill import BackfillState, Reprocess, Step
from nbflow.store.columns import BigKey, JsonText, TextTuple, WordType
from nbflow.store.tables.base import Row, condition_on, one_of, partial_index

_ACTIVE_BACKFILL = one_of([BackfillState.RUNNING, BackfillState.PAUSED])


class BackfillRow(Row):
    """One backfill. Columns for the fields of `core.backfill.Backfill` bear their names."""

    __tablename__ = "backfills"
    __table_args__ = (
        Index("ix_backfills_dag_id_id", "dag_id", "id"),
        partial_index("ix_backfills_active", _ACTIVE_BACKFILL, "state"),
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


BACKFILL_IS_ACTIVE = condition_on("backfills", _ACTIVE_BACKFILL)
