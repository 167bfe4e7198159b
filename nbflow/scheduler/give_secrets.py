"""Orders get the variables and connections that their tasks declare, and what tasks have set is
stored.

Both happen outside the scheduler's transaction: a secrets backend may take its time. An order that
was not given them because we stopped is as lost as one that was not sent, and is repaired the same
way; a variable that is set twice is the same variable.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Protocol

from nbflow.core.events import TaskKey
from nbflow.core.orders import TaskOrder, TaskReport
from nbflow.core.secrets import Secrets
from nbflow.scheduler.advance_runs import RunBook


class SecretSource(Protocol):
    """Where secrets come from and go to; `store.secret_lookup.SecretLookup` is one."""

    def __call__(self, names: Collection[str]) -> Secrets:
        """What is to be had of `names`. Raises StoreUnavailable."""
        ...

    def change(self, changed: Mapping[str, str | None], actor: str, now: datetime) -> None:
        """Store variables that a task has set, delete those that are None."""


def give_secrets(orders: Sequence[TaskOrder], source: SecretSource) -> list[TaskOrder]:
    """The orders with what their tasks may read. One question for all of them."""
    names = {name for order in orders for name in order.task.secrets}
    if not names:
        return list(orders)
    found = source(sorted(names))
    return [
        replace(order, secrets=found.only(order.task.secrets)) if order.task.secrets else order
        for order in orders
    ]


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
