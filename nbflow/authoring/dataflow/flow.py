"""The dataflow of a notebook, as it was found: a value travels (`Use`), something outside the names
demands an order (`Order`), what is shared cannot be sent (`Bond`). Not here: how they are found
(`uses.py`, `orders.py`, `bonds.py`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from nbflow.authoring.dataflow.facts import CellFacts, Touch
from nbflow.authoring.dataflow.setup import Setup
from nbflow.authoring.dataflow.source import CellSource
from nbflow.core.dag import EdgeKind


@dataclass(frozen=True)
class Use:
    """Cell `reader` needs the value of `name` as cell `source` leaves it."""

    source: int
    reader: int
    name: str
    kind: EdgeKind
    why: str


@dataclass(frozen=True)
class Order:
    """Cell `after` comes after cell `before`, though no value travels."""

    before: int
    after: int
    kind: EdgeKind
    why: str


@dataclass(frozen=True)
class Bond:
    """Two cells must run in one kernel. `is_certain`: running them apart fails, and does not just
    give something else.
    """

    one: int
    other: int
    why: str
    is_certain: bool = False


@dataclass(frozen=True)
class Missing:
    """A cell reads a name that no cell before it defines."""

    cell: int
    line: int
    name: str


@dataclass(frozen=True)
class Cells:
    """The code cells of a notebook as they were read. `work` are those that are more than setup."""

    sources: Mapping[int, CellSource]
    facts: Mapping[int, CellFacts]
    setup: Setup
    work: tuple[int, ...]

    def touches(self) -> Iterator[tuple[int, Touch]]:
        """What cells of work touch, setup statements left out: those run in every kernel."""
        for cell in self.work:
            for touch in self.facts[cell].touches:
                if (cell, touch.statement) not in self.setup.statements:
                    yield cell, touch

    def touches_of(self, cell: int, resource: str) -> list[Touch]:
        return [t for c, t in self.touches() if c == cell and is_about(t, resource)]


@dataclass(frozen=True)
class Flow(Cells):
    """All there is to know about the dataflow of a notebook."""

    uses: tuple[Use, ...]
    orders: tuple[Order, ...]
    bonds: tuple[Bond, ...]
    missing: tuple[Missing, ...]

    def source_of(self, reader: int, name: str) -> int | None:
        """The cell whose version of `name` the cell uses, or None if setup gives it or nothing
        does.
        """
        return self._sources.get((reader, name))

    @cached_property
    def _sources(self) -> Mapping[tuple[int, str], int]:
        return {(use.reader, use.name): use.source for use in self.uses}


def is_about(touch: Touch, resource: str) -> bool:
    """Whether a touch is one of this resource, or of a part of it."""
    return touch.resource == resource or touch.resource.startswith(f"{resource}:")
