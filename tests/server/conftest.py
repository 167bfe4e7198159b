"""A real Jupyter server over a real project, with somebody at work in it if a test wants that.

The fixtures of pytest-jupyter are imported by name: as a plugin it would build a server for every
test there is.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from jupyter_server.serverapp import ServerApp
from pytest_jupyter.jupyter_core import (
    echo_kernel_spec,
    jp_asyncio_loop,
    jp_config_dir,
    jp_data_dir,
    jp_env_config_path,
    jp_env_jupyter_path,
    jp_environ,
    jp_home_dir,
    jp_kernel_dir,
    jp_runtime_dir,
    jp_system_config_path,
    jp_system_jupyter_path,
    pytest_pycollect_makeitem,
    pytest_pyfunc_call,
)
from pytest_jupyter.jupyter_server import (
    jp_argv,
    jp_auth_header,
    jp_base_url,
    jp_configurable_serverapp,
    jp_fetch,
    jp_http_port,
    jp_logging_stream,
    jp_nbconvert_templates,
    jp_root_dir,
    jp_serverapp,
    jp_web_app,
    jp_ws_fetch,
)
from pytest_jupyter.pytest_tornasync import http_server, http_server_client, http_server_port
from tornado.httpclient import HTTPResponse
from tornado.websocket import WebSocketClientConnection
from traitlets.config import Config

from nbflow.settings import Settings
from nbflow.store.database import Database
from tests.at_work import AtWork, at_work
from tests.databases import sqlite_database
from tests.server.gate import Gate
from tests.server.screen import Api, Screen

__all__ = [
    "echo_kernel_spec",
    "http_server",
    "http_server_client",
    "http_server_port",
    "jp_argv",
    "jp_asyncio_loop",
    "jp_auth_header",
    "jp_base_url",
    "jp_config_dir",
    "jp_configurable_serverapp",
    "jp_data_dir",
    "jp_env_config_path",
    "jp_env_jupyter_path",
    "jp_environ",
    "jp_fetch",
    "jp_home_dir",
    "jp_http_port",
    "jp_kernel_dir",
    "jp_logging_stream",
    "jp_nbconvert_templates",
    "jp_root_dir",
    "jp_runtime_dir",
    "jp_serverapp",
    "jp_system_config_path",
    "jp_system_jupyter_path",
    "jp_web_app",
    "jp_ws_fetch",
    "pytest_pycollect_makeitem",
    "pytest_pyfunc_call",
    "sqlite_database",
]

BeginWork = Callable[[], AtWork]
Fetch = Callable[..., Awaitable[HTTPResponse]]
Connect = Callable[..., Awaitable[WebSocketClientConnection]]


@pytest.fixture
def database(sqlite_database: Database) -> Database:
    return sqlite_database


@pytest.fixture
def settings(jp_root_dir: Path, database: Database) -> Settings:
    """The settings of the project that the server shows; they are in its nbflow.toml."""
    url = database.url.render_as_string()
    (jp_root_dir / "nbflow.toml").write_text(f'store = "{url}"\n')
    return Settings(home=jp_root_dir, store=url)


@pytest.fixture
def jp_server_config(settings: Settings) -> Config:
    """Nobody gets in without a token, and `Gate` decides who may do what."""
    extensions = {"nbflow": True, "jupyter_server_terminals": False}
    server = {
        "jpserver_extensions": extensions,
        "allow_unauthenticated_access": False,
        "authorizer_class": Gate,
    }
    return Config({"ServerApp": server})


@pytest.fixture
def server(
    jp_serverapp: ServerApp, jp_asyncio_loop: asyncio.AbstractEventLoop
) -> Iterator[ServerApp]:
    """The running server. Like a real one it stops its extensions in the end."""
    yield jp_serverapp
    jp_asyncio_loop.run_until_complete(jp_serverapp._cleanup())
    jp_serverapp.kernel_manager.context.destroy()
    ServerApp.clear_instance()


@pytest.fixture
def gate(server: ServerApp) -> Gate:
    """What says who may do what, and remembers what it was asked."""
    assert isinstance(server.authorizer, Gate)
    return server.authorizer


@pytest.fixture
def api(server: ServerApp, jp_fetch: Fetch) -> Api:
    return Api(jp_fetch)


@pytest.fixture
def connect(server: ServerApp, jp_ws_fetch: Connect) -> Callable[[], Awaitable[Screen]]:
    """Opens a screen: a websocket to the feed."""

    async def connect() -> Screen:
        return Screen(await jp_ws_fetch("nbflow", "api", "v1", "feed"))

    return connect


@pytest.fixture
def begin_work(database: Database, settings: Settings) -> Iterator[BeginWork]:
    """Starts a scheduler, whose tasks end when the test says so. Runs that are to be found at its
    start must be there before.
    """
    with ExitStack() as life:

        def begin() -> AtWork:
            return life.enter_context(at_work(database, settings))

        yield begin
