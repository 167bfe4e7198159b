"""A cron expression in words, for screens: `0 6 * * 1-5` is 'At 06:00 on weekdays'. Only words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from nbflow.core.cron import LAST, CronExpression, DayRule

_WEEKDAYS = ("Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday")
_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_NTH = {1: "first", 2: "second", 3: "third", 4: "fourth", 5: "fifth", LAST: "last"}
_MOST_TIMES = 4  # more times than this are told by minutes and hours


def in_words(cron: CronExpression) -> str:
    """When the expression fires, without its zone: 'Every 15 minutes', 'At 06:00 on weekdays'."""
    days = _days(cron.days)
    if not cron.every_hour and len(cron.minutes) <= _MOST_TIMES:
        days = days or "every day"
    return " ".join(part for part in (_times(cron), days, _months(cron.days)) if part)


def _times(cron: CronExpression) -> str:
    if not cron.every_hour and len(cron.minutes) <= _MOST_TIMES:
        return f"At {_listed(f'{m // 60:02}:{m % 60:02}' for m in cron.minutes)}"
    minutes, hours = cron.minutes_of_hour, cron.hours
    in_hours = f"hour{'s' if len(hours) > 1 else ''} {_listed(_spans(hours))}"
    minute = "" if minutes == (0,) else f" at minute {_listed(map(str, minutes))}"
    every_minutes = _even_step(minutes, 60)
    if every_minutes and minutes[0] == 0:
        often = "Every minute" if every_minutes == 1 else f"Every {every_minutes} minutes"
        return often if cron.every_hour else f"{often} in {in_hours}"
    if cron.every_hour:
        return f"Every hour{minute}"
    if hours[0] == 0 and (every_hours := _even_step(hours, 24)):
        return f"Every {every_hours} hours{minute}"
    return f"At minute {_listed(map(str, minutes))} of {in_hours}"


def _even_step(numbers: Sequence[int], cycle: int) -> int | None:
    """The step at which the numbers go round the cycle, if they do."""
    step = cycle // len(numbers)
    goes_round = len(numbers) > 1 and list(numbers) == list(range(numbers[0], cycle, step))
    return step if goes_round and step * len(numbers) == cycle else None


def _days(rule: DayRule) -> str:
    ways = [way for way in (_days_of_month(rule), _weekdays(rule)) if way]
    return " or ".join(ways)


def _days_of_month(rule: DayRule) -> str:
    named = [f"day {_listed(_spans(rule.days))}"] if rule.days else []
    last = ["the last day"] if rule.last_day else []
    of_month = " of the month" if len(rule.months) == 12 else ""
    return f"on {_listed(named + last)}{of_month}" if named or last else ""


def _weekdays(rule: DayRule) -> str:
    if rule.nth_weekdays:
        return "on the " + _listed(f"{_NTH[n]} {_WEEKDAYS[day]}" for day, n in _in_month(rule))
    if rule.weekdays is None:
        return ""
    if rule.weekdays == {1, 2, 3, 4, 5}:
        return "on weekdays"
    if rule.weekdays == {0, 6}:
        return "on weekends"
    if len(rule.weekdays) == 7:
        return "on any day of the week"
    return "on " + _listed(_WEEKDAYS[day] for day in sorted(rule.weekdays))


def _in_month(rule: DayRule) -> list[tuple[int, int]]:
    return sorted(rule.nth_weekdays, key=lambda pair: (pair[1] == LAST, pair[1], pair[0]))


def _months(rule: DayRule) -> str:
    if len(rule.months) == 12:
        return ""
    return "in " + _listed(_MONTHS[month - 1] for month in sorted(rule.months))


def _spans(numbers: Iterable[int]) -> list[str]:
    """Three and more in a row become a span: 9, 10, 11, 15 are '9-11' and '15'."""
    spans: list[list[int]] = []
    for number in sorted(numbers):
        if spans and number == spans[-1][-1] + 1:
            spans[-1].append(number)
        else:
            spans.append([number])
    told = ([f"{s[0]}-{s[-1]}"] if len(s) > 2 else [str(number) for number in s] for s in spans)
    return [word for words in told for word in words]


def _listed(words: Iterable[str]) -> str:
    *others, last = words
    return f"{', '.join(others)} and {last}" if others else last
