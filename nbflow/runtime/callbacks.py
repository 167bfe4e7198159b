"""Calling back: one callback of a task or of a DAG, with the context, in a child process that can
be ended.

What it returns is not looked at; what it raises is the outcome of the callback, and nothing else.
"""

from __future__ import annotations

import pickle
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import cast

from nbflow.authoring import loading
from nbflow.authoring.callbacks import find_callback
from nbflow.authoring.context import use_context
from nbflow.core.errors import NbflowError
from nbflow.core.orders import CallbackOrder, LiveSource, Outcome, SourceBundle, TaskOrder
from nbflow.core.states import Reason, TaskState
from nbflow.runtime.attempt import Attempt
from nbflow.runtime.capture import captured, log_to_stderr
from nbflow.runtime.children import EndedBy
from nbflow.runtime.context import TaskInstanceView, attempt_environment, template_context
from nbflow.runtime.endings import failed, from_ending, from_exit, told, user_traceback
from nbflow.runtime.forkserver import ForkServer
from nbflow.runtime.interrupts import run_interruptibly
from nbflow.runtime.sources import find_operator, pickled_callbacks


class TaskFailure(NbflowError):
    """What a callback is given as `exception`: the message of the one that left the task.

    The exception itself stayed in the task's process. `reason` is a word of `core.states.Reason`.
    """

    def __init__(self, message: str, reason: str = "", traceback: str = "") -> None:
        self.reason = reason
        self.traceback = traceback
        super().__init__(message)


def run_callback(attempt: Attempt, server: ForkServer) -> Outcome:
    """Call the order's callback, to its end. Raises StartFailed."""
    order = attempt.order
    call = _callback_of(order)
    if isinstance(order.source, LiveSource):
        return _in_thread(attempt, call)
    result = server.run(
        "nbflow.runtime.callbacks:child_main",
        pickle.dumps(_ChildOrder(_without_files(order), attempt.folder)),
        attempt.log.fileno(),
        timeout=call.timeout,
        token=attempt.token,
        grace=attempt.grace,
        cwd=str(attempt.cwd),
        env=attempt_environment(order),
    )
    if result.ended_by:
        return _ended(order, call, result.ended_by, attempt.token.reason)
    if result.result is None:
        return from_exit(result.exit, memory_was_short=False)
    return cast(Outcome, pickle.loads(result.result))  # noqa: S301 - from our child


@dataclass(frozen=True)
class _ChildOrder:
    order: TaskOrder
    folder: Path


def child_main(payload: bytes) -> bytes:
    """What the forked child does: from a pickled order to a pickled outcome."""
    given = cast(_ChildOrder, pickle.loads(payload))  # noqa: S301 - from our worker
    log_to_stderr()
    outcome = call_back(given.order, given.folder)
    if outcome.state is not TaskState.SUCCESS:
        print(outcome.traceback or outcome.message, file=sys.stderr)  # noqa: T201 - its log
    return pickle.dumps(outcome)


def call_back(order: TaskOrder, folder: Path) -> Outcome:
    """Load the callback and call it with the context."""
    call = _callback_of(order)
    try:
        callback = _find(order, folder, call)
    # Importing runs user code, which may raise anything, or end the process.
    except (Exception, SystemExit) as error:  # noqa: BLE001
        why = str(error) if isinstance(error, (NbflowError, LookupError)) else told(error)
        return failed(Reason.IMPORT_ERROR, why, user_traceback(error))
    context = callback_context(order, call)
    try:
        with use_context(context):
            callback(context)
    # The boundary between the user's code and ours: whatever left it is the outcome.
    except (Exception, SystemExit) as error:  # noqa: BLE001
        return failed(Reason.TASK_ERROR, told(error), user_traceback(error))
    return Outcome(TaskState.SUCCESS)


def callback_context(order: TaskOrder, call: CallbackOrder) -> dict[str, object]:
    """The context of a callback: that of its task, with what became of it.

    `exception` is a TaskFailure, None where nothing failed; `reason` says why, in a word.
    """
    context = template_context(order)
    facts = call.facts
    message, reason = str(facts.get("message") or ""), str(facts.get("reason") or "")
    is_bad = call.occasion in ("failure", "retry")
    trace = str(facts.get("traceback") or "")
    ti = cast(TaskInstanceView, context["ti"])
    about = {
        "state": facts.get("task_state" if call.of_dag else "state"),
        "attempt_id": call.attempt_id,
        "start_date": _moment(facts.get("started_at")),
        "end_date": _moment(facts.get("ended_at")),
    }
    vars(ti).update(about)
    if call.of_dag:
        vars(context["dag_run"]).update(
            {
                "state": facts.get("state"),
                "start_date": _moment(facts.get("started_at")),
                "end_date": _moment(facts.get("ended_at")),
            }
        )
    exception = TaskFailure(message, reason, trace) if is_bad else None
    return {**context, "exception": exception, "reason": reason, "message": message}


def _moment(text: object) -> datetime | None:
    return datetime.fromisoformat(text) if isinstance(text, str) else None


def _find(order: TaskOrder, folder: Path, call: CallbackOrder) -> Callable[..., object]:
    if call.of_dag:
        return find_callback(_dag_callbacks(order, folder), call.occasion, call.position)
    options = find_operator(order, folder).task_options
    return find_callback(options, call.occasion, call.position)


def _dag_callbacks(order: TaskOrder, folder: Path) -> Mapping[str, object]:
    source = order.source
    if isinstance(source, LiveSource):
        return loading.live_dag(source.token).callbacks
    if isinstance(source, SourceBundle):
        dags = loading.load_dags(folder, order.run.dag_file)
        return loading.find_dag(dags, order.run.dag_id, order.run.dag_file).callbacks
    return pickled_callbacks(source)


def _in_thread(attempt: Attempt, call: CallbackOrder) -> Outcome:
    order = attempt.order
    with captured(attempt.log, shown=True):
        outcome, ended_by = run_interruptibly(
            lambda: call_back(order, attempt.folder), timeout=call.timeout, token=attempt.token
        )
    if outcome is None or ended_by:
        return _ended(order, call, ended_by, attempt.token.reason)
    return outcome


def _ended(order: TaskOrder, call: CallbackOrder, ended_by: EndedBy, why: str) -> Outcome:
    if ended_by == "timeout":
        return failed(
            Reason.TIMEOUT, f"The callback was ended after its time limit of {call.timeout:g} s."
        )
    return from_ending("cancelled", order, why)


def _callback_of(order: TaskOrder) -> CallbackOrder:
    if order.callback is None:
        raise ValueError(f"{order.name} is the order of a task and not of a callback.")
    return order.callback


def _without_files(order: TaskOrder) -> TaskOrder:
    """The order without the files of its bundle: they are on the disk already."""
    if not isinstance(order.source, SourceBundle):
        return order
    return replace(order, source=replace(order.source, files={}))
