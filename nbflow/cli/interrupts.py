"""What Ctrl-C and SIGTERM do to a command that must end in order. No decisions about runs here."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Thread

INTERRUPTED = 130
"""The exit code of a command that the user ended, as shells have it."""

_SHOW_CURSOR = b"\x1b[?25h\n"


@dataclass
class Interrupts:
    """Whether a signal came."""

    came: bool = False


@contextmanager
def on_interrupt(act: Callable[[], None]) -> Iterator[Interrupts]:
    """While inside, the first SIGINT, SIGTERM or SIGHUP calls `act`, in a thread of its own, for a
    signal may come while any lock is held. The second ends this process as if it were not caught.
    """
    state = Interrupts()
    numbers = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)

    def first(_number: int, _: object) -> None:
        state.came = True
        for each in numbers:
            signal.signal(each, _end_now)
        Thread(target=act, name="nbflow-interrupt", daemon=True).start()

    before = {number: signal.signal(number, first) for number in numbers}
    try:
        yield state
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _end_now(number: int, _: object) -> None:
    """Whatever this process has started ends with it: guards and keepers see to that."""
    if sys.stdout.isatty():
        os.write(sys.stdout.fileno(), _SHOW_CURSOR)
    signal.signal(number, signal.SIG_DFL)
    os.kill(os.getpid(), number)
