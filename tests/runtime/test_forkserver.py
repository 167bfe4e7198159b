"""Processes for tasks: quick to start, killable for good, and gone with their worker."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from ast import literal_eval
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest

from nbflow.runtime.cancellation import CancelToken
from nbflow.runtime.children import Exit, StartFailed
from nbflow.runtime.forkserver import ChildResult, ForkServer
from tests.runtime.builders import eventually, is_alive

HERE = "tests.runtime.child_functions"


@pytest.fixture(scope="module", params=[True, False], ids=["zygote", "no fork"])
def server(request: pytest.FixtureRequest) -> Iterator[ForkServer]:
    server = ForkServer(fork=request.param)
    yield server
    server.close()


@pytest.fixture
def zygote_server() -> Iterator[ForkServer]:
    server = ForkServer()
    yield server
    server.close()


@dataclass
class Log:
    """An open file for a child's output, and what is in it."""

    path: Path
    fd: int

    @property
    def text(self) -> str:
        return self.path.read_text()


@pytest.fixture
def log(tmp_path: Path) -> Iterator[Log]:
    path = tmp_path / "log.txt"
    fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    yield Log(path, fd)
    os.close(fd)


@pytest.fixture
def aside() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(1) as threads:
        yield threads


@dataclass
class Hanging:
    """A child that hangs, seen from outside."""

    result: Future[ChildResult]
    pids: list[int]

    @property
    def all_ended(self) -> bool:
        return eventually(lambda: not any(map(is_alive, self.pids)))


Hang = Callable[..., Hanging]


@pytest.fixture
def hang(server: ForkServer, log: Log, aside: ThreadPoolExecutor, tmp_path: Path) -> Hang:
    """Start a child that hangs, beside this thread, and return once it does."""

    def start(function: str = "hang", **how: object) -> Hanging:
        where = tmp_path / "pids"
        result = aside.submit(
            server.run,
            f"{HERE}:{function}",
            str(where).encode(),
            log.fd,
            **how,  # type: ignore[arg-type] # options of run
        )
        assert eventually(where.exists)
        return Hanging(result, [int(pid) for pid in where.read_text().split()])

    return start


def test_the_bytes_a_function_returns_come_back(server: ForkServer, log: Log) -> None:
    payload = os.urandom(3_000_000)

    result = server.run(f"{HERE}:echo", payload, log.fd)

    assert result.result == payload
    assert result.exit.code == 0
    assert (result.ended_by, result.problem) == ("", "")


def test_a_child_has_its_own_folder_environment_and_main_module(
    server: ForkServer, log: Log, tmp_path: Path
) -> None:
    result = server.run(
        f"{HERE}:whereabouts", b"", log.fd, cwd=str(tmp_path), env={"COLOUR": "red"}
    )

    assert result.result is not None
    text = result.result.decode().replace(f"PosixPath({str(tmp_path)!r})", "'there'")
    assert literal_eval(text) == ("there", "red", [], True, 1, [""])


def test_everything_a_child_says_is_in_the_log_while_it_runs(
    server: ForkServer, log: Log, aside: ThreadPoolExecutor, tmp_path: Path
) -> None:
    gate = tmp_path / "gate"
    os.mkfifo(gate)
    running = aside.submit(server.run, f"{HERE}:speak", str(gate).encode(), log.fd)

    assert eventually(lambda: "by a program" in log.text)
    assert log.text == "by print é\nto stderr\nWARNING:a.library:by logging\nby a program\n"
    gate.write_bytes(b"go")
    assert running.result(60).result == b""


def test_many_run_at_the_same_time(server: ForkServer, log: Log) -> None:
    with ThreadPoolExecutor(16) as threads:
        results = threads.map(
            lambda n: server.run(f"{HERE}:echo", str(n).encode(), log.fd).result, range(32)
        )

    assert list(results) == [str(n).encode() for n in range(32)]


def test_children_do_not_share_random_numbers(zygote_server: ForkServer, log: Log) -> None:
    one, other = (zygote_server.run(f"{HERE}:random_number", b"", log.fd) for _ in range(2))

    assert one.result != other.result


def test_an_exit_code_is_told(server: ForkServer, log: Log) -> None:
    result = server.run(f"{HERE}:end_with_code", b"3", log.fd)

    assert (result.result, result.exit.code, result.exit.signal) == (None, 3, None)


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGSEGV])
def test_a_signal_is_told(server: ForkServer, log: Log, number: int) -> None:
    result = server.run(f"{HERE}:kill_itself", str(int(number)).encode(), log.fd)

    assert (result.result, result.exit.code, result.exit.signal) == (None, None, number)
    assert result.ended_by == ""


def test_a_function_that_cannot_be_called_is_a_problem_of_ours(
    server: ForkServer, log: Log
) -> None:
    missing = server.run(f"{HERE}:no_such_function", b"", log.fd)
    failing = server.run(f"{HERE}:fail", b"", log.fd)
    nowhere = server.run(f"{HERE}:echo", b"", log.fd, cwd="/no/such/folder")

    assert "no_such_function" in missing.problem
    assert failing.problem == "ValueError: a mistake of ours"
    assert "/no/such/folder" in nowhere.problem
    assert [r.result for r in (missing, failing, nowhere)] == [None] * 3


def test_peak_memory_is_told(zygote_server: ForkServer, log: Log) -> None:
    peak = zygote_server.run(f"{HERE}:echo", b"x" * 50_000_000, log.fd).exit.peak_memory

    assert peak is not None
    assert 50_000_000 < peak < 500_000_000


def test_the_pid_is_told_when_it_starts(server: ForkServer, log: Log) -> None:
    told: list[int] = []

    server.run(f"{HERE}:echo", b"", log.fd, on_started=told.append)

    assert len(told) == 1
    assert told[0] != os.getpid()


@pytest.fixture
def ignoring_interrupts() -> Iterator[None]:
    """As in a process that a shell has started in the background."""
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    yield
    signal.signal(signal.SIGINT, before)


def test_a_child_of_a_process_in_the_background_can_be_interrupted(
    ignoring_interrupts: None, hang: Hang
) -> None:
    hanging = hang(timeout=4.0)

    assert hanging.result.result(60).result == b"interrupted"


def test_a_child_that_takes_too_long_is_interrupted(hang: Hang) -> None:
    hanging = hang(timeout=4.0)

    result = hanging.result.result(60)

    assert (result.ended_by, result.result) == ("timeout", b"interrupted")
    assert hanging.all_ended


def test_a_child_that_ignores_the_interrupt_is_killed_with_its_programs(hang: Hang) -> None:
    hanging = hang("hang_and_ignore_interrupts", timeout=4.0, grace=0.1)

    result = hanging.result.result(60)

    assert (result.ended_by, result.exit.signal) == ("timeout", signal.SIGKILL)
    assert hanging.all_ended


def test_cancelling_ends_a_child_at_once(hang: Hang) -> None:
    token = CancelToken()
    hanging = hang(token=token)

    token.cancel()

    assert hanging.result.result(60).ended_by == "cancelled"
    assert hanging.all_ended


def test_a_token_cancelled_before_the_start_ends_the_child_too(
    server: ForkServer, log: Log, tmp_path: Path
) -> None:
    token = CancelToken()
    token.cancel()

    result = server.run(f"{HERE}:hang", str(tmp_path / "pids").encode(), log.fd, token=token)

    assert result.ended_by == "cancelled"


def test_what_a_child_leaves_behind_is_killed_when_it_ends(
    server: ForkServer, log: Log, tmp_path: Path
) -> None:
    where = tmp_path / "pid"

    result = server.run(f"{HERE}:leave_a_program_behind", str(where).encode(), log.fd)

    assert result.result == b"done"
    assert eventually(lambda: not is_alive(int(where.read_text())))


@pytest.mark.parametrize("fork", [True, False], ids=["zygote", "no fork"])
def test_closing_ends_every_child_and_lets_no_other_start(
    fork: bool, log: Log, aside: ThreadPoolExecutor, tmp_path: Path
) -> None:
    server, where = ForkServer(fork=fork), tmp_path / "pids"
    running = aside.submit(server.run, f"{HERE}:hang", str(where).encode(), log.fd)
    assert eventually(where.exists)

    server.close()
    server.close()

    assert running.result(60).result is None
    assert eventually(lambda: not any(is_alive(int(pid)) for pid in where.read_text().split()))
    with pytest.raises(StartFailed, match="shutting down"):
        server.run(f"{HERE}:echo", b"", log.fd)


def test_a_zygote_that_is_killed_loses_its_children_and_is_replaced(
    zygote_server: ForkServer, log: Log, aside: ThreadPoolExecutor, tmp_path: Path
) -> None:
    where = tmp_path / "pids"
    hanging = aside.submit(zygote_server.run, f"{HERE}:hang", str(where).encode(), log.fd)
    assert eventually(where.exists)
    pids = [int(pid) for pid in where.read_text().split()]

    os.kill(psutil.Process(pids[0]).ppid(), signal.SIGKILL)

    assert hanging.result(60).exit == Exit()
    assert eventually(lambda: not any(map(is_alive, pids)))
    assert zygote_server.run(f"{HERE}:echo", b"again", log.fd).result == b"again"


@pytest.mark.parametrize("fork", [True, False], ids=["zygote", "no fork"])
def test_nothing_outlives_a_worker_that_is_killed(fork: bool, tmp_path: Path) -> None:
    where = tmp_path / "pids"
    code = f"""
import os
from nbflow.runtime.forkserver import ForkServer
log = os.open({str(tmp_path / "log")!r}, os.O_WRONLY | os.O_CREAT)
ForkServer(fork={fork}).run("{HERE}:hang_and_ignore_interrupts", {str(where).encode()!r}, log)
"""
    with subprocess.Popen([sys.executable, "-c", code], start_new_session=True) as worker:
        assert eventually(where.exists)
        pids = [int(pid) for pid in where.read_text().split()]
        pids.append(psutil.Process(pids[0]).ppid())

        worker.kill()
        worker.wait()

    assert eventually(lambda: not any(is_alive(pid) for pid in pids if pid != worker.pid))


def test_a_module_that_cannot_be_preloaded_hurts_nobody(log: Log) -> None:
    server = ForkServer(preload=("no_such_module",))
    server.warm_up()

    assert server.run(f"{HERE}:echo", b"fine", log.fd).result == b"fine"
    server.close()


def test_a_zygote_that_hangs_costs_the_attempt_and_not_the_worker(log: Log) -> None:
    server = ForkServer(preload=("tests.runtime.never_imported",), start_timeout=0.3)

    with pytest.raises(StartFailed, match=r"has not answered for 0.3 s.* module to preload"):
        server.run(f"{HERE}:echo", b"", log.fd)

    server.close()


def test_warming_up_has_the_imports_of_tasks_done(zygote_server: ForkServer, log: Log) -> None:
    zygote_server.warm_up()

    result = zygote_server.run("tests.runtime.child_functions:echo", b"", log.fd)

    assert result.exit.code == 0


def test_a_server_that_cannot_start_says_so(log: Log, tmp_path: Path) -> None:
    program = sys.executable
    sys.executable = str(tmp_path / "no-python")
    try:
        with pytest.raises(StartFailed, match="No process for tasks can be started"):
            ForkServer().run(f"{HERE}:echo", b"", log.fd)
    finally:
        sys.executable = program
