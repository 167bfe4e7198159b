"""Task groups and labels, as a person writes them, and what the spec makes of them."""

from __future__ import annotations

import pytest

from nbflow import DAG, EmptyOperator, Label, TaskGroup, chain, chain_linear, task, task_group
from nbflow.core.dag import Dag
from nbflow.core.errors import DefinitionError
from nbflow.testing import run_dag


def empty(task_id: str, group: TaskGroup | None = None) -> EmptyOperator:
    return EmptyOperator(task_id=task_id, task_group=group)


def edges(dag: DAG) -> set[str]:
    return {f"{edge.upstream}>{edge.downstream}" for edge in dag.to_core().edges}


def labels(dag: DAG) -> dict[str, str]:
    return {f"{e.upstream}>{e.downstream}": e.label for e in dag.to_core().edges if e.label}


def test_tasks_of_a_group_bear_its_name() -> None:
    with DAG("d") as dag, TaskGroup("load"):
        empty("orders")
        with TaskGroup("check"):
            empty("count")
    assert dag.task_ids == ["load.orders", "load.check.count"]


def test_a_group_may_leave_the_names_of_its_tasks_alone() -> None:
    with DAG("d") as dag, TaskGroup("load", prefix_group_id=False):
        empty("orders")
    assert dag.task_ids == ["orders"]
    assert dag.to_core().tasks[0].group == "load"


def test_the_spec_keeps_groups_with_what_is_around_them() -> None:
    with DAG("d") as dag, TaskGroup("load", tooltip="From the shop"), TaskGroup("check"):
        empty("count")
    core = dag.to_core()
    assert [(g.group_id, g.parent, g.label, g.tooltip) for g in core.groups] == [
        ("load", None, "load", "From the shop"),
        ("load.check", "load", "check", ""),
    ]
    assert core.tasks[0].group == "load.check"
    assert core.groups_of("load.check.count") == ("load", "load.check")
    assert core.tasks_of_group("load") == ("load.check.count",)


def test_a_spec_with_groups_and_labels_is_read_as_it_was_written() -> None:
    with DAG("d") as dag, TaskGroup("g"):
        empty("a") >> Label("ok") >> empty("b")
    assert Dag.from_json(dag.to_core().to_json()) == dag.to_core()


def test_a_spec_from_before_groups_is_still_read() -> None:
    with DAG("d") as dag:
        empty("a") >> empty("b")
    spec = {**dag.to_core().to_json()}
    del spec["groups"]
    for part, names in (("tasks", ("group", "role")), ("edges", ("label",))):
        spec[part] = [{k: v for k, v in one.items() if k not in names} for one in spec[part]]  # type: ignore[union-attr]  # lists of dicts
    assert Dag.from_json(spec) == dag.to_core()


def test_a_group_stands_for_its_roots_and_leaves() -> None:
    with DAG("d") as dag:
        before, after = empty("before"), empty("after")
        with TaskGroup("g") as group:
            one, two, three = empty("one"), empty("two"), empty("three")
            one >> two
        before >> group >> after
    assert {root.task_id for root in group.get_roots()} == {"g.one", "g.three"}
    assert {leaf.task_id for leaf in group.get_leaves()} == {"g.two", "g.three"}
    assert three.task_id == "g.three"
    assert edges(dag) == {
        "before>g.one",
        "before>g.three",
        "g.one>g.two",
        "g.two>after",
        "g.three>after",
    }


def test_values_between_tasks_of_a_group_count_for_its_roots() -> None:
    @task
    def number(n: int) -> int:
        return n + 1

    with DAG("d") as dag:
        with TaskGroup("g") as group:
            number(number(1))
        group >> empty("after")
    assert "g.number__1>after" in edges(dag)
    assert "g.number>after" not in edges(dag)


def test_groups_follow_groups() -> None:
    with DAG("d") as dag:
        with TaskGroup("one") as one:
            empty("a")
            empty("b")
        with TaskGroup("two") as two:
            empty("c")
            empty("d")
        one >> two
    assert edges(dag) == {"one.a>two.c", "one.a>two.d", "one.b>two.c", "one.b>two.d"}


def test_a_function_under_task_group_makes_a_group_at_each_call() -> None:
    @task
    def double(n: int) -> int:
        return 2 * n

    @task_group
    def twice(n: int) -> object:
        """Four times."""
        return double(double(n))

    with DAG("d") as dag:
        twice(twice(1))
    core = dag.to_core()
    assert [group.group_id for group in core.groups] == ["twice", "twice__1"]
    assert core.groups[0].tooltip == "Four times."
    assert core.upstream("twice__1.double") == ("twice.double__1",)
    assert run_dag(dag).values["twice__1.double__1"] == 16


def test_a_task_group_function_that_returns_nothing_gives_the_group() -> None:
    @task_group(group_id="load")
    def some() -> None:
        empty("a")

    with DAG("d") as dag:
        empty("before") >> some() >> empty("after")
    assert edges(dag) == {"before>load.a", "load.a>after"}


def test_default_args_of_a_group_go_before_those_of_the_dag() -> None:
    with DAG("d", default_args={"retries": 1, "pool": "p"}) as dag:
        with TaskGroup("g", default_args={"retries": 2}), TaskGroup("h"):
            empty("a")
        empty("b")
    by_id = dag.to_core().by_id
    assert (by_id["g.h.a"].retry.retries, by_id["g.h.a"].pool) == (2, "p")
    assert by_id["b"].retry.retries == 1


def test_tasks_can_be_put_into_a_group_by_name() -> None:
    with DAG("d") as dag:
        group = TaskGroup("g")
        empty("a", group)
        inner = TaskGroup("h", parent_group=group)
    with TaskGroup("k", dag=dag):
        empty("b")
    assert dag.task_ids == ["g.a", "k.b"]
    assert inner.group_id == "g.h"


def test_two_groups_of_one_name_are_refused_with_their_place() -> None:
    with DAG("d") as dag:
        for _ in range(2):
            with TaskGroup("g"):
                pass
    with pytest.raises(DefinitionError, match=r"has a task group 'g' already.*another id"):
        dag.to_core()


def test_a_suffix_tells_groups_of_one_name_apart_on_request() -> None:
    with DAG("d") as dag:
        for _ in range(2):
            with TaskGroup("g", add_suffix_on_collision=True):
                empty("a")
    assert dag.task_ids == ["g.a", "g__1.a"]


def test_a_group_outside_a_dag_says_so() -> None:
    with pytest.raises(DefinitionError, match="'g' is made outside a DAG"):
        TaskGroup("g")


def test_a_function_stands_in_an_arrow_for_the_task_of_the_group_being_written() -> None:
    @task
    def f() -> None: ...

    with DAG("d") as dag:
        for name in ("g", "h"):
            with TaskGroup(name):
                f()
                f >> empty("after")
    assert edges(dag) == {"g.f>g.after", "h.f>h.after"}


def test_a_label_goes_on_every_edge_between_what_stands_around_it() -> None:
    with DAG("d") as dag:
        a, b, c, d = (empty(name) for name in "abcd")
        [a, b] >> Label("ok") >> [c, d]
    assert labels(dag) == {"a>c": "ok", "a>d": "ok", "b>c": "ok", "b>d": "ok"}


def test_a_label_works_in_both_directions_and_with_groups() -> None:
    with DAG("d") as dag:
        a, b = empty("a"), empty("b")
        b << Label("back") << a
        with TaskGroup("g") as group:
            empty("x")
        a >> Label("in") >> group >> Label("out") >> b
    assert labels(dag) == {"a>b": "back", "a>g.x": "in", "g.x>b": "out"}


def test_a_label_stays_on_an_edge_that_carries_a_value_or_is_said_twice() -> None:
    @task
    def f(n: int = 0) -> int:
        return n

    with DAG("d") as dag:
        first = f()
        second = f(first)
        first >> Label("n") >> second
        first >> second
    assert labels(dag) == {"f>f__1": "n"}


def test_labels_are_steps_of_a_chain() -> None:
    with DAG("d") as dag:
        a, b, c, d = (empty(name) for name in "abcd")
        chain(a, [Label("left"), Label("right")], [b, c], Label("end"), d)
    assert labels(dag) == {"a>b": "left", "a>c": "right", "b>d": "end", "c>d": "end"}


def test_a_label_alone_is_no_task() -> None:
    with DAG("d"), pytest.raises(TypeError, match="has to stand between tasks"):
        Label("one") >> Label("two")


def test_chain_takes_groups_and_chain_linear_lists_of_any_lengths() -> None:
    with DAG("d") as dag:
        with TaskGroup("g") as group:
            empty("x")
        a, b, c, d = (empty(name) for name in "abcd")
        chain(a, group, [b, c], d)
        chain_linear([b, c], empty("e"), [], [empty("f"), empty("h")])
    assert edges(dag) == {
        *("a>g.x", "g.x>b", "g.x>c", "b>d", "c>d"),
        *("b>e", "c>e", "e>f", "e>h"),
    }
    with pytest.raises(ValueError, match="two or more"):
        chain_linear([empty("alone")])


def test_tasks_and_groups_can_be_asked_for_their_neighbours() -> None:
    with DAG("d") as dag:
        a = empty("a")
        with TaskGroup("g"):
            b = empty("b")
        a >> b
    assert (b.upstream_list, a.downstream_list) == ([a], [b])
    assert a.downstream_task_ids == {"g.b"}
    assert dag.task_dict == {"a": a, "g.b": b}
    assert list(dag.task_group_dict) == ["g"]
