"""What screens ask about assets: the list, what makes and uses each, and its events, newest first.

Read-only and bounded; what the scheduler asks is in `assets.py`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, func, or_, select

from nbflow.core.assets import AssetEvent, AssetNode
from nbflow.core.json import JsonObject
from nbflow.store.assets import event_of
from nbflow.store.database import Session
from nbflow.store.tables import (
    AssetEventRow,
    AssetQueueRow,
    AssetReferenceRow,
    AssetRow,
    AssetRunRow,
    DagRow,
    DagRunRow,
    table_of,
)

_ASSETS, _REFERENCES = table_of(AssetRow), table_of(AssetReferenceRow)
_EVENTS, _QUEUE, _TRIGGERED = (
    table_of(AssetEventRow),
    table_of(AssetQueueRow),
    table_of(AssetRunRow),
)
_DAGS, _RUNS = table_of(DagRow), table_of(DagRunRow)


@dataclass(frozen=True)
class ListedAsset:
    """An asset or alias as its DAGs describe it."""

    node: AssetNode
    uri: str
    group: str
    extra: JsonObject


@dataclass(frozen=True)
class Reference:
    """What a DAG that a file defines now has to do with an asset; `role` is outlet, inlet or
    schedule.
    """

    dag_id: str
    task_id: str
    role: str
    node: AssetNode


@dataclass(frozen=True)
class TriggeredRun:
    """A run that an event brought about."""

    dag_id: str
    run_id: str
    state: str


def assets(session: Session, search: str = "") -> list[ListedAsset]:
    """Every asset and alias by name; `search` is looked for in names and URIs."""
    query = select(_ASSETS).order_by(_ASSETS.c.name, _ASSETS.c.kind)
    if search:
        found = (
            column.icontains(search, autoescape=True) for column in (_ASSETS.c.name, _ASSETS.c.uri)
        )
        query = query.where(or_(*found))
    return [
        ListedAsset(AssetNode(row.kind, row.name), row.uri, row.group, row.extra)
        for row in session.execute(query)
    ]


def references(session: Session) -> list[Reference]:
    """What all DAGs there are now have to do with assets."""
    columns = [_REFERENCES.c[name] for name in ("dag_id", "task_id", "role", "kind", "name")]
    query = select(*columns).join(_DAGS, _DAGS.c.dag_id == _REFERENCES.c.dag_id)
    ordered = query.where(_DAGS.c.active).order_by(*columns[:2])
    return [
        Reference(row.dag_id, row.task_id, row.role, AssetNode(row.kind, row.name))
        for row in session.execute(ordered)
    ]


def last_events(session: Session) -> Mapping[str, datetime]:
    """When each asset was made last."""
    newest = select(func.max(_EVENTS.c.id)).group_by(_EVENTS.c.asset)
    rows = session.execute(select(_EVENTS.c.asset, _EVENTS.c.at).where(_EVENTS.c.id.in_(newest)))
    return {row.asset: row.at for row in rows}


def events(
    session: Session, asset: str | None, before: int | None = None, limit: int = 25
) -> list[AssetEvent]:
    """The newest events of one asset or of all: at most `limit`, older than the id `before`."""
    query = _events().order_by(_EVENTS.c.id.desc()).limit(limit)
    if asset is not None:
        query = query.where(_EVENTS.c.asset == asset)
    if before is not None:
        query = query.where(_EVENTS.c.id < before)
    return [event_of(row) for row in session.execute(query)]


def events_of_run(session: Session, dag_id: str, run_id: str) -> list[AssetEvent]:
    """The events that a run has emitted, oldest first."""
    mine = and_(_EVENTS.c.source_dag_id == dag_id, _EVENTS.c.source_run_id == run_id)
    return [event_of(row) for row in session.execute(_events().where(mine).order_by(_EVENTS.c.id))]


def triggered_runs(session: Session, event_ids: Sequence[int]) -> Mapping[int, list[TriggeredRun]]:
    """The runs that each of these events brought about."""
    query = (
        select(_TRIGGERED.c.event_id, _RUNS.c.dag_id, _RUNS.c.run_id, _RUNS.c.state)
        .join(_RUNS, _RUNS.c.id == _TRIGGERED.c.run_pk)
        .where(_TRIGGERED.c.event_id.in_(event_ids))
        .order_by(_RUNS.c.id)
    )
    found: dict[int, list[TriggeredRun]] = defaultdict(list)
    for event_id, dag_id, run_id, state in session.execute(query) if event_ids else ():
        found[event_id].append(TriggeredRun(dag_id, run_id, str(state)))
    return found


def updated(session: Session, dag_id: str) -> Mapping[AssetNode, datetime]:
    """What this DAG waits for and has had news of since its last run."""
    rows = session.execute(select(_QUEUE).where(_QUEUE.c.dag_id == dag_id))
    return {AssetNode(row.kind, row.name): row.at for row in rows}


def _events() -> Any:  # noqa: ANN401 - a statement with the columns that `event_of` reads
    return select(_EVENTS, _ASSETS.c.uri, _ASSETS.c.group, _ASSETS.c.extra.label("about")).join(
        _ASSETS, and_(_ASSETS.c.kind == "asset", _ASSETS.c.name == _EVENTS.c.asset)
    )
