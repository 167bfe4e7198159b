"""Callbacks on a worker: found in the DAG's file, given the context, ended when they hang."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest

from nbflow.core.dag import Task, TaskKind
from nbflow.core.orders import CallbackOrder, Outcome, SourceBundle
from nbflow.core.states import Reason, TaskState
from nbflow.runtime.run_task import TaskRunner
from tests.runtime.builders import DAG_FILE, an_order

CODE = """
import time
from nbflow import DAG, BashOperator, Skip

def write(context):
    ti, error = context["ti"], context["exception"]
    with open("{out}", "a") as file:
        file.write(f"{{ti.task_id}} {{ti.state}} {{context['reason']}} {{error}} {{context['ds']}}")

def breaks(context):
    raise ValueError("no such channel")

def hangs(context):
    time.sleep(600)

def leaves(context):
    raise SystemExit(3)

with DAG("d", on_failure_callback=write):
    BashOperator(
        task_id="t",
        bash_command="exit 1",
        on_failure_callback=[write, breaks, hangs, leaves],
    )
"""

CallBack = Callable[..., Outcome]


@pytest.fixture(scope="module")
def runner(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TaskRunner]:
    runner = TaskRunner(tmp_path_factory.mktemp("cache"), grace=0.3)
    yield runner
    runner.close()


@pytest.fixture
def call_back(runner: TaskRunner, tmp_path: Path) -> CallBack:
    """Call a callback of the DAG above for a failure of its task."""

    def call(position: int, *, of_dag: bool = False, timeout: float = 60.0) -> Outcome:
        text = CODE.format(out=tmp_path / "out").encode()
        source = SourceBundle(sha256(text).hexdigest(), {DAG_FILE: text})
        order = an_order(Task("t", TaskKind.BASH), tmp_path, source=source)
        facts = {"state": "failed", "reason": "exit_code", "message": "Exit code 1."}
        told = CallbackOrder("failure", position, of_dag, "attempt-1", facts, timeout)
        return runner.run(replace(order, callback=told))

    return call


def log_of(outcome: Outcome) -> str:
    assert outcome.log is not None
    return Path(outcome.log).read_text()


def test_a_callback_hears_what_became_of_its_task(call_back: CallBack, tmp_path: Path) -> None:
    assert call_back(0).state is TaskState.SUCCESS
    assert (tmp_path / "out").read_text().startswith("t failed exit_code Exit code 1. 20")


def test_a_callback_of_the_dag_is_found_too(call_back: CallBack, tmp_path: Path) -> None:
    assert call_back(0, of_dag=True).state is TaskState.SUCCESS
    assert "exit_code" in (tmp_path / "out").read_text()


def test_what_a_callback_raises_is_its_outcome_and_stands_in_its_log(call_back: CallBack) -> None:
    outcome = call_back(1)
    assert (outcome.state, outcome.message) == (TaskState.FAILED, "ValueError: no such channel")
    assert "line 11, in breaks" in log_of(outcome)


def test_a_callback_that_hangs_is_ended(call_back: CallBack) -> None:
    outcome = call_back(2, timeout=0.5)
    assert (outcome.state, outcome.reason) == (TaskState.FAILED, Reason.TIMEOUT)
    assert "time limit of 0.5 s" in outcome.message


def test_a_callback_that_ends_its_process_is_told(call_back: CallBack) -> None:
    assert call_back(3).state is TaskState.FAILED


def test_a_callback_that_the_file_no_longer_has_is_told(call_back: CallBack) -> None:
    outcome = call_back(7)
    assert outcome.reason is Reason.IMPORT_ERROR
    assert "no callback number 8" in outcome.message
