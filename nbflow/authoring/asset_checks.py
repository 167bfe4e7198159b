"""What can be wrong with the assets of a whole DAG, or of several: one name, two meanings."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from nbflow.authoring.findings import Findings
from nbflow.core.assets import Asset, conflicts, leaf_from_json
from nbflow.core.dag import Dag
from nbflow.core.errors import Problem


def check_assets(dag: Dag, findings: Findings, at_task: Mapping[str, Findings]) -> None:
    """Find assets that mean one thing here and another there, at the task that says the later."""
    named = [(asset, place) for place, asset in named_assets(dag)]
    for place, problem in conflicts(named):
        task_id = place.removeprefix("task ").strip("'")
        at_task.get(task_id, findings).adopt([problem])


def conflicts_between(dags: Iterable[tuple[str, Sequence[Dag]]]) -> Iterator[tuple[str, Problem]]:
    """The assets that two files, given with their DAGs, take for different things: the later file,
    with the problem.
    """
    named = [
        (asset, file) for file, of_file in dags for dag in of_file for _, asset in named_assets(dag)
    ]
    found = dict.fromkeys(conflicts(dict.fromkeys(named)))
    yield from found


def named_assets(dag: Dag) -> Iterator[tuple[str, Asset]]:
    """The assets of a DAG with the place that names each: a task, or the schedule."""
    # As in `fields.py`: not every reader of a DAG needs cron.
    from nbflow.core.timetables import awaited_assets, timetable_from_json  # noqa: PLC0415

    expression = awaited_assets(timetable_from_json(dag.timetable))
    for leaf in expression.leaves() if expression is not None else ():
        if isinstance(leaf, Asset):
            yield "the schedule", leaf
    for task in dag.tasks:
        for node in (*task.outlets, *task.inlets):
            leaf = leaf_from_json(node)
            if isinstance(leaf, Asset):
                yield f"task '{task.task_id}'", leaf
