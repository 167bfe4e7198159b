"""Values and stored things for tests of the store: each builder states only what matters."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta, timezone
from hashlib import sha256

from nbflow.core import effects as fx
from nbflow.core.dag import Dag, Task, TaskKind
from nbflow.core.effects import Effect
from nbflow.core.errors import Problem
from nbflow.core.events import (
    AttemptFinished,
    AttemptStarted,
    Dispatched,
    Event,
    RunStarted,
    TaskKey,
)
from nbflow.core.lifecycle import advance
from nbflow.core.orders import Outcome, SourceBundle, ValueRef
from nbflow.core.snapshot import DagRun
from nbflow.core.states import TaskState
from nbflow.store import dags, runs
from nbflow.store.dags import StoredDag
from nbflow.store.database import Database
from nbflow.store.runs import ActiveRun

NOW = datetime(2026, 3, 1, 6, 30, 15, 250_000, tzinfo=timezone.utc)
LATER = NOW + timedelta(minutes=1)
FILE = "/project/dags/sales.py"


def a_dag(*task_ids: str, dag_id: str = "sales") -> Dag:
    """A DAG of independent Python tasks."""
    return Dag(dag_id, tuple(Task(task_id, TaskKind.PYTHON) for task_id in task_ids or ("load",)))


def a_bundle(**files: str) -> SourceBundle:
    """A bundle of Python files: `a_bundle(sales="x = 1")` has sales.py."""
    content = {f"{name}.py": text.encode() for name, text in files.items()}
    return SourceBundle(sha256(repr(sorted(content.items())).encode()).hexdigest(), content)


def a_problem(message: str = "It does not load.", dag_id: str | None = None) -> Problem:
    return Problem("NBF101", message, "Mend it.", file=FILE, dag_id=dag_id)


def save(
    database: Database,
    *defined: Dag,
    bundle: SourceBundle | None = None,
    file: str = FILE,
    problems: Sequence[Problem] = (),
    now: datetime = NOW,
) -> list[str]:
    """Store `file` as defining these DAGs."""
    with database.transaction() as session:
        code = bundle or a_bundle(sales="x = 1")
        return dags.save_file(session, file, defined, code, problems, now)


def current(database: Database, dag_id: str = "sales") -> StoredDag:
    with database.reading() as session:
        found = dags.current_version(session, dag_id)
    assert found is not None
    return found


def a_run(run_id: str = "one", dag_id: str = "sales", **fields: object) -> DagRun:
    given = {"created_at": NOW, **fields}
    return DagRun(dag_id, run_id, **given)  # type: ignore[arg-type]  # fields are the test's


def create(database: Database, run: DagRun) -> int:
    """Store a run of the current version of its DAG."""
    stored = current(database, run.dag_id)
    with database.transaction() as session:
        return runs.create_run(session, run, stored.version_id, stored.dag)


def load(database: Database, run_id: str = "one", dag_id: str = "sales") -> ActiveRun:
    with database.reading() as session:
        found = runs.load_run(session, dag_id, run_id)
    assert found is not None
    return found


def begun(database: Database, *tasks: str | Task, run_id: str = "one") -> ActiveRun:
    """A stored run of independent tasks, all of them scheduled."""
    made = [Task(t, TaskKind.PYTHON) if isinstance(t, str) else t for t in tasks]
    return begin(database, Dag("sales", tuple(made)), run_id)


def begin(database: Database, dag: Dag, run_id: str = "one") -> ActiveRun:
    """A stored run of this DAG that has begun."""
    save(database, dag)
    create(database, a_run(run_id, dag.dag_id))
    return happen(database, load(database, run_id, dag.dag_id), RunStarted())


def happen(database: Database, run: ActiveRun, *events: Event, now: datetime = NOW) -> ActiveRun:
    """Let events happen to a run, in memory and in the store."""
    effects: list[Effect] = advance(run.snapshot, events, now)
    fx.apply(run.snapshot, effects)
    with database.transaction() as session:
        runs.apply_effects(session, run.id, effects)
    return run


def dispatched(task_id: str, attempt_id: str | None = None) -> Dispatched:
    return Dispatched(_key(task_id), attempt_id or f"attempt-of-{task_id}")


def started(task_id: str, attempt_id: str | None = None, worker: str = "w1") -> AttemptStarted:
    return AttemptStarted(_key(task_id), attempt_id or f"attempt-of-{task_id}", worker)


def finished(
    task_id: str, outcome: Outcome | None = None, attempt_id: str | None = None
) -> AttemptFinished:
    ended = outcome or Outcome(TaskState.SUCCESS)
    return AttemptFinished(_key(task_id), attempt_id or f"attempt-of-{task_id}", ended)


def success(**values: object) -> Outcome:
    """A success that hands on these JSON values."""
    refs = {key: ValueRef("json", json=value) for key, value in values.items()}  # type: ignore[arg-type]  # as above
    return Outcome(TaskState.SUCCESS, values=refs)


def _key(task_id: str) -> TaskKey:
    return (task_id, -1)
