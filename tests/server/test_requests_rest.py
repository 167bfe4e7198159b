"""What became of a request that was taken: the scheduler's answer, over REST."""

from __future__ import annotations

from datetime import datetime, timezone

from nbflow.core.json import JsonObject
from nbflow.store import requests as request_store
from nbflow.store.database import Database
from tests.scheduler.stage import a_dag, save
from tests.server.conftest import BeginWork
from tests.server.screen import Api

NOW = datetime(2026, 3, 2, tzinfo=timezone.utc)


async def test_a_refusal_that_comes_later_is_told_to_who_asks_for_it(
    api: Api, database: Database, begin_work: BeginWork
) -> None:
    save(database, a_dag("a"))
    with database.transaction() as session:
        payload: JsonObject = {"dag_id": "d", "run_id": "gone", "params": {"password": "hush"}}
        number = request_store.put(session, "cancel", payload, "ana", NOW)
    asked = (await api.get("requests", str(number))).json
    assert (asked["state"], asked["verb"], asked["run_id"]) == ("pending", "cancel", "gone")
    assert asked["answered_at"] is None
    assert "hush" not in str(asked)

    begin_work()
    answered = (await api.get("requests", str(number), wait=30)).json
    assert (answered["state"], answered["actor"]) == ("refused", "ana")
    assert "gone" in answered["message"]
    listed = (await api.get("requests", limit=1)).json
    assert listed == {"requests": [answered]}


async def test_a_request_that_is_none_is_answered_in_a_sentence(api: Api) -> None:
    assert (await api.get("requests", "77")).message == "There is no request 77."
    assert "numbers" in (await api.get("requests", "x")).message


async def test_the_runs_of_all_dags_are_listed(api: Api, database: Database) -> None:
    save(database, a_dag("a"))
    assert (await api.get("runs")).json == {"runs": [], "next": None}
