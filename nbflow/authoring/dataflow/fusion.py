"""From cells to tasks: what must share a kernel is put together, chains are fused, tasks get their
names.

A task runs its cells in notebook order after the setup that stands before them, with its inputs put
in at the start and its outputs taken at the end. That is only right if one version of each name
comes in and the last one goes out; where it is not, cells are fused until it is. Cells that a
person declared to be one task are never taken apart, and never put together with another declared
task.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from nbflow.authoring.dataflow.facts import How
from nbflow.authoring.dataflow.flow import Flow, Order, Use
from nbflow.authoring.dataflow.gates import Astride, Gate, gate_orders, without_detours
from nbflow.core.dag import Edge, EdgeKind

CHAIN = "nothing else could run between them"
_MOST_CERTAIN: tuple[EdgeKind, ...] = ("declared", "certain", "inferred", "unknown")


@dataclass(frozen=True)
class Group:
    """The cells of one task, in notebook order. `why` tells why each of them is there, if there are
    several.
    """

    cells: tuple[int, ...]
    declared: str = ""
    why: tuple[str, ...] = ()


@dataclass(frozen=True)
class Conflict:
    """Two declared tasks that would have to be one. An error if running them apart cannot work,
    else a warning.
    """

    tasks: tuple[str, ...]
    cell: int
    why: str
    is_error: bool
    is_cycle: bool = False


@dataclass(frozen=True)
class Plan:
    """The tasks of a notebook, by groups of cells in the order of their first cells."""

    flow: Flow
    groups: tuple[Group, ...]
    orders: tuple[Order, ...]
    conflicts: tuple[Conflict, ...]
    astride: tuple[Astride, ...] = ()

    def group_of(self, cell: int) -> Group:
        return next(group for group in self.groups if cell in group.cells)

    def inputs(self, group: Group) -> dict[str, Group]:
        """For each name that comes from another task, that task."""
        own = set(group.cells)
        uses = [use for use in self.flow.uses if use.reader in own and use.source not in own]
        return {use.name: self.group_of(use.source) for use in sorted(uses, key=lambda u: u.name)}

    def outputs(self, group: Group) -> tuple[str, ...]:
        """The names that other tasks use as this one leaves them."""
        own = set(group.cells)
        uses = [use for use in self.flow.uses if use.source in own and use.reader not in own]
        return tuple(sorted({use.name for use in uses}))

    def may_be_missing(self, group: Group) -> tuple[str, ...]:
        """Those outputs that may not exist at the end: deleted, or bound on some paths only."""
        return tuple(name for name in self.outputs(group) if not self._surely_bound(group, name))

    def _surely_bound(self, group: Group, name: str) -> bool:
        for cell in reversed(group.cells):
            facts = self.flow.facts[cell]
            write = facts.writes.get(name)
            if facts.is_opaque or (write is not None and write.how in (How.MAYBE, How.DELETES)):
                return False
            if write is not None:
                return True
        return False

    def setup_before(self, group: Group) -> tuple[int, ...]:
        """The cells whose setup statements stand before the task's first cell."""
        return tuple(
            c for c in self.flow.facts if c < group.cells[0] and self.flow.setup.has_part(c)
        )

    def steps(self, group: Group) -> tuple[tuple[int, bool], ...]:
        """(cell, is its own) of what the task runs after that: its cells, and the setup of those
        between them.
        """
        first, last = group.cells[0], group.cells[-1]
        between = [c for c in self.flow.facts if first < c < last and c not in group.cells]
        setup = [(c, False) for c in between if self.flow.setup.has_part(c)]
        return tuple(sorted([*((c, True) for c in group.cells), *setup]))


def plan_tasks(
    flow: Flow,
    declared: Mapping[int, str] | None = None,
    after: Iterable[tuple[str, str]] = (),
    *,
    gates: Sequence[Gate] = (),
    fuse_chains: bool = True,
) -> Plan:
    """Which cells make which tasks. `declared` names the task of each cell that a person put into
    one; `after` are pairs (upstream, downstream) of such names. A gate that is no code cell becomes
    a task of its own.
    """
    planner = _Planner(flow, declared or {}, list(after), gates)
    planner.put_together_what_must()
    planner.keep_gates()
    if fuse_chains:
        planner.fuse_chains()
    return planner.plan()


@dataclass
class _Planner:
    flow: Flow
    declared: Mapping[int, str]
    after: list[tuple[str, str]]
    gates: Sequence[Gate] = ()
    owner: dict[int, int] = field(default_factory=dict)
    whys: dict[int, dict[str, None]] = field(default_factory=dict)
    conflicts: dict[tuple[str, ...], Conflict] = field(default_factory=dict)
    orders: list[Order] = field(default_factory=list)
    astride: list[Astride] = field(default_factory=list)

    def __post_init__(self) -> None:
        first_of: dict[str, int] = {}
        for cell in self.flow.work:
            name = self.declared.get(cell)
            self.owner[cell] = cell if name is None else first_of.setdefault(name, cell)
        for gate in self.gates:
            self.owner.setdefault(gate.cell, gate.cell)
        self.orders = list(self.flow.orders)

    # --- what must be together

    def put_together_what_must(self) -> None:
        for bond in self.flow.bonds:
            if not self._merge(bond.one, bond.other, bond.why, is_error=bond.is_certain):
                self.orders.append(
                    Order(bond.one, bond.other, "inferred", f"{bond.why.capitalize()}.")
                )
        while self._merge_cycle() or self._merge_versions():
            pass

    def _merge(self, one: int, other: int, why: str, *, is_error: bool) -> bool:
        """Put the tasks of two cells together, unless both are declared."""
        a, b = self.owner[one], self.owner[other]
        if a == b:
            return True
        names = sorted({self._name(a), self._name(b)} - {""})
        if len(names) > 1:
            self._conflict(tuple(names), other, why, is_error=is_error)
            return False
        kept, gone = min(a, b), max(a, b)
        self.owner = {cell: kept if o == gone else o for cell, o in self.owner.items()}
        self.whys.setdefault(kept, {}).update({**self.whys.pop(gone, {}), why: None})
        return True

    def _conflict(
        self, names: tuple[str, ...], cell: int, why: str, *, is_error: bool, is_cycle: bool = False
    ) -> None:
        known = self.conflicts.get(names)
        if known is None or (is_error and not known.is_error):
            self.conflicts[names] = Conflict(names, cell, why, is_error, is_cycle)

    def _name(self, owner: int) -> str:
        return next(
            (self.declared[c] for c, o in self.owner.items() if o == owner and c in self.declared),
            "",
        )

    def _links(self) -> Iterator[tuple[int, int, str]]:
        """(upstream, downstream, why) between tasks, each given by its owner."""
        for use in self.flow.uses:
            yield self.owner[use.source], self.owner[use.reader], use.why
        for order in self.orders:
            yield self.owner[order.before], self.owner[order.after], order.why
        of_name = {self._name(owner): owner for owner in set(self.owner.values())}
        for upstream, downstream in self.after:
            if upstream in of_name and downstream in of_name:
                yield (
                    of_name[upstream],
                    of_name[downstream],
                    f"`{downstream}` is declared to come after `{upstream}`.",
                )

    def _merge_cycle(self) -> bool:
        """Put one circle of tasks together; whether there was one that could be."""
        links = {(a, b): why for a, b, why in self._links() if a != b}
        for circle in _circles(links):
            if any(owner not in self.flow.facts for owner in circle):
                continue  # a question shares no kernel: the order of the tasks is found to be wrong
            names = tuple(sorted({self._name(owner) for owner in circle} - {""}))
            why = "each needs the other: " + " ".join(
                links[link] for link in _within(links, circle)[:2]
            )
            if len(names) > 1:
                self._conflict(names, min(circle), why, is_error=True, is_cycle=True)
                continue
            for owner in sorted(circle)[1:]:
                self._merge(min(circle), owner, why, is_error=True)
            return True
        return False

    def _merge_versions(self) -> bool:
        """Put together what would otherwise see the wrong version of a name; whether there was any
        such.
        """
        return any(self._merge_wrong_version(clash) for clash in list(self._clashes()))

    def _merge_wrong_version(self, clash: tuple[int, int, str]) -> bool:
        one, other, why = clash
        before = set(self.owner.values())
        self._merge(one, other, why, is_error=True)
        return before != set(self.owner.values())

    def _clashes(self) -> Iterator[tuple[int, int, str]]:
        for owner in sorted(set(self.owner.values())):
            own = sorted(cell for cell, o in self.owner.items() if o == owner)
            if len(own) > 1:
                yield from self._clashes_of(own)

    def _clashes_of(self, own: Sequence[int]) -> Iterator[tuple[int, int, str]]:
        coming = [use for use in self.flow.uses if use.reader in own and use.source not in own]
        for use in coming:
            if self._writes_before(own, use):
                yield use.source, use.reader, self._versions(use)
            if any(o.name == use.name and o.source < use.source for o in coming):
                yield use.source, use.reader, self._versions(use)
            if any(cell < use.source and self._reads_setup(cell, use.name) for cell in own):
                yield use.source, use.reader, self._versions(use)
            if self._comes_too_early(own, use):
                yield use.source, use.reader, self._too_early(use)
        for use in self.flow.uses:
            is_going = use.source in own and use.reader not in own
            if is_going and self._writes_between(own, use.source, own[-1] + 1, use.name):
                yield use.source, use.reader, self._versions(use)

    @staticmethod
    def _versions(use: Use) -> str:
        return (
            f"cell {use.reader} needs `{use.name}` as cell {use.source} leaves it, "
            "between two versions of one task"
        )

    def _comes_too_early(self, own: Sequence[int], use: Use) -> bool:
        """Whether the value is put in before setup has made the class or function it is of."""
        facts = self.flow.facts.get(use.source)  # none of a question, whose answer it is
        codes = facts.codes.get(use.name, ()) if facts else ()
        return any(own[0] <= c.cell and self.flow.setup.travels_by_name(c) for c in codes)

    @staticmethod
    def _too_early(use: Use) -> str:
        return (
            f"cell {use.reader} needs `{use.name}` of cell {use.source}, whose code is made "
            "between the cells of one task"
        )

    def _writes_before(self, own: Sequence[int], use: Use) -> bool:
        return self._writes_between(own, own[0] - 1, use.source, use.name)

    def _writes_between(self, own: Sequence[int], start: int, end: int, name: str) -> bool:
        """Whether the task has its own version of `name` from a cell after `start` and before
        `end`.
        """
        for cell, facts in self.flow.facts.items():
            if not start < cell < end or name not in facts.writes:
                continue
            is_setup_between = own[0] < cell < own[-1] and self.flow.setup.provides(cell, name)
            if cell in own or is_setup_between:
                return True
        return False

    def _reads_setup(self, cell: int, name: str) -> bool:
        """Whether the cell reads `name` as setup, or Python itself, gives it."""
        return name in self.flow.facts[cell].reads and self.flow.source_of(cell, name) is None

    # --- gates

    def keep_gates(self) -> None:
        """Put each gate between what stands above it and what stands below."""
        made: list[Order] = []
        before = list(self.orders)
        for gate in self.gates:
            cells: dict[int, list[int]] = {}
            for cell, owner in sorted(self.owner.items()):
                cells.setdefault(owner, []).append(cell)
            links = self._pairs()
            orders, astride = gate_orders(gate, self.owner[gate.cell], cells, links)
            made += orders
            self.orders = before + made
            self.astride += astride
        self.orders = before + without_detours(made, self.owner, self._pairs())

    def _pairs(self) -> set[tuple[int, int]]:
        return {(a, b) for a, b, _ in self._links() if a != b}

    # --- chains

    def fuse_chains(self) -> None:
        while self._fuse_one():
            pass

    def _fuse_one(self) -> bool:
        links = {(a, b) for a, b, _ in self._links() if a != b}
        for upstream, downstream in sorted(links):
            is_only = all(b == downstream for a, b in links if a == upstream)
            is_only = is_only and all(a == upstream for a, b in links if b == downstream)
            if is_only and not self._name(upstream) and not self._name(downstream):
                return self._merge(upstream, downstream, CHAIN, is_error=False)
        return False

    # --- the result

    def plan(self) -> Plan:
        groups = []
        for owner in sorted(set(self.owner.values())):
            cells = tuple(sorted(cell for cell, o in self.owner.items() if o == owner))
            groups.append(Group(cells, self._name(owner), tuple(self.whys.get(owner, {}))))
        groups.sort(key=lambda group: group.cells[0])
        conflicts, astride = tuple(self.conflicts.values()), tuple(self.astride)
        return Plan(self.flow, tuple(groups), tuple(self.orders), conflicts, astride)


def _circles(links: Iterable[tuple[int, int]]) -> list[set[int]]:
    """The strongly connected components of more than one node."""
    downstream: dict[int, set[int]] = {}
    for a, b in links:
        downstream.setdefault(a, set()).add(b)
        downstream.setdefault(b, set())
    reach = {node: _reachable(node, downstream) for node in downstream}
    circles: list[set[int]] = []
    for node in sorted(downstream):
        circle = {other for other in reach[node] if node in reach[other]}
        if len(circle) > 1 and circle not in circles:
            circles.append(circle)
    return circles


def _reachable(node: int, downstream: Mapping[int, set[int]]) -> set[int]:
    found: set[int] = set()
    todo = [node]
    while todo:
        for other in downstream[todo.pop()] - found:
            found.add(other)
            todo.append(other)
    return found


def _within(links: Iterable[tuple[int, int]], circle: set[int]) -> list[tuple[int, int]]:
    return [(a, b) for a, b in links if a in circle and b in circle]


# --- edges between tasks --------------------------------------------------------------------------


def task_edges(
    plan: Plan, names: Mapping[Group, str], after: Iterable[tuple[str, str]]
) -> list[Edge]:
    """The edges of the DAG: declared ones first, then one for each pair of tasks and kind of
    finding.
    """
    edges = [Edge(a, b, "declared", why="Declared.") for a, b in dict.fromkeys(after)]
    found: dict[tuple[str, str, EdgeKind], tuple[dict[str, None], list[str]]] = {}
    for one, other, kind, name, why in _findings(plan):
        upstream, downstream = names[plan.group_of(one)], names[plan.group_of(other)]
        if upstream != downstream:
            carried, whys = found.setdefault((upstream, downstream, kind), ({}, []))
            carried.update({name: None} if name else {})
            whys += [why] if why not in whys else []
    order = {kind: i for i, kind in enumerate(_MOST_CERTAIN)}
    for (a, b, kind), (carried, whys) in sorted(found.items(), key=lambda item: order[item[0][2]]):
        edges.append(Edge(a, b, kind, tuple(carried), " ".join(whys[:3])))
    return _without_echoes(edges)


def _findings(plan: Plan) -> Iterator[tuple[int, int, EdgeKind, str, str]]:
    for use in plan.flow.uses:
        yield use.source, use.reader, use.kind, use.name, use.why
    for order in plan.orders:
        yield order.before, order.after, order.kind, "", order.why


def _without_echoes(edges: list[Edge]) -> list[Edge]:
    """Leave out a bare `unknown` edge where another one already says more about the same
    two tasks.
    """
    told = {(edge.upstream, edge.downstream) for edge in edges if edge.kind != "unknown"}
    return [
        e for e in edges if e.kind != "unknown" or e.names or (e.upstream, e.downstream) not in told
    ]


# --- names ----------------------------------------------------------------------------------------


def name_tasks(plan: Plan, headings: Mapping[int, str]) -> dict[Group, str]:
    """An id for each task: declared, else the nearest heading above its first cell, else what it
    defines.
    """
    names = {group: group.declared for group in plan.groups if group.declared}
    for group in plan.groups:
        if not group.declared:
            heading = slug(headings.get(group.cells[0], ""))
            names[group] = unused(_candidates(plan, group, heading), set(names.values()))
    return names


def _candidates(plan: Plan, group: Group, heading: str) -> list[str]:
    defined = [*plan.outputs(group), *_bound_by(plan, group)]
    by_name = [slug(name) for name in defined if slug(name)]
    together = [f"{heading}_{by_name[0]}"] if heading and by_name else []
    return [name for name in (heading, *by_name[:1], *together, f"cell_{group.cells[0]}") if name]


def _bound_by(plan: Plan, group: Group) -> list[str]:
    return [
        name
        for cell in group.cells
        for name, write in plan.flow.facts[cell].writes.items()
        if write.how is How.BINDS and not name.startswith("_")
    ]


def unused(candidates: Sequence[str], used: Collection[str]) -> str:
    """The first of the candidates that is not used, else the first with a number."""
    for name in candidates:
        if name not in used:
            return name
    return next(
        name for n in range(2, len(used) + 3) if (name := f"{candidates[0]}_{n}") not in used
    )


def slug(text: str, limit: int = 40) -> str:
    """`## 1. Load the data` -> load_the_data: letters, digits and underscores, no number
    in front.
    """
    plain = unicodedata.normalize("NFKD", text)
    plain = "".join(each for each in plain if not unicodedata.combining(each)).lower()
    words = re.findall(r"\w+", re.sub(r"<[^>]+>|`|\(http[^)]*\)", " ", plain))
    while len(words) > 1 and words[0].isdigit():
        words = words[1:]
    return "_".join(words)[:limit].strip("_")
