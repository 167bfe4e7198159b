"""Mapped tasks: how many instances they get, what each of them gets, and what follows from their
states.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timezone
from itertools import product
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nbflow.core import effects as fx
from nbflow.core.dag import Dag, Decides, Edge, Task, TaskKind
from nbflow.core.events import (
    AttemptFinished,
    AttemptStarted,
    CancelRun,
    Cleared,
    Dispatched,
    Event,
    RunStarted,
    TaskKey,
)
from nbflow.core.lifecycle import Settle, advance
from nbflow.core.mapping import CONCAT, LITERAL, MAP, VALUE, ZIP, Expansion, Source
from nbflow.core.orders import RETURN_VALUE, Outcome, ValueRef
from nbflow.core.snapshot import DagRun, RunSnapshot
from nbflow.core.states import Reason, RunState, TaskState
from nbflow.core.trigger_rules import TriggerRule

NOW = datetime(2026, 1, 1, tzinfo=timezone.utc)
OK = Outcome(TaskState.SUCCESS)
BAD = Outcome(TaskState.FAILED, Reason.TASK_ERROR, "ValueError: no")
SKIP = Outcome(TaskState.SKIPPED, Reason.SKIPPED_BY_CALL, "nothing to do")


def literal(length: int) -> Source:
    return {"kind": LITERAL, "length": length}


def returned(task_id: str, key: str = RETURN_VALUE) -> Source:
    return {"kind": VALUE, "task_id": task_id, "key": key}


def zipped(*of: Source, longest: bool = False) -> Source:
    return {"kind": ZIP, "of": list(of), "longest": longest}


def chained(*of: Source) -> Source:
    return {"kind": CONCAT, "of": list(of)}


def mapped(task_id: str, *sources: Source, group: str = "", **fields: object) -> Task:
    inputs = tuple((f"x{n}", source) for n, source in enumerate(sources))
    task = Task(task_id, TaskKind.PYTHON, expansion=Expansion(inputs, group=group))
    return replace(task, **fields)  # type: ignore[arg-type]  # names are those of Task


def a_list(length: int) -> Outcome:
    values = {RETURN_VALUE: ValueRef("json", list(range(length)), length=length)}
    return Outcome(TaskState.SUCCESS, values=values)


def a_run(*arrows: str, **tasks: Task) -> RunSnapshot:
    edges = [tuple(arrow.split(">")) for arrow in arrows]
    names = dict.fromkeys([*(n for edge in edges for n in edge), *tasks])
    made = tuple(tasks.get(name) or Task(name, TaskKind.PYTHON) for name in names)
    snapshot = RunSnapshot(DagRun("d", "r"), Dag("d", made, tuple(Edge(a, b) for a, b in edges)))
    return after(snapshot, RunStarted())


def after(snapshot: RunSnapshot, *events: Event, **options: int) -> RunSnapshot:
    fx.apply(snapshot, advance(snapshot, events, NOW, Settle.FULLY, **options))
    return snapshot


def done(snapshot: RunSnapshot, task_id: str, outcome: Outcome = OK, index: int = -1) -> None:
    key: TaskKey = (task_id, index)
    attempt = f"{task_id}{index}-{snapshot.instances[key].try_number + 1}"
    after(
        snapshot,
        Dispatched(key, attempt),
        AttemptStarted(key, attempt),
        AttemptFinished(key, attempt, outcome),
    )


def states(snapshot: RunSnapshot) -> dict[str, str]:
    return {name: str(state) for name, state in snapshot.states().items()}


# --- how many, and which element ------------------------------------------------------------------


def no_values(_: tuple[str, str]) -> int:
    raise AssertionError


def test_several_arguments_make_a_cross_product_of_which_the_last_varies_fastest() -> None:
    expansion = Expansion((("x", literal(2)), ("y", literal(3)), ("z", literal(2))))
    assert expansion.total(no_values) == 12
    places = [expansion.places(index, no_values) for index in range(12)]
    assert [tuple(place.values()) for place in places] == list(
        product(range(2), range(3), range(2))
    )


def test_a_zip_is_as_long_as_its_shortest_part() -> None:
    expansion = Expansion((("x", zipped(literal(2), literal(5))),))
    assert expansion.total(no_values) == 2
    assert expansion.places(1, no_values) == {0: 1, 1: 1}


def test_a_zip_with_a_fill_value_leaves_out_what_the_shorter_part_does_not_have() -> None:
    expansion = Expansion((("x", zipped(literal(2), literal(3), longest=True)),))
    assert expansion.total(no_values) == 3
    assert expansion.places(2, no_values) == {1: 2}


def test_a_concat_takes_one_part_after_the_other_and_leaves_have_numbers_over_all_inputs() -> None:
    source = chained(literal(2), zipped(literal(1), literal(1)), literal(2))
    expansion = Expansion((("x", source), ("y", {"kind": MAP, "of": [literal(1)]})))
    assert expansion.total(no_values) == 5
    found = [expansion.places(index, no_values) for index in range(5)]
    assert found == [{0: 0, 4: 0}, {0: 1, 4: 0}, {1: 0, 2: 0, 4: 0}, {3: 0, 4: 0}, {3: 1, 4: 0}]


def test_the_values_it_needs_are_named_once() -> None:
    source = zipped(returned("a"), chained(returned("b", "rows"), returned("a")))
    assert Expansion((("x", source),)).values == (("a", RETURN_VALUE), ("b", "rows"))


def test_an_expansion_survives_the_spec() -> None:
    task = mapped("m", zipped(returned("a"), literal(2)), group="g", min_success_ratio=0.5)
    dag = Dag("d", (Task("a", TaskKind.PYTHON), task), (Edge("a", "m"),))
    again = Dag.from_json(dag.to_json())
    assert again == dag
    assert again.fingerprint() == dag.fingerprint()


# --- expansion ------------------------------------------------------------------------------------


def test_a_task_is_expanded_over_what_its_upstream_returned() -> None:
    snapshot = a_run("a>m", "m>z", m=mapped("m", returned("a")))
    assert states(snapshot) == {"a": "scheduled", "m": "none", "z": "none"}
    done(snapshot, "a", a_list(2))
    assert states(snapshot) == {
        "a": "success",
        "z": "none",
        "m[0]": "scheduled",
        "m[1]": "scheduled",
    }


def test_literals_are_expanded_from_the_start_of_the_run() -> None:
    snapshot = a_run("a>m", m=mapped("m", literal(2)))
    assert states(snapshot) == {"a": "scheduled", "m[0]": "none", "m[1]": "none"}
    done(snapshot, "a", BAD)
    assert states(snapshot) == {
        "a": "failed",
        "m[0]": "upstream_failed",
        "m[1]": "upstream_failed",
    }


def test_what_comes_after_waits_for_all_instances() -> None:
    snapshot = a_run("m>z", m=mapped("m", literal(2)))
    done(snapshot, "m", index=1)
    assert states(snapshot)["z"] == "none"
    done(snapshot, "m", index=0)
    assert states(snapshot)["z"] == "scheduled"


def test_one_failed_instance_is_a_failed_upstream_at_once() -> None:
    snapshot = a_run("m>z", m=mapped("m", literal(2)))
    done(snapshot, "m", BAD, index=1)
    assert states(snapshot)["z"] == "upstream_failed"


def test_over_nothing_the_task_is_skipped_and_so_is_what_needs_it() -> None:
    snapshot = a_run("a>m", "m>z", m=mapped("m", returned("a")))
    done(snapshot, "a", a_list(0))
    assert states(snapshot) == {"a": "success", "m": "skipped", "z": "skipped"}
    assert snapshot.instances["m", -1].reason is Reason.NOTHING_TO_MAP
    assert snapshot.run.state is RunState.SUCCESS


@pytest.mark.parametrize(
    ("outcome", "expected"),
    [(BAD, "upstream_failed"), (SKIP, "skipped")],
    ids=["failed", "skipped"],
)
@pytest.mark.parametrize("rule", [TriggerRule.ALWAYS, TriggerRule.ALL_DONE])
def test_without_what_it_is_mapped_over_a_task_ends_whatever_its_rule(
    outcome: Outcome, expected: str, rule: TriggerRule
) -> None:
    snapshot = a_run("a>m", m=mapped("m", returned("a"), trigger_rule=rule))
    assert states(snapshot)["m"] == "none"
    done(snapshot, "a", outcome)
    assert states(snapshot)["m"] == expected


@pytest.mark.parametrize(
    ("outcome", "message"),
    [
        (OK, "nothing was handed on"),
        (Outcome(TaskState.SUCCESS, values={RETURN_VALUE: ValueRef("json", 3)}), "neither a list"),
    ],
    ids=["nothing", "a number"],
)
def test_what_cannot_be_mapped_over_fails_the_task_with_a_sentence(
    outcome: Outcome, message: str
) -> None:
    snapshot = a_run("a>m", m=mapped("m", returned("a")))
    done(snapshot, "a", outcome)
    failed = snapshot.instances["m", -1]
    assert (failed.state, failed.reason) == (TaskState.FAILED, Reason.NOT_MAPPABLE)
    assert message in failed.message


def test_too_many_instances_fail_the_task_with_a_sentence() -> None:
    snapshot = a_run("a>m", m=mapped("m", returned("a"), returned("a")))
    events = Dispatched(("a", -1), "a1"), AttemptFinished(("a", -1), "a1", a_list(4))
    after(snapshot, *events, max_map_length=15)
    assert snapshot.instances["m", -1].message == (
        "m would be mapped into 16 instances, and max_map_length allows 15. "
        "Map over less, or raise the setting."
    )


def test_a_task_mapped_over_a_mapped_task_counts_what_was_handed_on() -> None:
    snapshot = a_run(
        "m>n",
        m=mapped("m", literal(3)),
        n=mapped("n", returned("m"), trigger_rule=TriggerRule.ALL_DONE),
    )
    done(snapshot, "m", a_list(1), index=0)
    done(snapshot, "m", SKIP, index=1)
    done(snapshot, "m", a_list(1), index=2)
    assert [name for name in states(snapshot) if name.startswith("n")] == ["n[0]", "n[1]"]
    assert snapshot.handed_on("m", RETURN_VALUE) == (0, 2)


def test_a_key_of_a_returned_dict_can_be_mapped_over() -> None:
    snapshot = a_run("a>m", m=mapped("m", returned("a", "rows")))
    returns = ValueRef("json", {"rows": [1, 2], "n": 2}, length=2)
    done(snapshot, "a", Outcome(TaskState.SUCCESS, values={RETURN_VALUE: returns}))
    assert "m[1]" in states(snapshot)


def test_a_cancelled_run_expands_nothing_more() -> None:
    snapshot = a_run("a>m", m=mapped("m", returned("a")))
    after(snapshot, Dispatched(("a", -1), "a1"), CancelRun())
    after(snapshot, AttemptFinished(("a", -1), "a1", a_list(3)))
    assert states(snapshot) == {"a": "success", "m": "cancelled"}
    assert snapshot.run.state is RunState.CANCELLED


# --- mapped task groups ---------------------------------------------------------------------------


def a_group() -> RunSnapshot:
    """`a` gives the elements, `b` and `c` are one mapped task group, `z` comes after it."""
    b, c = (mapped(name, returned("a"), group="g") for name in "bc")
    snapshot = a_run("a>b", "a>c", "b>c", "c>z", b=b, c=c)
    done(snapshot, "a", a_list(2))
    return snapshot


def test_in_a_mapped_group_each_instance_follows_its_own() -> None:
    snapshot = a_group()
    done(snapshot, "b", index=1)
    assert (states(snapshot)["c[0]"], states(snapshot)["c[1]"]) == ("none", "scheduled")


def test_in_a_mapped_group_a_failure_stays_in_its_line() -> None:
    snapshot = a_group()
    done(snapshot, "b", BAD, index=0)
    done(snapshot, "b", index=1)
    assert states(snapshot)["c[0]"] == "upstream_failed"
    assert states(snapshot)["c[1]"] == "scheduled"
    assert states(snapshot)["z"] == "upstream_failed"


def test_a_branch_in_a_mapped_group_decides_about_its_own_index() -> None:
    b, c = (mapped(name, literal(2), group="g") for name in "bc")
    from_branch = replace(b, decides=Decides.BRANCH)
    snapshot = a_run("b>c", b=from_branch, c=c)
    done(snapshot, "b", Outcome(TaskState.SUCCESS, follow=()), index=0)
    done(snapshot, "b", Outcome(TaskState.SUCCESS, follow=("c",)), index=1)
    assert (states(snapshot)["c[0]"], states(snapshot)["c[1]"]) == ("skipped", "scheduled")


# --- min_success_ratio ----------------------------------------------------------------------------


def a_tolerant(length: int, ratio: float) -> RunSnapshot:
    return a_run("m>z", m=mapped("m", literal(length), min_success_ratio=ratio))


def test_enough_successes_count_as_success_of_the_whole() -> None:
    snapshot = a_tolerant(4, 0.75)
    done(snapshot, "m", BAD, index=0)
    assert states(snapshot)["z"] == "none"
    for index in (1, 2, 3):
        done(snapshot, "m", index=index)
    assert states(snapshot)["z"] == "scheduled"
    done(snapshot, "z")
    assert snapshot.run.state is RunState.SUCCESS


def test_when_not_enough_can_succeed_any_more_the_whole_has_failed() -> None:
    snapshot = a_tolerant(4, 0.75)
    done(snapshot, "m", BAD, index=0)
    done(snapshot, "m", BAD, index=1)
    assert states(snapshot)["z"] == "upstream_failed"


def test_a_tolerant_last_task_lets_the_run_succeed() -> None:
    snapshot = a_run(m=mapped("m", literal(10), min_success_ratio=0.7))
    for index in range(10):
        done(snapshot, "m", BAD if index < 3 else OK, index=index)
    assert snapshot.run.state is RunState.SUCCESS


# --- again ----------------------------------------------------------------------------------------


def a_finished_run(length: int = 3) -> RunSnapshot:
    snapshot = a_run("a>m", m=mapped("m", returned("a")))
    done(snapshot, "a", a_list(length))
    for index in range(length):
        done(snapshot, "m", index=index)
    return snapshot


def clear_everything(snapshot: RunSnapshot) -> None:
    keys = tuple(k for k, i in snapshot.instances.items() if i.state is not TaskState.REMOVED)
    after(snapshot, Cleared(keys), RunStarted())


def test_a_cleared_instance_runs_again_alone() -> None:
    snapshot = a_finished_run()
    after(snapshot, Cleared((("m", 1),)), RunStarted())
    assert states(snapshot) == {
        "a": "success",
        "m[0]": "success",
        "m[1]": "scheduled",
        "m[2]": "success",
    }


def test_cleared_instances_wait_for_the_new_list() -> None:
    snapshot = a_finished_run()
    clear_everything(snapshot)
    assert set(states(snapshot).values()) == {"scheduled", "none"}
    assert states(snapshot)["a"] == "scheduled"


def test_over_a_shorter_list_surplus_instances_are_removed() -> None:
    snapshot = a_finished_run()
    clear_everything(snapshot)
    done(snapshot, "a", a_list(1))
    assert states(snapshot) == {
        "a": "success",
        "m[0]": "scheduled",
        "m[1]": "removed",
        "m[2]": "removed",
    }
    done(snapshot, "m", index=0)
    assert snapshot.run.state is RunState.SUCCESS


def test_over_a_longer_list_instances_are_added_and_removed_ones_come_back() -> None:
    snapshot = a_finished_run(2)
    clear_everything(snapshot)
    done(snapshot, "a", a_list(1))
    done(snapshot, "m", index=0)
    clear_everything(snapshot)
    done(snapshot, "a", a_list(3))
    assert states(snapshot) == {"a": "success"} | {f"m[{i}]": "scheduled" for i in range(3)}


def test_over_nothing_any_more_and_then_over_something_again() -> None:
    snapshot = a_finished_run(2)
    clear_everything(snapshot)
    done(snapshot, "a", a_list(0))
    assert states(snapshot) == {
        "a": "success",
        "m[0]": "removed",
        "m[1]": "removed",
        "m": "skipped",
    }
    clear_everything(snapshot)
    done(snapshot, "a", a_list(2))
    assert states(snapshot) == {"a": "success", "m[0]": "scheduled", "m[1]": "scheduled"}


def test_five_thousand_instances_cost_about_as_much_each_as_five_hundred() -> None:
    """Counted in looks at instances, not in seconds: no pass looks at all of them again."""
    looks = {n: _looks_per_instance(n) for n in (100, 1_000)}
    assert looks[1_000] <= looks[100] * 1.5


def _looks_per_instance(length: int) -> float:
    snapshot = a_run(
        "a>m", "m>n", "n>z", m=mapped("m", returned("a")), n=mapped("n", returned("m"))
    )
    counted = _Counted(snapshot.instances)
    snapshot.instances = counted
    done(snapshot, "a", a_list(length))
    for index in range(length):
        done(snapshot, "m", a_list(1), index=index)
    for index in range(length):
        done(snapshot, "n", index=index)
    assert states(snapshot)["z"] == "scheduled"
    return counted.looks / length


class _Counted(dict):  # type: ignore[type-arg]  # a dict of instances that counts who asks
    looks = 0

    def __getitem__(self, key: TaskKey) -> object:
        self.looks += 1
        return super().__getitem__(key)

    def get(self, key: TaskKey, default: object = None) -> object:
        self.looks += 1
        return super().get(key, default)


# --- anything may happen --------------------------------------------------------------------------


def _recounted(snapshot: RunSnapshot) -> dict[str, dict[TaskState, int]]:
    found: dict[str, dict[TaskState, int]] = {}
    for one in snapshot.instances.values():
        states_of = found.setdefault(one.task_id, {})
        states_of[one.state] = states_of.get(one.state, 0) + 1
    return found


def _check(snapshot: RunSnapshot) -> None:
    counts = {
        task: {state: n for state, n in snapshot.counts(task).items() if n}
        for task in snapshot.dag.by_id
    }
    assert counts == _recounted(snapshot)
    assert snapshot.unfinished == sum(
        not one.state.is_finished for one in snapshot.instances.values()
    )
    assert all(
        {k[1] for k in snapshot.instances if k[0] == t} == {*snapshot.indexes(t)} for t in counts
    )


@given(st.integers(0, 2**32), st.sampled_from(list(Settle)[:2]))
@settings(max_examples=150, deadline=None)
def test_whatever_happens_counts_stay_true_and_the_run_can_end(seed: int, settle: Settle) -> None:
    random = Random(seed)
    rules = list(TriggerRule)
    b, c = (mapped(n, returned("a"), group="g", trigger_rule=random.choice(rules)) for n in "bc")
    m = mapped("m", returned("a"), min_success_ratio=random.choice([1.0, 0.5]))
    n = mapped("n", returned("m"), trigger_rule=random.choice(rules))
    snapshot = a_run("a>m", "m>n", "a>b", "a>c", "b>c", "c>z", "n>z", b=b, c=c, m=m, n=n)
    for _ in range(40):
        events: list[Event] = []
        keys = sorted(snapshot.instances)
        for key in random.sample(keys, min(3, len(keys))):
            one = snapshot.instances[key]
            if one.state is TaskState.SCHEDULED:
                events.append(Dispatched(key, f"{key}{one.try_number + 1}"))
            elif one.is_with_executor and one.attempt_id:
                outcome = random.choice([a_list(random.randrange(4)), a_list(2), BAD, SKIP])
                events.append(AttemptFinished(key, one.attempt_id, outcome))
            elif one.state is not TaskState.REMOVED and random.random() < 0.15:
                events.append(Cleared((key,)))
        fx.apply(snapshot, advance(snapshot, [*events, RunStarted()], NOW, settle))
        _check(snapshot)
    _run_to_the_end(snapshot, settle)
    assert snapshot.run.state.is_finished


def _run_to_the_end(snapshot: RunSnapshot, settle: Settle) -> None:
    for _ in range(60):
        events: list[Event] = [RunStarted()]
        for key, one in snapshot.instances.items():
            if one.state is TaskState.SCHEDULED:
                events.append(Dispatched(key, f"{key}{one.try_number + 1}"))
            elif one.is_with_executor and one.attempt_id:
                events.append(AttemptFinished(key, one.attempt_id, a_list(2)))
        fx.apply(snapshot, advance(snapshot, events, NOW, settle))
        _check(snapshot)
        if snapshot.run.state.is_finished:
            return


def test_what_came_of_a_mapped_upstream_is_told_in_numbers() -> None:
    snapshot = a_run("m>z", m=mapped("m", literal(3)))
    done(snapshot, "m", index=0)
    done(snapshot, "m", BAD, index=1)
    assert snapshot.instances["z", -1].message == (
        "Rule all_success: 1 of 3 instances of m success; 1 of 3 instances of m failed."
    )
