"""Runs a list of cells for real, in two ways, and tells what each cell printed: top to bottom, and
task by task.

Task by task, every task runs in a namespace (and, with `isolated`, in a process) of its own, gets
its inputs and hands on its outputs as pickles, in any order that the edges allow: what a worker
does, without a kernel.
"""

from __future__ import annotations

import ast
import contextlib
import io
import os
import pickle
import random
import re
import sys
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any

from nbflow.authoring.dataflow.edges import find_flow
from nbflow.authoring.dataflow.fusion import Group, Plan, name_tasks, plan_tasks, task_edges
from nbflow.authoring.dataflow.source import parse_cell
from nbflow.core.graph import Graph
from nbflow.runtime.pickling import dumps

Printed = dict[int, str]


def plan_of(cells: Sequence[str]) -> Plan:
    return plan_tasks(find_flow([parse_cell(i, text) for i, text in enumerate(cells)]))


def graph_of(plan: Plan) -> tuple[dict[Group, str], Graph]:
    names = name_tasks(plan, {})
    edges = task_edges(plan, names, [])
    return names, Graph(names.values(), [(edge.upstream, edge.downstream) for edge in edges])


def run_top_to_bottom(cells: Sequence[str], *, isolated: bool = False) -> Printed:
    """What each cell prints when all run in one namespace."""

    def run() -> Printed:
        with _namespace() as names:
            return {i: _run(text, names) for i, text in enumerate(cells)}

    return _in_child(run) if isolated else run()


def run_by_tasks(
    cells: Sequence[str], plan: Plan, shuffle: random.Random, *, isolated: bool = False
) -> Printed:
    """What each cell prints when each task runs apart, in one of the orders that the edges
    allow.
    """
    names, graph = graph_of(plan)
    groups = {name: group for group, name in names.items()}
    values: dict[tuple[str, str], bytes] = {}
    printed: Printed = {}
    done: set[str] = set()
    while len(done) < len(groups):
        ready = [n for n in graph.nodes if n not in done and set(graph.upstream[n]) <= done]
        name = shuffle.choice(ready)
        given = {
            key: values[names[source], key]
            for key, source in plan.inputs(groups[name]).items()
            if (names[source], key) in values
        }
        run = _task(cells, plan, groups[name], given)
        shown, handed_on = _in_child(run) if isolated else run()
        printed |= shown
        values |= {(name, key): value for key, value in handed_on.items()}
        done.add(name)
    return printed


def _task(
    cells: Sequence[str], plan: Plan, group: Group, given: Mapping[str, bytes]
) -> Callable[[], tuple[Printed, dict[str, bytes]]]:
    def run() -> tuple[Printed, dict[str, bytes]]:
        with _namespace() as names:
            for cell in plan.setup_before(group):
                said = _run(plan.flow.setup.part(cell), names)
                assert said == "", f"setup of cell {cell} printed {said!r}"
            for key, value in given.items():
                names[key] = pickle.loads(value)
            printed = {}
            for cell, is_own in plan.steps(group):
                said = _run(cells[cell] if is_own else plan.flow.setup.part(cell), names)
                if is_own:
                    printed[cell] = said
            out = {key: names[key] for key in plan.outputs(group) if key in names}
            return printed, {key: dumps(value) for key, value in out.items()}

    return run


@contextlib.contextmanager
def _namespace() -> Iterator[dict[str, Any]]:
    """The names of a fresh `__main__`, as in a kernel."""
    before = sys.modules["__main__"]
    sys.modules["__main__"] = ModuleType("__main__")
    try:
        yield vars(sys.modules["__main__"])
    finally:
        sys.modules["__main__"] = before


@lru_cache
def _compiled(text: str) -> tuple[CodeType, CodeType | None]:
    """The code of a cell, and that of its last expression."""
    tree = ast.parse(text)
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    body = compile(tree, "<cell>", "exec")
    if not isinstance(last, ast.Expr):
        return body, None
    return body, compile(ast.Expression(last.value), "<cell>", "eval")


def _run(text: str, names: dict[str, Any]) -> str:
    """Execute one cell, as Jupyter does: the value of a last expression is shown."""
    body, last = _compiled(text)
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        try:
            exec(body, names)
            if last is not None:
                value = eval(last, names)
                if value is not None:
                    said.write(f"{value!r}\n")
        except Exception as error:  # noqa: BLE001 - whatever a cell raises is part of what it shows
            said.write(f"{type(error).__name__}: {error}\n")
    # Where an object lies in memory differs from run to run.
    return re.sub(r"0x[0-9a-f]+", "0x…", said.getvalue())


def _in_child(run: Callable[[], Any]) -> Any:
    """Call `run` in a forked process, so that nothing it changes is seen here."""
    read_end, write_end = os.pipe()
    with warnings.catch_warnings():
        # NumPy has threads of its own, which Python 3.12 warns of; it minds forks itself.
        warnings.simplefilter("ignore", DeprecationWarning)
        pid = os.fork()
    if pid == 0:
        with os.fdopen(write_end, "wb") as stream:
            try:
                stream.write(pickle.dumps((True, run())))
            except BaseException as error:  # noqa: BLE001 - told to the parent, which raises it
                stream.write(pickle.dumps((False, repr(error))))
        os._exit(0)
    os.close(write_end)
    with os.fdopen(read_end, "rb") as stream:
        answer = stream.read()
    os.waitpid(pid, 0)
    succeeded, value = pickle.loads(answer)
    assert succeeded, value
    return value


@contextlib.contextmanager
def inside(folder: Path) -> Iterator[None]:
    before = Path.cwd()
    folder.mkdir(parents=True, exist_ok=True)
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)
