"""When the result of a task may stand for running it again: what its key is made of, which earlier
result answers it, and whether one that was executed all the same agrees.

Two instances with one key ran the same code on the same inputs and params in the same environment.
What a task reads besides (a web page, a file nobody declared, the time of day) is not in the key.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from hashlib import sha256
from typing import Literal

from nbflow.core.cache_entry import CacheEntry
from nbflow.core.cache_policy import DATES, NOTEBOOKS, RUN, CachePolicy
from nbflow.core.dag import Task
from nbflow.core.events import TaskKey
from nbflow.core.json import Json, JsonObject
from nbflow.core.orders import Element, Outcome, ValueRef
from nbflow.core.snapshot import DagRun, RunSnapshot, TaskInstance
from nbflow.core.states import TaskState

FORMAT = 1
"""Part of every key: what an older nbflow kept under another meaning is not found."""

Use = Literal["execute", "take", "verify"]


# -- the key ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Given:
    """What one task instance gets: `params` as it sees them, the values, the elements of what it is
    mapped over, and the attempts whose side effects it may rely on (`made_before`).
    """

    params: JsonObject
    values: Mapping[str, Mapping[str, ValueRef]] = field(default_factory=dict)
    mapped_values: Mapping[str, Sequence[tuple[int, Mapping[str, ValueRef]]]] = field(
        default_factory=dict
    )
    elements: Mapping[int, Element] = field(default_factory=dict)
    made_before: tuple[str, ...] = ()


def cache_key(
    task: Task, policy: CachePolicy, run: DagRun, map_index: int, given: Given, environment: str
) -> str:
    """The digest of everything that the result of a task instance depends on, as far as known."""
    wanted = task.payload.get("inputs")
    inputs = wanted if task.kind == "cells" and isinstance(wanted, Mapping) else None
    given = given if NOTEBOOKS in policy.reads else _without_notebooks(given)
    parts = {
        "format": FORMAT,
        "dag": run.dag_id,
        "kind": str(task.kind),
        "operator": task.operator,
        "code": policy.code,
        "environment": environment,
        "payload": {k: v for k, v in task.payload.items() if k not in _NOT_MEANT},
        "templates": task.templates,
        "expansion": None if task.expansion is None else asdict(task.expansion),
        "map_index_template": task.map_index_template,
        "do_xcom_push": task.do_xcom_push,
        "outlets": task.outlets,
        "secrets": task.secrets,
        "params": given.params,
        "inputs": _inputs(given, inputs),
        "made_before": given.made_before,
        "run": _facts(policy, run, map_index),
    }
    return sha256(json.dumps(parts, default=str).encode()).hexdigest()


# Where cells stand, and what tasks are called: what they are is in `code`.
_NOT_MEANT = frozenset({"cells", "setup", "inputs", "notebook", "kernel_name"})


def _inputs(given: Given, names: Mapping[str, Json] | None) -> list[Json]:
    elements: list[Json] = [
        [number, one.place, None if one.value is None else _content(one.value)]
        for number, one in sorted(given.elements.items())
    ]
    if names is not None:
        # Cells know a value by its name alone; which task it is from is only layout.
        came = {
            name: _content(given.values[str(task_id)][name])
            for name, task_id in names.items()
            if name in given.values.get(str(task_id), {})
        }
        return [sorted(came.items()), elements]
    single = [[t, _contents(values)] for t, values in sorted(given.values.items())]
    several: list[Json] = [
        [t, [[index, _contents(values)] for index, values in found]]
        for t, found in sorted(given.mapped_values.items())
    ]
    return [single, several, elements]


def _without_notebooks(given: Given) -> Given:
    """Where an executed notebook is says nothing about what came of it."""

    def kept(values: Mapping[str, ValueRef]) -> dict[str, ValueRef]:
        return {key: ref for key, ref in values.items() if key != OUTPUT_NOTEBOOK}

    return replace(
        given,
        values={task_id: kept(values) for task_id, values in given.values.items()},
        mapped_values={
            task_id: [(index, kept(values)) for index, values in found]
            for task_id, found in given.mapped_values.items()
        },
    )


def _contents(values: Mapping[str, ValueRef]) -> list[Json]:
    return [[key, _content(ref)] for key, ref in sorted(values.items())]


def _content(ref: ValueRef) -> str:
    """A digest of a value, whether it is kept in a file or in the store."""
    if ref.digest:
        return ref.digest
    return sha256(json.dumps(ref.json).encode()).hexdigest()


def _facts(policy: CachePolicy, run: DagRun, map_index: int) -> list[Json]:
    facts: list[Json] = []
    if DATES in policy.reads:
        dates = (run.logical_date, run.data_interval_start, run.data_interval_end)
        facts += [None if date is None else date.isoformat() for date in dates]
    if RUN in policy.reads:
        facts += [run.run_id, map_index]
    return facts


def made_before(snapshot: RunSnapshot, key: TaskKey) -> tuple[str, ...]:
    """The attempts before this instance whose effects it may see in other ways than as values: of
    the tasks it comes after by order alone, or as far as we can tell.

    A result taken from the cache stands for the attempt that made it.
    """
    found: dict[str, None] = {}
    seen: set[str] = set()
    todo = [key[0]]
    while todo:
        one = todo.pop()
        for upstream in sorted(_only_ordered(snapshot, one) - seen):
            seen.add(upstream)
            if _makes_nothing(snapshot, upstream):
                todo.append(upstream)
                continue
            paired = key[1] if snapshot.dag.pairs(key[0], upstream) else None
            found.update(dict.fromkeys(_attempts(snapshot, upstream, paired)))
    return tuple(found)


def _only_ordered(snapshot: RunSnapshot, task_id: str) -> set[str]:
    """The direct upstream tasks from which more may come than the values of a `certain` edge."""
    edges = (edge for edge in snapshot.dag.edges if edge.downstream == task_id)
    return {edge.upstream for edge in edges if edge.kind != "certain"}


def _makes_nothing(snapshot: RunSnapshot, task_id: str) -> bool:
    task = snapshot.dag.by_id[task_id]
    return bool(task_id in snapshot.dag.without_worker or task.poke or task.decides)


def _attempts(snapshot: RunSnapshot, task_id: str, index: int | None) -> Iterable[str]:
    indexes = snapshot.indexes(task_id)
    chosen = indexes if index is None or index not in indexes else [index]
    for instance in (snapshot.instances[task_id, i] for i in sorted(chosen)):
        origin = taken_from(instance)
        attempt = origin["attempt_id"] if origin else instance.attempt_id
        yield f"{instance.name} {instance.state} {attempt}"


# -- using an entry --------------------------------------------------------------------------------


def use_of(entry: CacheEntry | None, key: TaskKey, run: DagRun, verify: float) -> Use:
    """What to do about a task instance whose key that entry has, if there is one.

    `verify` is the part of all hits that are executed all the same, to compare. Which ones is
    chosen by name, so that a look at the same thing never answers differently.
    """
    if entry is None or run.no_cache:
        return "execute"
    name = f"{run.dag_id}/{run.run_id}/{key[0]}/{key[1]}"
    lot = int.from_bytes(sha256(name.encode()).digest()[:8], "big") / 2**64
    return "verify" if lot < verify else "take"


def may_be_kept(outcome: Outcome) -> bool:
    """Whether an outcome is all there is to a result: nothing was set elsewhere, or is waited
    for.
    """
    plain = not (outcome.variables or outcome.triggers or outcome.waits_for or outcome.again_at)
    return outcome.state is TaskState.SUCCESS and plain


def to_verify(entry: CacheEntry) -> dict[str, Json]:
    """What an instance keeps that is executed to be compared with this entry."""
    digests = {name: _content(ref) for name, ref in _compared(entry.outcome).items()}
    return {**entry.origin, "expected": digests}


def verified(cached: JsonObject, outcome: Outcome) -> dict[str, Json]:
    """What is kept after the comparison: `differs` names the values that came out otherwise."""
    expected = cached.get("expected")
    expected = expected if isinstance(expected, Mapping) else {}
    came = {name: _content(ref) for name, ref in _compared(outcome).items()}
    names = sorted({*expected, *came})
    origin = {name: value for name, value in cached.items() if name != "expected"}
    return {**origin, "differs": [n for n in names if expected.get(n) != came.get(n)]}


def verdict(cached: JsonObject) -> str:
    """The comparison in a sentence."""
    names, run_id = cached["differs"], cached["run_id"]
    if not isinstance(names, list) or not names:
        return f"Executed to verify the cache: the same as in run {run_id}."
    return (
        f"Executed to verify the cache: {', '.join(map(str, names))} came out otherwise than in "
        f"run {run_id}. The task depends on more than its code, inputs and params."
    )


def taken_from(instance: TaskInstance) -> JsonObject | None:
    """Where the result of an instance came from that was not executed; None if it was."""
    cached = instance.cached
    is_taken = cached is not None and "expected" not in cached and "differs" not in cached
    return cached if is_taken else None


def _compared(outcome: Outcome) -> Mapping[str, ValueRef]:
    """The values that can be the same: each execution leaves a notebook of its own."""
    return {name: ref for name, ref in outcome.values.items() if name != OUTPUT_NOTEBOOK}


OUTPUT_NOTEBOOK = "output_notebook"
"""The value by which notebook tasks hand on where their executed notebook is."""
