"""Values of other runs, as an order carries them to a task that asks for them (`elsewhere.py`)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from nbflow.core.orders import OtherRun, ValueRef


def merged(runs: Iterable[OtherRun]) -> tuple[OtherRun, ...]:
    """Each run once, with everything that was found of it; the newest first."""
    found: dict[tuple[str, str], OtherRun] = {}
    for one in runs:
        known = found.get((one.dag_id, one.run_id))
        values = dict(known.values) if known else {}
        for key, of_task in one.values.items():
            values[key] = {**values.get(key, {}), **of_task}
        found[one.dag_id, one.run_id] = OtherRun(one.dag_id, one.run_id, one.at, values)
    return tuple(sorted(found.values(), key=_date, reverse=True))


def _date(run: OtherRun) -> float:
    return 0.0 if run.at is None else run.at.timestamp()


def instances_of(run: OtherRun, task_id: str, key: str) -> Sequence[tuple[int, ValueRef]]:
    """The values of that key that a task handed on in a run, by map index."""
    named = [(i, values) for (task, i), values in run.values.items() if task == task_id]
    found = ((index, values[key]) for index, values in named if key in values)
    return sorted(found, key=lambda one: one[0])
