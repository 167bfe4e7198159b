"""What a scheduler test is made of: a clock that is moved by hand, an executor that finishes tasks
on demand, and short ways to set the scene.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from datetime import datetime, timedelta, timezone

from nbflow.core.dag import Dag, Edge, Task, TaskKind
from nbflow.core.json import JsonObject
from nbflow.core.orders import Outcome, ReportKind, SourceBundle, TaskOrder, TaskReport
from nbflow.core.snapshot import DagRun
from nbflow.core.states import Reason, TaskState
from nbflow.executors.base import CannotScale, ExecutorInfo, Size, Slots
from nbflow.store import browsing, dags, runs
from nbflow.store.database import Database

START = datetime(2026, 3, 2, 12, tzinfo=timezone.utc)
OK = Outcome(TaskState.SUCCESS)
BAD = Outcome(TaskState.FAILED, Reason.TASK_ERROR, "ValueError: no")
CANCELLED = Outcome(TaskState.CANCELLED, Reason.CANCELLED)


class Clock:
    """The time of day, until somebody moves it."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now

    def pass_(self, **time: float) -> None:
        self.now += timedelta(**time)


class Hands:
    """An executor whose tasks end when the test says so.

    Everything it holds outlives a scheduler, as a Dask cluster would.
    """

    def __init__(self, slots: int = 8) -> None:
        self.total = slots
        self.size: Size | None = None
        self.orders: dict[str, TaskOrder] = {}
        self.ever_started: list[str] = []
        self.cancelled: list[str] = []
        self.live: set[str] = set()
        self._reports: list[TaskReport] = []
        self.kind = "hands"
        self.workers: list[JsonObject] = []

    def start(self, wake: Callable[[], None]) -> None:
        """Nothing to start."""

    def submit(self, orders: Sequence[TaskOrder]) -> None:
        for order in orders:
            self.orders[order.attempt_id] = order
            self.ever_started.append(order.task.task_id)
            self.live.add(order.attempt_id)
            self._report(order.attempt_id, ReportKind.STARTED)

    def cancel(self, attempts: Collection[str]) -> None:
        self.cancelled += [self.orders[a].task.task_id for a in attempts if a in self.live]
        for attempt in set(attempts) & self.live:
            self.end(attempt, CANCELLED)

    def drain(self) -> list[TaskReport]:
        return list(self._reports)

    def acknowledge(self, reports: Sequence[TaskReport]) -> None:
        done = {(r.attempt_id, r.kind) for r in reports}
        self._reports = [r for r in self._reports if (r.attempt_id, r.kind) not in done]

    def adopt(self, attempts: Collection[str]) -> set[str]:
        reported = {report.attempt_id for report in self._reports}
        return {a for a in attempts if a in self.live or a in reported}

    def slots(self) -> Slots:
        return Slots(self.total, len(self.live))

    def describe(self) -> ExecutorInfo:
        return ExecutorInfo(self.kind, workers=self.workers, size=self.size)

    def scale(self, size: Size) -> None:
        if size.maximum > 2:
            raise CannotScale("A person has two hands.")
        self.size = size

    def close(self) -> None:
        """What runs goes on: it belongs to the cluster."""

    # -- for the test ------------------------------------------------------------------------------

    @property
    def running(self) -> list[str]:
        return sorted(self.orders[attempt].task.task_id for attempt in self.live)

    def finish(self, task_id: str, outcome: Outcome = OK) -> None:
        """End the live attempt of this task, of several the one that began first."""
        for attempt, order in self.orders.items():
            if attempt in self.live and order.task.task_id == task_id:
                self.end(attempt, outcome)
                return
        raise LookupError(f"{task_id} is not running; {self.running} are.")

    def lose_everything(self) -> None:
        """The cluster dies with all it ran and all it had to say."""
        self.live.clear()
        self._reports.clear()

    def end(self, attempt: str, outcome: Outcome = OK) -> None:
        """End this attempt."""
        self.live.discard(attempt)
        self._report(attempt, ReportKind.FINISHED, outcome)

    def _report(self, attempt: str, kind: ReportKind, outcome: Outcome | None = None) -> None:
        self._reports.append(TaskReport(attempt, kind, START, "hands", outcome))


def a_dag(*arrows: str, dag_id: str = "d", tasks: Collection[Task] = (), **fields: object) -> Dag:
    """`a_dag("a>b", "b>c")`, with tasks as given where they are."""
    pairs = [arrow.split(">") for arrow in arrows]
    given = {task.task_id: task for task in tasks}
    names = dict.fromkeys([*(n for pair in pairs for n in pair), *given])
    made = tuple(given.get(name) or Task(name, TaskKind.PYTHON) for name in names)
    edges = tuple(Edge(pair[0], pair[1]) for pair in pairs if len(pair) == 2)
    dag = Dag(dag_id, made, edges, file=f"{dag_id}.py")
    return replace(dag, **fields)  # type: ignore[arg-type]  # names of fields of Dag


def save(database: Database, *found: Dag, now: datetime = START) -> None:
    with database.transaction() as session:
        for dag in found:
            bundle = SourceBundle(f"bundle-{dag.dag_id}", {dag.file: b""})
            dags.save_file(session, dag.file, [dag], bundle, [], now)


def start_run(database: Database, dag: Dag, run_id: str = "r", now: datetime = START) -> None:
    """Store the DAG and a run of it that waits for the scheduler."""
    save(database, dag, now=now)
    run = DagRun(dag.dag_id, run_id, run_after=now, logical_date=now, created_at=now)
    with database.transaction() as session:
        stored = dags.current_version(session, dag.dag_id)
        assert stored is not None
        runs.create_run(session, run, stored.version_id, dag)


def states(database: Database, run_id: str = "r", dag_id: str = "d") -> dict[str, str]:
    with database.reading() as session:
        run = browsing.run(session, dag_id, run_id)
        assert run is not None
        return {i.task_id: str(i.state) for i in browsing.instances(session, run.id)}


def run_state(database: Database, run_id: str = "r", dag_id: str = "d") -> str:
    with database.reading() as session:
        run = browsing.run(session, dag_id, run_id)
        assert run is not None
        return str(run.run.state)


def run_ids(database: Database, dag_id: str = "d") -> list[str]:
    """The runs of a DAG, oldest first."""
    with database.reading() as session:
        return [run.run.run_id for run in browsing.runs(session, dag_id, None, 500)][::-1]
