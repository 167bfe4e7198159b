"""From what happened to an attempt to its `Outcome`: exceptions, exit codes, signals.

Each is told as what it is; shared by all the ways to run a task.
"""

from __future__ import annotations

import signal
from dataclasses import replace
from datetime import datetime, timezone
from pathlib import Path
from traceback import StackSummary, TracebackException

from nbflow.core.errors import Fail, Reschedule, Skip
from nbflow.core.orders import Outcome, TaskOrder
from nbflow.core.states import Reason, TaskState
from nbflow.core.waiting import HandedOver
from nbflow.runtime.children import EndedBy, Exit
from nbflow.runtime.context import TemplateProblem, ValueNotThere
from nbflow.runtime.mapped import BadElement
from nbflow.runtime.values import ValueNotReadable, ValueNotStorable, ValueStoreFailed

MESSAGE_CHARACTERS = 500
# Signals that a process brings upon itself by what its code does; others come from outside.
_CRASHES = frozenset(
    getattr(signal, name)
    for name in ("SIGSEGV", "SIGBUS", "SIGILL", "SIGFPE", "SIGABRT", "SIGTRAP", "SIGSYS")
    if hasattr(signal, name)
)
# What our own code raises for a task's inputs and outputs, told by `from_exception`.
INPUT_PROBLEMS = (
    BadElement,
    TemplateProblem,
    ValueNotThere,
    ValueNotReadable,
    ValueNotStorable,
    ValueStoreFailed,
)
_NOT_THEIRS = (str(Path(__file__).parents[1]), "<frozen importlib")


def failed(reason: Reason, message: str, traceback: str = "") -> Outcome:
    """A failed attempt; `message` is cut to what fits a table cell."""
    return Outcome(TaskState.FAILED, reason, shortened(message), traceback)


def from_exception(error: BaseException) -> Outcome:
    """What an exception that left a task's code, or the preparation of its inputs, means."""
    if isinstance(error, HandedOver):
        return error.outcome
    if isinstance(error, Reschedule):
        return Outcome(TaskState.UP_FOR_RESCHEDULE, again_at=_in_utc(error.reschedule_date))
    if isinstance(error, Skip):
        why = str(error) or "The task raised Skip."
        return Outcome(TaskState.SKIPPED, Reason.SKIPPED_BY_CALL, shortened(why))
    if isinstance(error, Fail):
        why = str(error) or "The task raised Fail."
        reason = Reason.FAILED_BY_CALL
        return Outcome(
            TaskState.FAILED, reason, shortened(why), user_traceback(error), retryable=False
        )
    if isinstance(error, (BadElement, TemplateProblem, ValueNotThere)):
        return failed(Reason.BAD_INPUT, str(error))
    if isinstance(error, ValueStoreFailed):
        return failed(Reason.EXECUTOR_ERROR, str(error))
    if isinstance(error, (ValueNotReadable, ValueNotStorable)):
        return failed(Reason.VALUE_ERROR, str(error))
    outcome = failed(Reason.TASK_ERROR, told(error), user_traceback(error))
    return replace(outcome, lineage=lineage(error))


def _in_utc(moment: datetime | None) -> datetime | None:
    """A date without a zone is one in UTC, as in templates."""
    if moment is None or moment.tzinfo is not None:
        return moment
    return moment.replace(tzinfo=timezone.utc)


def from_ending(ended_by: EndedBy, order: TaskOrder, why: str, traceback: str = "") -> Outcome:
    """An attempt that we ended: for its time was up, or because it was cancelled (`why`)."""
    if ended_by == "timeout":
        limit = order.task.execution_timeout or 0
        message = f"The task was ended after its execution_timeout of {limit:g} s."
        return failed(Reason.TIMEOUT, message, traceback)
    message = f"The task was ended: {why or 'cancelled'}."
    return Outcome(TaskState.CANCELLED, Reason.CANCELLED, message, traceback)


def from_exit(end: Exit, *, memory_was_short: bool) -> Outcome:
    """A process that ended without a result, though nobody told it to."""
    if end.is_lost:
        return failed(
            Reason.WORKER_LOST, "The process that starts tasks on this worker ended unexpectedly."
        )
    if end.signal is None:
        return failed(
            Reason.EXIT_CODE,
            f"The process ended with exit code {end.code} before the task had returned: "
            "return from it, or raise an exception, instead of ending the process.",
        )
    name = signal_name(end.signal)
    if end.signal in _CRASHES:
        return failed(
            Reason.TASK_ERROR,
            f"The process crashed ({name}) in native code that the task called: see its log.",
        )
    if end.signal == signal.SIGKILL and memory_was_short:
        return failed(
            Reason.OUT_OF_MEMORY,
            "The system ran out of memory and killed the task: "
            "have it use less, or run fewer tasks side by side on this worker.",
        )
    # Not kernel_died: no Jupyter kernel was there. It is a process of the worker that was lost.
    return failed(Reason.WORKER_LOST, f"The task's process was killed from outside ({name}).")


def user_traceback(error: BaseException) -> str:
    """The traceback of `error` without the frames of nbflow itself."""
    told = TracebackException.from_exception(error)
    _leave_out_ours(told)
    return "".join(told.format())


def told(error: BaseException) -> str:
    """`Type: message`."""
    return f"{type(error).__name__}: {error}".strip().rstrip(":")


def lineage(error: BaseException) -> tuple[str, ...]:
    """The names of the exception's class and those above it: `builtins.KeyError`, ..."""
    above = (one for one in type(error).__mro__ if one not in (object, BaseException))
    return tuple(f"{one.__module__}.{one.__qualname__}" for one in above)


def signal_name(number: int) -> str:
    """SIGKILL for 9."""
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"


def shortened(text: str) -> str:
    """`text`, cut if it is too long for a table cell."""
    return text if len(text) <= MESSAGE_CHARACTERS else f"{text[: MESSAGE_CHARACTERS - 1]}…"


def _leave_out_ours(told: TracebackException) -> None:
    todo: list[TracebackException | None] = [told]
    while todo:
        one = todo.pop()
        if one is None:
            continue
        theirs = [frame for frame in one.stack if not frame.filename.startswith(_NOT_THEIRS)]
        one.stack = StackSummary.from_list(theirs)
        todo += [one.__cause__, one.__context__, *(getattr(one, "exceptions", None) or ())]
