"""The views of a DAG's past: the grid, durations, the calendar."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from nbflow.core.dag import Task, TaskKind
from nbflow.core.errors import NotFoundError, RequestError
from nbflow.core.mapping import LITERAL, Expansion
from nbflow.core.snapshot import DagRun
from nbflow.core.timetables import timetable_from
from nbflow.store import dags, runs
from nbflow.store.database import Database
from nbflow.views.calendar import MOST_PLANNED, calendar
from nbflow.views.durations import durations, percentile, spread
from nbflow.views.gantt import run_tries
from nbflow.views.grid import grid
from nbflow.views.run_filters import run_filter
from nbflow.views.shapes import GridView
from tests.scheduler.conftest import MakeScheduler
from tests.scheduler.stage import BAD, START, Clock, Hands, a_dag, save, start_run

THREE = Expansion((("x", {"kind": LITERAL, "length": 3}),))


def words(found: GridView, place: int = 0) -> dict[str, str | None]:
    """The states of a column by task, in words."""
    codes = found.runs[place].codes
    names = [None if code < 0 else found.states[code] for code in codes]
    return dict(zip((task.task_id for task in found.tasks), names, strict=True))


def test_a_column_of_the_grid_has_the_states_in_the_order_of_the_tasks(
    database: Database, make_scheduler: MakeScheduler, hands: Hands
) -> None:
    dag = a_dag("a>b", "b>c", "m>c", tasks=[Task("m", TaskKind.PYTHON, expansion=THREE)])
    start_run(database, dag)
    scheduler = make_scheduler()
    scheduler.tick()
    hands.finish("a")
    hands.finish("m", BAD)
    scheduler.tick()
    scheduler.tick()

    found = grid(database, "d")

    assert words(found) == {"a": "success", "m": "failed", "b": "running", "c": "upstream_failed"}
    assert found.runs[0].mapped == {"m": {"failed": 1, "running": 2}}
    assert [task.task_id for task in found.tasks if task.mapped] == ["m"]


def test_tasks_that_only_older_runs_have_stay_in_the_grid(database: Database) -> None:
    start_run(database, a_dag("old>both"), "first")
    start_run(database, a_dag("both>new"), "second")

    found = grid(database, "d")

    assert [(task.task_id, task.gone) for task in found.tasks] == [
        ("both", False),
        ("new", False),
        ("old", True),
    ]
    assert [run.run_id for run in found.runs] == ["second", "first"]
    assert words(found) == {"both": "none", "new": "none", "old": None}
    assert words(found, 1) == {"both": "none", "new": None, "old": "none"}


def test_the_grid_goes_on_with_older_runs(database: Database) -> None:
    for name in ("one", "two", "three"):
        start_run(database, a_dag("a"), name)

    first = grid(database, "d", limit=2)
    assert first.next is not None
    rest = grid(database, "d", int(first.next), 2)

    names = [[run.run_id for run in page.runs] for page in (first, rest)]
    assert (names, rest.next) == ([["three", "two"], ["one"]], None)
    failed = run_filter(["failed"])
    assert grid(database, "d", chosen=failed).runs == []


def test_a_grid_of_nothing_says_what_is_near(database: Database) -> None:
    save(database, a_dag("a", dag_id="sales"))
    with pytest.raises(NotFoundError, match="sales"):
        grid(database, "sale")


def test_a_word_that_is_no_state_is_refused_with_the_nearest() -> None:
    with pytest.raises(RequestError, match=r"no state 'fail'.*failed"):
        run_filter(["fail"])


def test_durations_put_the_slowest_task_first_and_count_failures(
    database: Database, make_scheduler: MakeScheduler, hands: Hands, clock: Clock
) -> None:
    start_run(database, a_dag("quick", "slow", "bad"))
    scheduler = make_scheduler()
    scheduler.tick()
    hands.finish("quick")
    scheduler.tick()
    clock.pass_(seconds=60)
    hands.finish("slow")
    hands.finish("bad", BAD)
    scheduler.tick()

    found = durations(database, "d")

    assert [(run.state, run.seconds) for run in found.runs] == [("failed", 60.0)]
    assert found.spread == spread([], 1)
    assert found.tasks[0].task_id == "slow"
    assert {task.task_id: task.failed for task in found.tasks} == {
        "slow": [],
        "quick": [],
        "bad": [0],
    }


def test_tries_are_told_in_time(
    database: Database, make_scheduler: MakeScheduler, hands: Hands
) -> None:
    start_run(database, a_dag("a>b"))
    scheduler = make_scheduler()
    scheduler.tick()
    hands.finish("a")
    scheduler.tick()
    scheduler.tick()
    found = run_tries(database, "d", "r").tries
    assert [(one.task_id, one.state) for one in found] == [("a", "success"), ("b", "running")]


@pytest.mark.parametrize(
    ("seconds", "median", "p95", "trend"),
    [
        ([1, 2, 3], 2, 2.9, None),
        ([5, None, 5], 5, 5, None),
        ([1, 1, 1, 2, 2, 2], 1.5, 2, 2),
        ([4, 4, 4, 0, 1, 1, 1], 1, 4, 0.25),
        ([0, 0, 0, 1, 1, 1], 0.5, 1, None),
    ],
)
def test_what_is_usual_and_what_is_slow(
    seconds: list[float | None], median: float, p95: float, trend: float | None
) -> None:
    found = spread(seconds, 0)
    assert (found.median, found.trend) == (median, trend)
    assert found.p95 == pytest.approx(p95)


def test_a_percentile_lies_between_neighbours() -> None:
    assert percentile([10], 0.95) == 10
    assert percentile([40, 10, 20, 30], 0.5) == 25


def test_the_calendar_has_the_runs_of_each_day_and_what_is_planned(database: Database) -> None:
    schedule = timetable_from("0 6 * * *", "Europe/Paris")
    dag = a_dag("a", timetable=schedule.to_json(), start_date=START - timedelta(days=2))
    start_run(database, dag)
    start_run(database, dag, "again")

    found = calendar(database, "d", START)

    by_day = {day.day: day for day in found.days}
    assert (found.year, found.timezone, found.today) == (2026, "Europe/Paris", "2026-03-02")
    today = by_day["2026-03-02"]
    assert today.counts == {"queued": 2}
    assert (today.since, today.until) == (
        "2026-03-01T23:00:00+00:00",
        "2026-03-02T22:59:59.999999+00:00",
    )
    ahead = [day for day in by_day if by_day[day].planned]
    assert ahead[-1] == "2026-12-31"
    assert len(ahead) >= (date(2026, 12, 31) - START.date()).days - 1
    assert found.planned_until is None
    assert calendar(database, "d", START, 2025).days == []


def test_the_calendar_says_how_far_a_busy_schedule_was_followed(database: Database) -> None:
    schedule = timetable_from("*/5 * * * *", "UTC")
    save(database, a_dag("a", timetable=schedule.to_json(), start_date=START))
    found = calendar(database, "d", START)
    assert sum(day.planned for day in found.days) == MOST_PLANNED
    assert found.planned_until is not None


def test_a_paused_dag_plans_nothing(database: Database) -> None:
    schedule = timetable_from("@daily", "UTC")
    dag = a_dag("a", timetable=schedule.to_json(), start_date=START)
    save(database, dag)
    with database.transaction() as session:
        dags.set_paused(session, "d", paused=True, actor=None, now=START)
    assert calendar(database, "d", START).days == []


def test_a_run_without_a_logical_date_stands_on_the_day_it_was_made(database: Database) -> None:
    dag = a_dag("a")
    save(database, dag)
    with database.transaction() as session:
        stored = dags.current_version(session, "d")
        assert stored is not None
        run = DagRun("d", "r", created_at=START)
        runs.create_run(session, run, stored.version_id, dag)
    assert [day.day for day in calendar(database, "d", START).days] == ["2026-03-02"]
