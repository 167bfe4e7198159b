"""What must not grow with history or with the number of files: `python -m benchmarks.scale`.

Ten thousand tasks in one run; a tick, a list and a grid beside a million finished task instances;
a thousand DAG files. Takes some minutes, most of them to make the million.
"""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

import psutil
from pydantic_core import to_json
from sqlalchemy import event, insert
from sqlalchemy.engine import Engine

from benchmarks.measures import median, temporary_folder
from benchmarks.stage import stage
from nbflow import app
from nbflow.core.dag import Dag, Task, TaskKind
from nbflow.core.orders import Outcome, ReportKind, SourceBundle, TaskOrder, TaskReport
from nbflow.core.snapshot import DagRun
from nbflow.core.states import RunState, RunType, TaskState
from nbflow.executors.base import ExecutorInfo, Slots
from nbflow.scheduler.load_dags import DagLoader
from nbflow.scheduler.loop import Scheduler
from nbflow.scheduler.settings import SchedulerSettings
from nbflow.settings import Settings
from nbflow.store import dags as dag_store
from nbflow.store import runs as run_store
from nbflow.store.database import Database
from nbflow.store.tables import DagRunRow, JournalRow, TaskInstanceRow, TryRow, table_of
from nbflow.views.calendar import calendar
from nbflow.views.dags import dag_list
from nbflow.views.durations import durations
from nbflow.views.grid import grid
from nbflow.views.runs import run_list

DAGS, RUNS, TASKS = 100, 100, 100
FILES = 1000

_MANY_TASKS = """
from nbflow import DAG, task

@task(isolation="thread")
def nothing(): ...

with DAG("many"):
    for number in range({tasks}):
        nothing.override(task_id=f"t{{number}}")()
"""
_FILE = """
from nbflow import DAG, task

with DAG("file{number}", schedule="@daily", start_date="2026-01-01"):
    @task
    def work(): ...

    work()
"""


def report(what: str, found: str, budget: str) -> None:
    """One line of the table, at once."""
    sys.stdout.write(f"{what:52}  {found:58}  {budget}\n")
    sys.stdout.flush()


# -- ten thousand tasks ----------------------------------------------------------------------------


def ten_thousand(folder: Path, tasks: int = 10_000) -> None:
    """One run of so many tasks: the statements of its busiest tick, and the memory it takes."""
    dags = folder / "dags"
    dags.mkdir()
    (dags / "many.py").write_text(_MANY_TASKS.format(tasks=tasks))
    with stage(folder, dags=dags) as ready:
        sent = [0]
        ticks: list[int] = []
        memory: list[float] = []
        event.listen(Engine, "before_cursor_execute", lambda *_: sent.append(sent.pop() + 1))
        tick = ready.scheduler.tick

        def counted() -> datetime:
            before = sent[0]
            again = tick()
            ticks.append(sent[0] - before)
            memory.append(psutil.Process().memory_info().rss / 2**20)
            return again

        ready.scheduler.tick = counted  # type: ignore[method-assign]  # to look on
        began = time.perf_counter()
        ready.finish("many")
        seconds = time.perf_counter() - began
    third = len(memory) // 3
    grown = max(memory[-third:]) / max(memory[third : 2 * third])
    report(
        f"a run of {tasks:,} tasks",
        f"{seconds:.0f} s, {len(ticks)} ticks of at most {max(ticks)} statements, "
        f"memory {max(memory):.0f} MiB, last third {grown:.2f}x",
        "completes; bounded; flat",
    )


# -- a million finished task instances -------------------------------------------------------------


class AtOnce:
    """An executor whose tasks have succeeded when they are asked for."""

    def __init__(self) -> None:
        self._reports: list[TaskReport] = []

    def start(self, wake: Callable[[], None]) -> None:
        """Nothing to start."""

    def submit(self, orders: Sequence[TaskOrder]) -> None:
        now = app.utc_now()
        for order in orders:
            done = Outcome(TaskState.SUCCESS)
            self._reports += [
                TaskReport(order.attempt_id, ReportKind.STARTED, now, "here"),
                TaskReport(order.attempt_id, ReportKind.FINISHED, now, "here", done),
            ]

    def cancel(self, attempts: Collection[str]) -> None:
        """Nothing runs."""

    def drain(self) -> list[TaskReport]:
        return list(self._reports)

    def acknowledge(self, reports: Sequence[TaskReport]) -> None:
        # What was submitted meanwhile has its reports behind these.
        del self._reports[: len(reports)]

    def adopt(self, attempts: Collection[str]) -> set[str]:
        return set()

    def slots(self) -> Slots:
        return Slots(8, 0)

    def describe(self) -> ExecutorInfo:
        return ExecutorInfo("at once")

    def close(self) -> None:
        """Nothing to end."""


def million(folder: Path) -> None:
    """Ticks, lists and a grid on an empty store and beside a million finished task instances."""
    with app.open_database(Settings(home=folder)) as database:
        empty = _tick(database, folder, "before")
        _fill(database)
        full = _tick(database, folder, "after")
        report(
            f"tick beside {DAGS * RUNS * TASKS:,} finished task instances",
            f"{full * 1e3:.1f} ms, on an empty store {empty * 1e3:.1f} ms: {full / empty:.2f}x",
            "<= 1.2x",
        )
        now = app.utc_now()
        for name, ask in _questions(database, now).items():
            report(name, f"{median(_times(ask, 7)) * 1e3:.0f} ms", "<= 100 ms")


def _questions(database: Database, now: datetime) -> dict[str, Callable[[], object]]:
    return {
        "list of DAGs": lambda: dag_list(database, now),
        "list of runs": lambda: run_list(database, limit=50),
        "runs of a DAG": lambda: run_list(database, "h50", limit=25),
        "grid: 25 runs of a DAG with their task instances": lambda: to_json(
            grid(database, "h50", limit=25)
        ),
        "grid: 100 runs of a DAG with their task instances": lambda: to_json(
            grid(database, "h50", limit=100)
        ),
        "durations: 50 runs of a DAG": lambda: to_json(durations(database, "h50", limit=50)),
        "calendar of a DAG": lambda: to_json(calendar(database, "h50", now)),
    }


def _tick(database: Database, folder: Path, name: str) -> float:
    """The median time of a tick in which eight tasks end and eight others go."""
    dag = Dag(name, tuple(Task(f"t{i}", TaskKind.PYTHON) for i in range(400)), file=f"{name}.py")
    _save(database, dag)
    with database.transaction() as session:
        stored = dag_store.current_version(session, name)
        assert stored is not None
        now = app.utc_now()
        run_store.create_run(
            session, DagRun(name, "r", run_after=now, created_at=now), stored.version_id, dag
        )
    settings = SchedulerSettings(str(folder / "artifacts"), schedules=False)
    scheduler = Scheduler(database, AtOnce(), settings)
    found = []
    for _ in range(45):
        start = time.perf_counter()
        scheduler.tick()
        found.append(time.perf_counter() - start)
    scheduler.leader.step_down()
    return median(found[3:])


def _save(database: Database, *dags: Dag) -> None:
    with database.transaction() as session:
        for dag in dags:
            bundle = SourceBundle(dag.dag_id, {dag.file: b""})
            dag_store.save_file(session, dag.file, [dag], bundle, [], app.utc_now())


def _fill(database: Database) -> None:
    names = [f"t{i}" for i in range(TASKS)]
    for number in range(DAGS):
        dag_id = f"h{number}"
        tasks = tuple(Task(name, TaskKind.PYTHON) for name in names)
        _save(database, Dag(dag_id, tasks, file=f"{dag_id}.py"))
        with database.transaction() as session:
            stored = dag_store.current_version(session, dag_id)
            assert stored is not None
            runs = [_run_row(dag_id, stored.version_id, day) for day in range(RUNS)]
            keys = session.scalars(
                insert(table_of(DagRunRow)).returning(table_of(DagRunRow).c.id), runs
            )
            instances = [
                _instance_row(key, name, run["run_after"])
                for key, run in zip(keys, runs, strict=True)
                for name in names
            ]
            session.execute(insert(table_of(TaskInstanceRow)), instances)
            session.execute(insert(table_of(TryRow)), [_try_row(row) for row in instances])
            lines = [_journal_row(dag_id, row) for row in instances]
            session.execute(insert(table_of(JournalRow)), lines)


def _run_row(dag_id: str, version_id: int, day: int) -> dict[str, object]:
    at = app.utc_now() - timedelta(days=RUNS - day)
    return {
        "version_id": version_id,
        "dag_id": dag_id,
        "run_id": f"r{day}",
        "state": RunState.SUCCESS,
        "run_type": RunType.SCHEDULED,
        "run_after": at,
        "logical_date": at,
        "params": {},
        "message": "",
        "created_at": at,
        "started_at": at,
        "ended_at": at,
    }


def _instance_row(run_pk: int, name: str, at: object) -> dict[str, object]:
    return {
        "run_pk": run_pk,
        "task_id": name,
        "map_index": -1,
        "state": TaskState.SUCCESS,
        "try_number": 1,
        "attempt_id": f"{run_pk}-{name}",
        "scheduled_at": at,
        "queued_at": at,
        "started_at": at,
        "ended_at": at,
        "pool": "default_pool",
        "pool_slots": 1,
        "priority_weight": 1,
    }


def _try_row(instance: dict[str, object]) -> dict[str, object]:
    same = ("run_pk", "task_id", "map_index", "state", "try_number", "attempt_id")
    times = ("queued_at", "started_at", "ended_at")
    return {name: instance[name] for name in (*same, *times)} | {
        "message": "",
        "traceback": "",
        "worker": "w",
    }


def _journal_row(dag_id: str, instance: dict[str, object]) -> dict[str, object]:
    return {
        "at": instance["ended_at"],
        "kind": "task",
        "dag_id": dag_id,
        "run_id": "r",
        "task_id": instance["task_id"],
        "map_index": -1,
        "state": "success",
        "data": {"try_number": 1},
    }


# -- a thousand files ------------------------------------------------------------------------------


def thousand_files(folder: Path) -> None:
    """How long it takes to see so many files, that nothing has changed, and a change."""
    dags = folder / "dags"
    dags.mkdir()
    for number in range(FILES):
        (dags / f"file{number}.py").write_text(_FILE.format(number=number))
    with app.open_database(Settings(home=folder)) as database:
        news = threading.Event()
        loader = DagLoader([dags], news.set)
        first = min(_times(lambda: _store(database, loader), 1, warm=False))
        again = median(_times(lambda: list(loader.scan()), 5))
        with closing(_Watched(loader)):
            news.clear()
            (dags / "file500.py").write_text(_FILE.format(number=500).replace("work", "labour"))
            began = time.perf_counter()
            assert news.wait(30)
            changed = time.perf_counter() - began
    report(f"first parse of {FILES:,} DAG files", f"{first:.1f} s", "<= 15 s")
    report("rescan, nothing changed", f"{again:.2f} s", "<= 0.3 s")
    report("one change is parsed", f"{changed:.2f} s", "<= 1 s")


def _store(database: Database, loader: DagLoader) -> None:
    for found in loader.scan():
        with database.transaction() as session:
            dag_store.save_files(session, found.parsed, app.utc_now())


class _Watched:
    """A loader while it watches."""

    def __init__(self, loader: DagLoader) -> None:
        self._loader = loader
        loader.start()
        # The watch of the system is set up after the first scan, and tells nobody when.
        time.sleep(3)

    def close(self) -> None:
        self._loader.stop()


def _times(run: Callable[[], object], count: int, *, warm: bool = True) -> list[float]:
    found: list[float] = []
    for _ in range(count + warm):
        start = time.perf_counter()
        run()
        found.append(time.perf_counter() - start)
    return found[int(warm) :]


def main() -> None:
    parts: Iterator[Callable[[Path], None]] = iter((thousand_files, million, ten_thousand))
    for part in parts:
        with temporary_folder() as folder:
            part(Path(folder))


if __name__ == "__main__":
    main()
