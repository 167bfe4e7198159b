"""PYTHON tasks, from a DAG's file to the outcome, in a child and in a thread."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

import cloudpickle
import pytest

from nbflow import DAG, PythonOperator, task
from nbflow.authoring.loading import register_live
from nbflow.core.dag import Decides, Isolation, Task, TaskKind
from nbflow.core.orders import RETURN_VALUE, LiveSource, Outcome, PickledSource, ValueRef
from nbflow.core.states import Reason, TaskState
from nbflow.runtime.cancellation import CancelToken
from nbflow.runtime.children import Exit
from nbflow.runtime.endings import from_exit
from nbflow.runtime.run_task import TaskRunner
from nbflow.runtime.values import dump_value, load_value
from tests.runtime.builders import a_bundle, an_order, eventually, is_alive

BOTH = pytest.mark.parametrize("isolation", ["process", "thread"])


@pytest.fixture(scope="module")
def runner(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TaskRunner]:
    runner = TaskRunner(tmp_path_factory.mktemp("cache"), grace=0.3)
    yield runner
    runner.close()


@dataclass
class Ran:
    """What became of an attempt, and what is in its log."""

    outcome: Outcome
    values: dict[str, object]

    @property
    def value(self) -> object:
        assert RETURN_VALUE in self.values, self.outcome.message
        return self.values[RETURN_VALUE]

    @property
    def log(self) -> str:
        assert self.outcome.log is not None
        return Path(self.outcome.log).read_text()


Run = Callable[..., Ran]


@pytest.fixture
def run(runner: TaskRunner, tmp_path: Path) -> Run:
    """Run the task `t` of a DAG's file with this code."""

    def run(
        code: str,
        *,
        isolation: Isolation = "process",
        reads: Mapping[str, object] | None = None,
        token: CancelToken | None = None,
        **of_task: object,
    ) -> Ran:
        given = {
            task_id: {RETURN_VALUE: dump_value(value, str(tmp_path))}
            for task_id, value in (reads or {}).items()
        }
        made = Task("t", TaskKind.PYTHON, isolation=isolation, reads=tuple(given), **of_task)  # type: ignore[arg-type] # fields of Task
        order = an_order(
            made, tmp_path, source=a_bundle(code), params={"region": "EU"}, values=given
        )
        return _ran(runner.run(order, token))

    return run


@BOTH
def test_what_the_function_returns_is_handed_on_and_what_it_says_is_logged(
    run: Run, isolation: Isolation
) -> None:
    ran = run(
        """
import logging
@task
def t(day, ds, params):
    print("printed", day)
    logging.getLogger("rows").info("logged")
    return {"day": day, "same": ds == day, "region": params["region"]}
t("{{ ds }}")
""",
        isolation=isolation,
    )

    assert ran.outcome.state is TaskState.SUCCESS
    assert ran.value == {"day": "2026-03-01", "same": True, "region": "EU"}
    printed, logged = ran.log.splitlines()
    assert printed == "printed 2026-03-01"
    assert logged.endswith("INFO rows: logged")


@BOTH
def test_values_of_other_tasks_arrive_as_they_were(run: Run, isolation: Isolation) -> None:
    ran = run(
        """
@task
def up(): ...
@task
def t(rows, nested, text):
    return [rows, nested, text]
u = up()
t(u, [{"deep": u}], f"got {u}")
""",
        isolation=isolation,
        reads={"up": (1, 2)},
    )

    assert ran.value == [(1, 2), [{"deep": (1, 2)}], "got (1, 2)"]


@BOTH
def test_a_task_may_pull_and_push_values_through_its_context(
    run: Run, isolation: Isolation
) -> None:
    ran = run(
        """
@task
def t():
    ti = get_current_context()["ti"]
    ti.xcom_push("extra", ti.xcom_pull("up") + 1)
t()
""",
        isolation=isolation,
        reads={"up": 41},
    )

    assert ran.values == {"extra": 42}


def test_none_is_no_value_and_is_read_as_none(run: Run) -> None:
    nothing = run("@task\ndef t(): return None\nt()")

    assert nothing.outcome.values == {}


def test_several_outputs_are_values_by_their_keys_too(run: Run) -> None:
    ran = run("@task(multiple_outputs=True)\ndef t(): return {'path': 'a', 'rows': 2}\nt()")

    assert ran.values == {"path": "a", "rows": 2, RETURN_VALUE: {"path": "a", "rows": 2}}


@BOTH
def test_an_exception_is_told_in_a_line_and_with_the_users_frames_only(
    run: Run, isolation: Isolation
) -> None:
    ran = run(
        """
def divide(n):
    return 1 / n
@task
def t(): return divide(0)
t()
""",
        isolation=isolation,
    )

    assert ran.outcome.state is TaskState.FAILED
    assert ran.outcome.reason is Reason.TASK_ERROR
    assert ran.outcome.message == "ZeroDivisionError: division by zero"
    assert ran.outcome.retryable
    assert "in divide" in ran.outcome.traceback
    assert "nbflow/runtime" not in ran.outcome.traceback
    assert ran.log == f"{ran.outcome.traceback}\n"


CALLS = {
    "skip": ("raise Skip('nothing new')", TaskState.SKIPPED, Reason.SKIPPED_BY_CALL, "nothing new"),
    "fail": ("raise Fail('no such region')", TaskState.FAILED, Reason.FAILED_BY_CALL, "no such"),
    "exit": ("raise SystemExit(3)", TaskState.FAILED, Reason.TASK_ERROR, "SystemExit: 3"),
    "good exit": ("raise SystemExit(0)", TaskState.SUCCESS, None, ""),
    "bad value": ("return (n for n in [])", TaskState.FAILED, Reason.VALUE_ERROR, "cannot pickle"),
}


@pytest.mark.parametrize(("line", "state", "reason", "words"), CALLS.values(), ids=CALLS.keys())
@BOTH
def test_every_way_to_end_is_told_as_what_it_is(
    run: Run, isolation: Isolation, line: str, state: TaskState, reason: Reason | None, words: str
) -> None:
    outcome = run(f"@task\ndef t(): {line}\nt()", isolation=isolation).outcome

    assert (outcome.state, outcome.reason) == (state, reason)
    assert words in outcome.message
    assert outcome.retryable is (reason is not Reason.FAILED_BY_CALL)


@pytest.mark.parametrize(
    ("returned", "follow"),
    [("'a'", ("a",)), ("['a', 'b']", ("a", "b")), ("None", ()), ("[]", ())],
)
def test_a_branch_tells_whom_to_follow(run: Run, returned: str, follow: tuple[str, ...]) -> None:
    outcome = run(f"@task\ndef t(): return {returned}\nt()", decides=Decides.BRANCH).outcome

    assert outcome.state is TaskState.SUCCESS
    assert outcome.follow == follow


def test_a_branch_that_returns_no_task_id_says_what_to_return(run: Run) -> None:
    outcome = run("@task\ndef t(): return 3\nt()", decides=Decides.BRANCH).outcome

    assert outcome.state is TaskState.FAILED
    assert "The branch returned 3: return the id of the task" in outcome.message


@pytest.mark.parametrize(("returned", "stops"), [("0", True), ("None", True), ("'yes'", False)])
def test_a_short_circuit_stops_what_follows_if_the_value_is_false(
    run: Run, returned: str, stops: bool
) -> None:
    outcome = run(f"@task\ndef t(): return {returned}\nt()", decides=Decides.SHORT_CIRCUIT).outcome

    assert outcome.state is TaskState.SUCCESS
    assert outcome.short_circuit is stops


def test_a_file_that_cannot_be_imported_is_told_with_its_line(run: Run) -> None:
    outcome = run("import no_such_module\n").outcome

    assert outcome.reason is Reason.IMPORT_ERROR
    assert "dags/a_dag.py, line 5" in outcome.message
    assert "no_such_module" in outcome.message


def test_a_template_in_an_argument_that_cannot_be_rendered_is_bad_input(run: Run) -> None:
    outcome = run("@task\ndef t(x): ...\nt(['{{ nope }}'])").outcome

    assert outcome.reason is Reason.BAD_INPUT
    assert "the template '{{ nope }}'" in outcome.message


def test_a_process_that_ends_itself_is_told_by_its_exit_code(run: Run) -> None:
    outcome = run("import os\n@task\ndef t(): os._exit(4)\nt()").outcome

    assert (outcome.state, outcome.reason) == (TaskState.FAILED, Reason.EXIT_CODE)
    assert "exit code 4" in outcome.message


def test_a_crash_in_native_code_is_the_tasks_failure_and_leaves_its_trace(run: Run) -> None:
    ran = run("import ctypes\n@task\ndef t(): ctypes.string_at(0)\nt()")

    assert ran.outcome.reason is Reason.TASK_ERROR
    assert "SIGSEGV" in ran.outcome.message
    assert "Segmentation fault" in ran.log


def test_a_process_killed_from_outside_is_the_platforms_failure(run: Run) -> None:
    code = f"import os\n@task\ndef t(): os.kill(os.getpid(), {int(signal.SIGKILL)})\nt()"
    outcome = run(code).outcome

    assert outcome.reason is Reason.WORKER_LOST
    assert outcome.reason.is_infrastructure
    assert "killed from outside (SIGKILL)" in outcome.message


def test_a_kill_while_memory_was_short_is_told_as_that() -> None:
    killed = Exit(signal=int(signal.SIGKILL))

    assert from_exit(killed, memory_was_short=True).reason is Reason.OUT_OF_MEMORY
    assert from_exit(killed, memory_was_short=False).reason is Reason.WORKER_LOST
    ended = Exit(signal=int(signal.SIGTERM))
    assert from_exit(ended, memory_was_short=True).reason is Reason.WORKER_LOST


@BOTH
def test_a_task_that_takes_too_long_is_ended(run: Run, isolation: Isolation) -> None:
    code = "import time\n@task\ndef t():\n    while True: time.sleep(0.001)\nt()"
    outcome = run(code, isolation=isolation, execution_timeout=1).outcome

    assert (outcome.state, outcome.reason) == (TaskState.FAILED, Reason.TIMEOUT)
    assert outcome.message == "The task was ended after its execution_timeout of 1 s."


def test_the_trace_of_a_timeout_shows_where_the_task_was(run: Run) -> None:
    code = "import time\n@task\ndef t():\n    time.sleep(60)\nt()"
    outcome = run(code, execution_timeout=5).outcome

    assert "time.sleep(60)" in outcome.traceback


@dataclass
class Hanging:
    outcome: Future[Ran]
    pid: int


@pytest.fixture
def hanging(run: Run, tmp_path: Path) -> Iterator[Callable[..., Hanging]]:
    """Start a task that does not end by itself, and return once it runs."""
    with ThreadPoolExecutor(1) as aside:

        def start(ends: str = "pass", **how: object) -> Hanging:
            where = tmp_path / "pid"
            code = f"""
import os, time
from pathlib import Path
@task
def t():
    while True:
        try:
            Path({str(where)!r}).write_text(f"{{os.getpid()}}.")
            while True: time.sleep(0.001)
        except KeyboardInterrupt:
            {ends}
t()
"""
            outcome = aside.submit(run, code, **how)
            assert eventually(lambda: where.exists() and where.read_text().endswith("."))
            return Hanging(outcome, int(where.read_text()[:-1]))

        yield start


@BOTH
def test_a_cancelled_task_is_ended_and_told_as_cancelled(
    hanging: Callable[..., Hanging], isolation: Isolation
) -> None:
    token = CancelToken()
    task = hanging("raise", isolation=isolation, token=token)

    token.cancel("by chloé")

    outcome = task.outcome.result(60).outcome
    assert (outcome.state, outcome.reason) == (TaskState.CANCELLED, Reason.CANCELLED)
    assert outcome.message == "The task was ended: by chloé."
    assert isolation == "thread" or not is_alive(task.pid)


def test_a_task_that_will_not_be_interrupted_is_killed(hanging: Callable[..., Hanging]) -> None:
    token = CancelToken()
    task = hanging("pass", token=token)

    token.cancel()

    assert task.outcome.result(60).outcome.state is TaskState.CANCELLED
    assert eventually(lambda: not is_alive(task.pid))


def test_an_interrupt_that_nobody_here_sent_is_the_platforms_failure(
    hanging: Callable[..., Hanging],
) -> None:
    task = hanging("raise")

    os.kill(task.pid, signal.SIGINT)

    assert task.outcome.result(60).outcome.reason is Reason.WORKER_LOST


def test_a_thread_that_was_ended_is_fit_for_the_next_task(run: Run) -> None:
    loop = "@task\ndef t():\n    while True: pass\nt()"
    fine = "@task\ndef t(): return sum(range(100000))\nt()"

    for _ in range(3):
        ended = run(loop, isolation="thread", execution_timeout=0.05)
        assert ended.outcome.reason is Reason.TIMEOUT
        assert run(fine, isolation="thread").value == 4999950000


def test_a_dag_object_of_this_process_runs_here_and_shows_what_it_prints(
    runner: TaskRunner, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    seen: list[str] = []

    with DAG("d", start_date="2026-01-01") as dag:

        @task
        def t(day: str) -> None:
            seen.append(day)
            print("here", day)  # noqa: T201

        t("{{ ds }}")

    source = LiveSource(register_live(dag))
    outcome = runner.run(an_order(Task("t", TaskKind.PYTHON), tmp_path, source=source))

    assert outcome.state is TaskState.SUCCESS
    assert seen == ["2026-03-01"]
    assert capsys.readouterr().out == "here 2026-03-01\n"


@BOTH
def test_a_pickled_operator_runs_without_a_file(
    runner: TaskRunner, tmp_path: Path, isolation: Isolation
) -> None:
    factor = 2
    operator = PythonOperator(
        task_id="t", python_callable=lambda n: n * factor, op_kwargs={"n": 21}
    )
    source = PickledSource("abc", _pickled_by_value({"t": operator}))
    made = Task("t", TaskKind.PYTHON, isolation=isolation)

    outcome = runner.run(an_order(made, tmp_path, source=source))

    assert _ran(outcome).value == 42


def test_a_dag_that_is_not_in_this_process_any_more_is_an_import_error(
    runner: TaskRunner, tmp_path: Path
) -> None:
    order = an_order(Task("t", TaskKind.PYTHON), tmp_path, source=LiveSource("gone"))

    outcome = runner.run(order)

    assert outcome.state is TaskState.FAILED
    assert "not in this process any more" in outcome.message


def test_a_value_that_finds_no_room_is_the_platforms_failure(
    runner: TaskRunner, tmp_path: Path
) -> None:
    (tmp_path / "values").write_text("a file, not a folder")
    source = a_bundle("@task\ndef t(): return (1, 2)\nt()")

    outcome = runner.run(an_order(Task("t", TaskKind.PYTHON), tmp_path, source=source))

    assert outcome.reason is Reason.EXECUTOR_ERROR


def test_a_value_that_is_damaged_fails_the_task_that_reads_it(
    runner: TaskRunner, tmp_path: Path
) -> None:
    ref = dump_value((1, 2), str(tmp_path))
    source = a_bundle("@task\ndef up(): ...\n@task\ndef t(x): ...\nt(up())")
    made = Task("t", TaskKind.PYTHON, reads=("up",))
    damaged: dict[str, dict[str, ValueRef]] = {"up": {RETURN_VALUE: replace(ref, digest="0" * 64)}}

    outcome = runner.run(an_order(made, tmp_path, source=source, values=damaged))

    assert outcome.reason is Reason.VALUE_ERROR
    assert "is not what was stored" in outcome.message


def _ran(outcome: Outcome) -> Ran:
    return Ran(outcome, {key: load_value(ref) for key, ref in outcome.values.items()})


def _pickled_by_value(operators: dict[str, PythonOperator]) -> bytes:
    data: bytes = cloudpickle.dumps(operators)
    return data
