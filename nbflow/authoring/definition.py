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

from nbflow.authoring.groups import TaskGroup
from nbflow.authoring.links import Node, Scope
from nbflow.authoring.operators import BaseOperator
from nbflow.authoring.origin import Origin, is_installed
from nbflow.authoring.template_files import TemplateSettings


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
        self.callbacks: dict[str, object] = {}
        self.tasks: list[BaseOperator] = []
        self.templates = TemplateSettings()
        self.groups: list[TaskGroup] = []
        self._taken: set[str] = set()
        self._numbers: dict[str, count[int]] = {}
        for name in self.OF_THE_DAG:
            if self.settings.get(name) is None and name in self.default_args:
                self.settings[name] = self.default_args[name]
        for collected in _collections.get():
            collected.append(self)

    @property
    def dag(self) -> DagDefinition:
        """Itself: a group of its tasks says the same."""
        return self

    @property
    def file(self) -> Path | None:
        """The Python file whose top level makes the DAG, so that importing it makes it again.

        None for a DAG of a notebook or a prompt, and for one made by a function that installed code
        called, such as a test.
        """
        path = Path(self.origin.module)
        is_own = self.origin.module.endswith(".py") and path.is_file() and not is_installed(path)
        return path if is_own else None

    @property
    def folder(self) -> Path:
        """Where relative paths of the DAG start: the folder of its file, else the current one."""
        path = self.file or Path(self.origin.file)
        return path.parent if path.is_file() else Path.cwd()

    @property
    def task_ids(self) -> list[str]:
        return [task.task_id for task in self.tasks]

    def add_task(self, node: Node) -> None:
        """Take in a task that belongs to no DAG yet."""
        node.dag = self
        self._taken.add(node.task_id)
        self.tasks.append(cast("BaseOperator", node))

    def get_task(self, task_id: str) -> BaseOperator:
        """The task with that id. Raises KeyError with the ids there are."""
        for task in self.tasks:
            if task.task_id == task_id:
                return task
        raise KeyError(f"DAG {self.dag_id!r} has no task {task_id!r}; it has {self.task_ids}.")

    def all_tasks(self) -> list[BaseOperator]:
        """`tasks`, which a group says too."""
        return self.tasks

    def free_task_id(self, name: str) -> str:
        """`name`, or `name__1`, `name__2`, ...: the first that no task has."""
        if name not in self._taken:
            return name
        # One counter for each name, so that many calls of one function do not count from 1 each.
        numbers = self._numbers.setdefault(name, count(1))
        return next(free for n in numbers if (free := f"{name}__{n}") not in self._taken)

    def free_group_id(self, name: str) -> str:
        """`name`, or `name__1`, `name__2`, ...: the first that no task and no group has."""
        return self.free_task_id(name)

    def child_id(self, name: str) -> str:
        """The id as it is: only groups put something before it."""
        return name

    def add_group(self, group: Scope) -> None:
        """Take in a group of tasks."""
        made = cast("TaskGroup", group)
        self._taken.add(made.group_id)
        self.groups.append(made)

    @property
    def task_dict(self) -> dict[str, BaseOperator]:
        """The tasks by id."""
        return {task.task_id: task for task in self.tasks}

    @property
    def task_group_dict(self) -> dict[str, TaskGroup]:
        """The groups by id."""
        return {group.group_id: group for group in self.groups}

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
