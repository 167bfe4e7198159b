"""Ending what runs in a thread, from outside: it hits the task, and nothing but the task."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from time import perf_counter

from nbflow.runtime.cancellation import CancelToken
from nbflow.runtime.interrupts import TaskInterrupted, run_interruptibly


def test_what_ends_by_itself_gives_its_result() -> None:
    assert run_interruptibly(lambda: 3, timeout=60, token=CancelToken()) == (3, "")


def test_what_takes_too_long_is_interrupted_though_it_catches_exceptions() -> None:
    def body() -> None:
        while True:
            try:
                while True:
                    pass
            except Exception:  # noqa: BLE001
                pass

    assert run_interruptibly(body, timeout=0.05, token=None) == (None, "timeout")


def test_cancelling_interrupts_the_thread_that_runs_it_and_no_other() -> None:
    token, started = CancelToken(), Event()

    def body() -> None:
        started.set()
        while True:
            pass

    with ThreadPoolExecutor(1) as other:
        running = other.submit(run_interruptibly, body, timeout=None, token=token)
        assert started.wait(60)
        token.cancel()
        assert running.result(60) == (None, "cancelled")


def test_a_token_cancelled_before_interrupts_at_once() -> None:
    token = CancelToken()
    token.cancel()

    def body() -> None:
        while True:
            pass

    assert run_interruptibly(body, timeout=None, token=token) == (None, "cancelled")


def test_an_interrupt_that_was_swallowed_counts_all_the_same() -> None:
    def body() -> str:
        try:
            while True:
                pass
        except TaskInterrupted:
            return "done anyway"

    assert run_interruptibly(body, timeout=0.05, token=None) == ("done anyway", "timeout")


def test_an_interrupt_at_the_very_end_hits_nothing_that_follows() -> None:
    def body(until: float) -> None:
        while perf_counter() < until:
            pass

    for step in range(200):
        # The end of the body and the timer race, each ahead of the other about half the time.
        end = perf_counter() + 0.0005 + step * 0.00001
        run_interruptibly(lambda until=end: body(until), timeout=0.0005, token=None)  # type: ignore[misc] # a default argument


TRACED = """
import sys
from nbflow.runtime.interrupts import TaskInterrupted, run_interruptibly

def swallows():
    try:
        while True:
            pass
    except TaskInterrupted:
        return "swallowed"

print(run_interruptibly(swallows, timeout=0.05, token=None))
sys.settrace(lambda *_: None)
print((lambda: "traced")())
"""


def test_a_debugger_works_in_a_process_that_has_interrupted_a_thread() -> None:
    done = subprocess.run(
        [sys.executable, "-c", TRACED], timeout=60, capture_output=True, text=True, check=True
    )

    assert done.stdout.split("\n")[:2] == ["('swallowed', 'timeout')", "traced"]
