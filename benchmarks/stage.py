"""A scheduler in this process over a SQLite file and an embedded Dask cluster, and runs on it that
are waited for.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import cast

from nbflow import app
from nbflow.authoring.loading import load_dags
from nbflow.authoring.spec import build
from nbflow.commands import Commands
from nbflow.core.orders import SourceBundle
from nbflow.executors.dask import DaskExecutor
from nbflow.scheduler.loop import Scheduler
from nbflow.settings import Settings
from nbflow.store import dags as dag_store
from nbflow.store import requests
from nbflow.store import runs as run_store
from nbflow.store.database import Database

HERE = Path(__file__).parent
DAG_FILE = "no_ops.py"


@dataclass
class Stage:
    """What a measurement works with. `address` is that of the Dask scheduler."""

    database: Database
    scheduler: Scheduler
    address: str
    _finished: dict[str, threading.Event]

    def run(self, dag_id: str) -> tuple[float, dict[str, list[float]]]:
        """One run: the time at which it was asked for, and what each task returned."""
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
            values = run_store.values_of(session, run.id, list(run.snapshot.dag.by_id))
        found = {t: cast("list[float]", v["return_value"].json) for t, v in values.items()}
        return asked, found


@contextmanager
def stage(folder: Path, *, workers: int = 2, threads: int = 4) -> Iterator[Stage]:
    settings = Settings(home=folder, workers=workers, slots=threads, warm_kernels=0)
    finished: dict[str, threading.Event] = {}

    def note(run: run_store.ActiveRun) -> None:
        finished.setdefault(run.snapshot.run.run_id, threading.Event()).set()

    with app.open_database(settings) as database:
        _save_dags(database)
        executor = cast("DaskExecutor", app.make_executor(settings))
        scheduler = app.make_scheduler(
            settings, database, executor, watch_dags=False, on_run_finished=note
        )
        thread = threading.Thread(target=scheduler.run_forever)
        thread.start()
        try:
            made = Stage(database, scheduler, "", finished)
            made.run("one")
            made.address = executor.describe().address
            yield made
        finally:
            scheduler.stop()
            thread.join()


def _save_dags(database: Database) -> None:
    content = (HERE / "dags" / DAG_FILE).read_bytes()
    bundle = SourceBundle(sha256(content).hexdigest(), {DAG_FILE: content})
    dags = []
    for definition in load_dags(HERE / "dags", DAG_FILE):
        dag, problems = build(definition, HERE / "dags")
        assert dag is not None, problems
        dags.append(dag)
    with database.transaction() as session:
        dag_store.save_file(session, DAG_FILE, dags, bundle, [], app.utc_now())
