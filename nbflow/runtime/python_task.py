"""PYTHON tasks: the operator's code, in a forked child or in a thread of the worker.

The child works out the whole outcome, values included; only the outcome comes back. A task that
returns None hands on no value, and a task that reads it gets None.

A thread cannot be ended by force: with `isolation="thread"` timeout and cancellation take effect at
the next line of Python, not within a call that waits. Folder and environment are the worker's.
"""

from __future__ import annotations

import pickle
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import cast

from nbflow.authoring.asset_events import OutletEvents
from nbflow.authoring.operators import BaseOperator
from nbflow.authoring.references import Resolver
from nbflow.authoring.retrying import RetryPolicy, decides_itself, ruling
from nbflow.core.dag import Decides
from nbflow.core.errors import NbflowError
from nbflow.core.orders import RETURN_VALUE, LiveSource, Outcome, TaskOrder, ValueRef
from nbflow.core.states import Reason, TaskState
from nbflow.runtime.attempt import Attempt
from nbflow.runtime.bundles import without_files
from nbflow.runtime.cancellation import CancelToken
from nbflow.runtime.capture import captured, log_to_stderr
from nbflow.runtime.context import (
    TaskInstanceView,
    attempt_environment,
    named,
    render_text,
    template_context,
    upstream_value,
)
from nbflow.runtime.endings import (
    failed,
    from_ending,
    from_exception,
    from_exit,
    told,
    user_traceback,
)
from nbflow.runtime.forkserver import ChildResult, ForkServer
from nbflow.runtime.hidden_output import HidingStreams, output_to
from nbflow.runtime.interrupts import run_interruptibly
from nbflow.runtime.mapped import leaf_of
from nbflow.runtime.memory import oom_kill_count
from nbflow.runtime.notes import current_masker, notes_of_process
from nbflow.runtime.sources import find_operator
from nbflow.runtime.templates import templates_of
from nbflow.runtime.values import ValueNotStorable, dump_value


def run_python_task(attempt: Attempt, server: ForkServer) -> Outcome:
    """One attempt of a PYTHON task, to its end. Raises StartFailed."""
    order = attempt.order
    if order.task.isolation == "thread" or isinstance(order.source, LiveSource):
        return _in_thread(attempt)
    return _in_child(attempt, server)


# ------------------------------------------------------------------------------------ where it runs


@dataclass(frozen=True)
class _ChildOrder:
    order: TaskOrder
    folder: Path


def _in_child(attempt: Attempt, server: ForkServer) -> Outcome:
    order = attempt.order
    kills_before = oom_kill_count()
    with output_to(attempt.log, current_masker()) as output:
        result = server.run(
            "nbflow.runtime.python_task:child_main",
            pickle.dumps(_ChildOrder(without_files(order), attempt.folder)),
            output.fileno,
            on_started=output.is_inherited,
            timeout=order.task.execution_timeout,
            token=attempt.token,
            grace=attempt.grace,
            cwd=str(attempt.cwd),
            env=attempt_environment(order),
            readers=output.readers,
        )
    short = oom_kill_count() > kills_before
    outcome = _outcome(order, result, attempt.token, memory_was_short=short)
    return replace(outcome, peak_memory=result.exit.peak_memory)


def child_main(payload: bytes) -> bytes:
    """What the forked child does: from a pickled order to a pickled outcome."""
    told_us = cast(_ChildOrder, pickle.loads(payload))  # noqa: S301 - from our worker
    log_to_stderr()
    hiding = HidingStreams()
    with notes_of_process(told_us.order, hiding.hide) as notes:
        hiding.masker = notes.masker
        try:
            outcome = execute(told_us.order, told_us.folder)
        except KeyboardInterrupt as error:
            # If it was our interrupt, the worker knows why, and takes from this only where it was.
            message = "The task's process was interrupted from outside."
            outcome = failed(Reason.WORKER_LOST, message, user_traceback(error))
        outcome = notes.add_to(outcome)
    _print_traceback(outcome)
    hiding.end()
    return pickle.dumps(outcome)


def _outcome(
    order: TaskOrder, result: ChildResult, token: CancelToken, *, memory_was_short: bool
) -> Outcome:
    if result.problem and not result.ended_by:
        return failed(Reason.START_FAILED, f"The task could not be started: {result.problem}.")
    outcome = None
    if result.result is not None:
        outcome = cast(Outcome, pickle.loads(result.result))  # noqa: S301 - from our child
    if result.ended_by:
        traceback = outcome.traceback if outcome else ""
        return from_ending(result.ended_by, order, token.reason, traceback)
    return outcome or from_exit(result.exit, memory_was_short=memory_was_short)


def _in_thread(attempt: Attempt) -> Outcome:
    order = attempt.order

    def body() -> Outcome:
        outcome = execute(order, attempt.folder)
        _print_traceback(outcome)
        return outcome

    # A person at a debugger wants to see what is printed, not only to find it in a file.
    shown = isinstance(order.source, LiveSource)
    with captured(attempt.log, shown=shown, masker=current_masker()):
        outcome, ended_by = run_interruptibly(
            body, timeout=order.task.execution_timeout, token=attempt.token
        )
    if outcome is None or ended_by:
        return from_ending(ended_by, order, attempt.token.reason)
    return outcome


def _print_traceback(outcome: Outcome) -> None:
    if outcome.state is TaskState.FAILED:
        print(outcome.traceback or outcome.message, file=sys.stderr)  # noqa: T201 - the task's log


# ------------------------------------------------------------------------------------- what it does


def execute(order: TaskOrder, folder: Path) -> Outcome:
    """Load the operator, resolve its arguments, run it, store what it returns.

    Only KeyboardInterrupt and its like, which are not about the task, pass through.
    """
    try:
        operator = find_operator(order, folder)
    # Unpickling and importing run user code, which may raise anything, or end the process.
    except (Exception, SystemExit) as error:  # noqa: BLE001
        why = str(error) if isinstance(error, NbflowError) else told(error)
        return failed(Reason.IMPORT_ERROR, why, user_traceback(error.__cause__ or error))
    context = template_context(order)
    ti = cast(TaskInstanceView, context["ti"])
    resolver = resolver_of(order, context)
    own = operator.template_settings
    policy = operator.task_options.get("retry_policy")
    try:
        with templates_of(order, folder, own.macros, own.filters):
            operator = operator.instance(resolver)
            result = _ended_well(operator, context, resolver)
        values = {**operator.values_of(result), **ti.pushed}
        followed = _followed(result) if order.task.decides is Decides.BRANCH else None
        said = cast(OutletEvents, context["outlet_events"]).emissions()
        stored = _stored(values, order)
    # The boundary between the user's code and ours: whatever left it is the outcome.
    except (Exception, SystemExit) as error:  # noqa: BLE001
        outcome = _judged(from_exception(error), error, order, policy, context)
        return named(outcome, order, _naming(operator, context))
    stops = order.task.decides is Decides.SHORT_CIRCUIT and not result
    if stops and not getattr(operator, "ignore_downstream_trigger_rules", True):
        stops, followed = False, ()  # of those further down, each follows its own rule
    outcome = Outcome(
        TaskState.SUCCESS, values=stored, follow=followed, short_circuit=stops, emissions=said
    )
    return named(outcome, order, _naming(operator, context))


def _judged(
    outcome: Outcome,
    error: BaseException,
    order: TaskOrder,
    policy: object,
    context: dict[str, object],
) -> Outcome:
    """The outcome with what a retry policy of the task's own says of its failure."""
    if not isinstance(policy, RetryPolicy) or not decides_itself(policy):
        return outcome
    if outcome.reason is not Reason.TASK_ERROR:
        return outcome
    retries = order.task.retry.retries
    try:
        said = ruling(policy.evaluate(error, order.try_number, retries, context))
    # The policy is the user's code too; whatever it does, the task failed by what ended it.
    except Exception as wrong:  # noqa: BLE001
        print(f"The retry policy could not decide: {told(wrong)}", file=sys.stderr)  # noqa: T201 - the task's log
        return outcome
    return replace(outcome, ruling=said)


def _naming(operator: BaseOperator, context: Mapping[str, object]) -> Mapping[str, object]:
    """What a map_index_template may show: what the instance was given, and the context, to which
    the task may have added.
    """
    return {**operator.mapped_arguments, **context, "task": operator}


def resolver_of(order: TaskOrder, context: Mapping[str, object]) -> Resolver:
    """What resolves the arguments of this order's operator."""
    return Resolver(
        pull=lambda task_id, key: upstream_value(order, task_id, key),
        render=lambda field, text: render_text(field, text, context),
        params=order.run.params,
        leaf=lambda number: leaf_of(order, number),
    )


def _ended_well(
    operator: BaseOperator, context: Mapping[str, object], resolver: Resolver
) -> object:
    try:
        return operator.run(context, resolver)
    except SystemExit as error:
        # As a program would: sys.exit() and sys.exit(0) are good ends.
        if error.code in (None, 0):
            return None
        raise


def _stored(values: Mapping[str, object], order: TaskOrder) -> dict[str, ValueRef]:
    stored = {}
    for key, value in values.items():
        if value is None and key == RETURN_VALUE:
            continue
        try:
            stored[key] = dump_value(value, order.value_store, order.max_value_size)
        except ValueNotStorable as error:
            raise ValueNotStorable(f"Value {key!r}: {error}") from error
    return stored


def _followed(result: object) -> tuple[str, ...]:
    """The task ids a branch names: one, several, or none."""
    if result is None:
        return ()
    several = isinstance(result, Iterable) and not isinstance(result, (str, Mapping))
    named = list(cast("Iterable[object]", result)) if several else [result]
    return tuple(_task_id(one) for one in named)


def _task_id(named: object) -> str:
    task_id = getattr(named, "task_id", named)
    if not isinstance(task_id, str):
        raise TypeError(
            f"The branch returned {named!r}: return the id of the task to go on with, "
            "a list of ids, or None for none."
        )
    return task_id
