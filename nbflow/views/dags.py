"""DAGs as a person sees them: the list, and one DAG with its graph and its trigger form."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from nbflow import picture
from nbflow.core.assets import leaf_from_json
from nbflow.core.dag import Dag, Task
from nbflow.core.errors import NotFoundError
from nbflow.core.json import JsonObject
from nbflow.core.snapshot import DagRun
from nbflow.core.spelling import did_you_mean
from nbflow.core.states import RunState
from nbflow.core.timetables import (
    DagRunInfo,
    Timetable,
    timetable_from_json,
    upcoming,
    with_calendar,
)
from nbflow.store import browsing
from nbflow.store import dags as dag_store
from nbflow.store.browsing import ListedDag
from nbflow.store.dags import FileProblem
from nbflow.store.database import Database, Session
from nbflow.views.assets import awaited
from nbflow.views.shapes import (
    DagDetail,
    DagView,
    EdgeView,
    GroupView,
    ImportErrorView,
    RunDot,
    TaskAsset,
    TaskView,
)

DOTS = 10
NEXT_RUNS = 5


def dag_list(database: Database, now: datetime, search: str = "", tag: str = "") -> list[DagView]:
    """The DAGs whose id or description holds `search` and which bear `tag`, by id."""
    with database.reading() as session:
        listed = [d for d in browsing.dags(session, search) if not tag or tag in d.tags]
        return _dag_views(session, listed, now)


def dag_detail(database: Database, dag_id: str, now: datetime) -> DagDetail:
    """One DAG. Raises NotFoundError with the closest names."""
    with database.reading() as session:
        listed = {d.dag_id: d for d in browsing.dags(session, with_inactive=True)}
        stored = dag_store.current_version(session, dag_id)
        if dag_id not in listed or stored is None:
            raise NotFoundError(f"There is no DAG {dag_id!r}. {did_you_mean(dag_id, listed)}")
        view = _dag_views(session, [listed[dag_id]], now)[0]
        assets = awaited(session, stored.dag)
    dag = stored.dag
    timetable = timetable_from_json(dag.timetable)
    return DagDetail(
        dag=view,
        tasks=task_views(dag),
        groups=group_views(dag),
        params={name: dict(spec) for name, spec in dag.params.items()},
        timezone=str(dag.timetable.get("timezone") or "UTC"),
        catchup=dag.catchup,
        max_active_runs=dag.max_active_runs,
        start_date=iso(dag.start_date),
        doc=dag.doc,
        next_runs=[]
        if view.paused
        else [iso_text(r.run_after) for r in next_runs(timetable, listed[dag_id], now, NEXT_RUNS)],
        awaited_assets=assets,
    )


def params_of(database: Database, dag_id: str) -> Mapping[str, JsonObject] | None:
    """What a DAG's runs may be given; None for a DAG the store does not know."""
    with database.reading() as session:
        stored = dag_store.current_version(session, dag_id)
    return None if stored is None else stored.dag.params


def zone_of(database: Database, dag_id: str) -> str:
    """The zone of a DAG's schedule, UTC for one without any."""
    with database.reading() as session:
        stored = dag_store.current_version(session, dag_id)
    return "UTC" if stored is None else str(stored.dag.timetable.get("timezone") or "UTC")


def import_errors(database: Database) -> list[ImportErrorView]:
    """Files with problems, each with all of them."""
    with database.reading() as session:
        found = dag_store.import_errors(session)
    by_file: dict[str, list[FileProblem]] = {}
    for one in found:
        by_file.setdefault(one.path, []).append(one)
    return [
        ImportErrorView(file, iso_text(ones[0].seen_at), [dict(o.problem.to_json()) for o in ones])
        for file, ones in by_file.items()
    ]


def task_views(dag: Dag) -> list[TaskView]:
    """The tasks of a DAG in topological order, each with its reasons to wait and its place on the
    graph.
    """
    places = picture.layout(dag)
    edges: dict[str, list[EdgeView]] = {}
    for edge in dag.edges:
        view = EdgeView(edge.upstream, edge.kind, list(edge.names), edge.why, edge.label)
        edges.setdefault(edge.downstream, []).append(view)
    return [
        _task_view(dag.by_id[task_id], dag, edges.get(task_id, []), places[task_id])
        for task_id in dag.graph.order
    ]


def group_views(dag: Dag) -> list[GroupView]:
    """The task groups of a DAG in the order they were written."""
    return [
        GroupView(
            one.group_id,
            one.parent,
            one.label,
            one.tooltip,
            list(dag.tasks_of_group(one.group_id)),
        )
        for one in dag.groups
    ]


def iso_text(instant: datetime) -> str:
    """An instant that is there, as the wire has it."""
    return instant.isoformat()


def iso(instant: datetime | None) -> str | None:
    """An instant as the wire has it."""
    return None if instant is None else instant.isoformat()


def _task_view(task: Task, dag: Dag, edges: list[EdgeView], place: picture.Place) -> TaskView:
    return TaskView(
        task_id=task.task_id,
        kind=str(task.kind),
        operator=task.operator,
        upstream=list(dag.upstream(task.task_id)),
        edges=edges,
        trigger_rule=str(task.trigger_rule),
        retries=task.retry.retries,
        pool=task.pool,
        cells=list(task.cells),
        doc=task.doc,
        layer=place.layer,
        row=place.row,
        group=task.group,
        role=task.role,
        mapped=task.expansion is not None,
        tags=list(task.tags),
        display_name=task.display_name,
        cache=task.cache is not None and not task.cache.why_not,
        inlets=_assets(task.inlets),
        outlets=_assets(task.outlets),
    )


def _assets(found: Sequence[JsonObject]) -> list[TaskAsset]:
    nodes = [leaf_from_json(one).node for one in found]
    return [TaskAsset(node.name, node.kind) for node in nodes]


def _dag_views(session: Session, listed: Sequence[ListedDag], now: datetime) -> list[DagView]:
    last = browsing.last_runs(session, [d.dag_id for d in listed], DOTS) if listed else {}
    active = browsing.active_counts(session)
    problems = browsing.problem_counts(session)
    return [
        DagView(
            dag_id=d.dag_id,
            display_name=d.display_name,
            description=d.description,
            file=d.file,
            source="notebook" if d.source == "notebook" else "python",
            tags=list(d.tags),
            owner=d.owner,
            paused=d.paused,
            held=d.held,
            active=d.active,
            schedule=timetable_from_json(d.timetable).describe(),
            next_run=_next_run(d, now),
            version=d.version,
            task_count=d.task_count,
            running=active.get(d.dag_id, {}).get(str(RunState.RUNNING), 0),
            last_runs=[_dot(run) for run in last.get(d.dag_id, [])],
            problems=problems.get(d.file, 0),
        )
        for d in listed
    ]


def _dot(run: DagRun) -> RunDot:
    return RunDot(
        run_id=run.run_id,
        state=str(run.state),
        run_type=str(run.run_type),
        logical_date=iso(run.logical_date),
        started_at=iso(run.started_at),
        ended_at=iso(run.ended_at),
    )


def _next_run(listed: ListedDag, now: datetime) -> str | None:
    if listed.paused or not listed.active:
        return None
    found = next_runs(timetable_from_json(listed.timetable), listed, now, 1)
    return iso_text(found[0].run_after) if found else None


def next_runs(
    timetable: Timetable, listed: ListedDag, now: datetime, limit: int
) -> list[DagRunInfo]:
    """The next runs that the clock will bring about."""
    timetable = with_calendar(timetable, listed.calendar)
    start = listed.start_date or timetable.first_start(listed.created_at)
    return upcoming(timetable, listed.last_logical_date, start, listed.end_date, now, limit)
