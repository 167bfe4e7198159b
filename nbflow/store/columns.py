"""The column types of the store: aware UTC instants, JSON text, words of an enum, and plain text.

They behave alike on SQLite and PostgreSQL and refuse, or clean, what one of the two cannot keep.
What the columns mean is in `tables/`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Generic, TypeVar, cast

from sqlalchemy import TIMESTAMP, BigInteger, Integer, LargeBinary, String, Text
from sqlalchemy.types import TypeDecorator

from nbflow.core.json import Json
from nbflow.core.states import Word

if TYPE_CHECKING:
    from sqlalchemy.engine import Dialect

W = TypeVar("W", bound=Word)

BigKey = BigInteger().with_variant(Integer, "sqlite")
"""An integer primary key. SQLite only counts by itself in a column declared INTEGER."""

Bytes = LargeBinary


class UtcDateTime(TypeDecorator[datetime]):
    """An instant. Naive datetimes are refused with ValueError; what comes out is aware and in UTC.

    SQLite has no such type: there it is ISO text of constant width, whose order is that of time.
    """

    impl = String(32).with_variant(TIMESTAMP(timezone=True), "postgresql")
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | str | None:
        if value is None:
            return None
        if value.utcoffset() is None:
            raise ValueError(
                f"The datetime {value!r} has no time zone: the store keeps aware ones only."
            )
        value = value.astimezone(timezone.utc)
        if dialect.name == "sqlite":
            return value.isoformat(" ", "microseconds")
        return value

    def process_result_value(
        self, value: datetime | str | None, dialect: Dialect
    ) -> datetime | None:
        if value is None:
            return None
        if isinstance(value, str):
            return datetime.fromisoformat(value)
        return value.astimezone(timezone.utc)


class JsonText(TypeDecorator[Json]):
    """A JSON value as text in ASCII. Key order is kept, and NaN, NUL and lone surrogates survive.

    The JSON types of the databases would reorder keys (jsonb) or refuse some of these values, and a
    value that one database refuses must not stop the scheduler that stores it. None is SQL NULL.
    """

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Json, _dialect: Dialect) -> str | None:
        if value is None:
            return None
        return _encode(value)

    def process_result_value(self, value: str | None, _dialect: Dialect) -> Json:
        return None if value is None else cast("Json", json.loads(value))


class TextTuple(TypeDecorator[tuple[str, ...]]):
    """A tuple of texts as a JSON list; None is SQL NULL."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: tuple[str, ...] | None, _dialect: Dialect) -> str | None:
        return None if value is None else json.dumps(value)

    def process_result_value(self, value: str | None, _dialect: Dialect) -> tuple[str, ...] | None:
        return None if value is None else tuple(json.loads(value))


class WordType(TypeDecorator[W], Generic[W]):
    """A member of the enum `words`, kept as its word. An unknown word raises ValueError."""

    impl = String(32)
    cache_ok = True

    def __init__(self, words: type[W]) -> None:
        super().__init__()
        self.words = words

    def process_bind_param(self, value: W | None, _dialect: Dialect) -> str | None:
        return None if value is None else str(value)

    def process_result_value(self, value: str | None, _dialect: Dialect) -> W | None:
        return None if value is None else self.words(value)


class CleanText(TypeDecorator[str]):
    """Text that user code may have written: NUL and lone surrogates become U+FFFD."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, _dialect: Dialect) -> str | None:
        return None if value is None else clean(value)


def clean(text: str) -> str:
    """`text` as every database can keep it; PostgreSQL takes no NUL, and none takes a surrogate."""
    if "\x00" in text:
        text = text.replace("\x00", "\ufffd")
    try:
        text.encode()
    except UnicodeEncodeError:
        return "".join("\ufffd" if "\ud800" <= c <= "\udfff" else c for c in text)
    return text


def _as_dict(value: object) -> dict[object, object]:
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"{value!r} cannot be written as JSON.")


# `json.dumps` would make an encoder for every value, which takes longer than to encode most.
_encode = json.JSONEncoder(separators=(",", ":"), default=_as_dict).encode
