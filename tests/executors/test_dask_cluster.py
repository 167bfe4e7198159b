"""Which cluster is used, what is said when there is none, and that ours leaves nothing behind."""

from __future__ import annotations

import json
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import psutil
import pytest
from distributed import Client

from nbflow.core.dag import Task, TaskKind
from nbflow.core.json import Json
from nbflow.core.orders import LiveSource, ReportKind, SourceBundle
from nbflow.core.states import Reason, TaskState
from nbflow.executors.base import CannotScale, ExecutorUnavailable, Size
from nbflow.executors.dask import DaskExecutor
from nbflow.executors.dask_cluster import ClusterSpec
from tests.executors.conftest import OpenDesk
from tests.executors.dask_processes import ROOT, ExternalDask
from tests.executors.desk import Desk
from tests.executors.orders import a_bash_order, an_order
from tests.executors.small_runner import SmallRunner
from tests.runtime.builders import eventually, is_alive


def test_a_cluster_of_our_own_ends_with_us_and_close_may_be_repeated(
    no_children_left: None, tmp_path: Path
) -> None:
    pid = tmp_path / "pid"
    spec = ClusterSpec(workers=1, threads=1, dashboard=False)
    desk = Desk(DaskExecutor(spec, SmallRunner)).start()
    desk.submit(a_bash_order(f"echo $$ > {pid}; sleep 60"))
    desk.until(lambda: pid.exists() and bool(pid.read_text()), "the task to run")

    desk.executor.close()
    desk.executor.close()

    assert eventually(lambda: not is_alive(int(pid.read_text())))
    assert desk.executor.slots().total == 0


def test_a_killed_worker_of_our_own_comes_back(no_children_left: None, forever: str) -> None:
    spec = ClusterSpec(workers=1, threads=1, dashboard=False)
    desk = Desk(DaskExecutor(spec, SmallRunner)).start()
    desk.submit(order := a_bash_order(forever))

    psutil.Process(desk.pid_of_worker(order)).kill()

    assert desk.outcome(order).reason is Reason.WORKER_LOST
    desk.submit(next_one := an_order())
    assert desk.outcome(next_one).state is TaskState.SUCCESS
    desk.executor.close()


def test_a_cluster_grows_from_nothing_with_the_work(no_children_left: None) -> None:
    spec = ClusterSpec(adapt={"minimum": 0, "maximum": 1}, threads=2, dashboard=False)
    desk = Desk(DaskExecutor(spec, SmallRunner)).start()
    assert not desk.executor.describe().workers
    assert desk.executor.slots().total == 2

    desk.submit(order := an_order())

    assert desk.outcome(order).state is TaskState.SUCCESS
    desk.executor.close()


def test_the_cluster_runs_as_a_program_until_its_input_ends(no_children_left: None) -> None:
    program = subprocess.Popen(
        [
            *(sys.executable, "-m", "nbflow.executors.dask_cluster"),
            *("--workers=1", "--threads=3", "--queue=gpu", "--until-eof"),
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=ROOT,
    )
    assert program.stdin is not None
    assert program.stdout is not None
    told = json.loads(program.stdout.readline())
    desk = Desk(DaskExecutor(ClusterSpec(address=told["address"]), SmallRunner)).start()

    desk.submit(order := a_bash_order("true", queue="gpu"))

    assert desk.outcome(order).state is TaskState.SUCCESS
    assert desk.executor.slots().total == 3
    assert desk.executor.describe().dashboard == told["dashboard"]
    assert told["pid"] == program.pid
    desk.executor.close()
    program.stdin.close()
    program.stdout.close()
    assert program.wait(60) == 0


def test_a_cluster_of_our_own_has_as_many_workers_as_are_asked_for(no_children_left: None) -> None:
    spec = ClusterSpec(workers=1, threads=1, dashboard=False)
    desk = Desk(DaskExecutor(spec, SmallRunner)).start()
    assert desk.executor.describe().size == Size(1, 1)

    desk.executor.scale(Size(2, 2))

    desk.until(lambda: len(desk.executor.describe().workers) == 2, "a second worker to come")
    assert desk.executor.describe().size == Size(2, 2)
    desk.executor.close()


def test_the_program_that_runs_a_cluster_resizes_it_for_who_comes_by_address(
    no_children_left: None,
) -> None:
    program = subprocess.Popen(
        [
            *(sys.executable, "-m", "nbflow.executors.dask_cluster"),
            *("--workers=1", "--threads=1", "--no-dashboard", "--until-eof"),
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=ROOT,
    )
    assert program.stdin is not None
    assert program.stdout is not None
    told = json.loads(program.stdout.readline())
    desk = Desk(DaskExecutor(ClusterSpec(address=told["address"]), SmallRunner)).start()
    assert desk.executor.describe().size == Size(1, 1)

    desk.executor.scale(Size(1, 3))

    desk.until(lambda: desk.executor.describe().size == Size(1, 3), "the new size to be told")
    desk.until(lambda: desk.executor.slots().total == 3, "places to grow to")
    desk.executor.close()
    program.stdin.close()
    program.stdout.close()
    assert program.wait(60) == 0


def test_a_cluster_of_somebody_elses_is_not_resized_and_the_reason_is_said(
    open_desk: OpenDesk,
) -> None:
    executor = open_desk().executor

    with pytest.raises(CannotScale, match=r"started by somebody else.*dask worker"):
        executor.scale(Size(5, 5))
    assert "somebody else" in executor.describe().cannot_scale


def test_a_worker_tells_how_much_it_has_to_do(embedded_desk: Desk) -> None:
    desk = embedded_desk

    def load() -> dict[str, Json]:
        return dict(desk.executor.describe().workers[0])

    desk.until(lambda: load()["rss"] is not None, "a sign of life with figures")
    told = load()
    assert isinstance(told["rss"], int)
    assert isinstance(told["memory"], int)
    assert 0 < told["rss"] < told["memory"]
    assert told["kernels_ready"] == told["kernels_busy"] == told["kernels_kept"] == 0
    assert isinstance(told["cpu"], float)


def test_no_dask_scheduler_at_the_address_is_one_clear_sentence() -> None:
    executor = DaskExecutor(ClusterSpec(address="tcp://127.0.0.1:1"), SmallRunner, patience=0.5)

    with pytest.raises(ExecutorUnavailable, match=r"No Dask scheduler answers at tcp://127.*Start"):
        executor.start(lambda: None)


def test_a_dask_scheduler_without_nbflow_is_one_clear_sentence(tmp_path: Path) -> None:
    with closing(ExternalDask(tmp_path, path=_without_nbflow(tmp_path))) as dask:
        executor = DaskExecutor(ClusterSpec(address=dask.address), SmallRunner)
        with pytest.raises(ExecutorUnavailable, match=r"scheduler at .* cannot run .* Install"):
            executor.start(lambda: None)


def test_a_dask_worker_without_nbflow_is_one_clear_sentence(
    dask: ExternalDask, tmp_path: Path
) -> None:
    with Client(dask.address, set_as_default=False) as client:
        dask.add_worker(path=_without_nbflow(tmp_path))
        client.wait_for_workers(1)

    executor = DaskExecutor(ClusterSpec(address=dask.address), SmallRunner)
    with pytest.raises(ExecutorUnavailable, match=r"workers tcp://.*No module named.* Install"):
        executor.start(lambda: None)
    # It stays so, although Dask believes by now that every worker has the plugin.
    with pytest.raises(ExecutorUnavailable, match=r"workers tcp://.*not loaded nbflow.* Install"):
        executor.start(lambda: None)


def _without_nbflow(folder: Path) -> Path:
    """A folder to put first on the path, so that nbflow is as good as not installed."""
    first = folder / "first"
    first.mkdir()
    (first / "nbflow.py").write_text("raise ModuleNotFoundError(\"No module named 'nbflow'\")")
    return first


def test_an_unknown_cluster_class_is_one_clear_sentence() -> None:
    executor = DaskExecutor(ClusterSpec(cluster_class="dask_moon.MoonCluster"), SmallRunner)

    with pytest.raises(ExecutorUnavailable, match=r"'dask_moon.MoonCluster' cannot be imported"):
        executor.start(lambda: None)


def test_a_cluster_class_that_does_not_take_its_settings_is_one_clear_sentence() -> None:
    spec = ClusterSpec(cluster_class="datetime.timedelta", cluster_kwargs={"moons": 2})

    with pytest.raises(ExecutorUnavailable, match=r"timedelta did not start: TypeError.*moons"):
        DaskExecutor(spec, SmallRunner).start(lambda: None)


def test_any_cluster_class_will_do(no_children_left: None) -> None:
    options: dict[str, Json] = {
        "n_workers": 1,
        "threads_per_worker": 1,
        "dashboard_address": "127.0.0.1:0",
    }
    spec = ClusterSpec(cluster_class="distributed.LocalCluster", cluster_kwargs=options)
    desk = Desk(DaskExecutor(spec, SmallRunner)).start()

    desk.submit(order := an_order())

    assert desk.outcome(order).state is TaskState.SUCCESS
    assert desk.executor.describe().dashboard.startswith("http://127.0.0.1:")
    desk.executor.close()


def test_a_queue_is_served_by_the_workers_that_offer_it(
    dask: ExternalDask, open_desk: OpenDesk
) -> None:
    dask.add_worker(threads=1)
    desk = open_desk()
    desk.submit(order := a_bash_order("true", queue="gpu"), plain := an_order())
    desk.outcome(plain)
    waits = {"unserved": [order.attempt_id]}
    desk.until(lambda: waits.items() <= desk.executor.describe().details.items(), "it to wait")
    assert desk.seen(order, ReportKind.STARTED) is None

    offering = dask.add_worker(threads=1, resources="queue-gpu=1")

    assert desk.outcome(order).state is TaskState.SUCCESS
    assert desk.pid_of_worker(order) == offering.pid


def test_a_worker_gets_the_code_of_an_order(embedded_desk: Desk) -> None:
    task = Task("look", TaskKind.BASH, payload={"show": True})

    for name in ("a.py", "b.py", "a.py"):
        order = an_order(task, source=SourceBundle(f"digest of {name}", {name: b"code"}))
        embedded_desk.submit(order)
        assert embedded_desk.outcome(order).message == name


def test_a_dag_that_lives_in_this_process_cannot_travel(embedded_desk: Desk) -> None:
    embedded_desk.submit(order := an_order(source=LiveSource("token")))

    outcome = embedded_desk.outcome(order)
    assert outcome.reason is Reason.EXECUTOR_ERROR
    assert "save it in a file" in outcome.message
