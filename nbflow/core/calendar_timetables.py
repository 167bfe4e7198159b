"""Timetables that go by the calendar or the clock: cron, several crons, a span of time, given
moments, once, one after the other, and never.

Frozen values that know no clock. What cron means in a zone is `cron.py`'s.
"""

from __future__ import annotations

from abc import abstractmethod
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta, tzinfo
from typing import Any, ClassVar, cast

from nbflow.core.cron import CronExpression
from nbflow.core.cron_words import in_words
from nbflow.core.errors import Problem
from nbflow.core.json import Json, JsonObject
from nbflow.core.timetable import (
    BAD_SCHEDULE,
    INSTANT,
    DagRunInfo,
    DataInterval,
    ScheduleError,
    Timetable,
    reaches,
    run_without_data,
    until,
)
from nbflow.core.zones import as_utc

_SHORTEST_DELTA = timedelta(seconds=1)
_LONGEST_DELTA = timedelta(days=36_525)


class TickTimetable(Timetable):
    """A run at every tick of some sequence.

    A run covers the time since the tick before it and its logical date is the tick. With an
    `interval` it covers just that much before the tick and is named by the start of that. If it is
    `named_by_start`, it is due at the tick after the one that names it, and covers the time
    between the two.
    """

    interval: timedelta | None = None
    named_by_start: ClassVar[bool] = False

    @abstractmethod
    def tick_after(self, instant: datetime) -> datetime | None:
        """The first tick later than `instant`."""

    @abstractmethod
    def tick_until(self, instant: datetime) -> datetime | None:
        """The last tick not later than `instant`."""

    def next_run(
        self, after: datetime | None, earliest: datetime, latest: datetime | None
    ) -> DagRunInfo | None:
        start = as_utc(earliest) - INSTANT  # a tick exactly at `earliest` counts
        if after is not None:
            start = max(as_utc(after) + (self.interval or timedelta()), start)
        tick = self.tick_after(start)
        return self._run(tick) if tick is not None and reaches(tick, latest) else None

    def latest_run(
        self, now: datetime, earliest: datetime, latest: datetime | None
    ) -> DagRunInfo | None:
        reached: datetime | None = as_utc(now)
        if self.named_by_start:
            tick = self.tick_until(as_utc(now))
            reached = None if tick is None else tick - INSTANT
        tick = None if reached is None else self.tick_until(until(reached, latest))
        return self._run(tick) if tick is not None and tick >= earliest else None

    def _run(self, tick: datetime) -> DagRunInfo | None:
        if self.named_by_start:
            end = self.tick_after(tick)
            return None if end is None else DagRunInfo(tick, DataInterval(tick, end), end)
        if self.interval is not None:
            start = tick - self.interval
            return DagRunInfo(start, DataInterval(start, tick), tick)
        before = self.tick_until(tick - INSTANT)
        return DagRunInfo(tick, DataInterval(tick if before is None else before, tick), tick)


@dataclass(frozen=True)
class CronTimetable(TickTimetable):
    """A run at every tick of a cron expression, covering the time since the tick before it.

    With an `interval` it covers that much before the tick instead, and its logical date is the
    start of it. A DAG without a start date begins with the first tick after it became known; with
    `run_immediately` with the one before that (a timedelta: if that was so recent). Raises
    CronError when the expression or the IANA zone is not understood.
    """

    cron: str
    timezone: str = "UTC"
    interval: timedelta | None = field(default=None, kw_only=True)
    run_immediately: bool | timedelta = field(default=False, kw_only=True)
    expression: CronExpression = field(init=False, repr=False, compare=False)
    kind: ClassVar[str] = "cron"

    def __post_init__(self) -> None:
        object.__setattr__(self, "timezone", _zone_name(self.timezone))
        object.__setattr__(self, "expression", CronExpression(self.cron, self.timezone))

    def tick_after(self, instant: datetime) -> datetime | None:
        return self.expression.next_after(instant)

    def tick_until(self, instant: datetime) -> datetime | None:
        return self.expression.previous_at_or_before(instant)

    def first_start(self, known_since: datetime) -> datetime:
        return _first_start(self, known_since, self.run_immediately)

    def runs(self, start: datetime, limit: int) -> list[DagRunInfo]:
        """The first `limit` runs from `start` on, inclusive, as catch-up would create them."""
        found: list[DagRunInfo] = []
        info = self.next_run(None, start, None)
        while info is not None and len(found) < limit:
            found.append(info)
            info = self.next_run(info.logical_date, start, None)
        return found

    def describe(self) -> str:
        return f"{in_words(self.expression)}, {self.timezone}"

    def to_json(self) -> dict[str, Json]:
        about: dict[str, Json] = {"kind": self.kind, "cron": self.cron, "timezone": self.timezone}
        return {**about, **_trigger_settings(self.interval, self.run_immediately)}

    @classmethod
    def from_json(cls, data: JsonObject) -> CronTimetable:
        return cls(str(data["cron"]), str(data["timezone"]), **_read_trigger_settings(data))


class CronTriggerTimetable(CronTimetable):
    """A run at every tick of a cron expression that covers no data, or, with an `interval`, that
    much before the tick.
    """

    def __init__(
        self,
        cron: str,
        timezone: str | tzinfo = "UTC",
        *,
        interval: timedelta = timedelta(),
        run_immediately: bool | timedelta = False,
    ) -> None:
        super().__init__(
            cron, _zone_name(timezone), interval=interval, run_immediately=run_immediately
        )


class CronDataIntervalTimetable(CronTimetable):
    """A run for each span between two ticks, due at its end and named by its start."""

    kind: ClassVar[str] = "cron_data_interval"
    named_by_start: ClassVar[bool] = True

    def __init__(self, cron: str, timezone: str | tzinfo = "UTC") -> None:
        super().__init__(cron, _zone_name(timezone))

    @classmethod
    def from_json(cls, data: JsonObject) -> CronDataIntervalTimetable:
        return cls(str(data["cron"]), str(data["timezone"]))


@dataclass(frozen=True)
class MultipleCronTimetable(TickTimetable):
    """A run at every tick of any of several cron expressions; otherwise as `CronTimetable`."""

    crons: tuple[str, ...]
    timezone: str = "UTC"
    interval: timedelta | None = field(default=None, kw_only=True)
    run_immediately: bool | timedelta = field(default=False, kw_only=True)
    expressions: tuple[CronExpression, ...] = field(init=False, repr=False, compare=False)
    kind: ClassVar[str] = "crons"

    def __post_init__(self) -> None:
        if not self.crons:
            fix = "Name one, for example schedule=['0 6 * * *', '0 18 * * 1-5']."
            raise ScheduleError([Problem(BAD_SCHEDULE, "The schedule is an empty list.", fix)])
        object.__setattr__(self, "timezone", _zone_name(self.timezone))
        made = tuple(CronExpression(cron, self.timezone) for cron in self.crons)
        object.__setattr__(self, "expressions", made)

    def tick_after(self, instant: datetime) -> datetime | None:
        ticks = (expression.next_after(instant) for expression in self.expressions)
        return min((tick for tick in ticks if tick is not None), default=None)

    def tick_until(self, instant: datetime) -> datetime | None:
        ticks = (expression.previous_at_or_before(instant) for expression in self.expressions)
        return max((tick for tick in ticks if tick is not None), default=None)

    def first_start(self, known_since: datetime) -> datetime:
        return _first_start(self, known_since, self.run_immediately)

    def describe(self) -> str:
        return f"{'; '.join(map(in_words, self.expressions))}, {self.timezone}"

    def to_json(self) -> dict[str, Json]:
        about = {"kind": self.kind, "crons": list(self.crons), "timezone": self.timezone}
        return {**about, **_trigger_settings(self.interval, self.run_immediately)}

    @classmethod
    def from_json(cls, data: JsonObject) -> MultipleCronTimetable:
        crons = tuple(map(str, cast("Sequence[str]", data["crons"])))
        return cls(crons, str(data["timezone"]), **_read_trigger_settings(data))


class MultipleCronTriggerTimetable(MultipleCronTimetable):
    """As `CronTriggerTimetable`, at the ticks of several cron expressions."""

    def __init__(
        self,
        *crons: str,
        timezone: str | tzinfo = "UTC",
        interval: timedelta = timedelta(),
        run_immediately: bool | timedelta = False,
    ) -> None:
        super().__init__(
            crons, _zone_name(timezone), interval=interval, run_immediately=run_immediately
        )


@dataclass(frozen=True)
class EventsTimetable(TickTimetable):
    """A run at each of the given moments, which are aware datetimes; they cover no data.

    `restrict_to_events` is taken for the sake of Airflow's files: runs by hand are made when they
    are asked for. `description` stands where the schedule is shown.
    """

    event_dates: tuple[datetime, ...]
    restrict_to_events: bool = False
    presorted: bool = field(default=False, compare=False)
    description: str | None = None
    interval: ClassVar[timedelta] = timedelta()  # type: ignore[misc]  # fixed for this kind
    kind: ClassVar[str] = "events"

    def __init__(
        self,
        event_dates: Iterable[datetime],
        restrict_to_events: bool = False,
        presorted: bool = False,
        description: str | None = None,
    ) -> None:
        try:
            moments = tuple(sorted({as_utc(moment) for moment in event_dates}))
        except (ValueError, AttributeError, TypeError) as error:
            message = f"The events of the timetable are not all aware datetimes: {error}"
            fix = "Use datetime(2026, 1, 31, 6, tzinfo=timezone.utc) and the like."
            raise ScheduleError([Problem(BAD_SCHEDULE, message, fix)]) from error
        object.__setattr__(self, "event_dates", moments)
        object.__setattr__(self, "restrict_to_events", restrict_to_events)
        object.__setattr__(self, "presorted", presorted)
        object.__setattr__(self, "description", description)

    def tick_after(self, instant: datetime) -> datetime | None:
        place = bisect_right(self.event_dates, as_utc(instant))
        return self.event_dates[place] if place < len(self.event_dates) else None

    def tick_until(self, instant: datetime) -> datetime | None:
        place = bisect_right(self.event_dates, as_utc(instant))
        return self.event_dates[place - 1] if place else None

    def describe(self) -> str:
        count = len(self.event_dates)
        return self.description or f"At {count} given {'moment' if count == 1 else 'moments'}"

    def to_json(self) -> dict[str, Json]:
        return {
            "kind": self.kind,
            "events": [moment.isoformat() for moment in self.event_dates],
            "description": self.description,
        }

    @classmethod
    def from_json(cls, data: JsonObject) -> EventsTimetable:
        moments = map(datetime.fromisoformat, cast("Sequence[str]", data["events"]))
        return cls(moments, description=cast("str | None", data.get("description")))


def _zone_name(zone: str | tzinfo) -> str:
    """The IANA name of a zone object, or the text as it is."""
    name = getattr(zone, "key", None) or getattr(zone, "zone", None) or getattr(zone, "name", None)
    return name if isinstance(name, str) else str(zone)


def _first_start(
    timetable: TickTimetable, known_since: datetime, immediately: bool | timedelta
) -> datetime:
    tick = timetable.tick_until(known_since) if immediately is not False else None
    if tick is None:
        return known_since
    recent = immediately is True or as_utc(known_since) - tick <= cast("timedelta", immediately)
    return tick if recent else known_since


def _trigger_settings(interval: timedelta | None, immediately: bool | timedelta) -> dict[str, Json]:
    """Only what was set, so that a plain schedule stays plain."""
    settings: dict[str, Json] = {}
    if interval is not None:
        settings["interval"] = interval.total_seconds()
    if isinstance(immediately, timedelta):
        settings["run_immediately"] = immediately.total_seconds()
    elif immediately:
        settings["run_immediately"] = True
    return settings


def _read_trigger_settings(data: JsonObject) -> dict[str, Any]:  # keyword arguments
    interval, immediately = data.get("interval"), data.get("run_immediately", False)
    return {
        "interval": None if interval is None else timedelta(seconds=cast("float", interval)),
        "run_immediately": immediately
        if isinstance(immediately, bool)
        else timedelta(seconds=cast("float", immediately)),
    }


@dataclass(frozen=True)
class DeltaTimetable(Timetable):
    """A run at the start date and then every `delta` of elapsed time, each covering the last one.

    In a zone with daylight saving the wall time therefore moves; cron keeps it. `interval` is how
    much before it a run covers, `delta` by default. Raises ScheduleError for less than a second or
    more than a century.
    """

    delta: timedelta
    interval: timedelta | None = field(default=None, kw_only=True)
    kind: ClassVar[str] = "delta"
    named_by_start: ClassVar[bool] = False

    def __post_init__(self) -> None:
        if not _SHORTEST_DELTA <= self.delta <= _LONGEST_DELTA:
            message = f"The schedule timedelta is {self.delta.total_seconds():g} seconds."
            fix = "Use at least a second and at most a century, for example timedelta(hours=1)."
            raise ScheduleError([Problem(BAD_SCHEDULE, message, fix)])

    def next_run(
        self, after: datetime | None, earliest: datetime, latest: datetime | None
    ) -> DagRunInfo | None:
        anchor = as_utc(earliest)
        last = None if after is None else as_utc(after) + (self.interval or timedelta())
        steps = 0 if last is None else max(0, (last - anchor) // self.delta + 1)
        tick = anchor + steps * self.delta
        return self._run(tick) if reaches(tick, latest) else None

    def latest_run(
        self, now: datetime, earliest: datetime, latest: datetime | None
    ) -> DagRunInfo | None:
        anchor = as_utc(earliest)
        reached = as_utc(now) - (self.delta if self.named_by_start else timedelta())
        steps = (until(reached, latest) - anchor) // self.delta
        return self._run(anchor + steps * self.delta) if steps >= 0 else None

    def _run(self, tick: datetime) -> DagRunInfo:
        if self.named_by_start:
            return DagRunInfo(tick, DataInterval(tick, tick + self.delta), tick + self.delta)
        if self.interval is not None:
            start = tick - self.interval
            return DagRunInfo(start, DataInterval(start, tick), tick)
        return DagRunInfo(tick, DataInterval(tick - self.delta, tick), tick)

    def describe(self) -> str:
        return f"Every {duration(self.delta)}"

    def to_json(self) -> dict[str, Json]:
        about: dict[str, Json] = {"kind": self.kind, "seconds": self.delta.total_seconds()}
        return {**about, **_trigger_settings(self.interval, False)}

    @classmethod
    def from_json(cls, data: JsonObject) -> DeltaTimetable:
        interval = _read_trigger_settings(data)["interval"]
        return cls(timedelta(seconds=cast("float", data["seconds"])), interval=interval)


class DeltaTriggerTimetable(DeltaTimetable):
    """A run every `delta` that covers no data, or, with an `interval`, that much before it."""

    def __init__(self, delta: timedelta, *, interval: timedelta = timedelta()) -> None:
        super().__init__(delta, interval=interval)


class DeltaDataIntervalTimetable(DeltaTimetable):
    """A run for each `delta` from the start date on, due at its end and named by its start."""

    kind: ClassVar[str] = "delta_data_interval"
    named_by_start: ClassVar[bool] = True

    def __init__(self, delta: timedelta) -> None:
        super().__init__(delta)

    @classmethod
    def from_json(cls, data: JsonObject) -> DeltaDataIntervalTimetable:
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
        return run_without_data(tick) if is_to_come and reaches(tick, latest) else None

    def latest_run(
        self, now: datetime, earliest: datetime, latest: datetime | None
    ) -> DagRunInfo | None:
        return self.next_run(None, earliest, until(now, latest))

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
        return run_without_data(tick) if reaches(tick, latest) else None

    def latest_run(
        self, now: datetime, earliest: datetime, latest: datetime | None
    ) -> DagRunInfo | None:
        tick = until(now, latest)
        return run_without_data(tick) if tick >= earliest else None

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


_UNITS = (("day", 86_400), ("hour", 3_600), ("minute", 60))


def duration(delta: timedelta) -> str:
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
