"""What becomes of a run that is due while as many runs of its DAG are active as may be."""

from __future__ import annotations

from dataclasses import dataclass

from nbflow.core.dag import Overlap


@dataclass(frozen=True)
class Room:
    """How many of the runs that are due are created, and how many active ones, the oldest, are
    cancelled for them. What is not created is skipped.
    """

    create: int
    cancel: int = 0


def make_room(overlap: Overlap, limit: int, active: int, due: int) -> Room:
    """Room for `due` runs beside `active` ones, of which `limit` may run side by side.

    `queue` creates all, and they wait for their turn; `skip` only as many as can begin at once;
    `cancel_running` all, and ends as many of the oldest as are in their way.
    """
    if overlap == "skip":
        return Room(min(due, max(0, limit - active)))
    if overlap == "cancel_running":
        return Room(due, min(active, max(0, active + due - limit)))
    return Room(due)
