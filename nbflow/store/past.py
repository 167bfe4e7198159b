"""The previous runs of runs, and how the tasks asked for went in them: what `depends_on_past` looks
at. Three statements at most, for any number of runs.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import ScalarSelect, select

from nbflow.core.dag import Dag
from nbflow.core.events import TaskKey
from nbflow.core.past import PreviousRun, asked_for, held_by_past
from nbflow.core.states import RunType, TaskState
from nbflow.store.database import Session
from nbflow.store.tables import DagRunRow, TaskInstanceRow, table_of

_RUNS, _TASKS = table_of(DagRunRow), table_of(TaskInstanceRow)


@dataclass(frozen=True)
class Asked:
    """Whose past matters: a run, the tasks of its DAG that matter, and whether runs that people
    asked for count as past (not for DAGs that catch up, whose past is their schedule).
    """

    run_pk: int
    tasks: frozenset[str]
    manual_runs: bool


def held_back(
    session: Session, ready: Iterable[tuple[int, Dag, TaskKey]]
) -> Mapping[tuple[int, TaskKey], str]:
    """Why the past holds back these ready task instances, each with its run and DAG; only those
    that it does.
    """
    minding = [one for one in ready if one[2][0] in one[1].minding_past]
    tasks: dict[int, set[str]] = {}
    dags: dict[int, Dag] = {}
    for run_pk, dag, (task_id, _) in minding:
        tasks.setdefault(run_pk, set()).update(asked_for(dag, dag.by_id[task_id]))
        dags[run_pk] = dag
    if not minding:
        return {}
    asked = [
        Asked(pk, frozenset(ids), manual_runs=dags[pk].catchup is False)
        for pk, ids in tasks.items()
    ]
    found = previous_runs(session, asked)
    why = {
        (pk, key): held_by_past(dag, dag.by_id[key[0]], found.get(pk)) for pk, dag, key in minding
    }
    return {one: text for one, text in why.items() if text}


def previous_runs(session: Session, asked: Collection[Asked]) -> Mapping[int, PreviousRun]:
    """The run before each of these runs by logical date; none for the first of its DAG."""
    found = _find(session, asked)
    if not found:
        return {}
    tasks = {task_id for one in asked for task_id in one.tasks}
    states: dict[int, dict[str, list[TaskState]]] = {pk: {} for pk, _ in found.values()}
    query = select(_TASKS.c.run_pk, _TASKS.c.task_id, _TASKS.c.state).where(
        _TASKS.c.run_pk.in_(states), _TASKS.c.task_id.in_(tasks)
    )
    for run_pk, task_id, state in session.execute(query):
        states[run_pk].setdefault(task_id, []).append(state)
    unknown = {
        (found[one.run_pk][0], task_id)
        for one in asked
        if one.run_pk in found
        for task_id in one.tasks - states[found[one.run_pk][0]].keys()
    }
    earlier = _earlier(session, unknown) if unknown else {}
    return {
        run_pk: PreviousRun(run_id, states[pk], earlier.get(pk, frozenset()))
        for run_pk, (pk, run_id) in found.items()
    }


def _find(session: Session, asked: Collection[Asked]) -> Mapping[int, tuple[int, str]]:
    """By run, the key and the id of the previous one."""
    found: dict[int, tuple[int, str]] = {}
    before = _RUNS.alias("before")
    for manual_runs in (True, False):
        pks = [one.run_pk for one in asked if one.manual_runs is manual_runs]
        if not pks:
            continue
        latest = _latest_before(manual_runs=manual_runs)
        query = (
            select(_RUNS.c.id, before.c.id, before.c.run_id)
            .join_from(_RUNS, before, before.c.id == latest)
            .where(_RUNS.c.id.in_(pks))
        )
        found |= {pk: (previous, run_id) for pk, previous, run_id in session.execute(query)}
    return found


def _latest_before(*, manual_runs: bool) -> ScalarSelect[int]:
    earlier = _RUNS.alias("earlier")
    query = select(earlier.c.id).where(
        earlier.c.dag_id == _RUNS.c.dag_id, earlier.c.logical_date < _RUNS.c.logical_date
    )
    if not manual_runs:
        query = query.where(earlier.c.run_type != RunType.MANUAL)
    newest = (earlier.c.logical_date.desc(), earlier.c.id.desc())
    return query.order_by(*newest).limit(1).correlate(_RUNS).scalar_subquery()


def _earlier(
    session: Session, unknown: Collection[tuple[int, str]]
) -> Mapping[int, frozenset[str]]:
    """Of these tasks, those that runs before these ones had; seldom asked: a task that is new."""
    earlier = _RUNS.alias("earlier")
    query = (
        select(_RUNS.c.id, _TASKS.c.task_id)
        .distinct()
        .select_from(_RUNS)
        .join(
            earlier,
            (earlier.c.dag_id == _RUNS.c.dag_id) & (earlier.c.logical_date < _RUNS.c.logical_date),
        )
        .join(_TASKS, _TASKS.c.run_pk == earlier.c.id)
        .where(
            _RUNS.c.id.in_({pk for pk, _ in unknown}),
            _TASKS.c.task_id.in_({task_id for _, task_id in unknown}),
        )
    )
    found: dict[int, set[str]] = {}
    for run_pk, task_id in session.execute(query):
        found.setdefault(run_pk, set()).add(task_id)
    return {run_pk: frozenset(tasks) for run_pk, tasks in found.items()}
