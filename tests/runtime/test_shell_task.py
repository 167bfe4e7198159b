"""BASH tasks: real commands, what they say and how they end."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from nbflow.core.json import Json
from nbflow.core.orders import RETURN_VALUE, Outcome
from nbflow.core.states import Reason, TaskState
from nbflow.runtime.cancellation import CancelToken
from nbflow.runtime.run_task import TaskRunner
from nbflow.runtime.values import dump_value, load_value
from tests.runtime.builders import a_bundle, a_command, an_order, eventually, is_alive


@pytest.fixture(scope="module")
def runner(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TaskRunner]:
    runner = TaskRunner(tmp_path_factory.mktemp("cache"), grace=0.3)
    yield runner
    runner.close()


Run = Callable[..., Outcome]


@pytest.fixture
def run(runner: TaskRunner, tmp_path: Path) -> Run:
    """Run a command in a project that lies in `tmp_path`."""
    (tmp_path / "dags").mkdir()

    def run(
        command: str,
        *,
        timeout: float | None = None,
        token: CancelToken | None = None,
        artifacts: str | None = None,
        **payload: Json,
    ) -> Outcome:
        task = a_command(command, timeout=timeout, reads=("up",), payload=payload)
        order = an_order(
            task,
            tmp_path,
            source=a_bundle(root=tmp_path),
            values={"up": {RETURN_VALUE: dump_value("from above", str(tmp_path))}},
            artifacts=artifacts,
        )
        return runner.run(order, token)

    return run


def test_the_last_line_is_the_value_and_all_is_in_the_log(run: Run) -> None:
    outcome = run("echo one; echo two >&2; echo three")

    assert outcome.state is TaskState.SUCCESS
    assert _value(outcome) == "three"
    assert sorted(_log(outcome).split()) == ["one", "three", "two"]


@pytest.mark.parametrize("command", ["true", "echo", "echo only on stderr >&2"])
def test_a_command_that_prints_nothing_has_no_value(run: Run, command: str) -> None:
    outcome = run(command)

    assert outcome.state is TaskState.SUCCESS
    assert outcome.values == {}


def test_command_and_environment_are_rendered(run: Run) -> None:
    outcome = run(
        "echo {{ ds }} $DAY $UP $NBFLOW_TASK_ID",
        env={"DAY": "{{ ds_nodash }}", "UP": {"$value": ["up", RETURN_VALUE]}},
    )

    assert _value(outcome) == "2026-03-01 20260301 from above sh"


def test_the_environment_is_added_to_the_workers_or_stands_alone(run: Run) -> None:
    assert _value(run('echo "$A ${HOME:+home}"', env={"A": "1"})) == "1 home"
    assert _value(run('echo "$A ${HOME:-none}"', env={"A": "1"}, append_env=False)) == "1 none"


def test_it_runs_beside_the_dag_file_or_in_a_folder_from_there(run: Run, tmp_path: Path) -> None:
    (tmp_path / "dags" / "data").mkdir()

    assert _value(run("pwd")) == str(tmp_path / "dags")
    assert _value(run("pwd", cwd="data")) == str(tmp_path / "dags" / "data")
    assert _value(run("pwd", cwd=str(tmp_path))) == str(tmp_path)


def test_a_failure_quotes_the_last_lines_of_stderr(run: Run) -> None:
    outcome = run("echo fine; for n in 1 2 3 4; do echo bad $n >&2; done; exit 7")

    assert (outcome.state, outcome.reason) == (TaskState.FAILED, Reason.EXIT_CODE)
    assert outcome.message == "The command ended with exit code 7: bad 2 | bad 3 | bad 4"
    assert outcome.traceback == "bad 1\nbad 2\nbad 3\nbad 4"


def test_a_failure_without_stderr_quotes_stdout(run: Run) -> None:
    assert run("echo it is stdout; false").message.endswith("exit code 1: it is stdout")
    assert run("false").message == "The command ended with exit code 1."


def test_exit_code_99_skips_unless_the_task_says_otherwise(run: Run) -> None:
    assert run("exit 99").state is TaskState.SKIPPED
    assert run("exit 99", skip_on_exit_code=[]).state is TaskState.FAILED
    assert run("exit 5", skip_on_exit_code=[5, 6]).state is TaskState.SKIPPED


def test_a_program_that_is_killed_is_told(run: Run) -> None:
    outcome = run("bash -c 'kill -9 $$'; exit $?")

    assert outcome.reason is Reason.EXIT_CODE
    assert "a program it ran was ended by SIGKILL" in outcome.message


def test_a_shell_that_is_killed_is_the_platforms_failure(run: Run) -> None:
    assert run("kill -9 $$").reason is Reason.WORKER_LOST


def test_a_bad_template_is_told_before_anything_runs(run: Run, tmp_path: Path) -> None:
    outcome = run(f"touch {tmp_path}/touched; echo {{{{ nope }}}}")

    assert outcome.reason is Reason.BAD_INPUT
    assert "command: the template" in outcome.message
    assert outcome.message in _log(outcome)
    assert not (tmp_path / "touched").exists()


def test_a_folder_that_is_not_there_is_told(run: Run) -> None:
    outcome = run("pwd", cwd="no/such")

    assert (outcome.state, outcome.reason) == (TaskState.FAILED, Reason.BAD_INPUT)
    assert "no/such" in outcome.message


def test_output_of_any_kind_and_size_passes_through(run: Run) -> None:
    outcome = run(r"printf 'a\xffb\n'; head -c 3000000 /dev/zero | tr '\0' x; echo; echo last")

    assert _value(outcome) == "last"
    assert outcome.log is not None
    assert Path(outcome.log).stat().st_size == 3_000_010


def test_the_log_can_be_read_while_it_runs(run: Run, tmp_path: Path) -> None:
    gate = tmp_path / "gate"
    os.mkfifo(gate)
    log = tmp_path / "artifacts" / "log.txt"
    with ThreadPoolExecutor(1) as aside:
        running = aside.submit(
            run, f"echo before; cat {gate}; echo after", artifacts=str(tmp_path / "artifacts")
        )
        assert eventually(lambda: log.exists() and log.read_text() == "before\n")
        gate.write_text("")
        assert _log(running.result(60)) == "before\nafter\n"


HANG = "trap '' INT; sleep 60 & echo $$ $! > {pids}.draft; mv {pids}.draft {pids}; wait; wait"


@pytest.mark.parametrize("how", ["timeout", "cancelled"])
def test_a_command_is_ended_with_all_it_has_started(run: Run, tmp_path: Path, how: str) -> None:
    pids, token = tmp_path / "pids", CancelToken()
    command = HANG.format(pids=pids)
    with ThreadPoolExecutor(1) as aside:
        timeout = 4.0 if how == "timeout" else None
        running = aside.submit(run, command, timeout=timeout, token=token)
        assert eventually(pids.exists)
        if how == "cancelled":
            token.cancel("by dev")
        outcome = running.result(60)

    reason = Reason.TIMEOUT if how == "timeout" else Reason.CANCELLED
    assert outcome.reason is reason
    assert eventually(lambda: not any(is_alive(int(pid)) for pid in pids.read_text().split()))


def test_what_a_command_leaves_running_ends_with_it(run: Run) -> None:
    outcome = run("sleep 60 & echo $!")

    assert outcome.state is TaskState.SUCCESS
    assert eventually(lambda: not is_alive(int(str(_value(outcome)))))


def _value(outcome: Outcome) -> object:
    return load_value(outcome.values[RETURN_VALUE])


def _log(outcome: Outcome) -> str:
    assert outcome.log is not None
    return Path(outcome.log).read_text()
