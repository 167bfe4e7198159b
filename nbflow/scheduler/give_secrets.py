"""Orders get the variables and connections that their tasks declare, and what tasks have set is
stored.

Both happen outside the scheduler's transaction: a secrets backend may take its time, up to a limit.
An order that was not given them because we stopped is as lost as one that was not sent, and is
repaired the same way; a variable that is set twice is the same variable.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from queue import Empty, SimpleQueue
from typing import Protocol

from nbflow.core.events import TaskKey
from nbflow.core.orders import TaskOrder, TaskReport, lost
from nbflow.core.secrets import Secrets
from nbflow.core.states import Reason
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


def give_secrets(
    orders: Sequence[TaskOrder], source: SecretSource, timeout: float, now: datetime
) -> Given:
    """The orders with what their tasks may read. One question for all of them.

    After `timeout` seconds without an answer their attempts fail, which is not their tasks' fault.
    """
    names = sorted({name for order in orders for name in order.task.secrets})
    found = _ask(source, names, timeout) if names else Secrets()
    if found is None:
        message = (
            f"{', '.join(names)} could not be told: the secrets backends did not answer within "
            f"{timeout:g} s (secrets_timeout). Look whether what is behind them can be reached."
        )
        log.error(message, extra={"action": "secrets_timed_out"})
        return Given([], [lost(o.attempt_id, now, message, Reason.START_FAILED) for o in orders])
    return Given(
        [
            replace(order, secrets=found.only(order.task.secrets)) if order.task.secrets else order
            for order in orders
        ],
        [],
    )


def _ask(source: SecretSource, names: Sequence[str], timeout: float) -> Secrets | None:
    """What `source` answers, or None if it does not in time; then it is left to its fate."""
    answers: SimpleQueue[Secrets | Exception] = SimpleQueue()

    def ask() -> None:
        try:
            answers.put(source(names))
        # It is raised again by who waits.
        except Exception as error:  # noqa: BLE001
            answers.put(error)

    threading.Thread(target=ask, name="nbflow-secrets", daemon=True).start()
    try:
        answer = answers.get(timeout=timeout)
    except Empty:
        return None
    if isinstance(answer, Exception):
        raise answer
    return answer


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
