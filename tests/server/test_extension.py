"""How the extension comes and goes with a Jupyter server."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Awaitable, Callable

import pytest
from jupyter_server.serverapp import ServerApp

import nbflow
from nbflow.server.extension import NbflowExtension
from nbflow.server.routes import handlers
from nbflow.store.database import Database
from tests.scheduler.stage import a_dag, start_run
from tests.server.conftest import BeginWork
from tests.server.screen import Screen


def extension_of(server: ServerApp) -> NbflowExtension:
    [extension] = server.extension_manager.extension_apps["nbflow"]
    assert isinstance(extension, NbflowExtension)
    return extension


def test_jupyter_finds_the_extension_in_the_package() -> None:
    [point] = nbflow._jupyter_server_extension_points()

    assert point == {"module": "nbflow.server.extension", "app": NbflowExtension}


def test_a_server_starts_without_loading_the_store() -> None:
    code = "import sys, nbflow.server.extension; print('sqlalchemy' in sys.modules)"
    answer = subprocess.run([sys.executable, "-c", code], check=True, stdout=subprocess.PIPE)

    assert answer.stdout.split() == [b"False"]


@pytest.mark.filterwarnings("error")
def test_no_handler_is_open_to_everybody(server: ServerApp) -> None:
    assert server.web_app.settings["allow_unauthenticated_access"] is False
    undecorated = [
        line
        for pattern, handler in handlers()
        for line in server.web_app._check_handler_auth(pattern, handler)
    ]

    assert undecorated == []


async def test_a_server_that_culls_itself_sees_the_runs_that_go_on(
    server: ServerApp,
    connect: Callable[[], Awaitable[Screen]],
    database: Database,
    begin_work: BeginWork,
) -> None:
    start_run(database, a_dag("a"))
    screen = await connect()
    await screen.say("from", cursor=-1)
    await screen.hear("health")
    idle = extension_of(server).current_activity()

    begin_work()
    while (await screen.hear("health"))["health"]["running"] == 0:
        """Listen on."""

    assert not idle
    assert extension_of(server).current_activity()


async def test_a_server_that_stops_hangs_up(
    server: ServerApp, connect: Callable[[], Awaitable[Screen]]
) -> None:
    screen = await connect()
    await screen.say("from", cursor=-1)
    await screen.hear("changes")
    extension = extension_of(server)

    await extension.stop_extension()

    assert not extension.hub.is_following
