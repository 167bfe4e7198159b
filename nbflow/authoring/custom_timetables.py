"""Timetables that somebody writes: the base class under Airflow's names, how one gets into a spec,
and asking one for its runs.

The asking is done in a process of its own (`timetable_process.py`) or while a file is parsed.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import datetime, timezone
from importlib.metadata import EntryPoint, entry_points
from typing import Any, NamedTuple, cast

from nbflow.authoring.findings import Findings
from nbflow.core.custom_timetable import CustomTimetable
from nbflow.core.json import JsonObject
from nbflow.core.timetable import DagRunInfo, DataInterval
from nbflow.core.zones import as_utc

GROUP = "nbflow.timetables"
BAD_TIMETABLE = "NBF306"


class TimeRestriction(NamedTuple):
    """The bounds of a DAG's schedule, None where there is none, and whether missed runs count."""

    earliest: datetime | None
    latest: datetime | None
    catchup: bool


class Timetable:
    """A schedule of your own. Subclass it, write `next_dagrun_info`, and register the class as an
    entry point in the group `nbflow.timetables`.

    >>> class FullMoons(Timetable):
    ...     description = "Full moons"
    ...
    ...     def next_dagrun_info(self, *, last_automated_data_interval, restriction):
    ...         last = last_automated_data_interval
    ...         moon = next_moon(last.end if last else restriction.earliest)
    ...         return DagRunInfo.exact(moon)

    It is asked for runs ahead of time, in a process that is ended when it hangs. A class with
    arguments writes them in `serialize` as JSON and reads them in `deserialize`.
    """

    description: str = ""

    @property
    def summary(self) -> str:
        """What the schedule is called."""
        return type(self).__name__

    def next_dagrun_info(
        self,
        *,
        last_automated_data_interval: DataInterval | None,
        restriction: TimeRestriction,
    ) -> DagRunInfo | None:
        """The first run after the one that covered `last_automated_data_interval`, or None."""
        raise NotImplementedError(f"{type(self).__name__} has no next_dagrun_info. Write one.")

    def infer_manual_data_interval(self, *, run_after: datetime) -> DataInterval:
        """Taken for the sake of Airflow's files: runs by hand cover no data."""
        return DataInterval(run_after, run_after)

    # `Any` in these two: any JSON, which the class itself has written.
    def serialize(self) -> dict[str, Any]:
        """The settings as JSON."""
        return {}

    @classmethod
    def deserialize(cls, data: dict[str, Any]) -> Timetable:  # noqa: ARG003 - here are none
        """The timetable that `serialize` wrote."""
        return cls()


def is_custom(schedule: object) -> bool:
    """Whether this is a timetable of somebody's own class."""
    return callable(getattr(schedule, "next_dagrun_info", None)) and not isinstance(schedule, type)


def as_core(schedule: object, findings: Findings) -> CustomTimetable | None:
    """The timetable as the spec keeps it; finds why it cannot be one."""
    name = _name_of(type(schedule))
    if name is None:
        findings.error(
            BAD_TIMETABLE,
            f"The timetable class {type(schedule).__qualname__} is not registered, so nobody but "
            "this file would find it.",
            f"Install it with an entry point in the group '{GROUP}': "
            f'moons = "{type(schedule).__module__}:{type(schedule).__qualname__}".',
        )
        return None
    # The class is user code, which may raise anything.
    try:
        data = _written(schedule)
        words = str(getattr(schedule, "description", "") or getattr(schedule, "summary", "") or "")
        now = datetime.now(timezone.utc)
        next(ask(schedule, None, TimeRestriction(now, None, catchup=True)), None)
    except Exception as error:  # noqa: BLE001 - as above
        message = f"The timetable {name!r} raised {type(error).__name__}: {error}"
        findings.error(BAD_TIMETABLE, f"{message.rstrip('.')}.", "Correct its class.")
        return None
    return CustomTimetable(name, data, words)


def find(name: str, data: JsonObject) -> object:
    """The timetable of that entry point with these settings. Raises LookupError if there is none,
    and whatever its class does.
    """
    found = next((one for one in _registered() if one.name == name), None)
    if found is None:
        raise LookupError(f"No timetable {name!r} is installed here (entry points of '{GROUP}').")
    made = found.load()
    read = getattr(made, "from_json", None) or made.deserialize
    return read(dict(data))


def ask(
    timetable: object, last: DataInterval | None, restriction: TimeRestriction
) -> Iterator[DagRunInfo]:
    """The runs of a timetable after `last`, one by one. Raises TypeError for what is no run, and
    whatever its class does.
    """
    while True:
        info = cast("Any", timetable).next_dagrun_info(
            last_automated_data_interval=last, restriction=restriction
        )
        if info is None:
            return
        run = _run_of(info)
        if last is not None and (run.data_interval.end, run.logical_date) <= (last.end, last.start):
            raise TypeError(f"next_dagrun_info gave {run} after {last}: runs have to go on.")
        yield run
        last = run.data_interval


def _run_of(info: Any) -> DagRunInfo:  # noqa: ANN401 - of any class with the fields
    try:
        interval = DataInterval(info.data_interval.start, info.data_interval.end)
        date = getattr(info, "logical_date", None) or interval.start
        return DagRunInfo(as_utc(date), interval, as_utc(info.run_after))
    except (AttributeError, ValueError) as error:
        raise TypeError(
            f"next_dagrun_info gave {info!r}: return DagRunInfo.interval(start, end) or "
            "DagRunInfo.exact(moment) with aware datetimes, or None."
        ) from error


def _name_of(made: type) -> str | None:
    value = f"{made.__module__}:{made.__qualname__}"
    return next((one.name for one in _registered() if one.value == value), None)


def _registered() -> list[EntryPoint]:
    return list(entry_points(group=GROUP))


def _written(schedule: Any) -> JsonObject:  # noqa: ANN401 - of somebody's own class
    write = getattr(schedule, "to_json", None) or getattr(schedule, "serialize", None)
    data = {} if write is None else write()
    if not isinstance(data, Mapping):
        raise TypeError(f"serialize() gave {data!r}, which is no dict.")
    return cast("JsonObject", json.loads(json.dumps(dict(data))))
