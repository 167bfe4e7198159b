"""Which assets the DAGs of files name, and where two files take one for different things."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from nbflow.core.assets import Asset, conflicts, leaf_from_json
from nbflow.core.dag import Dag
from nbflow.core.errors import Problem
from nbflow.core.timetables import awaited_assets, timetable_from_json


def named_assets(dag: Dag) -> Iterator[tuple[Asset, str]]:
    """The assets of a DAG with the place that names each: a task, or the schedule."""
    expression = awaited_assets(timetable_from_json(dag.timetable))
    for leaf in expression.leaves() if expression is not None else ():
        if isinstance(leaf, Asset):
            yield leaf, "the schedule"
    for task in dag.tasks:
        for node in (*task.outlets, *task.inlets):
            leaf = leaf_from_json(node)
            if isinstance(leaf, Asset):
                yield leaf, f"task '{task.task_id}'"


def conflicts_between(
    files: Iterable[tuple[str, Iterable[Dag]]], known: Iterable[tuple[Asset, str]] = ()
) -> Iterator[Problem]:
    """What two files take for different things, as warnings at the later one. `known` are assets
    with the files that name them, before these.
    """
    named = dict.fromkeys(known)
    for file, dags in files:
        named |= dict.fromkeys((asset, file) for dag in dags for asset, _ in named_assets(dag))
    found = dict.fromkeys(conflicts(named))
    for file, problem in found:
        if f" in {file}." not in problem.message:
            yield replace(problem, severity="warning", file=file)
