"""What differs between two versions of a DAG, in words a person reads."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

from nbflow.core.dag import Dag, Edge, Task, TaskKind
from nbflow.core.versions import is_covered, moving_parts, spec_changes


def a_dag(*task_ids: str, **fields: object) -> Dag:
    tasks = tuple(Task(task_id, TaskKind.PYTHON) for task_id in task_ids)
    edges = tuple(Edge(a, b) for a, b in pairwise(task_ids))
    return Dag("d", tasks, edges, **fields)  # type: ignore[arg-type]  # names of fields of Dag


def words(old: Dag, new: Dag) -> list[str]:
    return [str(change) for change in spec_changes(old.to_json(), new.to_json())]


def test_equal_specs_differ_in_nothing() -> None:
    assert words(a_dag("a", "b"), a_dag("a", "b")) == []


def test_tasks_and_edges_that_come_and_go_are_named() -> None:
    assert words(a_dag("a", "b"), a_dag("a", "c")) == [
        "tasks.c added",
        "tasks.b removed",
        "edges.a -> c added",
        "edges.a -> b removed",
    ]


def test_a_changed_setting_is_told_with_both_values() -> None:
    old = a_dag("a", timetable={"kind": "cron", "cron": "0 6 * * *"})
    task = replace(old.tasks[0], pool="large")
    new = replace(old, tasks=(task,), timetable={"kind": "cron", "cron": "0 7 * * *"})
    assert words(old, new) == [
        'tasks.a.pool: "default_pool" -> "large"',
        'timetable.cron: "0 6 * * *" -> "0 7 * * *"',
    ]


def test_another_order_of_the_same_tasks_is_told_once() -> None:
    old = a_dag("a", "b")
    new = replace(old, tasks=old.tasks[::-1])
    assert words(old, new) == ['order of tasks: ["a", "b"] -> ["b", "a"]']


def test_what_moves_is_what_differs_between_readings_of_one_text() -> None:
    specs = [a_dag("a", description=text).to_json() for text in ("x", "x", "y")]
    assert moving_parts(specs) == {"description"}
    assert moving_parts(specs[:2]) == frozenset()


def test_a_part_is_covered_by_what_is_around_it_or_inside_it() -> None:
    assert is_covered("params.x.default", {"params.x"})
    assert is_covered("params.x", {"params.x.default"})
    assert not is_covered("params.xy", {"params.x"})
