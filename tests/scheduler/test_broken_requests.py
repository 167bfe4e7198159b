"""Requests that nothing of ours has written: each is refused in a sentence, and stops nobody."""

from __future__ import annotations

import pytest

from nbflow.commands import Commands
from nbflow.core.json import Json, JsonObject
from nbflow.scheduler.answer_requests import VERBS
from nbflow.store import journal, requests
from nbflow.store.database import Database
from tests.scheduler.conftest import MakeScheduler
from tests.scheduler.stage import Clock, Hands, a_dag, run_ids, run_state, save, start_run

RUN: JsonObject = {"dag_id": "d", "run_id": "r"}

BROKEN: dict[str, Json] = {
    "pause": ["d"],
    "trigger": {"dag_id": "d", "run_id": "x", "logical_date": "yesterday"},
    "rerun": {"dag_id": "d", "run_id": "x", "rerun_of": "r", "params": 7, "latest": []},
    "cancel": "d/r",
    "clear": {"dag_id": "d", "runs": 3},
    "mark": {"dag_id": "d", "runs": [["r", [["a", -1]]]], "state": "splendid"},
    "mark_run": {**RUN, "state": "splendid"},
    "force": {"dag_id": "d", "runs": [["r", [["a"]]]]},
    "note": {**RUN, "note": "n", "key": {"a": 1}},
    "answer": {**RUN, "task_id": ["a"]},
    "delete_run": 12,
    "backfill": {"dag_id": "d", "from_date": "2026-13-01", "to_date": "x", "reprocess": "none"},
    "backfill_state": {"backfill_id": 1, "state": "splendid"},
    "emit": [],
    "scale": {"minimum": "many", "maximum": True},
}


def _ask(database: Database, verb: str, payload: Json, clock: Clock) -> int:
    with database.transaction() as session:
        return requests.put(session, verb, payload, "ana", clock.now)  # type: ignore[arg-type]  # broken on purpose


def _answer(database: Database, request_id: int) -> tuple[str, str]:
    with database.reading() as session:
        found = requests.read(session, request_id)
    assert found is not None
    assert found.answer is not None
    return found.answer.outcome, found.answer.message


def test_every_verb_is_tried() -> None:
    assert set(BROKEN) == set(VERBS)


@pytest.mark.parametrize("verb", BROKEN)
def test_a_malformed_request_is_refused_and_the_next_one_is_answered(
    verb: str, database: Database, make_scheduler: MakeScheduler, hands: Hands, clock: Clock
) -> None:
    start_run(database, a_dag("a"))
    broken = _ask(database, verb, BROKEN[verb], clock)
    sound = Commands(database, "ana", clock).trigger("d").request_id
    assert sound is not None
    scheduler = make_scheduler()
    scheduler.tick()
    scheduler.tick()
    outcome, message = _answer(database, broken)
    assert (outcome, message.endswith(".")) == ("refused", True)
    assert _answer(database, sound)[0] == "done"
    assert "a" in hands.running


@pytest.mark.parametrize(
    ("verb", "payload"),
    [
        ("trigger", {"dag_id": "d", "run_id": "x", "params": [1]}),
        ("trigger", {"dag_id": "d", "run_id": "x", "only": ["nowhere"]}),
        ("rerun", {"dag_id": "d", "run_id": "x", "rerun_of": "r", "only": ["nowhere"]}),
        ("mark", {"dag_id": "d", "runs": [["r", [["a", -1]]]], "state": "queued"}),
        ("mark_run", {**RUN, "state": "queued"}),
    ],
)
def test_a_broken_request_leaves_nothing_behind_that_would_stop_a_scheduler(
    verb: str,
    payload: JsonObject,
    database: Database,
    make_scheduler: MakeScheduler,
    hands: Hands,
    clock: Clock,
) -> None:
    start_run(database, a_dag("a>b"))
    scheduler = make_scheduler()
    scheduler.tick()
    broken = _ask(database, verb, payload, clock)
    scheduler.tick()
    scheduler.tick()
    assert _answer(database, broken)[0] == "refused"
    hands.finish("a")
    scheduler.tick()
    hands.finish("b")
    scheduler.tick()
    assert (run_ids(database), run_state(database)) == (["r"], "success")


def test_a_broken_request_is_in_the_journal(
    database: Database, make_scheduler: MakeScheduler, clock: Clock
) -> None:
    save(database, a_dag("a"))
    _ask(database, "cancel", "d/r", clock)
    make_scheduler().tick()
    with database.reading() as session:
        (line,) = [one for one in journal.after(session, 0) if one.kind == "request"]
    assert (line.state, line.actor) == ("refused", "ana")
