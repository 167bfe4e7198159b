"""Runs of a single DAG, led by the process that asks for them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, TypeAlias
from uuid import uuid4

from nbflow.app.clock import utc_now
from nbflow.core.dag import Dag
from nbflow.core.errors import RequestError
from nbflow.core.json import JsonObject
from nbflow.core.orders import Source, SourceBundle
from nbflow.core.questions import Question
from nbflow.core.snapshot import DagRun
from nbflow.core.states import RunType
from nbflow.store import dags as dag_store
from nbflow.store import pools as pool_store
from nbflow.store import runs as run_store
from nbflow.store.database import Database
from nbflow.store.pools import Pool

if TYPE_CHECKING:
    from nbflow.scheduler.loop import Scheduler

AskedBy: TypeAlias = tuple[str, str, str, int]
"""Who asks a person: DAG, run, task and map index."""


def create_run(
    database: Database,
    dag: Dag,
    source: Source,
    *,
    file: str,
    params: JsonObject,
    logical_date: datetime | None = None,
    only: tuple[str, ...] | None = None,
    no_cache: bool = False,
) -> str:
    """Store a DAG and a run of it, or of the tasks `only`, to be executed by the next scheduler.

    Returns the run's id.
    """
    now = utc_now()
    bundle = source if isinstance(source, SourceBundle) else SourceBundle(uuid4().hex)
    run_id = f"manual__{now.isoformat(timespec='seconds')}_{uuid4().hex[:6]}"
    run = DagRun(
        dag_id=dag.dag_id,
        run_id=run_id,
        run_type=RunType.MANUAL,
        run_after=now,
        logical_date=logical_date or now,
        data_interval_start=logical_date or now,
        data_interval_end=logical_date or now,
        params=params,
        created_at=now,
        only=only,
        no_cache=no_cache,
    )
    with database.transaction() as session:
        dag_store.save_file(session, file, [dag], bundle, [], now)
        stored = dag_store.current_version(session, dag.dag_id)
        if stored is None:
            raise LookupError(f"DAG {dag.dag_id!r} was stored and cannot be found.")
        run_store.create_run(session, run, stored.version_id, dag)
    return run_id


def provide_pools(database: Database, dag: Dag, *, private: bool) -> None:
    """See to it that the pools exist that the tasks of `dag` name.

    In a store of a run's own nobody shares them, so that missing ones are made, without a limit.
    Elsewhere somebody has to say how many slots they have: raises RequestError.
    """
    with database.transaction() as session:
        known = pool_store.slots(session)
        missing = {task.pool: task.task_id for task in dag.tasks if task.pool not in known}
        for name in missing if private else ():
            pool_store.save(session, Pool(name, -1))
    if missing and not private:
        name, task_id = next(iter(missing.items()))
        raise RequestError(
            f"Task {task_id!r} names the pool {name!r}, which this store does not have. "
            f"Make it: nbflow pools set {name} SLOTS"
        )


def questions_asked(scheduler: Scheduler) -> Mapping[AskedBy, Question]:
    """What tasks ask in the runs that this scheduler leads."""
    book = scheduler.book
    if book is None:
        return {}
    found: dict[AskedBy, Question] = {}
    for (run_pk, (task_id, map_index)), condition in book.watch.asking.items():
        run = book.runs[run_pk].snapshot.run
        found[run.dag_id, run.run_id, task_id, map_index] = Question.of(condition)
    return found
