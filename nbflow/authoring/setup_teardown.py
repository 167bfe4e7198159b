"""Setup and teardown tasks as a person writes them: `as_setup`, `as_teardown`, `@setup`,
`@teardown`, and a setup or teardown as a context manager.

What they mean for a run is core's (`core/setup_teardown.py`).
"""

from __future__ import annotations

from contextvars import ContextVar
from typing import TYPE_CHECKING

from nbflow.authoring.links import Node, link, nodes_of

if TYPE_CHECKING:
    from types import TracebackType

    from typing_extensions import Self


class Wrapping(Node):
    """The part of a task that can set up or tear down something for others."""

    def as_setup(self) -> Self:
        """Make this task a setup: what is downstream of it, up to its teardown, needs it, and runs
        again with it.
        """
        self.is_setup = True
        return self

    def as_teardown(
        self, setups: object = None, on_failure_fail_dagrun: bool | None = None
    ) -> Self:
        """Make this task a teardown: it runs when everything before it is done and one of its
        setups has succeeded, whatever became of the work in between.

        `setups` (a task or a list) are made setups and put before it. Its failure fails the run
        only with `on_failure_fail_dagrun`.
        """
        self.is_teardown = True
        if on_failure_fail_dagrun is not None:
            self.on_failure_fail_dagrun = on_failure_fail_dagrun
        if setups is not None:
            link(setups, self)
            for node in nodes_of(setups):
                node.is_setup = True
        return self

    def __enter__(self) -> Wrapped:
        """Tasks made inside come after the setups and before the teardown."""
        if not (self.is_setup or self.is_teardown):
            raise TypeError(
                f"{self!r} stands in a with-statement, but it is neither a setup nor a teardown. "
                "Call as_setup() or as_teardown() on it."
            )
        wrapped = Wrapped(self)
        _open.set((*_open.get(), wrapped))
        return wrapped

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        *outer, wrapped = _open.get()
        _open.set(tuple(outer))
        wrapped.close()


class Wrapped:
    """The tasks inside the with-block of a setup or a teardown."""

    def __init__(self, task: Wrapping) -> None:
        self._setups, self._teardowns = _around(task)
        self._work: list[Node] = []

    def add_task(self, *tasks: object) -> None:
        """Put tasks that were made elsewhere between the setups and the teardown too."""
        self._work += [node for node in nodes_of(tasks) if node not in self._work]

    def close(self) -> None:
        """Link the work: its first tasks behind the setups, its last ones before the teardowns."""
        work = [node for node in self._work if node not in {*self._setups, *self._teardowns}]
        inside = {node.task_id for node in work}
        before = {node: node.upstream_task_ids & inside for node in work}
        followed = {task_id for ids in before.values() for task_id in ids}
        link(self._setups, [node for node in work if not before[node]])
        link([node for node in work if node.task_id not in followed], self._teardowns)


_open: ContextVar[tuple[Wrapped, ...]] = ContextVar("nbflow_open_teardowns", default=())


def note_made(node: Node) -> None:
    """A task was made: it belongs to every open with-block of a setup or teardown."""
    for wrapped in _open.get():
        wrapped.add_task(node)


def _around(task: Wrapping) -> tuple[list[Node], list[Node]]:
    """The setups and the teardowns that a with-statement over `task` means; that one takes what the
    other returns makes them belong together too.
    """
    if task.is_teardown:
        return [node for node in task.upstream_list if node.is_setup], [task]
    return [task], [node for node in task.downstream_list if node.is_teardown]
