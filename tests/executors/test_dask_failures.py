"""What Dask would run again, lose or never tell, and what nbflow makes of it."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import psutil
from distributed import Client

from nbflow.core.dag import Task, TaskKind
from nbflow.core.states import Reason, TaskState
from tests.executors.conftest import OpenDesk
from tests.executors.dask_processes import ExternalDask
from tests.executors.orders import a_bash_order, an_order
from tests.processes import has_ended


def test_an_attempt_whose_worker_is_killed_is_lost_and_not_run_again(
    dask: ExternalDask, open_desk: OpenDesk, forever: str, tmp_path: Path
) -> None:
    trace = tmp_path / "trace"
    dask.add_worker(threads=1)
    dask.add_worker(threads=1)
    desk = open_desk()
    desk.slots(2)
    desk.submit(order := a_bash_order(f"echo ran >> {trace}; {forever}"))
    desk.until(trace.exists, "the task to run")

    os.kill(desk.pid_of_worker(order), signal.SIGKILL)

    outcome = desk.outcome(order)
    assert (outcome.state, outcome.reason) == (TaskState.FAILED, Reason.WORKER_LOST)
    assert "left the cluster while it ran" in outcome.message
    # The worker that is left has one thread: Dask's own second run would have gone before this.
    desk.submit(next_one := an_order())
    assert desk.outcome(next_one).state is TaskState.SUCCESS
    assert trace.read_text() == "ran\n"


def test_attempts_that_wait_on_a_killed_worker_run_once_on_another(
    dask: ExternalDask, open_desk: OpenDesk, forever: str, tmp_path: Path
) -> None:
    trace = tmp_path / "trace"
    dask.add_worker(threads=1)
    desk = open_desk()
    desk.slots(1)
    running = a_bash_order(f"echo first >> {trace}; {forever}")
    waiting = [a_bash_order(f"echo waited >> {trace}") for _ in range(3)]
    desk.submit(running)
    desk.until(trace.exists, "the task to run")
    desk.submit(*waiting)
    dask.add_worker(threads=1)
    desk.slots(2)

    os.kill(desk.pid_of_worker(running), signal.SIGKILL)

    assert desk.outcome(running).reason is Reason.WORKER_LOST
    assert {outcome.state for outcome in desk.outcomes(*waiting)} == {TaskState.SUCCESS}
    assert sorted(trace.read_text().split()) == ["first", "waited", "waited", "waited"]


def test_finished_work_is_not_run_again_when_its_worker_is_killed(
    dask: ExternalDask, open_desk: OpenDesk, tmp_path: Path
) -> None:
    trace = tmp_path / "trace"
    workers = [dask.add_worker(threads=1), dask.add_worker(threads=1)]
    desk = open_desk()
    desk.slots(2)
    desk.acknowledges = False
    orders = [a_bash_order(f"echo {number} >> {trace}") for number in range(40)]
    desk.submit(*orders)
    desk.outcomes(*orders)

    workers[0].kill()
    desk.slots(1)
    desk.submit(last := an_order())
    desk.outcome(last)

    assert sorted(map(int, trace.read_text().split())) == list(range(40))


def test_a_cancelled_attempt_whose_worker_is_killed_counts_as_cancelled(
    dask: ExternalDask, open_desk: OpenDesk, forever: str
) -> None:
    worker = dask.add_worker(threads=1)
    desk = open_desk()
    desk.submit(order := a_bash_order(forever))
    desk.started(order)
    worker.send_signal(signal.SIGSTOP)

    desk.cancel(order)
    worker.kill()

    assert desk.outcome(order).state is TaskState.CANCELLED


def test_a_silent_worker_loses_its_attempt_and_ends_it_when_it_wakes(
    dask: ExternalDask, open_desk: OpenDesk, forever: str, tmp_path: Path
) -> None:
    pid = tmp_path / "pid"
    worker = dask.add_worker(threads=1)
    desk = open_desk(lease=3.0)
    desk.submit(order := a_bash_order(f"echo $$ > {pid}; {forever}", heartbeat=0.2))
    desk.until(lambda: pid.exists() and bool(pid.read_text()), "the task to run")
    task = psutil.Process(int(pid.read_text()))

    worker.send_signal(signal.SIGSTOP)
    outcome = desk.outcome(order)
    worker.send_signal(signal.SIGCONT)

    assert outcome.reason is Reason.WORKER_LOST
    assert "no sign of life" in outcome.message
    desk.until(lambda: has_ended(task), "the worker to end what it has lost")


def test_what_a_stranger_drops_from_dask_is_reported(
    dask: ExternalDask, open_desk: OpenDesk, forever: str
) -> None:
    dask.add_worker(threads=1)
    desk = open_desk()
    running, waiting = a_bash_order(forever), a_bash_order("true")
    desk.submit(running, waiting)
    desk.started(running)

    with Client(dask.address, set_as_default=False) as stranger:
        stranger.restart(wait_for_workers=False)

    assert desk.outcome(running).reason is Reason.WORKER_LOST
    assert desk.outcome(waiting).message == "Dask dropped it before it started."


def test_an_order_that_a_worker_cannot_read_is_reported(
    dask: ExternalDask, open_desk: OpenDesk
) -> None:
    dask.add_worker(threads=1)
    desk = open_desk()
    payload = {"poison": Poison()}
    order = an_order(Task("odd", TaskKind.BASH, payload=payload))  # type: ignore[arg-type]

    desk.submit(order)

    outcome = desk.outcome(order)
    assert outcome.reason is Reason.EXECUTOR_ERROR
    assert "The worker could not run it" in outcome.message
    assert "invalid literal" in outcome.message


class Poison:
    """Can be pickled and not read again, as with another version on the other side."""

    def __reduce__(self) -> tuple[type[int], tuple[str]]:
        return int, ("no number",)


def test_a_restart_of_the_dask_scheduler_loses_what_ran_and_then_work_goes_on(
    dask: ExternalDask, open_desk: OpenDesk, forever: str
) -> None:
    dask.add_worker(threads=1)
    desk = open_desk()
    desk.submit(order := a_bash_order(forever))
    desk.started(order)

    dask.kill_scheduler()
    dask.restart_scheduler()

    outcome = desk.outcome(order)
    assert outcome.reason is Reason.WORKER_LOST
    assert outcome.message == "The Dask scheduler was restarted."
    dask.add_worker(threads=1)
    desk.slots(1)
    desk.submit(next_one := an_order())
    assert desk.outcome(next_one).state is TaskState.SUCCESS


def test_without_a_dask_scheduler_attempts_are_lost_in_bounded_time_and_none_is_taken(
    dask: ExternalDask, open_desk: OpenDesk, forever: str
) -> None:
    dask.add_worker(threads=1)
    desk = open_desk(patience=3.0)
    desk.submit(order := a_bash_order(forever))
    desk.started(order)

    dask.kill_scheduler()

    assert desk.outcome(order).reason is Reason.WORKER_LOST
    assert desk.executor.slots().total == 0
    desk.submit(late := an_order())
    outcome = desk.outcome(late)
    assert outcome.reason is Reason.EXECUTOR_ERROR
    assert outcome.message == "There is no connection to the Dask scheduler."
