"""A request is put by a door, answered once by the scheduler, and audited in the journal."""

from __future__ import annotations

import threading

import pytest

from nbflow.core.errors import NotFoundError
from nbflow.store import journal, requests
from nbflow.store.database import Database
from nbflow.store.requests import Answer, Request, Verdict
from tests.store.builders import LATER, NOW


def put(database: Database, verb: str = "trigger", actor: str | None = "ana") -> int:
    with database.transaction() as session:
        return requests.put(session, verb, {"dag_id": "sales", "run_id": "one"}, actor, NOW)


def answer(database: Database, request_id: int, outcome: Verdict = "done") -> None:
    with database.transaction() as session:
        requests.answer(session, request_id, outcome, "So be it.", {"n": 1}, LATER)


def pending(database: Database, limit: int = 100) -> list[Request]:
    with database.reading() as session:
        return requests.pending(session, limit)


def read(database: Database, request_id: int) -> Request:
    with database.reading() as session:
        found = requests.read(session, request_id)
    assert found is not None
    return found


def test_what_was_put_is_pending_with_all_it_says(database: Database) -> None:
    request_id = put(database)
    payload = {"dag_id": "sales", "run_id": "one"}
    assert pending(database) == [Request(request_id, "trigger", payload, "ana", NOW)]


def test_the_oldest_requests_come_first(database: Database) -> None:
    ids = [put(database) for _ in range(3)]
    assert [request.id for request in pending(database, limit=2)] == ids[:2]


@pytest.mark.parametrize("outcome", ["done", "refused"])
def test_an_answer_is_kept_and_ends_the_waiting(database: Database, outcome: Verdict) -> None:
    request_id = put(database)
    answer(database, request_id, outcome)
    assert pending(database) == []
    assert read(database, request_id).answer == Answer(outcome, "So be it.", {"n": 1}, LATER)


def test_every_answer_is_audited_with_who_asked_for_what(database: Database) -> None:
    request_id = put(database, "clear", actor="chloé")
    answer(database, request_id, "refused")
    with database.reading() as session:
        (line,) = journal.after(session, 0)
    assert (line.kind, line.actor, line.state, line.at) == ("request", "chloé", "refused", LATER)
    assert (line.dag_id, line.run_id) == ("sales", "one")
    assert (line.data["verb"], line.data["id"]) == ("clear", request_id)


def test_a_request_is_answered_once(database: Database) -> None:
    request_id = put(database)
    answer(database, request_id)
    with pytest.raises(NotFoundError, match=f"no unanswered request {request_id}"):
        answer(database, request_id, "refused")
    assert read(database, request_id).answer is not None


def test_a_request_that_is_not_there_reads_as_none(database: Database) -> None:
    with database.reading() as session:
        assert requests.read(session, 404) is None


def test_a_door_that_waits_learns_the_answer_when_it_comes(database: Database) -> None:
    request_id = put(database)
    scheduler = threading.Timer(0.1, answer, (database, request_id))
    scheduler.start()
    found = requests.wait_for_answer(database, request_id, timeout=60)
    scheduler.join()
    assert found is not None
    assert found.message == "So be it."


def test_a_door_gets_an_answer_that_is_there_at_once(database: Database) -> None:
    request_id = put(database)
    answer(database, request_id)
    assert requests.wait_for_answer(database, request_id, timeout=0) is not None


def test_a_door_waits_no_longer_than_it_said(database: Database) -> None:
    assert requests.wait_for_answer(database, put(database), timeout=0.05) is None


def test_nobody_waits_for_a_request_that_is_not_there(database: Database) -> None:
    with pytest.raises(NotFoundError, match="no request 404"):
        requests.wait_for_answer(database, 404, timeout=1)
