"""The cache over REST: its results are listed, shown, and forgotten."""

from __future__ import annotations

import pytest

from nbflow.core.cache_entry import CacheEntry
from nbflow.core.orders import Outcome, ValueRef
from nbflow.core.states import TaskState
from nbflow.store import cache as cache_store
from nbflow.store.database import Database
from tests.scheduler.stage import START
from tests.server.screen import Api


@pytest.fixture(autouse=True)
def results(database: Database) -> None:
    """A result of each of two tasks."""
    value = ValueRef("npy", url="file:///v/ab.npy", digest="ab", size=8, preview="ndarray (1,)")
    outcome = Outcome(TaskState.SUCCESS, values={"return_value": value}, log="file:///log")
    with database.transaction() as session:
        for task_id in ("load", "train"):
            entry = CacheEntry(f"{task_id}-key", "d", "r", task_id, -1, task_id, START, outcome)
            cache_store.keep(session, [entry])


async def test_results_are_listed_of_all_tasks_or_of_one(api: Api) -> None:
    listed = (await api.get("cache")).json
    assert sorted(one["task_id"] for one in listed["results"]) == ["load", "train"]
    assert not listed["more"]
    (one,) = (await api.get("cache", dag_id="d", task_id="load")).json["results"]
    assert (one["key"], one["run_id"], one["values"], one["size"]) == ("load-key", "r", 1, 8)


async def test_a_result_is_shown_by_what_its_key_begins_with(api: Api) -> None:
    shown = (await api.get("cache", "lo")).json
    assert (shown["result"]["task_id"], shown["log"]) == ("load", "file:///log")
    assert [one["preview"] for one in shown["values"]] == ["ndarray (1,)"]
    missing = await api.get("cache", "x")
    assert (missing.status, "No result in the cache" in missing.message) == (404, True)


async def test_one_result_those_of_a_task_or_all_are_forgotten(api: Api) -> None:
    assert (await api.delete("cache", dag_id="d", task_id="train")).json == {"forgotten": 1}
    assert (await api.delete("cache", task_id="load")).status == 409
    assert (await api.delete("cache", "load")).json == {"forgotten": 1}
    assert (await api.delete("cache")).json == {"forgotten": 0}


async def test_results_are_found_by_what_stands_in_a_name_or_begins_their_key(api: Api) -> None:
    async def found(**query: str) -> list[str]:
        return [one["task_id"] for one in (await api.get("cache", **query)).json["results"]]

    assert await found(search="TRA") == ["train"]
    assert await found(search="d load-k") == ["load"]
    assert await found(search="key") == []
    assert await found(search="%") == []
    assert len(await found(limit="1")) == 1
    assert (await api.get("cache", limit="1")).json["more"]


async def test_several_results_are_forgotten_at_once(api: Api) -> None:
    keys = {"keys": ["load-key", "train-key", "gone"]}
    assert (await api.post("bulk", "cache", "clear", body=keys)).json == {"forgotten": 2}
    assert (await api.get("cache")).json["results"] == []
    (entry, *_) = (await api.get("audit")).json["entries"]
    assert entry["verb"] == "clear_cache"
