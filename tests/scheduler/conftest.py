"""Databases for the scheduler's tests, and a scheduler over them that is driven tick by tick."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from nbflow.scheduler.loop import Scheduler
from nbflow.scheduler.settings import SchedulerSettings
from nbflow.store.database import Database
from tests.databases import database, database_url, sqlite_database
from tests.scheduler.stage import Clock, Hands

__all__ = ["database", "database_url", "sqlite_database"]

MakeScheduler = Callable[..., Scheduler]


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def hands() -> Hands:
    """An executor that does what the test tells it to."""
    return Hands()


@pytest.fixture
def make_scheduler(database: Database, tmp_path: Path, clock: Clock, hands: Hands) -> MakeScheduler:
    """Schedulers over one database. They give back no lease when the test ends: as if killed."""

    def make(executor: Hands = hands, *, schedules: bool = True) -> Scheduler:
        settings = SchedulerSettings(str(tmp_path / "artifacts"), schedules=schedules)
        return Scheduler(database, executor, settings, clock=clock)

    return make
