"""What goes into a column comes out of it, on both databases, whatever user code made of it."""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone

import pytest
from sqlalchemy import Column, Integer, MetaData, Table, insert, select
from sqlalchemy.exc import StatementError

from nbflow.core.states import Reason, TaskState
from nbflow.store.columns import CleanText, JsonText, TextTuple, UtcDateTime, WordType, clean
from nbflow.store.database import Database

TRIAL = Table(
    "trial",
    MetaData(),
    Column("id", Integer, primary_key=True),
    Column("at", UtcDateTime),
    Column("json", JsonText),
    Column("words", TextTuple),
    Column("state", WordType(TaskState)),
    Column("text", CleanText),
)


@pytest.fixture
def trial(database: Database) -> Iterator[Database]:
    with database.transaction() as session:
        TRIAL.create(session)
    yield database
    with database.transaction() as session:
        TRIAL.drop(session)


def back(database: Database, column: str, value: object) -> object:
    """Write `value` and read it again."""
    with database.transaction() as session:
        session.execute(insert(TRIAL).values({column: value}))
        return session.scalar(select(TRIAL.c[column]))


def test_an_instant_comes_back_in_utc_with_its_microseconds(trial: Database) -> None:
    at = datetime(2026, 3, 29, 2, 30, 0, 123_456, tzinfo=timezone(timedelta(hours=5, minutes=30)))
    found = back(trial, "at", at)
    assert isinstance(found, datetime)
    assert (found, found.tzinfo) == (at, timezone.utc)


def test_a_naive_datetime_is_refused(trial: Database) -> None:
    with pytest.raises(StatementError, match="has no time zone"):
        back(trial, "at", datetime(2026, 3, 29))  # noqa: DTZ001 - the point of the test


def test_instants_are_compared_as_instants(trial: Database) -> None:
    first = datetime(2026, 3, 1, 12, tzinfo=timezone(timedelta(hours=9)))
    second = datetime(2026, 3, 1, 4, tzinfo=timezone.utc)
    with trial.transaction() as session:
        session.execute(insert(TRIAL), [{"at": second}, {"at": first}])
        in_order = list(session.scalars(select(TRIAL.c.at).order_by(TRIAL.c.at)))
        before = list(session.scalars(select(TRIAL.c.at).where(TRIAL.c.at < second)))
    assert (in_order, before) == ([first, second], [first])


@pytest.mark.parametrize(
    "value",
    [
        {"b": 1, "a": [True, None, 0.1, "é"]},
        {"nul": "a\x00b", "half a pair": "\ud800"},
        {"infinite": math.inf, "big": 2**80},
        [],
        0,
        None,
    ],
)
def test_json_comes_back_as_it_was(trial: Database, value: object) -> None:
    found = back(trial, "json", value)
    assert found == value
    if isinstance(value, dict) and isinstance(found, dict):
        assert list(found) == list(value)


def test_not_a_number_comes_back_as_such(trial: Database) -> None:
    found = back(trial, "json", [math.nan])
    assert isinstance(found, list)
    assert math.isnan(found[0])


@pytest.mark.parametrize("value", [None, (), ("report", "skip")])
def test_a_tuple_comes_back_as_a_tuple(trial: Database, value: tuple[str, ...] | None) -> None:
    assert back(trial, "words", value) == value


def test_a_word_comes_back_as_a_member(trial: Database) -> None:
    assert back(trial, "state", TaskState.UP_FOR_RETRY) is TaskState.UP_FOR_RETRY


def test_a_word_of_another_enum_cannot_be_read(trial: Database) -> None:
    with trial.transaction() as session:
        session.execute(insert(TRIAL).values(state=Reason.TIMEOUT))
        with pytest.raises(ValueError, match="timeout"):
            session.scalar(select(TRIAL.c.state))


@pytest.mark.parametrize(
    ("text", "kept"),
    [("a\x00b", "a\ufffdb"), ("\udcff!", "\ufffd!"), ("été 🙂", "été 🙂"), ("", "")],
)
def test_text_keeps_all_that_a_database_can_keep(trial: Database, text: str, kept: str) -> None:
    assert back(trial, "text", text) == kept == clean(text)
