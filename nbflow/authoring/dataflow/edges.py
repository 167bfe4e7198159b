"""Between cells: which cell's value another one uses, what must come before what, and which cells
must share a kernel.

Notebook order makes versions of every name: a cell uses the version of the last cell before it that
wrote the name. Three kinds of finding: a `Use` (a value travels), an `Order` (something outside the
names), a `Bond` (what is shared cannot be sent).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import combinations, takewhile
from pathlib import PurePosixPath

from nbflow.authoring.dataflow.cells import CellReader
from nbflow.authoring.dataflow.facts import (
    AMBIENT,
    CLOCK,
    MODULE,
    NETWORK,
    PLOTS,
    RANDOM,
    CellFacts,
    FileUse,
    How,
    Mode,
    Mutation,
    Read,
    Touch,
)
from nbflow.authoring.dataflow.heap import by_number
from nbflow.authoring.dataflow.machine import BUILTIN_NAMES
from nbflow.authoring.dataflow.setup import Setup, find_setup
from nbflow.authoring.dataflow.source import CellSource
from nbflow.core.dag import EdgeKind

_CHANGES_FOLDER = re.compile(r"chdir|%cd\b|^cd |pushd|popd", re.MULTILINE)
_OTHER_BACKEND = re.compile(
    r"%matplotlib (?!inline)\S|close_figures|matplotlib\.use\(|switch_backend|plt\.ion\(|MPLBACKEND"
)


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
class Flow:
    """All there is to know about the dataflow of a notebook. `work` are the cells that are more
    than setup.
    """

    sources: Mapping[int, CellSource]
    facts: Mapping[int, CellFacts]
    setup: Setup
    work: tuple[int, ...]
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


def read_cells(
    sources: Iterable[CellSource], stateless: Sequence[str] = ()
) -> tuple[dict[int, CellFacts], CellReader]:
    """The facts about each cell, read in notebook order, and the reader, which knows all things
    they make.
    """
    reader = CellReader(stateless)
    return {source.index: reader.read(source) for source in sources}, reader


def find_flow(
    sources: Sequence[CellSource],
    *,
    forced_setup: Sequence[int] = (),
    declared: Sequence[int] = (),
    stateless: Sequence[str] = (),
    stuck: Mapping[tuple[int, str], str] | None = None,
) -> Flow:
    """The dataflow of a notebook, given its code cells in order (those to be skipped left out).

    `forced_setup` are cells declared to be setup, `declared` cells that are tasks even if they look
    like setup. `stuck` says why the value of a name cannot be sent, as a cell left it in a run.
    """
    code = [source for source in sources if not source.is_empty]
    facts, reader = read_cells(code, stateless)
    setup = find_setup(facts, reader.heap, forced_setup)
    last = max((index for index, found in facts.items() if found.shows_history), default=-1)
    counted = [index for index in facts if index <= last]
    work = tuple(_work(facts, setup, [*declared, *counted]))
    by_index = {source.index: source for source in code}
    return _Finder(by_index, facts, setup, work, stuck or {}).find()


def _work(facts: Mapping[int, CellFacts], setup: Setup, declared: Sequence[int]) -> Iterator[int]:
    """The cells that are more than setup. After others, `import *` is: it may hide their names."""
    has_begun = False
    for index, found in facts.items():
        if index in declared or not setup.is_whole(index) or (found.has_star and has_begun):
            has_begun = True
            yield index


@dataclass
class _Finder:
    """Works out the flow step by step; each step adds to the lists."""

    sources: Mapping[int, CellSource]
    facts: Mapping[int, CellFacts]
    setup: Setup
    work: tuple[int, ...]
    stuck: Mapping[tuple[int, str], str]
    uses: dict[tuple[int, str], Use] = field(default_factory=dict)
    orders: list[Order] = field(default_factory=list)
    bonds: list[Bond] = field(default_factory=list)
    missing: list[Missing] = field(default_factory=list)

    def find(self) -> Flow:
        self._trace_reads()
        self._bond_what_cannot_travel()
        self._bond_what_did_not_travel()
        self._bond_aliases()
        self._bond_what_is_asked_about_itself()
        self._bond_history()
        self._bond_shared_state()
        self._order_files()
        self._order_network()
        self._order_clock()
        self._order_obstacles()
        return Flow(
            self.sources,
            self.facts,
            self.setup,
            self.work,
            tuple(self.uses.values()),
            tuple(dict.fromkeys(self.orders)),
            tuple(dict.fromkeys(self.bonds)),
            tuple(self.missing),
        )

    # --- names

    def _trace_reads(self) -> None:
        """Follow each read to the last write before it, and on through cells where the old value
        may pass.
        """
        for cell in self.work:
            for name, read in self.facts[cell].reads.items():
                self._trace(cell, name, read)

    def _trace(self, cell: int, name: str, read: Read | None) -> None:
        while (cell, name) not in self.uses:
            source = self._last_writer(cell, name)
            if source is None:
                self._note_missing(cell, name, read)
                return
            self.uses[cell, name] = Use(
                source,
                cell,
                name,
                self._kind(source, cell, name, read),
                self._why(source, cell, name, read),
            )
            if not self._passes_through(source, name):
                return
            cell, read = source, None

    def _last_writer(self, cell: int, name: str) -> int | None:
        """The last cell of work before `cell` that may have written `name`; None if setup has the
        last word.
        """
        for index in reversed([i for i in self.facts if i < cell]):
            facts = self.facts[index]
            if name in facts.writes and self.setup.provides(index, name):
                return None
            is_work = index in self.work
            if is_work and (name in facts.writes or facts.is_opaque):
                return index
            if is_work and facts.has_star and self._is_work_before(index, name):
                return index
        return None

    def _is_work_before(self, cell: int, name: str) -> bool:
        return any(
            name in self.facts[i].writes and not self.setup.provides(i, name)
            for i in self.work
            if i < cell
        )

    def _passes_through(self, source: int, name: str) -> bool:
        facts = self.facts[source]
        write = facts.writes.get(name)
        if name in facts.reads:
            return False  # traced as a read of its own
        return write is None or write.how in (How.MAYBE, How.MUTATES)

    def _note_missing(self, cell: int, name: str, read: Read | None) -> None:
        facts = self.facts[cell]
        is_set = name in BUILTIN_NAMES or name in facts.writes
        is_set = is_set or any(name in f.writes for i, f in self.facts.items() if i < cell)
        has_star = any(f.has_star for i, f in self.facts.items() if i <= cell)
        if read is not None and not is_set and not has_star:
            self.missing.append(Missing(cell, read.line, name))

    def _kind(self, source: int, cell: int, name: str, read: Read | None) -> EdgeKind:
        if self.facts[source].is_opaque or self.facts[cell].is_opaque:
            return "unknown"
        write = self.facts[source].writes.get(name)
        is_certain = write is not None and write.how is How.BINDS
        return "certain" if is_certain and read is not None and not read.through else "inferred"

    def _why(self, source: int, cell: int, name: str, read: Read | None) -> str:
        write = self.facts[source].writes.get(name)
        where = f" in line {write.line}" if write is not None and write.line else ""
        did = {
            How.BINDS: "defines",
            How.MAYBE: "may define",
            How.MUTATES: "may change",
            How.DELETES: "deletes",
        }
        if write is None or self.facts[source].is_opaque:
            made = f"cell {source} may change: it {self._obstacle(source)}"
        else:
            how = f" ({write.why})" if write.how is How.MUTATES and write.why else ""
            made = f"cell {source} {did[write.how]}{where}{how}"
        return f"{_reads(cell, name, read)}, which {made}."

    def _obstacle(self, cell: int) -> str:
        found = self.facts[cell].obstacles
        return found[0].why if found else "imports names that are not listed"

    # --- what cannot be sent

    def _bond_what_cannot_travel(self) -> None:
        for use in list(self.uses.values()):
            why = self.facts[use.source].stuck.get(use.name) or self._why_code_stays(use)
            if why:
                line = self.facts[use.source].writes[use.name].line
                self._bond(
                    use.source,
                    use.reader,
                    f"`{use.name}` (cell {use.source}, line {line}) is or holds {why}, "
                    "which cannot be sent to another kernel",
                    is_certain=bool(self.facts[use.source].stuck.get(use.name)),
                )

    def _bond_what_did_not_travel(self) -> None:
        """What a run has shown. Tasks that a person declared stay apart all the same."""
        for use in list(self.uses.values()):
            why = self.stuck.get((use.source, use.name))
            if why:
                self._bond(
                    use.source,
                    use.reader,
                    f"`{use.name}` of cell {use.source} could not be sent to another kernel when "
                    f"it ran: it is or holds {why}",
                )

    def _why_code_stays(self, use: Use) -> str:
        codes = self.facts[use.source].codes.get(use.name, frozenset())
        named = [code for code in codes if self.setup.travels_by_name(code)]
        # Methods are found in their class.
        codes -= {method for code in named for method in code.methods.values()}
        reasons = (self.setup.why_code_stays(code) for code in sorted(codes, key=by_number))
        return next((reason for reason in reasons if reason), "")

    def _bond_aliases(self) -> None:
        """Where a cell changes an object that several names may stand for, and more than one of
        them matters, copies will not do.
        """
        needed: dict[int, set[str]] = {}
        for use in self.uses.values():
            needed.setdefault(use.source, set()).add(use.name)
        for cell in self.work:
            facts = self.facts[cell]
            for mutation in facts.mutations:
                matter = mutation.names & (set(facts.reads) | needed.get(cell, set()))
                if len(matter) > 1:
                    self._bond_mutation(cell, mutation, sorted(matter))

    def _bond_mutation(self, cell: int, mutation: Mutation, names: list[str]) -> None:
        shown = " and ".join(f"`{name}`" for name in names[:3])
        for other in sorted(mutation.linked_in & set(self.work)):
            why = (
                f"{shown} may be one object, "
                f"which cell {cell} changes (line {mutation.line}: {mutation.why})"
            )
            self._bond(other, cell, why)

    def _bond_what_is_asked_about_itself(self) -> None:
        """Where a cell asks about an object what only holds of the very object, no copy will do."""
        for reader in self.work:
            for asked in self.facts[reader].asked:
                why = f"cell {reader} {asked.why}, and a copy of `{asked.name}` answers otherwise"
                for other in sorted(asked.linked_in & set(self.work)):
                    self._bond(other, reader, why)
                cell, use = reader, self.uses.get((reader, asked.name))
                while use is not None:
                    self._bond(use.source, cell, why)
                    cell = use.source
                    goes_on = self._changes(cell, asked.name)
                    use = self.uses.get((cell, asked.name)) if goes_on else None

    def _changes(self, cell: int, name: str) -> bool:
        """Whether the cell leaves the object that the name stood for before, or may do so."""
        write = self.facts[cell].writes.get(name)
        return write is None or write.how in (How.MAYBE, How.MUTATES)

    def _bond_history(self) -> None:
        for cell in self.work:
            if self.facts[cell].shows_history:
                why = next(o.why for o in self.facts[cell].obstacles if o.history)
                for earlier in self.work:
                    if earlier < cell:
                        self._bond(earlier, cell, f"cell {cell} {why}")

    # --- state of the process

    def _bond_shared_state(self) -> None:
        for cell in self.work:
            if self._settings(cell):
                touch = self._settings(cell)[0]
                self._bond_with_all_later(cell, touch.why)
        modules = sorted({t.resource for _, t in self._touches() if t.resource.startswith(MODULE)})
        for module in modules:
            self._bond_module(module)
        self._bond_series(PLOTS, "the figure being drawn lives in one kernel")
        if any(_is_of(t, RANDOM) and t.mode is Mode.RESET for _, t in self._touches()):
            self._bond_series(
                RANDOM, "random numbers are drawn one after the other", from_reset=True
            )

    def _touches(self) -> Iterator[tuple[int, Touch]]:
        """What cells of work touch, setup statements left out: those run in every kernel."""
        for cell in self.work:
            for touch in self.facts[cell].touches:
                if (cell, touch.statement) not in self.setup.statements:
                    yield cell, touch

    def _touches_of(self, cell: int, resource: str) -> list[Touch]:
        return [t for c, t in self._touches() if c == cell and _is_of(t, resource)]

    def _settings(self, cell: int) -> list[Touch]:
        if self.facts[cell].is_opaque:
            obstacle = next(o for o in self.facts[cell].obstacles if o.names)
            return [Touch(AMBIENT, Mode.WRITE, obstacle.line, obstacle.why)]
        return [t for t in self._touches_of(cell, AMBIENT) if t.mode is not Mode.READ]

    def _bond_with_all_later(self, cell: int, why: str) -> None:
        for later in self.work:
            if later > cell:
                self._bond(
                    cell, later, f"cell {cell} {why}: what that sets is not seen in another kernel"
                )

    def _bond_module(self, module: str) -> None:
        """A module that one cell changed, or whose hidden state it may have changed, must be the
        same one afterwards.
        """
        changed: int | None = None
        for cell in self.work:
            touches = self._touches_of(cell, module)
            if touches and changed is not None:
                self._bond(changed, cell, f"cell {changed} {self._change_of(changed, module)}")
            if any(touch.mode is not Mode.READ for touch in touches):
                changed = cell

    def _change_of(self, cell: int, module: str) -> str:
        writes = [t for t in self._touches_of(cell, module) if t.mode is Mode.WRITE]
        return f"{writes[0].why} (line {writes[0].line})"

    def _bond_series(self, resource: str, why: str, *, from_reset: bool = False) -> None:
        """Each cell goes on where the one before left off, unless it starts anew."""
        previous: int | None = None
        begun: set[str] = set()
        for cell in self.work:
            touches = self._touches_of(cell, resource)
            if not touches:
                continue
            goes_on = resource == PLOTS and self._figures_persist
            resets = {t.resource for t in takewhile(_starts_anew, touches)}
            starts_anew = bool(resets) and begun <= resets and not goes_on
            # Seeding one library leaves the numbers of another where they were.
            begins = {t.resource for t in touches if _starts_anew(t)}
            begun |= begins
            if previous is not None and not starts_anew:
                self._bond(
                    previous, cell, f"{why}: cell {cell} {touches[0].why} (line {touches[0].line})"
                )
            if previous is not None or begins or not from_reset:
                previous = cell

    @cached_property
    def _figures_persist(self) -> bool:
        """Whether a figure may go on being drawn in the next cell: not with the inline backend,
        which kernels start with.
        """
        return any(_OTHER_BACKEND.search(source.text) for source in self.sources.values())

    def _bond(self, one: int, other: int, why: str, *, is_certain: bool = False) -> None:
        if one != other:
            self.bonds.append(Bond(min(one, other), max(one, other), why, is_certain))

    # --- the outside

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
        users = [(cell, t) for cell, t in self._touches() if t.resource == NETWORK]
        for (one, a), (other, b) in combinations(users, 2):
            if one != other and Mode.WRITE in (a.mode, b.mode):
                why = _both(other, b, one, a)
                self.orders.append(Order(one, other, "inferred", why))

    def _order_clock(self) -> None:
        """A cell that measures the time since another one comes after all between them, and these
        after the first.
        """
        timers = {cell for cell, touch in self._touches() if touch.resource == CLOCK}
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


def _is_of(touch: Touch, resource: str) -> bool:
    return touch.resource == resource or touch.resource.startswith(f"{resource}:")


def _starts_anew(touch: Touch) -> bool:
    return touch.mode in (Mode.RESET, Mode.START)


def _both(cell: int, use: FileUse | Touch, before: int, earlier: FileUse | Touch) -> str:
    return (
        f"Cell {cell} {use.why} (line {use.line}), "
        f"and cell {before} {earlier.why} (line {earlier.line})."
    )


def _reads(cell: int, name: str, read: Read | None) -> str:
    if read is None:
        return f"Cell {cell} hands on `{name}`"
    through = f", through `{read.through}`," if read.through else ""
    return f"Cell {cell} reads `{name}`{through} in line {read.line}"


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
