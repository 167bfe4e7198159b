"""`depends_on_past` and `wait_for_downstream`: whether a task instance may run, given how the
previous run of its DAG went.

Which run is the previous one, and what became of it, the caller finds out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from nbflow.core.dag import Dag, Task
from nbflow.core.states import TaskState

_FINE = (TaskState.SUCCESS, TaskState.SKIPPED)


@dataclass(frozen=True)
class PreviousRun:
    """The run before, and the states of the instances of its tasks, by task id.

    `earlier` are the tasks that some run before that one had.
    """

    run_id: str
    states: Mapping[str, Sequence[TaskState]]
    earlier: frozenset[str] = field(default_factory=frozenset)


def depends_on_past(task: Task) -> bool:
    """Whether the previous run matters; to wait for what is downstream there includes it."""
    return task.depends_on_past or task.wait_for_downstream


def asked_for(dag: Dag, task: Task) -> tuple[str, ...]:
    """The tasks of the previous run whose states matter to `task`."""
    waits = dag.graph.downstream[task.task_id] if task.wait_for_downstream else ()
    return (task.task_id, *waits)


def held_by_past(dag: Dag, task: Task, previous: PreviousRun | None) -> str:
    """Why the previous run holds `task` back, in a sentence; empty if it does not."""
    if previous is None or not depends_on_past(task):
        return ""
    if not previous.states.get(task.task_id):
        is_first = task.task_id not in previous.earlier
        if task.ignore_first_depends_on_past and is_first:
            return ""
        return (
            f"It depends on its past, and the previous run {previous.run_id} has no task "
            f"{task.task_id}."
        )
    bad = [
        f"{task_id} is {_shown(state)}"
        for task_id in asked_for(dag, task)
        for state in dict.fromkeys(previous.states.get(task_id, ()))
        if state not in _FINE
    ]
    if not bad:
        return ""
    rule = "It waits for downstream" if task.wait_for_downstream else "It depends on its past"
    more = ", ..." if len(bad) > 3 else ""
    return f"{rule}: in the previous run {previous.run_id} {', '.join(bad[:3])}{more}."


def _shown(state: TaskState) -> str:
    return "waiting" if state is TaskState.NONE else str(state)
