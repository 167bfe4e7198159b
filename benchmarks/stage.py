"""A scheduler in this process over a SQLite file and an embedded Dask cluster, and runs on it that
are waited for.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from nbflow import app
from nbflow.authoring import discovery
from nbflow.commands import Commands
from nbflow.executors.dask import DaskExecutor
from nbflow.scheduler.loop import Scheduler
from nbflow.settings import Settings
from nbflow.store import dags as dag_store
from nbflow.store import requests
from nbflow.store import runs as run_store
from nbflow.store.database import Database

HERE = Path(__file__).parent


@dataclass
class Stage:
    """What a measurement works with. `address` is that of the Dask scheduler."""

    database: Database
    scheduler: Scheduler
    address: str
    warm_kernels: int
    _finished: dict[str, threading.Event]

    def run(self, dag_id: str) -> tuple[float, dict[str, list[float]]]:
        """One run: the time at which it was asked for, and what each task returned."""
        asked, run = self.finish(dag_id)
        with self.database.reading() as session:
            values = run_store.values_of(session, run.id, list(run.snapshot.dag.by_id))
        found = {t: cast("list[float]", v["return_value"].json) for t, v in values.items()}
        return asked, found

    def finish(self, dag_id: str) -> tuple[float, run_store.ActiveRun]:
        """Ask for a run and wait until it has succeeded; the time at which it was asked for."""
        commands = Commands(self.database, "benchmark")
        asked = time.time()
        receipt = commands.trigger(dag_id)
        assert receipt.run_id is not None
        while requests.wait_for_answer(self.database, receipt.request_id or 0, 5.0) is None:
            pass
        assert self._finished.setdefault(receipt.run_id, threading.Event()).wait(300)
        with self.database.reading() as session:
            run = run_store.load_run(session, dag_id, receipt.run_id)
            assert run is not None
            assert str(run.snapshot.run.state) == "success", run.snapshot.states()
        return asked, run


@contextmanager
def stage(
    folder: Path,
    *,
    dags: Path = HERE / "dags",
    workers: int = 2,
    threads: int = 4,
    warm_kernels: int = 0,
) -> Iterator[Stage]:
    """Its project is `folder`, its DAGs are those of the files in `dags`."""
    settings = Settings(home=folder, workers=workers, slots=threads, warm_kernels=warm_kernels)
    finished: dict[str, threading.Event] = {}

    def note(run: run_store.ActiveRun) -> None:
        finished.setdefault(run.snapshot.run.run_id, threading.Event()).set()

    with app.open_database(settings) as database:
        _save_dags(database, dags)
        executor = cast("DaskExecutor", app.make_executor(settings))
        scheduler = app.make_scheduler(
            settings, database, executor, watch_dags=False, on_run_finished=note
        )
        thread = threading.Thread(target=scheduler.run_forever)
        thread.start()
        try:
            yield Stage(database, scheduler, _address(executor), settings.warm_kernels, finished)
        finally:
            scheduler.stop()
            thread.join()


def _address(executor: DaskExecutor) -> str:
    """That of its cluster, once there is one with workers."""
    while not executor.slots().total:
        time.sleep(0.05)
    return executor.describe().address


def _save_dags(database: Database, folder: Path) -> None:
    files = list(discovery.parse_files(sorted(folder.glob("*.py")), [folder]))
    assert not [problem for file in files for problem in file.problems]
    with database.transaction() as session:
        dag_store.save_files(session, files, app.utc_now())
