"""Scheduled runs: what becomes due while the scheduler lives, and what was missed before."""

from __future__ import annotations

from nbflow.core.json import JsonObject
from nbflow.core.timetables import CronTimetable
from nbflow.store.database import Database
from tests.scheduler.conftest import MakeScheduler
from tests.scheduler.stage import START, Clock, Hands, a_dag, run_ids, run_state, save, start_run

HOURLY: JsonObject = CronTimetable("0 * * * *").to_json()


def dues(database: Database) -> list[str]:
    """The hours at which the runs of the DAG were due."""
    return [run_id.removeprefix("scheduled__")[11:16] for run_id in run_ids(database)]


def test_a_run_is_created_when_its_hour_comes_and_not_before(
    database: Database, make_scheduler: MakeScheduler, clock: Clock
) -> None:
    clock.pass_(minutes=1)
    save(database, a_dag("a", timetable=HOURLY), now=clock.now)
    scheduler = make_scheduler()
    scheduler.tick()
    assert dues(database) == []
    clock.pass_(minutes=59)
    scheduler.tick()
    assert dues(database) == ["13:00"]


def test_the_scheduler_sleeps_until_the_next_hour_at_the_most(
    database: Database, make_scheduler: MakeScheduler, clock: Clock
) -> None:
    clock.pass_(minutes=59, seconds=59)
    save(database, a_dag("a", timetable=HOURLY), now=clock.now)
    due = make_scheduler().tick()
    assert (due - clock.now).total_seconds() == 1


def test_without_catchup_only_the_latest_missed_run_is_made_up_for(
    database: Database, make_scheduler: MakeScheduler, clock: Clock
) -> None:
    save(database, a_dag("a", timetable=HOURLY, start_date=START))
    clock.pass_(hours=5, minutes=30)
    make_scheduler().tick()
    assert dues(database) == ["17:00"]


def test_with_catchup_every_missed_run_is_made_up_for_in_order(
    database: Database, make_scheduler: MakeScheduler, clock: Clock
) -> None:
    save(database, a_dag("a", timetable=HOURLY, start_date=START, catchup=True))
    clock.pass_(hours=3)
    make_scheduler().tick()
    assert dues(database) == ["12:00", "13:00", "14:00", "15:00"]


def test_catchup_creates_no_more_runs_than_may_be_active(
    database: Database, make_scheduler: MakeScheduler, clock: Clock, hands: Hands
) -> None:
    save(database, a_dag("a", timetable=HOURLY, start_date=START, catchup=True, max_active_runs=2))
    clock.pass_(hours=3)
    scheduler = make_scheduler()
    scheduler.tick()
    assert dues(database) == ["12:00", "13:00"]
    hands.finish("a")
    scheduler.tick()
    scheduler.tick()
    assert dues(database) == ["12:00", "13:00", "14:00"]


def test_a_restarted_scheduler_creates_no_run_twice(
    database: Database, make_scheduler: MakeScheduler, clock: Clock
) -> None:
    save(database, a_dag("a", timetable=HOURLY, start_date=START, catchup=True))
    clock.pass_(hours=1)
    make_scheduler().tick()
    clock.pass_(seconds=30)
    make_scheduler().tick()
    assert dues(database) == ["12:00", "13:00"]


def test_overlap_skip_creates_no_run_while_another_is_active(
    database: Database, make_scheduler: MakeScheduler, clock: Clock, hands: Hands
) -> None:
    save(database, a_dag("a", timetable=HOURLY, start_date=START, overlap="skip"))
    scheduler = make_scheduler()
    scheduler.tick()
    clock.pass_(hours=1)
    scheduler.tick()
    assert dues(database) == ["12:00"]


def test_overlap_cancel_running_ends_the_older_run(
    database: Database, make_scheduler: MakeScheduler, clock: Clock, hands: Hands
) -> None:
    save(database, a_dag("a", timetable=HOURLY, start_date=START, overlap="cancel_running"))
    scheduler = make_scheduler()
    scheduler.tick()
    first = run_ids(database)[0]
    clock.pass_(hours=1)
    scheduler.tick()
    scheduler.tick()
    assert dues(database) == ["12:00", "13:00"]
    assert run_state(database, first) == "cancelled"


def test_a_scheduler_without_schedules_runs_what_was_asked_for_and_nothing_else(
    database: Database, make_scheduler: MakeScheduler, clock: Clock, hands: Hands
) -> None:
    """As `nbflow run` has it: trying out a DAG must not make up for what its schedule missed."""
    dag = a_dag("a", timetable=HOURLY, start_date=START, catchup=True)
    start_run(database, dag, "manual")
    clock.pass_(hours=3)
    scheduler = make_scheduler(schedules=False)
    scheduler.tick()
    hands.finish("a")
    due = scheduler.tick()
    assert run_ids(database) == ["manual"]
    assert run_state(database, "manual") == "success"
    assert due > clock.now
