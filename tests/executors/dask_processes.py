"""A Dask scheduler and workers as processes on loopback, as a team's own cluster is."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from time import monotonic, sleep

ROOT = Path(__file__).parents[2]
START_SECONDS = 60.0


class ExternalDask:
    """Ends on `close`, whatever was killed before."""

    def __init__(self, folder: Path, *, path: Path = ROOT) -> None:
        self._folder = folder
        self._path = path
        self._port = 0
        self.workers: list[subprocess.Popen[bytes]] = []
        self.scheduler = self._start_scheduler()

    @property
    def address(self) -> str:
        return f"tcp://127.0.0.1:{self._port}"

    def add_worker(
        self, threads: int = 2, resources: str = "", path: Path = ROOT
    ) -> subprocess.Popen[bytes]:
        """A worker without a nanny: one that is killed stays away."""
        options = ["--resources", resources] if resources else []
        worker = self._run(
            "dask_worker",
            self.address,
            "--host=127.0.0.1",
            "--no-nanny",
            "--no-dashboard",
            f"--nthreads={threads}",
            "--memory-limit=0",
            f"--local-directory={self._folder}",
            *options,
            path=path,
        )
        self.workers.append(worker)
        return worker

    def kill_scheduler(self) -> None:
        self.scheduler.kill()
        self.scheduler.wait()

    def restart_scheduler(self) -> None:
        """At the same address, remembering nothing."""
        self.scheduler = self._start_scheduler()

    def close(self) -> None:
        for process in (*self.workers, self.scheduler):
            process.kill()
            process.wait()

    def _start_scheduler(self) -> subprocess.Popen[bytes]:
        file = self._folder / "scheduler.json"
        file.unlink(missing_ok=True)
        process = self._run(
            "dask_scheduler",
            "--host=127.0.0.1",
            f"--port={self._port}",
            "--no-dashboard",
            f"--scheduler-file={file}",
            path=self._path,
        )
        self._port = _port_in(file, process)
        return process

    def _run(self, module: str, *arguments: str, path: Path) -> subprocess.Popen[bytes]:
        log = (self._folder / f"{module}.log").open("ab")
        with log:
            return subprocess.Popen(
                [sys.executable, "-m", f"distributed.cli.{module}", *arguments],
                env={**os.environ, "PYTHONPATH": str(path)},
                cwd=self._folder,
                stdout=log,
                stderr=log,
            )


def _port_in(file: Path, process: subprocess.Popen[bytes]) -> int:
    """The port a scheduler writes to its file once it listens; nothing but the file tells."""
    deadline = monotonic() + START_SECONDS
    while monotonic() < deadline and process.poll() is None:
        try:
            address = json.loads(file.read_text())["address"]
        except (FileNotFoundError, ValueError):
            sleep(0.02)
            continue
        return int(str(address).rpartition(":")[2])
    raise AssertionError("the Dask scheduler did not start")
