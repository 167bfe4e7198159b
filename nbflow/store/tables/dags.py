"""DAGs, the versions they have had, and what is wrong with their files."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column

from nbflow.store.columns import BigKey, JsonText, TextTuple
from nbflow.store.tables.base import Row


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
