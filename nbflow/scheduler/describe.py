"""Leaves a picture of the cluster in the store now and then, for those who have no executor to
ask.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime, timedelta

from nbflow.executors.base import Executor
from nbflow.scheduler.leader import Leader
from nbflow.store.database import Session


class Describe:
    """The pictures of one executor, at most one in `every` seconds."""

    def __init__(
        self, leader: Leader, executor: Executor, every: float, parallelism: int | None
    ) -> None:
        self._leader = leader
        self._executor = executor
        self._every = timedelta(seconds=every)
        self._parallelism = parallelism
        self._next: datetime | None = None

    def describe(self, session: Session, now: datetime) -> None:
        """Store one if it is time."""
        if self._next is not None and now < self._next:
            return
        self._next = now + self._every
        slots = self._executor.slots()
        info: Mapping[str, object] = {
            **asdict(self._executor.describe()),
            "slots": slots.total,
            "used": slots.used,
            "parallelism": self._parallelism,
        }
        self._leader.describe(session, info)  # type: ignore[arg-type]  # ExecutorInfo is JSON-ready by contract
