"""A new scheduler takes over what an earlier one left on a shared Dask cluster."""

from __future__ import annotations

from pathlib import Path

from nbflow.core.orders import ReportKind
from nbflow.core.states import TaskState
from tests.executors.conftest import OpenDesk
from tests.executors.dask_processes import ExternalDask
from tests.executors.orders import a_bash_order, an_order
from tests.executors.tcp_relay import TcpRelay


def test_running_attempts_and_waiting_reports_are_adopted(
    dask: ExternalDask, open_desk: OpenDesk, tmp_path: Path
) -> None:
    dask.add_worker(threads=2)
    go, trace = tmp_path / "go", tmp_path / "trace"
    first = open_desk()
    first.acknowledges = False
    running = a_bash_order(f"echo ran >> {trace}; until [ -e {go} ]; do sleep 0.05; done")
    finished, never = an_order(), an_order()
    first.submit(running, finished)
    first.outcome(finished)
    first.started(running)
    first.executor.close()

    second = open_desk()
    ids = [order.attempt_id for order in (running, finished, never)]
    assert second.executor.adopt(ids) == set(ids[:2])

    go.touch()
    assert second.outcome(finished).state is TaskState.SUCCESS
    assert second.outcome(running).state is TaskState.SUCCESS
    assert trace.read_text() == "ran\n"


def test_an_adopted_attempt_can_be_cancelled(dask: ExternalDask, open_desk: OpenDesk) -> None:
    dask.add_worker(threads=1)
    first = open_desk()
    first.submit(order := a_bash_order("sleep 60"))
    first.started(order)
    first.executor.close()

    second = open_desk()
    second.executor.adopt([order.attempt_id])
    second.cancel(order)

    assert second.outcome(order).state is TaskState.CANCELLED


def test_what_had_not_started_is_not_adopted_and_runs_once_if_it_is_submitted_again(
    dask: ExternalDask, open_desk: OpenDesk, tmp_path: Path
) -> None:
    dask.add_worker(threads=1)
    go, trace = tmp_path / "go", tmp_path / "trace"
    # The first scheduler has lost the lead without noticing: its client is still connected.
    first = open_desk()
    running = a_bash_order(f"until [ -e {go} ]; do sleep 0.05; done")
    waiting, dropped = (a_bash_order(f"echo {name} >> {trace}") for name in ("again", "dropped"))
    first.submit(running)
    first.started(running)
    first.submit(waiting, dropped)

    second = open_desk()
    ids = [order.attempt_id for order in (running, waiting, dropped)]
    assert second.executor.adopt(ids) == {running.attempt_id}
    second.submit(waiting)
    go.touch()

    assert second.outcome(waiting).state is TaskState.SUCCESS
    second.submit(last := an_order())
    second.outcome(last)
    assert trace.read_text() == "again\n"
    assert first.seen(waiting, ReportKind.FINISHED) is None


def test_a_broken_connection_costs_no_attempt(
    dask: ExternalDask, relay: TcpRelay, open_desk: OpenDesk, tmp_path: Path
) -> None:
    dask.add_worker(threads=1)
    go, trace = tmp_path / "go", tmp_path / "trace"
    desk = open_desk(address=relay.address)
    running = a_bash_order(f"echo 1 >> {trace}; until [ -e {go} ]; do sleep 0.05; done")
    waiting = a_bash_order(f"echo 2 >> {trace}")
    desk.submit(running)
    desk.started(running)
    desk.submit(waiting)

    relay.cut()
    relay.mend()
    go.touch()

    assert [each.state for each in desk.outcomes(running, waiting)] == [TaskState.SUCCESS] * 2
    assert trace.read_text() == "1\n2\n"


def test_what_is_cancelled_while_the_connection_is_broken_is_cancelled_after(
    dask: ExternalDask, relay: TcpRelay, open_desk: OpenDesk
) -> None:
    dask.add_worker(threads=1)
    desk = open_desk(address=relay.address)
    desk.submit(order := a_bash_order("sleep 60"))
    desk.started(order)

    relay.cut()
    desk.slots(0)
    desk.cancel(order)
    relay.mend()

    assert desk.outcome(order).state is TaskState.CANCELLED
