"""What setups and teardowns change about a run: waiting, the end, cancelling, clearing."""

from __future__ import annotations

from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from nbflow.core.dag import Dag, Edge, Role, Task, TaskKind
from nbflow.core.events import (
    AttemptFinished,
    AttemptStarted,
    CancelRun,
    Cleared,
    Dispatched,
    RunStarted,
)
from nbflow.core.orders import Outcome
from nbflow.core.rerun import Which, to_clear
from nbflow.core.setup_teardown import Scopes
from nbflow.core.snapshot import RunSnapshot
from nbflow.core.states import Reason, RunState, TaskState
from nbflow.core.trigger_rules import TriggerRule
from tests.core.test_lifecycle import BAD, OK, a_run, after, run_task, states

SKIPPED = Outcome(TaskState.SKIPPED, Reason.SKIPPED_BY_CALL)
CANCELLED = Outcome(TaskState.CANCELLED, Reason.CANCELLED)


def a_task(task_id: str, role: Role = "", strict: bool = False) -> Task:
    rule = TriggerRule.ALL_DONE_SETUP_SUCCESS if role == "teardown" else TriggerRule.ALL_SUCCESS
    return Task(
        task_id, TaskKind.PYTHON, trigger_rule=rule, role=role, on_failure_fail_dagrun=strict
    )


S, T = a_task("s", "setup"), a_task("t", "teardown")


def a_dag(*arrows: str, **tasks: Task) -> Dag:
    pairs = [tuple(arrow.split(">")) for arrow in arrows]
    names = dict.fromkeys(name for pair in pairs for name in pair)
    made = tuple(tasks.get(name) or a_task(name) for name in names)
    return Dag("d", made, tuple(Edge(a, b) for a, b in pairs))


def scope() -> RunSnapshot:
    """s >> w1 >> w2 >> t, with t the teardown of s; x comes after w2, y after t."""
    return a_run("s>w1", "w1>w2", "w2>t", "s>t", "w2>x", "t>y", s=S, t=T)


def finished() -> RunSnapshot:
    snapshot = scope()
    for task_id in ("s", "w1", "w2", "t", "x", "y"):
        run_task(snapshot, task_id)
    return snapshot


def test_a_setup_is_needed_by_what_is_between_it_and_its_teardown() -> None:
    scopes = Scopes(a_dag("s>w1", "w1>w2", "w2>t", "s>t", "w2>x", "t>y", s=S, t=T))
    assert scopes.in_need_of("s") == {"w1", "w2"}


def test_a_setup_without_a_teardown_is_needed_by_everything_downstream() -> None:
    assert Scopes(a_dag("s>a", "a>b", s=S)).in_need_of("s") == {"a", "b"}


def test_clearing_work_clears_its_setup_and_its_teardown() -> None:
    snapshot = finished()
    assert to_clear(snapshot, Which(("w2",))).keys == (("s", -1), ("w2", -1), ("t", -1))
    assert to_clear(snapshot, Which(("x",))).keys == (("x", -1),)
    assert to_clear(snapshot, Which(("s",))).keys == (("s", -1), ("t", -1))


def test_resuming_failed_work_makes_its_setup_again() -> None:
    snapshot = scope()
    for task_id, outcome in (("s", None), ("w1", None), ("w2", BAD), ("t", None)):
        run_task(snapshot, task_id, outcome or Outcome(TaskState.SUCCESS))
    assert {key[0] for key in to_clear(snapshot, Which()).keys} == {"s", "w2", "t", "x", "y"}


def test_cleared_work_waits_for_a_setup_it_does_not_directly_come_after() -> None:
    snapshot = finished()
    after(snapshot, Cleared(to_clear(snapshot, Which(("w2",))).keys))
    after(snapshot, RunStarted())
    assert states(snapshot) == {
        "s": "scheduled",
        "w2": "none",
        "t": "none",
        **dict.fromkeys(("w1", "x", "y"), "success"),
    }
    run_task(snapshot, "s", attempt="s-2")
    assert states(snapshot)["w2"] == "scheduled"


def test_a_far_setup_that_is_skipped_skips_work_whatever_its_rule() -> None:
    snapshot = finished()
    after(snapshot, Cleared(to_clear(snapshot, Which(("w2",))).keys))
    after(snapshot, RunStarted())
    run_task(snapshot, "s", SKIPPED, attempt="s-2")
    assert states(snapshot)["w2"] == "skipped"
    assert states(snapshot)["t"] == "skipped"


def test_a_teardown_waits_until_everything_before_it_is_done() -> None:
    snapshot = run_task(run_task(scope(), "s"), "w1", BAD)
    assert states(snapshot)["t"] == "scheduled"
    assert states(run_task(scope(), "s"))["t"] == "none"


def test_one_setup_of_several_is_enough_for_a_teardown() -> None:
    r = a_task("r", "setup")
    snapshot = a_run("s>w", "r>w", "w>t", "s>t", "r>t", s=S, r=r, t=T)
    run_task(run_task(snapshot, "s"), "r", BAD)
    assert states(snapshot) == {
        "s": "success",
        "r": "failed",
        "w": "upstream_failed",
        "t": "scheduled",
    }


def test_a_run_is_judged_by_the_work_and_not_by_its_teardowns() -> None:
    dag = a_dag("s>w", "w>t", "s>t", s=S, t=T)
    assert Scopes(dag).leaves == ("w",)
    strict = a_dag("s>w", "w>t", "s>t", s=S, t=a_task("t", "teardown", strict=True))
    assert Scopes(strict).leaves == ("t",)
    assert Scopes(a_dag("u>t", u=a_task("u", "teardown"), t=T)).leaves == ("t",)


def test_cancelling_a_run_lets_teardowns_undo_what_setups_did() -> None:
    snapshot = run_task(scope(), "s")
    after(snapshot, Dispatched(("w1", -1), "w1-1"), AttemptStarted(("w1", -1), "w1-1"), CancelRun())
    after(snapshot, AttemptFinished(("w1", -1), "w1-1", CANCELLED))
    assert states(snapshot)["t"] == "scheduled"
    assert not snapshot.run.state.is_finished
    run_task(snapshot, "t")
    assert snapshot.run.state is RunState.CANCELLED
    assert states(snapshot) == {
        "s": "success",
        "t": "success",
        **dict.fromkeys(("w1", "w2", "x", "y"), "cancelled"),
    }


def test_cancelling_before_the_setup_ran_needs_no_teardown() -> None:
    snapshot = after(scope(), CancelRun())
    assert set(states(snapshot).values()) == {"cancelled"}
    assert snapshot.run.state is RunState.CANCELLED


def test_cancelling_can_be_made_to_end_teardowns_too() -> None:
    snapshot = run_task(scope(), "s")
    after(snapshot, CancelRun())
    assert states(snapshot)["t"] == "scheduled"
    after(snapshot, CancelRun(teardowns_too=True))
    assert snapshot.run.state is RunState.CANCELLED


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 10**6), cancel_after=st.integers(0, 12))
def test_every_run_ends_and_what_was_set_up_is_torn_down(seed: int, cancel_after: int) -> None:
    """s1 and s2 set up for random work, t1 and t2 tear down; sometimes the run is cancelled."""
    random = Random(seed)
    work = [f"w{n}" for n in range(5)]
    arrows = [
        f"{a}>{b}" for i, a in enumerate(work) for b in work[i + 1 :] if random.random() < 0.4
    ]
    for number, (first, last) in enumerate(
        (random.sample(range(5), 2), random.sample(range(5), 2))
    ):
        low, high = sorted((first, last))
        setup, teardown = f"s{number}", f"t{number}"
        arrows += [f"{setup}>{work[low]}", f"{work[high]}>{teardown}", f"{setup}>{teardown}"]
    roles = {f"s{n}": a_task(f"s{n}", "setup") for n in (0, 1)}
    roles |= {f"t{n}": a_task(f"t{n}", "teardown") for n in (0, 1)}
    snapshot = a_run(*arrows, **roles)
    for step in range(60):
        if step == cancel_after:
            after(snapshot, CancelRun())
        ready = [k for k, one in snapshot.instances.items() if one.state is TaskState.SCHEDULED]
        if not ready:
            break
        run_task(snapshot, random.choice(ready)[0], random.choice([OK, OK, BAD, SKIPPED]))
    assert snapshot.run.state.is_finished
    ended = states(snapshot)
    for number in (0, 1):
        ran = snapshot.instances[f"t{number}", -1].attempt_id is not None
        assert ran is (ended[f"s{number}"] == "success")
