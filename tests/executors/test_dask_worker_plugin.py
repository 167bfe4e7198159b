"""One worker's side of an attempt, at a wire whose other end is the test."""

from __future__ import annotations

import pickle
from collections.abc import Callable, Iterator
from threading import Thread
from typing import cast

import pytest
from distributed.worker import Worker

from nbflow.core.orders import TaskOrder, TaskReport
from nbflow.core.states import Reason, TaskState
from nbflow.executors import dask_protocol as protocol
from nbflow.executors.dask_worker_plugin import WorkerAttempts
from tests.executors.orders import a_bash_order, an_order
from tests.executors.small_runner import SmallRunner
from tests.runtime.builders import eventually


class Wire:
    """What of a Dask worker an attempt touches; keeps what is said to the scheduler."""

    address = "tcp://worker"

    def __init__(self) -> None:
        self.said: list[dict[str, object]] = []
        self.stream_handlers: dict[str, Callable[..., None]] = {}
        self.batched_stream = self.loop = self
        self.send = self.batched_send = self.said.append

    def add_callback(self, callback: Callable[..., None], *arguments: object) -> None:
        callback(*arguments)

    def endings(self) -> list[TaskReport]:
        """The last reports among what was said."""
        bodies = [each["body"] for each in self.said if each["op"] == protocol.FINISHED]
        return [pickle.loads(cast("bytes", body)) for body in bodies]

    def has_said(self, operation: str) -> bool:
        return any(each["op"] == operation for each in self.said)


@pytest.fixture
def wire() -> Wire:
    return Wire()


@pytest.fixture
def attempts(wire: Wire) -> Iterator[WorkerAttempts]:
    attempts = WorkerAttempts(cast("Worker", wire), SmallRunner(), lease=0.3)
    attempts.start()
    yield attempts
    attempts.close()


def key_of(order: TaskOrder) -> protocol.AttemptKey:
    return protocol.key_of(order, "nbflow-s1")


def running(attempts: WorkerAttempts, order: TaskOrder) -> Thread:
    """The thread in which Dask runs this order, its code already sent."""
    attempts._codes.update(protocol.codes_of([order]))
    thread = Thread(target=attempts.run, args=(key_of(order), order))
    thread.start()
    return thread


def test_nothing_runs_before_the_claim_is_granted(attempts: WorkerAttempts, wire: Wire) -> None:
    order = an_order()
    thread = running(attempts, order)
    assert eventually(lambda: wire.has_said(protocol.CLAIM))
    assert thread.is_alive()

    attempts.on_claimed(order.attempt_id, granted=True)
    thread.join()
    attempts.on_transition(key_of(order), "executing", "memory")

    assert [report.attempt_id for report in wire.endings()] == [order.attempt_id]


def test_a_refused_attempt_neither_runs_nor_reports(attempts: WorkerAttempts, wire: Wire) -> None:
    order = a_bash_order("exit 1")
    thread = running(attempts, order)

    assert eventually(lambda: wire.has_said(protocol.CLAIM))
    attempts.on_claimed(order.attempt_id, granted=False)
    thread.join()
    attempts.on_transition(key_of(order), "executing", "memory")

    assert wire.endings() == []


def test_the_claim_is_made_when_dask_assigns_the_thread_and_only_once(
    attempts: WorkerAttempts, wire: Wire
) -> None:
    order = an_order()
    attempts.on_transition(key_of(order), "ready", "executing")
    attempts.on_claimed(order.attempt_id, granted=True)

    running(attempts, order).join()

    assert [each["op"] for each in wire.said].count(protocol.CLAIM) == 1


def test_a_claim_whose_thread_never_comes_is_given_back(
    attempts: WorkerAttempts, wire: Wire
) -> None:
    order = an_order()
    attempts.on_transition(key_of(order), "ready", "executing")
    attempts.on_claimed(order.attempt_id, granted=True)

    attempts.on_transition(key_of(order), "executing", "released")
    assert wire.endings() == []
    attempts.on_transition(key_of(order), "cancelled", "released")

    outcome = wire.endings()[0].outcome
    assert outcome is not None
    assert outcome.reason is Reason.EXECUTOR_ERROR


def test_without_an_answer_for_the_time_of_the_lease_a_worker_ends_its_attempts(
    attempts: WorkerAttempts, wire: Wire
) -> None:
    order = a_bash_order("sleep 60", heartbeat=0.1)
    thread = running(attempts, order)
    assert eventually(lambda: wire.has_said(protocol.CLAIM))
    attempts.on_claimed(order.attempt_id, granted=True)
    assert eventually(lambda: wire.has_said(protocol.BEAT))

    thread.join(60)
    attempts.on_transition(key_of(order), "executing", "memory")

    outcome = wire.endings()[0].outcome
    assert outcome is not None
    assert (outcome.state, outcome.reason) == (TaskState.FAILED, Reason.WORKER_LOST)
    assert "no contact with the Dask scheduler" in outcome.message


def test_with_answers_the_lease_holds(wire: Wire) -> None:
    attempts = WorkerAttempts(cast("Worker", wire), SmallRunner(), lease=2.0)
    attempts.start()
    order = a_bash_order("sleep 2.5", heartbeat=0.05)
    thread = running(attempts, order)
    assert eventually(lambda: wire.has_said(protocol.CLAIM))
    attempts.on_claimed(order.attempt_id, granted=True)

    while thread.is_alive():
        attempts.on_seen([])
        thread.join(0.02)
    attempts.on_transition(key_of(order), "executing", "memory")

    outcome = wire.endings()[0].outcome
    assert outcome is not None
    assert outcome.state is TaskState.SUCCESS
    attempts.close()
