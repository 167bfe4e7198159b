"""What a person sees on a terminal, and what Ctrl-C does."""

from __future__ import annotations

import json
import os
import re
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pexpect
import psutil
import pytest

from tests.cli.conftest import HELLO, Nbflow
from tests.processes import DEADLINE, NBFLOW, ROOT, Project, wait_for_ends

Terminal = Callable[..., "pexpect.spawn[str]"]

SLEEPS = """
from nbflow import DAG, BashOperator, task

with DAG("sleeps"):

    @task
    def first():
        return 1

    @task
    def second(x):
        import os, time
        print("pid", os.getpid(), flush=True)
        open({pid_file!r}, "w").write(str(os.getpid()))
        time.sleep(600)

    second(first())
"""


PRINTS = """
from nbflow import DAG, task

with DAG("prints"):

    @task
    def says(gate={gate!r}):
        import sys
        print("already said", flush=True)
        sys.stderr.write("\\r10%\\r20% of it")
        sys.stderr.flush()
        open(gate).read()
        sys.stderr.write("\\r100% of it\\n")

    says()
"""


@pytest.fixture
def terminal(project: Project) -> Iterator[Terminal]:
    """Start a command on a terminal of 100 columns."""
    with ExitStack() as life:

        def start(*arguments: str) -> pexpect.spawn[str]:
            environment = {**os.environ, **project.environment, "PYTHONPATH": str(ROOT)}
            environment.pop("COLUMNS")
            child: pexpect.spawn[str] = pexpect.spawn(
                NBFLOW[0],
                [*NBFLOW[1:], *arguments],
                cwd=str(project.folder),
                env={**environment, "TERM": "xterm"},
                encoding="utf-8",
                dimensions=(30, 100),
                timeout=DEADLINE,
            )
            child.logfile_read = sys.stdout
            life.callback(child.close, force=True)
            return child

        yield start


def exit_code(child: pexpect.spawn[str]) -> int:
    child.expect(pexpect.EOF)
    return int(child.wait())


def test_a_run_is_drawn_as_a_table_and_summed_up(project: Project, terminal: Terminal) -> None:
    project.write("hello.py", HELLO)
    child = terminal("run", "hello.py")
    child.expect("STATE")
    child.expect("greet +✓ success")
    child.expect("count +✓ success")
    child.expect("hello: success in")
    assert exit_code(child) == 0


def test_what_a_task_prints_is_seen_while_it_runs(
    project: Project, terminal: Terminal, tmp_path: Path
) -> None:
    gate = tmp_path / "gate"
    os.mkfifo(gate)
    project.write("prints.py", PRINTS.format(gate=str(gate)))
    child = terminal("run", "prints.py")
    child.expect(re.escape("says | already said"))
    child.expect(re.escape("says | 20% of it"))
    gate.write_text("go on")
    child.expect(re.escape("says | 100% of it"))
    child.expect("prints: success in")
    assert exit_code(child) == 0


def test_a_quiet_run_shows_only_how_tasks_stand(
    project: Project, terminal: Terminal, tmp_path: Path
) -> None:
    (tmp_path / "gate").write_text("go on")
    project.write("prints.py", PRINTS.format(gate=str(tmp_path / "gate")))
    child = terminal("run", "prints.py", "--quiet")
    child.expect("prints: success in")
    assert "already said" not in str(child.before)
    assert exit_code(child) == 0


def test_a_pipe_gets_what_tasks_print_only_when_asked(project: Project, tmp_path: Path) -> None:
    (tmp_path / "gate").write_text("go on")
    project.write("prints.py", PRINTS.format(gate=str(tmp_path / "gate")))
    assert "already said" not in project.nbflow_process("run", "prints.py").out
    done = project.nbflow_process("run", "prints.py", "--stream").out.splitlines()
    assert done[:3] == ["says | already said", "says | 100% of it", done[2]]
    assert done[2].startswith("says: success")
    for_a_program = project.nbflow_process("run", "prints.py", "--stream", "--output", "json")
    assert json.loads(for_a_program.out)["state"] == "success"
    assert for_a_program.err.splitlines() == done[:2]


def test_ctrl_c_cancels_the_run_and_ends_what_it_started(
    project: Project, terminal: Terminal, tmp_path: Path
) -> None:
    pid_file = tmp_path / "pid"
    os.mkfifo(pid_file)
    project.write("sleeps.py", SLEEPS.format(pid_file=str(pid_file)))
    child = terminal("run", "sleeps.py")
    task = psutil.Process(int(pid_file.read_text()))
    child.expect("second +▶ running")

    child.sendintr()

    child.expect("first +✓ success")
    child.expect("second +■ cancelled")
    child.expect("sleeps: cancelled in")
    assert exit_code(child) == 130
    wait_for_ends([task])


def test_ctrl_c_cancels_a_run_on_dask_in_the_same_order(
    project: Project, terminal: Terminal, tmp_path: Path
) -> None:
    """A terminal sends it to the workers too, which must not end before their task is cancelled."""
    project.environment["NBFLOW_WORKERS"] = "1"
    pid_file = tmp_path / "pid"
    os.mkfifo(pid_file)
    project.write("sleeps.py", SLEEPS.format(pid_file=str(pid_file)))
    child = terminal("run", "sleeps.py", "--executor", "dask")
    task = psutil.Process(int(pid_file.read_text()))
    child.expect("second +▶ running")

    child.sendintr()

    child.expect("second +■ cancelled")
    said = child.read()
    assert "Traceback" not in said
    assert "sleeps: cancelled in" in said.splitlines()[-1]
    assert exit_code(child) == 130
    wait_for_ends([task])


def test_a_second_ctrl_c_ends_the_command_at_once(
    project: Project, terminal: Terminal, tmp_path: Path
) -> None:
    pid_file = tmp_path / "pid"
    os.mkfifo(pid_file)
    text = SLEEPS.format(pid_file=str(pid_file))
    stubborn = "import signal; signal.signal(signal.SIGINT, signal.SIG_IGN); time.sleep(600)"
    project.write("sleeps.py", text.replace("time.sleep(600)", stubborn))
    child = terminal("run", "sleeps.py")
    task = psutil.Process(int(pid_file.read_text()))
    child.expect("second +▶ running")

    child.sendintr()
    child.expect("Cancelling. Interrupt again to stop at once.")
    child.sendintr()

    child.expect(pexpect.EOF)
    child.wait()
    assert child.signalstatus == signal.SIGINT
    wait_for_ends([task])


def test_clearing_asks_before_it_runs_anything_again(
    project: Project, nbflow: Nbflow, terminal: Terminal
) -> None:
    project.write("dags/hello.py", HELLO)
    assert nbflow("run", "hello", "--store", str(project.database.url)).code == 0
    child = terminal("runs", "clear", "hello", "--task", "greet", "--downstream")
    child.expect(re.escape("Run again: greet, count? [y/N]: "))
    child.sendline("n")
    assert exit_code(child) == 1
    instances = nbflow("runs", "show", "hello", "--output", "json").json["instances"]
    assert {one["state"] for one in instances} == {"success"}


def test_nothing_that_moves_is_written_to_a_pipe(project: Project) -> None:
    project.write("hello.py", HELLO)
    done = project.nbflow_process("run", "hello.py")
    assert "\x1b" not in done.out
    assert done.err == ""


def test_json_is_all_there_is_on_stdout(project: Project) -> None:
    project.write("hello.py", HELLO)
    done = project.nbflow_process("run", "hello.py", "--output", "json")
    assert json.loads(done.out)["state"] == "success"
