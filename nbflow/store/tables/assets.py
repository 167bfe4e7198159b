"""Assets: who makes and uses them, what happened to them, and what that brought about."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from nbflow.store.columns import BigKey, JsonText, TextTuple
from nbflow.store.tables.base import Row


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
