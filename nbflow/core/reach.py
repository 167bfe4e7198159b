"""Which task instances lie upstream or downstream of given ones: inside a mapped task group those
of the same index, everywhere else all of a task.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from nbflow.core.dag import Dag
from nbflow.core.events import TaskKey

Indexes = frozenset[int] | None
"""Some map indexes of a task, or None for all."""


def reach(
    dag: Dag,
    keys: Iterable[TaskKey],
    step: Mapping[str, tuple[str, ...]],
    every: Iterable[TaskKey],
    depth: int | None = None,
) -> set[TaskKey]:
    """Those of `every` that are at most `depth` steps away from `keys` (None: however far); of the
    tasks of `keys` themselves none. `step` is `graph.upstream` or `graph.downstream`.
    """
    edge = _by_task(keys)
    starts = frozenset(edge)
    found: dict[str, Indexes] = {}
    left = len(step) if depth is None else depth
    while edge and left > 0:
        grown: dict[str, Indexes] = {}
        for task_id, indexes in edge.items():
            for near in step[task_id]:
                _widen(grown, near, indexes if dag.pairs(task_id, near) else None)
        edge = {t: i for t, i in grown.items() if t not in starts and _widen(found, t, i)}
        left -= 1
    return {
        (task_id, index)
        for task_id, index in every
        if task_id in found and _holds(found[task_id], index)
    }


def _by_task(keys: Iterable[TaskKey]) -> dict[str, Indexes]:
    found: dict[str, set[int]] = {}
    for task_id, index in keys:
        found.setdefault(task_id, set()).add(index)
    return {t: None if -1 in indexes else frozenset(indexes) for t, indexes in found.items()}


def _widen(found: dict[str, Indexes], task_id: str, more: Indexes) -> bool:
    """Add indexes of a task; tells whether that was news."""
    if task_id not in found:
        found[task_id] = more
        return True
    known = found[task_id]
    if known is None:
        return False
    found[task_id] = None if more is None else known | more
    return found[task_id] != known


def _holds(indexes: Indexes, index: int) -> bool:
    # One that stands for all of a task that is not expanded yet belongs to each of them.
    return indexes is None or index < 0 or index in indexes
