"""From cells to tasks: what is put together and why, what comes in and goes out, and names."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from nbflow.authoring.dataflow.edges import find_flow
from nbflow.authoring.dataflow.fusion import Plan, name_tasks, plan_tasks, slug, task_edges
from nbflow.authoring.dataflow.source import parse_cell
from nbflow.core.dag import Edge


def plan_of(*cells: str, declared: Mapping[int, str] | None = None, after: str = "") -> Plan:
    """The plan; `after` is written `clean>train, train>report`."""
    sources = [parse_cell(i, text) for i, text in enumerate(cells)]
    pairs = [(a, b) for a, _, b in (pair.partition(">") for pair in after.split(", ")) if b]
    return plan_tasks(find_flow(sources, declared=list(declared or {})), declared, pairs)


def cells_of(plan: Plan) -> list[tuple[int, ...]]:
    return [group.cells for group in plan.groups]


def edges_of(plan: Plan) -> set[str]:
    names = name_tasks(plan, {})
    return {f"{edge.upstream}>{edge.downstream}" for edge in task_edges(plan, names, [])}


def test_a_chain_is_one_task() -> None:
    plan = plan_of("x = 1", "y = x", "print(y)")
    assert cells_of(plan) == [(0, 1, 2)]
    assert plan.groups[0].why == ("nothing else could run between them",)


def test_branches_are_tasks_of_their_own() -> None:
    plan = plan_of("x = 1", "y = x", "z = x", "print(y, z)")
    assert cells_of(plan) == [(0,), (1,), (2,), (3,)]
    assert edges_of(plan) == {"x>y", "x>z", "y>cell_3", "z>cell_3"}


def test_two_chains_run_side_by_side() -> None:
    plan = plan_of("x = 1", "y = 2", "x += 1", "y += 1", "print(x)", "print(y)")
    assert cells_of(plan) == [(0, 2, 4), (1, 3, 5)]


def test_what_cannot_be_sent_stays_with_its_users() -> None:
    plan = plan_of("f = open('a')", "x = 1", "f.read()", "print(x)")
    assert cells_of(plan) == [(0, 2), (1, 3)]
    assert "an open file" in plan.groups[0].why[0]


def test_what_lies_between_two_cells_of_a_task_joins_it() -> None:
    plan = plan_of("f = open('a')", "x = len(f.name)", "y = x + 1", "f.seek(y)", "z = 1")
    assert cells_of(plan) == [(0, 1, 2, 3), (4,)]


def test_two_versions_of_one_name_do_not_enter_one_task() -> None:
    """Cells 1 and 3 share a file; between them `x` changes elsewhere, so that has to come in."""
    plan = plan_of("x = len('a')", "f = open('a')\nf.seek(x)", "x += len('b')", "f.seek(x)")
    assert cells_of(plan) == [(0, 1, 2, 3)]


def test_a_version_that_is_gone_at_the_end_is_used_inside() -> None:
    """Cell 1 wants the first `x`, and the task of cells 0 and 2 would hand on the second one."""
    plan = plan_of("x = 1\nf = open('a')", "print(x)", "f.seek(0)\nx = 2", "print(x)")
    assert cells_of(plan)[0][:3] == (0, 1, 2)


def test_inputs_and_outputs_are_live_names_only() -> None:
    plan = plan_of("x = 1\ny = 2\nz = 3", "a = x", "b = y", "print(a, b)")
    names = name_tasks(plan, {})
    last = plan.groups[-1]
    assert plan.outputs(plan.groups[0]) == ("x", "y")
    assert {name: names[group] for name, group in plan.inputs(last).items()} == {"a": "a", "b": "b"}


def test_outputs_that_may_not_exist_are_marked() -> None:
    plan = plan_of(
        "if len('a') > 1:\n    x = 1\ny = 2",
        "try:\n    print(x)\nexcept NameError: pass",
        "print(y)",
    )
    assert plan.outputs(plan.groups[0]) == ("x", "y")
    assert plan.may_be_missing(plan.groups[0]) == ("x",)


def test_a_task_runs_the_setup_that_stands_before_it() -> None:
    plan = plan_of("import os", "x = os.name", "import re", "y = re.escape('a')", "print(1)")
    assert [plan.setup_before(group) for group in plan.groups] == [(0,), (0, 2), (0, 2)]


def test_setup_between_the_cells_of_a_task_runs_in_its_place() -> None:
    plan = plan_of("x = 1", "import re\ny = 5", "print(x)", "print(y)")
    assert plan.steps(plan.groups[0]) == ((0, True), (1, False), (2, True))


# --- declared tasks -------------------------------------------------------------------------------


def test_cells_of_one_declared_name_are_one_task() -> None:
    plan = plan_of("a = 1", "b = 2", "c = 3", declared={0: "one", 1: "two", 2: "one"})
    assert [(group.declared, group.cells) for group in plan.groups] == [
        ("one", (0, 2)),
        ("two", (1,)),
    ]


def test_declared_tasks_are_not_fused_into_chains() -> None:
    plan = plan_of("a = 1", "b = a", declared={0: "one", 1: "two"})
    assert cells_of(plan) == [(0,), (1,)]


def test_other_cells_join_a_declared_task_they_cannot_be_apart_from() -> None:
    plan = plan_of("f = open('a')", "f.read()", "x = 1", declared={1: "read"})
    assert [(group.declared, group.cells) for group in plan.groups] == [
        ("read", (0, 1)),
        ("", (2,)),
    ]


def test_declared_tasks_that_share_an_open_file_are_an_error() -> None:
    plan = plan_of("f = open('a')", "f.read()", declared={0: "one", 1: "two"})
    (conflict,) = plan.conflicts
    assert (conflict.tasks, conflict.is_error) == (("one", "two"), True)


def test_declared_tasks_that_may_share_state_are_ordered_with_a_warning() -> None:
    plan = plan_of(
        "import random\nrandom.seed(1)", "x = random.random()", declared={0: "one", 1: "two"}
    )
    (conflict,) = plan.conflicts
    assert (conflict.is_error, edges_of(plan)) == (False, {"one>two"})


def test_declared_tasks_that_need_each_other_are_a_cycle() -> None:
    plan = plan_of("a = 1", "b = a", "c = b", declared={0: "one", 1: "two", 2: "one"})
    (conflict,) = plan.conflicts
    assert (conflict.tasks, conflict.is_error, conflict.is_cycle) == (("one", "two"), True, True)


def test_a_declared_order_adds_to_what_is_found() -> None:
    plan = plan_of("a = 1", "b = a", "c = 1", declared={0: "one", 1: "two", 2: "three"})
    names = name_tasks(plan, {})
    found = [
        (e.upstream, e.downstream, e.kind) for e in task_edges(plan, names, [("two", "three")])
    ]
    assert found == [("two", "three", "declared"), ("one", "two", "certain")]


# --- edges and names ------------------------------------------------------------------------------


def test_an_edge_carries_all_names_of_its_kind() -> None:
    plan = plan_of("x = [1]\ny = 2", "x.append(y)", "print(y)")
    assert task_edges(plan, name_tasks(plan, {}), [])[0] == Edge(
        "x",
        "cell_1",
        "certain",
        ("x", "y"),
        "Cell 1 reads `x` in line 1, which cell 0 defines in line 1. "
        "Cell 1 reads `y` in line 1, which cell 0 defines in line 2.",
    )


def test_tasks_are_named_by_heading_and_then_by_what_they_define() -> None:
    plan = plan_of("a = 1", "b = a", "c = a", "print(b, c)", "print(a)")
    headings = {0: "## 1. Load *data*", 1: "Load", 2: "Load", 3: "", 4: "Load"}
    assert list(name_tasks(plan, headings).values()) == [
        "load_data",
        "load",
        "c",
        "cell_3",
        "cell_4",
    ]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("1. Load the data", "load_the_data"),
        ("Été à [Paris](http://x.y)", "ete_a_paris"),
        ("`df` & <b>co</b>", "df_co"),
        ("2024", "2024"),
        ("資料", "資料"),
        ("!!!", ""),
    ],
)
def test_a_slug_is_a_name(text: str, name: str) -> None:
    assert slug(text) == name
