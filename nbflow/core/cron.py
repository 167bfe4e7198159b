"""Cron expressions: the instants a five-field expression means in a time zone.

croniter reads the fields and nothing more; what happens around daylight saving is decided here, by
the contract that `CronExpression` states. Data intervals, catch-up and other kinds of schedule live
in `timetables.py`.
"""

from __future__ import annotations

import calendar
import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import MAXYEAR, MINYEAR, date, datetime, time, timedelta
from functools import lru_cache
from itertools import pairwise
from zoneinfo import ZoneInfo

from nbflow.core.errors import DefinitionError, Problem
from nbflow.core.zones import (
    DAY,
    HOUR,
    MINUTE,
    UTC,
    ZoneError,
    as_utc,
    instant_of,
    midnights,
    stretches,
    zone_named,
)

BAD_CRON = "NBF301"

# Even 29 February on one weekday comes within this; an expression that does not match in that time
# never will.
SEARCH_YEARS = 40

PRESETS = {
    "@hourly": "0 * * * *",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@weekly": "0 0 * * 0",
    "@monthly": "0 0 1 * *",
    "@quarterly": "0 0 1 */3 *",
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
}


class CronError(DefinitionError, ValueError):
    """A cron expression, or the time zone beside it, cannot be read, or it can never fire."""


# --- which dates ----------------------------------------------------------------------------------

LAST = -1  # in DayRule.nth_weekdays: the last such weekday of the month


@dataclass(frozen=True)
class DayRule:
    """Which local dates an expression selects. Weekdays count from 0 = Sunday, as cron does.

    `days` and `weekdays` are None where the field does not restrict; when both restrict, a date
    that satisfies either is selected. `nth_weekdays`, where given, narrows `weekdays`: (1, 2) is
    the second Monday, (5, LAST) the last Friday of the month.
    """

    months: frozenset[int]
    days: frozenset[int] | None = None
    last_day: bool = False
    weekdays: frozenset[int] | None = None
    nth_weekdays: frozenset[tuple[int, int]] = frozenset()

    def matches(self, day: date) -> bool:
        if day.month not in self.months:
            return False
        if self.days is None:
            return self.weekdays is None or self._matches_weekday(day)
        return self._matches_day_of_month(day) or (
            self.weekdays is not None and self._matches_weekday(day)
        )

    def _matches_day_of_month(self, day: date) -> bool:
        if self.days is not None and day.day in self.days:
            return True
        return self.last_day and day.day == _days_in_month(day)

    def _matches_weekday(self, day: date) -> bool:
        weekday = day.isoweekday() % 7
        if not self.nth_weekdays:
            return self.weekdays is not None and weekday in self.weekdays
        if (weekday, (day.day - 1) // 7 + 1) in self.nth_weekdays:
            return True
        return (weekday, LAST) in self.nth_weekdays and day.day + 7 > _days_in_month(day)

    def from_day(self, day: date) -> Iterator[date]:
        """The selected dates from `day` on, for 40 years."""
        last_year = min(day.year + SEARCH_YEARS, MAXYEAR - 1)
        while day.year <= last_year:
            if self.matches(day):
                yield day
            if day.month in self.months:
                day += DAY
            else:
                day = date(day.year + day.month // 12, day.month % 12 + 1, 1)

    def back_from_day(self, day: date) -> Iterator[date]:
        """The selected dates from `day` back, for 40 years."""
        first_year = max(day.year - SEARCH_YEARS, MINYEAR + 1)
        while day.year >= first_year:
            if self.matches(day):
                yield day
            day = (day if day.month in self.months else day.replace(day=1)) - DAY


def _days_in_month(day: date) -> int:
    return calendar.monthrange(day.year, day.month)[1]


# --- reading --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Field:
    name: str
    accepts: str
    example: str


_FIELDS = (
    _Field("minute", "0 to 59", "'30', '0,30' or '*/15'"),
    _Field("hour", "0 to 23", "'6', '9-17' or '*/6'"),
    _Field("day-of-month", "1 to 31 or L for the last day", "'1', '1,15' or 'L'"),
    _Field("month", "1 to 12 or JAN to DEC", "'1', 'JAN-MAR' or '*/3'"),
    _Field(
        "day-of-week",
        "0 to 7 (0 and 7 are Sunday) or SUN to SAT",
        "'MON-FRI', '1#2' (second Monday) or 'L5' (last Friday)",
    ),
)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_WEEKDAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_NUMBERS = {
    name: number
    for names, first in ((_MONTHS, 1), (_WEEKDAYS, 0))
    for number, name in enumerate(names, first)
}
_RANGE = re.compile(r"(\w+)-(\w+)(?:/[1-9]\d*)?")
_ALPHABET = re.compile(r"[0-9A-Za-z*,/#?-]+")
# What croniter accepts and a schedule must not mean: a hash of a name, a random number.
_HASHED_OR_RANDOM = re.compile(r"[hr](\(.*\))?(/\d+)?", re.IGNORECASE)
_NEAREST_WEEKDAY = re.compile(r"\d+w|w\d+", re.IGNORECASE)
_NTH_WEEKDAY = re.compile(r"[\w-]+#\d+|l\d+", re.IGNORECASE)


@dataclass(frozen=True)
class _Expanded:
    """The fields as croniter reads them: numbers, "*" for all, "l" for the last day."""

    minutes: Sequence[int | str]
    hours: Sequence[int | str]
    days: Sequence[int | str]
    months: Sequence[int | str]
    weekdays: Sequence[int | str]
    nth_weekdays: frozenset[tuple[int, int]]

    def minutes_of_day(self) -> tuple[int, ...]:
        minutes = _numbers(self.minutes, all_of=range(60))
        return tuple(60 * h + m for h in _numbers(self.hours, all_of=range(24)) for m in minutes)

    def day_rule(self) -> DayRule:
        restricts_weekday = "*" not in self.weekdays or bool(self.nth_weekdays)
        weekdays = _numbers(self.weekdays, all_of=range(7))
        return DayRule(
            months=frozenset(_numbers(self.months, all_of=range(1, 13))),
            days=None if "*" in self.days else frozenset(_numbers(self.days)),
            last_day="l" in self.days,
            weekdays=frozenset(weekdays) if restricts_weekday else None,
            nth_weekdays=self.nth_weekdays,
        )


def _numbers(values: Sequence[int | str], all_of: Sequence[int] = ()) -> Sequence[int]:
    if "*" in values:
        return all_of
    return sorted(value for value in values if isinstance(value, int))


def _expand(fields: Sequence[str]) -> _Expanded | None:
    """The fields as croniter reads them, or None where it cannot."""
    # Importing it starts a process (`file`, by platform.architecture); most programs read no cron.
    from croniter import CroniterError, croniter  # noqa: PLC0415

    if not all(map(_ALPHABET.fullmatch, fields)):
        return None
    try:
        (minutes, hours, days, months, weekdays), nth = croniter.expand(" ".join(fields))
    except CroniterError:  # it speaks of field numbers; _problem_with_field says it in our words
        return None
    pairs = ((weekday, which) for weekday, several in nth.items() for which in several)
    nth_weekdays = frozenset((int(day), LAST if str(n) == "l" else int(n)) for day, n in pairs)
    return _Expanded(minutes, hours, days, months, weekdays, nth_weekdays)


def _read(text: str) -> tuple[tuple[int, ...], DayRule]:
    """The minutes of the day and the dates. Raises CronError with all that is wrong."""
    fields = _split(text)
    refused = any(_refusal(text, *pair) for pair in zip(_FIELDS, fields, strict=True))
    expanded = None if refused else _expand(fields)
    if expanded is None:
        raise CronError(_problems_by_field(text, fields))
    rule = expanded.day_rule()
    if never := _problem_with_dates(text, rule):
        raise CronError([never])
    return expanded.minutes_of_day(), rule


def _split(text: str) -> list[str]:
    written = text.strip()
    if written.startswith("@"):
        if written.lower() not in PRESETS:
            known = ", ".join(PRESETS)
            message = f"'{text}' is not the name of a cron schedule."
            raise CronError([Problem(BAD_CRON, message, f"Use one of {known}.")])
        written = PRESETS[written.lower()]
    fields = written.split()
    if len(fields) != len(_FIELDS):
        raise CronError([_problem_with_count(text, len(fields))])
    return [",".join(map(_without_range_of_one, value.split(","))) for value in fields]


def _without_range_of_one(part: str) -> str:
    """'9-9' becomes '9', as cron has it; croniter would take it for the whole cycle."""
    found = _RANGE.fullmatch(part)
    return found[1] if found and _as_number(found[1]) == _as_number(found[2]) else part


def _as_number(value: str) -> int | str:
    if value.isdecimal() and len(value) < 9:
        return int(value)
    return _NUMBERS.get(value.lower(), value)


def _problem_with_count(text: str, count: int) -> Problem:
    names = " ".join(spec.name for spec in _FIELDS)
    fields = "1 field" if count == 1 else f"{count} fields"
    message = f"The cron expression '{text}' has {fields} where 5 are needed: {names}."
    if count in (6, 7):
        fix = "Leave out seconds and years: a cron schedule fires at most once a minute."
    else:
        fix = "Write for example '0 6 * * 1-5' for 06:00 from Monday to Friday."
    return Problem(BAD_CRON, message, fix)


def _problems_by_field(text: str, fields: Sequence[str]) -> list[Problem]:
    found = [_problem_with_field(text, index, value) for index, value in enumerate(fields)]
    message = f"The cron expression '{text}' is not understood as a whole."
    # No expression is known to get here; another version of croniter might refuse combinations.
    whole = Problem(BAD_CRON, message, "Write its two day fields more simply.")
    return [problem for problem in found if problem] or [whole]


def _problem_with_field(text: str, index: int, value: str) -> Problem | None:
    spec = _FIELDS[index]
    if refusal := _refusal(text, spec, value):
        return refusal
    alone = ["*"] * len(_FIELDS)
    alone[index] = value
    if _expand(alone) is not None:
        return None
    message = f"{_place(text, spec, value)}, but it takes {spec.accepts}."
    return Problem(BAD_CRON, message, f"Write for example {spec.example}.")


def _refusal(text: str, spec: _Field, value: str) -> Problem | None:
    """What croniter would read, but not as the author of a schedule means it."""
    parts = value.split(",")
    place = _place(text, spec, value)
    fix = f"Write for example {spec.example}."
    if any(_HASHED_OR_RANDOM.fullmatch(part) for part in parts):
        return Problem(BAD_CRON, f"{place}, but hashed and random values are not supported.", fix)
    if any(_NEAREST_WEEKDAY.fullmatch(part) for part in parts):
        return Problem(BAD_CRON, f"{place}, but W (nearest weekday) is not supported.", fix)
    if len({bool(_NTH_WEEKDAY.fullmatch(part)) for part in parts}) > 1:
        message = f"{place}, but '#' and 'L' cannot be listed together with plain weekdays."
        return Problem(BAD_CRON, message, "Give '#' or 'L' to every weekday in the list.")
    return None


def _place(text: str, spec: _Field, value: str) -> str:
    return f"The {spec.name} field of the cron expression '{text}' is '{value}'"


def _problem_with_dates(text: str, rule: DayRule) -> Problem | None:
    if rule.days is None or rule.last_day or rule.weekdays is not None:
        return None
    longest = max(calendar.monthrange(2024, month)[1] for month in rule.months)  # a leap year
    first = min(rule.days)
    if first <= longest:
        return None
    message = f"The cron expression '{text}' never fires: no month in it has a day {first}."
    return Problem(BAD_CRON, message, "Use a smaller day of the month, or L for the last day.")


# --- the expression -------------------------------------------------------------------------------


@dataclass(frozen=True)
class CronExpression:
    """A cron expression in a time zone, and the instants (ticks) it means.

    `text` has five fields or is a preset; `timezone` is an IANA name. Names (MON, JAN), lists,
    ranges (also around the end: 22-2), steps, `L` (last day; `L5` last Friday) and `#` (`1#2`
    second Monday) are understood; day of the month and day of the week both restricted means
    either. Raises CronError with a sentence for each thing that is wrong.

    What a change of the clock does:

    - Hours that cover the whole day mean elapsed time: a tick at every instant at which the wall
      clock shows one of the minutes, in a repeated hour as in any other, and none in a skipped one.
      Where the clock moves by part of an hour, the tick due next by the old clock also stays, if
      it comes before the first by the new clock: no wait gets longer than the expression says.
    - Other hours mean wall times, each once per selected local date: a skipped one moves forward by
      the size of the gap (02:30 becomes 03:30), one that comes twice is its first occurrence. A
      date that does not exist has no tick.
    - Ticks strictly increase: two that fall on one instant are one.
    """

    text: str
    timezone: str = "UTC"
    days: DayRule = field(init=False, repr=False, compare=False)
    minutes: tuple[int, ...] = field(init=False, repr=False, compare=False)  # from midnight, sorted
    zone: ZoneInfo = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        problems: list[Problem] = []
        try:
            minutes, days = _read(self.text)
            object.__setattr__(self, "minutes", minutes)
            object.__setattr__(self, "days", days)
        except CronError as error:
            problems += error.problems
        try:
            object.__setattr__(self, "zone", zone_named(self.timezone))
        except ZoneError as error:
            problems += error.problems
        if problems:
            raise CronError(problems)

    @property
    def minutes_of_hour(self) -> tuple[int, ...]:
        return tuple(sorted({minute % 60 for minute in self.minutes}))

    @property
    def hours(self) -> tuple[int, ...]:
        return tuple(sorted({minute // 60 for minute in self.minutes}))

    @property
    def every_hour(self) -> bool:
        """Whether it runs in elapsed time."""
        return len(self.minutes) == 24 * len(self.minutes_of_hour)

    def next_after(self, instant: datetime) -> datetime | None:
        """The first tick after `instant` (aware), in UTC; None if there is none in 40 years."""
        instant = as_utc(instant)
        best: datetime | None = None
        # A tick that the clock moved may fall on a neighbour of its date: look one day around.
        for day in self.days.from_day(self._local_date(instant) - DAY):
            if best is not None and day > self._local_date(best) + DAY:
                break
            tick = self._first_after(instant, day)
            if tick is not None and (best is None or tick < best):
                best = tick
        return best

    def previous_at_or_before(self, instant: datetime) -> datetime | None:
        """The last tick up to `instant` (aware), in UTC; None if there is none in 40 years."""
        instant = as_utc(instant)
        best: datetime | None = None
        for day in self.days.back_from_day(self._local_date(instant) + DAY):
            if best is not None and day < self._local_date(best) - DAY:
                break
            tick = self._last_until(instant, day)
            if tick is not None and (best is None or tick > best):
                best = tick
        return best

    def _local_date(self, instant: datetime) -> date:
        return instant.astimezone(self.zone).date()

    def _first_after(self, instant: datetime, day: date) -> datetime | None:
        midnight = self._midnight_of_plain_day(day)
        if midnight is None:
            ticks = _ticks_of_odd_day(self, day)
            index = bisect_right(ticks, instant)
            return ticks[index] if index < len(ticks) else None
        index = bisect_right(self.minutes, (instant - midnight) // MINUTE)
        return midnight + self.minutes[index] * MINUTE if index < len(self.minutes) else None

    def _last_until(self, instant: datetime, day: date) -> datetime | None:
        midnight = self._midnight_of_plain_day(day)
        if midnight is None:
            ticks = _ticks_of_odd_day(self, day)
            index = bisect_right(ticks, instant)
            return ticks[index - 1] if index else None
        index = bisect_right(self.minutes, (instant - midnight) // MINUTE)
        return midnight + self.minutes[index - 1] * MINUTE if index else None

    def _midnight_of_plain_day(self, day: date) -> datetime | None:
        """When the day begins; None if its clock changes, so that minutes cannot be counted."""
        begin, begin_by_new_clock = midnights(day, self.zone)
        end, end_by_new_clock = midnights(day + DAY, self.zone)
        plain = begin == begin_by_new_clock and end == end_by_new_clock and end - begin == DAY
        return begin if plain else None


# --- days on which the clock changes --------------------------------------------------------------


@lru_cache(maxsize=32)  # several are asked about one day in a row, and a day may have 1,500 ticks
def _ticks_of_odd_day(cron: CronExpression, day: date) -> tuple[datetime, ...]:
    ticks = _elapsed_ticks(cron, day) if cron.every_hour else _wall_ticks(cron, day)
    return tuple(sorted(ticks))


def _wall_ticks(cron: CronExpression, day: date) -> set[datetime]:
    midnight = instant_of(day, 0, cron.zone)
    exists = midnight.astimezone(cron.zone).date() == day  # else a gap of 24 hours swallowed it
    return {instant_of(day, minute, cron.zone) for minute in cron.minutes} if exists else set()


def _elapsed_ticks(cron: CronExpression, day: date) -> set[datetime]:
    begin = min(midnights(day, cron.zone))
    end = max(midnights(day + DAY, cron.zone)) + HOUR  # to see a change at midnight itself
    spans = stretches(begin, end, cron.zone)
    ticks: set[datetime] = set()
    for span in spans:
        midnight = datetime.combine(day, time(), UTC) - span.offset
        by_clock = (midnight + minute * MINUTE for minute in cron.minutes)
        ticks.update(tick for tick in by_clock if span.start <= tick < span.end)
    for old, new in pairwise(spans):
        ticks.update(_kept_by_old_clock(cron, new.start, old.offset, new.offset))
    return ticks


def _kept_by_old_clock(
    cron: CronExpression, change: datetime, old: timedelta, new: timedelta
) -> tuple[datetime, ...]:
    """The tick due next by the old clock, if it comes before the first by the new one."""
    wait = _wait(cron.minutes_of_hour, change + old)
    tick = change + wait
    selected = all(cron.days.matches((tick + offset).date()) for offset in (old, new))
    return (tick,) if selected and wait < _wait(cron.minutes_of_hour, change + new) else ()


def _wait(minutes_of_hour: Iterable[int], wall: datetime) -> timedelta:
    """From this wall time to the next of the minutes of the hour."""
    past = timedelta(minutes=wall.minute, seconds=wall.second)
    return min((minute * MINUTE - past) % HOUR for minute in minutes_of_hour)
