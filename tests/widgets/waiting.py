"""Waiting in the tests of views: for what a trait shows, and for what nobody tells of."""

from __future__ import annotations

from collections.abc import Callable
from threading import Event
from time import monotonic

from nbflow.widgets import DagWidget

DEADLINE = 60.0


def seen_by(widget: DagWidget, holds: Callable[[], bool]) -> None:
    """Return as soon as `holds` after a change of a trait of `widget`; fail if it never does."""
    changed = Event()
    listen = lambda _: changed.set()  # noqa: E731 - it is taken off again by this very name
    widget.observe(listen)
    deadline = monotonic() + DEADLINE
    try:
        while not holds():
            assert changed.wait(deadline - monotonic()), f"{widget.run} {widget.states}"
            changed.clear()
    finally:
        widget.unobserve(listen)


def eventually(holds: Callable[[], bool]) -> bool:
    """Whether `holds` within the time; for what nobody tells of."""
    deadline, never = monotonic() + DEADLINE, Event()
    while not holds():
        if monotonic() > deadline:
            return False
        never.wait(0.005)
    return True
