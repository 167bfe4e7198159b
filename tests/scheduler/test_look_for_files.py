"""Results whose files are in a store elsewhere are looked for before they are used."""

from __future__ import annotations

import threading
import time
from collections.abc import Collection
from datetime import datetime, timezone

from fsspec.implementations.memory import MemoryFileSystem

from nbflow.core.cache_entry import CacheEntry
from nbflow.core.orders import Outcome, ValueRef
from nbflow.core.states import TaskState
from nbflow.runtime.artifacts import ArtifactStore, are_there, is_far
from nbflow.scheduler.look_for_files import FileDesk
from nbflow.store.database import Database
from tests.scheduler.stage import a_dag, states
from tests.scheduler.test_cache import Stage, cached

DEADLINE = 60.0


def entry(name: str) -> CacheEntry:
    values = {"return_value": ValueRef("npy", url=f"far://{name}")}
    at = datetime(2026, 3, 2, tzinfo=timezone.utc)
    outcome = Outcome(TaskState.SUCCESS, values=values)
    return CacheEntry(name, "d", "one", name, -1, f"attempt of {name}", at, outcome)


class Store:
    """A store elsewhere that answers when it is let."""

    def __init__(self, *there: str, opens: bool = True) -> None:
        self.there = {f"far://{name}" for name in there}
        self.opens, self.woken = threading.Event(), threading.Event()
        if opens:
            self.opens.set()

    def has(self, urls: Collection[str]) -> bool:
        self.opens.wait(DEADLINE)
        return self.there.issuperset(urls)


def test_nobody_waits_for_a_store_that_takes_its_time() -> None:
    store = Store("a", opens=False)
    desk = FileDesk(store.has, store.woken.set)
    assert desk.look([entry("a")]) == {}
    assert desk.look([entry("a")]) == {}

    store.opens.set()
    assert store.woken.wait(DEADLINE)
    assert desk.look([entry("a")]) == {"a": True}


def test_each_result_is_looked_for_by_itself() -> None:
    store = Store("a", "c")
    desk = FileDesk(store.has, store.woken.set)
    wanted = [entry(name) for name in "abc"]
    assert desk.look(wanted) == {}
    assert store.woken.wait(DEADLINE)
    assert desk.look(wanted) == {"a": True, "b": False, "c": True}


def test_an_answer_counts_once_as_files_may_go_later() -> None:
    store = Store("a")
    desk = FileDesk(store.has, store.woken.set)
    desk.look([entry("a")])
    assert store.woken.wait(DEADLINE)
    desk.look([entry("a")])
    store.there.clear()
    store.woken.clear()
    assert desk.look([entry("a")]) == {}
    assert store.woken.wait(DEADLINE)
    assert desk.look([entry("a")]) == {"a": False}


def test_a_store_that_cannot_be_asked_counts_as_one_without_the_result() -> None:
    def broken(_: Collection[str]) -> bool:
        raise OSError("no route to host")

    woken = threading.Event()
    desk = FileDesk(broken, woken.set)
    desk.look([entry("a")])
    assert woken.wait(DEADLINE)
    assert desk.look([entry("a")]) == {"a": False}


def test_so_does_one_that_does_not_answer_in_time() -> None:
    store = Store("a", opens=False)
    desk = FileDesk(store.has, store.woken.set, seconds=0.01)
    desk.look([entry("a")])
    assert store.woken.wait(DEADLINE)
    assert desk.look([entry("a")]) == {"a": False}
    store.opens.set()


# -- in the scheduler ------------------------------------------------------------------------------


def a_kept_result(stage: Stage, store: ArtifactStore) -> str:
    """A run whose one task has left a value in a store elsewhere; where that is."""
    url = store.write("values/ab.npy", b"value")
    made = Outcome(
        TaskState.SUCCESS, values={"return_value": ValueRef("npy", url=url, digest="ab")}
    )
    dag = a_dag(tasks=[cached("load")])
    assert stage.run(dag, "one", made) == ["load"]
    return url


def second_run(stage: Stage, database: Database) -> str:
    """What becomes of the task in a second run: its state, or that it was handed to a worker."""
    stage.begin(a_dag(tasks=[cached("load")]), "two")
    deadline = time.monotonic() + DEADLINE

    def is_decided() -> bool:
        is_over = time.monotonic() > deadline
        return is_over or bool(stage.hands.running) or states(database, "two")["load"] == "success"

    stage.scheduler.run_until(is_decided)
    return "at work" if stage.hands.running else states(database, "two")["load"]


def test_a_result_whose_file_is_in_a_store_elsewhere_is_used(database: Database) -> None:
    stage = Stage(database, is_there=are_there, is_far=is_far)
    a_kept_result(stage, ArtifactStore("memory://cache-there"))
    assert second_run(stage, database) == "success"


def test_a_result_whose_file_is_gone_from_a_store_elsewhere_is_made_again(
    database: Database,
) -> None:
    stage = Stage(database, is_there=are_there, is_far=is_far)
    url = a_kept_result(stage, ArtifactStore("memory://cache-gone"))
    MemoryFileSystem().rm(url)
    assert second_run(stage, database) == "at work"
