"""The home page: what runs, what failed with the task to blame, what is due."""

from __future__ import annotations

from datetime import timedelta

from nbflow.core.orders import Outcome
from nbflow.core.states import Reason, TaskState
from nbflow.store.database import Database
from nbflow.views.overview import MOST, overview
from tests.scheduler.conftest import MakeScheduler
from tests.scheduler.stage import BAD, OK, START, Clock, Hands, a_dag, save, start_run

DAILY = {"kind": "cron", "cron": "0 6 * * *", "timezone": "UTC"}


def test_a_new_project_has_nothing_to_tell(database: Database) -> None:
    found = overview(database, START)

    assert (found.running, found.failed, found.due, found.questions) == ([], [], [], 0)
    assert found.health.scheduler.alive is False


def test_runs_under_way_stand_there_with_their_progress(
    database: Database, make_scheduler: MakeScheduler, hands: Hands
) -> None:
    start_run(database, a_dag("a>b"))
    scheduler = make_scheduler()
    scheduler.tick()
    hands.finish("a")
    scheduler.tick()

    found = overview(database, START)

    assert [(run.dag_id, run.state) for run in found.running] == [("d", "running")]
    assert found.running[0].counts["success"] == 1
    assert found.active == 1


def test_a_failed_run_names_the_task_that_failed_first_and_its_error(
    database: Database, make_scheduler: MakeScheduler, hands: Hands, clock: Clock
) -> None:
    start_run(database, a_dag("a", "b", "a>c"))
    scheduler = make_scheduler()
    scheduler.tick()
    two_lines = Outcome(TaskState.FAILED, Reason.TASK_ERROR, "\nKeyError: 'price'\nat line 3")
    hands.finish("b", two_lines)
    scheduler.tick()
    clock.pass_(minutes=1)
    hands.finish("a", BAD)
    scheduler.tick()

    failed = overview(database, clock.now).failed

    assert len(failed) == 1
    culprit = failed[0].culprit
    assert culprit is not None
    assert (culprit.task_id, culprit.message, culprit.failed_tasks) == ("b", "KeyError: 'price'", 2)
    assert failed[0].recovered is False


def test_what_failed_longer_ago_than_a_day_is_left_out(
    database: Database, make_scheduler: MakeScheduler, hands: Hands, clock: Clock
) -> None:
    start_run(database, a_dag("a"))
    scheduler = make_scheduler()
    scheduler.tick()
    hands.finish("a", BAD)
    scheduler.tick()

    assert overview(database, clock.now + timedelta(hours=23)).failed_count == 1
    assert overview(database, clock.now + timedelta(hours=25)).failed_count == 0


def test_a_dag_that_has_succeeded_since_has_recovered(
    database: Database, make_scheduler: MakeScheduler, hands: Hands, clock: Clock
) -> None:
    for run_id in ("first", "second"):
        start_run(database, a_dag("a"), run_id)
    scheduler = make_scheduler()
    scheduler.tick()
    for outcome in (BAD, OK):
        hands.finish("a", outcome)
    scheduler.tick()

    assert [one.recovered for one in overview(database, clock.now).failed] == [True]


def test_next_runs_stand_in_the_order_of_their_times_without_paused_dags(
    database: Database,
) -> None:
    hourly = {**DAILY, "cron": "30 * * * *"}
    save(
        database,
        a_dag("a", dag_id="daily", timetable=DAILY),
        a_dag("a", dag_id="hourly", timetable=hourly),
        a_dag("a", dag_id="paused", timetable=hourly, paused_upon_creation=True),
        a_dag("a", dag_id="by_hand"),
    )

    due = overview(database, START).due

    assert [one.dag_id for one in due] == ["hourly", "daily"]
    assert due[0].run_after == (START + timedelta(minutes=30)).isoformat()


def test_long_lists_are_cut_and_counted(database: Database) -> None:
    for number in range(MOST + 3):
        start_run(database, a_dag("a"), f"r{number}")

    found = overview(database, START)

    assert (len(found.running), found.active) == (MOST, MOST + 3)
