"""The daylight-saving contract of cron, at every kind of clock change in the IANA database.

A few seconds of work, so apart from tests/core, which stays fast and samples the same properties.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import cache
from itertools import pairwise
from zoneinfo import ZoneInfo, available_timezones

import pytest

from nbflow.core.cron import CronExpression
from tests.core.clock_changes import (
    DAY,
    HOUR,
    MINUTE,
    UTC,
    ClockChange,
    changes,
    dates_that_exist,
    local,
    minutes_between,
)

# Offsets have been whole minutes everywhere since 1973; before, zones kept odd seconds.
START, END = datetime(1973, 1, 1, tzinfo=UTC), datetime(2038, 1, 1, tzinfo=UTC)
FULL_HISTORY = datetime(1840, 1, 1, tzinfo=UTC)
STRANGE_ZONES = (
    "America/Juneau",  # lived 18 October 1867 twice
    "Asia/Manila",  # skipped 31 December 1844
    "Pacific/Kwajalein",  # repeated a date in 1969, skipped one in 1993
    "Pacific/Apia",  # repeated a date in 1892, skipped one in 2011
    "Africa/Monrovia",  # 44 minutes and 30 seconds until 1972
    "Europe/Dublin",  # winter time is the negative one
    "Antarctica/Troll",  # two hours of daylight saving
    "America/Scoresbysund",
    "Asia/Pyongyang",
    "Africa/Casablanca",
)


@cache
def kinds_of_change() -> list[ClockChange]:
    """One example of each kind, the latest."""
    kinds = {
        change.pattern: change
        for name in sorted(available_timezones())
        for change in changes(ZoneInfo(name), START, END)
    }
    return list(kinds.values())


def ticks_between(expression: CronExpression, start: datetime, end: datetime) -> list[datetime]:
    """The ticks in [start, end); they strictly increase, and backwards meets forwards at each."""
    found: list[datetime] = []
    instant = start - timedelta(microseconds=1)
    while (tick := expression.next_after(instant)) is not None and tick < end:
        assert tick > instant
        assert expression.previous_at_or_before(tick) == tick
        assert not found or expression.previous_at_or_before(tick - MINUTE / 60) == found[-1]
        found.append(tick)
        instant = tick
    return found


def around(change: ClockChange, days: int) -> tuple[datetime, datetime]:
    """From one local midnight before the change to one after it."""
    day = local(change.instant, change.zone).date()
    first, last = (
        datetime(at.year, at.month, at.day, tzinfo=change.zone).astimezone(UTC)
        for at in (day - days * DAY, day + (days + 1) * DAY)
    )
    return first, last


@pytest.mark.parametrize("minute", [0, 10, 45])
def test_hourly_ticks_come_whenever_the_clock_shows_the_minute(minute: int) -> None:
    for change in kinds_of_change():
        start, end = change.instant - 5 * HOUR, change.instant + 5 * HOUR
        fired = ticks_between(CronExpression(f"{minute} * * * *", change.zone.key), start, end)
        shown = [
            instant
            for instant in minutes_between(start, end)
            if local(instant, change.zone).minute == minute
        ]
        waits = [later - earlier for earlier, later in pairwise(fired)]
        assert set(shown) <= set(fired), change
        assert max(waits) == HOUR, change
        if change.shift % HOUR == timedelta(0):
            assert (fired, set(waits)) == (shown, {HOUR}), change
        else:
            assert len(fired) <= len(shown) + 1, change


@pytest.mark.parametrize("step", [1, 15])
def test_steps_within_the_hour_keep_their_distance_in_utc(step: int) -> None:
    for change in kinds_of_change():
        start, end = change.instant - 3 * step * MINUTE, change.instant + 5 * step * MINUTE
        fired = ticks_between(CronExpression(f"*/{step} * * * *", change.zone.key), start, end)
        waits = {later - earlier for earlier, later in pairwise(fired)}
        if change.shift % (step * MINUTE) == timedelta(0):
            assert waits == {step * MINUTE}, change
        else:
            assert max(waits) == step * MINUTE, change


@pytest.mark.parametrize("minute", [0, 30, 2 * 60 + 30, 12 * 60, 23 * 60 + 45])
def test_a_daily_time_fires_once_for_each_date_that_exists(minute: int) -> None:
    for change in kinds_of_change():
        start, end = around(change, days=3)
        daily = CronExpression(f"{minute % 60} {minute // 60} * * *", change.zone.key)
        first, last = local(start, change.zone).date(), local(end - DAY / 2, change.zone).date()
        expected = len(dates_that_exist(first, last, change.zone))
        assert len(ticks_between(daily, start, end)) == expected, change


def wall_times(change: ClockChange, start: datetime, end: datetime) -> Iterator[datetime]:
    """For each quarter of an hour from 01:00 to 22:45, its instant by the contract."""
    first, last = local(start, change.zone).date(), local(end - DAY / 2, change.zone).date()
    showing: dict[datetime, datetime] = {}
    for instant in minutes_between(start - DAY, end + DAY, step=5):
        showing.setdefault(local(instant, change.zone), instant)  # the first occurrence
    for day in dates_that_exist(first, last, change.zone):
        for quarter in range(4, 92):
            wall = datetime(day.year, day.month, day.day) + quarter * 15 * MINUTE  # noqa: DTZ001
            yield showing[wall] if wall in showing else showing[wall + change.shift]


def test_wall_times_fire_at_their_first_occurrence_or_moved_by_the_gap() -> None:
    for change in kinds_of_change():
        start, end = around(change, days=1)
        expression = CronExpression("*/15 1-22 * * *", change.zone.key)
        expected = sorted(set(wall_times(change, start, end)))
        assert ticks_between(expression, start, end) == expected, change


@pytest.mark.parametrize("name", STRANGE_ZONES)
def test_daily_ticks_are_as_many_as_dates_in_the_whole_history_of_strange_zones(name: str) -> None:
    zone = ZoneInfo(name)
    daily = CronExpression("30 2 * * *", name)
    for change in changes(zone, FULL_HISTORY, END):
        start, end = around(change, days=2)
        first, last = local(start, zone).date(), local(end - DAY / 2, zone).date()
        expected = len(dates_that_exist(first, last, zone))
        assert len(ticks_between(daily, start, end)) == expected, change


def test_daily_ticks_are_as_many_as_dates_from_1970_to_2037() -> None:
    zone = ZoneInfo("Pacific/Apia")
    start, end = datetime(1970, 1, 1, tzinfo=zone), datetime(2038, 1, 1, tzinfo=zone)
    dates = dates_that_exist(start.date(), (end - DAY).date(), zone)
    assert len(ticks_between(CronExpression("30 2 * * *", zone.key), start, end)) == len(dates)
