"""Orders get the variables and connections that their tasks declare, and what tasks have set is
stored.

Backends are asked outside the scheduler's thread, for they may take their time, up to a limit. An
order that was not given them because we stopped is as lost as one that was not sent, and is
repaired the same way; a variable that is set twice is the same variable.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Protocol

from nbflow.core.events import TaskKey
from nbflow.core.orders import Outcome, ReportKind, TaskOrder, TaskReport, lost
from nbflow.core.secrets import Secrets
from nbflow.core.states import Reason, TaskState
from nbflow.scheduler.advance_runs import RunBook

log = logging.getLogger(__name__)


class SecretSource(Protocol):
    """Where secrets come from and go to; `store.secret_lookup.SecretLookup` is one."""

    def __call__(self, names: Collection[str]) -> Secrets:
        """What is to be had of `names`. Raises StoreUnavailable."""
        ...

    def change(self, changed: Mapping[str, str | None], actor: str, now: datetime) -> None:
        """Store variables that a task has set, delete those that are None."""


@dataclass(frozen=True)
class Given:
    """Orders that can go out, and reports on the attempts whose secrets nobody could tell."""

    orders: list[TaskOrder]
    failed: list[TaskReport]


@dataclass
class _Asked:
    """Orders that wait for an answer until `deadline`, in seconds of the monotonic clock."""

    orders: list[TaskOrder]
    names: list[str]
    timeout: float
    deadline: float
    answer: Secrets | Exception | None = None
    is_answered: threading.Event = field(default_factory=threading.Event)


class SecretDesk:
    """Asks for the secrets of orders, each batch in a thread of its own, and wakes the scheduler
    when an answer is there or overdue. Nobody waits here, so that a slow backend holds up only the
    tasks that need it. Its methods belong to the scheduler's thread.
    """

    def __init__(self, source: SecretSource, wake: Callable[[], None]) -> None:
        self._source = source
        self._wake = wake
        self._asked: list[_Asked] = []

    def ask(self, orders: Sequence[TaskOrder], timeout: float) -> None:
        """Begin to ask; `take` gives the orders back. After `timeout` seconds without an answer
        their attempts fail, which is not their tasks' fault.
        """
        names = sorted({name for order in orders for name in order.task.secrets})
        asked = _Asked(list(orders), names, timeout, time.monotonic() + timeout)
        self._asked.append(asked)
        threading.Thread(
            target=self._put, args=(asked,), name="nbflow-secrets", daemon=True
        ).start()

    def wait(self) -> None:
        """Wait for every answer, or until it is overdue: where the order of tasks counts."""
        for asked in self._asked:
            asked.is_answered.wait(max(asked.deadline - time.monotonic(), 0.0))

    def take(self, now: datetime) -> Given:
        """What has come of it meanwhile. Raises what the source has raised."""
        given = Given([], [])
        for asked in list(self._asked):
            if asked.is_answered.is_set():
                given.orders.extend(_answered(asked))
            elif time.monotonic() >= asked.deadline:
                given.failed.extend(_overdue(asked, now))
            else:
                continue
            self._asked.remove(asked)
        return given

    def withdraw(self, attempts: Collection[str], now: datetime) -> list[TaskReport]:
        """Take back the orders of attempts that are cancelled; the reports say so."""
        found: list[TaskReport] = []
        for asked in self._asked:
            found += [_cancelled(one, now) for one in asked.orders if one.attempt_id in attempts]
            asked.orders = [one for one in asked.orders if one.attempt_id not in attempts]
        return found

    def forget(self) -> None:
        """Drop what is asked for: the scheduler begins again from the store."""
        self._asked.clear()

    @property
    def look_again(self) -> float | None:
        """In how many seconds an answer is overdue; None while nobody waits for one."""
        deadlines = [asked.deadline for asked in self._asked]
        return max(min(deadlines) - time.monotonic(), 0.0) if deadlines else None

    def _put(self, asked: _Asked) -> None:
        try:
            asked.answer = self._source(asked.names)
        # It is raised again in the scheduler's thread.
        except Exception as error:  # noqa: BLE001
            asked.answer = error
        asked.is_answered.set()
        self._wake()


def _answered(asked: _Asked) -> list[TaskOrder]:
    if isinstance(asked.answer, Exception):
        raise asked.answer
    found = asked.answer or Secrets()
    return [replace(order, secrets=found.only(order.task.secrets)) for order in asked.orders]


def _overdue(asked: _Asked, now: datetime) -> list[TaskReport]:
    message = (
        f"{', '.join(asked.names)} could not be told: the secrets backends did not answer within "
        f"{asked.timeout:g} s (secrets_timeout). Look whether what is behind them can be reached."
    )
    log.error(message, extra={"action": "secrets_timed_out"})
    return [lost(o.attempt_id, now, message, Reason.START_FAILED) for o in asked.orders]


def _cancelled(order: TaskOrder, now: datetime) -> TaskReport:
    outcome = Outcome(TaskState.CANCELLED, Reason.CANCELLED, "It was cancelled before it began.")
    return TaskReport(order.attempt_id, ReportKind.FINISHED, now, outcome=outcome)


def keep_variables(
    book: RunBook, reports: Sequence[TaskReport], source: SecretSource, now: datetime
) -> None:
    """Store the variables that finished attempts have set, if somebody still waits for them."""
    for report in reports:
        ref = book.attempts.get(report.attempt_id)
        if ref is not None and report.outcome is not None and report.outcome.variables:
            run = book.runs[ref[0]].snapshot.run
            actor = f"task {run.dag_id}/{run.run_id}/{_named(ref[1])}"
            source.change(report.outcome.variables, actor, now)


def _named(key: TaskKey) -> str:
    task_id, index = key
    return task_id if index < 0 else f"{task_id}[{index}]"
