"""Secrets backends that are slow: they hold up nobody but the tasks that need them."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from time import monotonic

import pytest

from nbflow.commands import Commands
from nbflow.core.dag import Task, TaskKind
from nbflow.core.secrets import Secrets
from nbflow.core.states import Reason
from nbflow.scheduler.loop import Scheduler
from nbflow.scheduler.settings import SchedulerSettings
from nbflow.store import browsing
from nbflow.store import runs as run_store
from nbflow.store.database import Database
from tests.scheduler.stage import Clock, Hands, a_dag, run_state, start_run, states


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


def work_until(scheduler: Scheduler, holds: Callable[[], bool]) -> None:
    """Let the scheduler work until it is so, at most a minute."""
    deadline = monotonic() + 60
    while not holds():
        assert monotonic() < deadline, "it did not come about"
        scheduler.tick()
        scheduler._wake.wait(0.02)


def test_a_backend_that_hangs_delays_nobody_else(
    database: Database, scheduler: Scheduler, hands: Hands, source: Stuck
) -> None:
    scheduler.settings = replace(scheduler.settings, secrets_timeout=600.0)
    scheduler.tick()
    assert hands.running == ["plain"]
    hands.finish("plain")
    scheduler.tick()
    assert states(database) == {"plain": "success", "secret": "queued"}
    source.go_on.set()
    work_until(scheduler, lambda: hands.running == ["secret"])
    (order,) = [o for o in hands.orders.values() if o.task.task_id == "secret"]
    assert order.secrets == Secrets({"key": "value"}).only(["var.key"])


def test_an_attempt_whose_secrets_nobody_tells_fails_by_no_fault_of_its_own(
    database: Database, scheduler: Scheduler
) -> None:
    work_until(scheduler, lambda: states(database)["secret"] == "up_for_retry")
    with database.reading() as session:
        run = run_store.load_run(session, "d", "r")
        assert run is not None
        (last,) = browsing.tries(session, run.id, ("secret", -1))
    assert last.reason == Reason.START_FAILED
    assert Reason.START_FAILED.is_infrastructure
    assert "did not answer within 0.05 s" in last.message


def test_the_scheduler_wakes_when_an_answer_is_overdue(scheduler: Scheduler, clock: Clock) -> None:
    assert scheduler.tick() <= clock.now + timedelta(seconds=0.05)


def test_the_task_starts_once_the_backend_answers_again(
    database: Database, scheduler: Scheduler, source: Stuck, hands: Hands, clock: Clock
) -> None:
    work_until(scheduler, lambda: states(database)["secret"] == "up_for_retry")
    source.go_on.set()
    scheduler.settings = replace(scheduler.settings, secrets_timeout=600.0)
    clock.pass_(minutes=10)
    work_until(scheduler, lambda: hands.running == ["plain", "secret"])


def test_a_run_is_cancelled_though_a_backend_hangs(
    database: Database, scheduler: Scheduler, hands: Hands, source: Stuck
) -> None:
    scheduler.settings = replace(scheduler.settings, secrets_timeout=600.0)
    scheduler.tick()
    Commands(database, "ben", scheduler.clock).cancel("d", "r")
    work_until(scheduler, lambda: run_state(database) == "cancelled")
    source.go_on.set()
    scheduler.tick()
    assert hands.ever_started == ["plain"]


def test_a_leader_that_begins_anew_asks_anew(
    scheduler: Scheduler, hands: Hands, source: Stuck, clock: Clock
) -> None:
    scheduler.settings = replace(scheduler.settings, secrets_timeout=600.0)
    scheduler.tick()
    scheduler._forget_everything()
    source.go_on.set()
    scheduler.tick()
    clock.pass_(seconds=2)  # an order that was not sent is made again a moment later
    work_until(scheduler, lambda: hands.running == ["plain", "secret"])
    assert hands.ever_started == ["plain", "secret"]


def test_a_wave_waits_for_the_secrets_of_its_tasks(
    database: Database, scheduler: Scheduler, hands: Hands, source: Stuck
) -> None:
    scheduler._dispatch._settings = replace(scheduler._dispatch._settings, waves=True)
    scheduler.settings = replace(scheduler.settings, secrets_timeout=600.0, waves=True)
    source.go_on.set()
    scheduler.tick()
    assert hands.running == ["plain", "secret"]
