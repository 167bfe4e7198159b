"""Which value each name has while cells are read in order, and since which cell; the scopes of
functions.

A snapshot and a join let a reader take both ways of a branch. Nothing here knows syntax.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from nbflow.authoring.dataflow.heap import Site, Value, join


@dataclass(frozen=True)
class Slot:
    """A name's value now, or None after `del`. `own`: this cell has bound it for certain; `bound`:
    on some path at least.
    """

    value: Value | None
    own: bool = False
    bound: bool = False
    line: int = 0


Names = dict[str, Slot]


@dataclass
class Scope:
    """The local names of one function call, comprehension or class body.

    `captured` joins every value a name ever had here, for functions that close over it and run
    later; `closures` are these functions.
    """

    local_names: frozenset[str] = frozenset()
    global_names: frozenset[str] = frozenset()
    is_class: bool = False
    takes_walrus: bool = True
    names: Names = field(default_factory=dict)
    captured: dict[str, Value] = field(default_factory=dict)
    returns: list[Value] = field(default_factory=list)
    closures: set[Site] = field(default_factory=set)


@dataclass(frozen=True)
class State:
    """What a branch starts from: copies of the global names and of the innermost scope's.

    Equal versions mean equal global names.
    """

    names: Names
    local: Names
    version: int


def same_values(one: State, other: State) -> bool:
    """Whether both states give every name the same value; where it was bound does not matter."""
    return _values(one.names) == _values(other.names) and _values(one.local) == _values(other.local)


def _values(names: Names) -> dict[str, tuple[Value | None, bool]]:
    return {name: (slot.value, slot.bound) for name, slot in names.items()}


def join_names(states: Iterable[Names]) -> Names:
    """What holds whichever of the states came about: owned only if owned in all, bound if bound in
    any.
    """
    every = list(states)
    order = dict.fromkeys(name for names in every for name in names)
    return {name: _join_slots([names.get(name) for names in every]) for name in order}


def _join_slots(slots: list[Slot | None]) -> Slot:
    known = [slot for slot in slots if slot is not None]
    if all(slot is slots[0] for slot in slots):
        return known[0]  # what no branch has touched: most names
    values = [slot.value for slot in known if slot.value is not None]
    return Slot(
        join(values) if values else None,
        own=len(known) == len(slots) and all(slot.own for slot in known),
        bound=any(slot.bound for slot in known),
        line=max(slot.line for slot in known),
    )


def fresh_cell(names: Names) -> Names:
    """The same values, seen from the next cell, which has bound nothing yet."""
    return {name: Slot(slot.value, line=slot.line) for name, slot in names.items()}


def values_in(names: Names) -> Iterator[tuple[str, Value]]:
    for name, slot in names.items():
        if slot.value is not None:
            yield name, slot.value
