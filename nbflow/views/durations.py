"""How long runs and tasks take: the last runs one by one, and what is usual, slow and getting
slower. Only what succeeded says how long something takes; failures are counted beside it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from statistics import median

from nbflow.core.dag import Dag
from nbflow.core.states import RunState
from nbflow.store import history, journal
from nbflow.store.database import Database
from nbflow.store.history import PastRun, TaskTime
from nbflow.store.run_filter import ANY_RUN, RunFilter
from nbflow.views.dags import iso
from nbflow.views.grid import current_dag
from nbflow.views.shapes import DurationsView, Spread, TimedRun, TimedTask

ENOUGH_FOR_TREND = 6


def durations(
    database: Database, dag_id: str, limit: int = 50, chosen: RunFilter = ANY_RUN
) -> DurationsView:
    """The last `limit` of the `chosen` runs. Raises NotFoundError with the closest names."""
    with database.reading() as session:
        dag = current_dag(session, dag_id)
        cursor = journal.last_cursor(session)
        runs = history.past_runs(session, dag_id, None, limit, chosen)[::-1]
        times = history.task_times(session, [run.id for run in runs]) if runs else []
    timed = [_timed_run(run) for run in runs]
    took = [one.seconds if one.state == RunState.SUCCESS else None for one in timed]
    failures = sum(run.state == RunState.FAILED for run in runs)
    tasks = _timed_tasks(dag, [run.id for run in runs], times)
    return DurationsView(timed, spread(took, failures), tasks, cursor)


def spread(seconds: Sequence[float | None], failures: int) -> Spread:
    """What is usual among these durations, oldest first; None stands for what did not succeed."""
    known = [one for one in seconds if one is not None]
    if not known:
        return Spread(None, None, None, None, 0, failures)
    return Spread(
        median(known),
        percentile(known, 0.95),
        max(known),
        _trend(known),
        len(known),
        failures,
    )


def percentile(values: Sequence[float], part: float) -> float:
    """The value that `part` of the values do not exceed, between neighbours in proportion."""
    ordered = sorted(values)
    place = part * (len(ordered) - 1)
    below = int(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (place - below)


def _trend(known: Sequence[float]) -> float | None:
    if len(known) < ENOUGH_FOR_TREND:
        return None
    half = len(known) // 2
    older = median(known[:half])
    return median(known[-half:]) / older if older > 0 else None


def _timed_run(run: PastRun) -> TimedRun:
    return TimedRun(
        run_id=run.run_id,
        state=str(run.state),
        run_type=str(run.run_type),
        logical_date=iso(run.logical_date),
        created_at=iso(run.created_at),
        started_at=iso(run.started_at),
        waited=_between(run.created_at, run.started_at),
        seconds=_between(run.started_at, run.ended_at),
    )


def _between(start: datetime | None, end: datetime | None) -> float | None:
    return None if start is None or end is None else round((end - start).total_seconds(), 3)


def _timed_tasks(dag: Dag, run_pks: Sequence[int], times: Sequence[TaskTime]) -> list[TimedTask]:
    place = {run_pk: n for n, run_pk in enumerate(run_pks)}
    by_task: dict[str, dict[int, TaskTime]] = defaultdict(dict)
    for one in times:
        by_task[one.task_id][place[one.run_pk]] = one
    known = (name for name in dag.graph.order if name in by_task)
    found = [_timed_task(dag, name, by_task[name], len(run_pks)) for name in known]
    return sorted(found, key=lambda one: one.spread.median or 0.0, reverse=True)


def _timed_task(dag: Dag, task_id: str, times: Mapping[int, TaskTime], runs: int) -> TimedTask:
    task = dag.by_id[task_id]
    failed = [n for n, one in sorted(times.items()) if one.failed]
    seconds = [times[n].seconds if n in times else None for n in range(runs)]
    succeeded = [None if n in times and times[n].failed else s for n, s in enumerate(seconds)]
    about = spread(succeeded, len(failed))
    mapped = task.expansion is not None
    return TimedTask(task_id, task.display_name, mapped, about, seconds, failed)
