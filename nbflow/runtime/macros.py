"""What templates may call: `macros` and the filters, under Airflow's names.

Only functions and plain values are within reach: a module would hand the sandbox whatever it has
imported itself.
"""

from __future__ import annotations

import json
import random
import time
import uuid
from collections.abc import Mapping
from datetime import date, datetime, timedelta, timezone
from functools import cached_property, lru_cache
from types import SimpleNamespace


def ds(moment: datetime) -> str:
    """2026-03-01"""
    return moment.strftime("%Y-%m-%d")


def ds_nodash(moment: datetime) -> str:
    """20260301"""
    return moment.strftime("%Y%m%d")


def ts(moment: datetime) -> str:
    """2026-03-01T06:00:00+00:00"""
    return moment.isoformat()


def ts_nodash(moment: datetime) -> str:
    """20260301T060000"""
    return moment.strftime("%Y%m%dT%H%M%S")


def ts_nodash_with_tz(moment: datetime) -> str:
    """20260301T060000+0000"""
    return moment.strftime("%Y%m%dT%H%M%S%z")


def dates(moment: datetime) -> Mapping[str, str]:
    """`moment` in all the forms that templates offer, by name."""
    # The same instant in another zone equals it, and reads differently.
    return _dates(moment, moment.utcoffset())


# The tasks of a run share theirs.
@lru_cache(maxsize=64)
def _dates(moment: datetime, _offset: timedelta | None) -> Mapping[str, str]:
    return {
        "ds": ds(moment),
        "ds_nodash": ds_nodash(moment),
        "ts": ts(moment),
        "ts_nodash": ts_nodash(moment),
        "ts_nodash_with_tz": ts_nodash_with_tz(moment),
    }


def ds_add(day: str, days: int) -> str:
    """The date so many days later, or earlier if `days` is negative."""
    return ds(datetime.fromisoformat(day) + timedelta(days=days))


def ds_format(day: str, input_format: str, output_format: str) -> str:
    """A date in another format."""
    return datetime.strptime(day, input_format).strftime(output_format)  # noqa: DTZ007 - a date


_UNITS = (
    ("year", 365 * 86400),
    ("month", 30 * 86400),
    ("week", 7 * 86400),
    ("day", 86400),
    ("hour", 3600),
    ("minute", 60),
    ("second", 1),
)


def datetime_diff_for_humans(moment: date, since: date | None = None) -> str:
    """`2 days ago`, `in 3 hours`; with `since` it is `2 days before`, `3 hours after`."""
    end = datetime.now(timezone.utc) if since is None else _moment(since)
    seconds = (_moment(moment) - end).total_seconds()
    unit, size = next(((u, s) for u, s in _UNITS if abs(seconds) >= s), _UNITS[-1])
    count = int(abs(seconds) // size)
    words = f"{count} {unit}{'' if count == 1 else 's'}"
    if since is not None:
        return f"{words} {'before' if seconds < 0 else 'after'}"
    return f"{words} ago" if seconds < 0 else f"in {words}"


def _moment(given: date) -> datetime:
    moment = given if isinstance(given, datetime) else datetime(given.year, given.month, given.day)  # noqa: DTZ001 - it gets one below
    return moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)


class _Macros(SimpleNamespace):
    """The macros; `dateutil` is imported when a template asks for it."""

    @cached_property
    def dateutil(self) -> SimpleNamespace:
        from dateutil import parser, relativedelta, tz  # noqa: PLC0415 - see above

        return SimpleNamespace(
            relativedelta=SimpleNamespace(relativedelta=relativedelta.relativedelta),
            parser=SimpleNamespace(parse=parser.parse, isoparse=parser.isoparse),
            tz=SimpleNamespace(gettz=tz.gettz, tzutc=tz.tzutc, UTC=tz.UTC),
        )


MACROS = _Macros(
    ds_add=ds_add,
    ds_format=ds_format,
    datetime=datetime,
    timedelta=timedelta,
    datetime_diff_for_humans=datetime_diff_for_humans,
    json=SimpleNamespace(dumps=json.dumps, loads=json.loads),
    random=random.random,
    time=SimpleNamespace(
        time=time.time,
        gmtime=time.gmtime,
        localtime=time.localtime,
        strftime=time.strftime,
        strptime=time.strptime,
        mktime=time.mktime,
    ),
    uuid=SimpleNamespace(
        UUID=uuid.UUID,
        uuid1=uuid.uuid1,
        uuid3=uuid.uuid3,
        uuid4=uuid.uuid4,
        uuid5=uuid.uuid5,
        NAMESPACE_DNS=uuid.NAMESPACE_DNS,
        NAMESPACE_URL=uuid.NAMESPACE_URL,
    ),
)
FILTERS = {
    "ds": ds,
    "ds_nodash": ds_nodash,
    "ts": ts,
    "ts_nodash": ts_nodash,
    "ts_nodash_with_tz": ts_nodash_with_tz,
}
