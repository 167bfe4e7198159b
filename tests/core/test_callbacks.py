"""Which changes of state somebody may want to be told of."""

from __future__ import annotations

from nbflow.core.callbacks import Occasion, what_happened
from nbflow.core.events import (
    AttemptFinished,
    AttemptStarted,
    CancelRun,
    Dispatched,
    Event,
    Marked,
)
from nbflow.core.lifecycle import advance
from nbflow.core.orders import Outcome
from nbflow.core.snapshot import RunSnapshot
from nbflow.core.states import Reason, TaskState
from tests.core.test_lifecycle import BAD, NOW, OK, a_run, after

A = ("a", -1)


def running() -> RunSnapshot:
    return after(a_run("a>b"), Dispatched(A, "a-1"), AttemptStarted(A, "a-1"))


def occasions(snapshot: RunSnapshot, *events: Event) -> list[tuple[Occasion, str]]:
    happened = what_happened(advance(snapshot, events, NOW))
    return [(one.occasion, one.key[0] if one.key else "the run") for one in happened]


def test_a_task_that_fails_fails_its_run_and_both_are_told_of() -> None:
    failed = AttemptFinished(A, "a-1", BAD)
    told = [(Occasion.FAILURE, "a"), (Occasion.FAILURE, "the run")]
    assert occasions(running(), failed) == told


def test_what_was_not_run_is_not_told_of() -> None:
    short = Outcome(TaskState.SUCCESS, short_circuit=True)
    told = [(Occasion.SUCCESS, "a"), (Occasion.SUCCESS, "the run")]
    assert occasions(running(), AttemptFinished(A, "a-1", short)) == told


def test_what_a_person_marked_or_cancelled_is_not_told_of() -> None:
    assert occasions(running(), Marked((A,), TaskState.FAILED)) == [(Occasion.FAILURE, "the run")]
    assert occasions(a_run("a>b"), CancelRun()) == []


def test_a_run_that_took_too_long_says_so() -> None:
    happened = what_happened(advance(a_run("a"), [CancelRun(Reason.RUN_TIMEOUT, "Slow.")], NOW))
    assert [(one.key, one.facts["reason"]) for one in happened] == [(None, "timed_out")]


def test_the_facts_hold_what_the_attempt_left_behind() -> None:
    bad = Outcome(TaskState.FAILED, Reason.TASK_ERROR, "ValueError: no", "Traceback: no")
    one = what_happened(advance(running(), [AttemptFinished(A, "a-1", bad)], NOW))[0]
    assert (one.try_number, one.attempt_id) == (1, "a-1")
    assert one.facts["traceback"] == "Traceback: no"
    assert occasions(running(), AttemptFinished(A, "a-1", OK))[0][0] is Occasion.SUCCESS
