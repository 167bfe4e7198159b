"""Timetables: when a DAG's runs are due, and which data each run covers.

A timetable is a frozen value; it knows no clock, so `now` comes in by the hand. `due_runs` decides
what to create for missed ticks, `next_due` when to look again. What cron means in a zone is
`cron.py`'s; limits and overlap of runs are decided where runs are created.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import islice
from typing import ClassVar, cast

from nbflow.core.cron import CronExpression
from nbflow.core.cron_words import in_words
from nbflow.core.errors import DefinitionError, Problem
from nbflow.core.json import Json, JsonObject
from nbflow.core.zones import ZoneError, as_utc, zone_named

BAD_SCHEDULE = "NBF303"

_INSTANT = timedelta(microseconds=1)  # the least that two datetimes can differ by
_SHORTEST_DELTA = timedelta(seconds=1)
_LONGEST_DELTA = timedelta(days=36_525)


class ScheduleError(DefinitionError, ValueError):
    """A schedule is of no known kind, or its interval is no interval."""


@dataclass(frozen=True)
class DataInterval:
    """The half-open span of time [start, end) whose data a run covers."""

    start: datetime
    end: datetime

    def __post_init__(self) -> None:
        object.__setattr__(self, "start", as_utc(self.start))
        object.__setattr__(self, "end", as_utc(self.end))
        if self.end < self.start:
            raise ValueError(f"A data interval cannot end ({self.end}) before it starts.")


@dataclass(frozen=True)
class DagRunInfo:
    """A run that a timetable asks for: its identity in time, its data, and when it is due."""

    logical_date: datetime
    data_interval: DataInterval
    run_after: datetime


class Timetable(ABC):
    """When runs are due. `earliest` and `latest` are inclusive bounds on the logical date.

    All datetimes are aware, and UTC where they come out. A subclass is a frozen dataclass; `kind`
    names it in JSON. `follows_previous_run` marks one whose next run depends on when the previous
    run ended, and not on the calendar: pass that instant as `after`.
    """

    kind: ClassVar[str]
    follows_previous_run: ClassVar[bool] = False

    @abstractmethod
    def next_run(
        self, after: datetime | None, earliest: datetime, latest: datetime | None
    ) -> DagRunInfo | None:
        """The first run with a logical date later than `after`, or None."""

    @abstractmethod
    def latest_run(
        self, now: datetime, earliest: datetime, latest: datetime | None
    ) -> DagRunInfo | None:
        """The last run that is due at `now`, or None."""

    @abstractmethod
    def describe(self) -> str:
        """The schedule in plain words."""

    def to_json(self) -> dict[str, Json]:
        """`{"kind": ...}` and the settings, to be read by `timetable_from_json`."""
        return {"kind": self.kind}

    @classmethod
    def from_json(cls, data: JsonObject) -> Timetable:  # noqa: ARG003 - here are no settings yet
        """The timetable that `to_json` wrote; a kind with settings overrides both."""
        return cls()


@dataclass(frozen=True)
class CronTimetable(Timetable):
    """A run at every tick of a cron expression, covering the time since the tick before it.

    Raises CronError when the expression or the IANA zone is not understood.
    """

    cron: str
    timezone: str = "UTC"
    expression: CronExpression = field(init=False, repr=False, compare=False)
    kind: ClassVar[str] = "cron"

    def __post_init__(self) -> None:
        object.__setattr__(self, "expression", CronExpression(self.cron, self.timezone))

    def next_run(
        self, after: datetime | None, earliest: datetime, latest: datetime | None
    ) -> DagRunInfo | None:
        start = as_utc(earliest) - _INSTANT  # a tick exactly at `earliest` counts
        tick = self.expression.next_after(start if after is None else max(as_utc(after), start))
        return self._run(tick) if tick is not None and _reaches(tick, latest) else None

    def latest_run(
        self, now: datetime, earliest: datetime, latest: datetime | None
    ) -> DagRunInfo | None:
        tick = self.expression.previous_at_or_before(_until(now, latest))
        return self._run(tick) if tick is not None and tick >= earliest else None

    def runs(self, start: datetime, limit: int) -> list[DagRunInfo]:
        """The first `limit` runs from `start` on, inclusive, as catch-up would create them."""
        found: list[DagRunInfo] = []
        info = self.next_run(None, start, None)
        while info is not None and len(found) < limit:
            found.append(info)
            info = self.next_run(info.logical_date, start, None)
        return found

    def _run(self, tick: datetime) -> DagRunInfo:
        before = self.expression.previous_at_or_before(tick - _INSTANT)
        return DagRunInfo(tick, DataInterval(tick if before is None else before, tick), tick)

    def describe(self) -> str:
        return f"{in_words(self.expression)}, {self.timezone}"

    def to_json(self) -> dict[str, Json]:
        return {"kind": self.kind, "cron": self.cron, "timezone": self.timezone}

    @classmethod
    def from_json(cls, data: JsonObject) -> CronTimetable:
        return cls(str(data["cron"]), str(data["timezone"]))


@dataclass(frozen=True)
class DeltaTimetable(Timetable):
    """A run at the start date and then every `delta` of elapsed time, each covering the last one.

    In a zone with daylight saving the wall time therefore moves; cron keeps it. Raises
    ScheduleError for less than a second or more than a century.
    """

    delta: timedelta
    kind: ClassVar[str] = "delta"

    def __post_init__(self) -> None:
        if not _SHORTEST_DELTA <= self.delta <= _LONGEST_DELTA:
            message = f"The schedule timedelta is {self.delta.total_seconds():g} seconds."
            fix = "Use at least a second and at most a century, for example timedelta(hours=1)."
            raise ScheduleError([Problem(BAD_SCHEDULE, message, fix)])

    def next_run(
        self, after: datetime | None, earliest: datetime, latest: datetime | None
    ) -> DagRunInfo | None:
        anchor = as_utc(earliest)
        steps = 0 if after is None else max(0, (as_utc(after) - anchor) // self.delta + 1)
        tick = anchor + steps * self.delta
        return self._run(tick) if _reaches(tick, latest) else None

    def latest_run(
        self, now: datetime, earliest: datetime, latest: datetime | None
    ) -> DagRunInfo | None:
        anchor = as_utc(earliest)
        steps = (_until(now, latest) - anchor) // self.delta
        return self._run(anchor + steps * self.delta) if steps >= 0 else None

    def _run(self, tick: datetime) -> DagRunInfo:
        return DagRunInfo(tick, DataInterval(tick - self.delta, tick), tick)

    def describe(self) -> str:
        return f"Every {_duration(self.delta)}"

    def to_json(self) -> dict[str, Json]:
        return {"kind": self.kind, "seconds": self.delta.total_seconds()}

    @classmethod
    def from_json(cls, data: JsonObject) -> DeltaTimetable:
        return cls(timedelta(seconds=cast("float", data["seconds"])))


@dataclass(frozen=True)
class OnceTimetable(Timetable):
    """One run, at the start date."""

    kind: ClassVar[str] = "once"

    def next_run(
        self, after: datetime | None, earliest: datetime, latest: datetime | None
    ) -> DagRunInfo | None:
        tick = as_utc(earliest)
        is_to_come = after is None or as_utc(after) < tick
        return _run_without_data(tick) if is_to_come and _reaches(tick, latest) else None

    def latest_run(
        self, now: datetime, earliest: datetime, latest: datetime | None
    ) -> DagRunInfo | None:
        return self.next_run(None, earliest, _until(now, latest))

    def describe(self) -> str:
        return "Once, at the start date"


@dataclass(frozen=True)
class ContinuousTimetable(Timetable):
    """A run from the start date on as soon as the one before it has ended."""

    kind: ClassVar[str] = "continuous"
    follows_previous_run: ClassVar[bool] = True

    def next_run(
        self, after: datetime | None, earliest: datetime, latest: datetime | None
    ) -> DagRunInfo | None:
        tick = as_utc(earliest) if after is None else max(as_utc(after), as_utc(earliest))
        return _run_without_data(tick) if _reaches(tick, latest) else None

    def latest_run(
        self, now: datetime, earliest: datetime, latest: datetime | None
    ) -> DagRunInfo | None:
        tick = _until(now, latest)
        return _run_without_data(tick) if tick >= earliest else None

    def describe(self) -> str:
        return "Continuously, each run when the one before it has ended"


@dataclass(frozen=True)
class NoTimetable(Timetable):
    """No schedule: runs are triggered by people or other DAGs only."""

    kind: ClassVar[str] = "none"

    def next_run(
        self,
        after: datetime | None,
        earliest: datetime,
        latest: datetime | None,
    ) -> DagRunInfo | None:
        return None

    def latest_run(
        self,
        now: datetime,
        earliest: datetime,
        latest: datetime | None,
    ) -> DagRunInfo | None:
        return None

    def describe(self) -> str:
        return "No schedule"


def _reaches(tick: datetime, latest: datetime | None) -> bool:
    return latest is None or tick <= latest


def _until(now: datetime, latest: datetime | None) -> datetime:
    return as_utc(now) if latest is None else min(as_utc(now), as_utc(latest))


def _run_without_data(tick: datetime) -> DagRunInfo:
    return DagRunInfo(tick, DataInterval(tick, tick), tick)


_UNITS = (("day", 86_400), ("hour", 3_600), ("minute", 60))


def _duration(delta: timedelta) -> str:
    """'1 hour 30 minutes'; a single unit stands alone: 'Every day'."""
    rest = delta.total_seconds()
    words: list[tuple[int | float, str]] = []
    for unit, seconds in _UNITS:
        count, rest = divmod(rest, seconds)
        words.append((int(count), unit))
    words.append((int(rest) if rest.is_integer() else rest, "second"))
    told = [(count, unit) for count, unit in words if count]
    if len(told) == 1 and told[0][0] == 1:
        return told[0][1]
    return " ".join(f"{count} {unit}{'' if count == 1 else 's'}" for count, unit in told)


# --- from what a person writes, and from JSON -----------------------------------------------------

KINDS: Mapping[str, type[Timetable]] = {
    timetable.kind: timetable
    for timetable in (
        CronTimetable,
        DeltaTimetable,
        OnceTimetable,
        ContinuousTimetable,
        NoTimetable,
    )
}


def timetable_from(
    schedule: str | timedelta | Timetable | None, timezone: str = "UTC"
) -> Timetable:
    """The timetable that a `schedule` and a `timezone` of a DAG mean.

    Strings are cron expressions, presets, `@once` or `@continuous`. Raises a DefinitionError that
    is also a ValueError (CronError, ZoneError, ScheduleError) with everything that is wrong.
    """
    if isinstance(schedule, str) and schedule.strip().lower() not in _NAMED:
        return CronTimetable(schedule, timezone)
    problems: list[Problem] = []
    timetable: Timetable = NoTimetable()
    try:
        timetable = _without_zone(schedule)
    except ScheduleError as error:
        problems += error.problems
    try:
        zone_named(timezone)
    except ZoneError as error:
        problems += error.problems
    if problems:
        raise ScheduleError(problems)
    return timetable


_NAMED: Mapping[str, Timetable] = {"@once": OnceTimetable(), "@continuous": ContinuousTimetable()}


def _without_zone(schedule: object) -> Timetable:
    if isinstance(schedule, Timetable):
        return schedule
    if schedule is None:
        return NoTimetable()
    if isinstance(schedule, timedelta):
        return DeltaTimetable(schedule)
    if isinstance(schedule, str):
        return _NAMED[schedule.strip().lower()]
    message = f"A schedule cannot be {schedule!r}."
    fix = "Use a cron expression, '@once', '@continuous', a timedelta, a timetable or None."
    raise ScheduleError([Problem(BAD_SCHEDULE, message, fix)])


def timetable_from_json(
    data: JsonObject, kinds: Mapping[str, type[Timetable]] = KINDS
) -> Timetable:
    """The timetable that `to_json` wrote. Raises ScheduleError for a kind not among `kinds`."""
    kind = data.get("kind")
    timetable = kinds.get(kind) if isinstance(kind, str) else None
    if timetable is None:
        message = f"The timetable kind {kind!r} is not known."
        fix = f"Install what provides it, or use one of {', '.join(sorted(kinds))}."
        raise ScheduleError([Problem(BAD_SCHEDULE, message, fix)])
    return timetable.from_json(data)


# --- what is due ----------------------------------------------------------------------------------


def due_runs(
    timetable: Timetable,
    last_logical: datetime | None,
    start: datetime,
    end: datetime | None,
    now: datetime,
    *,
    catchup: bool | int,
    limit: int,
    last_ended: datetime | None = None,
) -> list[DagRunInfo]:
    """The runs to create at `now`, oldest first, at most `limit`.

    `last_logical` is the logical date of the newest scheduled run, `start` and `end` bound the DAG
    (both inclusive). Of the missed ticks, `catchup` False takes the latest, True all, a number that
    many of the latest. `last_ended` is when the newest scheduled run ended, None while it has not;
    only a timetable that follows the previous run needs it. Raises ValueError for a number below 1.
    """
    if catchup is not False and catchup < 1:
        raise ValueError(f"catchup is {catchup}. Use True, False or a number from 1.")
    if limit < 1:
        return []
    if timetable.follows_previous_run:
        return _following(timetable, last_logical, last_ended, start, _until(now, end))
    if catchup is True:
        missed = _missed_forwards(timetable, last_logical, start, _until(now, end))
        return list(islice(missed, limit))
    backwards = _missed_backwards(timetable, last_logical, start, _until(now, end))
    latest = list(islice(backwards, int(catchup) or 1))
    return latest[::-1][:limit]


def _missed_forwards(
    timetable: Timetable, last_logical: datetime | None, start: datetime, until: datetime
) -> Iterator[DagRunInfo]:
    info = timetable.next_run(last_logical, start, until)
    while info is not None and info.run_after <= until:
        yield info
        info = timetable.next_run(info.logical_date, start, until)


def _missed_backwards(
    timetable: Timetable, last_logical: datetime | None, start: datetime, until: datetime
) -> Iterator[DagRunInfo]:
    info = timetable.latest_run(until, start, None)
    while info is not None and (last_logical is None or info.logical_date > last_logical):
        yield info
        info = timetable.latest_run(info.run_after - _INSTANT, start, None)


def _following(
    timetable: Timetable,
    last_logical: datetime | None,
    last_ended: datetime | None,
    start: datetime,
    until: datetime,
) -> list[DagRunInfo]:
    if last_logical is None:
        info = timetable.next_run(None, start, until)
        return [info] if info is not None else []
    if last_ended is None:
        return []
    # A run that ended within the clock's resolution must still not share its successor's date.
    ended = max(as_utc(last_ended), as_utc(last_logical) + _INSTANT)
    info = timetable.next_run(ended, start, until)
    if info is None:
        return []
    covers = DataInterval(last_logical, max(info.logical_date, as_utc(last_logical)))
    return [replace(info, data_interval=covers)]


def next_due(
    timetable: Timetable,
    last_logical: datetime | None,
    start: datetime,
    end: datetime | None,
    now: datetime,
    *,
    catchup: bool | int,
    last_ended: datetime | None = None,
) -> datetime | None:
    """When a run is due next: not after `now` if one is due already, None if none will ever be.

    A timetable that follows the previous run is due when that run ends: None until then.
    """
    due = due_runs(
        timetable, last_logical, start, end, now, catchup=catchup, limit=1, last_ended=last_ended
    )
    if due:
        return due[0].run_after
    if timetable.follows_previous_run:
        awaited = last_logical is not None and last_ended is None
        info = None if awaited else timetable.next_run(last_ended, start, end)
    else:
        reached = now if last_logical is None else max(as_utc(now), as_utc(last_logical))
        info = timetable.next_run(reached, start, end)
    return None if info is None else info.run_after
