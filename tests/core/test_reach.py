"""What lies up- and downstream of task instances, by map index."""

from __future__ import annotations

from nbflow.core.dag import Dag, Edge, Task, TaskKind
from nbflow.core.events import TaskKey
from nbflow.core.mapping import LITERAL, Expansion
from nbflow.core.reach import reach
from nbflow.core.snapshot import DagRun, RunSnapshot, TaskInstance


def a_line() -> RunSnapshot:
    """`a` before the mapped group of `b` and `c`, `z` after it; two elements."""
    expansion = Expansion((("x", {"kind": LITERAL, "length": 2}),), group="g")
    tasks = [Task(name, TaskKind.PYTHON) for name in "az"]
    tasks += [Task(name, TaskKind.PYTHON, expansion=expansion) for name in "bc"]
    edges = tuple(Edge(*arrow) for arrow in ("ab", "bc", "cz"))
    instances = [TaskInstance(name, index) for name in "bc" for index in range(2)]
    return RunSnapshot(DagRun("d", "r"), Dag("d", tuple(tasks), edges), instances)


def below(*keys: TaskKey, depth: int | None = None) -> set[TaskKey]:
    run = a_line()
    return reach(run.dag, keys, run.dag.graph.downstream, run.instances, depth)


def above(*keys: TaskKey) -> set[TaskKey]:
    run = a_line()
    return reach(run.dag, keys, run.dag.graph.upstream, run.instances)


def test_inside_a_mapped_group_only_the_same_index_is_reached() -> None:
    assert below(("b", 1)) == {("c", 1), ("z", -1)}
    assert above(("c", 0)) == {("b", 0), ("a", -1)}


def test_from_outside_all_instances_are_reached() -> None:
    assert below(("a", -1)) == {("b", 0), ("b", 1), ("c", 0), ("c", 1), ("z", -1)}
    assert above(("z", -1)) == {("b", 0), ("b", 1), ("c", 0), ("c", 1), ("a", -1)}


def test_only_so_many_steps_are_taken() -> None:
    assert below(("a", -1), depth=1) == {("b", 0), ("b", 1)}


def test_several_indexes_are_followed_each_by_itself() -> None:
    assert below(("b", 0), ("b", 1), depth=1) == {("c", 0), ("c", 1)}
