"""A DAG as a person wrote it: its settings as given and its tasks in order, nothing checked.
`spec.py` reads it, `dag.py` builds it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from itertools import count
from pathlib import Path
from typing import cast

from nbflow.authoring.links import Node
from nbflow.authoring.operators import BaseOperator
from nbflow.authoring.origin import Origin


class DagDefinition:
    """The settings and tasks of a DAG. `settings` has the names of `fields.DAG_SETTINGS`."""

    # What Airflow's files put into default_args though it is the DAG's.
    OF_THE_DAG = ("start_date", "end_date", "owner")

    def __init__(
        self,
        dag_id: str,
        settings: Mapping[str, object],
        default_args: Mapping[str, object],
        origin: Origin,
    ) -> None:
        self.dag_id = dag_id
        self.settings = dict(settings)
        self.default_args = dict(default_args)
        self.origin = origin
        self.tasks: list[BaseOperator] = []
        for name in self.OF_THE_DAG:
            if self.settings.get(name) is None and name in self.default_args:
                self.settings[name] = self.default_args[name]
        for collected in _collections.get():
            collected.append(self)

    @property
    def file(self) -> Path | None:
        """The file that defines the DAG; None where it was written in a notebook or at a prompt."""
        path = Path(self.origin.module)
        return path if self.origin.module and path.is_file() and path.suffix == ".py" else None

    @property
    def task_ids(self) -> list[str]:
        return [task.task_id for task in self.tasks]

    def add_task(self, node: Node) -> None:
        """Take in a task that belongs to no DAG yet."""
        node.scope = self
        self.tasks.append(cast("BaseOperator", node))

    def get_task(self, task_id: str) -> BaseOperator:
        """The task with that id. Raises KeyError with the ids there are."""
        for task in self.tasks:
            if task.task_id == task_id:
                return task
        raise KeyError(f"DAG {self.dag_id!r} has no task {task_id!r}; it has {self.task_ids}.")

    def free_task_id(self, name: str) -> str:
        """`name`, or `name__1`, `name__2`, ...: the first that no task has."""
        taken = set(self.task_ids)
        numbered = (f"{name}__{number}" for number in count(1))
        return name if name not in taken else next(n for n in numbered if n not in taken)

    @property
    def roots(self) -> Sequence[BaseOperator]:
        """The tasks that come after no other."""
        return [task for task in self.tasks if not task.upstream_task_ids]

    @property
    def leaves(self) -> Sequence[BaseOperator]:
        """The tasks that no other comes after."""
        followed = {task_id for task in self.tasks for task_id in task.upstream_task_ids}
        return [task for task in self.tasks if task.task_id not in followed]


_collections: ContextVar[tuple[list[DagDefinition], ...]] = ContextVar(
    "nbflow_collections", default=()
)


@contextmanager
def collected_dags() -> Iterator[list[DagDefinition]]:
    """A list that gets every DAG made inside the with-block, in order."""
    found: list[DagDefinition] = []
    token = _collections.set((*_collections.get(), found))
    try:
        yield found
    finally:
        _collections.reset(token)
