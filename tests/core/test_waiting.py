"""Waiting without a worker: conditions judged by the clock and by other runs, and what they do to
task instances.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from nbflow.core import waiting
from nbflow.core.dag import Dag, Task, TaskKind
from nbflow.core.events import (
    AttemptFinished,
    AttemptStarted,
    CancelRun,
    Cleared,
    Dispatched,
    Marked,
    RetryDue,
    WaitOver,
)
from nbflow.core.json import JsonObject
from nbflow.core.lifecycle import advance
from nbflow.core.orders import Outcome, next_look_id
from nbflow.core.poking import PokePolicy, next_poke
from nbflow.core.retries import RetryPolicy
from nbflow.core.snapshot import DagRun, RunSnapshot, TaskInstance
from nbflow.core.states import Reason, RunState, RunType, TaskState
from nbflow.core.timetables import CronTimetable
from nbflow.core.waiting import RunSeen
from tests.core.test_lifecycle import BAD, LOST, NOW, OK, a_run, after, states

KEY = ("a", -1)
IN_AN_HOUR: JsonObject = {"kind": "time", "at": (NOW + timedelta(hours=1)).isoformat()}
AGAIN = Outcome(TaskState.UP_FOR_RESCHEDULE)
EXTERNAL: JsonObject = {
    "kind": "external",
    "dag_id": "other",
    "task_ids": ["x"],
    "group": None,
    "allowed": ["success"],
    "failed": ["failed"],
    "skipped": ["skipped"],
    "dates": [NOW.isoformat()],
}


def waits(condition: JsonObject = IN_AN_HOUR, **fields: object) -> Task:
    task = Task("a", TaskKind.PYTHON, waits_for=condition)
    return replace(task, **fields)  # type: ignore[arg-type]  # names of fields of Task


def sensor(**policy: object) -> Task:
    return Task("a", TaskKind.PYTHON, poke=PokePolicy(**policy))  # type: ignore[arg-type]  # its fields


def look(snapshot: RunSnapshot, attempt: str, now: datetime = NOW, found: Outcome = AGAIN) -> None:
    after(snapshot, Dispatched(KEY, attempt), AttemptStarted(KEY, attempt), now=now)
    after(snapshot, AttemptFinished(KEY, attempt, found), now=now)


# -- what the clock decides ------------------------------------------------------------------------


def test_a_task_that_waits_for_a_time_never_goes_to_a_worker() -> None:
    snapshot = a_run("a>b", a=waits())
    instance = snapshot.instances[KEY]
    assert (instance.state, instance.next_try_at) == ("deferred", NOW + timedelta(hours=1))
    after(snapshot, RetryDue(KEY), now=NOW + timedelta(minutes=59))
    assert states(snapshot) == {"a": "deferred", "b": "none"}
    after(snapshot, RetryDue(KEY), now=NOW + timedelta(hours=1))
    assert states(snapshot) == {"a": "success", "b": "scheduled"}


def test_a_wait_that_takes_too_long_fails_without_another_try() -> None:
    task = waits(poke=PokePolicy(timeout=60), retry=RetryPolicy(retries=3))
    snapshot = a_run(a=task)
    assert snapshot.instances[KEY].next_try_at == NOW + timedelta(minutes=1)
    after(snapshot, RetryDue(KEY), now=NOW + timedelta(minutes=1))
    instance = snapshot.instances[KEY]
    assert (instance.state, instance.reason) == ("failed", Reason.TIMEOUT)
    assert instance.message.startswith("It waited 0:01:00 until 2026-01-01 01:00:00 UTC")


def test_a_soft_failing_wait_that_takes_too_long_is_skipped() -> None:
    snapshot = a_run(a=waits(poke=PokePolicy(timeout=60, soft_fail=True)))
    after(snapshot, RetryDue(KEY), now=NOW + timedelta(minutes=1))
    assert states(snapshot) == {"a": "skipped"}


def test_an_execution_timeout_also_ends_a_wait() -> None:
    snapshot = a_run(a=waits(execution_timeout=5))
    after(snapshot, RetryDue(KEY), now=NOW + timedelta(seconds=5))
    assert states(snapshot) == {"a": "failed"}


def test_a_time_after_the_interval_is_counted_from_its_end() -> None:
    run = DagRun("d", "r", data_interval_end=NOW)
    found = waiting.begin({"kind": "after_interval", "seconds": 3600}, run, NOW)
    assert found == IN_AN_HOUR


def test_a_time_of_the_day_is_that_of_the_day_in_its_zone() -> None:
    # In Auckland it is one o'clock in the afternoon of the same day already.
    written: JsonObject = {
        "kind": "time_of_day",
        "time": "06:30:00",
        "timezone": "Pacific/Auckland",
    }
    found = waiting.begin(written, DagRun("d", "r"), NOW)
    assert found["at"] == "2025-12-31T17:30:00+00:00"


def test_a_day_of_the_week_waits_until_it_begins() -> None:
    # The first of January 2026 is a Thursday.
    written: JsonObject = {"kind": "weekday", "days": [0, 5], "timezone": "UTC"}
    found = waiting.begin(written, DagRun("d", "r"), NOW)
    assert found["at"] == "2026-01-03T00:00:00+00:00"


def test_a_logical_date_on_another_day_fails_at_once() -> None:
    written: JsonObject = {
        "kind": "weekday",
        "days": [0],
        "timezone": "UTC",
        "use_logical_date": True,
    }
    task = waits(written)
    run = DagRun("d", "r", logical_date=NOW)
    fixed = waiting.begin(written, run, NOW)
    instance = TaskInstance("a", state=TaskState.DEFERRED, waits_for=fixed)
    outcome = waiting.due(Dag("d", (task,)), run, instance, NOW)
    assert outcome is not None
    assert outcome.message == "The logical date is a Thursday, and never will be a Monday."


@pytest.mark.parametrize(
    ("run_type", "hours", "goes_on"),
    [
        (RunType.SCHEDULED, 23, True),
        (RunType.SCHEDULED, 24, False),
        (RunType.BACKFILL, 24, False),
        (RunType.MANUAL, 24, True),
    ],
)
def test_only_the_latest_scheduled_run_goes_on(
    run_type: RunType, hours: int, *, goes_on: bool
) -> None:
    task = Task("a", TaskKind.EMPTY, waits_for={"kind": "latest_only"})
    dag = Dag("d", (task,), timetable=CronTimetable("0 0 * * *").to_json())
    run = DagRun("d", "r", run_type=run_type, logical_date=NOW, run_after=NOW)
    instance = TaskInstance("a", state=TaskState.DEFERRED, waits_for=task.waits_for)
    outcome = waiting.due(dag, run, instance, NOW + timedelta(hours=hours))
    assert outcome is not None
    assert (outcome.follow is None) is goes_on


# -- a person's hand -------------------------------------------------------------------------------


def test_a_waiting_task_can_be_marked_and_cleared() -> None:
    snapshot = a_run("a>b", a=waits())
    after(snapshot, Marked((KEY,), TaskState.SUCCESS))
    assert states(snapshot) == {"a": "success", "b": "scheduled"}
    after(snapshot, Cleared((KEY,)), now=NOW + timedelta(minutes=5))
    assert snapshot.instances[KEY].waiting_since == NOW + timedelta(minutes=5)


def test_a_cancelled_run_waits_for_nothing() -> None:
    snapshot = after(a_run(a=waits()), CancelRun())
    assert (states(snapshot), snapshot.run.state) == ({"a": "cancelled"}, RunState.CANCELLED)


def test_a_wait_that_is_over_already_is_not_over_twice() -> None:
    snapshot = after(a_run(a=waits()), Marked((KEY,), TaskState.FAILED))
    assert advance(snapshot, [WaitOver(KEY, OK)], NOW) == []


# -- looks of a sensor -----------------------------------------------------------------------------


def test_a_look_in_vain_is_repeated_after_the_interval_and_counts_as_no_try() -> None:
    snapshot = a_run(a=sensor(poke_interval=30))
    look(snapshot, "x")
    instance = snapshot.instances[KEY]
    assert (instance.state, instance.next_try_at) == ("up_for_reschedule", NOW + timedelta(0, 30))
    later = NOW + timedelta(seconds=30)
    after(snapshot, RetryDue(KEY), now=later)
    assert states(snapshot) == {"a": "scheduled"}
    look(snapshot, "x.1", later, OK)
    instance = snapshot.instances[KEY]
    assert (instance.state, instance.try_number, instance.started_at) == ("success", 1, NOW)


def test_the_looks_of_a_try_have_ids_of_their_own_that_tell_the_try() -> None:
    assert next_look_id("x", 1) == "x.1"
    assert next_look_id("x.1", 2) == "x.2"


def test_a_sensor_has_its_last_look_when_its_time_is_up() -> None:
    snapshot = a_run(a=sensor(poke_interval=60, timeout=90))
    look(snapshot, "x")
    look_at = NOW + timedelta(seconds=60)
    after(snapshot, RetryDue(KEY), now=look_at)
    look(snapshot, "x.1", look_at)
    ends = NOW + timedelta(seconds=90)
    assert snapshot.instances[KEY].next_try_at == ends
    after(snapshot, RetryDue(KEY), now=ends)
    look(snapshot, "x.2", ends)
    assert states(snapshot) == {"a": "failed"}


def test_an_error_between_looks_uses_up_a_try_and_the_next_one_is_new() -> None:
    snapshot = a_run(a=replace(sensor(), retry=RetryPolicy(retries=1)))
    look(snapshot, "x")
    after(snapshot, RetryDue(KEY))
    look(snapshot, "x.1", found=BAD)
    instance = snapshot.instances[KEY]
    assert (instance.state, instance.pokes, instance.following_try) == ("up_for_retry", 0, 2)
    assert instance.waiting_since == NOW


def test_workers_lost_long_ago_do_not_count_against_a_sensor() -> None:
    snapshot = a_run(a=sensor())
    for number in range(10):
        look(snapshot, f"lost{number}", found=LOST)
        after(snapshot, RetryDue(KEY))
        look(snapshot, f"fine{number}")
        after(snapshot, RetryDue(KEY))
    assert states(snapshot) == {"a": "scheduled"}


def test_longer_and_longer_intervals_stay_below_their_limit() -> None:
    policy = PokePolicy(poke_interval=10, backoff=2, max_wait=60)
    found = [next_poke(policy, pokes=n, since=NOW, now=NOW) for n in (1, 2, 3, 4, 2000)]
    seconds = [(at - NOW).total_seconds() for at in found if at]
    assert seconds == [10, 20, 40, 60, 60]


def test_a_sensor_may_say_itself_when_to_look_again() -> None:
    at = NOW + timedelta(hours=3)
    snapshot = a_run(a=sensor())
    look(snapshot, "x", found=replace(AGAIN, again_at=at))
    assert snapshot.instances[KEY].next_try_at == at


# -- other runs ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (["success"], TaskState.SUCCESS),
        (["running"], None),
        (["failed"], TaskState.FAILED),
        (["skipped"], TaskState.SKIPPED),
        (["success", "running"], None),
        ([], None),
    ],
)
def test_a_task_of_another_dag_decides_by_its_state(
    found: list[str], expected: TaskState | None
) -> None:
    seen = {("other", NOW): RunSeen(RunState.RUNNING, {"x": [TaskState(s) for s in found]})}
    outcome = waiting.judge_external(waits(EXTERNAL), EXTERNAL, seen)
    assert (outcome and outcome.state) == expected


def test_a_run_that_is_not_there_yet_is_waited_for() -> None:
    assert waiting.judge_external(waits(EXTERNAL), EXTERNAL, {}) is None


def test_every_date_has_to_be_there() -> None:
    days: JsonObject = {
        **EXTERNAL,
        "task_ids": [],
        "dates": [NOW.isoformat(), (NOW + timedelta(days=1)).isoformat()],
    }
    one = {("other", NOW): RunSeen(RunState.SUCCESS)}
    both = {**one, ("other", NOW + timedelta(days=1)): RunSeen(RunState.SUCCESS)}
    assert waiting.judge_external(waits(days), days, one) is None
    assert waiting.judge_external(waits(days), days, both) == OK


def test_what_does_not_exist_is_told_where_it_is_asked_for() -> None:
    asking: JsonObject = {**EXTERNAL, "check_existence": True}
    assert waiting.missing(EXTERNAL, None) == ""
    assert waiting.missing(asking, None) == "There is no DAG 'other' to wait for."
    other, fine = (Dag("other", (Task(name, TaskKind.EMPTY),)) for name in "yx")
    assert waiting.missing(asking, other) == "DAG 'other' has no task 'x' to wait for."
    assert waiting.missing(asking, fine) == ""
