"""Tasks that wait without a worker, in a scheduler: what wakes them, and what that costs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from sqlalchemy import event

from nbflow.commands import Commands
from nbflow.core.dag import Dag, Task, TaskKind
from nbflow.core.json import JsonObject
from nbflow.core.orders import Outcome
from nbflow.core.poking import PokePolicy
from nbflow.core.states import TaskState
from nbflow.store import browsing
from nbflow.store.database import Database
from tests.scheduler.conftest import MakeScheduler
from tests.scheduler.stage import (
    BAD,
    START,
    Clock,
    Hands,
    a_dag,
    run_state,
    save,
    start_run,
    states,
)

AGAIN = Outcome(TaskState.UP_FOR_RESCHEDULE)


def for_(dag_id: str, **fields: object) -> JsonObject:
    given: dict[str, object] = {
        "kind": "external",
        "dag_id": dag_id,
        "task_ids": [],
        "allowed": ["success"],
        "failed": ["failed"],
        "delta": 0,
        **fields,
    }
    return given  # type: ignore[return-value]  # JSON, as written above


def waiter(condition: JsonObject, dag_id: str = "d", many: int = 1) -> Dag:
    names = ["a"] if many == 1 else [f"a{n}" for n in range(many)]
    tasks = [Task(name, TaskKind.PYTHON, waits_for=condition) for name in names]
    return a_dag(tasks=tasks, dag_id=dag_id)


@contextmanager
def statements(database: Database) -> Iterator[list[str]]:
    """Everything that the scheduler says to the database meanwhile."""
    said: list[str] = []

    def hear(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        said.append(statement)

    event.listen(database._writing, "before_cursor_execute", hear)
    try:
        yield said
    finally:
        event.remove(database._writing, "before_cursor_execute", hear)


def test_a_time_is_waited_for_in_the_loops_own_timer(
    database: Database, make_scheduler: MakeScheduler, clock: Clock, hands: Hands
) -> None:
    at = START + timedelta(seconds=1)
    start_run(database, waiter({"kind": "time", "at": at.isoformat()}))
    scheduler = make_scheduler()
    due = scheduler.tick()
    assert (states(database), due) == ({"a": "deferred"}, at)
    clock.pass_(seconds=1)
    scheduler.tick()
    assert (run_state(database), hands.ever_started) == ("success", [])


def test_a_wait_survives_the_scheduler(
    database: Database, make_scheduler: MakeScheduler, clock: Clock
) -> None:
    at = START + timedelta(minutes=1)
    start_run(database, waiter({"kind": "time", "at": at.isoformat()}))
    make_scheduler().tick()
    clock.pass_(minutes=5)
    make_scheduler().tick()
    assert run_state(database) == "success"


def test_the_end_of_another_dags_run_ends_the_wait_in_the_same_tick(
    database: Database, make_scheduler: MakeScheduler, hands: Hands
) -> None:
    start_run(database, waiter(for_("other")))
    start_run(database, a_dag("x", dag_id="other"))
    scheduler = make_scheduler()
    scheduler.tick()
    assert states(database) == {"a": "deferred"}
    hands.finish("x")
    scheduler.tick()
    assert run_state(database) == "success"


def test_what_ended_before_the_wait_began_is_seen(
    database: Database, make_scheduler: MakeScheduler, hands: Hands
) -> None:
    late = Task("a", TaskKind.PYTHON, waits_for=for_("other", task_ids=["x"]))
    start_run(database, a_dag("b>a", tasks=[late]))
    start_run(database, a_dag("x", dag_id="other"))
    scheduler = make_scheduler()
    scheduler.tick()
    hands.finish("x")
    scheduler.tick()
    hands.finish("b")
    scheduler.tick()
    assert run_state(database) == "success"


def test_a_run_that_begins_later_is_noticed(
    database: Database, make_scheduler: MakeScheduler, clock: Clock
) -> None:
    other = a_dag("x", dag_id="other")
    save(database, other)
    start_run(database, waiter(for_("other", allowed=["running"])))
    scheduler = make_scheduler()
    scheduler.tick()
    Commands(database, "ana", clock).trigger("other", logical_date=START)
    scheduler.tick()
    assert run_state(database) == "success"


def test_a_wait_that_a_newer_version_does_not_have_is_forgotten(
    database: Database, make_scheduler: MakeScheduler, hands: Hands, clock: Clock
) -> None:
    wait = Task("a", TaskKind.PYTHON, waits_for=for_("other"))
    start_run(database, a_dag("b", tasks=[wait]))
    start_run(database, a_dag("x", dag_id="other"))
    scheduler = make_scheduler()
    scheduler.tick()
    save(database, a_dag("b"))
    Commands(database, "ana", clock).clear("d", "r", ["b"], latest=True)
    scheduler.tick()
    scheduler.tick()
    hands.finish("b")
    scheduler.tick()
    assert run_state(database) == "success"
    hands.finish("x")
    scheduler.tick()
    assert run_state(database, dag_id="other") == "success"


def test_a_failure_there_is_a_failure_here(
    database: Database, make_scheduler: MakeScheduler, hands: Hands
) -> None:
    start_run(database, waiter(for_("other")))
    start_run(database, a_dag("x", dag_id="other"))
    scheduler = make_scheduler()
    scheduler.tick()
    hands.finish("x", BAD)
    scheduler.tick()
    assert states(database) == {"a": "failed"}


def test_a_thousand_waiting_tasks_cost_no_statement_and_their_end_a_handful(
    database: Database, make_scheduler: MakeScheduler, hands: Hands
) -> None:
    start_run(database, waiter(for_("other"), many=1000))
    start_run(database, a_dag("x", "y", dag_id="other"))
    scheduler = make_scheduler()
    scheduler.tick()
    scheduler.tick()
    with statements(database) as idle:
        scheduler.tick()
    hands.finish("x")
    with statements(database) as one_moves:
        scheduler.tick()
    hands.finish("y")
    with statements(database) as over:
        scheduler.tick()
    assert run_state(database) == "success"
    assert not [text for text in idle if "task_instances" in text and "deferred" in text]
    # A task that nobody waits for moved: nothing is asked about it.
    assert not [text for text in one_moves if "logical_date IN" in text]
    assert len(one_moves) - len(idle) < 12
    assert len(over) - len(idle) < 20


def test_looks_of_a_sensor_hold_no_slot_in_between_and_fill_no_table(
    database: Database, make_scheduler: MakeScheduler, clock: Clock, hands: Hands
) -> None:
    sensor = Task("a", TaskKind.PYTHON, poke=PokePolicy(poke_interval=30))
    start_run(database, a_dag(tasks=[sensor]))
    scheduler = make_scheduler()
    scheduler.tick()
    for _ in range(4):
        hands.finish("a", AGAIN)
        due = scheduler.tick()
        assert (states(database), hands.running) == ({"a": "up_for_reschedule"}, [])
        assert due <= clock.now + timedelta(seconds=30)
        clock.pass_(seconds=30)
        scheduler.tick()
    hands.finish("a")
    scheduler.tick()
    assert run_state(database) == "success"
    assert len({order.attempt_id for order in hands.orders.values()}) == 5
    assert {order.artifacts for order in hands.orders.values()} == {
        next(iter(hands.orders.values())).artifacts
    }
    assert {order.try_number for order in hands.orders.values()} == {1}
    with database.reading() as session:
        run = browsing.run(session, "d", "r")
        assert run is not None
        tries = browsing.tries(session, run.id, ("a", -1))
    assert [(one.try_number, str(one.state)) for one in tries] == [(1, "success")]


def test_a_sensor_without_an_interval_looks_again_in_the_same_tick(
    database: Database, make_scheduler: MakeScheduler, hands: Hands
) -> None:
    sensor = Task("a", TaskKind.PYTHON, poke=PokePolicy(poke_interval=0))
    start_run(database, a_dag(tasks=[sensor]))
    scheduler = make_scheduler()
    scheduler.tick()
    for _ in range(3):
        hands.finish("a", AGAIN)
        scheduler.tick()
        assert hands.running == ["a"]
    hands.finish("a")
    scheduler.tick()
    assert run_state(database) == "success"
