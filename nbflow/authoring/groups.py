"""`TaskGroup` and `@task_group`: tasks that belong together, as a person writes them.

A group is a scope (what is made in its with-block bears its name) and a side of `>>` (all its
roots, or all its leaves). The spec keeps it as data; only screens read it there.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Iterator, Mapping, Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Any, cast, overload

from nbflow.authoring.links import (
    Linkable,
    Node,
    Scope,
    close_scope,
    innermost_scope,
    link,
    open_scope,
)
from nbflow.authoring.map_sources import refuse
from nbflow.authoring.mapping import ElementReference, Mapped
from nbflow.authoring.operators import BaseOperator
from nbflow.authoring.origin import caller
from nbflow.core.errors import DefinitionError, Problem
from nbflow.core.spelling import did_you_mean

if TYPE_CHECKING:
    from typing_extensions import Self

NOT_IN_A_DAG = "NBF208"


class TaskGroup(Linkable):
    """Tasks that belong together. What is made inside its with-block is called `group_id.task_id`.

    >>> with TaskGroup("load", tooltip="Everything from the shop") as load:
    ...     orders = NotebookOperator(task_id="orders", notebook="orders.ipynb")
    >>> start >> load >> report

    In `>>` the group stands for its roots on the left side and for its leaves on the right, as they
    are then: link it when it is complete. `prefix_group_id=False` leaves ids alone. `default_args`
    go before those of the DAG. `add_suffix_on_collision` makes `load__1` of a second `load`. The
    colours are accepted for files from Airflow; screens colour by state.
    """

    def __init__(
        self,
        group_id: str,
        prefix_group_id: bool = True,
        *,
        parent_group: TaskGroup | None = None,
        dag: Scope | None = None,
        default_args: Mapping[str, object] | None = None,
        tooltip: str = "",
        ui_color: str = "CornflowerBlue",
        ui_fgcolor: str = "#000",
        add_suffix_on_collision: bool = False,
        group_display_name: str = "",
    ) -> None:
        self.written_at = caller()
        parent = parent_group or dag or innermost_scope()
        if parent is None:
            raise self._outside(group_id)
        self._parent = _group_in(parent, dag)
        self.dag: Scope = parent.dag
        self.prefix_group_id = prefix_group_id
        whole = self._above.child_id(group_id)
        self.group_id = self.dag.free_group_id(whole) if add_suffix_on_collision else whole
        self.label = group_display_name or group_id
        self.own_default_args = dict(default_args or {})
        self.tooltip = tooltip
        self.ui_color = ui_color
        self.ui_fgcolor = ui_fgcolor
        self.mapped: Mapped | None = None
        self._tasks: list[BaseOperator] = []
        self.dag.add_group(self)

    def __enter__(self) -> Self:
        open_scope(self)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        close_scope()

    def __repr__(self) -> str:
        return f"<TaskGroup {self.group_id}: {len(self._tasks)} tasks>"

    def __iter__(self) -> Iterator[BaseOperator]:
        """Its tasks, those of groups inside included, in the order they were written."""
        return iter(self._tasks)

    # --- as a scope

    @property
    def dag_id(self) -> str:
        return self.dag.dag_id

    @property
    def default_args(self) -> dict[str, object]:
        return {**self._above.default_args, **self.own_default_args}

    @property
    def parent_group(self) -> TaskGroup | None:
        """The group it was made in, if any."""
        return self._parent

    @property
    def _above(self) -> Scope:
        return self.dag if self._parent is None else self._parent

    def child_id(self, name: str) -> str:
        return f"{self.group_id}.{name}" if self.prefix_group_id else name

    def free_task_id(self, name: str) -> str:
        free = self.dag.free_task_id(self.child_id(name))
        return free.removeprefix(f"{self.group_id}.") if self.prefix_group_id else free

    def free_group_id(self, name: str) -> str:
        return self.dag.free_group_id(name)

    def add_group(self, group: Scope) -> None:
        self.dag.add_group(group)

    def add_task(self, node: Node) -> None:
        """Take in a task that belongs to no DAG yet."""
        self.dag.add_task(node)
        node.group = self
        self._note(cast("BaseOperator", node))

    def _note(self, task: BaseOperator) -> None:
        self._tasks.append(task)
        if self._parent is not None:
            self._parent._note(task)  # noqa: SLF001 - another group

    def all_tasks(self) -> list[BaseOperator]:
        """Its tasks, those of groups inside included."""
        return self._tasks

    def get_task(self, task_id: str) -> Node:
        return self.dag.get_task(task_id)

    # --- as a side of >>

    def has_task(self, task: Node) -> bool:
        """Whether the task is in this group, or in one inside it."""
        return task in self._tasks

    @property
    def roots(self) -> Sequence[BaseOperator]:
        """Its tasks that come after no other of the group."""
        inside = {task.task_id for task in self._tasks}
        return [task for task in self._tasks if not inside & task.upstream_task_ids]

    @property
    def leaves(self) -> Sequence[BaseOperator]:
        """Its tasks that no other of the group comes after. Who follows the group does not wait for
        its teardowns: the work right before them stands in their place.
        """
        after = self._after()
        todo = [task for task in self._tasks if not after[task]]
        found: dict[BaseOperator, None] = {}
        while todo:
            task = todo.pop(0)
            if task.is_teardown:
                todo += [one for one in self._tasks if _leads_to(one, task, after)]
            else:
                found[task] = None
        return list(found)

    def _after(self) -> dict[BaseOperator, list[BaseOperator]]:
        """The tasks of the group right after each."""
        by_id = {task.task_id: task for task in self._tasks}
        after: dict[BaseOperator, list[BaseOperator]] = {task: [] for task in self._tasks}
        for task in self._tasks:
            for task_id in task.upstream_task_ids & by_id.keys():
                after[by_id[task_id]].append(task)
        return after

    def get_roots(self) -> Iterator[BaseOperator]:
        """`roots`, as Airflow calls it."""
        return iter(self.roots)

    def get_leaves(self) -> Iterator[BaseOperator]:
        """`leaves`, as Airflow calls it."""
        return iter(self.leaves)

    def first_nodes(self) -> Sequence[Node]:
        return self.roots

    def last_nodes(self) -> Sequence[Node]:
        return self.leaves

    def _outside(self, group_id: str) -> DefinitionError:
        where = self.written_at
        problem = Problem(
            NOT_IN_A_DAG,
            f"The task group '{group_id}' is made outside a DAG.",
            "Make it inside `with DAG(...)`, or pass dag=.",
            file=where.file or None,
            line=where.line,
        )
        return DefinitionError([problem])


def _leads_to(
    task: BaseOperator,
    teardown: BaseOperator,
    after: Mapping[BaseOperator, Sequence[BaseOperator]],
) -> bool:
    """Whether a task stands in the place of the teardown right after it: a teardown, or work that
    no other work of the group comes after.
    """
    if teardown not in after[task]:
        return False
    if task.is_teardown:
        return True
    return not task.is_setup and all(one.is_teardown for one in after[task])


def _group_in(parent: Scope | TaskGroup, dag: Scope | None) -> TaskGroup | None:
    """The group around a new one: the one it was given, else the open one of the same DAG."""
    if isinstance(parent, TaskGroup):
        return parent
    inner = innermost_scope()
    same = isinstance(inner, TaskGroup) and (dag is None or inner.dag is dag.dag)
    return cast("TaskGroup", inner) if same else None


class TaskGroupFunction:
    """A function under `@task_group`: each call inside a DAG makes a group with what it writes.

    The call gives what the function returns, or the group if that is None.
    """

    def __init__(self, function: Callable[..., object], **options: Any) -> None:  # noqa: ANN401 - TaskGroup's
        functools.update_wrapper(cast("Callable[..., object]", self), function)
        self.function = function
        self._options = options

    # `Any`: what the function returns, which callers go on with.
    def __call__(self, *args: object, **kwargs: object) -> Any:  # noqa: ANN401
        with self.group():
            made = innermost_scope()
            returned = self.function(*args, **kwargs)
        return made if returned is None else returned

    def partial(self, **arguments: object) -> PartialGroup:
        """The group with the arguments that are the same for all instances; go on with
        `.expand(name=[...])` or `.expand_kwargs([{...}])`.
        """
        return PartialGroup(self, arguments)

    # `Any`: what the function returns, which callers go on with.
    def expand(self, **mapped: object) -> Any:  # noqa: ANN401
        """Write the group with all its tasks mapped: one line of instances for each element of
        `mapped`, each of which goes on by itself.
        """
        return PartialGroup(self, {}).expand(**mapped)

    def expand_kwargs(self, kwargs: object) -> Any:  # noqa: ANN401
        """As `expand`, over a list of dicts of arguments."""
        return PartialGroup(self, {}).expand_kwargs(kwargs)

    def group(self) -> TaskGroup:
        """A new group of this name, for one call."""
        ours = {
            "group_id": self.function.__name__,
            "tooltip": inspect.getdoc(self.function) or "",
            "add_suffix_on_collision": True,
        }
        return TaskGroup(**{**ours, **self._options})

    def override(self, **options: Any) -> TaskGroupFunction:  # noqa: ANN401 - TaskGroup's
        """The same function with other options, for calls that need them."""
        return TaskGroupFunction(self.function, **{**self._options, **options})


class PartialGroup:
    """`group.partial(...)`: a task group that lacks what differs from instance to instance."""

    def __init__(self, function: TaskGroupFunction, given: Mapping[str, object]) -> None:
        self._function = function
        self._given = dict(given)
        self._origin = caller()
        self._name = f"@task_group '{function.function.__name__}'"

    # `Any`: see TaskGroupFunction.
    def expand(self, **mapped: object) -> Any:  # noqa: ANN401
        """See `TaskGroupFunction.expand`."""
        found = Mapped.over(mapped, self._name, self._origin)
        self._check(found)
        return self._written(found, {name: ElementReference(found, name) for name in mapped})

    def expand_kwargs(self, kwargs: object) -> Any:  # noqa: ANN401
        """See `TaskGroupFunction.expand_kwargs`."""
        found = Mapped.over_kwargs(kwargs, self._name, self._origin)
        self._check(found)
        names = [name for name in self._parameters if name not in self._given]
        return self._written(found, {name: ElementReference(found, name) for name in names})

    @property
    def _parameters(self) -> Mapping[str, inspect.Parameter]:
        return inspect.signature(self._function.function).parameters

    def _check(self, mapped: Mapped) -> None:
        for name in sorted(mapped.literal_names):
            if name not in self._parameters:
                fix = did_you_mean(name, self._parameters)
                raise refuse(self._origin, f"{self._name} takes no argument '{name}'.", fix)
            if name in self._given:
                why = f"{self._name}: '{name}' is given to partial() and mapped as well."
                raise refuse(self._origin, why, "Leave it in one of the two.")

    def _written(self, mapped: Mapped, elements: Mapping[str, ElementReference]) -> Any:  # noqa: ANN401
        with self._function.group() as made:
            made.mapped = mapped
            returned = self._function.function(**self._given, **elements)
        sources = [r for r in mapped.references() if isinstance(r, Linkable)]
        link(sources, made)
        return made if returned is None else returned


@overload
def task_group(group_id: Callable[..., object], /) -> TaskGroupFunction: ...
@overload
def task_group(
    group_id: str | None = None,
    **options: Any,  # noqa: ANN401
) -> Callable[[Callable[..., object]], TaskGroupFunction]: ...
# `Any`: what TaskGroup takes.
def task_group(
    group_id: str | Callable[..., object] | None = None,
    **options: Any,
) -> TaskGroupFunction | Callable[[Callable[..., object]], TaskGroupFunction]:
    """Make a function that writes tasks into one that writes them as a group; used with or without
    the options of TaskGroup.

    >>> @task_group(tooltip="Everything from the shop")
    ... def load(day):
    ...     return orders(day)
    """
    if callable(group_id):
        return TaskGroupFunction(group_id, **options)
    named = options if group_id is None else {"group_id": group_id, **options}
    return functools.partial(TaskGroupFunction, **named)
