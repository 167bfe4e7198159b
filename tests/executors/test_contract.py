"""What every executor promises (`nbflow/executors/base.py`), on each of them."""

from __future__ import annotations

from pathlib import Path

from nbflow.core.dag import Task, TaskKind
from nbflow.core.orders import Outcome, ReportKind
from nbflow.core.states import Reason, TaskState
from tests.executors.desk import Desk
from tests.executors.orders import a_bash_order, an_order
from tests.runtime.builders import eventually, is_alive


def test_an_order_runs_and_its_outcome_arrives(desk: Desk) -> None:
    order = an_order()

    desk.submit(order)

    assert desk.outcome(order) == Outcome(TaskState.SUCCESS)
    kinds = [report.kind for report in desk.reports if report.kind is not ReportKind.HEARTBEAT]
    assert kinds == [ReportKind.STARTED, ReportKind.FINISHED]
    assert all(report.worker for report in desk.reports)


def test_a_failure_of_the_task_is_its_outcome(desk: Desk) -> None:
    order = a_bash_order("exit 3")

    desk.submit(order)

    assert desk.outcome(order) == Outcome(TaskState.FAILED, Reason.EXIT_CODE, "exit code 3")


def test_reports_stay_until_they_are_acknowledged(desk: Desk) -> None:
    order = an_order()
    desk.acknowledges = False
    desk.submit(order)
    desk.outcome(order)

    again = desk.executor.drain()
    assert {report.kind for report in again} == {ReportKind.STARTED, ReportKind.FINISHED}

    desk.executor.acknowledge(again)
    assert desk.executor.drain() == []


def test_an_attempt_submitted_twice_runs_once(desk: Desk, tmp_path: Path) -> None:
    trace = tmp_path / "trace"
    order = a_bash_order(f"echo ran >> {trace}; sleep 0.2")

    desk.submit(order, order)
    desk.submit(order)
    desk.outcome(order)
    desk.submit(another := an_order())
    desk.outcome(another)

    assert trace.read_text() == "ran\n"


def test_cancel_ends_the_processes_of_a_running_attempt(desk: Desk, tmp_path: Path) -> None:
    pid = tmp_path / "pid"
    order = a_bash_order(f"echo $$ > {pid}; sleep 60")
    desk.submit(order)
    desk.until(lambda: pid.exists() and bool(pid.read_text()), "the task to run")

    desk.cancel(order)

    outcome = desk.outcome(order)
    assert (outcome.state, outcome.reason) == (TaskState.CANCELLED, Reason.CANCELLED)
    assert eventually(lambda: not is_alive(int(pid.read_text())))


def test_what_is_cancelled_before_it_starts_never_runs(desk: Desk, tmp_path: Path) -> None:
    trace = tmp_path / "trace"
    blockers = [a_bash_order("sleep 60") for _ in range(2)]
    order = a_bash_order(f"touch {trace}")
    desk.submit(*blockers)
    desk.started(*blockers)
    desk.submit(order)

    desk.cancel(order)
    assert desk.outcome(order).state is TaskState.CANCELLED

    desk.cancel(*blockers)
    desk.outcomes(*blockers)
    desk.submit(last := an_order())
    desk.outcome(last)
    assert not trace.exists()
    assert desk.seen(order, ReportKind.STARTED) is None


def test_no_more_attempts_run_side_by_side_than_there_are_slots(desk: Desk, tmp_path: Path) -> None:
    trace, go = tmp_path / "trace", tmp_path / "go"
    body = f"echo + >> {trace}; until [ -e {go} ]; do sleep 0.05; done; echo - >> {trace}"
    orders = [a_bash_order(body) for _ in range(6)]

    desk.submit(*orders)
    desk.until(lambda: trace.exists() and len(trace.read_text().split()) == 2, "two to run")
    go.touch()
    desk.outcomes(*orders)

    depth, deepest = 0, 0
    for mark in trace.read_text().split():
        depth += 1 if mark == "+" else -1
        deepest = max(deepest, depth)
    assert deepest == desk.executor.slots().total == 2


def test_slots_are_taken_while_attempts_run(desk: Desk) -> None:
    order = a_bash_order("sleep 60")
    desk.submit(order)
    desk.started(order)
    busy = desk.executor.slots()

    desk.cancel(order)
    desk.outcome(order)

    assert (busy.total, busy.used, busy.free) == (2, 1, 1)
    assert desk.executor.slots().used == 0


def test_a_runner_that_raises_costs_an_infrastructure_failure(desk: Desk) -> None:
    order = an_order(Task("broken", TaskKind.BASH, payload={"raise": "disk full"}))

    desk.submit(order)

    outcome = desk.outcome(order)
    assert outcome.reason is Reason.EXECUTOR_ERROR
    assert "RuntimeError: disk full" in outcome.message


def test_cancelling_what_is_unknown_is_ignored(desk: Desk) -> None:
    desk.cancel(never := an_order())

    desk.submit(order := an_order())
    desk.outcome(order)

    assert desk.seen(never, ReportKind.FINISHED) is None


def test_what_was_never_submitted_is_not_adopted(desk: Desk) -> None:
    running, never = a_bash_order("sleep 60"), an_order()
    desk.submit(running)
    desk.started(running)

    adopted = desk.executor.adopt([running.attempt_id, never.attempt_id])

    assert adopted == {running.attempt_id}
    desk.cancel(running)
    assert desk.outcome(running).state is TaskState.CANCELLED


def test_it_describes_where_tasks_run(desk: Desk) -> None:
    desk.slots(2)

    info = desk.executor.describe()

    assert sum(int(str(worker["threads"])) for worker in info.workers) == 2
    assert all(worker["pid"] for worker in info.workers)
