"""Which task instances of a run a person means: by name, with what is upstream or downstream, or
those that failed.
"""

from __future__ import annotations

from collections.abc import Collection

from nbflow.core.errors import NotFoundError
from nbflow.core.events import TaskKey
from nbflow.core.snapshot import RunSnapshot
from nbflow.core.spelling import did_you_mean
from nbflow.core.states import TaskState

FAILED = frozenset({TaskState.FAILED, TaskState.UPSTREAM_FAILED, TaskState.CANCELLED})


def to_resume(snapshot: RunSnapshot) -> tuple[TaskKey, ...]:
    """What has to run again for the run to go on: what did not succeed, what depends on it, and the
    setups and teardowns around.
    """
    failed = {key[0] for key, i in snapshot.instances.items() if i.state in FAILED}
    again = failed | snapshot.dag.graph.descendants(*failed)
    return _keys(snapshot, snapshot.scopes.with_setups(again))


def to_clear(
    snapshot: RunSnapshot,
    tasks: Collection[str],
    *,
    upstream: bool = False,
    downstream: bool = False,
    only_failed: bool = False,
) -> tuple[TaskKey, ...]:
    """The instances of `tasks`, on request with everything up- or downstream, or the failed ones.

    Their setups and teardowns come with them. In topological order. Raises NotFoundError for a task
    the DAG does not have.
    """
    graph = snapshot.dag.graph
    for task_id in tasks:
        if task_id not in graph.position:
            raise NotFoundError(
                f"DAG {snapshot.dag.dag_id!r} has no task {task_id!r}. "
                f"{did_you_mean(task_id, graph.nodes)}"
            )
    chosen = set(tasks)
    if upstream:
        chosen |= graph.ancestors(*tasks)
    if downstream:
        chosen |= graph.descendants(*tasks)
    if only_failed:
        keys = _keys(snapshot, chosen)
        chosen = {key[0] for key in keys if snapshot.instances[key].state in FAILED}
    return _keys(snapshot, snapshot.scopes.with_setups(chosen))


def _keys(snapshot: RunSnapshot, task_ids: Collection[str]) -> tuple[TaskKey, ...]:
    place = snapshot.dag.graph.position
    found = [key for key in snapshot.instances if key[0] in task_ids]
    return tuple(sorted(found, key=lambda key: (place[key[0]], key[1])))
