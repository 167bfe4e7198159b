"""What is particular to running in this process: threads that end with it, and wave mode."""

from __future__ import annotations

from pathlib import Path
from threading import get_ident

import pytest

from nbflow.core.orders import Outcome, ReportKind, TaskOrder
from nbflow.core.states import Reason, TaskState
from nbflow.executors.inline import InlineExecutor
from nbflow.runtime.cancellation import CancelToken
from tests.executors.desk import Desk
from tests.executors.orders import a_bash_order, an_order
from tests.executors.small_runner import SmallRunner


class NotingRunner(SmallRunner):
    """Notes which task ran in which thread; the task named `interrupt` is interrupted."""

    def __init__(self) -> None:
        self.ran: list[tuple[str, int]] = []
        self.tokens: list[CancelToken] = []
        self.closed = 0

    def run(self, order: TaskOrder, token: CancelToken) -> Outcome:
        self.ran.append((order.attempt_id, get_ident()))
        self.tokens.append(token)
        if order.task.payload.get("command") == "interrupt":
            raise KeyboardInterrupt
        return super().run(order, token)

    def close(self) -> None:
        self.closed += 1


@pytest.fixture
def runner() -> NotingRunner:
    return NotingRunner()


@pytest.fixture
def wave(runner: NotingRunner) -> InlineExecutor:
    executor = InlineExecutor(lambda: runner, wave=True)
    executor.start(lambda: None)
    return executor


def test_a_wave_runs_in_the_callers_thread_in_the_order_of_submission(
    wave: InlineExecutor, runner: NotingRunner
) -> None:
    orders = [an_order() for _ in range(5)]
    wave.submit(orders)
    assert runner.ran == []

    reports = wave.drain()

    assert runner.ran == [(order.attempt_id, get_ident()) for order in orders]
    finished = [each.attempt_id for each in reports if each.kind is ReportKind.FINISHED]
    assert finished == [order.attempt_id for order in orders]


def test_a_wave_may_be_of_any_size(wave: InlineExecutor) -> None:
    assert wave.slots().free >= 1_000


def test_an_interrupt_passes_through_after_the_attempt_is_reported_cancelled(
    wave: InlineExecutor, runner: NotingRunner
) -> None:
    order, later = a_bash_order("interrupt"), an_order()
    wave.submit([order, later])

    with pytest.raises(KeyboardInterrupt):
        wave.drain()

    assert runner.tokens[0].is_cancelled
    wave.close()
    outcomes = {report.attempt_id: report.outcome for report in wave.drain()}
    assert all(each and each.state is TaskState.CANCELLED for each in outcomes.values())
    assert set(outcomes) == {order.attempt_id, later.attempt_id}


def test_close_ends_what_runs_and_leaves_no_process(no_children_left: None, tmp_path: Path) -> None:
    pid = tmp_path / "pid"
    desk = Desk(InlineExecutor(SmallRunner, slots=1)).start()
    running, waiting = a_bash_order(f"echo $$ > {pid}; sleep 60"), an_order()
    desk.submit(running, waiting)
    desk.until(pid.exists, "the task to run")

    desk.executor.close()

    assert {each.state for each in desk.outcomes(running, waiting)} == {TaskState.CANCELLED}


def test_close_twice_closes_the_runner_once(runner: NotingRunner) -> None:
    desk = Desk(InlineExecutor(lambda: runner)).start()

    desk.executor.close()
    desk.executor.close()

    assert runner.closed == 1


def test_after_close_an_order_is_reported_as_not_taken(runner: NotingRunner) -> None:
    desk = Desk(InlineExecutor(lambda: runner)).start()
    desk.executor.close()

    desk.submit(order := an_order())

    assert desk.outcome(order).reason is Reason.EXECUTOR_ERROR
    assert runner.ran == []
