"""State changes are events of Jupyter, for whoever listens to the server's event logger."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from jupyter_events import EventLogger
from jupyter_server.serverapp import ServerApp
from traitlets.config import Config

from nbflow.server.events import STATE_CHANGES
from nbflow.store.database import Database
from tests.scheduler.stage import a_dag, save
from tests.server.conftest import BeginWork
from tests.server.screen import Api


@pytest.fixture
def jp_server_config(jp_server_config: Config) -> Config:
    jp_server_config.NbflowExtension.emit_events = True
    return jp_server_config


async def test_a_run_and_its_tasks_are_told_to_who_listens_with_no_screen_open(
    server: ServerApp, api: Api, database: Database, begin_work: BeginWork
) -> None:
    heard: list[dict[str, Any]] = []  # events, which are JSON
    ended = asyncio.Event()

    async def listen(logger: EventLogger, schema_id: str, data: dict[str, Any]) -> None:
        heard.append(data)
        if (data["kind"], data["state"]) == ("run", "success"):
            ended.set()

    assert server.event_logger is not None
    server.event_logger.add_listener(schema_id=STATE_CHANGES, listener=listen)
    (extension,) = server.extension_manager.extension_apps["nbflow"]
    # What the server does itself once its loop runs.
    await extension._start_jupyter_server_extension(server)
    save(database, a_dag("a"))
    at_work = begin_work()
    run_id = (await api.post("dags", "d", "runs")).json["run_id"]
    await api.until(
        lambda detail: detail["instance"]["state"] == "running",
        *("dags", "d", "runs", run_id, "tasks", "a"),
    )
    at_work.finish("a")
    await asyncio.wait_for(ended.wait(), 60)

    of_task = [event["state"] for event in heard if event["task_id"] == "a"]
    assert of_task[-2:] == ["running", "success"]
    assert {event["run_id"] for event in heard} == {run_id}
    assert [event["cursor"] for event in heard] == sorted(event["cursor"] for event in heard)
