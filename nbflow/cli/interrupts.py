"""What Ctrl-C and SIGTERM do to a command that must end in order. No decisions about runs here."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Thread

INTERRUPTED = 130
"""The exit code of a command that the user ended, as shells have it."""


@dataclass
class Interrupts:
    """Whether a signal came."""

    came: bool = False


@contextmanager
def on_interrupt(act: Callable[[], None]) -> Iterator[Interrupts]:
    """While inside, the first SIGINT, SIGTERM or SIGHUP calls `act`, in a thread of its own, for a
    signal may come while any lock is held. The second raises KeyboardInterrupt, a third ends the
    process.
    """
    state = Interrupts()
    numbers = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)

    def second(number: int, _: object) -> None:
        signal.signal(number, signal.SIG_DFL)
        raise KeyboardInterrupt

    def first(_number: int, _: object) -> None:
        state.came = True
        for each in numbers:
            signal.signal(each, second)
        Thread(target=act, name="nbflow-interrupt", daemon=True).start()

    before = {number: signal.signal(number, first) for number in numbers}
    try:
        yield state
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
