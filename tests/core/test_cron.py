"""Cron expressions: what they select, what is refused, and what a change of the clock does."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nbflow.core.cron import PRESETS, CronError, CronExpression
from tests.core.clock_changes import (
    DAY,
    HOUR,
    MINUTE,
    UTC,
    changes,
    dates_that_exist,
    local,
    minutes_between,
)

ZONES = sorted(available_timezones())
EXPRESSIONS = (
    "0 * * * *",
    "*/20 * * * *",
    "45 * * * *",
    "0 0 * * *",
    "30 2 * * *",
    "0,30 1-3 * * *",
    "59 23 * * *",
    "0 */2 * * *",
    "15 0,12 * * 0",
    "5 4 1,15 * *",
    "30 1 L * *",
    "0 3 * 3,10 0#2",
)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def ticks(cron: str, zone: str = "UTC", *, start: str, count: int) -> list[str]:
    """The first ticks from the local time `start` on, as local times with their offset."""
    expression = CronExpression(cron, zone)
    instant = datetime.fromisoformat(start).replace(tzinfo=ZoneInfo(zone)) - timedelta(seconds=1)
    found = []
    for _ in range(count):
        tick = expression.next_after(instant)
        assert tick is not None
        found.append(tick.astimezone(ZoneInfo(zone)).strftime("%Y-%m-%d %H:%M %z"))
        instant = tick
    return found


def days_of(cron: str, *, start: str = "2024-01-01", count: int = 4) -> list[str]:
    return [tick[:10] for tick in ticks(cron, start=start, count=count)]


# --- what expressions select ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "same_as"),
    [
        ("0 6 * * MON-FRI", "0 6 * * 1-5"),
        ("0 6 * JAN,Jul *", "0 6 * 1,7 *"),
        ("0 6 * * 7", "0 6 * * SUN"),
        ("0 22-2 * * *", "0 22,23,0,1,2 * * *"),
        ("0 0 * * FRI-MON", "0 0 * * 5,6,0,1"),
        ("5/15 * * * *", "5,20,35,50 * * * *"),
        ("0 0 ? * 1", "0 0 * * 1"),
        ("0 9-9 * 1-JAN 3-3/2", "0 9 * 1 3"),
        ("0 0 * * 0-00", "0 0 * * 0"),
        ("0 0 * * 0-7", "0 0 * * *"),
        ("  0   6 * *\t* ", "0 6 * * *"),
        ("0 0-23 * * *", "0 * * * *"),
        ("@Daily", "0 0 * * *"),
        ("@quarterly", "0 0 1 1,4,7,10 *"),
    ],
)
def test_two_ways_to_write_a_schedule_fire_at_the_same_times(written: str, same_as: str) -> None:
    one, other = CronExpression(written), CronExpression(same_as)
    assert (one.minutes, one.days) == (other.minutes, other.days)


def test_every_preset_is_understood() -> None:
    assert all(CronExpression(name).minutes for name in PRESETS)


def test_a_day_of_month_and_a_weekday_mean_either() -> None:
    assert days_of("0 0 13 * FRI", start="2024-09-01", count=6) == [
        *("2024-09-06", "2024-09-13", "2024-09-20", "2024-09-27"),
        *("2024-10-04", "2024-10-11"),
    ]


def test_the_last_day_and_the_nth_weekday_follow_each_month() -> None:
    assert days_of("0 0 L * *") == ["2024-01-31", "2024-02-29", "2024-03-31", "2024-04-30"]
    assert days_of("0 0 * * 1#2") == ["2024-01-08", "2024-02-12", "2024-03-11", "2024-04-08"]
    assert days_of("0 0 * * L5") == ["2024-01-26", "2024-02-23", "2024-03-29", "2024-04-26"]


def test_an_nth_weekday_beside_a_day_of_month_means_either() -> None:
    assert days_of("0 0 20 * MON#1") == ["2024-01-01", "2024-01-20", "2024-02-05", "2024-02-20"]


def test_the_29th_of_february_waits_out_the_year_1900() -> None:
    assert days_of("0 0 29 2 *", start="1896-01-01", count=2) == ["1896-02-29", "1904-02-29"]


def test_there_is_no_tick_at_the_end_of_the_calendar() -> None:
    assert CronExpression("0 0 29 2 *").next_after(at("9997-01-01")) is None
    assert CronExpression("0 0 29 2 *").previous_at_or_before(at("0003-01-01")) is None


def test_next_is_after_the_instant_and_previous_includes_it() -> None:
    daily = CronExpression("0 6 * * *")
    tick = at("2024-05-05 06:00")
    assert daily.next_after(tick) == tick + DAY
    assert daily.next_after(tick - timedelta(microseconds=1)) == tick
    assert daily.previous_at_or_before(tick) == tick
    assert daily.previous_at_or_before(tick - timedelta(microseconds=1)) == tick - DAY


def test_a_datetime_without_a_zone_is_refused() -> None:
    naive = at("2024-01-01").replace(tzinfo=None)
    with pytest.raises(ValueError, match="no time zone"):
        CronExpression("0 6 * * *").next_after(naive)


# --- what is refused ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cron", "told"),
    [
        ("0 6 * *", "has 4 fields where 5 are needed"),
        ("0 0 6 * * *", "Leave out seconds and years"),
        ("", "has 0 fields"),
        ("@never", "Use one of @hourly"),
        (
            "61 * * * *",
            "minute field of the cron expression '61 .*' is '61', but it takes 0 to 59",
        ),
        ("*/0 * * * *", "minute field .* is '\\*/0'"),
        ("0 24 * * *", "hour field .* is '24'"),
        ("0 0 0 * *", "day-of-month field .* is '0'"),
        ("0 0 * FOO *", "month field .* is 'FOO', but it takes 1 to 12 or JAN to DEC"),
        ("0 0 * * 8", "day-of-week field .* is '8'"),
        ("0 0 * * 1#6", "day-of-week field .* is '1#6'"),
        ("0 0 * * 1#1,3", "cannot be listed together with plain weekdays"),
        ("0 0 * * 5L", "'L5' \\(last Friday\\)"),
        ("H 3 * * *", "hashed and random values are not supported"),
        ("0 r(1-5) * * *", "hashed and random values are not supported"),
        ("0 0 15W * *", "W \\(nearest weekday\\) is not supported"),
        ("0 0 30 2 *", "never fires: no month in it has a day 30"),
        ("0 0 31 4,6,9,11 *", "never fires"),
    ],
)
def test_a_bad_expression_is_refused_with_its_field_and_the_fix(cron: str, told: str) -> None:
    with pytest.raises(CronError, match=told) as refused:
        CronExpression(cron)
    assert all(problem.fix.endswith(".") for problem in refused.value.problems)


def test_all_bad_fields_and_the_bad_zone_are_told_at_once() -> None:
    with pytest.raises(CronError) as refused:
        CronExpression("61 24 32 * *", "Europe/Pari")
    told = [problem.message for problem in refused.value.problems]
    assert [" ".join(message.split()[:4]) for message in told] == [
        "The minute field of",
        "The hour field of",
        "The day-of-month field of",
        "The time zone 'Europe/Pari'",
    ]


@pytest.mark.parametrize("zone", ["Europe/Pari", "paris", "Europe/paris "])
def test_a_bad_zone_names_the_one_that_was_meant(zone: str) -> None:
    with pytest.raises(CronError, match="Did you mean 'Europe/Paris'"):
        CronExpression("0 6 * * *", zone)


@pytest.mark.parametrize("zone", ["", "Europe", "../etc/passwd", "Mars/Olympus Mons", "\0"])
def test_what_is_no_zone_at_all_is_refused(zone: str) -> None:
    with pytest.raises(CronError, match="not in the IANA database"):
        CronExpression("0 6 * * *", zone)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.text("0123456789*,-/#LWhr?MONJAN ", max_size=6), min_size=5, max_size=5))
def test_whatever_is_written_is_either_a_schedule_or_a_cron_error(fields: list[str]) -> None:
    with suppress(CronError):  # any other exception would be ours
        expression = CronExpression(" ".join(fields))
        assert expression.next_after(at("2024-01-01")) is not None


# --- when the clock changes -----------------------------------------------------------------------


@dataclass(frozen=True)
class ClockCase:
    name: str
    cron: str
    zone: str
    start: str
    expected: tuple[str, ...]


ZURICH, LORD_HOWE, APIA, PYONGYANG, SAO_PAULO = (
    "Europe/Zurich",
    "Australia/Lord_Howe",
    "Pacific/Apia",
    "Asia/Pyongyang",
    "America/Sao_Paulo",
)
CLOCK_CASES = (
    ClockCase(
        "a skipped time moves forward by the gap",
        *("30 2 * * *", ZURICH, "2025-03-29 00:00"),
        ("03-29 02:30 +0100", "03-30 03:30 +0200", "03-31 02:30 +0200"),
    ),
    ClockCase(
        "a repeated time fires the first time only",
        *("30 2 * * *", ZURICH, "2025-10-25 00:00"),
        ("10-25 02:30 +0200", "10-26 02:30 +0200", "10-27 02:30 +0100"),
    ),
    ClockCase(
        "every hour includes the repeated hour",
        *("0 * * * *", ZURICH, "2025-10-26 01:00"),
        ("10-26 01:00 +0200", "10-26 02:00 +0200", "10-26 02:00 +0100", "10-26 03:00 +0100"),
    ),
    ClockCase(
        "every hour leaves out the skipped hour",
        *("0 * * * *", ZURICH, "2025-03-30 01:00"),
        ("03-30 01:00 +0100", "03-30 03:00 +0200", "03-30 04:00 +0200"),
    ),
    ClockCase(
        "half hours within fixed hours are wall times, each once",
        *("*/30 1-3 * * *", ZURICH, "2025-10-26 01:30"),
        ("10-26 01:30 +0200", "10-26 02:00 +0200", "10-26 02:30 +0200", "10-26 03:00 +0100"),
    ),
    ClockCase(
        "every second hour moves its skipped time and keeps its midnight",
        *("0 */2 * * *", ZURICH, "2025-03-30 00:00"),
        ("03-30 00:00 +0100", "03-30 03:00 +0200", "03-30 04:00 +0200", "03-30 06:00 +0200"),
    ),
    ClockCase(
        "two times that fall on one instant are one tick",
        *("30 2,3 * * *", ZURICH, "2025-03-29 03:00"),
        ("03-29 03:30 +0100", "03-30 03:30 +0200", "03-31 02:30 +0200"),
    ),
    ClockCase(
        "a moved time comes after a later one that was not moved",
        *("15 2-3 * * *", ZURICH, "2025-03-30 00:00"),
        ("03-30 03:15 +0200", "03-31 02:15 +0200"),
    ),
    ClockCase(
        "a gap of half an hour moves by half an hour",
        *("10 2 * * *", LORD_HOWE, "2024-10-05 00:00"),
        ("10-05 02:10 +1030", "10-06 02:40 +1100", "10-07 02:10 +1100"),
    ),
    ClockCase(
        "every hour waits no longer than an hour over a gap of half an hour",
        *("0 * * * *", LORD_HOWE, "2024-10-06 01:00"),
        ("10-06 01:00 +1030", "10-06 02:30 +1100", "10-06 03:00 +1100"),
    ),
    ClockCase(
        "every hour waits no longer than an hour when half an hour is repeated",
        *("0 * * * *", LORD_HOWE, "2024-04-07 01:00"),
        ("04-07 01:00 +1100", "04-07 01:30 +1030", "04-07 02:00 +1030"),
    ),
    ClockCase(
        "half hours stay half an hour apart",
        *("*/30 * * * *", LORD_HOWE, "2024-04-07 01:00"),
        ("04-07 01:00 +1100", "04-07 01:30 +1100", "04-07 01:30 +1030", "04-07 02:00 +1030"),
    ),
    ClockCase(
        "a date that does not exist has no tick",
        *("0 12 * * *", APIA, "2011-12-29 00:00"),
        ("12-29 12:00 -1000", "12-31 12:00 +1400", "01-01 12:00 +1400"),
    ),
    ClockCase(
        "every hour runs on over a date that does not exist",
        *("0 * * * *", APIA, "2011-12-29 22:00"),
        ("12-29 22:00 -1000", "12-29 23:00 -1000", "12-31 00:00 +1400", "12-31 01:00 +1400"),
    ),
    ClockCase(
        "a midnight that is skipped moves into its own date",
        *("0 0 * * *", SAO_PAULO, "2018-11-03 00:00"),
        ("11-03 00:00 -0300", "11-04 01:00 -0200", "11-05 00:00 -0200"),
    ),
    ClockCase(
        "a midnight that is put off comes once",
        *("0 0 * * *", SAO_PAULO, "2018-02-17 00:00"),
        ("02-17 00:00 -0200", "02-18 00:00 -0300", "02-19 00:00 -0300"),
    ),
    ClockCase(
        "the end of a date that is skipped moves past midnight",
        *("45 23 * * *", PYONGYANG, "2018-05-03 00:00"),
        ("05-03 23:45 +0830", "05-05 00:15 +0900", "05-05 23:45 +0900"),
    ),
    ClockCase(
        "every hour waits no longer than an hour over a gap that ends at midnight",
        *("45 * * * *", PYONGYANG, "2018-05-04 22:00"),
        ("05-04 22:45 +0830", "05-05 00:15 +0900", "05-05 00:45 +0900"),
    ),
)


@pytest.mark.parametrize("case", CLOCK_CASES, ids=lambda case: case.name)
def test_a_change_of_the_clock(case: ClockCase) -> None:
    found = ticks(case.cron, case.zone, start=case.start, count=len(case.expected))
    assert tuple(tick[5:] for tick in found) == case.expected


def test_a_yearly_date_that_does_not_exist_is_left_out_that_year() -> None:
    found = ticks("0 12 30 12 *", APIA, start="2010-01-01 00:00", count=2)
    assert [tick[:10] for tick in found] == ["2010-12-30", "2012-12-30"]


@st.composite
def instants_near_a_change(draw: st.DrawFn) -> tuple[str, datetime]:
    """A zone and an instant, within two days of a change of the clock where the zone has one."""
    zone = draw(st.sampled_from(ZONES))
    start = at("1973-01-01") + draw(st.integers(0, 64 * 365)) * DAY
    first = next(changes(ZoneInfo(zone), start, start + 400 * DAY), None)
    around = start if first is None else first.instant
    return zone, around + draw(st.integers(-2880, 2880)) * MINUTE


@settings(max_examples=120, deadline=None)
@given(instants_near_a_change(), st.sampled_from(EXPRESSIONS))
def test_ticks_strictly_increase_and_backwards_meets_forwards(
    place: tuple[str, datetime], cron: str
) -> None:
    zone, instant = place
    expression = CronExpression(cron, zone)
    previous = expression.previous_at_or_before(instant)
    following = expression.next_after(instant)
    assert previous is not None
    assert following is not None
    assert previous <= instant < following
    assert expression.next_after(previous) == following
    assert expression.previous_at_or_before(following) == following
    assert expression.previous_at_or_before(following - timedelta(microseconds=1)) == previous


@settings(max_examples=30, deadline=None)
@given(instants_near_a_change(), st.integers(0, 1439))
def test_a_daily_time_fires_once_for_each_date_that_exists(
    place: tuple[str, datetime], minute: int
) -> None:
    zone, instant = place
    daily = CronExpression(f"{minute % 60} {minute // 60} * * *", zone)
    first, last = (local(instant + days * DAY, ZoneInfo(zone)).date() for days in (-4, 4))
    expected = len(dates_that_exist(first, last, ZoneInfo(zone)))
    start = datetime(first.year, first.month, first.day, tzinfo=ZoneInfo(zone))
    end = datetime(last.year, last.month, last.day, tzinfo=ZoneInfo(zone)) + DAY
    tick = daily.next_after(start - timedelta(microseconds=1))
    count = 0
    while tick is not None and tick < end:
        count += 1
        tick = daily.next_after(tick)
    assert count == expected


@settings(max_examples=20, deadline=None)
@given(instants_near_a_change(), st.integers(0, 59))
def test_every_hour_fires_whenever_the_clock_shows_its_minute_and_never_waits_longer(
    place: tuple[str, datetime], minute: int
) -> None:
    zone, instant = place
    hourly = CronExpression(f"{minute} * * * *", zone)
    shown = [
        moment
        for moment in minutes_between(instant - 6 * HOUR, instant + 6 * HOUR)
        if local(moment, ZoneInfo(zone)).minute == minute
    ]
    fired = []
    tick = hourly.next_after(instant - 6 * HOUR - MINUTE)
    while tick is not None and tick < instant + 6 * HOUR:
        fired.append(tick)
        tick = hourly.next_after(tick)
    assert set(shown) <= set(fired)
    waits = {later - earlier for earlier, later in pairwise(fired)}
    assert max(waits) == HOUR
    if all(later - earlier == HOUR for earlier, later in pairwise(shown)):
        assert fired == shown
