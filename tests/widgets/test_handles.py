"""A handle to a run: asked for here, executed elsewhere, waited for and watched."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

import nbflow
from nbflow.core.errors import DefinitionError, NotFoundError, RequestError
from nbflow.settings import Settings
from nbflow.store import leases, requests
from nbflow.store.database import Database
from nbflow.widgets.handles import REQUESTED
from tests.scheduler.stage import BAD, START, a_dag, save, start_run
from tests.widgets.conftest import BeginWork
from tests.widgets.waiting import eventually


@pytest.fixture(autouse=True)
def _in_the_project(settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A notebook's folder is where the project is looked for."""
    monkeypatch.chdir(tmp_path)


def handle(settings: Settings) -> nbflow.RunHandle:
    return nbflow.RunHandle("d", "r", settings)


def test_a_run_is_asked_for_and_waited_for(database: Database, begin_work: BeginWork) -> None:
    save(database, a_dag("a>b", params={"n": {"default": 1, "schema": {"type": "integer"}}}))
    at_work = begin_work()

    run = nbflow.trigger("d", {"n": 2})
    for task in ("a", "b"):
        eventually(lambda task=task: task in at_work.hands.running)  # type: ignore[misc]
        at_work.finish(task)

    assert run.wait(30) == "success"
    assert run.states == {"a": "success", "b": "success"}


def test_a_run_that_fails_is_waited_for_like_any_other(
    settings: Settings, database: Database, begin_work: BeginWork
) -> None:
    start_run(database, a_dag("a"))
    at_work = begin_work()
    eventually(lambda: at_work.hands.running == ["a"])
    at_work.finish("a", BAD)

    assert handle(settings).wait(30) == "failed"


def test_a_run_that_nobody_has_created_yet_is_requested(database: Database) -> None:
    save(database, a_dag("a"))

    assert nbflow.trigger("d").state == REQUESTED


def test_waiting_ends_in_time(
    settings: Settings, database: Database, begin_work: BeginWork
) -> None:
    start_run(database, a_dag("a"))
    at_work = begin_work()
    eventually(lambda: at_work.hands.running == ["a"])

    with pytest.raises(TimeoutError, match=r"r is running after 0\.1 s"):
        handle(settings).wait(0.1)


def test_waiting_for_what_nobody_executes_is_refused(
    settings: Settings, database: Database
) -> None:
    start_run(database, a_dag("a"))

    with pytest.raises(RequestError, match="No scheduler is alive"):
        handle(settings).wait(30)


def test_a_scheduler_that_was_alive_a_moment_ago_is_waited_for(
    settings: Settings, database: Database
) -> None:
    start_run(database, a_dag("a"))
    now = datetime.now(timezone.utc)
    with database.transaction() as session:
        leases.acquire(session, "scheduler", "s", now, timedelta(seconds=0.01), "", 1)

    with pytest.raises(TimeoutError):
        handle(settings).wait(0.3)


def test_a_request_that_is_refused_ends_the_waiting(database: Database) -> None:
    save(database, a_dag("a"))
    run = nbflow.trigger("d")
    with database.transaction() as session:
        [request] = requests.pending(session)
        requests.answer(session, request.id, "refused", "The DAG is gone.", {}, START)

    with pytest.raises(RequestError, match="The DAG is gone"):
        run.wait(30)


def test_a_run_is_cancelled(settings: Settings, database: Database, begin_work: BeginWork) -> None:
    start_run(database, a_dag("a"))
    at_work = begin_work()
    eventually(lambda: at_work.hands.running == ["a"])
    run = handle(settings)

    run.cancel()

    assert run.wait(30) == "cancelled"


def test_what_cannot_run_is_refused_at_once(database: Database) -> None:
    save(database, a_dag("a"))

    with pytest.raises(NotFoundError, match="no DAG 'e'"):
        nbflow.trigger("e")
    with pytest.raises(DefinitionError, match="n"):
        nbflow.trigger("d", {"n": 1})


def test_a_handle_is_watched(settings: Settings, database: Database) -> None:
    start_run(database, a_dag("a"))

    widget = handle(settings).watch()

    assert widget.run is not None
    assert widget.run["run_id"] == "r"
    widget.close()
