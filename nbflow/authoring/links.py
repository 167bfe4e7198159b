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
    """Where tasks belong that are written inside its with-block: a DAG."""

    @property
    def dag_id(self) -> str: ...

    @property
    def default_args(self) -> dict[str, object]: ...

    def add_task(self, node: Node) -> None:
        """Take the task in; its id may already be taken, which is for the spec to say."""

    def get_task(self, task_id: str) -> Node:
        """The task with that id. Raises KeyError."""
        ...

    def free_task_id(self, name: str) -> str:
        """`name`, or the first of `name__1`, `name__2`, ... that no task has."""
        ...


_open_scopes: ContextVar[tuple[Scope, ...]] = ContextVar("nbflow_open_scopes", default=())


def innermost_scope() -> Scope | None:
    """The scope whose with-block is running, the innermost one, or None."""
    scopes = _open_scopes.get()
    return scopes[-1] if scopes else None


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
    """What can stand on either side of `>>`: a task, a called task, an output."""

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
    order.
    """

    task_id: str
    dag: Scope | None
    upstream_nodes: dict[Node, None]

    def first_nodes(self) -> Sequence[Node]:
        return (self,)

    def last_nodes(self) -> Sequence[Node]:
        return (self,)


def link(before: object, after: object) -> None:
    """Put every task of `after` behind every task of `before`. Raises TypeError for what is no
    task.
    """
    downstream = [node for side in _sides(after) for node in side.first_nodes()]
    for upstream in [node for side in _sides(before) for node in side.last_nodes()]:
        for node in downstream:
            _share_dag(upstream, node)
            node.upstream_nodes[upstream] = None


def chain(*steps: object) -> None:
    """Link each step to the next. Two lists side by side are linked pairwise and must be equally
    long.

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


def cross_downstream(before: object, after: object) -> None:
    """Link every task of `before` to every task of `after`."""
    link(before, after)


def _sides(side: object) -> list[Linkable]:
    if isinstance(side, Linkable):
        return [side]
    if isinstance(side, Iterable) and not isinstance(side, (str, bytes, dict)):
        return [one for item in side for one in _sides(item)]
    raise TypeError(
        f"{side!r} is no task, so nothing can come before or after it. "
        "Use a task, a called @task function, an output, or a list of them."
    )


def _share_dag(one: Node, other: Node) -> None:
    """A task written outside every DAG joins the DAG of the task it is linked to."""
    for joining, host in ((one, other), (other, one)):
        if joining.dag is None and host.dag is not None:
            host.dag.add_task(joining)
