"""`nbflow standalone`: a Dask cluster, a scheduler and JupyterLab, each a process of its own,
started and stopped together.

When one of them ends by itself, all are ended, and it is said which one and where its log is.
Nothing outlives this process.
"""

from __future__ import annotations

import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import threading
import webbrowser
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from rich.text import Text

from nbflow.cli.demo import run_demo
from nbflow.cli.output import console
from nbflow.core.errors import NbflowError
from nbflow.settings import Settings

GRACE_SECONDS = 10.0
START_SECONDS = 60.0


class ServiceError(NbflowError):
    """A part of `nbflow standalone` did not start or ended by itself; the message says which, and
    where its log is.
    """


@dataclass
class Service:
    """One process with its log."""

    name: str
    process: subprocess.Popen[str]
    log: Path

    def ended(self) -> str | None:
        """A sentence if the process has ended."""
        code = self.process.poll()
        return (
            None
            if code is None
            else f"{self.name} ended with exit code {code}. Its log: {self.log}"
        )

    def stop(self) -> None:
        """Ask the process to end, and end its whole group when it does not."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(GRACE_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()


@dataclass
class Standalone:
    """All parts on this machine, on loopback. `port` 0 means a free one."""

    settings: Settings
    port: int = 0
    browser: bool = True
    _stopping: threading.Event = field(default_factory=threading.Event)
    _services: list[Service] = field(default_factory=list)

    def stop(self) -> None:
        """End `run` soon. May be called from a signal handler."""
        self._stopping.set()

    def run(self, *, demo: bool = False, once: bool = False) -> int:
        """Start everything and wait. Returns the exit code: 0 when it was asked to stop."""
        token = secrets.token_hex(16)
        port = self.port or free_port()
        with ExitStack() as life:
            address = self._start_cluster(life)
            self._start_scheduler(life, address)
            if not once:
                self._start_lab(life, port, token)
            ok = run_demo(self.settings, self._stopping) if demo else True
            if once:
                return 0 if ok else 1
            self._announce(port, token)
            return self._wait()

    def _wait(self) -> int:
        while not self._stopping.wait(1.0):
            for service in self._services:
                ended = service.ended()
                if ended:
                    console().print(Text(ended, style="red"))
                    return 1
        return 0

    def _announce(self, port: int, token: str) -> None:
        url = f"http://127.0.0.1:{port}/lab?token={token}&nbflow=open"
        console().print(
            Text.assemble("\nJupyterLab with the nbflow panel: ", (url, "bold blue")),
            soft_wrap=True,
        )
        console().print("Stop everything with Ctrl-C.")
        if self.browser:
            webbrowser.open(url)

    # -- the parts ---------------------------------------------------------------------------------

    def _start_cluster(self, life: ExitStack) -> str:
        """The address of the cluster: the one in the settings, or that of one started here."""
        if self.settings.dask_address:
            return self.settings.dask_address
        threads, workers = str(self.settings.slots), str(self.settings.workers)
        module = "nbflow.executors.dask_cluster"
        service = self._start(
            life,
            "Dask cluster",
            [sys.executable, "-m", module, "--threads", threads, "--workers", workers],
            stdout=subprocess.PIPE,
        )
        if service.process.stdout is None:
            raise ServiceError("The Dask cluster was started without a way to say its address.")
        line = service.process.stdout.readline()
        if not line:
            service.process.wait()
            raise ServiceError(service.ended() or "The Dask cluster did not say its address.")
        return str(json.loads(line)["address"])

    def _start_scheduler(self, life: ExitStack, address: str) -> None:
        command = [sys.executable, "-m", "nbflow.cli.main", "scheduler", "--executor", "dask"]
        self._start(life, "scheduler", [*command, "--dask-address", address])

    def _start_lab(self, life: ExitStack, port: int, token: str) -> None:
        command = [
            *(sys.executable, "-m", "jupyterlab"),
            "--no-browser",
            "--ServerApp.ip=127.0.0.1",
            f"--ServerApp.port={port}",
            "--ServerApp.port_retries=0",
            f"--ServerApp.root_dir={self.settings.home}",
            "--LabApp.extension_manager=readonly",
        ]
        if hasattr(os, "geteuid") and os.geteuid() == 0:
            command.append("--ServerApp.allow_root=True")
        service = self._start(life, "JupyterLab", command, environment={"JUPYTER_TOKEN": token})
        _wait_for(f"http://127.0.0.1:{port}/api/status?token={token}", service, self._stopping)

    def _start(
        self,
        life: ExitStack,
        name: str,
        command: Sequence[str],
        *,
        stdout: int | None = None,
        environment: Mapping[str, str] | None = None,
    ) -> Service:
        log = self.settings.data_folder / "logs" / f"{name.lower().replace(' ', '-')}.log"
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("a", encoding="utf-8") as file:
            process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=stdout if stdout is not None else file,
                stderr=file,
                text=True,
                cwd=self.settings.home,
                env={**os.environ, "NBFLOW_HOME": str(self.settings.home), **(environment or {})},
                start_new_session=True,
            )
        service = Service(name, process, log)
        self._services.append(service)
        life.callback(service.stop)
        return service


def free_port() -> int:
    """A port on loopback that nobody listens on now."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def _wait_for(url: str, service: Service, stopping: threading.Event) -> None:
    """Return once `url` answers. Raises ServiceError when the service ends or takes too long."""
    for _ in range(int(START_SECONDS * 20)):
        ended = service.ended()
        if ended:
            raise ServiceError(ended)
        try:
            with urlopen(url, timeout=2):  # noqa: S310 - our own loopback address
                return
        except (URLError, ConnectionError):
            if stopping.wait(0.05):
                return
    raise ServiceError(
        f"{service.name} did not answer within {START_SECONDS:g} s. Its log: {service.log}"
    )
