"""Gates: cells that hold up what stands below them, though no value travels: a sensor, or a
question to a person.

What comes before a gate, and what waits for it, is worked out between whole tasks, once it is known
which cells have to share a kernel.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from nbflow.authoring.dataflow.flow import Order

Links = Collection[tuple[int, int]]
"""(upstream, downstream) between tasks, each given by its owner: one of its cells."""


@dataclass(frozen=True)
class Gate:
    """A gate at `cell`. With `holds_below` all tasks with cells below it wait for it, with
    `waits_above` it waits for all whose cells stand above. `called` names it in sentences.
    """

    cell: int
    name: str
    called: str
    holds_below: bool
    waits_above: bool


@dataclass(frozen=True)
class Astride:
    """A task that has to wait for a gate, though its cell `above` stands above the gate."""

    gate: Gate
    above: int
    below: int


def gate_orders(
    gate: Gate, owner: int, cells: Mapping[int, Sequence[int]], links: Links
) -> tuple[list[Order], list[Astride]]:
    """What comes before and after the gate, whose task is `owner`. `cells` are those of each task,
    in notebook order.
    """
    held = _held(gate, owner, cells, links)
    orders = [_below(gate, one, cells) for one in sorted(held) if not _has_link(held, one, links)]
    if not gate.waits_above:
        return orders, []
    later = _reached({owner, *held}, links)
    above = {one for one, own in cells.items() if own[-1] < gate.cell and one not in later}
    onward = [(b, a) for a, b in links]
    for one in sorted(above):
        if not _has_link(above, one, onward):
            called = f"{gate.called[0].upper()}{gate.called[1:]}"
            why = f"{called} is asked once the cells above it have run."
            orders.append(Order(cells[one][-1], gate.cell, "declared", why))
    astride = [one for one in sorted(held) if cells[one][0] < gate.cell]
    return orders, [Astride(gate, cells[one][0], cells[one][-1]) for one in astride]


def without_detours(orders: Iterable[Order], owner: Mapping[int, int], links: Links) -> list[Order]:
    """Those orders that other links do not bring about anyway, through tasks in between."""
    left = set(links)
    kept: list[Order] = []
    for order in orders:
        pair = (owner[order.before], owner[order.after])
        if pair[1] in _reached({pair[0]}, left - {pair}):
            left.discard(pair)
        else:
            kept.append(order)
    return kept


def _held(gate: Gate, owner: int, cells: Mapping[int, Sequence[int]], links: Links) -> set[int]:
    """The tasks that wait for the gate for no other reason than where they stand."""
    if not gate.holds_below:
        return set()
    needed = _reached({owner}, [(b, a) for a, b in links])
    return {one for one, own in cells.items() if own[-1] > gate.cell and one not in needed}


def _below(gate: Gate, one: int, cells: Mapping[int, Sequence[int]]) -> Order:
    first = next(cell for cell in cells[one] if cell > gate.cell)
    why = f"Cell {first} stands below {gate.called}."
    return Order(gate.cell, first, "declared", why)


def _has_link(tasks: Collection[int], one: int, links: Links) -> bool:
    """Whether a link leads from one of the tasks to this one."""
    return any(b == one and a in tasks for a, b in links)


def _reached(starts: Iterable[int], links: Links) -> set[int]:
    """The starts, and all that links lead to from there."""
    found: set[int] = set()
    todo = list(starts)
    while todo:
        one = todo.pop()
        if one not in found:
            found.add(one)
            todo += [b for a, b in links if a == one]
    return found
