"""Starting a scheduler from the screen: a real process, which outlives the server."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from jupyter_server.serverapp import ServerApp
from traitlets.config import Config

from nbflow.server.extension import NbflowExtension
from nbflow.settings import Settings
from tests.server.conftest import BeginWork
from tests.server.screen import Api

SCHEDULER = """
from nbflow import app, settings
found = settings.load(None, executor="inline", warm_kernels=0).settings
store, executor = app.open_database(found), app.make_executor(found)
made = app.make_scheduler(found, store, executor, watch_dags=False)
made.run_forever()
"""


@pytest.fixture
def command() -> list[str]:
    """The command that starts a scheduler; without Dask, for Dask takes its time."""
    return [sys.executable, "-c", SCHEDULER]


@pytest.fixture
def jp_server_config(jp_server_config: Config, command: list[str]) -> Config:
    jp_server_config.NbflowExtension.scheduler_command = command
    return jp_server_config


@pytest.fixture
def started() -> Iterator[list[int]]:
    """The ids of processes that are to be ended with the test."""
    pids: list[int] = []
    yield pids
    for pid in pids:
        process = psutil.Process(pid)
        process.terminate()
        process.wait(60)


async def test_a_scheduler_is_started_where_none_is_alive(
    api: Api, settings: Settings, started: list[int]
) -> None:
    answer = await api.post("scheduler", "start")
    started.append(answer.json["pid"])

    await api.until(lambda h: h["scheduler"]["alive"], "health")
    assert answer.status == 202
    assert Path(answer.json["log"]).is_relative_to(settings.data_folder)
    assert psutil.Process(started[0]).cwd() == str(settings.home)


async def test_no_second_one_is_started(api: Api, begin_work: BeginWork) -> None:
    begin_work()
    await api.until(lambda h: h["scheduler"]["alive"], "health")

    answer = await api.post("scheduler", "start")

    assert answer.status == 409
    assert "alive already" in answer.message


@pytest.mark.parametrize("command", [[sys.executable, "-c", "raise SystemExit('No disk left.')"]])
async def test_a_scheduler_that_ends_at_once_is_told_with_the_last_line_of_its_log(
    api: Api,
) -> None:
    answer = await api.post("scheduler", "start")

    assert answer.status == 500
    assert "exit code 1" in answer.message
    assert "No disk left." in answer.message


async def test_the_server_starts_one_with_itself_if_it_is_told_to(
    server: ServerApp, api: Api, started: list[int]
) -> None:
    [extension] = server.extension_manager.extension_apps["nbflow"]
    assert isinstance(extension, NbflowExtension)
    extension.start_scheduler = True

    await extension._start_jupyter_server_extension(server)
    health = await api.until(lambda h: h["scheduler"]["alive"], "health")

    # The holder of the lease names its process: host-pid-life.
    started.append(int(health["scheduler"]["holder"].split("-")[-2]))


def test_the_command_of_the_house_exists() -> None:
    default = NbflowExtension.scheduler_command.default() or []

    assert default[:3] == [sys.executable, "-m", "nbflow.cli.main"]
