"""Scheduled runs: what becomes due while the scheduler lives, and what was missed before."""

from __future__ import annotations

from dataclasses import replace

from nbflow.commands import Commands
from nbflow.core.json import JsonObject
from nbflow.core.timetables import CronTimetable
from nbflow.store import dags, journal
from nbflow.store.database import Database
from nbflow.views.runs import task_instance_detail
from tests.scheduler.conftest import MakeScheduler
from tests.scheduler.stage import (
    START,
    Clock,
    Hands,
    a_dag,
    run_ids,
    run_state,
    save,
    start_run,
    states,
)

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


def test_overlap_cancel_running_ends_the_older_run(
    database: Database, make_scheduler: MakeScheduler, clock: Clock, hands: Hands
) -> None:
    dag = a_dag("a", timetable=HOURLY, start_date=START, overlap="cancel_running")
    save(database, replace(dag, max_active_runs=1))
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


# -- overlap ---------------------------------------------------------------------------------------


def test_a_run_that_is_due_while_another_is_active_waits_by_default(
    database: Database, make_scheduler: MakeScheduler, clock: Clock, hands: Hands
) -> None:
    save(database, a_dag("a", timetable=HOURLY, start_date=START, max_active_runs=1))
    scheduler = make_scheduler()
    scheduler.tick()
    clock.pass_(hours=1)
    scheduler.tick()
    assert (dues(database), hands.running) == (["12:00", "13:00"], ["a"])
    hands.finish("a")
    scheduler.tick()
    assert run_state(database, run_ids(database)[1]) == "running"


def test_a_run_that_is_skipped_is_not_made_up_for_when_there_is_room(
    database: Database, make_scheduler: MakeScheduler, clock: Clock, hands: Hands
) -> None:
    dag = a_dag("a", timetable=HOURLY, start_date=START, max_active_runs=1, overlap="skip")
    save(database, dag)
    scheduler = make_scheduler()
    scheduler.tick()
    clock.pass_(hours=1)
    scheduler.tick()
    clock.pass_(minutes=5)
    hands.finish("a")
    scheduler.tick()
    scheduler.tick()
    assert dues(database) == ["12:00"]
    clock.pass_(minutes=55)
    scheduler.tick()
    assert dues(database) == ["12:00", "14:00"]


def test_a_skipped_run_leaves_a_line_in_the_journal(
    database: Database, make_scheduler: MakeScheduler, clock: Clock
) -> None:
    dag = a_dag("a", timetable=HOURLY, start_date=START, max_active_runs=1, overlap="skip")
    save(database, dag)
    scheduler = make_scheduler()
    scheduler.tick()
    clock.pass_(hours=1)
    scheduler.tick()
    with database.reading() as session:
        (line,) = [one for one in journal.after(session, 0) if one.kind == "run_skipped"]
    assert (line.dag_id, line.state) == ("d", "skipped")
    assert line.data["run_after"] == "2026-03-02T13:00:00+00:00"


def test_skip_lets_as_many_run_side_by_side_as_may(
    database: Database, make_scheduler: MakeScheduler, clock: Clock
) -> None:
    dag = a_dag("a", timetable=HOURLY, start_date=START, max_active_runs=2, overlap="skip")
    save(database, dag)
    scheduler = make_scheduler()
    for _ in range(3):
        scheduler.tick()
        clock.pass_(hours=1)
    assert dues(database) == ["12:00", "13:00"]


def test_the_oldest_run_makes_place_for_the_one_that_is_due(
    database: Database, make_scheduler: MakeScheduler, clock: Clock, hands: Hands
) -> None:
    dag = a_dag("a", timetable=HOURLY, start_date=START, overlap="cancel_running")
    save(database, replace(dag, max_active_runs=2))
    scheduler = make_scheduler()
    for _ in range(3):
        scheduler.tick()
        clock.pass_(hours=1)
    scheduler.tick()
    scheduler.tick()
    states = [run_state(database, run_id) for run_id in run_ids(database)]
    assert states == ["cancelled", "cancelled", "running", "running"]


# -- pausing ---------------------------------------------------------------------------------------


def test_a_paused_dag_finishes_its_runs(
    database: Database, make_scheduler: MakeScheduler, clock: Clock, hands: Hands
) -> None:
    start_run(database, a_dag("a>b"))
    scheduler = make_scheduler()
    scheduler.tick()
    Commands(database, "ben", clock).pause("d")
    hands.finish("a")
    scheduler.tick()
    assert hands.running == ["b"]


def test_a_dag_paused_now_holds_its_runs_until_it_goes_on(
    database: Database, make_scheduler: MakeScheduler, clock: Clock, hands: Hands
) -> None:
    start_run(database, a_dag("a>b"))
    scheduler = make_scheduler()
    scheduler.tick()
    people = Commands(database, "ben", clock)
    people.pause("d", hold=True)
    hands.finish("a")
    scheduler.tick()
    assert (hands.running, states(database)["b"]) == ([], "scheduled")
    why = task_instance_detail(database, "d", "r", "b", now=clock.now).why
    assert [one.text for one in why if one.name == "paused"] == [
        "The DAG is paused and its runs are held. Let it go on: nbflow dags unpause d"
    ]
    people.unpause("d")
    scheduler.tick()
    assert hands.running == ["b"]


def test_a_scheduler_that_begins_to_lead_knows_who_is_held(
    database: Database, make_scheduler: MakeScheduler, clock: Clock, hands: Hands
) -> None:
    start_run(database, a_dag("a"))
    with database.transaction() as session:
        dags.set_paused(session, "d", True, "ben", clock.now, hold=True)
    make_scheduler().tick()
    assert hands.running == []
    assert run_state(database) == "queued"
