"""The algebra of `>>` and `<<`: which tasks come after which, as a person declares it.

Edges that follow from arguments are not here but found when the spec is built (`spec.py`).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from itertools import pairwise
from typing import Protocol, TypeVar

Other = TypeVar("Other")


class Scope(Protocol):
    """Where tasks belong that are written inside its with-block: a DAG, or a group of its tasks."""

    @property
    def dag_id(self) -> str: ...

    @property
    def dag(self) -> Scope:
        """The DAG as a whole."""
        ...

    @property
    def default_args(self) -> dict[str, object]: ...

    def add_task(self, node: Node) -> None:
        """Take the task in; its id may already be taken, which is for the spec to say."""

    def get_task(self, task_id: str) -> Node:
        """The task with that id. Raises KeyError."""
        ...

    def all_tasks(self) -> Iterable[Node]:
        """Its tasks, in the order they were written."""
        ...

    def free_task_id(self, name: str) -> str:
        """`name`, or the first of `name__1`, `name__2`, ... whose `child_id` no task has."""
        ...

    def add_group(self, group: Scope) -> None:
        """Take in a group of tasks."""

    def free_group_id(self, name: str) -> str:
        """`name`, or the first of `name__1`, `name__2`, ... that no task and no group has."""
        ...

    def child_id(self, name: str) -> str:
        """The whole id of what is called `name` in here: groups put their own id before it."""
        ...


_open_scopes: ContextVar[tuple[Scope, ...]] = ContextVar("nbflow_open_scopes", default=())


def innermost_scope() -> Scope | None:
    """The scope whose with-block is running, the innermost one, or None."""
    scopes = _open_scopes.get()
    return scopes[-1] if scopes else None


def scope_for(dag: Scope | None, group: Scope | None) -> Scope | None:
    """Where something belongs that is given a DAG, a group or neither: an open group of the DAG
    comes before the DAG.
    """
    inner = innermost_scope()
    if group is not None:
        return group
    return inner if dag is None or (inner is not None and inner.dag is dag) else dag


def open_scope(scope: Scope) -> None:
    """Begin a with-block: what is made from now on belongs to `scope`."""
    _open_scopes.set((*_open_scopes.get(), scope))


def close_scope() -> None:
    """End the innermost with-block."""
    _open_scopes.set(_open_scopes.get()[:-1])


@contextmanager
def no_scope() -> Iterator[None]:
    """No with-block counts as open inside; for files that are loaded while another DAG is being
    written.
    """
    token = _open_scopes.set(())
    try:
        yield
    finally:
        _open_scopes.reset(token)


class Linkable(ABC):
    """What can stand on either side of `>>`: a task, a called task, an output, a group, a label."""

    @abstractmethod
    def first_nodes(self) -> Sequence[Node]:
        """The tasks that come after whatever stands on the left of this."""

    @abstractmethod
    def last_nodes(self) -> Sequence[Node]:
        """The tasks that whatever stands on the right of this comes after."""

    def set_downstream(self, other: object) -> None:
        """`self >> other`."""
        link(self, other)

    def set_upstream(self, other: object) -> None:
        """`self << other`."""
        link(other, self)

    def __rshift__(self, other: Other) -> Other:
        link(self, other)
        return other

    def __lshift__(self, other: Other) -> Other:
        link(other, self)
        return other

    def __rrshift__(self, other: object) -> Linkable:
        link(other, self)
        return self

    def __rlshift__(self, other: object) -> Linkable:
        link(self, other)
        return self


class FunctionTask(Linkable):
    """A function that tasks are made from; `function` is the function as written."""

    function: Callable[..., object]


class Node(Linkable):
    """One task as a point of the graph. The keys of `upstream_nodes` are what was declared, in that
    order, and their values the labels of these edges.
    """

    task_id: str
    dag: Scope | None
    group: Scope | None = None
    upstream_nodes: dict[Node, str]
    is_setup: bool = False
    is_teardown: bool = False
    on_failure_fail_dagrun: bool = False

    @property
    def upstream_task_ids(self) -> set[str]:
        """The ids of the tasks right before this one."""
        return {node.task_id for node in self.upstream_nodes}

    @property
    def upstream_list(self) -> list[Node]:
        """The tasks right before this one."""
        tasks = () if self.dag is None else self.dag.all_tasks()
        before = self.upstream_task_ids
        return [task for task in tasks if task.task_id in before]

    @property
    def downstream_list(self) -> list[Node]:
        """The tasks right after this one."""
        tasks = () if self.dag is None else self.dag.all_tasks()
        return [task for task in tasks if self.task_id in task.upstream_task_ids]

    @property
    def downstream_task_ids(self) -> set[str]:
        """The ids of the tasks right after this one."""
        return {task.task_id for task in self.downstream_list}

    def first_nodes(self) -> Sequence[Node]:
        return (self,)

    def last_nodes(self) -> Sequence[Node]:
        return (self,)


class Label(Linkable):
    """A word on the edges between what stands left and right of it: `check >> Label("ok") >> go`.

    Lists, groups and outputs may stand on both sides, and a label may be a step of `chain`.
    """

    def __init__(self, label: str) -> None:
        self.label = label
        self._before: list[Node] = []
        self._after: list[Node] = []

    def __repr__(self) -> str:
        return f"Label({self.label!r})"

    def first_nodes(self) -> Sequence[Node]:
        raise self._alone()

    def last_nodes(self) -> Sequence[Node]:
        raise self._alone()

    def come_after(self, before: Linkable) -> None:
        """Stand right of `before`."""
        nodes = before.last_nodes()
        self._before += nodes
        _link_nodes(nodes, self._after, self.label)

    def come_before(self, after: Linkable) -> None:
        """Stand left of `after`."""
        nodes = after.first_nodes()
        self._after += nodes
        _link_nodes(self._before, nodes, self.label)

    def _alone(self) -> TypeError:
        return TypeError(f"{self!r} has to stand between tasks: a >> {self!r} >> b.")


def link(before: object, after: object) -> None:
    """Put every task of `after` behind every task of `before`. Raises TypeError for what is no
    task.
    """
    upstream, downstream = _sides(before), _sides(after)
    for left in upstream:
        for right in downstream:
            if isinstance(right, Label):
                right.come_after(left)
            elif isinstance(left, Label):
                left.come_before(right)
            else:
                _link_nodes(left.last_nodes(), right.first_nodes())


def chain(*steps: object) -> None:
    """Link each step to the next. Two lists side by side are linked pairwise and must be equally
    long. A step may be a task, a group, a label or a list of these.

    Raises ValueError for lists of different lengths, TypeError for what is no task.
    """
    for before, after in pairwise(steps):
        if isinstance(before, (list, tuple)) and isinstance(after, (list, tuple)):
            if len(before) != len(after):
                raise ValueError(
                    f"chain() got lists of {len(before)} and {len(after)} tasks side by side. "
                    "Make them equally long, or use cross_downstream() to link all with all."
                )
            for one, other in zip(before, after, strict=True):
                link(one, other)
        else:
            link(before, after)


def chain_linear(*steps: object) -> None:
    """Link every task of each step to every task of the next, lists of any lengths included.

    Raises ValueError when there is nothing to link, TypeError for what is no task.
    """
    given = [step for step in steps if not (isinstance(step, (list, tuple)) and not step)]
    if len(given) < 2:
        raise ValueError("chain_linear() links each step to the next: give it two or more.")
    for before, after in pairwise(given):
        link(before, after)


def cross_downstream(before: object, after: object) -> None:
    """Link every task of `before` to every task of `after`."""
    link(before, after)


def nodes_of(side: object) -> list[Node]:
    """The tasks that one side of `>>` stands for. Raises TypeError for what is no task."""
    return [node for one in _sides(side) for node in one.last_nodes()]


def _link_nodes(upstream: Iterable[Node], downstream: Iterable[Node], label: str = "") -> None:
    behind = list(downstream)
    for before in upstream:
        for node in behind:
            _share_dag(before, node)
            node.upstream_nodes[before] = label or node.upstream_nodes.get(before, "")


def _sides(side: object) -> list[Linkable]:
    if isinstance(side, Linkable):
        return [side]
    if isinstance(side, Iterable) and not isinstance(side, (str, bytes, dict)):
        return [one for item in side for one in _sides(item)]
    raise TypeError(
        f"{side!r} is no task, so nothing can come before or after it. "
        "Use a task, a called @task function, an output, a group, or a list of them."
    )


def _share_dag(one: Node, other: Node) -> None:
    """A task written outside every DAG joins the DAG of the task it is linked to."""
    for joining, host in ((one, other), (other, one)):
        if joining.dag is None and host.dag is not None:
            host.dag.add_task(joining)
