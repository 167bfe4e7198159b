"""A timetable that is somebody's own class: known here by its name, its settings, and the runs that
it was asked for ahead of time. The class itself is never called in the scheduler.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import ClassVar, cast

from nbflow.core.json import Json, JsonObject
from nbflow.core.timetable import DagRunInfo, DataInterval, Timetable, reaches


@dataclass(frozen=True)
class CustomTimetable(Timetable):
    """`name` is that of an entry point in the group `nbflow.timetables`, `data` what its class has
    written of itself, `words` how it describes itself. `runs` are in order.
    """

    name: str
    data: JsonObject = field(default_factory=dict)
    words: str = ""
    runs: tuple[DagRunInfo, ...] = field(default=(), compare=False, repr=False)
    kind: ClassVar[str] = "custom"

    def next_run(
        self, after: datetime | None, earliest: datetime, latest: datetime | None
    ) -> DagRunInfo | None:
        for run in self.runs:
            date = run.logical_date
            if (after is None or date > after) and date >= earliest and reaches(date, latest):
                return run
        return None

    def latest_run(
        self, now: datetime, earliest: datetime, latest: datetime | None
    ) -> DagRunInfo | None:
        due = [
            run
            for run in self.runs
            if run.run_after <= now
            and run.logical_date >= earliest
            and reaches(run.logical_date, latest)
        ]
        return due[-1] if due else None

    def describe(self) -> str:
        return self.words or self.name

    def to_json(self) -> dict[str, Json]:
        return {"kind": self.kind, "name": self.name, "data": self.data, "words": self.words}

    @classmethod
    def from_json(cls, data: JsonObject) -> CustomTimetable:
        settings = cast("JsonObject", data.get("data") or {})
        return cls(str(data["name"]), settings, str(data.get("words") or ""))


def with_calendar(timetable: Timetable, calendar: Json) -> Timetable:
    """The timetable with the runs that were asked for ahead of time and kept as `calendar`."""
    if not isinstance(timetable, CustomTimetable) or not isinstance(calendar, Mapping):
        return timetable
    rows = cast("Sequence[Sequence[str]]", calendar.get("runs") or ())
    return replace(timetable, runs=tuple(map(run_from_json, rows)))


def run_to_json(run: DagRunInfo) -> list[str]:
    """Four instants: logical date, start and end of the data, and when it is due."""
    moments = (run.logical_date, run.data_interval.start, run.data_interval.end, run.run_after)
    return [moment.isoformat() for moment in moments]


def run_from_json(row: Sequence[str]) -> DagRunInfo:
    """The run that `run_to_json` wrote."""
    date, start, end, due = map(datetime.fromisoformat, row)
    return DagRunInfo(date, DataInterval(start, end), due)
