"""Instants and zones under the names that Airflow's files import: `from nbflow import timezone`."""

from __future__ import annotations

import sys
from datetime import datetime as _datetime
from datetime import timezone as _timezone
from datetime import tzinfo
from zoneinfo import ZoneInfo

from nbflow.core.zones import zone_named

utc = _timezone.utc

timezone = sys.modules[__name__]


def utcnow() -> _datetime:
    """The time now, in UTC."""
    return _datetime.now(utc)


def datetime(  # noqa: PLR0917 - as the standard library's
    year: int,
    month: int,
    day: int,
    hour: int = 0,
    minute: int = 0,
    second: int = 0,
    microsecond: int = 0,
    tzinfo: tzinfo = utc,
) -> _datetime:
    """An instant that knows its zone, UTC by default."""
    return _datetime(year, month, day, hour, minute, second, microsecond, tzinfo)


def parse(string: str, timezone: tzinfo = utc) -> _datetime:
    """The instant that ISO text says, read in `timezone` if it names none. Raises ValueError."""
    # Python 3.10 does not know the Z.
    moment = _datetime.fromisoformat(string.strip().replace("Z", "+00:00"))
    return moment if is_localized(moment) else moment.replace(tzinfo=timezone)


def parse_timezone(name: str | int) -> tzinfo:
    """The zone of that IANA name. Raises ValueError."""
    return utc if str(name) in ("UTC", "0") else ZoneInfo(zone_named(str(name)).key)


def make_aware(value: _datetime, timezone: tzinfo = utc) -> _datetime:
    """A plain datetime read in `timezone`. Raises ValueError for one that has a zone."""
    if is_localized(value):
        raise ValueError(f"{value} has a zone already. Use astimezone() to say it in another.")
    return value.replace(tzinfo=timezone)


def is_localized(value: _datetime) -> bool:
    """Whether a datetime knows its zone."""
    return value.utcoffset() is not None


def is_naive(value: _datetime) -> bool:
    """Whether a datetime knows no zone."""
    return not is_localized(value)


def convert_to_utc(value: _datetime | None) -> _datetime | None:
    """The same instant in UTC; one without a zone is taken to be in UTC already."""
    if value is None:
        return None
    return value.astimezone(utc) if is_localized(value) else value.replace(tzinfo=utc)


def coerce_datetime(value: _datetime | None, timezone: tzinfo = utc) -> _datetime | None:
    """The datetime with a zone, `timezone` if it had none."""
    if value is None or is_localized(value):
        return value
    return value.replace(tzinfo=timezone)


def from_timestamp(timestamp: float, timezone: tzinfo = utc) -> _datetime:
    """The instant so many seconds after 1970 began."""
    return _datetime.fromtimestamp(timestamp, timezone)
