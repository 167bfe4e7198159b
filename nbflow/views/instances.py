"""The instances of a mapped task as a person looks at them: counted by state, and page by page."""

from __future__ import annotations

from nbflow.core.errors import NotFoundError, RequestError
from nbflow.core.spelling import did_you_mean
from nbflow.core.states import TaskState
from nbflow.store import browsing
from nbflow.store.database import Database
from nbflow.views.runs import find_run, instance_view
from nbflow.views.shapes import TaskInstancePage

PAGE = 100
_STATES = frozenset(map(str, TaskState))


def instance_page(
    database: Database,
    dag_id: str,
    run_id: str,
    task_id: str,
    *,
    state: str | None = None,
    after: int = -2,
    limit: int = PAGE,
    search: str = "",
) -> TaskInstancePage:
    """The instances of one task in the order of their indexes: those after index `after`, in
    `state` if one is named, that `search` is the index of or part of the name. Raises
    NotFoundError.
    """
    if state is not None and state not in _STATES:
        raise RequestError(f"There is no state {state!r}. {did_you_mean(state, _STATES)}")
    with database.reading() as session:
        run = find_run(session, dag_id, run_id)
        dag = browsing.dag_of_run(session, run.id)
        if task_id not in dag.by_id:
            known = did_you_mean(task_id, dag.graph.nodes)
            raise NotFoundError(f"Run {run_id} has no task {task_id!r}. {known}")
        found = browsing.instances_of(session, run.id, task_id, state, after, limit, search=search)
        counts = browsing.counts_of_task(session, run.id, task_id)
    more = found[-1].map_index if len(found) == limit else None
    return TaskInstancePage([instance_view(one) for one in found], dict(counts), more)
