"""The days of the week, as operators and sensors are told them: by name, or as a `WeekDay`."""

from __future__ import annotations

from collections.abc import Iterable
from enum import IntEnum

from nbflow.core.spelling import did_you_mean

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


class WeekDay(IntEnum):
    """A day of the week, numbered as ISO does."""

    MONDAY = 1
    TUESDAY = 2
    WEDNESDAY = 3
    THURSDAY = 4
    FRIDAY = 5
    SATURDAY = 6
    SUNDAY = 7


def weekday_numbers(given: object) -> set[int]:
    """The days of the week named (0 is Monday). Raises ValueError for what is none."""
    many = isinstance(given, Iterable) and not isinstance(given, str)
    words = [str(getattr(day, "name", day)).lower() for day in (given if many else [given])]  # type: ignore[attr-defined]  # `many` says that it is iterable
    for word in words:
        if word not in WEEKDAYS:
            raise ValueError(f"{word!r} is no day of the week. {did_you_mean(word, WEEKDAYS)}")
    if not words:
        raise ValueError("No day is named.")
    return {WEEKDAYS.index(word) for word in words}
