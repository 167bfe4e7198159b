"""Schedulers that die and schedulers that take over: nothing finished runs again, nothing accepted
is lost.
"""

from __future__ import annotations

import pytest

from nbflow.commands import Commands
from nbflow.store.database import Database
from nbflow.store.leases import LeaseLost
from tests.scheduler.conftest import MakeScheduler
from tests.scheduler.stage import OK, Clock, Hands, a_dag, run_state, start_run, states


def test_a_new_scheduler_waits_until_the_dead_ones_lease_is_over(
    database: Database, make_scheduler: MakeScheduler, hands: Hands, clock: Clock
) -> None:
    make_scheduler().tick()
    start_run(database, a_dag("a"))
    successor = make_scheduler()
    successor.tick()
    assert (successor.leader.is_leading, hands.running) == (False, [])
    clock.pass_(seconds=10)
    successor.tick()
    assert (successor.leader.is_leading, hands.running) == (True, ["a"])


def test_a_scheduler_that_stands_by_leads_within_ten_seconds_of_the_others_end(
    make_scheduler: MakeScheduler, clock: Clock
) -> None:
    make_scheduler().tick()
    ended_at, standing_by = clock.now, make_scheduler()

    due = standing_by.tick()
    while not standing_by.leader.is_leading:
        clock.now = due
        due = standing_by.tick()

    assert (clock.now - ended_at).total_seconds() < 10


def test_a_scheduler_that_says_goodbye_is_succeeded_at_once(
    database: Database, make_scheduler: MakeScheduler
) -> None:
    first = make_scheduler()
    first.tick()
    first.leader.step_down()
    successor = make_scheduler()
    successor.tick()
    assert successor.leader.is_leading


def test_running_attempts_are_adopted_and_their_outcome_counts(
    database: Database, make_scheduler: MakeScheduler, hands: Hands, clock: Clock
) -> None:
    start_run(database, a_dag("a>b"))
    make_scheduler().tick()
    clock.pass_(seconds=10)
    successor = make_scheduler()
    successor.tick()
    hands.finish("a")
    successor.tick()
    assert states(database) == {"a": "success", "b": "queued"}
    assert hands.ever_started == ["a", "b"]


def test_what_finished_while_no_scheduler_lived_is_heard_of_and_not_run_again(
    database: Database, make_scheduler: MakeScheduler, hands: Hands, clock: Clock
) -> None:
    start_run(database, a_dag("a>b"))
    make_scheduler().tick()
    hands.finish("a")
    clock.pass_(seconds=10)
    make_scheduler().tick()
    assert states(database) == {"a": "success", "b": "queued"}
    assert hands.ever_started == ["a", "b"]


def test_attempts_lost_with_the_cluster_are_tried_again_without_using_up_retries(
    database: Database, make_scheduler: MakeScheduler, hands: Hands, clock: Clock
) -> None:
    start_run(database, a_dag("a"))
    make_scheduler().tick()
    hands.lose_everything()
    clock.pass_(seconds=10)
    successor = make_scheduler()
    successor.tick()
    assert states(database) == {"a": "up_for_retry"}
    clock.pass_(seconds=2)
    successor.tick()
    hands.finish("a", OK)
    successor.tick()
    assert run_state(database) == "success"
    assert hands.ever_started == ["a", "a"]


def test_a_request_made_while_no_scheduler_lived_is_carried_out(
    database: Database, make_scheduler: MakeScheduler, hands: Hands, clock: Clock
) -> None:
    start_run(database, a_dag("a>b"))
    make_scheduler().tick()
    Commands(database, "ana", clock).cancel("d", "r")
    clock.pass_(seconds=10)
    successor = make_scheduler()
    successor.tick()
    successor.tick()
    assert run_state(database) == "cancelled"
    assert hands.cancelled == ["a"]


def test_a_slow_leader_whose_lease_was_taken_writes_nothing_more(
    database: Database, make_scheduler: MakeScheduler, hands: Hands, clock: Clock
) -> None:
    start_run(database, a_dag("a>b"))
    slow = make_scheduler()
    slow.tick()
    clock.pass_(seconds=10)
    successor = make_scheduler()
    successor.tick()
    hands.finish("a")
    clock.pass_(seconds=-9)
    with pytest.raises(LeaseLost):
        slow.tick()
    assert states(database) == {"a": "running", "b": "none"}


class _Crash(BaseException):
    """The process dies here."""


class _CrashingHands(Hands):
    """An executor at whose every door the scheduler may die."""

    def __init__(self, door: str) -> None:
        super().__init__()
        self.door = door

    def _maybe(self, door: str) -> None:
        if door == self.door:
            self.door = ""
            raise _Crash

    def submit(self, orders: object) -> None:
        self._maybe("before submit")
        super().submit(orders)  # type: ignore[arg-type]  # passed through
        self._maybe("after submit")

    def acknowledge(self, reports: object) -> None:
        self._maybe("before acknowledge")
        super().acknowledge(reports)  # type: ignore[arg-type]  # passed through
        self._maybe("after acknowledge")

    def drain(self) -> list:  # type: ignore[type-arg]  # passed through
        found = super().drain()
        if found:
            self._maybe("after drain")
        return found


@pytest.mark.parametrize(
    "door",
    ["before submit", "after submit", "after drain", "before acknowledge", "after acknowledge"],
)
def test_a_crash_between_any_two_steps_is_repaired_and_runs_each_task_to_one_end(
    database: Database, make_scheduler: MakeScheduler, clock: Clock, door: str
) -> None:
    start_run(database, a_dag("a>b", "b>c"))
    hands = _CrashingHands(door)
    scheduler = make_scheduler(hands)
    for _ in range(30):
        try:
            scheduler.tick()
        except _Crash:
            clock.pass_(seconds=10)
            scheduler = make_scheduler(hands)
            continue
        if hands.live:
            hands.finish(hands.running[0])
        clock.pass_(seconds=2)
        if run_state(database) == "success":
            break
    assert states(database) == {"a": "success", "b": "success", "c": "success"}
    assert sorted(hands.ever_started) == ["a", "b", "c"]
