"""`nbflow standalone`: a Dask cluster, a scheduler and JupyterLab, each a process of its own,
started and stopped together.

When one of them ends by itself, all are ended, and it is said which one and where its log is.
"""

from __future__ import annotations

import json
import os
import secrets
import socket
import sys
import time
import webbrowser
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from threading import Event
from typing import Annotated
from urllib.error import URLError
from urllib.request import urlopen

import typer
from rich.console import RenderableType
from rich.text import Text

from nbflow.cli.interrupts import on_interrupt
from nbflow.cli.output import (
    Output,
    OutputOption,
    StoreOption,
    errors_as_sentences,
    say,
    show,
)
from nbflow.cli.service import Service, ServiceError, Services
from nbflow.core.states import RunState
from nbflow.settings import Settings, load

START_SECONDS = 60.0
LOOK_SECONDS = 0.05


def standalone(
    port: Annotated[int, typer.Option(help="Port of JupyterLab; a free one by default.")] = 0,
    browser: Annotated[bool, typer.Option(help="Open a browser.")] = True,
    demo: Annotated[
        bool, typer.Option("--demo", help="First run the project's DAGs, and say what happened.")
    ] = False,
    once: Annotated[bool, typer.Option("--once", help="With --demo: stop after that.")] = False,
    store: StoreOption = None,
    output: OutputOption = Output.TABLE,
) -> None:
    """Everything on this machine: store, Dask, scheduler, JupyterLab.

    Runs until it is told to stop (Ctrl-C, SIGTERM), and then leaves no process behind. As JSON it
    prints one object when JupyterLab is ready, or with --once at the end.
    """
    if once and not demo:
        raise typer.BadParameter("It only makes sense with --demo.", param_hint="--once")
    with errors_as_sentences(output):
        settings = load(store=store).settings
        parts = Standalone(settings, port=port, browser=browser and not once, output=output)
        with on_interrupt(parts.stop), closing(parts):
            code = parts.run(demo=demo, once=once)
    raise typer.Exit(code)


class Stopped(Exception):
    """The user wants to stop; there is nothing more to do."""


@dataclass(frozen=True)
class Lab:
    """JupyterLab while it starts, and where it will be."""

    service: Service
    url: str
    token: str

    def answers(self) -> bool:
        """Whether it can be used."""
        try:
            with urlopen(f"{self.url}/api/status?token={self.token}", timeout=2):  # noqa: S310 - our own
                return True
        except (URLError, ConnectionError, TimeoutError):
            return False


class Standalone:
    """All parts on this machine, on loopback. `port` 0 means a free one."""

    def __init__(
        self, settings: Settings, *, port: int = 0, browser: bool = True, output: Output
    ) -> None:
        self.settings = settings
        self._port = port
        self._browser = browser
        self._output = output
        self._told: dict[str, object] = {"home": str(settings.home)}
        self._stopping = Event()
        self._news = Event()
        environment = {"NBFLOW_HOME": str(settings.home), "NBFLOW_STORE": settings.store_url}
        logs = settings.data_folder / "logs"
        self._services = Services(settings.home, environment, logs, self._news.set)

    def stop(self) -> None:
        """End `run` soon. May be called from any thread."""
        self._stopping.set()
        self._news.set()

    def close(self) -> None:
        """End every service."""
        self._services.stop()

    def run(self, *, demo: bool = False, once: bool = False) -> int:
        """Start everything and wait. Returns the exit code: 0 when it was asked to stop.

        Raises ServiceError when a service does not start, or ends by itself.
        """
        self._say(Text(f"nbflow in {self.settings.home}", style="bold"))
        try:
            # It takes longest to start, and needs none of the others.
            lab = None if once else self._start_lab()
            self._start_scheduler(self._cluster_address())
            succeeded = self._run_demo() if demo else True
            if lab is None:
                self._sum_up(Text("Everything is stopped."))
                return int(not succeeded)
            self._until(lab.service, lab.answers)
            self._announce(lab)
            while True:
                self._check()
                self._news.wait()
                self._news.clear()
        except Stopped:
            return 0

    def _run_demo(self) -> bool:
        # This process stays for as long as its services: 20 MiB less without what asks the store.
        from nbflow.cli.demo import run_demo  # noqa: PLC0415

        runs = run_demo(self.settings, self._check, self._output)
        self._told["runs"] = runs
        # One that waits for an answer has not failed.
        return all(run.state in (RunState.SUCCESS, RunState.RUNNING) for run in runs)

    def _check(self) -> None:
        """Raise Stopped if the user wants to stop, ServiceError if a service has ended."""
        if self._stopping.is_set():
            raise Stopped
        ended = self._services.ended()
        if ended:
            raise ServiceError(f"{ended}\nThe others are stopped too.")

    def _until(self, service: Service, is_ready: Callable[[], bool]) -> None:
        deadline = time.monotonic() + START_SECONDS
        while not is_ready():
            self._check()
            if time.monotonic() > deadline:
                raise ServiceError(
                    f"{service.name} did not start in {START_SECONDS:g} s. Its log: {service.log}"
                )
            self._news.wait(LOOK_SECONDS)

    # -- the parts ---------------------------------------------------------------------------------

    def _cluster_address(self) -> str:
        """The address of the cluster: the one in the settings, or that of one started here."""
        if self.settings.dask_address:
            return self.settings.dask_address
        lines: list[str] = []
        threads, workers = str(self.settings.slots), str(self.settings.workers)
        cluster = self._services.start(
            "Dask cluster",
            *("-m", "nbflow.executors.dask_cluster", "--until-eof"),
            *("--threads", threads, "--workers", workers),
            on_line=lines.append,
        )
        self._until(cluster, lambda: bool(lines and lines[0]))
        found = json.loads(lines[0])
        self._tell("Dask cluster", f"workers: {workers}, slots each: {threads}", found["address"])
        return str(found["address"])

    def _start_scheduler(self, address: str) -> None:
        command = ("-m", "nbflow.cli.main", "scheduler", "--until-eof")
        options = ("--executor", "dask", "--dask-address", address)
        scheduler = self._services.start("scheduler", *command, *options)
        self._tell("scheduler", "its log:", str(scheduler.log))

    def _start_lab(self) -> Lab:
        port, token = self._port or free_port(), secrets.token_hex(16)
        options = [
            "--no-browser",
            "--ServerApp.ip=127.0.0.1",
            f"--ServerApp.port={port}",
            "--ServerApp.port_retries=0",
            f"--ServerApp.root_dir={self.settings.home}",
            "--LabApp.extension_manager=readonly",
        ]
        if hasattr(os, "geteuid") and os.geteuid() == 0:
            options.append("--ServerApp.allow_root=True")
        # By a variable: anybody on this machine can read the arguments of a process.
        service = self._services.start(
            "JupyterLab", "-m", "jupyterlab", *options, JUPYTER_TOKEN=token
        )
        return Lab(service, f"http://127.0.0.1:{port}", token)

    # -- telling -----------------------------------------------------------------------------------

    def _tell(self, name: str, words: str, place: str) -> None:
        self._told[name.lower().replace(" ", "_")] = place
        self._say(Text.assemble((f"  {name:13}", "green"), f"{words} {place}"))

    def _say(self, words: RenderableType) -> None:
        if self._output is Output.TABLE:
            say(words)

    def _announce(self, lab: Lab) -> None:
        url = f"{lab.url}/lab?token={lab.token}&nbflow=open"
        self._told["url"] = url
        self._sum_up(
            Text.assemble(
                "\nJupyterLab with the nbflow panel: ",
                (url, "bold blue"),
                "\nStop everything with Ctrl-C.",
            )
        )
        if self._browser and _has_screen():
            webbrowser.open(url)

    def _sum_up(self, words: Text) -> None:
        show(self._told, self._output, lambda: words)
        sys.stdout.flush()


def free_port() -> int:
    """A port on loopback that nobody listens on now."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def _has_screen() -> bool:
    """Whether a browser would open in a window; one in the terminal would take it from us."""
    if sys.platform != "linux":
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
