"""The grid of a DAG: runs by tasks, as numbers that stand for states, from one set of questions
whatever the number of runs and tasks.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from nbflow.core.dag import Dag
from nbflow.core.errors import NotFoundError
from nbflow.core.spelling import did_you_mean
from nbflow.core.states import TaskState
from nbflow.store import browsing, history, journal
from nbflow.store import dags as dag_store
from nbflow.store.database import Database, Session
from nbflow.store.history import PastRun, TaskStates
from nbflow.store.run_filter import ANY_RUN, RunFilter
from nbflow.views.dags import group_views, iso
from nbflow.views.shapes import GridRun, GridTask, GridView

BY_URGENCY = (
    TaskState.FAILED,
    TaskState.UPSTREAM_FAILED,
    TaskState.UP_FOR_RETRY,
    TaskState.RUNNING,
    TaskState.QUEUED,
    TaskState.SCHEDULED,
    TaskState.UP_FOR_RESCHEDULE,
    TaskState.DEFERRED,
    TaskState.NONE,
    TaskState.CANCELLED,
    TaskState.SUCCESS,
    TaskState.SKIPPED,
    TaskState.REMOVED,
)
_CODES = {state: code for code, state in enumerate(BY_URGENCY)}
_ABSENT = -1


def grid(
    database: Database,
    dag_id: str,
    before: int | None = None,
    limit: int = 50,
    chosen: RunFilter = ANY_RUN,
) -> GridView:
    """The `chosen` runs by tasks. Raises NotFoundError with the closest names."""
    with database.reading() as session:
        dag = current_dag(session, dag_id)
        cursor = journal.last_cursor(session)
        runs = history.past_runs(session, dag_id, before, limit, chosen)
        found = list(history.task_states(session, [run.id for run in runs])) if runs else []
    tasks = _tasks(dag, found)
    return GridView(
        tasks,
        group_views(dag),
        [str(state) for state in BY_URGENCY],
        _columns(runs, found, [task.task_id for task in tasks]),
        str(runs[-1].id) if len(runs) == limit else None,
        cursor,
    )


def current_dag(session: Session, dag_id: str) -> Dag:
    """The DAG as it is now. Raises NotFoundError with the closest names."""
    stored = dag_store.current_version(session, dag_id)
    if stored is None:
        known = [dag.dag_id for dag in browsing.dags(session, with_inactive=True)]
        raise NotFoundError(f"There is no DAG {dag_id!r}. {did_you_mean(dag_id, known)}")
    return stored.dag


def _tasks(dag: Dag, found: Iterable[TaskStates]) -> list[GridTask]:
    """The tasks of the DAG in its order, and after them those that only runs have."""
    current = [
        GridTask(name, task.display_name, task.group, task.expansion is not None, gone=False)
        for name in dag.graph.order
        for task in [dag.by_id[name]]
    ]
    others = {name: one.mapped for one in found for name in one.tasks if name not in dag.by_id}
    gone = [GridTask(name, "", None, mapped, gone=True) for name, mapped in sorted(others.items())]
    return current + gone


def _columns(
    runs: Sequence[PastRun], found: Iterable[TaskStates], tasks: Sequence[str]
) -> list[GridRun]:
    place = {task_id: n for n, task_id in enumerate(tasks)}
    codes = {run.id: [_ABSENT] * len(tasks) for run in runs}
    mapped: dict[int, dict[str, dict[str, int]]] = defaultdict(lambda: defaultdict(dict))
    for one in found:
        column, code = codes[one.run_pk], _CODES[one.state]
        for task_id in one.tasks:
            n = place[task_id]
            column[n] = code if column[n] == _ABSENT else min(code, column[n])
        if one.mapped:
            mapped[one.run_pk][one.tasks[0]][str(one.state)] = one.count
    return [_column(run, codes[run.id], mapped[run.id]) for run in runs]


def _column(run: PastRun, codes: list[int], mapped: Mapping[str, Mapping[str, int]]) -> GridRun:
    return GridRun(
        run_id=run.run_id,
        state=str(run.state),
        run_type=str(run.run_type),
        logical_date=iso(run.logical_date),
        created_at=iso(run.created_at),
        started_at=iso(run.started_at),
        ended_at=iso(run.ended_at),
        version=run.version,
        note=run.note,
        codes=codes,
        mapped={task_id: dict(counts) for task_id, counts in mapped.items()},
    )
