"""Assets as the scheduler needs them: who waits for which, events, and which DAGs have news.

An event is written in the transaction of what caused it, together with a row in the queue of every
unpaused DAG whose schedule names the asset; a row that is there already stays, which is how several
events become one run. What screens ask is in `asset_browsing.py`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Literal, cast

from sqlalchemy import and_, bindparam, delete, func, insert, literal, or_, select, update

from nbflow.core.asset_timetables import AssetOrTimeTimetable, AssetTimetable
from nbflow.core.assets import (
    Asset,
    AssetAlias,
    AssetEvent,
    AssetLeaf,
    AssetNode,
    AssetRef,
    leaf_from_json,
)
from nbflow.core.dag import Dag
from nbflow.core.errors import Problem
from nbflow.core.json import Json
from nbflow.core.named_assets import conflicts_between
from nbflow.core.timetables import awaited_assets, timetable_from_json
from nbflow.store import journal
from nbflow.store.database import Session
from nbflow.store.journal import Change
from nbflow.store.tables import (
    AssetEventAliasRow,
    AssetEventRow,
    AssetQueueRow,
    AssetReferenceRow,
    AssetRow,
    AssetRunRow,
    DagRow,
    insert_into,
    table_of,
)

_ASSETS, _REFERENCES = table_of(AssetRow), table_of(AssetReferenceRow)
_EVENTS, _QUEUE, _RUNS = table_of(AssetEventRow), table_of(AssetQueueRow), table_of(AssetRunRow)
_ALIASES, _DAGS = table_of(AssetEventAliasRow), table_of(DagRow)

Role = Literal["outlet", "inlet", "schedule"]
Values = dict[str, object]

NEWEST = 100
"""So many events of each of its inlets a task may look at."""

_WITH_ASSETS = (AssetTimetable.kind, AssetOrTimeTimetable.kind)


# -- what DAGs have to do with assets --------------------------------------------------------------


def save_references(session: Session, dags: Sequence[Dag], now: datetime) -> None:
    """Remember which assets these DAGs make, use and wait for, and forget what they no longer do.

    What a DAG newly waits for counts from now on: earlier events are behind it.
    """
    if not dags:
        return
    found = {_key(row): (row, leaf) for dag in dags for row, leaf in _references(dag)}
    columns = [_REFERENCES.c[name] for name in _KEY]
    of_dags = _REFERENCES.c.dag_id.in_([dag.dag_id for dag in dags])
    query = select(*columns, _REFERENCES.c.uri).where(of_dags)
    there = {tuple(row[:-1]): row.uri for row in session.execute(query)}
    gone, new = there.keys() - found.keys(), found.keys() - there.keys()
    moved = [key for key in there if key in found and found[key][0]["uri"] != there[key]]
    if gone:
        session.execute(_FORGET, [dict(zip(_B_KEY, key, strict=True)) for key in gone])
    if unawaited := [_b_queue(key) for key in gone if key[2] == "schedule"]:
        session.execute(_FORGET_QUEUED, unawaited)
    if moved:
        rows = [
            {**dict(zip(_B_KEY, key, strict=True)), "uri": found[key][0]["uri"]} for key in moved
        ]
        session.execute(_MOVE, rows)
    if not found:
        return
    since = session.scalar(select(func.max(_EVENTS.c.id))) or 0
    if new:
        rows = [{**found[key][0], "since_event": since} for key in sorted(new)]
        session.execute(insert(_REFERENCES), rows)
    _describe(session, [leaf for _, leaf in found.values()], now)


def find_conflicts(session: Session, files: Mapping[str, Sequence[Dag]]) -> list[Problem]:
    """Where these files take an asset for something else than another file does."""
    if not any(_names_assets(dag) for dags in files.values() for dag in dags):
        return []
    named = (
        select(_REFERENCES.c.name, _REFERENCES.c.uri, _DAGS.c.file)
        .join(_DAGS, _DAGS.c.dag_id == _REFERENCES.c.dag_id)
        .where(_DAGS.c.active, _DAGS.c.file.not_in(files), _REFERENCES.c.uri != "")
        .order_by(_DAGS.c.created_at)
    )
    known = [(Asset(row.name, row.uri), row.file) for row in session.execute(named)]
    return list(conflicts_between(files.items(), known))


def _names_assets(dag: Dag) -> bool:
    waits = dag.timetable.get("kind") in _WITH_ASSETS
    return waits or any(task.outlets or task.inlets for task in dag.tasks)


_KEY = ("dag_id", "task_id", "role", "kind", "name")
_B_KEY = tuple(f"b_{name}" for name in _KEY)


def _key(row: Mapping[str, object]) -> tuple[object, ...]:
    return tuple(row[name] for name in _KEY)


def _b_queue(key: tuple[object, ...]) -> Values:
    return {"b_dag_id": key[0], "b_kind": key[3], "b_name": key[4]}


def _references(dag: Dag) -> Iterable[tuple[Values, AssetLeaf]]:
    for leaf in _awaited(dag):
        yield _reference(dag, "", "schedule", leaf), leaf
    for task in dag.tasks:
        for role, nodes in (("outlet", task.outlets), ("inlet", task.inlets)):
            for node in nodes:
                leaf = leaf_from_json(node)
                yield _reference(dag, task.task_id, cast("Role", role), leaf), leaf


def _awaited(dag: Dag) -> Iterable[AssetLeaf]:
    if dag.timetable.get("kind") not in _WITH_ASSETS:
        return
    expression = awaited_assets(timetable_from_json(dag.timetable))
    if expression is not None:
        yield from expression.leaves()


def _reference(dag: Dag, task_id: str, role: Role, leaf: AssetLeaf) -> Values:
    kind, name = leaf.node
    uri = leaf.uri if isinstance(leaf, Asset) else ""
    place = {"dag_id": dag.dag_id, "task_id": task_id, "role": role}
    return {**place, "kind": kind, "name": name, "uri": uri}


def _describe(session: Session, leaves: Iterable[AssetLeaf], now: datetime) -> None:
    """Write down what DAGs say of assets: a reference says only that there is one."""
    rows: dict[AssetNode, Values] = {}
    for leaf in leaves:
        if leaf.node not in rows or not isinstance(leaf, AssetRef):
            rows[leaf.node] = {**_asset_values(leaf), "created_at": now}
    known = {
        AssetNode(row.kind, row.name): row
        for row in session.execute(
            select(_ASSETS).where(_ASSETS.c.name.in_([node.name for node in rows]))
        )
    }
    described = {leaf.node for leaf in leaves if not isinstance(leaf, AssetRef)}
    changed = [
        values
        for node, values in rows.items()
        if node not in known or (node in described and _differs(known[node], values))
    ]
    if changed:
        upsert = insert_into(session, _ASSETS)
        newer = {name: upsert.excluded[name] for name in ("uri", "group", "extra")}
        session.execute(
            upsert.on_conflict_do_update(index_elements=["kind", "name"], set_=newer), changed
        )


def _differs(row: Any, values: Values) -> bool:  # noqa: ANN401 - a row of _ASSETS
    return (row.uri, row.group, row.extra) != (values["uri"], values["group"], values["extra"])


def _asset_values(leaf: AssetLeaf) -> Values:
    kind, name = leaf.node
    uri, extra, group = name, {}, "asset"
    if isinstance(leaf, Asset):
        uri, extra, group = leaf.uri, dict(leaf.extra), leaf.group
    elif isinstance(leaf, AssetAlias):
        uri, group = "", leaf.group
    return {"kind": kind, "name": name, "uri": uri, "group": group, "extra": extra}


# -- events ----------------------------------------------------------------------------------------


def emit(session: Session, events: Sequence[AssetEvent]) -> None:
    """Write these events, and put the assets into the queues of the DAGs that wait for them."""
    if not events:
        return
    unknown = insert_into(session, _ASSETS).on_conflict_do_nothing()
    made = {event.asset.node: event for event in events}
    session.execute(
        unknown, [{**_asset_values(e.asset), "created_at": e.timestamp} for e in made.values()]
    )
    _insert(session, events)
    nodes = {node: event for event in events for node in _nodes(event)}
    for node, event in nodes.items():
        _put_into_queues(session, node, event.timestamp)
    journal.append(session, [_line(event) for event in events])


def _insert(session: Session, events: Sequence[AssetEvent]) -> None:
    plain = [event for event in events if not event.aliases]
    if plain:
        session.execute(insert(_EVENTS), [_event_values(event) for event in plain])
    for event in events:  # those through aliases are few, and need to know their ids
        if event.aliases:
            made = insert(_EVENTS).returning(_EVENTS.c.id)
            event_id = session.scalar(made, _event_values(event))
            rows = [{"alias": alias, "event_id": event_id} for alias in event.aliases]
            session.execute(insert(_ALIASES), rows)


def _nodes(event: AssetEvent) -> list[AssetNode]:
    return [event.asset.node, *(AssetNode("alias", name) for name in event.aliases)]


def _put_into_queues(session: Session, node: AssetNode, at: datetime) -> None:
    waiting = (
        select(_REFERENCES.c.dag_id, _REFERENCES.c.kind, _REFERENCES.c.name, literal(at, _AT))
        .join(_DAGS, _DAGS.c.dag_id == _REFERENCES.c.dag_id)
        .where(
            _REFERENCES.c.kind == node.kind,
            _REFERENCES.c.name == node.name,
            _REFERENCES.c.role == "schedule",
            _DAGS.c.active,
            ~_DAGS.c.paused,
        )
    )
    put = insert_into(session, _QUEUE).from_select(["dag_id", "kind", "name", "at"], waiting)
    session.execute(put.on_conflict_do_nothing())


_AT = _QUEUE.c.at.type


def _event_values(event: AssetEvent) -> Values:
    return {
        "asset": event.asset.name,
        "at": event.timestamp,
        "extra": dict(event.extra),
        "source_dag_id": event.source_dag_id,
        "source_run_id": event.source_run_id,
        "source_task_id": event.source_task_id,
        "source_map_index": event.source_map_index,
        "aliases": event.aliases,
        "actor": event.actor,
    }


def _line(event: AssetEvent) -> Change:
    return Change(
        event.timestamp,
        "asset",
        event.source_dag_id,
        event.source_run_id,
        event.source_task_id,
        event.source_map_index if event.source_task_id else None,
        state="updated",
        actor=event.actor,
        data={"asset": event.asset.name, "extra": dict(event.extra)},
    )


def find(session: Session, name: str) -> Asset | None:
    """The asset of that name, or with that URI; None if nobody has named it."""
    known = and_(_ASSETS.c.kind == "asset", or_(_ASSETS.c.name == name, _ASSETS.c.uri == name))
    rows = session.execute(select(_ASSETS).where(known)).all()
    best = sorted(rows, key=lambda row: row.name != name)
    return _asset(best[0]) if best else None


def known_names(session: Session) -> list[str]:
    """The names of all assets."""
    named = select(_ASSETS.c.name).where(_ASSETS.c.kind == "asset")
    return list(session.scalars(named.order_by(_ASSETS.c.name)))


def _asset(row: Any) -> Asset:  # noqa: ANN401 - a row with the columns of _ASSETS
    return Asset(row.name, row.uri, group=row.group, extra=row.extra)


# -- runs that events bring about ------------------------------------------------------------------


def queued(session: Session) -> Mapping[str, Mapping[AssetNode, datetime]]:
    """For each DAG with news: what has been updated since its last run, and since when."""
    found: defaultdict[str, dict[AssetNode, datetime]] = defaultdict(dict)
    for row in session.execute(select(_QUEUE)):
        found[row.dag_id][AssetNode(row.kind, row.name)] = row.at
    return found


def waiting_events(session: Session, dag_id: str) -> list[AssetEvent]:
    """The events since the last run of what the schedule of this DAG waits for, oldest first."""
    waits = select(_REFERENCES.c.kind, _REFERENCES.c.name, _REFERENCES.c.since_event).where(
        _REFERENCES.c.dag_id == dag_id, _REFERENCES.c.role == "schedule"
    )
    since = {AssetNode(row.kind, row.name): row.since_event for row in session.execute(waits)}
    if not since:
        return []
    names = [node.name for node in since]
    through = select(_ALIASES.c.event_id).where(_ALIASES.c.alias.in_(names))
    of_them = or_(_EVENTS.c.asset.in_(names), _EVENTS.c.id.in_(through))
    events = _read(session, and_(_EVENTS.c.id > min(since.values()), of_them))
    return [
        event
        for event in events
        if any(node in since and event.id > since[node] for node in _nodes(event))
    ]


def take(session: Session, dag_id: str, events: Sequence[AssetEvent], run_pk: int | None) -> None:
    """These events are behind the DAG: they have brought about the run, or none at all."""
    session.execute(delete(_QUEUE).where(_QUEUE.c.dag_id == dag_id))
    if not events:
        return
    moved = update(_REFERENCES).where(
        _REFERENCES.c.dag_id == dag_id, _REFERENCES.c.role == "schedule"
    )
    session.execute(moved.values(since_event=max(event.id for event in events)))
    if run_pk is not None:
        rows = [{"run_pk": run_pk, "event_id": event.id} for event in events]
        session.execute(insert_into(session, _RUNS).on_conflict_do_nothing(), rows)


def triggering(session: Session, run_pk: int) -> tuple[AssetEvent, ...]:
    """The events that brought about this run, oldest first."""
    of_run = select(_RUNS.c.event_id).where(_RUNS.c.run_pk == run_pk)
    return tuple(_read(session, _EVENTS.c.id.in_(of_run)))


def newest_events(
    session: Session, nodes: Collection[AssetNode]
) -> Mapping[AssetNode, list[AssetEvent]]:
    """The newest events of each of these assets, or through each of these aliases, oldest first."""
    found: dict[AssetNode, list[AssetEvent]] = {}
    for node in nodes:  # as many statements as a task has inlets
        if node.kind == "asset":
            newest = select(_EVENTS.c.id).where(_EVENTS.c.asset == node.name)
            ids = newest.order_by(_EVENTS.c.id.desc()).limit(NEWEST)
        else:
            newest = select(_ALIASES.c.event_id).where(_ALIASES.c.alias == node.name)
            ids = newest.order_by(_ALIASES.c.event_id.desc()).limit(NEWEST)
        found[node] = _read(session, _EVENTS.c.id.in_(ids))
    return found


def _read(session: Session, chosen: Any) -> list[AssetEvent]:  # noqa: ANN401 - a condition
    query = (
        select(_EVENTS, _ASSETS.c.uri, _ASSETS.c.group, _ASSETS.c.extra.label("about"))
        .join(_ASSETS, and_(_ASSETS.c.kind == "asset", _ASSETS.c.name == _EVENTS.c.asset))
        .where(chosen)
        .order_by(_EVENTS.c.id)
    )
    return [event_of(row) for row in session.execute(query)]


def event_of(row: Any) -> AssetEvent:  # noqa: ANN401 - a row as `_read` selects it
    """The event of a row that holds its asset too."""
    asset = Asset(row.asset, row.uri, group=row.group, extra=cast("Mapping[str, Json]", row.about))
    return AssetEvent(
        asset,
        row.at,
        row.extra,
        row.source_dag_id,
        row.source_run_id,
        row.source_task_id,
        row.source_map_index,
        row.aliases,
        row.actor,
        row.id,
    )


_IS_IT = [_REFERENCES.c[name] == bindparam(b) for name, b in zip(_KEY, _B_KEY, strict=True)]
_FORGET = delete(_REFERENCES).where(*_IS_IT)
_MOVE = update(_REFERENCES).where(*_IS_IT).values(uri=bindparam("uri"))
_FORGET_QUEUED = delete(_QUEUE).where(
    *(_QUEUE.c[name] == bindparam(f"b_{name}") for name in ("dag_id", "kind", "name"))
)
