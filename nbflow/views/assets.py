"""Assets as a person sees them: the list, one with its events, what a DAG still waits for, and the
graph of DAGs across assets.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, Literal

from nbflow.core.assets import AssetEvent, AssetNode
from nbflow.core.dag import Dag
from nbflow.core.errors import NotFoundError
from nbflow.core.spelling import did_you_mean
from nbflow.core.timetables import awaited_assets, timetable_from_json
from nbflow.store import asset_browsing, journal
from nbflow.store import assets as asset_store
from nbflow.store.asset_browsing import ListedAsset, Reference
from nbflow.store.database import Database, Session
from nbflow.views.shapes import (
    AssetDetail,
    AssetEventList,
    AssetEventView,
    AssetList,
    AssetTaskView,
    AssetView,
    AwaitedAsset,
    AwaitedAssets,
    LineageEdge,
    LineageNode,
    LineageView,
    RunName,
)


def asset_list(database: Database, search: str = "") -> AssetList:
    """The assets whose name or URI holds `search`, by name."""
    with database.reading() as session:
        cursor = journal.last_cursor(session)
        return AssetList(_views(session, asset_browsing.assets(session, search)), cursor)


def asset_detail(database: Database, name: str, limit: int = 25) -> AssetDetail:
    """One asset, by name or URI. Raises NotFoundError with the closest names."""
    with database.reading() as session:
        listed = asset_browsing.assets(session)
        found = [one for one in listed if name in (one.node.name, one.uri)]
        found.sort(key=lambda one: one.node.name != name)
        if not found:
            near = did_you_mean(name, [one.node.name for one in listed])
            raise NotFoundError(f"There is no asset {name!r}. {near}")
        (view,) = _views(session, found[:1])
        events = asset_browsing.events(session, view.name, limit=limit)
        return AssetDetail(view, _event_views(session, events))


def asset_events(
    database: Database, name: str | None = None, before: int | None = None, limit: int = 25
) -> AssetEventList:
    """The newest events of one asset or of all."""
    with database.reading() as session:
        found = asset_browsing.events(session, name, before, limit)
        more = found[-1].id if len(found) == limit else None
        return AssetEventList(_event_views(session, found), None if more is None else str(more))


def events_of_run(session: Session, dag_id: str, run_id: str) -> list[AssetEventView]:
    """What a run has emitted, oldest first."""
    return _event_views(session, asset_browsing.events_of_run(session, dag_id, run_id))


def triggering_events(session: Session, run_pk: int) -> list[AssetEventView]:
    """What has brought a run about, oldest first."""
    return _event_views(session, asset_store.triggering(session, run_pk))


def awaited(session: Session, dag: Dag) -> AwaitedAssets | None:
    """What the schedule of a DAG waits for; None for one that waits for no asset."""
    expression = awaited_assets(timetable_from_json(dag.timetable))
    if expression is None:
        return None
    updated = asset_browsing.updated(session, dag.dag_id)
    missing = expression.missing(updated)
    leaves = list(dict.fromkeys(leaf.node for leaf in expression.leaves()))
    return AwaitedAssets(
        expression.describe(),
        [_awaited(node, updated, missing=node in missing) for node in leaves],
        _in_words(updated, missing),
    )


def _awaited(node: AssetNode, updated: Mapping[AssetNode, Any], *, missing: bool) -> AwaitedAsset:
    at = updated.get(node)
    return AwaitedAsset(node.name, node.kind, None if at is None else at.isoformat(), missing)


def _in_words(updated: Mapping[AssetNode, object], missing: Sequence[AssetNode]) -> str:
    if not missing:
        return "There is news of all it waits for: a run is about to be created."
    names = ", ".join(node.name for node in missing)
    had = ", ".join(sorted(node.name for node in updated)) or "nothing"
    return f"It waits for news of {names}; since its last run there was news of {had}."


def lineage(database: Database) -> LineageView:
    """DAGs and assets as one graph: who makes what, and who uses it or waits for it."""
    with database.reading() as session:
        listed = asset_browsing.assets(session)
        references = asset_browsing.references(session)
    used = {reference.node for reference in references}
    dags = dict.fromkeys(reference.dag_id for reference in references)
    nodes = [
        *(LineageNode(f"dag:{dag_id}", "dag", dag_id, "") for dag_id in dags),
        *(_lineage_node(one) for one in listed if one.node in used),
    ]
    edges = dict.fromkeys(_lineage_edge(reference) for reference in references)
    return LineageView(nodes, list(edges))


def _lineage_node(one: ListedAsset) -> LineageNode:
    kind, name = one.node
    return LineageNode(f"{kind}:{name}", kind, name, one.uri)


def _lineage_edge(one: Reference) -> LineageEdge:
    dag, asset = f"dag:{one.dag_id}", f"{one.node.kind}:{one.node.name}"
    role: Literal["outlet", "inlet", "schedule"] = "schedule"
    if one.role == "outlet":
        return LineageEdge(dag, asset, "outlet")
    if one.role == "inlet":
        role = "inlet"
    return LineageEdge(asset, dag, role)


def _views(session: Session, listed: Sequence[ListedAsset]) -> list[AssetView]:
    last = asset_browsing.last_events(session)
    by_node: dict[AssetNode, list[Reference]] = defaultdict(list)
    for reference in asset_browsing.references(session):
        by_node[reference.node].append(reference)
    return [
        AssetView(
            name=one.node.name,
            kind=one.node.kind,
            uri=one.uri,
            group=one.group,
            extra=dict(one.extra),
            last_event=last[one.node.name].isoformat() if one.node.name in last else None,
            producers=_tasks(by_node[one.node], "outlet"),
            consumers=_tasks(by_node[one.node], "inlet"),
            schedules=[r.dag_id for r in by_node[one.node] if r.role == "schedule"],
        )
        for one in listed
    ]


def _tasks(references: Sequence[Reference], role: str) -> list[AssetTaskView]:
    return [AssetTaskView(one.dag_id, one.task_id) for one in references if one.role == role]


def _event_views(session: Session, events: Sequence[AssetEvent]) -> list[AssetEventView]:
    runs = asset_browsing.triggered_runs(session, [event.id for event in events])
    return [
        AssetEventView(
            id=event.id,
            asset=event.asset.name,
            uri=event.asset.uri,
            at=event.timestamp.isoformat(),
            extra=dict(event.extra),
            source_dag_id=event.source_dag_id,
            source_run_id=event.source_run_id,
            source_task_id=event.source_task_id,
            source_map_index=event.source_map_index,
            aliases=list(event.aliases),
            actor=event.actor,
            runs=[RunName(run.dag_id, run.run_id, run.state) for run in runs.get(event.id, [])],
        )
        for event in events
    ]
