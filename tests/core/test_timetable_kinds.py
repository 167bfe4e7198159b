"""The kinds of timetable besides plain cron, as Airflow's users know them."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from dateutil.relativedelta import relativedelta

from nbflow.core.asset_timetables import AssetOrTimeTimetable, AssetTimetable
from nbflow.core.assets import Asset, AssetAll
from nbflow.core.due import due_runs, next_due, upcoming
from nbflow.core.timetables import (
    AssetOrTimeSchedule,
    CronDataIntervalTimetable,
    CronTimetable,
    CronTriggerTimetable,
    DagRunInfo,
    DeltaDataIntervalTimetable,
    DeltaTimetable,
    DeltaTriggerTimetable,
    EventsTimetable,
    MultipleCronTriggerTimetable,
    ScheduleError,
    Timetable,
    timetable_from,
    timetable_from_json,
)

UTC = timezone.utc
MONDAY = datetime(2026, 3, 2, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
A, B = Asset("a"), Asset("b")


def due(timetable: Timetable, now: datetime, **options: object) -> list[DagRunInfo]:
    given = {"catchup": True, "limit": 10, **options}
    return due_runs(timetable, None, MONDAY, None, now, **given)  # type: ignore[arg-type]  # as it says


def shown(info: DagRunInfo) -> tuple[str, str, str, str]:
    moments = (info.logical_date, info.data_interval.start, info.data_interval.end, info.run_after)
    return tuple(f"{moment:%d %H:%M}" for moment in moments)  # type: ignore[return-value]  # four


KINDS = [
    (CronTimetable("0 6 * * *"), ("02 06:00", "01 06:00", "02 06:00", "02 06:00")),
    (CronTriggerTimetable("0 6 * * *"), ("02 06:00", "02 06:00", "02 06:00", "02 06:00")),
    (
        CronTriggerTimetable("0 6 * * *", interval=DAY),
        ("01 06:00", "01 06:00", "02 06:00", "02 06:00"),
    ),
    (CronDataIntervalTimetable("0 6 * * *"), ("02 06:00", "02 06:00", "03 06:00", "03 06:00")),
    (
        MultipleCronTriggerTimetable("0 6 * * *", "0 8 * * *"),
        ("02 06:00", "02 06:00", "02 06:00", "02 06:00"),
    ),
    (timetable_from(["0 8 * * *", "0 6 * * *"]), ("02 06:00", "01 08:00", "02 06:00", "02 06:00")),
    (DeltaTimetable(DAY), ("02 00:00", "01 00:00", "02 00:00", "02 00:00")),
    (DeltaTriggerTimetable(DAY), ("02 00:00", "02 00:00", "02 00:00", "02 00:00")),
    (
        DeltaTriggerTimetable(DAY, interval=HOUR),
        ("01 23:00", "01 23:00", "02 00:00", "02 00:00"),
    ),
    (DeltaDataIntervalTimetable(DAY), ("02 00:00", "02 00:00", "03 00:00", "03 00:00")),
    (
        EventsTimetable([MONDAY + 30 * HOUR, MONDAY + HOUR]),
        ("02 01:00", "02 01:00", "02 01:00", "02 01:00"),
    ),
]
IDS = [f"{type(one).__name__}-{number}" for number, (one, _) in enumerate(KINDS)]


@pytest.mark.parametrize(("timetable", "first"), KINDS, ids=IDS)
def test_the_first_run_has_the_dates_of_its_kind(
    timetable: Timetable, first: tuple[str, ...]
) -> None:
    assert shown(due(timetable, MONDAY + 7 * DAY)[0]) == first


@pytest.mark.parametrize("timetable", [one for one, _ in KINDS], ids=IDS)
def test_every_kind_keeps_its_word_about_time(timetable: Timetable) -> None:
    """Nothing before it is due, nothing twice; looking again at the time told finds the next."""
    now, last = MONDAY, None
    found: list[DagRunInfo] = []
    for _ in range(5):
        at = next_due(timetable, last, MONDAY, None, now, catchup=True)
        if at is None:
            break
        assert at >= now
        assert not due_runs(timetable, last, MONDAY, None, at - HOUR / 3600, catchup=True, limit=9)
        (info,) = due_runs(timetable, last, MONDAY, None, at, catchup=True, limit=9)
        found.append(info)
        now, last = at, info.logical_date
    assert found == due(timetable, now)
    assert [one.run_after for one in found] == sorted({one.run_after for one in found})


@pytest.mark.parametrize("timetable", [one for one, _ in KINDS], ids=IDS)
def test_catching_up_with_one_run_takes_the_latest_of_all(timetable: Timetable) -> None:
    now = MONDAY + 5 * DAY + HOUR / 2
    assert due(timetable, now, catchup=False) == due(timetable, now)[-1:]
    assert due(timetable, now, catchup=2) == due(timetable, now)[-2:]


@pytest.mark.parametrize("timetable", [one for one, _ in KINDS], ids=IDS)
def test_what_comes_next_is_what_will_be_due(timetable: Timetable) -> None:
    now = MONDAY + DAY + HOUR / 2
    told = upcoming(timetable, None, MONDAY, None, now, 3)
    later = [one for one in due(timetable, now + 5 * DAY, limit=99) if one.run_after > now]
    assert told == later[:3]


@pytest.mark.parametrize("timetable", [one for one, _ in KINDS], ids=IDS)
def test_every_kind_survives_json(timetable: Timetable) -> None:
    again = timetable_from_json(timetable.to_json())
    assert again.to_json() == timetable.to_json()
    assert due(again, MONDAY + 3 * DAY) == due(timetable, MONDAY + 3 * DAY)


def test_an_end_date_bounds_the_date_that_names_a_run() -> None:
    end = MONDAY + DAY + 6 * HOUR
    timetable = CronDataIntervalTimetable("0 6 * * *")
    found = due_runs(timetable, None, MONDAY, end, MONDAY + 9 * DAY, catchup=True, limit=9)
    assert [shown(one)[0] for one in found] == ["02 06:00", "03 06:00"]
    assert next_due(timetable, end, MONDAY, end, MONDAY + 9 * DAY, catchup=True) is None


def test_a_dag_without_a_start_date_may_begin_with_the_tick_before_it_was_known() -> None:
    known = MONDAY + 7 * HOUR
    ticks: dict[bool | timedelta, datetime | None] = {
        True: MONDAY + 6 * HOUR,
        False: known,
        timedelta(minutes=30): known,
        DAY: None,
    }
    for immediately, expected in ticks.items():
        timetable = CronTriggerTimetable("0 6 * * *", run_immediately=immediately)
        assert timetable.first_start(known) == (expected or MONDAY + 6 * HOUR)


def test_zones_may_be_objects() -> None:
    assert CronTriggerTimetable("0 6 * * *", ZoneInfo("Europe/Paris")).timezone == "Europe/Paris"


@pytest.mark.parametrize(
    ("schedule", "words"),
    [
        (["0 6 * * *", "30 18 * * 1-5"], "At 06:00 every day; At 18:30 on weekdays, UTC"),
        ([A, B], "When there is news of a and b"),
        (A | (B & A), "When there is news of a or (b and a)"),
        ({"any": ["a", "b"]}, "When there is news of a or b"),
        (
            AssetOrTimeSchedule(timetable="0 6 * * *", assets=[A, B]),
            "At 06:00 every day, UTC, or when there is news of a and b",
        ),
        (relativedelta(hours=3), "Every 3 hours"),
        (EventsTimetable([MONDAY]), "At 1 given moment"),
        (EventsTimetable([MONDAY], description="Full moons"), "Full moons"),
    ],
)
def test_a_schedule_reads_in_words(schedule: object, words: str) -> None:
    assert timetable_from(schedule).describe() == words


def test_assets_and_time_survive_json() -> None:
    both = AssetOrTimeTimetable(CronTimetable("0 6 * * *"), A & B)
    assert timetable_from_json(both.to_json()) == both
    only = AssetTimetable(AssetAll(A))
    assert timetable_from_json(only.to_json()) == only


@pytest.mark.parametrize(
    ("schedule", "message"),
    [
        ([], "The schedule is an empty list."),
        (["@daily", A], "A schedule cannot be"),
        ({"some": ["a"]}, "is no asset"),
        ({"kind": "moon"}, "The timetable kind 'moon' is not known."),
        (relativedelta(months=1), "Months and years are not of one length"),
        (object(), "A schedule cannot be"),
    ],
)
def test_what_is_no_schedule_is_told_with_the_fix(schedule: object, message: str) -> None:
    with pytest.raises(ScheduleError, match="NBF303") as raised:
        timetable_from(schedule)
    assert message in raised.value.problems[0].message


def test_events_have_to_say_their_zone() -> None:
    with pytest.raises(ScheduleError, match="not all aware datetimes"):
        EventsTimetable([datetime(2026, 1, 1)])  # noqa: DTZ001 - that is the point
