"""Where zones change their clocks, asked of zoneinfo alone: shares no code with what is tested."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

UTC = timezone.utc
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


@dataclass(frozen=True)
class ClockChange:
    zone: ZoneInfo
    instant: datetime
    old: timedelta
    new: timedelta

    @property
    def shift(self) -> timedelta:
        return self.new - self.old

    @property
    def wall_before(self) -> datetime:
        """What the clock would show if it were not changed."""
        return self.instant.replace(tzinfo=None) + self.old

    @property
    def pattern(self) -> tuple[object, ...]:
        """Changes that are alike in this are alike in everything a schedule can notice."""
        return self.wall_before.time(), self.old, self.new


# The shortest that a zone has kept a clock since 1840 is about a week (Brazil, October 2000).
_STRIDE = 3 * DAY


def changes(zone: ZoneInfo, start: datetime, end: datetime) -> Iterator[ClockChange]:
    old = offset(start, zone)
    while start < end:
        new = offset(start + _STRIDE, zone)
        if old != new:
            yield ClockChange(zone, _second_of_change(start, zone), old, new)
        start, old = start + _STRIDE, new


def _second_of_change(start: datetime, zone: ZoneInfo) -> datetime:
    old = offset(start, zone)
    before, after = 0, int(_STRIDE.total_seconds())
    while after - before > 1:
        middle = (before + after) // 2
        if offset(start + timedelta(seconds=middle), zone) == old:
            before = middle
        else:
            after = middle
    return start + timedelta(seconds=after)


def offset(instant: datetime, zone: ZoneInfo) -> timedelta:
    found = instant.astimezone(zone).utcoffset()
    assert found is not None
    return found


def local(instant: datetime, zone: ZoneInfo) -> datetime:
    return instant.astimezone(zone).replace(tzinfo=None)


def minutes_between(start: datetime, end: datetime, step: int = 1) -> Iterator[datetime]:
    """Every whole minute of UTC, or every `step` of them, in [start, end)."""
    instant = start.replace(minute=start.minute // step * step, second=0, microsecond=0)
    while instant < end:
        if instant >= start:
            yield instant
        instant += step * MINUTE


def dates_that_exist(first: date, last: date, zone: ZoneInfo) -> set[date]:
    """The dates from `first` to `last` that the zone's clock ever shows."""
    start = datetime(first.year, first.month, first.day, tzinfo=UTC) - 2 * DAY
    end = datetime(last.year, last.month, last.day, tzinfo=UTC) + 3 * DAY
    shown = {local(instant, zone).date() for instant in minutes_between(start, end, step=60)}
    return {day for day in shown if first <= day <= last}
