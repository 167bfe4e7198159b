"""Runs that tasks ask for: made with the task's end, waited for without a worker."""

from __future__ import annotations

from datetime import timedelta

import pytest

from nbflow.core.dag import Dag, Task, TaskKind
from nbflow.core.json import JsonObject
from nbflow.core.orders import Outcome, TriggerRun
from nbflow.core.states import TaskState
from nbflow.store import browsing, runs
from nbflow.store.database import Database
from tests.scheduler.conftest import MakeScheduler
from tests.scheduler.stage import BAD, START, Hands, a_dag, run_ids, save, start_run, states

WAIT: JsonObject = {
    "kind": "run",
    "dag_id": "child",
    "allowed": ["success"],
    "failed": ["failed", "cancelled"],
}


def asks(**trigger: object) -> Outcome:
    wanted = TriggerRun("child", **trigger)  # type: ignore[arg-type]  # names of its fields
    return Outcome(TaskState.SUCCESS, triggers=wanted)


def a_child(**params: JsonObject) -> Dag:
    return a_dag("x", dag_id="child", params=params)


@pytest.fixture
def asking(database: Database, make_scheduler: MakeScheduler, hands: Hands) -> MakeScheduler:
    """A scheduler in which task `a` of DAG `d` runs, and DAG `child` exists."""
    save(database, a_child(size={"default": 1, "schema": {"type": "integer"}}))
    start_run(database, a_dag("a>b", tasks=[Task("a", TaskKind.PYTHON)]))
    return make_scheduler


def test_the_run_exists_when_the_task_has_ended(
    database: Database, asking: MakeScheduler, hands: Hands
) -> None:
    scheduler = asking()
    scheduler.tick()
    hands.finish("a", asks(conf={"size": 3, "more": "yes"}))
    scheduler.tick()
    assert hands.running == ["b", "x"]
    (run_id,) = run_ids(database, "child")
    with database.reading() as session:
        child = browsing.run(session, "child", run_id)
        parent = browsing.run(session, "d", "r")
        assert child is not None
        assert parent is not None
        values = runs.values_of(session, parent.id, ["a"])
    assert child.run.params == {"size": 3, "more": "yes"}
    assert values["a"]["trigger_run_id"].json == run_id


def test_its_end_is_waited_for_without_a_worker(
    database: Database, asking: MakeScheduler, hands: Hands
) -> None:
    scheduler = asking()
    scheduler.tick()
    hands.finish("a", asks(run_id="wanted", condition=WAIT))
    scheduler.tick()
    assert (states(database), hands.running) == ({"a": "deferred", "b": "none"}, ["x"])
    hands.finish("x")
    scheduler.tick()
    assert states(database) == {"a": "success", "b": "queued"}


def test_its_failure_fails_the_task(
    database: Database, asking: MakeScheduler, hands: Hands
) -> None:
    scheduler = asking()
    scheduler.tick()
    hands.finish("a", asks(run_id="wanted", condition=WAIT))
    scheduler.tick()
    hands.finish("x", BAD)
    scheduler.tick()
    assert states(database) == {"a": "failed", "b": "upstream_failed"}
    with database.reading() as session:
        run = browsing.run(session, "d", "r")
        assert run is not None
        (one,) = browsing.tries(session, run.id, ("a", -1))
    assert (str(one.state), one.message) == ("failed", "Run wanted of DAG child is failed.")


@pytest.mark.parametrize(
    ("options", "state"),
    [({}, "failed"), ({"skip_if_there": True}, "skipped"), ({"reset": True}, "success")],
)
def test_a_run_that_is_there_already(
    database: Database, asking: MakeScheduler, hands: Hands, options: dict[str, bool], state: str
) -> None:
    start_run(database, a_child(), "wanted")
    scheduler = asking()
    scheduler.tick()
    hands.finish("x")
    scheduler.tick()
    hands.finish("a", asks(run_id="wanted", **options))
    scheduler.tick()
    assert states(database)["a"] == state
    assert ("x" in hands.running) is (state == "success")


def test_conf_that_does_not_fit_makes_no_run(
    database: Database, asking: MakeScheduler, hands: Hands
) -> None:
    scheduler = asking()
    scheduler.tick()
    hands.finish("a", asks(conf={"size": "large"}))
    scheduler.tick()
    assert states(database)["a"] == "failed"
    assert run_ids(database, "child") == []


def test_the_same_logical_date_is_the_same_run(
    database: Database, asking: MakeScheduler, hands: Hands
) -> None:
    scheduler = asking()
    scheduler.tick()
    hands.finish("a", asks(logical_date=START - timedelta(days=1)))
    scheduler.tick()
    assert run_ids(database, "child") == ["manual__2026-03-01T12:00:00+00:00"]


def test_a_report_that_is_heard_twice_asks_once(
    database: Database, asking: MakeScheduler, hands: Hands
) -> None:
    scheduler = asking()
    scheduler.tick()
    hands.finish("a", asks())
    (report,) = [r for r in hands.drain() if r.outcome is not None]
    scheduler.tick()
    hands._reports.append(report)
    scheduler.tick()
    assert len(run_ids(database, "child")) == 1
