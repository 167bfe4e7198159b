"""Runs are made once, come back as they were, and their slots and values are counted from rows."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from nbflow.core.dag import Dag, Edge, Task, TaskKind
from nbflow.core.errors import NbflowError
from nbflow.core.events import CancelRun, Event, RetryDue
from nbflow.core.limits import Taken
from nbflow.core.orders import Outcome, ValueRef
from nbflow.core.retries import RetryPolicy
from nbflow.core.snapshot import DagRun, TaskInstance
from nbflow.core.states import Reason, RunState, RunType, TaskState
from nbflow.store import journal, queue, runs
from nbflow.store.database import Database
from nbflow.store.runs import ActiveRun, LiveAttempt
from tests.store.builders import (
    LATER,
    NOW,
    a_dag,
    a_run,
    begin,
    begun,
    create,
    current,
    dispatched,
    finished,
    happen,
    load,
    save,
    started,
    success,
)

LOST = Outcome(TaskState.FAILED, Reason.WORKER_LOST, "The worker is gone.")


def active(database: Database) -> list[ActiveRun]:
    with database.reading() as session:
        return runs.load_active(session)


def used(database: Database) -> dict[str, int]:
    with database.reading() as session:
        return dict(Taken.of(queue.active(session)).slots)


def test_a_run_comes_back_as_it_was_made(database: Database) -> None:
    save(database, a_dag("load", "clean"))
    run = DagRun(
        dag_id="sales",
        run_id="scheduled__2026-03-01",
        state=RunState.QUEUED,
        run_type=RunType.SCHEDULED,
        run_after=NOW,
        logical_date=NOW - timedelta(days=1),
        data_interval_start=NOW - timedelta(days=1),
        data_interval_end=NOW,
        params={"region": "EU", "days": [1, 2]},
        created_at=LATER,
    )
    create(database, run)
    found = load(database, run.run_id)
    assert found.snapshot.run == run
    assert found.snapshot.instances == {(i, -1): TaskInstance(i) for i in ("load", "clean")}
    assert found.version_id == current(database).version_id


def test_a_run_is_made_once(database: Database) -> None:
    save(database, a_dag())
    first = create(database, a_run(params={"a": 1}))
    assert create(database, a_run(params={"a": 2})) == first
    assert load(database).snapshot.run.params == {"a": 1}
    with database.reading() as session:
        kinds = [line.kind for line in journal.after(session, 0)]
    assert kinds.count("run_created") == 1


def test_a_run_must_say_when_it_was_created(database: Database) -> None:
    save(database, a_dag())
    with pytest.raises(ValueError, match="when it was created"):
        create(database, a_run(created_at=None))


def test_a_run_without_tasks_can_be_made(database: Database) -> None:
    save(database, Dag("empty"))
    create(database, a_run(dag_id="empty"))
    assert load(database, dag_id="empty").snapshot.instances == {}


def test_an_unknown_run_is_none(database: Database) -> None:
    with database.reading() as session:
        assert runs.load_run(session, "sales", "unknown") is None


def test_every_step_of_a_run_comes_back_as_core_decided_it(database: Database) -> None:
    run = begun(database, "load", "clean", "report")
    steps: list[tuple[Event, ...]] = [
        (dispatched("load"), dispatched("clean"), dispatched("report")),
        (started("load"), started("report", worker="w2")),
        (finished("load", success(path="a.csv")),),
        (finished("report", LOST),),
        (RetryDue(("report", -1)), dispatched("report", "second")),
        (CancelRun(message="Cancelled by ana."),),
        (finished("clean", Outcome(TaskState.CANCELLED, Reason.CANCELLED)),),
        (finished("report", Outcome(TaskState.CANCELLED), "second"),),
    ]
    for number, step in enumerate(steps):
        happen(database, run, *step, now=NOW + timedelta(seconds=number))
        stored = load(database).snapshot
        assert (stored.run, stored.instances) == (run.snapshot.run, run.snapshot.instances)
    assert run.snapshot.run.state is RunState.CANCELLED


def test_what_a_branch_decided_is_kept(database: Database) -> None:
    edges = (Edge("choose", "report"), Edge("stop", "end"))
    dag = replace(a_dag("choose", "stop", "report", "end"), edges=edges)
    run = begin(database, dag)
    happen(database, run, dispatched("choose"), dispatched("stop"))
    chosen = Outcome(TaskState.SUCCESS, follow=("report",))
    stopped = Outcome(TaskState.SUCCESS, short_circuit=True)
    happen(database, run, finished("choose", chosen), finished("stop", stopped))
    instances = load(database).snapshot.instances
    assert instances[("choose", -1)].follow == ("report",)
    assert instances[("stop", -1)].short_circuit


def test_active_runs_are_those_queued_or_running_oldest_first(database: Database) -> None:
    done = begun(database, "load", run_id="done")
    happen(database, done, dispatched("load"), finished("load"))
    begun(database, "load", run_id="running")
    create(database, a_run("queued"))
    assert [run.snapshot.run.run_id for run in active(database)] == ["running", "queued"]


def test_active_runs_of_several_versions_come_with_their_own_dag(database: Database) -> None:
    begun(database, "load", run_id="old")
    begun(database, "load", "clean", run_id="new")
    found = {run.snapshot.run.run_id: run.snapshot.dag for run in active(database)}
    assert found == {"old": a_dag("load"), "new": a_dag("load", "clean")}


def test_nothing_is_active_in_an_empty_store(database: Database) -> None:
    assert (active(database), used(database)) == ([], {})


def test_slots_are_those_of_tasks_that_are_queued_or_running(database: Database) -> None:
    greedy = [Task(i, TaskKind.PYTHON, pool="gpu", pool_slots=3) for i in ("a", "b", "c")]
    run = begun(database, *greedy, "d")
    assert used(database) == {}
    happen(database, run, dispatched("a"), dispatched("b"), dispatched("d"))
    happen(database, run, started("a"))
    assert used(database) == {"gpu": 6, "default_pool": 1}
    happen(database, run, finished("a"), finished("d"))
    assert used(database) == {"gpu": 3}


def test_live_attempts_are_those_the_executor_should_know(database: Database) -> None:
    run = begun(database, "a", "b", "c")
    happen(database, run, dispatched("a"), dispatched("b"), started("b"))
    with database.reading() as session:
        live = set(runs.live_attempts(session))
    assert live == {
        LiveAttempt(run.id, ("a", -1), "attempt-of-a", TaskState.QUEUED),
        LiveAttempt(run.id, ("b", -1), "attempt-of-b", TaskState.RUNNING),
    }


def test_the_next_retry_is_the_first_that_is_due(database: Database) -> None:
    slow = Task("slow", TaskKind.PYTHON, retry=RetryPolicy(infra_delay=timedelta(hours=1)))
    run = begun(database, slow, "quick")
    happen(database, run, dispatched("slow"), dispatched("quick"))
    with database.reading() as session:
        assert runs.next_retry_at(session) is None
    happen(database, run, finished("slow", LOST), finished("quick", LOST))
    with database.reading() as session:
        assert runs.next_retry_at(session) == NOW + RetryPolicy().infra_delay


def test_values_come_by_task_and_key(database: Database) -> None:
    run = begun(database, "load", "clean", "report")
    happen(database, run, dispatched("load"), dispatched("clean"), dispatched("report"))
    table = ValueRef("arrow", None, "s3://values/a", "ab12", 2**40, "3 rows")
    loaded = Outcome(TaskState.SUCCESS, values={"table": table, "n": ValueRef("json", json=3)})
    happen(database, run, finished("load", loaded), finished("clean", success(ok=True)))
    happen(database, run, finished("report"))
    with database.reading() as session:
        found = runs.values_of(session, run.id, ["load", "report", "unknown"])
    assert found == {"load": dict(loaded.values)}


@pytest.mark.parametrize("value", [None, 0, "", [], {"a": [1.5, None]}, "\x00\ud800"])
def test_any_json_can_be_a_value(database: Database, value: object) -> None:
    run = begun(database, "load")
    happen(database, run, dispatched("load"), finished("load", success(it=value)))
    with database.reading() as session:
        assert runs.values_of(session, run.id, ["load"])["load"]["it"].json == value


def test_changes_of_a_run_that_is_not_there_are_a_defect(database: Database) -> None:
    run = begun(database, "load")
    gone = replace(run, id=404)
    with pytest.raises(NbflowError, match="no run 404"):
        happen(database, gone, dispatched("load"))
