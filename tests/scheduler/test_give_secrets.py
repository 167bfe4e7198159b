"""Secrets backends that are slow: they hold up nobody but the tasks that need them."""

from __future__ import annotations

import threading
from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from nbflow.core.dag import Task, TaskKind
from nbflow.core.secrets import Secrets
from nbflow.core.states import Reason
from nbflow.scheduler.loop import Scheduler, SchedulerSettings
from nbflow.store import browsing
from nbflow.store import runs as run_store
from nbflow.store.database import Database
from tests.scheduler.stage import Clock, Hands, a_dag, start_run, states


class Stuck:
    """A source that answers once it is let go."""

    def __init__(self) -> None:
        self.go_on = threading.Event()

    def __call__(self, names: Collection[str]) -> Secrets:
        self.go_on.wait()
        return Secrets({"key": "value"})

    def change(self, changed: Mapping[str, str | None], actor: str, now: datetime) -> None:
        """Nobody sets anything here."""


@pytest.fixture
def source() -> Iterator[Stuck]:
    stuck = Stuck()
    yield stuck
    stuck.go_on.set()


@pytest.fixture
def scheduler(
    database: Database, hands: Hands, clock: Clock, source: Stuck, tmp_path: Path
) -> Scheduler:
    secret = Task("secret", TaskKind.PYTHON, secrets=("var.key",))
    start_run(database, a_dag("plain", tasks=[secret]))
    settings = SchedulerSettings(str(tmp_path), schedules=False, secrets_timeout=0.05)
    return Scheduler(database, hands, settings, clock=clock, secrets=source)


def test_a_task_that_needs_no_secrets_starts_while_a_backend_hangs(
    database: Database, scheduler: Scheduler, hands: Hands
) -> None:
    scheduler.tick()
    assert hands.running == ["plain"]
    scheduler.tick()
    assert states(database) == {"plain": "running", "secret": "up_for_retry"}


def test_an_attempt_whose_secrets_nobody_tells_fails_by_no_fault_of_its_own(
    database: Database, scheduler: Scheduler
) -> None:
    scheduler.tick()
    scheduler.tick()
    with database.reading() as session:
        run = run_store.load_run(session, "d", "r")
        assert run is not None
        (last,) = browsing.tries(session, run.id, ("secret", -1))
    assert last.reason == Reason.START_FAILED
    assert Reason.START_FAILED.is_infrastructure
    assert "did not answer within 0.05 s" in last.message


def test_the_task_starts_once_the_backend_answers_again(
    scheduler: Scheduler, source: Stuck, hands: Hands, clock: Clock
) -> None:
    scheduler.tick()
    source.go_on.set()
    scheduler.settings = replace(scheduler.settings, secrets_timeout=30.0)
    scheduler.tick()
    clock.pass_(minutes=10)
    # The lease has run out meanwhile, and is taken again.
    scheduler.tick()
    scheduler.tick()
    assert hands.running == ["plain", "secret"]
    (order,) = [o for o in hands.orders.values() if o.task.task_id == "secret"]
    assert order.secrets == Secrets({"key": "value"}).only(["var.key"])
