"""Runs that have not ended by the time they should have."""

from __future__ import annotations

from datetime import timedelta

from nbflow.commands import Commands
from nbflow.core.deadlines import Deadline
from nbflow.store import journal
from nbflow.store.database import Database
from nbflow.views.runs import run_detail
from tests.scheduler.conftest import MakeScheduler
from tests.scheduler.stage import Clock, Hands, a_dag, save, start_run

HALF_AN_HOUR = a_dag("a", deadlines=(Deadline("late", "queued_at", 1800).to_json(),))


def missed(database: Database) -> list[str]:
    return run_detail(database, "d", "r").run.missed_deadlines


def lines(database: Database) -> int:
    with database.reading() as session:
        return sum(one.kind == "deadline" for one in journal.after(session, 0))


def test_the_scheduler_wakes_for_a_deadline_and_records_it_once(
    database: Database, make_scheduler: MakeScheduler, clock: Clock
) -> None:
    start_run(database, HALF_AN_HOUR)
    scheduler = make_scheduler()
    scheduler.tick()
    clock.pass_(minutes=29, seconds=59)
    assert (scheduler.tick() - clock.now).total_seconds() == 1
    assert missed(database) == []
    clock.pass_(seconds=1)
    scheduler.tick()
    scheduler.tick()
    assert (missed(database), lines(database)) == (["late"], 1)
    (deadline,) = run_detail(database, "d", "r").deadlines
    assert (deadline.missed, deadline.due_at) == (True, clock.now.isoformat())


def test_a_run_that_ends_in_time_misses_nothing(
    database: Database, make_scheduler: MakeScheduler, clock: Clock, hands: Hands
) -> None:
    start_run(database, HALF_AN_HOUR)
    scheduler = make_scheduler()
    scheduler.tick()
    hands.finish("a")
    scheduler.tick()
    clock.pass_(hours=1)
    scheduler.tick()
    assert missed(database) == []


def test_a_deadline_that_passed_while_no_scheduler_was_there_is_recorded(
    database: Database, make_scheduler: MakeScheduler, clock: Clock, hands: Hands
) -> None:
    start_run(database, HALF_AN_HOUR)
    make_scheduler().tick()
    clock.pass_(hours=1)
    hands.finish("a")
    make_scheduler().tick()
    assert (missed(database), lines(database)) == (["late"], 1)


def test_a_cleared_run_has_its_time_again(
    database: Database, make_scheduler: MakeScheduler, clock: Clock, hands: Hands
) -> None:
    start_run(database, HALF_AN_HOUR)
    scheduler = make_scheduler()
    scheduler.tick()
    clock.pass_(hours=1)
    scheduler.tick()
    hands.finish("a")
    scheduler.tick()
    Commands(database, "ben", clock).clear("d", "r", ["a"])
    scheduler.tick()
    assert missed(database) == []
    clock.pass_(minutes=31)
    scheduler.tick()
    assert (missed(database), lines(database)) == (["late"], 2)


def test_a_run_that_takes_longer_than_usual_is_late(
    database: Database, make_scheduler: MakeScheduler, clock: Clock, hands: Hands
) -> None:
    usual = Deadline("usual", "average_runtime", 60, max_runs=2, min_runs=2)
    save(database, a_dag("a", deadlines=(usual.to_json(),)))
    scheduler, commands = make_scheduler(), Commands(database, "ben", clock)
    for name, minutes in (("one", 10), ("two", 20), ("r", 0)):
        commands.trigger("d", run_id=name)
        scheduler.tick()
        clock.pass_(minutes=minutes)
        if name != "r":
            hands.finish("a")
            scheduler.tick()
    (deadline,) = run_detail(database, "d", "r").deadlines
    assert deadline.due_at == (clock.now + timedelta(minutes=16)).isoformat()
    clock.pass_(minutes=16)
    scheduler.tick()
    assert (missed(database), run_detail(database, "d", "two").deadlines[0].due_at) == (
        ["usual"],
        None,
    )
