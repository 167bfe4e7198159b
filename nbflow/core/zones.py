"""Time zones: names to zones, wall times to instants, and where a zone changes its clock.

`zoneinfo` knows the offsets; nothing here knows about schedules (`cron.py`, `timetables.py`).
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone
from difflib import get_close_matches
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from nbflow.core.errors import DefinitionError, Problem

UTC = timezone.utc
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)

BAD_ZONE = "NBF302"


class ZoneError(DefinitionError, ValueError):
    """A time zone name is not in the IANA database."""


def zone_named(name: str) -> ZoneInfo:
    """The IANA zone of that name. Raises ZoneError, with the nearest name, when there is none."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):  # OSError: 'Europe' is a folder there
        raise ZoneError([_problem_with(name)]) from None


def _problem_with(name: str) -> Problem:
    zones = sorted(available_timezones())
    city = _city(name)
    near = [zone for zone in zones if city and _city(zone) == city]
    near = near or get_close_matches(name, zones, n=1, cutoff=0.75)
    fix = f"Did you mean '{near[0]}'?" if near else "Use a name such as 'Europe/Paris' or 'UTC'."
    return Problem(BAD_ZONE, f"The time zone '{name}' is not in the IANA database.", fix)


def _city(name: str) -> str:
    return name.rpartition("/")[2].strip().replace(" ", "_").lower()


def as_utc(instant: datetime) -> datetime:
    """The same instant in UTC. Raises ValueError for a datetime without a zone."""
    if instant.utcoffset() is None:
        raise ValueError(
            f"The datetime {instant.isoformat()} has no time zone. "
            "Give it one, for example tzinfo=timezone.utc."
        )
    return instant.astimezone(UTC)


def offset_at(instant: datetime, zone: ZoneInfo) -> timedelta:
    """How far the zone's wall clock is ahead of UTC at this instant."""
    return instant.astimezone(zone).utcoffset() or timedelta(0)


def instant_of(day: date, minute: int, zone: ZoneInfo) -> datetime:
    """The instant of a wall time, given in minutes from midnight.

    A wall time that comes twice is its first occurrence; one that the clock jumps over is moved
    forward by the size of the jump.
    """
    return datetime.combine(day, time(minute // 60, minute % 60), zone).astimezone(UTC)


def midnights(day: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """Midnight by the old and by the new clock; the same instant unless the clock changes there."""
    midnight = datetime.combine(day, time(), zone)
    return midnight.astimezone(UTC), midnight.replace(fold=1).astimezone(UTC)


@dataclass(frozen=True)
class Stretch:
    """A half-open span of time in which a zone keeps one offset."""

    start: datetime
    end: datetime
    offset: timedelta


def stretches(start: datetime, end: datetime, zone: ZoneInfo) -> list[Stretch]:
    """The span cut where the zone changes its clock. No zone has changed it twice in an hour."""
    found: list[Stretch] = []
    while start < end:
        offset = offset_at(start, zone)
        probe = start
        while probe < end and offset_at(probe, zone) == offset:
            probe = min(probe + HOUR, end)
        cut = end if offset_at(probe, zone) == offset else _change_before(probe, offset, zone)
        found.append(Stretch(start, cut, offset))
        start = cut
    return found


def _change_before(probe: datetime, offset: timedelta, zone: ZoneInfo) -> datetime:
    """The second at which the zone leaves `offset`, known to be in the hour up to `probe`."""
    begin = probe - HOUR

    def has_changed(seconds: int) -> bool:
        return offset_at(begin + timedelta(seconds=seconds), zone) != offset

    return begin + timedelta(seconds=bisect_left(range(3600), True, key=has_changed))
