"""Executors with the runner that ships, whose tasks are processes below the one that runs them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import psutil
import pytest

from nbflow.core.dag import Task, TaskKind
from nbflow.core.orders import TaskOrder
from nbflow.core.states import Reason, TaskState
from nbflow.executors.base import Executor
from nbflow.executors.dask import DaskExecutor
from nbflow.executors.dask_cluster import ClusterSpec
from nbflow.executors.inline import InlineExecutor
from nbflow.executors.runner import RunnerFactory
from nbflow.runtime.run_task import TaskRunner
from tests.executors.desk import Desk
from tests.runtime.builders import a_bundle, a_command, an_order, eventually, is_alive

MakeExecutor = Callable[[RunnerFactory], Executor]
EXECUTORS: dict[str, MakeExecutor] = {
    "inline": partial(InlineExecutor, slots=2),
    "dask": partial(DaskExecutor, ClusterSpec(workers=1, threads=2, dashboard=False)),
}


@pytest.fixture(scope="module", params=EXECUTORS)
def desk(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Desk]:
    runner = partial(TaskRunner, tmp_path_factory.mktemp("cache"), kernels=0)
    desk = Desk(EXECUTORS[request.param](runner)).start()
    yield desk
    desk.executor.close()


def sleeping(pid: Path, folder: Path) -> TaskOrder:
    return an_order(a_command(f"echo $$ > {pid}; sleep 60"), folder)


def test_a_shell_task_succeeds_and_leaves_its_log(desk: Desk, tmp_path: Path) -> None:
    order = an_order(a_command("echo hello"), tmp_path)

    desk.submit(order)

    outcome = desk.outcome(order)
    assert outcome.state is TaskState.SUCCESS
    assert outcome.log is not None
    assert "hello" in Path(outcome.log.removeprefix("file://")).read_text()


def test_a_python_task_hands_on_its_value(desk: Desk, tmp_path: Path) -> None:
    code = "@task\ndef answer():\n    return 42\nanswer()"
    order = an_order(Task("answer", TaskKind.PYTHON), tmp_path, source=a_bundle(code))

    desk.submit(order)

    outcome = desk.outcome(order)
    assert (outcome.state, outcome.message) == (TaskState.SUCCESS, "")
    assert outcome.values["return_value"].json == 42


def test_a_cancelled_task_is_gone(desk: Desk, tmp_path: Path) -> None:
    desk.submit(order := sleeping(tmp_path / "pid", tmp_path))
    pid = _pid(desk, tmp_path / "pid")

    desk.cancel(order)

    assert desk.outcome(order).reason is Reason.CANCELLED
    assert not is_alive(pid)


@pytest.mark.parametrize("desk", ["dask"], indirect=True)
def test_nothing_outlives_a_worker_that_is_killed(desk: Desk, tmp_path: Path) -> None:
    desk.submit(order := sleeping(tmp_path / "pid", tmp_path))
    pid = _pid(desk, tmp_path / "pid")
    worker = psutil.Process(desk.pid_of_worker(order))
    below = [child.pid for child in worker.children(recursive=True)]
    assert pid in below

    worker.kill()

    assert desk.outcome(order).reason is Reason.WORKER_LOST
    assert eventually(lambda: not any(map(is_alive, below)))


def _pid(desk: Desk, file: Path) -> int:
    desk.until(lambda: file.exists() and bool(file.read_text()), "the task to run")
    return int(file.read_text())
