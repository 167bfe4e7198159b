"""Real processes for tests: a project folder, commands run in it to their end, and services that
go on until they are stopped by their own id. Everything on loopback.

Waiting is for a line, a change in the store or the end of a process, always with a deadline.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path
from threading import Condition, Thread
from typing import Any

import psutil
import typer
from typer.testing import CliRunner

from nbflow.app import utc_now
from nbflow.cli.main import make_cli
from nbflow.feed import Feed
from nbflow.store.database import Database
from nbflow.views.dags import dag_list
from nbflow.views.runs import run_detail, run_list

ROOT = Path(__file__).parents[1]
DEADLINE = 60.0
NBFLOW = (sys.executable, "-m", "nbflow.cli.main")


class Running:
    """A process that was started, with every line it has said so far, on either stream."""

    def __init__(
        self, command: Sequence[str], folder: Path, environment: Mapping[str, str]
    ) -> None:
        self.lines: list[str] = []
        self._said = Condition()
        self._process = subprocess.Popen(
            command,
            cwd=folder,
            env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1", **environment},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        self._reader = Thread(target=self._read, daemon=True)
        self._reader.start()

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def is_alive(self) -> bool:
        return self._process.poll() is None

    @property
    def output(self) -> str:
        with self._said:
            return "".join(self.lines)

    def wait_for_line(self, part: str, timeout: float = DEADLINE) -> str:
        """The first line that holds `part`, as soon as it is said."""
        with self._said:
            self._said.wait_for(lambda: self._find(part) or not self._reader.is_alive(), timeout)
            found = self._find(part)
        assert found is not None, f"{part!r} was not said within {timeout:g} s:\n{self.output}"
        return found

    def family(self) -> list[psutil.Process]:
        """This process and all that descend from it now."""
        process = psutil.Process(self.pid)
        return [process, *process.children(recursive=True)]

    def signal(self, number: signal.Signals) -> None:
        self._process.send_signal(number)

    def kill(self) -> None:
        """As `kill -9` of this one process."""
        self._process.kill()
        self._process.wait()

    def wait(self, timeout: float = DEADLINE) -> int:
        """The exit code, once it has ended."""
        code = self._process.wait(timeout)
        self._reader.join(timeout)
        return code

    def end(self) -> None:
        """Whatever it takes: to be called when the test is over."""
        family = self.family() if self.is_alive else []
        if self.is_alive:
            self.signal(signal.SIGTERM)
            try:
                self._process.wait(30)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        for process in family:
            if process.is_running():
                process.kill()
        self._reader.join(30)

    def _read(self) -> None:
        assert self._process.stdout is not None
        with self._process.stdout as output:
            for line in output:
                with self._said:
                    self.lines.append(line)
                    self._said.notify_all()
        with self._said:
            self._said.notify_all()

    def _find(self, part: str) -> str | None:
        return next((line for line in self.lines if part in line), None)


@dataclass(frozen=True)
class Finished:
    """What a command that ended has said."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:  # whose form each caller knows
        return json.loads(self.out)


@dataclass
class Project:
    """A project folder, with the processes that were started in it."""

    folder: Path
    environment: dict[str, str] = field(default_factory=dict)
    life: ExitStack = field(default_factory=ExitStack)

    def write(self, name: str, text: str) -> Path:
        """A file of the project."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    def nbflow(self, *arguments: str) -> Finished:
        """Call the command line in this process, which spares the start of a Python."""
        before = Path.cwd()
        os.chdir(self.folder)
        try:
            result = CliRunner().invoke(_cli(), arguments, env=self.environment)
        finally:
            os.chdir(before)
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return Finished(result.exit_code, result.stdout, result.stderr)

    def nbflow_process(self, *arguments: str, timeout: float = DEADLINE) -> Finished:
        """Run a command to its end, as a process of its own."""
        done = subprocess.run(
            [*NBFLOW, *arguments],
            cwd=self.folder,
            env={**os.environ, "PYTHONPATH": str(ROOT), **self.environment},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )
        return Finished(done.returncode, done.stdout, done.stderr)

    def json(self, *arguments: str) -> Any:  # whose form each caller knows
        """What a command that has to succeed prints as JSON."""
        done = self.nbflow(*arguments, "--output", "json")
        assert done.code == 0, f"exit code {done.code}: {done.out}{done.err}"
        return done.json

    def start(self, *arguments: str) -> Running:
        """Start a command that goes on; it ends with the test at the latest."""
        return self.start_program(*NBFLOW, *arguments)

    def start_program(self, *command: str) -> Running:
        running = Running(command, self.folder, self.environment)
        self.life.callback(running.end)
        return running

    def start_scheduler(self, *options: str) -> Running:
        """A scheduler that leads already."""
        scheduler = self.start("scheduler", *options)
        scheduler.wait_for_line("Leading")
        return scheduler

    # -- what is in the store ----------------------------------------------------------------------

    @cached_property
    def database(self) -> Database:
        folder = self.folder / ".nbflow"
        folder.mkdir(exist_ok=True)
        database = Database(f"sqlite:///{folder / 'nbflow.db'}")
        database.upgrade()
        self.life.callback(database.close)
        return database

    def until(self, holds: Callable[[], object], what: str, timeout: float = DEADLINE) -> None:
        """Return as soon as `holds`, which is asked after every line of the journal."""
        deadline = time.monotonic() + timeout
        with Feed(self.database) as feed:
            while not holds():
                left = deadline - time.monotonic()
                assert left > 0, f"Within {timeout:g} s this did not come true: {what}"
                feed.next(left)

    def states(self, dag_id: str, run_id: str) -> dict[str, str]:
        """The state of each task."""
        detail = run_detail(self.database, dag_id, run_id)
        return {instance.task_id: instance.state for instance in detail.instances}

    def run_ids(self, dag_id: str) -> list[str]:
        """The runs of the DAG, newest first."""
        return [run.run_id for run in run_list(self.database, dag_id).runs]

    def wait_for_task(
        self, dag_id: str, run_id: str, task_id: str, state: str, timeout: float = DEADLINE
    ) -> None:
        self.until(
            lambda: self.states(dag_id, run_id).get(task_id) == state,
            f"{task_id} is {state}",
            timeout,
        )

    def wait_for_run(self, dag_id: str, run_id: str, timeout: float = DEADLINE) -> str:
        """The state in which the run ends."""

        def has_ended() -> bool:
            return (
                run_id in self.run_ids(dag_id)
                and run_detail(self.database, dag_id, run_id).run.ended_at is not None
            )

        self.until(has_ended, f"{run_id} has ended", timeout)
        return run_detail(self.database, dag_id, run_id).run.state

    def wait_for_dags(self, *dag_ids: str, timeout: float = DEADLINE) -> None:
        """Until the scheduler has read the files that define these."""

        def are_there() -> bool:
            known = {dag.dag_id for dag in dag_list(self.database, utc_now())}
            return set(dag_ids) <= known

        self.until(are_there, f"the DAGs {', '.join(dag_ids)} are read", timeout)


@cache
def _cli() -> typer.Typer:
    return make_cli()


@contextmanager
def project_in(folder: Path) -> Iterator[Project]:
    """A project in `folder`; all that was started in it has ended afterwards."""
    folder.mkdir(parents=True, exist_ok=True)
    made = Project(folder, {"NBFLOW_HOME": str(folder), "NO_COLOR": "1", "COLUMNS": "120"})
    made.write("nbflow.toml", 'dags = ["dags"]\n')
    with made.life:
        yield made


def has_ended(process: psutil.Process) -> bool:
    """Whether the process is gone, or only waits for its parent to notice."""
    try:
        return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def wait_for_ends(processes: Sequence[psutil.Process], timeout: float = DEADLINE) -> None:
    """Until none of these processes is alive. They are not our children, so they are polled."""
    deadline = time.monotonic() + timeout
    left = list(processes)
    while left := [process for process in left if not has_ended(process)]:
        assert time.monotonic() < deadline, f"still alive after {timeout:g} s: {left}"
        time.sleep(0.02)
