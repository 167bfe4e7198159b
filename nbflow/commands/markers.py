"""What clearing an ExternalTaskMarker clears in other DAGs: the task it names, at the logical date
it names, with what depends on it there, and so on from marker to marker.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta, timezone
from typing import cast

from nbflow.core import rerun
from nbflow.core.dag import Dag, Task, TaskKind
from nbflow.core.errors import RequestError
from nbflow.core.events import TaskKey
from nbflow.core.json import Json
from nbflow.core.rerun import Affected, Which
from nbflow.core.selection import in_order
from nbflow.core.snapshot import DagRun
from nbflow.store import runs as run_store
from nbflow.store.database import Session
from nbflow.store.runs import ActiveRun

RECURSION_DEPTH = 10
_RUNS_OF_A_DATE = 100


@dataclass
class _Reached:
    """A run that markers lead to, and what has been chosen in it so far."""

    run: ActiveRun
    dag: Dag
    affected: Affected
    keys: set[TaskKey] = field(default_factory=set)


@dataclass(frozen=True)
class _Step:
    """Newly chosen task instances of a run; markers among them lead on `left` DAGs at most, or as
    far as they say where nobody has said so yet.
    """

    place: tuple[str, str]
    keys: frozenset[TaskKey]
    left: int | None = None


def follow(
    session: Session, first: Iterable[tuple[ActiveRun, Affected]], newest: Dag | None
) -> list[Affected]:
    """`first`, and what its markers lead to in other runs, each run once.

    `newest` is the version the first runs go on with. Raises RequestError for a chain of markers
    that is longer than its first one allows; a circle of markers comes to an end by itself.
    """
    reached: dict[tuple[str, str], _Reached] = {}
    todo: deque[_Step] = deque()
    for run, affected in first:
        place = (affected.dag_id, affected.run_id)
        reached[place] = _Reached(run, newest or run.snapshot.dag, affected, set(affected.keys))
        todo.append(_Step(place, frozenset(affected.keys)))
    while todo:
        step = todo.popleft()
        at = reached[step.place]
        for task in _markers(at.dag, step.keys):
            left = _depth(task) if step.left is None else step.left
            for run in _runs_of(session, task, at.run.snapshot.run):
                new = _take(reached, run, _rendered(task, "external_task_id", at.run.snapshot.run))
                if new is not None and left <= 0:
                    raise RequestError(_too_deep(at.run, task))
                if new is not None:
                    todo.append(replace(new, left=left - 1))
    return [_merged(one) for one in reached.values()]


def _take(reached: dict[tuple[str, str], _Reached], run: ActiveRun, task_id: str) -> _Step | None:
    """Choose the task and what depends on it; None if nothing of it is new."""
    dag = run.snapshot.dag
    if task_id not in dag.by_id:
        return None
    found = rerun.to_clear(run.snapshot, Which((task_id,), downstream=True))
    place = (found.dag_id, found.run_id)
    at = reached.setdefault(place, _Reached(run, dag, replace(found, keys=())))
    new = frozenset(found.keys) - at.keys
    at.keys |= new
    return _Step(place, new) if new else None


def _merged(one: _Reached) -> Affected:
    found = rerun.affected(one.run.snapshot, in_order(one.dag, one.keys))
    return replace(one.affected, keys=found.keys, before=found.before)


def _markers(dag: Dag, keys: Iterable[TaskKey]) -> list[Task]:
    ids = {task_id for task_id, _ in keys if task_id in dag.by_id}
    return [
        task
        for task in dag.tasks
        if task.task_id in ids and task.kind is TaskKind.EMPTY and "external_dag_id" in task.payload
    ]


def _depth(task: Task) -> int:
    return int(cast("int", task.payload.get("recursion_depth", RECURSION_DEPTH)))


def _runs_of(session: Session, marker: Task, run: DagRun) -> list[ActiveRun]:
    """The runs the marker means: those of its DAG at the logical date it says."""
    dag_id = _rendered(marker, "external_dag_id", run)
    text = _rendered(marker, "logical_date", run)
    try:
        date = datetime.fromisoformat(text)
    except ValueError:
        raise RequestError(
            f"Task {marker.task_id!r} marks a task of DAG {dag_id!r} at {text!r}, which is no "
            "date: its logical_date has to be one in ISO 8601."
        ) from None
    date = date.replace(tzinfo=timezone.utc) if date.tzinfo is None else date
    ids = run_store.run_ids(session, dag_id, date, date, limit=_RUNS_OF_A_DATE)
    return run_store.load_runs(session, dag_id, ids)


def _rendered(marker: Task, name: str, run: DagRun) -> str:
    """A field of the marker as it reads in this run."""
    from jinja2 import StrictUndefined, TemplateError  # noqa: PLC0415 - few clear over markers
    from jinja2.sandbox import SandboxedEnvironment  # noqa: PLC0415 - as above

    value: Json = marker.payload.get(name)
    if value is None:
        value = None if run.logical_date is None else run.logical_date.isoformat()
    try:
        template = SandboxedEnvironment(undefined=StrictUndefined).from_string(str(value))
        return template.render(_names(run))
    # An expression calls methods of values, which may raise anything.
    except (TemplateError, ArithmeticError, AttributeError, TypeError, ValueError) as error:
        raise RequestError(
            f"Task {marker.task_id!r} says {name} as {value!r}, which cannot be told in run "
            f"{run.run_id}: {error}. It may use {', '.join(_names(run))}."
        ) from error


def _names(run: DagRun) -> dict[str, object]:
    date = run.logical_date
    return {
        "logical_date": date,
        "data_interval_start": run.data_interval_start,
        "data_interval_end": run.data_interval_end,
        "ds": "" if date is None else f"{date:%Y-%m-%d}",
        "ts": "" if date is None else date.isoformat(),
        "run_id": run.run_id,
        "params": dict(run.params),
        "macros": {"datetime": datetime, "timedelta": timedelta},
    }


def _too_deep(run: ActiveRun, marker: Task) -> str:
    return (
        f"The chain of ExternalTaskMarkers is longer than the first one allows: it goes on at "
        f"{marker.task_id!r} of DAG {run.snapshot.run.dag_id!r}. Raise recursion_depth, or clear "
        "the DAGs one by one."
    )
