"""What events do to a run: the steps of the lifecycle, one at a time."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta, timezone
from random import Random

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from nbflow.core import effects as fx
from nbflow.core.dag import Dag, Edge, Task, TaskKind
from nbflow.core.errors import InvalidTransition
from nbflow.core.events import (
    AttemptFinished,
    AttemptStarted,
    CancelRun,
    Cleared,
    Dispatched,
    Event,
    Marked,
    RetryDue,
    RunStarted,
)
from nbflow.core.lifecycle import advance
from nbflow.core.orders import Outcome, ValueRef
from nbflow.core.retries import RetryPolicy
from nbflow.core.snapshot import DagRun, RunSnapshot
from nbflow.core.states import Reason, RunState, TaskState
from nbflow.core.transitions import TRANSITIONS
from nbflow.core.trigger_rules import TriggerRule

NOW = datetime(2026, 1, 1, tzinfo=timezone.utc)
OK = Outcome(TaskState.SUCCESS)
BAD = Outcome(TaskState.FAILED, Reason.TASK_ERROR, "ValueError: no")
LOST = Outcome(TaskState.FAILED, Reason.WORKER_LOST, "gone")


def a_run(*arrows: str, **tasks: Task) -> RunSnapshot:
    """A started run: `a_run("a>b", a=a_task(...))`."""
    edges = [tuple(arrow.split(">")) for arrow in arrows if ">" in arrow]
    names = dict.fromkeys([*(n for arrow in arrows for n in arrow.split(">")), *tasks])
    made = tuple(tasks.get(name) or Task(name, TaskKind.PYTHON) for name in names)
    snapshot = RunSnapshot(DagRun("d", "r"), Dag("d", made, tuple(Edge(a, b) for a, b in edges)))
    return after(snapshot, RunStarted())


def after(snapshot: RunSnapshot, *events: Event, now: datetime = NOW) -> RunSnapshot:
    fx.apply(snapshot, advance(snapshot, events, now))
    return snapshot


def run_task(
    snapshot: RunSnapshot, task_id: str, outcome: Outcome = OK, attempt: str = ""
) -> RunSnapshot:
    key, attempt = (task_id, -1), attempt or f"{task_id}-1"
    return after(
        snapshot,
        Dispatched(key, attempt),
        AttemptStarted(key, attempt),
        AttemptFinished(key, attempt, outcome),
    )


def states(snapshot: RunSnapshot) -> dict[str, str]:
    return {name: str(state) for name, state in snapshot.states().items()}


def test_starting_a_run_schedules_the_roots_only() -> None:
    assert states(a_run("a>b")) == {"a": "scheduled", "b": "none"}


def test_success_lets_the_next_task_go_in_the_same_pass() -> None:
    assert states(run_task(a_run("a>b"), "a")) == {"a": "success", "b": "scheduled"}


def test_failure_runs_down_the_whole_line_and_ends_the_run() -> None:
    snapshot = run_task(a_run("a>b", "b>c"), "a", BAD)
    assert states(snapshot) == {"a": "failed", "b": "upstream_failed", "c": "upstream_failed"}
    assert snapshot.run.state is RunState.FAILED


def test_an_empty_task_succeeds_without_an_attempt() -> None:
    snapshot = a_run("a>b", a=Task("a", TaskKind.EMPTY))
    assert states(snapshot) == {"a": "success", "b": "scheduled"}


def test_a_run_without_tasks_succeeds() -> None:
    assert a_run().run.state is RunState.SUCCESS


def test_values_are_stored_with_the_success_that_made_them() -> None:
    snapshot = after(a_run("a"), Dispatched(("a", -1), "x"))
    made = Outcome(TaskState.SUCCESS, values={"return_value": ValueRef("json", 1)})
    effects = advance(snapshot, [AttemptFinished(("a", -1), "x", made)], NOW)
    assert fx.ValuesStored(("a", -1), made.values) in effects


def test_a_report_about_an_old_attempt_changes_nothing() -> None:
    snapshot = after(a_run("a"), Dispatched(("a", -1), "new"))
    assert advance(snapshot, [AttemptFinished(("a", -1), "old", OK)], NOW) == []


def test_a_report_that_comes_twice_counts_once() -> None:
    snapshot = run_task(a_run("a>b"), "a")
    assert advance(snapshot, [AttemptFinished(("a", -1), "a-1", BAD)], NOW) == []


def test_a_task_with_retries_waits_and_goes_again_when_due() -> None:
    task = Task("a", TaskKind.PYTHON, retry=RetryPolicy(retries=1))
    snapshot = run_task(a_run(a=task), "a", BAD)
    instance = snapshot.instances[("a", -1)]
    assert (instance.state, instance.next_try_at) == ("up_for_retry", NOW + timedelta(minutes=5))
    assert states(after(snapshot, RetryDue(("a", -1)))) == {"a": "scheduled"}
    assert states(run_task(snapshot, "a", BAD, "a-2")) == {"a": "failed"}


def test_a_lost_worker_leaves_the_user_retries_alone() -> None:
    snapshot = run_task(a_run("a"), "a", LOST)
    instance = snapshot.instances[("a", -1)]
    assert (instance.state, instance.failures, instance.infra_failures) == ("up_for_retry", 0, 1)


def test_cancelling_ends_waiting_tasks_at_once_and_asks_for_the_running_ones() -> None:
    snapshot = after(a_run("a>b"), Dispatched(("a", -1), "x"), AttemptStarted(("a", -1), "x"))
    effects = advance(snapshot, [CancelRun()], NOW)
    fx.apply(snapshot, effects)
    assert fx.CancelAttempt(("a", -1), "x") in effects
    assert states(snapshot) == {"a": "running", "b": "cancelled"}
    ended = Outcome(TaskState.CANCELLED, Reason.CANCELLED)
    after(snapshot, AttemptFinished(("a", -1), "x", ended))
    assert snapshot.run.state is RunState.CANCELLED


def test_work_that_finished_while_the_run_was_cancelled_stays_finished() -> None:
    snapshot = after(a_run("a>b"), Dispatched(("a", -1), "x"), CancelRun())
    after(snapshot, AttemptFinished(("a", -1), "x", OK))
    assert states(snapshot) == {"a": "success", "b": "cancelled"}
    assert snapshot.run.state is RunState.CANCELLED


def test_a_failed_run_names_the_tasks_that_failed_not_those_that_could_not_begin() -> None:
    snapshot = run_task(a_run("fetch>clean", "clean>report", "other"), "fetch", BAD)
    snapshot = run_task(snapshot, "other")
    assert snapshot.run.message == "Did not succeed: fetch."


def test_a_failed_run_names_the_first_of_many_failed_tasks_and_counts_the_others() -> None:
    names = [f"t{i}" for i in range(7)]
    snapshot = a_run(*names)
    for name in names:
        snapshot = run_task(snapshot, name, BAD)
    assert snapshot.run.message == "Did not succeed: t0, t1, t2, t3, t4 and 2 more."


def test_a_failure_that_the_run_got_over_is_not_named() -> None:
    tidy = Task("tidy", TaskKind.PYTHON, trigger_rule=TriggerRule.ALL_DONE)
    snapshot = a_run("a>tidy", "b", tidy=tidy)
    for name, outcome in (("a", BAD), ("tidy", OK), ("b", BAD)):
        snapshot = run_task(snapshot, name, outcome)
    assert snapshot.run.message == "Did not succeed: b."


def test_a_run_that_fails_fast_waits_for_the_last_try_and_still_tears_down() -> None:
    task = Task("a", TaskKind.PYTHON, retry=RetryPolicy(retries=1))
    up = Task("up", TaskKind.PYTHON, role="setup")
    down = Task("down", TaskKind.PYTHON, role="teardown")
    built = a_run("up>a", "a>b", "a>down", "up>down", up=up, a=task, down=down).dag
    dag = replace(built, fail_fast=True)
    snapshot = after(RunSnapshot(DagRun("d", "r"), dag), RunStarted())
    snapshot = run_task(run_task(snapshot, "up"), "a", BAD)
    assert states(snapshot)["a"] == "up_for_retry"

    snapshot = run_task(after(snapshot, RetryDue(("a", -1))), "a", BAD, "a-2")

    assert (states(snapshot)["b"], states(snapshot)["down"]) == ("cancelled", "scheduled")
    assert snapshot.run.message == "a failed, and the DAG has fail_fast."
    snapshot = run_task(snapshot, "down")
    assert snapshot.run.state is RunState.FAILED


def test_clearing_a_finished_run_queues_it_and_keeps_other_work() -> None:
    snapshot = run_task(run_task(a_run("a>b"), "a"), "b", BAD)
    after(snapshot, Cleared((("b", -1),)))
    assert (snapshot.run.state, states(snapshot)) == ("queued", {"a": "success", "b": "none"})
    after(snapshot, RunStarted())
    assert states(run_task(snapshot, "b", OK, "b-2")) == {"a": "success", "b": "success"}
    assert snapshot.instances[("b", -1)].try_number == 2
    assert snapshot.run.state is RunState.SUCCESS


def test_clearing_a_running_task_ends_its_attempt_before_the_next_begins() -> None:
    snapshot = after(a_run("a"), Dispatched(("a", -1), "x"), AttemptStarted(("a", -1), "x"))
    after(snapshot, Cleared((("a", -1),)))
    assert states(snapshot) == {"a": "running"}
    after(snapshot, AttemptFinished(("a", -1), "x", Outcome(TaskState.CANCELLED)))
    assert states(snapshot) == {"a": "scheduled"}


def test_marking_a_failed_task_successful_does_not_run_it() -> None:
    snapshot = run_task(a_run("a"), "a", BAD)
    after(snapshot, Marked((("a", -1),), TaskState.SUCCESS))
    assert states(snapshot) == {"a": "success"}


def test_an_impossible_step_raises_with_the_story_of_the_task() -> None:
    snapshot = run_task(a_run("a"), "a")
    with pytest.raises(InvalidTransition, match="cannot go from success to queued"):
        advance(snapshot, [Dispatched(("a", -1), "again")], NOW)


def test_advance_never_changes_the_snapshot_it_is_given() -> None:
    snapshot = a_run("a>b")
    before = (snapshot.run, dict(snapshot.instances))
    advance(snapshot, [Dispatched(("a", -1), "x"), CancelRun()], NOW)
    assert (snapshot.run, snapshot.instances) == before


def test_every_state_is_reached_or_left_by_some_transition_of_this_version() -> None:
    reached = {t.target for t in TRANSITIONS} | {TaskState.NONE}
    assert set(TaskState) <= reached


@settings(max_examples=40)
@example(4901, 1)
@given(st.integers(0, 10_000), st.integers(1, 8))
def test_every_run_ends_whatever_the_tasks_do(seed: int, size: int) -> None:
    rng = Random(seed)
    arrows = [f"t{a}>t{b}" for b in range(size) for a in range(b) if rng.random() < 0.4]
    retry = RetryPolicy(retries=1)
    names = {f"t{i}": Task(f"t{i}", TaskKind.PYTHON, retry=retry) for i in range(size)}
    snapshot = a_run(*arrows, **names)
    # A task may fail and be lost, as often as it may; each try takes a turn, and waiting for the
    # next another.
    tries = 1 + retry.retries + retry.infra_retries
    for turn in range(2 * tries * size):
        ready = [i for i in snapshot.instances.values() if i.state == TaskState.SCHEDULED]
        waiting = [i for i in snapshot.instances.values() if i.state == TaskState.UP_FOR_RETRY]
        for instance in waiting:
            after(snapshot, RetryDue(instance.key))
        for instance in ready:
            if snapshot.instances[instance.key].state == TaskState.SCHEDULED:
                run_task(snapshot, instance.task_id, rng.choice([OK, BAD, LOST]), f"{turn}")
    assert snapshot.run.state.is_finished
    assert snapshot.unfinished == 0
