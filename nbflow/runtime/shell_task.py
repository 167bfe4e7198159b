"""BASH tasks: a command in a process group of its own, its output in the log as it comes.

The last line it prints is the task's value. Exit code 0 is success, 99 (or what the task says) a
skip, anything else a failure that quotes the last lines of stderr.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Collection, Mapping
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import cast

from nbflow.core.orders import RETURN_VALUE, Outcome
from nbflow.core.states import Reason, TaskState
from nbflow.runtime.attempt import Attempt
from nbflow.runtime.children import Answer, Child, Exit, attend
from nbflow.runtime.context import attempt_environment
from nbflow.runtime.endings import failed, from_ending, from_exit, shortened, signal_name
from nbflow.runtime.forkserver import ForkServer
from nbflow.runtime.hidden_output import MaskedLog
from nbflow.runtime.memory import oom_kill_count
from nbflow.runtime.notes import current_masker
from nbflow.runtime.values import dump_value
from nbflow.runtime.zygote import program_request

SKIP_EXIT_CODES = (99,)
_TAIL_BYTES = 64 * 1024
_QUOTED_LINES = 3
_TRACEBACK_LINES = 20
# The shell's way to say that a program it ran was ended by a signal.
_BY_SIGNAL = 128


def run_shell_task(attempt: Attempt, server: ForkServer) -> Outcome:
    """One attempt of a BASH task whose payload is rendered, to its end. Raises StartFailed."""
    order = attempt.order
    told = cast("Mapping[str, object]", order.task.payload)  # rendered, of any type
    cwd = attempt.cwd / str(told.get("cwd") or "")
    if not cwd.is_dir():
        why = f"cwd: there is no folder {cwd} on this worker: create it first, or correct cwd."
        return failed(Reason.BAD_INPUT, why)
    kills_before = oom_kill_count()
    stdout, stderr = _Tail(), _Tail()
    answer = Answer()
    shown = [MaskedLog(attempt.log, current_masker()) for _ in range(2)]
    with ExitStack() as open_now:
        child, pipes = _start(attempt, told, cwd, server, open_now)
        ended_by = attend(
            child,
            {
                child.channel.fileno(): answer.feed,
                pipes[0]: _both(shown[0].write, stdout.feed),
                pipes[1]: _both(shown[1].write, stderr.feed),
            },
            timeout=order.task.execution_timeout,
            token=attempt.token,
            grace=attempt.grace,
        )
    for stream in shown:
        stream.end()
    end = child.exit or Exit()
    if ended_by:
        outcome = from_ending(ended_by, order, attempt.token.reason, stderr.last(_TRACEBACK_LINES))
    elif answer.problem:
        why = f"The command could not be started: {answer.problem}."
        outcome = failed(Reason.START_FAILED, why)
    elif end.code is None:
        outcome = from_exit(end, memory_was_short=oom_kill_count() > kills_before)
    else:
        skips = cast("Collection[int]", told.get("skip_on_exit_code", SKIP_EXIT_CODES))
        outcome = _from_code(end.code, skips, stdout, stderr, order.value_store)
    return replace(outcome, peak_memory=end.peak_memory)


def _start(
    attempt: Attempt,
    told: Mapping[str, object],
    cwd: Path,
    server: ForkServer,
    open_now: ExitStack,
) -> tuple[Child, tuple[int, int]]:
    """The running command, and the ends to read its stdout and stderr from."""
    out_reader, out_writer = os.pipe()
    open_now.callback(os.close, out_reader)
    err_reader, err_writer = os.pipe()
    open_now.callback(os.close, err_reader)
    env = {str(k): str(v) for k, v in cast("Mapping[str, object]", told.get("env") or {}).items()}
    request = program_request(
        ["bash", "-c", str(told["command"])],
        {**attempt_environment(attempt.order), **env},
        append_env=bool(told.get("append_env", True)),
    )
    try:
        child = server.spawn(
            "nbflow.runtime.zygote:exec_program",
            request,
            out_writer,
            err_writer,
            cwd=str(cwd),
            preload=None,
        )
    finally:
        os.close(out_writer)
        os.close(err_writer)
    open_now.callback(child.close)
    return child, (out_reader, err_reader)


def _from_code(
    code: int, skips: Collection[int], stdout: _Tail, stderr: _Tail, value_store: str
) -> Outcome:
    if code in skips:
        message = f"The command ended with exit code {code}, which means skip."
        return Outcome(TaskState.SKIPPED, Reason.SKIPPED_BY_CALL, message)
    if code:
        said = stderr if stderr.last(1) else stdout
        message = f"The command ended with exit code {code}{_by_signal(code)}"
        quoted = said.last(_QUOTED_LINES).replace("\n", " | ")
        message = f"{message}: {quoted}" if quoted else f"{message}."
        return failed(Reason.EXIT_CODE, shortened(message), said.last(_TRACEBACK_LINES))
    line = stdout.last(1)
    values = {RETURN_VALUE: dump_value(line, value_store)} if line else {}
    return Outcome(TaskState.SUCCESS, values=values)


def _by_signal(code: int) -> str:
    number = code - _BY_SIGNAL
    known = number in set(signal.Signals)
    return f" (a program it ran was ended by {signal_name(number)})" if known else ""


class _Tail:
    """The end of what was written."""

    def __init__(self) -> None:
        self._data = bytearray()

    def feed(self, data: bytes) -> None:
        self._data += data
        if len(self._data) > 2 * _TAIL_BYTES:
            del self._data[:-_TAIL_BYTES]

    def last(self, count: int) -> str:
        """The last `count` lines, not counting empty ones at the end."""
        lines = self._data.decode(errors="replace").rstrip().splitlines()
        return "\n".join(lines[-count:])


def _both(one: Callable[[bytes], None], other: Callable[[bytes], None]) -> Callable[[bytes], None]:
    def call(data: bytes) -> None:
        one(data)
        other(data)

    return call
