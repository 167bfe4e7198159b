"""The Jupyter server extension: its settings, and how its parts come and go with the server."""

from __future__ import annotations

import asyncio
import contextlib
import os
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from jupyter_server.extension.application import ExtensionApp
from traitlets import Bool, List, Unicode

from nbflow.server import events, routes
from nbflow.server.dashboard import Dashboard
from nbflow.server.debugging import Debugging
from nbflow.server.hub import Hub
from nbflow.server.preview_desk import PreviewDesk
from nbflow.server.project import Project
from nbflow.server.refusals import Refusal
from nbflow.server.scheduler_process import COMMAND, SchedulerProcess

if TYPE_CHECKING:
    from jupyter_server.serverapp import ServerApp

PROXY = "jupyter_server_proxy"
_RETRY = 10.0
_LOCAL = frozenset({"localhost", "127.0.0.1"})


class NbflowExtension(ExtensionApp):
    """nbflow in a Jupyter server. What else can be set is in nbflow.toml and NBFLOW_* variables."""

    name = "nbflow"
    _emitting: asyncio.Task[None] | None = None
    load_other_extensions = True

    home = Unicode(
        "",
        help="""Where to look for the project: the nearest folder, from here upwards, with an
        nbflow.toml. The server's root folder by default.""",
    ).tag(config=True)
    start_scheduler = Bool(
        False,
        help="""Start a scheduler with the server if none is alive. It is a process of its own and
        goes on when the server stops.""",
    ).tag(config=True)
    scheduler_command = List(
        Unicode(),
        list(COMMAND),
        help="""The command that starts a scheduler, run in the project's folder.""",
    ).tag(config=True)

    emit_events = Bool(
        False,
        help="""Emit events of state changes (nbflow/state_changes) also while no screen of nbflow
        is open, which means to follow the store all the time.""",
    ).tag(config=True)

    def initialize_settings(self) -> None:
        """Make the parts. None of them does anything before it is asked."""
        root = Path(self._server.root_dir).expanduser()
        self.project = Project(Path(self.home or root).expanduser(), root.resolve())
        logger = self._server.event_logger
        assert logger is not None  # the server has made it before its extensions
        events.register(logger)
        self.hub = Hub(self.project, partial(events.emit, logger))
        self.scheduler = SchedulerProcess(self.scheduler_command)
        self.debugging = Debugging(self._server.kernel_manager, self._folder_of_kernels())
        self.previews = PreviewDesk()
        self.settings.update(
            nbflow_project=self.project,
            nbflow_hub=self.hub,
            nbflow_scheduler=self.scheduler,
            nbflow_dashboard=Dashboard(self._proxies),
            nbflow_debugging=self.debugging,
            nbflow_previews=self.previews,
        )

    def initialize_handlers(self) -> None:
        """Add the REST API and the socket."""
        self.handlers.extend(routes.handlers())

    async def _start_jupyter_server_extension(self, serverapp: ServerApp) -> None:
        """The loop runs: do what the settings say is to be done at once."""
        if self.start_scheduler:
            self._starting = asyncio.create_task(self._start_scheduler())
        if self.emit_events:
            self._emitting = asyncio.create_task(self._follow())

    async def stop_extension(self) -> None:
        """End what lives with the server; a scheduler does not."""
        if self._emitting is not None:
            self._emitting.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._emitting
        await self.hub.stop()
        await self.debugging.stop()
        await asyncio.to_thread(self.scheduler.let_go)
        await asyncio.to_thread(self.previews.close)
        await asyncio.to_thread(self.project.close)

    def current_activity(self) -> object:
        """Runs that are going on, as far as known: a server that culls itself waits for them."""
        return None if self.hub.health is None else self.hub.health.running

    async def _follow(self) -> None:
        """Listen as a screen does, for as long as the server lives."""
        while True:
            try:
                async with self.hub.listening():
                    await asyncio.Event().wait()
            except Refusal as refusal:
                self.log.warning("nbflow emits no events yet: %s", refusal.message)
                await asyncio.sleep(_RETRY)

    async def _start_scheduler(self) -> None:
        """Start one. Whatever goes wrong is said in the log: the server works without."""
        try:
            await asyncio.to_thread(lambda: self.scheduler.start(self.project.questions()))
        except Exception as error:  # noqa: BLE001 - nobody waits for this task who could be told
            self.log.warning(
                "nbflow has started no scheduler: %s", getattr(error, "message", error)
            )

    def _folder_of_kernels(self) -> Path | None:
        """Where this server finds kernels that others have started: Jupyter's folder for that if
        it is enabled, else one of this server alone; None if somebody has forbidden it.
        """
        kernels = self._server.kernel_manager
        if kernels.external_connection_dir is not None:
            return Path(kernels.external_connection_dir)
        if self._server.config.get("ServerApp", {}).get("allow_external_kernels") is False:
            return None
        folder = Path(self._server.runtime_dir) / f"nbflow-kernels-{os.getpid()}"
        kernels.external_connection_dir = str(folder)
        return folder

    def _proxies(self, host: str) -> bool:
        """Whether jupyter-server-proxy is enabled here and lets `host` through."""
        package = self._server.extension_manager.extensions.get(PROXY)
        if package is None or not package.enabled:
            return False
        allowed = self._server.config.get("ServerProxy", {}).get("host_allowlist", _LOCAL)
        # A function wants to see the request to the proxy, which is not there yet.
        return host in allowed if not callable(allowed) else host in _LOCAL

    @property
    def _server(self) -> ServerApp:
        assert self.serverapp is not None  # it is linked before anything else happens
        return self.serverapp
