"""Timetables: which runs they ask for, what each covers, what is due and what is refused."""

from __future__ import annotations

import json
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

from nbflow.core.cron import CronError
from nbflow.core.timetables import (
    ContinuousTimetable,
    CronTimetable,
    DagRunInfo,
    DataInterval,
    DeltaTimetable,
    NoTimetable,
    OnceTimetable,
    ScheduleError,
    Timetable,
    due_runs,
    next_due,
    timetable_from,
    timetable_from_json,
)

UTC = timezone.utc
DAILY = CronTimetable("0 6 * * *")
VECTORS = Path(__file__).parents[1] / "vectors" / "cron_runs.json"
# `Any`: the rows are JSON written by another program; a wrong shape fails the test that reads it.
ROWS: list[dict[str, Any]] = json.loads(VECTORS.read_text())


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def dates(runs: list[DagRunInfo]) -> list[str]:
    return [info.logical_date.strftime("%m-%d %H:%M") for info in runs]


def due(
    timetable: Timetable,
    *,
    now: str,
    last: str | None = None,
    start: str = "2024-01-01",
    end: str | None = None,
    catchup: bool | int = False,
    limit: int = 100,
    last_ended: str | None = None,
) -> list[DagRunInfo]:
    return due_runs(
        timetable,
        None if last is None else at(last),
        at(start),
        None if end is None else at(end),
        at(now),
        catchup=catchup,
        limit=limit,
        last_ended=None if last_ended is None else at(last_ended),
    )


def wake(
    timetable: Timetable,
    *,
    now: str,
    last: str | None = None,
    start: str = "2024-01-01",
    end: str | None = None,
    last_ended: str | None = None,
) -> str | None:
    instant = next_due(
        timetable,
        None if last is None else at(last),
        at(start),
        None if end is None else at(end),
        at(now),
        catchup=False,
        last_ended=None if last_ended is None else at(last_ended),
    )
    return None if instant is None else instant.strftime("%m-%d %H:%M")


# --- cron -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "row", ROWS, ids=lambda row: f"{row['cron']} {row['timezone']} {row['start'][:10]}"
)
def test_cron_runs_are_due_when_airflow_says(row: dict[str, Any]) -> None:
    start = datetime.fromisoformat(row["start"])
    runs = CronTimetable(row["cron"], row["timezone"]).runs(start, len(row["runs"]))
    assert [info.run_after.isoformat() for info in runs] == row["runs"]


def test_a_run_covers_the_time_since_the_tick_before_it() -> None:
    weekdays = CronTimetable("0 6 * * 1-5", "Europe/Paris")
    monday, friday = at("2024-01-08 05:00"), at("2024-01-05 05:00")
    assert weekdays.runs(at("2024-01-06"), 1) == [
        DagRunInfo(monday, DataInterval(friday, monday), run_after=monday)
    ]


def test_consecutive_intervals_meet_without_gap_or_overlap_when_the_clock_changes() -> None:
    runs = CronTimetable("0,30 1-3 * * *", "Europe/Paris").runs(at("2024-10-26"), 20)
    ends = [info.data_interval.end for info in runs]
    assert [info.data_interval.start for info in runs[1:]] == ends[:-1]


def test_a_tick_exactly_at_the_start_counts() -> None:
    assert dates(DAILY.runs(at("2024-01-01 06:00"), 2)) == ["01-01 06:00", "01-02 06:00"]
    assert dates(DAILY.runs(at("2024-01-01 06:01"), 1)) == ["01-02 06:00"]


def test_a_start_in_any_zone_gives_runs_in_utc() -> None:
    start = datetime(2024, 1, 1, 8, tzinfo=timezone(timedelta(hours=2)))
    first = DAILY.runs(start, 1)[0]
    assert first.logical_date == at("2024-01-01 06:00")
    assert first.logical_date.tzinfo is UTC


def test_the_bounds_on_the_logical_date_are_inclusive() -> None:
    bound = at("2024-01-02 06:00")
    assert DAILY.next_run(at("2024-01-01 06:00"), at("2024-01-01"), bound) is not None
    assert DAILY.next_run(bound, at("2024-01-01"), bound) is None
    latest = DAILY.latest_run(at("2024-02-01"), bound, bound)
    assert latest is not None
    assert latest.logical_date == bound


def test_a_start_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="no time zone"):
        DAILY.runs(at("2024-01-01").replace(tzinfo=None), 1)


# --- the other kinds ------------------------------------------------------------------------------


def test_a_timedelta_counts_elapsed_time_from_the_start() -> None:
    every_90_minutes = DeltaTimetable(timedelta(minutes=90))
    start = at("2024-03-30 22:10")
    first = every_90_minutes.next_run(None, start, None)
    second = every_90_minutes.next_run(start, start, None)
    assert first == DagRunInfo(start, DataInterval(at("2024-03-30 20:40"), start), start)
    assert second is not None
    assert second.logical_date == at("2024-03-30 23:40")
    between = every_90_minutes.next_run(at("2024-03-31 01:00"), start, None)
    assert between is not None
    assert between.logical_date == at("2024-03-31 01:10")


def test_the_latest_tick_of_a_timedelta_is_on_its_grid() -> None:
    hourly, start = DeltaTimetable(timedelta(hours=1)), at("2024-01-01 00:15")
    latest = hourly.latest_run(at("2024-01-01 05:00"), start, None)
    assert latest is not None
    assert latest.logical_date == at("2024-01-01 04:15")
    assert hourly.latest_run(at("2024-01-01 00:00"), start, None) is None


def test_once_runs_once_at_the_start() -> None:
    assert dates(due(OnceTimetable(), now="2024-01-05", catchup=True)) == ["01-01 00:00"]
    assert due(OnceTimetable(), now="2024-01-05", last="2024-01-01") == []
    assert due(OnceTimetable(), now="2023-12-31") == []


def test_without_a_schedule_nothing_is_ever_due() -> None:
    assert due(NoTimetable(), now="2024-01-05", catchup=True) == []
    assert wake(NoTimetable(), now="2024-01-05") is None


def test_a_continuous_run_follows_when_the_one_before_has_ended() -> None:
    continuous = ContinuousTimetable()
    assert dates(due(continuous, now="2024-01-05")) == ["01-01 00:00"]
    assert due(continuous, now="2024-01-05", last="2024-01-01") == []
    ended = due(continuous, now="2024-01-05", last="2024-01-01", last_ended="2024-01-03 04:00")
    start, end = at("2024-01-01"), at("2024-01-03 04:00")
    assert ended == [DagRunInfo(end, DataInterval(start, end), end)]


def test_a_continuous_run_that_ended_at_once_has_a_successor_with_another_date() -> None:
    again = due(ContinuousTimetable(), now="2024-01-05", last="2024-01-01", last_ended="2024-01-01")
    assert again[0].logical_date > at("2024-01-01")


# --- what is due ----------------------------------------------------------------------------------


def test_without_catchup_only_the_latest_missed_tick_is_due() -> None:
    assert dates(due(DAILY, now="2024-01-05 12:00")) == ["01-05 06:00"]
    assert dates(due(DAILY, now="2024-01-05 12:00", last="2024-01-02 06:00")) == ["01-05 06:00"]


def test_with_catchup_all_missed_ticks_are_due_in_order_up_to_the_limit() -> None:
    missed = due(DAILY, now="2024-01-05 12:00", last="2024-01-02 06:00", catchup=True)
    assert dates(missed) == ["01-03 06:00", "01-04 06:00", "01-05 06:00"]
    first = due(DAILY, now="2024-01-05 12:00", catchup=True, limit=2)
    assert dates(first) == ["01-01 06:00", "01-02 06:00"]


def test_a_number_catches_up_that_many_of_the_latest() -> None:
    missed = due(DAILY, now="2024-01-05 12:00", catchup=2)
    assert dates(missed) == ["01-04 06:00", "01-05 06:00"]
    assert dates(due(DAILY, now="2024-01-05 12:00", catchup=2, limit=1)) == ["01-04 06:00"]
    assert dates(due(DAILY, now="2024-01-01 12:00", catchup=5)) == ["01-01 06:00"]
    assert dates(due(DAILY, now="2024-01-05 12:00", catchup=1)) == ["01-05 06:00"]


@pytest.mark.parametrize("catchup", [False, True, 3])
def test_a_tick_is_due_from_its_own_instant_on_and_only_once(catchup: bool | int) -> None:
    before = due(DAILY, now="2024-01-02 05:59:59", last="2024-01-01 06:00", catchup=catchup)
    then = due(DAILY, now="2024-01-02 06:00", last="2024-01-01 06:00", catchup=catchup)
    after = due(DAILY, now="2024-01-02 06:00", last="2024-01-02 06:00", catchup=catchup)
    assert (dates(before), dates(then), dates(after)) == ([], ["01-02 06:00"], [])


@pytest.mark.parametrize("catchup", [False, True, 3])
def test_nothing_is_due_outside_the_start_and_end_of_a_dag(catchup: bool | int) -> None:
    assert due(DAILY, now="2024-01-05", start="2024-02-01", catchup=catchup) == []
    in_time = due(DAILY, now="2024-03-01", end="2024-01-01 06:00", catchup=catchup)
    assert dates(in_time) == ["01-01 06:00"]


def test_a_limit_of_nothing_gives_nothing() -> None:
    assert due(DAILY, now="2024-01-05", catchup=True, limit=0) == []


@pytest.mark.parametrize("catchup", [0, -1])
def test_a_catchup_number_below_one_is_refused(catchup: int) -> None:
    with pytest.raises(ValueError, match="True, False or a number from 1"):
        due(DAILY, now="2024-01-05", catchup=catchup)


def test_a_schedule_that_changed_to_earlier_ticks_goes_on_after_the_last_run() -> None:
    missed = due(CronTimetable("0 3 * * *"), now="2024-01-03", last="2024-01-02 06:00")
    assert missed == []
    assert wake(CronTimetable("0 3 * * *"), now="2024-01-03", last="2024-01-02 06:00") == (
        "01-03 03:00"
    )


def test_the_next_tick_is_when_the_scheduler_wakes() -> None:
    assert wake(DAILY, now="2024-01-05 12:00", last="2024-01-05 06:00") == "01-06 06:00"
    assert wake(DAILY, now="2024-01-05 12:00", start="2024-02-01") == "02-01 06:00"
    assert wake(OnceTimetable(), now="2023-12-31") == "01-01 00:00"


def test_a_missed_tick_wakes_at_once() -> None:
    assert wake(DAILY, now="2024-01-05 12:00", last="2024-01-02 06:00") == "01-05 06:00"


def test_after_the_end_of_a_dag_nothing_wakes_the_scheduler() -> None:
    assert wake(DAILY, now="2024-01-05", last="2024-01-02 06:00", end="2024-01-03") is None
    assert wake(OnceTimetable(), now="2024-01-05", last="2024-01-01") is None


def test_a_continuous_dag_wakes_when_its_run_has_ended() -> None:
    continuous = ContinuousTimetable()
    assert wake(continuous, now="2023-12-31") == "01-01 00:00"
    assert wake(continuous, now="2024-01-05", last="2024-01-01") is None
    ended = wake(continuous, now="2024-01-05", last="2024-01-01", last_ended="2024-01-03")
    assert ended == "01-03 00:00"


# --- what people write, and JSON ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("schedule", "expected"),
    [
        (None, NoTimetable()),
        ("0 6 * * *", CronTimetable("0 6 * * *", "Europe/Paris")),
        ("@daily", CronTimetable("@daily", "Europe/Paris")),
        ("@once", OnceTimetable()),
        (" @Continuous ", ContinuousTimetable()),
        (timedelta(hours=2), DeltaTimetable(timedelta(hours=2))),
        (DAILY, DAILY),
    ],
)
def test_what_a_person_writes_becomes_a_timetable_and_survives_json(
    schedule: str | timedelta | Timetable | None, expected: Timetable
) -> None:
    timetable = timetable_from(schedule, "Europe/Paris")
    assert timetable == expected
    assert timetable_from_json(json.loads(json.dumps(timetable.to_json()))) == timetable


def test_a_bad_cron_and_a_bad_zone_are_told_at_once() -> None:
    with pytest.raises(CronError) as refused:
        timetable_from("0 25 * * *", "Europe/Pari")
    assert [problem.code for problem in refused.value.problems] == ["NBF301", "NBF302"]


@pytest.mark.parametrize(
    ("schedule", "told"),
    [
        (timedelta(0), "at least a second"),
        (timedelta(hours=-1), "at least a second"),
        (timedelta.max, "at most a century"),
        (5, "A schedule cannot be 5. Use a cron expression"),
    ],
)
def test_what_is_no_schedule_is_refused_together_with_a_bad_zone(
    schedule: Any,  # a person may write anything
    told: str,
) -> None:
    with pytest.raises(ScheduleError, match=told) as refused:
        timetable_from(schedule, "Europe/Pari")
    assert [problem.code for problem in refused.value.problems] == ["NBF303", "NBF302"]


def test_a_kind_that_nobody_provides_is_refused_by_name() -> None:
    with pytest.raises(ScheduleError, match="kind 'lunar' is not known"):
        timetable_from_json({"kind": "lunar"})


def test_an_interval_cannot_end_before_it_starts() -> None:
    with pytest.raises(ValueError, match="cannot end"):
        DataInterval(at("2024-01-02"), at("2024-01-01"))


@pytest.mark.parametrize(
    ("cron", "words"),
    [
        ("0 6 * * 1-5", "At 06:00 on weekdays"),
        ("30 6,18 * * *", "At 06:30 and 18:30 every day"),
        ("* * * * *", "Every minute"),
        ("*/15 * * * *", "Every 15 minutes"),
        ("@hourly", "Every hour"),
        ("5,35 * * * 0,6", "Every hour at minute 5 and 35 on weekends"),
        ("0 */2 * * *", "Every 2 hours"),
        ("*/30 9-17 * * MON,WED", "Every 30 minutes in hours 9-17 on Monday and Wednesday"),
        ("5,20 1-3,7 * * *", "At minute 5 and 20 of hours 1-3 and 7"),
        ("@quarterly", "At 00:00 on day 1 in January, April, July and October"),
        ("0 0 1-5,L * *", "At 00:00 on day 1-5 and the last day of the month"),
        ("0 0 13 * FRI", "At 00:00 on day 13 of the month or on Friday"),
        ("0 8 * * L5,1#1", "At 08:00 on the first Monday and last Friday"),
        ("0 8 1 * 0-6", "At 08:00 on day 1 of the month or on any day of the week"),
    ],
)
def test_a_cron_schedule_says_itself_in_words(cron: str, words: str) -> None:
    assert CronTimetable(cron, "Europe/Paris").describe() == f"{words}, Europe/Paris"


@pytest.mark.parametrize(
    ("timetable", "words"),
    [
        (DeltaTimetable(timedelta(days=1)), "Every day"),
        (DeltaTimetable(timedelta(minutes=90)), "Every 1 hour 30 minutes"),
        (DeltaTimetable(timedelta(seconds=2.5)), "Every 2.5 seconds"),
        (OnceTimetable(), "Once, at the start date"),
        (ContinuousTimetable(), "Continuously, each run when the one before it has ended"),
        (NoTimetable(), "No schedule"),
    ],
)
def test_every_other_timetable_says_itself_in_words(timetable: Timetable, words: str) -> None:
    assert timetable.describe() == words
