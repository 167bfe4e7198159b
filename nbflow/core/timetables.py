"""The kinds of timetable there are: read from what a person writes as a `schedule`, and from JSON.

What a timetable is says `timetable.py`, what each kind does the files named after them, and what is
due of one at a moment `due.py`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta

from nbflow.core.asset_timetables import AssetOrTimeTimetable, AssetTimetable, awaited_assets
from nbflow.core.assets import AssetAll, AssetExpression, expression_from_json
from nbflow.core.calendar_timetables import (
    ContinuousTimetable,
    CronDataIntervalTimetable,
    CronTimetable,
    CronTriggerTimetable,
    DeltaDataIntervalTimetable,
    DeltaTimetable,
    DeltaTriggerTimetable,
    EventsTimetable,
    MultipleCronTimetable,
    MultipleCronTriggerTimetable,
    NoTimetable,
    OnceTimetable,
)
from nbflow.core.custom_timetable import CustomTimetable, with_calendar
from nbflow.core.due import due_runs, next_due, upcoming
from nbflow.core.errors import Problem
from nbflow.core.json import Json, JsonObject
from nbflow.core.timetable import BAD_SCHEDULE, DagRunInfo, DataInterval, ScheduleError, Timetable
from nbflow.core.zones import ZoneError, zone_named

__all__ = [
    "KINDS",
    "AssetOrTimeSchedule",
    "AssetOrTimeTimetable",
    "AssetTimetable",
    "ContinuousTimetable",
    "CronDataIntervalTimetable",
    "CronTimetable",
    "CronTriggerTimetable",
    "CustomTimetable",
    "DagRunInfo",
    "DataInterval",
    "DeltaDataIntervalTimetable",
    "DeltaTimetable",
    "DeltaTriggerTimetable",
    "EventsTimetable",
    "MultipleCronTimetable",
    "MultipleCronTriggerTimetable",
    "NoTimetable",
    "OnceTimetable",
    "ScheduleError",
    "Timetable",
    "awaited_assets",
    "due_runs",
    "next_due",
    "timetable_from",
    "timetable_from_json",
    "upcoming",
    "with_calendar",
]

KINDS: Mapping[str, type[Timetable]] = {
    timetable.kind: timetable
    for timetable in (
        CronTimetable,
        CronDataIntervalTimetable,
        MultipleCronTimetable,
        DeltaTimetable,
        DeltaDataIntervalTimetable,
        EventsTimetable,
        OnceTimetable,
        ContinuousTimetable,
        NoTimetable,
        AssetTimetable,
        CustomTimetable,
    )
}

_NAMED: Mapping[str, Timetable] = {"@once": OnceTimetable(), "@continuous": ContinuousTimetable()}
_FIX = (
    "Use a cron expression or a list of them, '@once', '@continuous', a timedelta, a timetable, "
    "assets, or None."
)


def timetable_from(schedule: object, timezone: str = "UTC") -> Timetable:
    """The timetable that a `schedule` and a `timezone` of a DAG mean.

    Text is a cron expression, a preset, `@once` or `@continuous`; a list of texts several crons.
    Assets, `&` and `|` of them and lists (all of them) wait for news of assets. A dict is the JSON
    of a timetable or of assets. Raises a DefinitionError that is also a ValueError (CronError,
    ZoneError, ScheduleError) with everything that is wrong.
    """
    if isinstance(schedule, str) and schedule.strip().lower() not in _NAMED:
        return CronTimetable(schedule, timezone)
    problems: list[Problem] = []
    timetable: Timetable = NoTimetable()
    try:
        zone_named(timezone)
    except ZoneError as error:
        problems += error.problems
        timezone = "UTC"
    try:
        timetable = _read(schedule, timezone)
    except ScheduleError as error:
        problems = [*error.problems, *problems]
    if problems:
        raise ScheduleError(problems)
    return timetable


def AssetOrTimeSchedule(  # noqa: N802 - Airflow's name
    *, timetable: object, assets: AssetExpression | Sequence[AssetExpression]
) -> AssetOrTimeTimetable:
    """A schedule that runs a DAG by `timetable` and whenever `assets` (a list: all) have news."""
    found = assets if isinstance(assets, AssetExpression) else AssetAll(*assets)
    return AssetOrTimeTimetable(timetable_from(timetable), found)


def _read(schedule: object, timezone: str) -> Timetable:
    if isinstance(schedule, Timetable):
        return schedule
    if schedule is None:
        return NoTimetable()
    if isinstance(schedule, AssetExpression):
        return AssetTimetable(schedule)
    if isinstance(schedule, timedelta):
        return DeltaTimetable(schedule)
    if isinstance(schedule, str):
        return _NAMED[schedule.strip().lower()]
    if isinstance(schedule, Mapping):
        return _read_mapping(schedule)
    if isinstance(schedule, Sequence):
        return _read_list(schedule, timezone)
    return DeltaTimetable(_relative(schedule))


def _read_list(schedule: Sequence[object], timezone: str) -> Timetable:
    if all(isinstance(one, str) for one in schedule):
        return MultipleCronTimetable(tuple(map(str, schedule)), timezone)
    assets = [one for one in schedule if isinstance(one, AssetExpression)]
    if len(assets) < len(schedule):
        raise _refused(schedule)
    return AssetTimetable(AssetAll(*assets))


def _read_mapping(schedule: Mapping[str, Json]) -> Timetable:
    """JSON in a notebook's metadata: a timetable if it says its kind, else assets."""
    if "kind" in schedule:
        return timetable_from_json(schedule)
    try:
        return AssetTimetable(expression_from_json(schedule))
    except ValueError as error:
        raise ScheduleError([Problem(BAD_SCHEDULE, str(error), "")]) from error


def _relative(schedule: object) -> timedelta:
    """What dateutil calls a relativedelta, where it is a fixed span of time."""
    parts = ("days", "hours", "minutes", "seconds", "microseconds")
    if not all(hasattr(schedule, name) for name in (*parts, "months", "years")):
        raise _refused(schedule)
    if getattr(schedule, "months", 0) or getattr(schedule, "years", 0):
        message = f"Months and years are not of one length: {schedule!r}."
        fix = "Use cron, for example '0 0 1 * *' for every month."
        raise ScheduleError([Problem(BAD_SCHEDULE, message, fix)])
    return timedelta(**{name: getattr(schedule, name) for name in parts})


def _refused(schedule: object) -> ScheduleError:
    return ScheduleError([Problem(BAD_SCHEDULE, f"A schedule cannot be {schedule!r}.", _FIX)])


def timetable_from_json(
    data: JsonObject, kinds: Mapping[str, type[Timetable]] = KINDS
) -> Timetable:
    """The timetable that `to_json` wrote. Raises ScheduleError for a kind not among `kinds`."""
    kind = data.get("kind")
    inside = data.get("timetable")
    if kind == AssetOrTimeTimetable.kind and isinstance(inside, Mapping):
        clock = timetable_from_json(inside, kinds)
        return AssetOrTimeTimetable(clock, expression_from_json(data["assets"]))
    timetable = kinds.get(kind) if isinstance(kind, str) else None
    if timetable is None:
        message = f"The timetable kind {kind!r} is not known."
        fix = f"Install what provides it, or use one of {', '.join(sorted(kinds))}."
        raise ScheduleError([Problem(BAD_SCHEDULE, message, fix)])
    return timetable.from_json(data)
