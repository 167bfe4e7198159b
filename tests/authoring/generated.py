"""Notebooks that nobody wrote: random cells over a few names, with aliases, mutation, functions,
closures, classes, generators, arrays, redefinition, deletion and conditional definition.

`python -m tests.authoring.generated 20000 --seed 7` runs so many of them both ways.
"""

from __future__ import annotations

import argparse
import random
import re

from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st

from tests.authoring.dataflow_runs import Printed, plan_of, run_by_tasks, run_top_to_bottom

PRELUDE = """
import copy, itertools
import numpy as np
from collections import defaultdict
class Box:
    def __init__(self, v): self.v = v
class Tally:
    seen = 0
    def __init__(self): self.items = []
    def put(self, v):
        self.items.append(v)
        return self
    @property
    def first(self): return self.items[0] if self.items else None
    def __len__(self): return len(self.items)
def show(v, depth=0):
    if depth > 3: return '...'
    if isinstance(v, Box): return 'Box' + show(v.v, depth + 1)
    if isinstance(v, Tally): return 'Tally' + show(v.items, depth + 1)
    if isinstance(v, np.ndarray): return 'array' + str(v.tolist())
    if isinstance(v, (list, tuple)): return '[' + ', '.join(show(x, depth + 1) for x in v) + ']'
    if isinstance(v, dict): return '{' + ', '.join(show(x, depth + 1) for x in v.values()) + '}'
    if callable(v): return 'fn:' + show(v(), depth + 1)
    return repr(v) if isinstance(v, (int, str, bool, type(None))) else type(v).__name__
def add(to, v):
    if isinstance(to, list) and len(to) < 6: to.append(v)
    elif isinstance(to, dict): to['n'] = v
    elif isinstance(to, Box): to.v = v
    elif isinstance(to, Tally) and len(to) < 6: to.put(v)
    elif isinstance(to, np.ndarray) and isinstance(v, int): to[0] = v
def part(v):
    if isinstance(v, (list, dict)) and v: return list(v.values() if isinstance(v, dict) else v)[0]
    if isinstance(v, Tally): return v.first
    return v.v if isinstance(v, Box) else v
def same(v): return v
def wrap(v): return [v]
def grow(v):
    add(v, 1)
    return v
def with_a(v): return (v, a)[0]
def memo(v, kept=[]):
    kept.append(v)
    return kept[0] if len(kept) > 2 else v
def bump():
    global c
    c = c + 1 if isinstance(c, int) else 0
def counter(v):
    def step():
        nonlocal v
        v = v + 1 if isinstance(v, int) else 0
        return v
    return step
def each(v):
    for x in (v if isinstance(v, list) else [v]):
        yield x
def kind(v):
    match v:
        case [first, *_]: return first
        case {'k': inner}: return inner
        case Box(v=inner): return inner
        case int(n): return n
    return v
def late(): return b
a = [1]
b = [2]
c = 0
d = {'k': [0]}
"""
NAMES = st.sampled_from("abcd")
_FORMS = (
    "[{0}, 1]",
    "{{'k': {0}}}",
    "Box({0})",
    "Tally().put({0})",
    "part({0})",
    "same({0})",
    "wrap({0})",
    "grow({0})",
    "with_a({0})",
    "kind({0})",
    "memo({0})",
    "late()",
    "counter({0})",
    "list(each({0}))",
    "each({0})",
    "next(each({0}))",
    "copy.copy({0})",
    "copy.deepcopy({0})",
    "(lambda: {0})",
    "(lambda q={0}: q)",
    "[x for x in wrap({0})]",
    "{{i: x for i, x in enumerate(wrap({0}))}}",
    "[y := {0}, y][0]",
    "f'{{show({0})}}'",
    "np.arange(3)",
    "({0}[1:] if isinstance({0}, (list, np.ndarray)) else {0})",
    "({0} if isinstance({0}, np.ndarray) else np.zeros(2, dtype=int))",
    "max([{0}], key=lambda v: len(show(v)))",
    "dict.fromkeys('xy', {0})",
    "dict(k={0})['k']",
    "list(itertools.chain(wrap({0}), [5]))",
    "(part({0}) or {0})",
)
EXPRESSIONS = st.one_of(
    NAMES, st.integers(0, 9).map(str), *(NAMES.map(form.format) for form in _FORMS)
)
STATEMENTS = st.one_of(
    st.builds("{} = {}".format, NAMES, EXPRESSIONS),
    st.builds("add({}, {})".format, NAMES, EXPRESSIONS),
    st.builds("{0}, {1} = {1}, {2}".format, NAMES, NAMES, EXPRESSIONS),
    st.builds("{0} = {1} = {2}".format, NAMES, NAMES, EXPRESSIONS),
    st.builds("if len('{}') % 2:\n    {} = {}".format, NAMES, NAMES, EXPRESSIONS),
    st.builds("if isinstance({}, int):\n    {} = {}".format, NAMES, NAMES, EXPRESSIONS),
    st.builds(
        "for i in range(2):\n    add({0}, i)\n    {1} = {2}".format, NAMES, NAMES, EXPRESSIONS
    ),
    st.builds("for w in wrap({0}):\n    add(w, {1})".format, NAMES, EXPRESSIONS),
    st.builds(
        "try:\n    {0} = {1}\n    {0}.x.y\nexcept Exception:\n    add({2}, 7)".format,
        NAMES,
        EXPRESSIONS,
        NAMES,
    ),
    st.builds("keep = {0}\ndel {0}\n{0} = {1}".format, NAMES, st.integers(0, 9)),
    st.builds("if isinstance({0}, np.ndarray):\n    {0} += 1".format, NAMES),
    st.builds("if isinstance({0}, list):\n    {0} += [{1}]".format, NAMES, EXPRESSIONS),
    st.builds("if isinstance({0}, dict):\n    {0}[{1!r}] = {2}".format, NAMES, NAMES, EXPRESSIONS),
    st.builds("Tally.seen += len(show({}))".format, NAMES),
    st.builds("box = Box({0})\nkeyed = {{box: 1}}\nfor q in keyed: q.v = 4".format, NAMES),
    st.builds("rows = defaultdict(list)\nrows['r'].append({0})".format, NAMES),
    st.builds("print({} is {})".format, NAMES, NAMES),
    st.builds("def f():\n    add({0}, 3)\n    return {1}".format, NAMES, NAMES),
    st.builds("def late(): return {0}".format, NAMES),
    st.sampled_from(
        [
            "bump()",
            "f()",
            "b += [5]",
            "exec('b = c')",
            "keep = a",
            "print(show(keep), Tally.seen)",
            "for r in rows.values():\n    for x in r: add(x, 6)",
            "del keep",
        ]
    ),
)
CELLS = st.builds(
    lambda body, shown: "\n".join([*body, f"print(show({shown}))"]),
    st.lists(STATEMENTS, min_size=1, max_size=3),
    NAMES,
)
NOTEBOOKS = st.lists(CELLS, min_size=2, max_size=7)


def both_ways(cells: list[str], order: int) -> tuple[list[str], Printed, Printed, int]:
    """(the notebook, what its cells print in order, and by tasks in a random order, its tasks)."""
    code, values = PRELUDE.split("a = [1]\n")
    shown = [f"print(show({name}))" for name in "abcd"]
    notebook = _without_errors([code, "a = [1]", *values.splitlines(), *cells, *shown])
    expected = run_top_to_bottom(notebook)
    plan = plan_of(notebook)
    printed = run_by_tasks(notebook, plan, random.Random(order))
    return notebook, {i: expected[i] for i in printed}, printed, len(plan.groups)


def _without_errors(cells: list[str]) -> list[str]:
    """The cells before the first one that raises: there the notebook would end."""
    for index, said in run_top_to_bottom(cells).items():
        if re.search(r"^\w*(Error|Exception): ", said, re.MULTILINE):
            return cells[:index]
    return cells


def _main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("examples", type=int)
    parser.add_argument("--seed", type=int, default=0)
    given_ = parser.parse_args()
    notebooks: list[int] = []

    @seed(given_.seed)
    @settings(
        max_examples=given_.examples,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(cells=NOTEBOOKS, order=st.integers(0, 30))
    def run(cells: list[str], order: int) -> None:
        notebook, expected, printed, tasks = both_ways(cells, order)
        notebooks.append(tasks)
        assert printed == expected, "\n# %%\n".join(notebook[1:])

    try:
        run()
    finally:
        tasks = sum(notebooks)
        print(f"{len(notebooks)} notebooks, {tasks} tasks, {sum(n > 1 for n in notebooks)} split.")  # noqa: T201 - this is a command


if __name__ == "__main__":
    _main()
