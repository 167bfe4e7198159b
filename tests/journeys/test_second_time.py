"""A DAG on a scheduler with real tasks, done a second time: backfilled, failed, mended, cleared on
its new version, repeated with changes, deleted.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timezone
from pathlib import Path
from time import monotonic

import pytest

from nbflow import app
from nbflow.commands import Commands, Runs
from nbflow.scheduler.loop import Scheduler
from nbflow.settings import Settings
from nbflow.store.database import Database
from nbflow.views.backfills import backfill_list
from nbflow.views.runs import run_detail, run_list
from nbflow.views.values import run_values
from nbflow.views.versions import version_list

FILE = """
from nbflow import DAG, Param, task

with DAG("sales", schedule="0 6 * * *", is_paused_upon_creation=True,
         params={"factor": Param(2, type="integer")}):

    @task
    def load(logical_date):
        return logical_date.day

    @task
    def report(n, params):
        if BROKEN and n == 2:
            raise ValueError("no data for the second")
        return n * params["factor"]

    report(load())
"""


class Shop:
    """The project, its scheduler, and the verbs of the one who runs it."""

    def __init__(self, folder: Path, database: Database, scheduler: Scheduler) -> None:
        self.file = folder / "dags" / "sales.py"
        self.database, self.scheduler = database, scheduler
        self.verbs = Commands(database, "ben")

    def write(self, *, broken: bool) -> None:
        self.file.write_text(f"BROKEN = {broken}\n{FILE}")

    def until(self, holds: Callable[[], bool]) -> None:
        """Let the scheduler work until it is so, at most a minute."""
        deadline = monotonic() + 60
        while not holds():
            assert monotonic() < deadline, "it did not come about"
            self.scheduler.run_once()
            self.scheduler._wake.wait(0.02)

    def states(self) -> list[str]:
        return [run.state for run in run_list(self.database, "sales").runs][::-1]

    def versions(self) -> int:
        return version_list(self.database, "sales").versions[0].number

    def values(self, run_id: str) -> list[str]:
        return [one.preview for one in run_values(self.database, "sales", run_id).values]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "dags").mkdir()
    return tmp_path


def test_runs_of_the_past_are_made_mended_repeated_and_forgotten(folder: Path) -> None:
    settings = Settings(home=folder, executor="inline", warm_kernels=0)
    with app.open_database(settings) as database:
        executor = app.make_executor(settings)
        scheduler = app.make_scheduler(settings, database, executor)
        shop = Shop(folder, database, scheduler)
        shop.write(broken=True)
        executor.start(scheduler.wake)
        try:
            _live(shop)
        finally:
            executor.close()


def _live(shop: Shop) -> None:
    _read(shop)
    march = [datetime(2026, 3, day, tzinfo=timezone.utc) for day in (1, 4)]
    plan = shop.verbs.backfill("sales", *march, dry_run=True)
    assert [one.step for one in plan.planned] == ["create"] * 3
    shop.verbs.backfill("sales", *march, max_active_runs=2)
    shop.until(lambda: _ended(shop, 1))
    assert shop.states() == ["success", "failed", "success"]
    (backfill,) = backfill_list(shop.database).backfills
    assert (backfill.state, backfill.counts) == ("finished", {"success": 2, "failed": 1})

    shop.write(broken=False)
    _read(shop)
    assert shop.versions() == 2
    shop.verbs.clear("sales", Runs(states=("failed",)), latest=True, note="Mended.")
    shop.until(lambda: shop.states() == ["success"] * 3)
    mended = run_list(shop.database, "sales").runs[1]
    assert (mended.version, mended.note) == (2, "Mended.")
    assert shop.values(mended.run_id) == ["2", "4"]

    shop.verbs.rerun("sales", mended.run_id, {"factor": 10}, ["report"], new_run_id="again")
    shop.until(lambda: shop.states() == ["success"] * 4)
    again = run_detail(shop.database, "sales", "again")
    assert [one.task_id for one in again.instances] == ["report"]
    assert "20" in shop.values("again")

    shop.verbs.delete_run("sales", mended.run_id)
    shop.until(lambda: len(shop.states()) == 3)


def _read(shop: Shop) -> None:
    """What the loader's thread does when a file has changed."""
    loader = shop.scheduler.loader
    assert loader is not None
    loader._scan_and_tell()
    shop.scheduler.run_once()


def _ended(shop: Shop, backfill_id: int) -> bool:
    found = backfill_list(shop.database).backfills
    return bool(found) and found[0].id == backfill_id and found[0].state == "finished"
