"""The promise: cells run task by task, in any order the edges allow, print what they print from top
to bottom. Shown by running them both ways.
"""

from __future__ import annotations

import random
import re
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
from tests.authoring.idioms import IDIOMS, Idiom

ORDERS = 2


@pytest.fixture(scope="module", autouse=True)
def libraries() -> None:
    """Imported once here, so that not every child has to."""
    for name in ("matplotlib.pyplot", "pandas", "sklearn.linear_model"):
        import_module(name)


@pytest.mark.parametrize("idiom", IDIOMS, ids=lambda idiom: idiom.name)
def test_tasks_print_what_the_notebook_prints(idiom: Idiom, tmp_path: Path) -> None:
    with inside(tmp_path / "whole"):
        expected = run_top_to_bottom(idiom.cells, isolated=True)
    plan = plan_of(idiom.cells)
    for order in range(ORDERS):
        with inside(tmp_path / f"order-{order}"):
            printed = run_by_tasks(idiom.cells, plan, random.Random(order), isolated=True)
        # Setup has nothing to say, so every cell that has something is part of a task.
        assert printed == {i: said for i, said in expected.items() if said or i in printed}


@pytest.mark.parametrize("idiom", IDIOMS, ids=lambda idiom: idiom.name)
def test_as_many_tasks_are_found_as_before(idiom: Idiom) -> None:
    assert len(plan_of(idiom.cells).groups) == idiom.tasks


# --- programs nobody wrote ------------------------------------------------------------------------

PRELUDE = """
import copy
class Box:
    def __init__(self, v): self.v = v
def show(v, depth=0):
    if depth > 3: return '...'
    if isinstance(v, Box): return 'Box' + show(v.v, depth + 1)
    if isinstance(v, list): return '[' + ', '.join(show(x, depth + 1) for x in v) + ']'
    if isinstance(v, dict): return '{' + ', '.join(show(x, depth + 1) for x in v.values()) + '}'
    if callable(v): return 'fn:' + show(v(), depth + 1)
    return repr(v)
def add(to, v):
    if isinstance(to, list) and len(to) < 6: to.append(v)
    elif isinstance(to, dict): to['n'] = v
    elif isinstance(to, Box): to.v = v
def part(v):
    if isinstance(v, (list, dict)) and v: return list(v.values() if isinstance(v, dict) else v)[0]
    return v.v if isinstance(v, Box) else v
def same(v): return v
def wrap(v): return [v]
def grow(v):
    add(v, 1)
    return v
def with_a(v): return (v, a)[0]
def bump():
    global c
    c = c + 1 if isinstance(c, int) else 0
a = [1]
b = [2]
c = 0
d = {'k': [0]}
"""
NAMES = st.sampled_from("abcd")
EXPRESSIONS = st.one_of(
    NAMES,
    st.integers(0, 9).map(str),
    *(
        NAMES.map(form.format)
        for form in (
            "[{0}, 1]",
            "{{'k': {0}}}",
            "Box({0})",
            "part({0})",
            "same({0})",
            "wrap({0})",
            "grow({0})",
            "with_a({0})",
            "copy.copy({0})",
            "(lambda: {0})",
            "(lambda q={0}: q)",
            "[x for x in wrap({0})]",
        )
    ),
)
STATEMENTS = st.one_of(
    st.builds("{} = {}".format, NAMES, EXPRESSIONS),
    st.builds("add({}, {})".format, NAMES, EXPRESSIONS),
    st.builds("{0}, {1} = {1}, {2}".format, NAMES, NAMES, EXPRESSIONS),
    st.builds("if len('{}') % 2:\n    {} = {}".format, NAMES, NAMES, EXPRESSIONS),
    st.builds(
        "for i in range(2):\n    add({0}, i)\n    {1} = {2}".format, NAMES, NAMES, EXPRESSIONS
    ),
    st.builds(
        "try:\n    {0} = {1}\n    {0}.x.y\nexcept Exception:\n    add({2}, 7)".format,
        NAMES,
        EXPRESSIONS,
        NAMES,
    ),
    st.builds("print({} is {})".format, NAMES, NAMES),
    st.builds("def f():\n    add({0}, 3)\n    return {1}".format, NAMES, NAMES),
    st.sampled_from(["bump()", "f()", "b += [5]", "exec('b = c')", "keep = a"]),
)
CELLS = st.builds(
    lambda body, shown: "\n".join([*body, f"print(show({shown}))"]),
    st.lists(STATEMENTS, min_size=1, max_size=3),
    NAMES,
)


def without_errors(cells: list[str]) -> list[str]:
    """The cells before the first one that raises: there the notebook would end."""
    for index, said in run_top_to_bottom(cells).items():
        if re.search(r"^\w*(Error|Exception): ", said, re.MULTILINE):
            return cells[:index]
    return cells


@settings(
    max_examples=30,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
)
@given(cells=st.lists(CELLS, min_size=2, max_size=6), seed=st.integers(0, 3))
def test_programs_nobody_wrote_print_the_same(cells: list[str], seed: int) -> None:
    code, values = PRELUDE.split("a = [1]\n")
    notebook = without_errors(
        [code, "a = [1]", *values.splitlines(), *cells, *(f"print(show({n}))" for n in "abcd")]
    )
    expected = run_top_to_bottom(notebook)
    printed = run_by_tasks(notebook, plan_of(notebook), random.Random(seed))
    assert printed == {i: expected[i] for i in printed}


def test_the_graph_of_every_idiom_has_an_order() -> None:
    for idiom in IDIOMS:
        _, graph = graph_of(plan_of(idiom.cells))
        assert len(graph.order) == idiom.tasks
