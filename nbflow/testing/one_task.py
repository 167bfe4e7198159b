"""One task alone: what it stands for, and what stands in for the tasks it reads from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from nbflow.authoring.operators import BaseOperator, XComArg
from nbflow.authoring.references import ValueReference
from nbflow.core.dag import Dag, Edge, Task, TaskKind
from nbflow.core.orders import RETURN_VALUE, TaskOrder, ValueRef
from nbflow.core.trigger_rules import TriggerRule

if TYPE_CHECKING:
    from nbflow.authoring.dag import DAG


def operator_of(task: BaseOperator | XComArg) -> BaseOperator:
    operator = getattr(task, "operator", task)
    if isinstance(operator, BaseOperator):
        return operator
    raise TypeError(
        f"{task!r} is no task. Give an operator, or what a call of a function under @task gives "
        "inside its DAG."
    )


def dag_around(operator: BaseOperator) -> DAG:
    from nbflow.authoring.dag import DAG  # noqa: PLC0415 - not for those who only import us

    dag = DAG("one_task")
    dag.add_task(operator)
    return dag


def check_given(operator: BaseOperator, given: Mapping[str, object]) -> None:
    read = {r.task_id for r in operator.references() if isinstance(r, ValueReference)}
    missing = sorted((read | {task_id for task_id, _ in operator.pulls()}) - given.keys())
    if missing:
        raise LookupError(
            f"Task {operator.task_id!r} reads what {', '.join(missing)} returns: give it, "
            f"run_task(..., values={{{missing[0]!r}: ...}})."
        )


def alone_in(dag: Dag, task_id: str, given: Mapping[str, object]) -> Dag:
    """The DAG with this task, after stand-ins for those whose values were given."""
    task = replace(dag.by_id[task_id], trigger_rule=TriggerRule.ALL_SUCCESS, group=None, role="")
    others = [name for name in given if name != task_id]
    stand_ins = tuple(Task(name, TaskKind.PYTHON) for name in others)
    reads = tuple(dict.fromkeys((*task.reads, *others)))
    edges = tuple(Edge(name, task_id) for name in others)
    return replace(dag, tasks=(*stand_ins, replace(task, reads=reads)), edges=edges, groups=())


def references_to(value: object, order: TaskOrder) -> dict[str, ValueRef]:
    from nbflow.runtime.values import dump_value  # noqa: PLC0415 - as above

    named = value if isinstance(value, Mapping) else {}
    keys = {str(key): one for key, one in named.items()}
    found = {**keys, RETURN_VALUE: value}
    return {key: dump_value(one, order.value_store) for key, one in found.items()}
