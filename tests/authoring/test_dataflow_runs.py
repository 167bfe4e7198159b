"""The promise: cells run task by task, in any order the edges allow, print what they print from top
to bottom. Shown by running them both ways.
"""

from __future__ import annotations

import random
from importlib import import_module
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.authoring.dataflow_runs import (
    graph_of,
    inside,
    plan_of,
    run_by_tasks,
    run_top_to_bottom,
)
from tests.authoring.generated import NOTEBOOKS, both_ways
from tests.authoring.hidden_state import HIDDEN_STATE
from tests.authoring.idioms import IDIOMS, Idiom
from tests.authoring.traps import TRAPS

ALL = [*IDIOMS, *TRAPS, *HIDDEN_STATE]
ORDERS = 2


@pytest.fixture(scope="module", autouse=True)
def libraries() -> None:
    """Imported once here, so that not every child has to."""
    for name in ("matplotlib.pyplot", "pandas", "sklearn.linear_model"):
        import_module(name)


@pytest.mark.parametrize("idiom", ALL, ids=lambda idiom: idiom.name)
def test_tasks_print_what_the_notebook_prints(idiom: Idiom, tmp_path: Path) -> None:
    with inside(tmp_path / "whole"):
        expected = run_top_to_bottom(idiom.cells, isolated=True)
    plan = plan_of(idiom.cells)
    for order in range(ORDERS):
        with inside(tmp_path / f"order-{order}"):
            printed = run_by_tasks(idiom.cells, plan, random.Random(order), isolated=True)
        # Setup has nothing to say, so every cell that has something is part of a task.
        assert printed == {i: said for i, said in expected.items() if said or i in printed}


@pytest.mark.parametrize("idiom", ALL, ids=lambda idiom: idiom.name)
def test_as_many_tasks_are_found_as_before(idiom: Idiom) -> None:
    assert len(plan_of(idiom.cells).groups) == idiom.tasks


@settings(
    max_examples=40,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
)
@given(cells=NOTEBOOKS, order=st.integers(0, 3))
def test_programs_nobody_wrote_print_the_same(cells: list[str], order: int) -> None:
    _, expected, printed, _ = both_ways(cells, order)
    assert printed == expected


def test_the_graph_of_every_idiom_has_an_order() -> None:
    for idiom in ALL:
        _, graph = graph_of(plan_of(idiom.cells))
        assert len(graph.order) == idiom.tasks
