"""What the previous run of a DAG lets its tasks do in the next."""

from __future__ import annotations

import pytest

from nbflow.core.dag import Dag, Edge, Task, TaskKind
from nbflow.core.past import PreviousRun, held_by_past
from nbflow.core.states import TaskState

S = TaskState


def held(task: Task, earlier: frozenset[str] = frozenset(), **states: list[TaskState]) -> str:
    dag = Dag("d", (task, Task("b", TaskKind.PYTHON)), (Edge("a", "b"),))
    return held_by_past(dag, task, PreviousRun("before", states, earlier))


PAST = Task("a", TaskKind.PYTHON, depends_on_past=True)
DOWNSTREAM = Task("a", TaskKind.PYTHON, wait_for_downstream=True)


@pytest.mark.parametrize("state", [S.SUCCESS, S.SKIPPED])
def test_a_task_that_succeeded_or_was_skipped_lets_the_next_go(state: TaskState) -> None:
    assert held(PAST, a=[state]) == ""


@pytest.mark.parametrize("state", sorted(set(S) - {S.SUCCESS, S.SKIPPED}))
def test_any_other_state_holds_the_next_back(state: TaskState) -> None:
    assert held(PAST, a=[state]).startswith("It depends on its past: in the previous run before a")


def test_every_instance_of_a_mapped_task_counts() -> None:
    assert "a is failed" in held(PAST, a=[S.SUCCESS, S.FAILED])


def test_a_task_without_the_setting_looks_at_nothing() -> None:
    assert held(Task("a", TaskKind.PYTHON), a=[S.FAILED]) == ""


def test_the_first_run_of_a_dag_has_no_past() -> None:
    assert held_by_past(Dag("d", (PAST,)), PAST, None) == ""


def test_wait_for_downstream_looks_at_the_tasks_directly_downstream_too() -> None:
    assert "b is running" in held(DOWNSTREAM, a=[S.SUCCESS], b=[S.RUNNING])
    assert held(DOWNSTREAM, a=[S.SUCCESS], b=[S.SKIPPED]) == ""
    assert held(PAST, a=[S.SUCCESS], b=[S.RUNNING]) == ""


def test_a_task_that_is_new_in_the_dag_has_no_past() -> None:
    assert held(PAST, b=[S.SUCCESS]) == ""


def test_a_task_that_the_previous_run_left_out_waits() -> None:
    assert "has no task a" in held(PAST, frozenset({"a"}), b=[S.SUCCESS])


def test_the_first_of_its_kind_waits_where_it_may_not_be_ignored() -> None:
    strict = Task("a", TaskKind.PYTHON, depends_on_past=True, ignore_first_depends_on_past=False)
    assert "has no task a" in held(strict, b=[S.SUCCESS])
