"""Which cells come after which, though no value travels: what they do outside the names."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from pathlib import PurePosixPath

from nbflow.authoring.dataflow.facts import CLOCK, NETWORK, FileUse, Mode, Touch
from nbflow.authoring.dataflow.flow import Cells, Order, Use

_CHANGES_FOLDER = re.compile(r"chdir|%cd\b|^cd |pushd|popd", re.MULTILINE)


@dataclass(frozen=True)
class OrderFinder(Cells):
    """Finds what the outside demands: files, the network, the clock, what cannot be followed."""

    uses: Mapping[tuple[int, str], Use]
    orders: list[Order] = field(default_factory=list)

    def find(self) -> tuple[Order, ...]:
        self._order_files()
        self._order_network()
        self._order_clock()
        self._order_obstacles()
        return tuple(dict.fromkeys(self.orders))

    def _order_files(self) -> None:
        moves = any(_CHANGES_FOLDER.search(source.text) for source in self.sources.values())
        users = [(cell, self.facts[cell].files) for cell in self.work if self.facts[cell].files]
        for (one, before), (other, after) in combinations(users, 2):
            for a, b in _pairs(before, after):
                if (a.writes or b.writes) and may_be_same_file(a.path, b.path, moves=moves):
                    why = _both(other, b, one, a)
                    self.orders.append(Order(one, other, "inferred", why))
                    break

    def _order_network(self) -> None:
        users = [(cell, t) for cell, t in self.touches() if t.resource == NETWORK]
        for (one, a), (other, b) in combinations(users, 2):
            if one != other and Mode.WRITE in (a.mode, b.mode):
                why = _both(other, b, one, a)
                self.orders.append(Order(one, other, "inferred", why))

    def _order_clock(self) -> None:
        """A cell that measures the time since another one comes after all between them, and these
        after the first.
        """
        timers = {cell for cell, touch in self.touches() if touch.resource == CLOCK}
        for use in list(self.uses.values()):
            if {use.source, use.reader} <= timers:
                why = (
                    f"Cell {use.reader} measures the time since cell {use.source} by `{use.name}`."
                )
                for between in self.work:
                    if use.source < between < use.reader:
                        self.orders.append(Order(use.source, between, "inferred", why))
                        self.orders.append(Order(between, use.reader, "inferred", why))

    def _order_obstacles(self) -> None:
        """What cannot be followed comes after all that stands before it, and before all that stands
        after.
        """
        walls = [cell for cell in self.work if self.facts[cell].obstacles]
        for wall in walls:
            obstacle = self.facts[wall].obstacles[0]
            why = f"Cell {wall} {obstacle.why} (line {obstacle.line})."
            previous = max((w for w in walls if w < wall), default=-1)
            following = min((w for w in walls if w > wall), default=max(self.work) + 1)
            for cell in self.work:
                if previous <= cell < wall:
                    self.orders.append(Order(cell, wall, "unknown", why))
                elif wall < cell < following:
                    self.orders.append(Order(wall, cell, "unknown", why))


def _both(cell: int, use: FileUse | Touch, before: int, earlier: FileUse | Touch) -> str:
    return (
        f"Cell {cell} {use.why} (line {use.line}), "
        f"and cell {before} {earlier.why} (line {earlier.line})."
    )


def _pairs(one: Sequence[FileUse], other: Sequence[FileUse]) -> Iterator[tuple[FileUse, FileUse]]:
    for a in one:
        for b in other:
            yield a, b


def may_be_same_file(one: str | None, other: str | None, *, moves: bool = False) -> bool:
    """Whether two paths may name the same file, or one a folder of the other; None is any path.

    With `moves`, the working folder may change in between, so that only the last part of a path
    says something.
    """
    if one is None or other is None:
        return True
    if _is_pattern(one) or _is_pattern(other):
        return True
    a, b = _parts(one), _parts(other)
    if not a or not b:
        return True
    if moves or one.startswith(("/", "~")) != other.startswith(("/", "~")):
        return a[-1] == b[-1] or a[-1] in b or b[-1] in a
    shorter = min(len(a), len(b))
    return a[:shorter] == b[:shorter]


def _is_pattern(path: str) -> bool:
    return any(sign in path for sign in "*?[") or ".." in PurePosixPath(path).parts


def _parts(path: str) -> tuple[str, ...]:
    return tuple(
        part for part in PurePosixPath(path.replace("\\", "/")).parts if part not in (".", "/")
    )
