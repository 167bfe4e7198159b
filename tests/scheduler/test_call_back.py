"""Callbacks between scheduler and executor: stored before anybody is called, sent at most once."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from nbflow.core.dag import Task, TaskKind
from nbflow.core.orders import Outcome
from nbflow.core.retries import RetryPolicy
from nbflow.core.states import Reason, TaskState
from nbflow.store import journal
from nbflow.store.database import Database
from nbflow.views.runs import run_detail
from tests.scheduler.conftest import MakeScheduler
from tests.scheduler.stage import BAD, OK, Clock, Hands, a_dag, run_state, start_run, states

SKIPPED = Outcome(TaskState.SKIPPED, Reason.SKIPPED_BY_CALL)
LOST = Outcome(TaskState.FAILED, Reason.WORKER_LOST, "The worker is gone.")


def a_task(*occasions: str, retries: int = 0, infra_retries: int = 3) -> Task:
    """A task that wants to be called back on these occasions."""
    callbacks = dict.fromkeys(occasions, ("tell",))
    retry = RetryPolicy(
        retries, timedelta(0), infra_retries=infra_retries, infra_delay=timedelta(0)
    )
    return Task("a", TaskKind.PYTHON, retry=retry, callbacks=callbacks)


def under_way(hands: Hands) -> list[str]:
    """The callbacks that were sent and have not ended."""
    orders = [hands.orders[attempt] for attempt in hands.live]
    return sorted(order.callback.occasion for order in orders if order.callback is not None)


def end(hands: Hands, outcome: Outcome = OK, *, callbacks: bool = False) -> None:
    """End the tasks that run, or the callbacks."""
    for attempt in sorted(hands.live):
        if (hands.orders[attempt].callback is not None) is callbacks:
            hands.end(attempt, outcome)


def told(database: Database) -> list[tuple[str, str | None, str, str]]:
    found = run_detail(database, "d", "r").callbacks
    return [(one.occasion, one.task_id, one.state, one.message) for one in found]


@pytest.mark.parametrize(
    ("outcome", "occasion"), [(OK, "success"), (BAD, "failure"), (SKIPPED, "skipped")]
)
def test_the_end_of_a_task_is_told_once_it_is_stored(
    database: Database,
    make_scheduler: MakeScheduler,
    hands: Hands,
    outcome: Outcome,
    occasion: str,
) -> None:
    start_run(database, a_dag(tasks=[a_task("success", "failure", "skipped")]))
    scheduler = make_scheduler()
    scheduler.tick()
    end(hands, outcome)
    scheduler.tick()
    assert under_way(hands) == [occasion]
    assert states(database) == {"a": str(outcome.state)}
    assert told(database) == [(occasion, "a", "sent", "")]
    end(hands, callbacks=True)
    scheduler.tick()
    assert told(database) == [(occasion, "a", "success", "")]
    assert scheduler.callbacks.is_idle


def test_the_start_of_a_task_is_told_while_it_runs(
    database: Database, make_scheduler: MakeScheduler, hands: Hands
) -> None:
    start_run(database, a_dag(tasks=[a_task("execute")]))
    scheduler = make_scheduler()
    scheduler.tick()
    scheduler.tick()
    assert (under_way(hands), states(database)) == (["execute"], {"a": "running"})


def test_a_failure_that_no_worker_could_see_is_told_too(
    database: Database, make_scheduler: MakeScheduler, hands: Hands
) -> None:
    start_run(database, a_dag(tasks=[a_task("failure", infra_retries=0)]))
    scheduler = make_scheduler()
    scheduler.tick()
    end(hands, LOST)
    scheduler.tick()
    order = next(hands.orders[attempt] for attempt in hands.live)
    assert order.callback is not None
    assert order.callback.facts["reason"] == "worker_lost"
    assert order.callback.facts["message"] == "The worker is gone."


def test_every_try_that_is_followed_by_another_is_told(
    database: Database, make_scheduler: MakeScheduler, hands: Hands, clock: Clock
) -> None:
    start_run(database, a_dag(tasks=[a_task("retry", "failure", retries=1)]))
    scheduler = make_scheduler()
    scheduler.tick()
    end(hands, BAD)
    scheduler.tick()
    clock.pass_(seconds=1)
    scheduler.tick()
    end(hands, BAD)
    scheduler.tick()
    assert [line[:2] for line in told(database)] == [("retry", "a"), ("failure", "a")]


def test_the_end_of_a_run_is_told(
    database: Database, make_scheduler: MakeScheduler, hands: Hands
) -> None:
    callbacks = {"failure": ("first", "second"), "success": ("never",)}
    start_run(database, a_dag("a", callbacks=callbacks))
    scheduler = make_scheduler()
    scheduler.tick()
    end(hands, BAD)
    scheduler.tick()
    assert under_way(hands) == ["failure", "failure"]
    orders = [hands.orders[attempt] for attempt in hands.live]
    assert {order.task.task_id for order in orders} == {"a"}  # the one that failed
    assert [line[:2] for line in told(database)] == [("failure", None), ("failure", None)]


def test_a_callback_that_fails_harms_nothing_and_is_seen(
    database: Database, make_scheduler: MakeScheduler, hands: Hands
) -> None:
    start_run(database, a_dag(tasks=[a_task("success")]))
    scheduler = make_scheduler()
    scheduler.tick()
    end(hands)
    scheduler.tick()
    end(hands, BAD, callbacks=True)
    scheduler.tick()
    assert (run_state(database), states(database)) == ("success", {"a": "success"})
    assert told(database) == [("success", "a", "failed", "ValueError: no")]


def test_a_sent_callback_is_adopted_by_the_next_scheduler(
    database: Database, make_scheduler: MakeScheduler, hands: Hands, clock: Clock
) -> None:
    start_run(database, a_dag(tasks=[a_task("success")]))
    first = make_scheduler()
    first.tick()
    end(hands)
    first.tick()
    clock.pass_(seconds=30)
    successor = make_scheduler()
    successor.tick()
    end(hands, callbacks=True)
    successor.tick()
    assert told(database) == [("success", "a", "success", "")]
    assert len(hands.ever_started) == 2


def test_a_callback_that_may_have_begun_is_never_sent_again(
    database: Database, make_scheduler: MakeScheduler, hands: Hands, clock: Clock
) -> None:
    start_run(database, a_dag(tasks=[a_task("success")]))
    first = make_scheduler()
    first.tick()
    end(hands)
    first.tick()
    hands.lose_everything()
    clock.pass_(seconds=30)
    make_scheduler().tick()
    assert [line[2] for line in told(database)] == ["lost"]
    assert len(hands.ever_started) == 2


def test_callbacks_leave_half_of_the_executor_to_tasks(
    database: Database, make_scheduler: MakeScheduler
) -> None:
    hands = Hands(slots=4)
    slow = replace(a_task(), callbacks={"success": ("one", "two", "three")})
    start_run(database, a_dag("a>b", tasks=[slow]))
    scheduler = make_scheduler(hands)
    scheduler.tick()
    end(hands)
    scheduler.tick()
    assert len(under_way(hands)) == 2
    assert states(database)["b"] == "queued"
    end(hands, callbacks=True)
    scheduler.tick()
    assert len(under_way(hands)) == 1


def test_the_journal_tells_the_story_of_a_callback(
    database: Database, make_scheduler: MakeScheduler, hands: Hands
) -> None:
    start_run(database, a_dag(tasks=[a_task("success")]))
    scheduler = make_scheduler()
    for callbacks in (False, True):
        scheduler.tick()
        end(hands, callbacks=callbacks)
    scheduler.tick()
    with database.reading() as session:
        lines = [line for line in journal.after(session, 0) if line.kind == "callback"]
    assert [line.state for line in lines] == ["due", "sent", "success"]
    assert {line.data["occasion"] for line in lines} == {"success"}


def test_a_dag_without_callbacks_asks_the_store_for_none(
    database: Database, make_scheduler: MakeScheduler, hands: Hands
) -> None:
    start_run(database, a_dag("a"))
    scheduler = make_scheduler()
    scheduler.tick()
    end(hands)
    scheduler.tick()
    assert scheduler.callbacks.is_idle
    assert told(database) == []
