"""Directed graphs of task ids: order, ancestors, descendants, cycles. Read-only once built.

Ties are broken by the order in which nodes were given, so that the result never flickers on a
screen.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from heapq import heapify, heappop, heappush


class CycleError(ValueError):
    """The graph has a cycle; `path` lists its nodes, the first one again at the end."""

    def __init__(self, path: Sequence[str]) -> None:
        self.path = tuple(path)
        super().__init__(" -> ".join(self.path))


class Graph:
    """An immutable directed graph over task ids.

    Raises `CycleError` on first use of `order` if it has a cycle.
    """

    def __init__(self, nodes: Iterable[str], edges: Iterable[tuple[str, str]]) -> None:
        self.nodes = tuple(nodes)
        downstream: dict[str, dict[str, None]] = {node: {} for node in self.nodes}
        upstream: dict[str, dict[str, None]] = {node: {} for node in self.nodes}
        for start, end in edges:
            downstream[start][end] = None
            upstream[end][start] = None
        self.downstream: Mapping[str, tuple[str, ...]] = {
            n: tuple(d) for n, d in downstream.items()
        }
        self.upstream: Mapping[str, tuple[str, ...]] = {n: tuple(u) for n, u in upstream.items()}

    @cached_property
    def order(self) -> tuple[str, ...]:
        """All nodes, every one after its upstreams; among the free ones the first given comes
        first.
        """
        place = {node: i for i, node in enumerate(self.nodes)}
        waiting = {node: len(self.upstream[node]) for node in self.nodes}
        ready = [place[node] for node, count in waiting.items() if count == 0]
        heapify(ready)
        ordered: list[str] = []
        while ready:
            node = self.nodes[heappop(ready)]
            ordered.append(node)
            for child in self.downstream[node]:
                waiting[child] -= 1
                if waiting[child] == 0:
                    heappush(ready, place[child])
        if len(ordered) < len(self.nodes):
            raise CycleError(self._find_cycle(set(self.nodes) - set(ordered)))
        return tuple(ordered)

    @cached_property
    def position(self) -> Mapping[str, int]:
        """Where each node stands in `order`."""
        return {node: i for i, node in enumerate(self.order)}

    @property
    def roots(self) -> tuple[str, ...]:
        return tuple(node for node in self.nodes if not self.upstream[node])

    @property
    def leaves(self) -> tuple[str, ...]:
        return tuple(node for node in self.nodes if not self.downstream[node])

    def ancestors(self, *nodes: str) -> set[str]:
        """Everything upstream of `nodes`, themselves not included unless reached."""
        return _reach(nodes, self.upstream)

    def descendants(self, *nodes: str) -> set[str]:
        """Everything downstream of `nodes`, themselves not included unless reached."""
        return _reach(nodes, self.downstream)

    def _find_cycle(self, among: set[str]) -> list[str]:
        """Walk upstream inside the unordered rest until a node comes again."""
        node = next(n for n in self.nodes if n in among)
        seen: dict[str, int] = {}
        path: list[str] = []
        while node not in seen:
            seen[node] = len(path)
            path.append(node)
            node = next(parent for parent in self.upstream[node] if parent in among)
        cycle = [*path[seen[node] :], node]
        return cycle[::-1]


def _reach(starts: Iterable[str], step: Mapping[str, tuple[str, ...]]) -> set[str]:
    found: set[str] = set()
    todo = [n for start in starts for n in step[start]]
    while todo:
        node = todo.pop()
        if node not in found:
            found.add(node)
            todo.extend(step[node])
    return found
