"""Dynamic task mapping: what a mapped task is expanded over, how many instances that makes, and
which element each of them gets.

Elements themselves are not known here, only how many there are; functions of `.map(f)` live in the
DAG's source. When a task is expanded is in `expanding.py`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, cast

from nbflow.core.json import Json, JsonObject
from nbflow.core.states import TaskState

MAX_MAP_LENGTH = 5_000
"""Instances one mapped task may have, where no setting says otherwise."""

LITERAL, VALUE, ZIP, CONCAT, MAP = "literal", "value", "zip", "concat", "map"

Source = Mapping[str, Any]
"""What is expanded over, as the spec says it. `Any`: its fields depend on `kind`.

- literal: `length`, and `items` where the worker has no other way to them
- value: `task_id` and `key` of a value of an upstream task
- zip: `of` several sources, side by side; `longest` fills up the shorter ones
- concat: `of` several sources, one after the other
- map: a function of each element `of` one source
"""

ValueName = tuple[str, str]
"""A value of the run: (task_id, key)."""

LengthOf = Callable[[ValueName], int]
"""How many elements a value has."""


@dataclass(frozen=True)
class Expansion:
    """How a task is multiplied.

    `inputs` are the mapped arguments with their sources, in the order in which they were written;
    several make a cross product, of which the last varies fastest. With `kwargs` there is one,
    whose elements are dicts of arguments. Tasks of one mapped task group have its id as `group`:
    instance i of one belongs to instance i of the other.
    """

    inputs: tuple[tuple[str, Source], ...]
    kwargs: bool = False
    group: str = ""

    @classmethod
    def from_json(cls, raw: JsonObject) -> Expansion:
        inputs = cast("list[tuple[str, Source]]", raw["inputs"])
        return cls(
            tuple((name, source) for name, source in inputs),
            bool(raw.get("kwargs", False)),
            str(raw.get("group", "")),
        )

    @property
    def values(self) -> tuple[ValueName, ...]:
        """The values of other tasks it needs, each once."""
        found = (leaf for _, source in self.inputs for leaf in leaves(source))
        return tuple(dict.fromkeys(_name(leaf) for leaf in found if leaf["kind"] == VALUE))

    def total(self, length_of: LengthOf) -> int:
        """How many instances the task gets."""
        return math.prod(length(source, length_of) for _, source in self.inputs)

    def places(self, index: int, length_of: LengthOf) -> dict[int, int]:
        """Which element of which leaf makes up instance `index`: {number of the leaf: place}.

        Leaves are numbered as `leaves` gives them, over all inputs. One that the instance has
        nothing of (another part of a concat, the short side of a zip) is left out.
        """
        at: list[int] = []
        for _, source in reversed(self.inputs):
            index, place = divmod(index, length(source, length_of))
            at.append(place)
        found: dict[int, int] = {}
        number = 0
        for (_, source), place in zip(self.inputs, reversed(at), strict=True):
            number = _pick(source, place, number, length_of, found)
        return found


def leaves(source: Source) -> Iterator[Source]:
    """The literals and values inside a source, from left to right."""
    if source["kind"] in (LITERAL, VALUE):
        yield source
        return
    for part in source["of"]:
        yield from leaves(part)


def length(source: Source, length_of: LengthOf) -> int:
    """How many elements a source has."""
    kind = source["kind"]
    if kind == LITERAL:
        return int(source["length"])
    if kind == VALUE:
        return length_of(_name(source))
    parts = [length(part, length_of) for part in source["of"]]
    if kind == ZIP:
        return max(parts) if source.get("longest") else min(parts)
    return sum(parts)


def _pick(
    source: Source, place: int | None, number: int, length_of: LengthOf, found: dict[int, int]
) -> int:
    """Note the leaves that make up the element at `place`; returns the number of the next leaf."""
    kind = source["kind"]
    if kind in (LITERAL, VALUE):
        if place is not None and place < length(source, length_of):
            found[number] = place
        return number + 1
    left = place
    for part in source["of"]:
        number = _pick(part, left, number, length_of, found)
        if kind == CONCAT and left is not None:
            size = length(part, length_of)
            left = left - size if left >= size else None
    return number


def _name(leaf: Source) -> ValueName:
    return str(leaf["task_id"]), str(leaf["key"])


def tolerated(counts: Mapping[TaskState, int], ratio: float) -> bool:
    """Whether a mapped task in these states has ended well enough: at least `ratio` of those that
    were not skipped or removed have succeeded.
    """
    return ratio < 1 and not _unfinished(counts) and _bad(counts) <= _may_fail(counts, ratio)


def as_seen_downstream(counts: Mapping[TaskState, int], ratio: float) -> Mapping[TaskState, int]:
    """The states of a mapped task as the trigger rules of others count them.

    With a `min_success_ratio`, failures count for nothing where enough succeeded, and are no
    failures yet while enough still may.
    """
    bad = _bad(counts)
    if ratio >= 1 or not bad or bad > _may_fail(counts, ratio):
        return counts
    state = TaskState.NONE if _unfinished(counts) else TaskState.REMOVED
    kept = {s: n for s, n in counts.items() if s not in _BAD}
    return {**kept, state: kept.get(state, 0) + bad}


_BAD = (TaskState.FAILED, TaskState.UPSTREAM_FAILED, TaskState.CANCELLED)
_NOT_COUNTED = (TaskState.SKIPPED, TaskState.REMOVED)


def _bad(counts: Mapping[TaskState, int]) -> int:
    return sum(counts.get(state, 0) for state in _BAD)


def _unfinished(counts: Mapping[TaskState, int]) -> int:
    return sum(n for state, n in counts.items() if not state.is_finished)


def _may_fail(counts: Mapping[TaskState, int], ratio: float) -> int:
    counted = sum(n for state, n in counts.items() if state not in _NOT_COUNTED)
    # A ratio such as 0.7 of 10 must not need 8 because 0.7 * 10 is 7.000000000000001.
    return counted - math.ceil(round(ratio * counted, 9))


def lengths_handed_on(
    keys: frozenset[str], values: Mapping[str, Any], return_key: str
) -> dict[str, Json]:
    """What a finished task says of the values others are mapped over: {key: length}, None for what
    is neither list nor dict; a key it handed nothing on by is left out.

    `values` are `ValueRef`s; a key may also be one of the returned dict's own. `Any`: importing
    their type would be a cycle.
    """
    found: dict[str, Json] = {}
    returned = values.get(return_key)
    for key in sorted(keys):
        if key in values:
            found[key] = values[key].length
        elif returned is not None and isinstance(returned.json, Mapping) and key in returned.json:
            item = returned.json[key]
            found[key] = len(item) if isinstance(item, (list, dict)) else None
    return found
