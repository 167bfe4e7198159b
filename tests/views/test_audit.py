"""The audit: who asked for what, by which door, and what became of it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from nbflow.commands import Commands
from nbflow.store import secrets
from nbflow.store.database import Database
from nbflow.store.keys import KeyRing, load_keys
from nbflow.store.secrets import Variable
from nbflow.views.audit import Sought, audit
from tests.scheduler.conftest import MakeScheduler
from tests.scheduler.stage import START, Clock, a_dag, save


def verbs(database: Database, sought: Sought = Sought()) -> list[tuple[str, str, str, str]]:  # noqa: B008 - a frozen value
    found = audit(database, sought).entries
    return [(one.actor, one.door, one.verb, one.outcome) for one in found]


@pytest.fixture
def busy(database: Database, make_scheduler: MakeScheduler, clock: Clock) -> Database:
    """Ana triggers by the command line, Ben pauses by the panel, and sets a pool later."""
    save(database, a_dag("a", dag_id="one"), a_dag("a", dag_id="two"))
    Commands(database, "ana", clock, "cli").trigger("one")
    Commands(database, "ben", clock, "rest").pause("two")
    make_scheduler().tick()
    clock.pass_(hours=1)
    Commands(database, "ben", clock, "rest").set_pool("gpu", 3)
    return database


def test_what_was_done_stands_there_newest_first(busy: Database) -> None:
    assert verbs(busy) == [
        ("ben", "rest", "set_pool", "done"),
        ("ben", "rest", "pause", "done"),
        ("ana", "cli", "trigger", "done"),
    ]


@pytest.mark.parametrize(
    ("sought", "found"),
    [
        (Sought(actor="ana"), ["trigger"]),
        (Sought(dag_id="two"), ["pause"]),
        (Sought(verb="set_pool"), ["set_pool"]),
        (Sought(door="cli"), ["trigger"]),
        (Sought(outcome="refused"), []),
        (Sought(since=START + timedelta(minutes=1)), ["set_pool"]),
        (Sought(until=START + timedelta(minutes=1)), ["pause", "trigger"]),
    ],
)
def test_it_is_narrowed_down(busy: Database, sought: Sought, found: list[str]) -> None:
    assert [verb for _, _, verb, _ in verbs(busy, sought)] == found


def test_pages_follow_each_other_without_gap_or_repetition(busy: Database) -> None:
    first = audit(busy, Sought(), limit=2)
    assert first.next is not None
    second = audit(busy, Sought(), int(first.next), limit=2)

    assert [one.verb for one in (*first.entries, *second.entries)] == [
        "set_pool",
        "pause",
        "trigger",
    ]
    assert second.next is None


def test_what_nobody_has_answered_is_pending(database: Database) -> None:
    save(database, a_dag("a"))
    Commands(database, "ana", lambda: START, "cli").pause("d")

    assert verbs(database) == [("ana", "cli", "pause", "pending")]


def test_params_that_are_passwords_are_hidden_even_while_it_is_pending(database: Database) -> None:
    param = {"default": "", "schema": {"type": "string", "format": "password"}}
    save(database, a_dag("a", params={"token": param}))
    Commands(database, "ana", lambda: START).trigger("d", {"token": "hunter2"})

    assert "hunter2" not in str(audit(database, Sought()).entries)


def test_variables_stand_there_by_name_without_their_value(
    database: Database, tmp_path_factory: pytest.TempPathFactory
) -> None:
    keys: KeyRing = load_keys(tmp_path_factory.mktemp("keys"), {})
    with database.transaction() as session:
        secrets.set_variable(session, keys, Variable("region", "north"), "ana", START, door="rest")

    entry = audit(database, Sought()).entries[0]
    assert (entry.verb, entry.name, entry.door) == ("set_variable", "region", "rest")
    assert "north" not in str(entry)
