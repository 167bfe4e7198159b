"""Notebook and cell tasks on real kernels: what becomes of orders, notebooks and values."""

from __future__ import annotations

import asyncio
import json
import os
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timezone
from pathlib import Path

import numpy as np
import psutil
import pytest

from nbflow.core.orders import ValueRef
from nbflow.core.states import Reason, TaskState
from nbflow.runtime.cancellation import CancelToken
from nbflow.runtime.kernels import KernelPool
from nbflow.runtime.values import load_value
from tests.runtime.notebook_attempts import Attempts, wait_gone, wait_until, when


@pytest.fixture(scope="module")
def pool() -> Iterator[KernelPool]:
    with KernelPool(2) as pool:
        yield pool


@pytest.fixture
def attempts(pool: KernelPool, tmp_path: Path) -> Attempts:
    return Attempts(pool, tmp_path)


def test_a_notebook_that_ends_well_is_a_success_with_its_notebook_and_log(
    attempts: Attempts,
) -> None:
    ran = attempts.run("three_cells_that_print")

    assert ran.outcome.state is TaskState.SUCCESS
    assert ran.outcome.output_notebook == ran.store.url("output.ipynb")
    assert ran.outcome.log == ran.store.url("log.txt")
    assert ran.states == {"one": "success", "two": "success", "three": "success"}
    assert [ran.text("one"), ran.text("two")] == ["one\n", "two 1\n"]
    assert (ran.outcome.peak_memory or 0) > 10_000_000


# ---------------------------------------------------------------------------- parameters and values


def test_parameters_go_in_and_the_cell_tagged_outputs_hands_its_names_on(
    attempts: Attempts,
) -> None:
    ran = attempts.run("parameters_and_outputs", {"day": "Monday", "factor": 3})

    values = {name: load_value(ref) for name, ref in ran.outcome.values.items()}
    assert values == {
        "label": "Monday: 30",
        "total": 30,
        "lines": ["Monday: 30"],
        "output_notebook": ran.outcome.output_notebook,
    }


def test_parameters_of_other_types_arrive_as_literals(attempts: Attempts) -> None:
    at = datetime(2026, 3, 1, 6, tzinfo=timezone.utc)

    ran = attempts.run("parameters_and_outputs", {"day": at, "factor": np.int64(2)})

    assert load_value(ran.outcome.values["label"]) == "2026-03-01T06:00:00+00:00: 20"


def test_a_parameter_that_is_no_literal_is_bad_input_naming_it(attempts: Attempts) -> None:
    outcome = attempts.run("parameters_and_outputs", {"day": object()}).outcome

    assert outcome.reason is Reason.BAD_INPUT
    assert "day is a builtins.object" in outcome.message


def test_an_output_that_cannot_travel_fails_the_task_naming_it_and_the_fix(
    attempts: Attempts,
) -> None:
    outcome = attempts.run("output_is_an_open_file").outcome

    assert (outcome.state, outcome.reason) == (TaskState.FAILED, Reason.VALUE_ERROR)
    assert "table: A _io.TextIOWrapper cannot be handed to another task" in outcome.message
    assert "Hand on plain data instead" in outcome.message


def test_an_output_that_is_gone_at_the_end_fails_the_task(attempts: Attempts) -> None:
    outcome = attempts.run("output_is_gone_at_the_end").outcome

    assert outcome.reason is Reason.VALUE_ERROR
    assert "total: it is not defined at the end" in outcome.message


def test_values_are_exchanged_without_a_trace_in_the_notebook(attempts: Attempts) -> None:
    ran = attempts.run("parameters_and_outputs")

    counts = [c.execution_count for c in ran.notebook.cells if c.cell_type == "code"]
    assert counts == [1, 2, 3]


def test_a_file_left_open_can_be_read_when_the_task_has_succeeded(attempts: Attempts) -> None:
    attempts.run("leaves_a_file_open")

    assert (attempts.cwd / "rows.txt").read_text() == "all rows"


# -------------------------------------------------------------------------------- ways to end badly


def test_an_error_names_the_cell_of_the_source_notebook_and_keeps_a_plain_traceback(
    attempts: Attempts,
) -> None:
    ran = attempts.run("fails_after_its_parameters", {"path": "gone.csv"})

    outcome = ran.outcome
    assert (outcome.state, outcome.reason) == (TaskState.FAILED, Reason.CELL_ERROR)
    assert outcome.message.startswith("FileNotFoundError: [Errno 2]")
    # The injected parameters come before it in the executed notebook, not in the source.
    assert outcome.cell == 1
    assert "open(path)" in outcome.traceback
    assert "\x1b" not in outcome.traceback


def test_no_cell_is_added_to_a_failed_notebook(attempts: Attempts) -> None:
    ran = attempts.run("second_cell_raises")

    assert [cell.id for cell in ran.notebook.cells] == ["first", "raises", "after"]


def test_a_timeout_interrupts_the_cell_and_leaves_the_rest_not_run(attempts: Attempts) -> None:
    ran = attempts.run("second_cell_sleeps", timeout=4.0)

    assert (ran.outcome.state, ran.outcome.reason) == (TaskState.FAILED, Reason.TIMEOUT)
    assert "execution_timeout of 4 s" in ran.outcome.message
    assert ran.outcome.cell == 1
    assert "time.sleep(600)" in ran.outcome.traceback
    assert ran.states == {"first": "success", "sleeps": "timeout", "after": "not-run"}
    assert ran.text("sleeps") == "asleep\n"


def test_a_cell_that_ignores_interrupts_is_killed_with_its_children(attempts: Attempts) -> None:
    token = CancelToken()
    cancel = when("output", "stubborn", token.cancel)

    ran = attempts.run("second_cell_ignores_interrupts", token=token, on_event=cancel, grace=0.3)

    assert ran.outcome.state is TaskState.CANCELLED
    assert ran.states["stubborn"] == "cancelled"
    wait_gone(int(ran.text("stubborn")))


def test_a_cancelled_task_is_cancelled_and_says_why(attempts: Attempts) -> None:
    token = CancelToken()
    cancel = when("output", "sleeps", lambda: token.cancel("cancelled by Ana"))

    ran = attempts.run("second_cell_sleeps", token=token, on_event=cancel)

    assert (ran.outcome.state, ran.outcome.reason) == (TaskState.CANCELLED, Reason.CANCELLED)
    assert "cancelled by Ana" in ran.outcome.message
    assert ran.states == {"first": "success", "sleeps": "cancelled", "after": "not-run"}


def test_a_task_that_is_cancelled_before_its_first_cell_runs_none(attempts: Attempts) -> None:
    token = CancelToken()
    token.cancel()

    ran = attempts.run("three_cells_that_print", token=token)

    assert ran.outcome.state is TaskState.CANCELLED
    assert not ran.has_events


def test_a_killed_kernel_is_an_infrastructure_failure_that_keeps_the_last_words(
    attempts: Attempts,
) -> None:
    ran = attempts.run("second_cell_is_killed")

    outcome = ran.outcome
    assert (outcome.state, outcome.reason) == (TaskState.FAILED, Reason.KERNEL_DIED)
    assert "SIGKILL" in outcome.message
    assert "memory" in outcome.message
    assert outcome.cell == 1
    assert ran.states == {"first": "success", "dies": "died", "after": "not-run"}
    assert ran.text("dies") == "last words\n"


def test_a_crash_in_native_code_is_the_fault_of_the_cell(attempts: Attempts) -> None:
    outcome = attempts.run("second_cell_crashes").outcome

    assert (outcome.reason, outcome.cell) == (Reason.CELL_ERROR, 1)
    assert "SIGSEGV" in outcome.message
    assert "Segmentation fault" in outcome.traceback


def test_ending_the_process_is_the_fault_of_the_cell(attempts: Attempts) -> None:
    outcome = attempts.run("second_cell_ends_the_process").outcome

    assert (outcome.reason, outcome.cell) == (Reason.EXIT_CODE, 1)
    assert "exit status 3" in outcome.message


def test_exiting_with_a_message_fails_the_task(attempts: Attempts) -> None:
    outcome = attempts.run("second_cell_exits_badly").outcome

    assert (outcome.reason, outcome.message) == (Reason.CELL_ERROR, "SystemExit: no data")


def test_raising_fail_fails_for_good(attempts: Attempts) -> None:
    outcome = attempts.run("second_cell_fails_for_good").outcome

    assert outcome.reason is Reason.FAILED_BY_CALL
    assert (outcome.message, outcome.retryable) == ("the contract has changed", False)


# -------------------------------------------------------------------------------- ways to end early


def test_exiting_with_zero_is_a_success_and_skips_the_rest(attempts: Attempts) -> None:
    ran = attempts.run("second_cell_exits_well")

    assert ran.outcome.state is TaskState.SUCCESS
    assert ran.states == {"first": "success", "exits": "success", "after": "skipped"}
    assert load_value(ran.outcome.values["result"]) == 1


def test_ending_the_kernel_by_exit_is_leaving_in_good_order(attempts: Attempts) -> None:
    ran = attempts.run("second_cell_ends_its_kernel")

    assert ran.outcome.state is TaskState.SUCCESS
    assert ran.states == {"first": "success", "exits": "success", "after": "skipped"}


def test_raising_skip_skips_the_task(attempts: Attempts) -> None:
    ran = attempts.run("second_cell_skips_the_task")

    assert ran.outcome.state is TaskState.SKIPPED
    assert ran.outcome.reason is Reason.SKIPPED_BY_CALL
    assert ran.outcome.message == "nothing new today"
    assert ran.states == {"first": "success", "skips": "skipped", "after": "skipped"}


# --------------------------------------------------------------------------------------- bad orders


def test_a_missing_kernelspec_names_those_that_exist_and_the_fix(attempts: Attempts) -> None:
    outcome = attempts.run("kernel_is_not_installed").outcome

    assert outcome.reason is Reason.START_FAILED
    assert "There is no kernelspec 'no-such-kernel' on this worker; there are: " in outcome.message
    assert "python3" in outcome.message
    assert "kernel_name" in outcome.message


@pytest.mark.parametrize(
    ("notebook", "told"),
    [
        ("not_there", "not_there.ipynb: this notebook is not among the files of its DAG"),
        ("broken_json", "broken_json.ipynb: this is not a notebook that nbformat understands"),
    ],
)
def test_a_notebook_that_cannot_be_read_is_bad_input(
    attempts: Attempts, notebook: str, told: str
) -> None:
    ran = attempts.run(notebook)

    assert ran.outcome.reason is Reason.BAD_INPUT
    assert told in ran.outcome.message
    assert told in ran.log


def test_a_notebook_of_an_old_format_runs(attempts: Attempts) -> None:
    ran = attempts.run("written_by_an_old_jupyter")

    assert ran.states == {"cell-1": "success"}


def test_a_notebook_that_names_no_kernel_runs_in_the_usual_one_and_says_so(
    attempts: Attempts,
) -> None:
    ran = attempts.run("names_no_kernel")

    assert ran.outcome.state is TaskState.SUCCESS
    assert ran.notebook.metadata.kernelspec.name == "python3"


# -------------------------------------------------------------------------------- where they happen


def test_each_notebook_has_its_own_folder_and_environment_and_the_worker_keeps_its_own(
    attempts: Attempts, tmp_path: Path
) -> None:
    worker_folder = Path.cwd()

    def run(name: str) -> str:
        folder = tmp_path / name
        folder.mkdir()
        (folder / "here.txt").write_text(f"I am {name}")
        env = {"NBFLOW_TEST_COLOUR": name}
        return attempts.run("tells_where_it_is", cwd=folder, env=env).text("where")

    with ThreadPoolExecutor(3) as threads:
        told = list(threads.map(run, ("red", "green", "blue")))

    assert told == [f"{tmp_path / n}\nI am {n}\n{n}\n" for n in ("red", "green", "blue")]
    assert Path.cwd() == worker_folder
    assert "NBFLOW_TEST_COLOUR" not in os.environ


def test_a_variable_that_python_reads_at_its_start_is_there_at_the_start(
    attempts: Attempts, tmp_path: Path
) -> None:
    (attempts.cwd / "here.txt").write_text("")
    (tmp_path / "modules").mkdir()
    env = {"PYTHONPATH": str(tmp_path / "modules"), "NBFLOW_TEST_COLOUR": "grey"}

    assert "grey" in attempts.run("tells_where_it_is", env=env).text("where")


def test_a_kernel_never_sees_the_names_of_another_task(attempts: Attempts) -> None:
    runs = [attempts.run("counts_its_runs").outcome.values["runs"] for _ in range(2)]

    assert [load_value(ref) for ref in runs] == [1, 1]


def test_a_notebook_runs_inside_a_thread_that_has_a_running_event_loop(
    attempts: Attempts,
) -> None:
    async def run() -> TaskState:
        return attempts.run("three_cells_that_print").outcome.state

    assert asyncio.run(run()) is TaskState.SUCCESS


def test_asking_for_input_fails_instead_of_waiting_for_ever(attempts: Attempts) -> None:
    outcome = attempts.run("asks_for_input").outcome

    assert outcome.reason is Reason.CELL_ERROR
    assert "StdinNotImplementedError" in outcome.message


def test_a_notebook_in_another_language_runs_with_its_parameters(
    tmp_path: Path, bash_kernel: str
) -> None:
    with KernelPool(0, kernel_names=()) as pool:
        attempts = Attempts(pool, tmp_path)
        ran = attempts.run("written_in_bash", {"greeting": "salut"}, kernel_name=bash_kernel)

    assert ran.outcome.state is TaskState.SUCCESS
    assert ran.text("says") == f"salut from bash\n{attempts.cwd}\n"
    assert ran.notebook.metadata.kernelspec.language == "bash"


# ------------------------------------------------------------------------------------ cells as task


def test_a_cell_task_runs_its_setup_then_its_cells_and_hands_values_on(
    attempts: Attempts,
) -> None:
    made = attempts.run_cells(["make"], outputs=["numbers"], params={"start": 100})
    added = attempts.run_cells(
        ["add"],
        inputs={"numbers": "make"},
        outputs=["total"],
        values={"make": made.outcome.values},
    )

    assert load_value(made.outcome.values["numbers"]) == [100, 101, 102]
    assert load_value(added.outcome.values["total"]) == 606
    assert added.text("add") == "total 606\n"
    sources = [cell.source for cell in added.notebook.cells]
    assert [s.splitlines()[0] for s in sources] == [
        "import math",
        "start = 10",
        "total = double(sum(numbers))",
    ]


def test_the_params_of_the_run_follow_the_parameters_cell(attempts: Attempts) -> None:
    made = attempts.run_cells(["make"], params={"start": 7})

    tags = [cell.metadata.get("tags", []) for cell in made.notebook.cells]
    assert tags == [[], ["parameters"], ["injected-parameters"], []]
    assert made.text("make") == "made [7, 8, 9]\n"


def test_setup_cells_are_marked_in_the_executed_notebook(attempts: Attempts) -> None:
    made = attempts.run_cells(["make"])

    marked = {cell.id: cell.metadata.nbflow.get("setup", False) for cell in made.notebook.cells}
    assert marked == {"setup": True, "defaults": True, "make": False}


def test_a_value_that_cannot_be_pickled_fails_the_cell_task_naming_it(attempts: Attempts) -> None:
    outcome = attempts.run_cells(["opens"], outputs=["handle"]).outcome

    assert outcome.reason is Reason.VALUE_ERROR
    assert "handle, of cell 7: A _io.TextIOWrapper" in outcome.message
    assert "tag cell 7 and the cells that use handle as one task" in outcome.message
    assert outcome.stuck["handle"].startswith("a _io.TextIOWrapper: TypeError")


def test_a_name_that_a_cell_did_not_define_is_simply_not_handed_on(attempts: Attempts) -> None:
    maybe = attempts.run_cells(["maybe"], outputs=["maybe"])
    after = attempts.run_cells(
        ["make"], inputs={"maybe": "maybe"}, values={"maybe": maybe.outcome.values}
    )

    assert "maybe" not in maybe.outcome.values
    assert after.outcome.state is TaskState.SUCCESS


def test_a_value_that_cannot_be_read_back_fails_the_task_before_its_cells(
    attempts: Attempts,
) -> None:
    lost = ValueRef("pickle", url=str(attempts.tmp / "lost.pkl"), digest="0", preview="[1, 2]")

    ran = attempts.run_cells(
        ["add"], inputs={"numbers": "make"}, values={"make": {"numbers": lost}}
    )

    assert ran.outcome.reason is Reason.VALUE_ERROR
    assert "The value of 'numbers' from another task" in ran.outcome.message
    assert ran.states["add"] == "not-run"


def test_an_error_in_a_cell_task_names_the_cell_of_the_source(attempts: Attempts) -> None:
    outcome = attempts.run_cells(["add"]).outcome

    assert outcome.message == "NameError: name 'numbers' is not defined"
    assert outcome.cell == 4


def test_cells_that_are_gone_from_the_notebook_are_bad_input(attempts: Attempts) -> None:
    outcome = attempts.run_cells(["vanished"]).outcome

    assert outcome.reason is Reason.BAD_INPUT
    assert "'vanished'" in outcome.message


def test_a_reader_never_sees_half_a_notebook(attempts: Attempts) -> None:
    # The path of the first attempt of these `attempts`.
    path = attempts.tmp / "artifacts{1}" / "output.ipynb"
    done = threading.Event()
    read: list[int] = []

    def keep_reading() -> None:
        while not done.wait(0.001):
            if path.exists():
                read.append(len(json.loads(path.read_text())["cells"]))

    with ThreadPoolExecutor(1) as threads:
        reading = threads.submit(keep_reading)
        attempts.run("prints_two_hundred_thousand_lines")
        done.set()
        reading.result()

    assert set(read) == {1}


def test_ten_attempts_leave_no_descriptor_and_no_thread_behind(attempts: Attempts) -> None:
    def held() -> tuple[int, int]:
        attempts.pool.wait_ready()
        wait_until(lambda: not attempts.pool.ending)
        return psutil.Process().num_fds(), threading.active_count()

    for _ in range(2):
        attempts.run("three_cells_that_print")
    descriptors, threads = held()
    for _ in range(10):
        attempts.run("three_cells_that_print")

    # One for each attempt would be ten. What else lives in this process may take some, too.
    after = held()
    assert after[0] < descriptors + 10
    assert after[1] < threads + 10
