"""The one door: every kind of task, side by side, and whatever goes wrong is an outcome."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import active_count

import psutil
import pytest

from nbflow.core.dag import Task, TaskKind
from nbflow.core.json import JsonObject
from nbflow.core.orders import RETURN_VALUE, Outcome, SourceBundle
from nbflow.core.states import Reason, TaskState
from nbflow.runtime.artifacts import read_url
from nbflow.runtime.cancellation import CancelToken
from nbflow.runtime.run_task import TaskRunner
from nbflow.runtime.values import load_value
from tests.runtime.builders import DAG_FILE, a_bundle, a_command, an_order, eventually

READ_DATA = "@task\ndef t():\n    return open('rows.csv').read()\nt()"


@pytest.fixture(scope="module")
def runner(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TaskRunner]:
    runner = TaskRunner(tmp_path_factory.mktemp("cache"), kernels=1, grace=0.3)
    yield runner
    runner.close()


@pytest.fixture
def quiet(runner: TaskRunner) -> None:
    """Of the runner that others share no process is about to come or to go."""
    assert runner.wait_for_kernel()
    pool = runner._pool
    assert pool is not None
    assert eventually(lambda: not pool.ending)


def test_an_empty_task_succeeds_and_leaves_nothing(runner: TaskRunner, tmp_path: Path) -> None:
    outcome = runner.run(an_order(Task("e", TaskKind.EMPTY), tmp_path))

    assert outcome == Outcome(TaskState.SUCCESS)
    assert list(tmp_path.iterdir()) == []


def test_an_attempt_cancelled_before_it_began_does_not_begin(
    runner: TaskRunner, tmp_path: Path
) -> None:
    token = CancelToken()
    token.cancel("by ana")

    outcome = runner.run(an_order(a_command(f"touch {tmp_path}/touched"), tmp_path), token)

    assert outcome.state is TaskState.CANCELLED
    assert "by ana" in outcome.message
    assert not (tmp_path / "touched").exists()


def test_data_files_are_found_in_the_project_if_it_is_on_this_machine(
    runner: TaskRunner, tmp_path: Path
) -> None:
    (tmp_path / "dags").mkdir()
    (tmp_path / "dags" / "rows.csv").write_text("of the project")
    source = a_bundle(READ_DATA, root=tmp_path)

    outcome = runner.run(an_order(Task("t", TaskKind.PYTHON), tmp_path, source=source))

    assert _value(outcome) == "of the project"


def test_data_files_are_found_in_the_bundle_if_the_project_is_elsewhere(
    runner: TaskRunner, tmp_path: Path
) -> None:
    code = a_bundle(READ_DATA).files[DAG_FILE]
    files = {DAG_FILE: code, "dags/rows.csv": b"of the bundle"}
    source = SourceBundle("with-data", files, root="/no/such/project")

    outcome = runner.run(an_order(Task("t", TaskKind.PYTHON), tmp_path, source=source))

    assert _value(outcome) == "of the bundle"


def test_code_comes_from_the_bundle_even_if_the_project_has_changed(
    runner: TaskRunner, tmp_path: Path
) -> None:
    (tmp_path / "dags").mkdir()
    (tmp_path / DAG_FILE).write_text("raise RuntimeError('edited since')")
    source = a_bundle("@task\ndef t(): return 'as ordered'\nt()", root=tmp_path)

    outcome = runner.run(an_order(Task("t", TaskKind.PYTHON), tmp_path, source=source))

    assert _value(outcome) == "as ordered"


def test_many_attempts_of_all_kinds_run_side_by_side(runner: TaskRunner, tmp_path: Path) -> None:
    source = a_bundle("@task\ndef t(): return 'python'\nt()")
    tasks = [
        a_command("echo bash"),
        Task("t", TaskKind.PYTHON),
        Task("t", TaskKind.PYTHON, isolation="thread"),
    ] * 8
    with ThreadPoolExecutor(8) as threads:
        orders = [an_order(task, tmp_path, source=source) for task in tasks]
        outcomes = list(threads.map(runner.run, orders))

    assert [_value(outcome) for outcome in outcomes] == ["bash", "python", "python"] * 8


def test_peak_memory_of_a_process_is_part_of_the_outcome(
    runner: TaskRunner, tmp_path: Path
) -> None:
    source = a_bundle("@task\ndef t(): return len(bytes(range(256)) * 400_000)\nt()")

    outcome = runner.run(an_order(Task("t", TaskKind.PYTHON), tmp_path, source=source))

    assert outcome.peak_memory is not None
    assert outcome.peak_memory > 100_000_000


def test_a_bundle_that_must_not_be_unpacked_costs_the_attempt_and_says_why(
    runner: TaskRunner, tmp_path: Path
) -> None:
    source = SourceBundle("bad", {"../outside": b""})

    outcome = runner.run(an_order(a_command("true"), tmp_path, source=source))

    assert (outcome.state, outcome.reason) == (TaskState.FAILED, Reason.EXECUTOR_ERROR)
    assert "'../outside'" in outcome.message


def test_artifacts_that_cannot_be_written_are_the_platforms_failure(
    runner: TaskRunner, tmp_path: Path
) -> None:
    (tmp_path / "taken").write_text("a file, not a folder")
    order = an_order(a_command("true"), tmp_path, artifacts=str(tmp_path / "taken" / "attempt"))

    outcome = runner.run(order)

    assert outcome.reason is Reason.EXECUTOR_ERROR
    assert outcome.reason.is_infrastructure
    assert "Not a directory" in outcome.message


def test_a_log_in_a_remote_store_is_complete_when_the_outcome_is_there(
    runner: TaskRunner, tmp_path: Path
) -> None:
    order = an_order(a_command("echo far away"), tmp_path, artifacts="memory://an-attempt")

    outcome = runner.run(order)

    assert outcome.log == "memory://an-attempt/log.txt"
    assert read_url(outcome.log) == b"far away\n"


def test_a_runner_that_was_not_used_has_started_nothing(quiet: None, tmp_path: Path) -> None:
    children, threads = _children(), active_count()

    runner = TaskRunner(tmp_path)

    assert _children() <= children
    assert active_count() <= threads
    runner.close()


def test_warming_up_starts_only_what_is_asked_for(quiet: None, tmp_path: Path) -> None:
    runner = TaskRunner(tmp_path)
    before = _children()

    runner.warm_up([TaskKind.EMPTY])
    assert _children() <= before
    runner.warm_up([TaskKind.PYTHON])
    assert len(_children() - before) == 1
    runner.close()


def test_a_runner_that_is_closed_warms_up_nothing_and_says_so_to_tasks(
    quiet: None, tmp_path: Path
) -> None:
    runner = TaskRunner(tmp_path / "cache")
    runner.close()
    before = _children()

    runner.warm_up()
    outcome = runner.run(an_order(a_command("true"), tmp_path))

    assert _children() <= before
    assert outcome.reason is Reason.START_FAILED
    assert "shutting down" in outcome.message


def test_closing_ends_what_runs_and_all_processes(quiet: None, tmp_path: Path) -> None:
    before = _children()
    runner = TaskRunner(tmp_path / "cache", grace=0.3)
    started = tmp_path / "started"
    with ThreadPoolExecutor(1) as aside:
        order = an_order(a_command(f"touch {started}; sleep 60"), tmp_path)
        running = aside.submit(runner.run, order)
        assert eventually(started.exists)
        runner.close()
        outcome = running.result(60)

    assert outcome.state is TaskState.FAILED
    assert outcome.reason is not None
    assert outcome.reason.is_infrastructure
    assert eventually(lambda: _children() <= before)
    runner.close()


def test_parameters_of_a_notebook_are_rendered_and_its_outputs_handed_on(
    runner: TaskRunner, tmp_path: Path
) -> None:
    order = an_order(
        _a_notebook_task({"day": "{{ ds }}", "region": {"$param": "region"}}),
        tmp_path,
        source=SourceBundle("nb", {"dags/n.ipynb": _notebook()}),
        params={"region": "EU"},
    )

    outcome = runner.run(order)

    assert outcome.state is TaskState.SUCCESS, outcome.message
    assert load_value(outcome.values["said"]) == "2026-03-01 EU dags"


def test_a_bad_parameter_of_a_notebook_needs_no_kernel_to_be_told(
    quiet: None, tmp_path: Path
) -> None:
    runner = TaskRunner(tmp_path / "cache")
    before = _children()
    order = an_order(_a_notebook_task({"day": "{{ nope }}"}), tmp_path)

    outcome = runner.run(order)

    assert outcome.reason is Reason.BAD_INPUT
    assert outcome.message.startswith("parameters.day: the template '{{ nope }}'")
    assert _children() <= before


def _value(outcome: Outcome) -> object:
    assert outcome.state is TaskState.SUCCESS, outcome.message
    return load_value(outcome.values[RETURN_VALUE])


def _children() -> set[int]:
    return {child.pid for child in psutil.Process().children(recursive=True)}


def _a_notebook_task(parameters: JsonObject) -> Task:
    payload: JsonObject = {"notebook": "dags/n.ipynb", "parameters": parameters}
    return Task("n", TaskKind.NOTEBOOK, payload=payload)


def _notebook() -> bytes:
    cells = [
        ("parameters", "day, region = '', ''"),
        ("outputs", "from pathlib import Path\nsaid = f'{day} {region} {Path.cwd().name}'"),
    ]
    return json.dumps(
        {
            "nbformat": 4,
            "nbformat_minor": 5,
            "metadata": {
                "kernelspec": {"name": "python3", "display_name": "", "language": "python"}
            },
            "cells": [
                {
                    "cell_type": "code",
                    "id": tag,
                    "metadata": {"tags": [tag]},
                    "source": source,
                    "outputs": [],
                    "execution_count": None,
                }
                for tag, source in cells
            ],
        }
    ).encode()
