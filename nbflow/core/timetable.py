"""What a timetable is: it says when a DAG's runs are due, and which data each run covers.

The kinds are in `calendar_timetables.py` and `asset_timetables.py`, what is due at a moment in
`due.py`; `timetables.py` reads them from what a person writes and from JSON.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar

from nbflow.core.errors import DefinitionError
from nbflow.core.json import Json, JsonObject
from nbflow.core.zones import as_utc

BAD_SCHEDULE = "NBF303"

INSTANT = timedelta(microseconds=1)
"""The least that two datetimes can differ by."""


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

    @classmethod
    def exact(cls, at: datetime) -> DataInterval:
        """No time at all, at this moment."""
        return cls(at, at)


@dataclass(frozen=True)
class DagRunInfo:
    """A run that a timetable asks for: its identity in time, its data, and when it is due."""

    logical_date: datetime
    data_interval: DataInterval
    run_after: datetime

    @classmethod
    def interval(cls, start: datetime, end: datetime) -> DagRunInfo:
        """A run named by the start of its data and due at the end."""
        return cls(start, DataInterval(start, end), end)

    @classmethod
    def exact(cls, run_after: datetime) -> DagRunInfo:
        """A run at this moment that covers no data."""
        return cls(run_after, DataInterval.exact(run_after), run_after)


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

    def first_start(self, known_since: datetime) -> datetime:
        """From when on runs count for a DAG without a start date, known since that instant."""
        return known_since

    def to_json(self) -> dict[str, Json]:
        """`{"kind": ...}` and the settings, to be read by `timetable_from_json`."""
        return {"kind": self.kind}

    @classmethod
    def from_json(cls, data: JsonObject) -> Timetable:  # noqa: ARG003 - here are no settings yet
        """The timetable that `to_json` wrote; a kind with settings overrides both."""
        return cls()


def reaches(tick: datetime, latest: datetime | None) -> bool:
    """Whether a bound leaves room for `tick`."""
    return latest is None or tick <= latest


def until(now: datetime, latest: datetime | None) -> datetime:
    """The earlier of the two."""
    return as_utc(now) if latest is None else min(as_utc(now), as_utc(latest))


def run_without_data(tick: datetime) -> DagRunInfo:
    """A run that covers no span of time."""
    return DagRunInfo(tick, DataInterval(tick, tick), tick)
