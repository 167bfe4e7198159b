"""The machine that a cell is read on: names, things, and the few primitive effects everything else
is made of.

It records what happens as facts about the cell. Syntax is `cells.py`'s, what a call does
`calls.py`'s.
"""

from __future__ import annotations

import builtins
from abc import ABC, abstractmethod
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace

from nbflow.authoring.dataflow.classes import is_record, method_of
from nbflow.authoring.dataflow.facts import (
    AMBIENT,
    MODULE,
    Asked,
    CellFacts,
    FileUse,
    How,
    Mode,
    Mutation,
    Obstacle,
    Read,
    Statement,
    Touch,
    Write,
)
from nbflow.authoring.dataflow.heap import (
    GENERATOR_EXPRESSION,
    SCALAR,
    Code,
    Heap,
    Kind,
    Site,
    Value,
    by_number,
    join,
)
from nbflow.authoring.dataflow.knowledge import known_function
from nbflow.authoring.dataflow.libraries import DATASETS, UNCHANGING, belongs_to_module
from nbflow.authoring.dataflow.namespace import (
    Names,
    Scope,
    Slot,
    State,
    fresh_cell,
    join_names,
    values_in,
)
from nbflow.authoring.dataflow.syntax import may_store

BUILTIN_NAMES = frozenset(dir(builtins)) | {
    "get_ipython",
    "display",
    "__name__",
    "__file__",
    "__doc__",
}
HISTORY_NAMES = frozenset(
    "In Out _ __ ___ _i _ii _iii _ih _oh _dh _exit_code __annotations__".split()
)


@dataclass(frozen=True)
class Link:
    """In `cell`, more than one name came to reach `sites`: from here on they must not be sent
    apart.
    """

    cell: int
    sites: frozenset[Site]


class Machine(ABC):
    """Names and things across the cells of one notebook, and the facts about the cell
    being read.
    """

    def __init__(self, stateless: Collection[str] = ()) -> None:
        self.heap = Heap()
        self.stateless = frozenset(stateless)
        self.names: Names = {}
        self.links: dict[Link, None] = {}
        self.stars: list[str] = []
        self.has_written = False  # a file, in any cell so far
        self.rows = ""  # why rows of a database cannot be sent, once that is so
        self.facts = CellFacts(-1)
        self.scopes: list[Scope] = []
        self.statement: Statement | None = None
        self.calls: list[str] = []
        self.running: list[Code] = []
        self.context: tuple[object, ...] = ()
        self.line = 0
        self._trails: list[dict[tuple[int, str], Value]] = []
        self._mutated: dict[str, tuple[int, str]] = {}
        self.version = 0
        self._versions = 0

    # --- cells

    def begin(self, index: int) -> None:
        """From here on, facts are about the cell at `index`."""
        self.facts = CellFacts(index)
        self.names = fresh_cell(self.names)
        self._mutated = {}

    def finish(self) -> CellFacts:
        """The facts about the cell, now that its end is reached."""
        for name, (line, why) in self._mutated.items():
            self.facts.writes[name] = Write(How.MUTATES, line, why)
        for name, slot in self.names.items():
            if slot.bound:
                self.facts.writes[name] = Write(_how(slot), slot.line)
        for name, value in values_in(self.names):
            if name in self.facts.writes:
                self.facts.stuck[name] = self.heap.stuck(value) or _is_imported(value)
                self.facts.codes[name] = frozenset(self.heap.codes(value))
        return self.facts

    @property
    def cell(self) -> int:
        return self.facts.index

    # --- names

    @property
    def scope(self) -> Scope | None:
        return self.scopes[-1] if self.scopes else None

    def load(self, name: str, *, runs_code: bool = True) -> Value:
        """The value of `name`, read here. With `runs_code`, whatever code it carries may run."""
        local = self._local(name)
        value = local if local is not None else self._load_global(name)
        for module in sorted(self.heap.modules(value)):
            self.touch(MODULE + module, Mode.WRITE, f"uses what came from `{module}`")
        if value.path:
            top = value.path.partition(".")[0]
            self.touch(MODULE + top, Mode.READ, f"uses `{top}`")
        if runs_code:
            self.mention(value)
        return value

    def _local(self, name: str) -> Value | None:
        is_running = True
        for i, scope in enumerate(reversed(self.scopes)):
            if name in scope.global_names:
                return None
            if is_running and name in scope.names:
                return scope.names[name].value or SCALAR
            # A scope further out may have moved on, or be finished: any value it ever gave the
            # name.
            if name in scope.captured and not (scope.is_class and i > 0):
                return scope.captured[name]
            is_running = is_running and not scope.takes_walrus
        return None

    def _load_global(self, name: str) -> Value:
        if self.statement is not None:
            self.statement.loads.add(name)
        slot = self.names.get(name)
        if slot is not None:
            if not slot.own:
                self._read(name)
            if slot.value is not None:
                return slot.value
        if name in HISTORY_NAMES or _is_numbered_history(name):
            why = f"reads `{name}`, which Jupyter sets from the cells that ran before"
            self.obstacle(why, history=True)
        if name in BUILTIN_NAMES and all(known_function(star) for star in self.stars):
            return Value(kind=Kind.IMPORTED, path=f"builtins.{name}")
        if self.stars and slot is None:
            return Value(kind=Kind.IMPORTED, path=self._from_star(name))
        self._read(name)
        return self._undefined(name)

    def _from_star(self, name: str) -> str:
        """Where `name` comes from if nothing here defines it; with several `import *`, nobody
        knows.
        """
        return f"{self.stars[0] if len(self.stars) == 1 else '*'}.{name}"

    def _undefined(self, name: str) -> Value:
        """What a name stands for that no cell is seen to define: one thing nothing is known of."""
        value = Value(frozenset({("undefined", name)}))
        self.names.setdefault(name, Slot(value))
        return value

    def _read(self, name: str) -> None:
        through = self.calls[-1] if self.calls else ""
        known = self.facts.reads.get(name)
        if known is None or (known.through and not through):
            self.facts.reads[name] = Read(self.line, through)

    def read_all(self) -> None:
        """Any name there is may be read here."""
        for name in list(self.names):
            self.load(name)
        self.note_effect()

    def bind(self, name: str, value: Value, *, weakly: bool = False) -> None:
        """`name` stands for `value` from here on; `weakly`, it may also stand for what it did."""
        scope = self._scope_to_bind(name)
        if scope is None:
            self._bind_global(name, value, weakly=weakly or bool(self.calls))
            return
        known = scope.captured.get(name)
        scope.captured[name] = value if known is None else join((known, value))
        if scope.closures and scope.captured[name] != known:
            self.heap.revision += 1
        self._tell_closures(scope, value)
        before = scope.names.get(name)
        if weakly and before is not None and before.value is not None:
            value = join((before.value, value))
        scope.names[name] = Slot(value, own=True, bound=True)
        self._trail(id(scope), name, value)

    def _tell_closures(self, scope: Scope, value: Value) -> None:
        """Functions that close over the scope see the new value; from inside, they change."""
        self.heap.put(scope.closures, value, keep=True)
        running = next((each for each in reversed(self.scopes) if each.takes_walrus), None)
        if scope is not running and scope.closures:
            self.mutate(Value(frozenset(scope.closures)), "changes what it remembers")

    def _scope_to_bind(self, name: str) -> Scope | None:
        for scope in reversed(self.scopes):
            if name in scope.global_names:
                return None
            if scope.is_class or name in scope.local_names or name in scope.names:
                return scope
        return None

    def _bind_global(self, name: str, value: Value, *, weakly: bool) -> None:
        before = self.names.get(name)
        self._let_go(name, before)
        own = not weakly or (before is not None and before.own)
        if weakly and before is not None and before.value is not None:
            value = join((before.value, value))
        after = Slot(value, own=own, bound=True, line=self.line)
        if before is None or replace(before, line=0) != replace(after, line=0):
            self._renew()
        self.names[name] = after
        if self.statement is not None:
            self.statement.binds.add(name)
        self._trail(0, name, value)
        self._link(self._shared_with_others(name, value))

    def _let_go(self, name: str, slot: Slot | None) -> None:
        """What `name` stood for may end here, and say so."""
        if slot is None or slot.own or slot.value is None or slot.value.kind is Kind.CODE:
            return
        ending = [code for code in self.heap.codes(slot.value) if method_of(code, "__del__")]
        if ending:
            self._read(name)
            self.mention(slot.value)
            self.note_effect()

    def _shared_with_others(self, name: str, value: Value) -> set[Site]:
        reached = self.heap.reach(value.roots)
        shared: set[Site] = set()
        for other, known in values_in(self.names) if reached else ():
            if other != name:
                shared |= reached & self.heap.reach(known.roots)
        return shared

    def _link(self, sites: Iterable[Site]) -> None:
        link = Link(self.cell, frozenset(sites))
        if link.sites:
            self.links.setdefault(link)

    def unbind(self, name: str) -> None:
        """`del name`."""
        scope = self._scope_to_bind(name)
        if scope is not None:
            scope.names.pop(name, None)
            return
        self._bind_global(name, SCALAR, weakly=bool(self.calls))
        if not self.calls:
            self.names[name] = Slot(None, own=True, bound=True, line=self.line)
            self._renew()

    def _renew(self) -> None:
        """What the names stand for is now different from whatever was seen before."""
        self._versions += 1
        self.version = self._versions

    # --- branches

    def snapshot(self) -> State:
        local = dict(self.scope.names) if self.scope else {}
        return State(dict(self.names), local, self.version)

    def restore(self, state: State) -> None:
        self.names, self.version = dict(state.names), state.version
        if self.scope:
            self.scope.names = dict(state.local)

    def merge(self, states: Sequence[State]) -> None:
        """Go on from wherever any of `states` leads."""
        self.names = join_names(state.names for state in states)
        self.version = states[0].version
        if any(state.version != self.version for state in states):
            self._renew()
        if self.scope:
            self.scope.names = join_names(state.local for state in states)

    def start_trail(self) -> None:
        """From here on, remember every value that any name gets: an exception may come at any
        point.
        """
        self._trails.append({})

    def end_trail(self, before: State) -> State:
        """The state that an exception may leave behind, at whatever point since `start_trail`."""
        trail = self._trails.pop()
        changed = any(scope_id == 0 for scope_id, _ in trail)
        version = before.version if not changed else self._versions + 1
        self._versions += changed
        state = State(dict(before.names), dict(before.local), version)
        for (scope_id, name), value in trail.items():
            names = state.names if scope_id == 0 else state.local
            if scope_id in (0, id(self.scope)):
                slot = names.get(name)
                old = [] if slot is None or slot.value is None else [slot.value]
                own = slot is not None and slot.own
                names[name] = Slot(join([*old, value]), own=own, bound=True, line=self.line)
        return state

    def _trail(self, scope_id: int, name: str, value: Value) -> None:
        for trail in self._trails:
            old = trail.get((scope_id, name))
            trail[scope_id, name] = value if old is None else join((old, value))

    # --- things

    def new(self, place: object, *, kind: Kind = Kind.UNKNOWN, stuck: str = "") -> Value:
        """A thing made here; the same one when the same place is come to again on the same way."""
        site: Site = (self.cell, self.context, place)
        self.heap.mark(site, stuck=stuck)
        self.heap.thing(site).is_lazy |= kind is Kind.LAZY
        if self.statement is not None:
            self.statement.sites.add(site)
        return Value(frozenset({site}), kind)

    def store(self, target: Value, value: Value, *, keep: bool = False) -> None:
        """`value` is put into `target`."""
        before = self.heap.revision
        self.heap.put(target.roots, value, keep=keep)
        if self.heap.revision != before:
            self._link(self._shared_with_others("", value))

    def mutate(self, value: Value, why: str, *, deep: bool = False, owned: bool = False) -> None:
        """The thing that `value` is may be changed here; `deep`, also what it reaches; `owned`,
        what belongs to it.
        """
        if value.path:
            self._mutate_import(value.path, why)
            return
        sites = value.roots
        if deep or owned:
            reached = self.heap.reach(sites, owned=not deep)
            sites = frozenset(site for site in reached if not self.heap.is_code(site))
        if not sites:
            return
        for site in sites:
            self._change(site, why)
        names = frozenset(name for name in self._names_reaching(sites) if not self.names[name].own)
        if names:
            self.note_effect()
        found = Mutation(names, self.line, why, self._linked_in(sites))
        if names and found not in self.facts.mutations:
            self.facts.mutations.append(found)
            self.heap.revision += 1
        for name in names:
            self._mutated.setdefault(name, (self.line, why))

    def compare_identity(self, values: Sequence[Value], text: str) -> None:
        """Copies in another kernel are never identical: what is compared must stay together.

        Functions and classes are the same in every kernel, or stay in one anyway.
        """
        sites = [{s for s in value.roots if not self.heap.is_code(s)} for value in values]
        objects = [v for v, own in zip(values, sites, strict=True) if own and not v.path]
        if len(objects) > 1:
            self.mutate(join(objects), f"compares the identity in `{text}`")

    def need_itself(self, value: Value, why: str) -> None:
        """It matters here that `value` is the object it was made as: a copy would answer
        otherwise.
        """
        names = [name for name in self._names_reaching(value.roots) if not self.names[name].own]
        linked_in = self._linked_in(value.roots)
        for name in names:
            if name in self.facts.reads:
                self.ask(Asked(name, why, linked_in))

    def ask(self, asked: Asked) -> None:
        if asked not in self.facts.asked:
            self.facts.asked.append(asked)
            self.note_effect()

    def _linked_in(self, sites: frozenset[Site]) -> frozenset[int]:
        """The other cells in which more than one name came to reach `sites`."""
        return frozenset(
            link.cell for link in self.links if link.sites & sites and link.cell != self.cell
        )

    def _change(self, site: Site, why: str) -> None:
        thing = self.heap.thing(site)
        thing.is_mutated = True
        for path, writes in sorted(thing.files, key=repr):
            self.use_file(path, writes=writes, why=why)

    def _mutate_import(self, path: str, why: str) -> None:
        top = path.partition(".")[0]
        if top in UNCHANGING and path != top:
            return
        self.touch(MODULE + top, Mode.WRITE, why)
        if top not in DATASETS:
            self.touch(AMBIENT, Mode.WRITE, why)

    def _names_reaching(self, sites: frozenset[Site]) -> list[str]:
        return [
            name for name, value in values_in(self.names) if self.heap.reach(value.roots) & sites
        ]

    def consume(self, value: Value) -> None:
        """`value` is iterated over, which uses up an iterator."""
        if value.kind is Kind.LAZY:
            runs_code = any(may_store(code.node) for code in self._run_by_reading(value))
            self.mutate(self._iterators_in(value), "uses up an iterator", owned=runs_code)
        elif value.kind is Kind.OBJECT:
            self.mutate(value, "goes through an object", owned=True)
        elif value.kind is Kind.UNKNOWN and not _is_record(value):
            self.mutate(value, "goes through what may be an iterator", owned=True)

    def _run_by_reading(self, value: Value) -> set[Code]:
        """Code that gets arguments as the iterator is read: of generators, and passed to `map`.

        Generator expressions are not among them: they name all they use.
        """
        things = [self.heap.thing(site) for site in value.roots]
        held = [self.heap.thing(site) for each in things for site in each.holds | each.keeps]
        codes = {code for thing in (*things, *held) for code in thing.codes}
        return {code for code in codes if code.name != GENERATOR_EXPRESSION}

    def _iterators_in(self, value: Value) -> Value:
        """`value` and the iterators it draws from."""
        inside = {site for site in self.heap.reach(value.roots) if self.heap.thing(site).is_lazy}
        return replace(value, roots=value.roots | inside)

    def imported(self, path: str) -> Value:
        """What has the dotted name `path`."""
        site: Site = ("import", path)
        if belongs_to_module(path):
            self.heap.mark(site, stuck=f"`{path}`, which belongs to its module")
        return Value(frozenset({site}), Kind.IMPORTED, path)

    # --- what lies outside the names

    def touch(self, resource: str, mode: Mode, why: str) -> None:
        if resource.startswith(MODULE) and mode is Mode.READ:
            known = Touch(resource, mode, self.line, why, self._statement_number)
        else:
            known = Touch(resource, mode, self.line, self._told(why), self._statement_number)
            if resource != AMBIENT and not resource.startswith(MODULE):
                self.note_effect()
        same = (known.resource, known.mode, known.statement)
        if all((t.resource, t.mode, t.statement) != same for t in self.facts.touches):
            self.facts.touches.append(known)
            self.heap.revision += 1

    @property
    def _statement_number(self) -> int:
        return len(self.facts.statements) - 1

    def use_file(self, path: str | None, *, writes: bool, why: str) -> None:
        self.note_effect()
        self.has_written |= writes
        use = FileUse(path, writes, self.line, self._told(why))
        if use not in self.facts.files:
            self.facts.files.append(use)
            self.heap.revision += 1

    def obstacle(self, why: str, *, names: bool = True, history: bool = False) -> None:
        """The cell cannot be followed any further: any name (with `names`) or anything outside may
        be read and changed. With `history` it shows what ran before it.
        """
        self.note_effect()
        self.has_written = True
        if names:
            for name, slot in list(self.names.items()):
                if not slot.own:
                    self._read(name)
        found = Obstacle(self._told(why), self.line, names, history)
        if all(known.why != found.why for known in self.facts.obstacles):
            self.facts.obstacles.append(found)
            self.heap.revision += 1

    def note_effect(self) -> None:
        """What goes on is more than a definition."""
        if self.statement is not None:
            self.statement.has_effects = True

    def _told(self, why: str) -> str:
        return f"calls `{self.calls[-1]}`, which {why}" if self.calls else why

    # --- code

    def mention(self, value: Value) -> Value:
        """All code that using `value` may run, may run here, with arguments nothing is known of;
        what it may return.
        """
        codes = self.heap.codes(value)
        return (
            join(self.may_run(code) for code in sorted(codes, key=by_number)) if codes else SCALAR
        )

    @abstractmethod
    def may_run(self, code: Code) -> Value:
        """Record what running `code` with unknown arguments does to everything else; its result."""


def _is_imported(value: Value) -> str:
    """Why something imported cannot be sent, where it is not known any more what it is."""
    is_known = bool(value.path) or value.kind not in (Kind.IMPORTED, Kind.UNKNOWN)
    modules = [str(site[1]) for site in value.roots if site[0] == "import"]
    outside = [name for name in modules if name.partition(".")[0] not in DATASETS]
    return "" if is_known or not outside else f"`{outside[0]}`, which belongs to its module"


def _is_record(value: Value) -> bool:
    return bool(value.classes) and all(is_record(code) for code in value.classes)


def _how(slot: Slot) -> How:
    if slot.value is None:
        return How.DELETES
    return How.BINDS if slot.own else How.MAYBE


def _is_numbered_history(name: str) -> bool:
    return name.startswith("_") and name.lstrip("_i").isdigit()
