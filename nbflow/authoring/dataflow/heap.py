"""What a name may stand for while cells are read without being run: values, and the mutable things
they reach.

A thing stands for all objects made at one place of the program. Links only ever grow, so everything
found here errs on one side: two names that could share an object are said to share it. Nothing here
knows Python's syntax or any library.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from enum import Enum

Site = tuple[object, ...]
"""Where a thing is made: the cell, the calls that led there, the place in the text."""


class Kind(Enum):
    """What is known about a value, as far as it decides what using it may do."""

    SCALAR = "scalar"  # immutable: numbers, text, None, ranges, tuples of such
    PATH = "path"  # a pathlib path: immutable, its methods touch files
    DATA = "data"  # tables, arrays, parsed JSON: only the known mutating methods change it
    CONTAINER = "container"  # a list, dict, set or tuple made in the notebook
    OBJECT = "object"  # an instance from a known library: methods change it, never their arguments
    CODE = "code"  # a function, class or lambda of the notebook
    IMPORTED = "imported"  # a module or what was taken from one; `path` says what
    LAZY = "lazy"  # an iterator: reading it uses it up
    UNKNOWN = "unknown"


@dataclass(eq=False)
class Code:
    """A function, lambda or class of the notebook, whose body runs when it is called, and not
    before.

    `scopes` are the local scopes it closes over; `number` puts all code of a notebook in an order
    that stays the same.
    """

    name: str
    node: ast.AST
    site: Site
    cell: int
    scopes: tuple[object, ...] = ()
    methods: dict[str, Code] = field(default_factory=dict)
    bases: tuple[Value, ...] = ()
    number: int = 0

    @property
    def is_class(self) -> bool:
        return isinstance(self.node, ast.ClassDef)


GENERATOR_EXPRESSION = "a generator expression"
"""The name of the code of any generator expression."""


def by_number(code: Code) -> int:
    return code.number


@dataclass(frozen=True)
class Value:
    """What an expression may evaluate to.

    `roots` are the mutable things it may be; immutable values have none. `path` is the dotted name
    of something imported. `text` is the exact text of a string or path, where that is known.
    `codes` are the functions or classes it is; `classes` those it is an instance of.
    """

    roots: frozenset[Site] = frozenset()
    kind: Kind = Kind.UNKNOWN
    path: str = ""
    text: str | None = None
    codes: frozenset[Code] = frozenset()
    classes: frozenset[Code] = frozenset()

    @property
    def is_constant(self) -> bool:
        return self.kind in (Kind.SCALAR, Kind.PATH)


SCALAR = Value(kind=Kind.SCALAR)


def text_value(text: str, kind: Kind = Kind.SCALAR) -> Value:
    return Value(kind=kind, text=text)


def join(values: Iterable[Value]) -> Value:
    """A value that may be any of `values`; SCALAR for none."""
    joined: Value | None = None
    for value in values:
        joined = value if joined is None else _either(joined, value)
    return SCALAR if joined is None else joined


def _either(one: Value, other: Value) -> Value:
    if one == other:
        return one
    return Value(
        one.roots | other.roots,
        one.kind if one.kind is other.kind else _common_kind({one.kind, other.kind}),
        one.path if one.path == other.path else "",
        one.text if one.text == other.text else None,
        one.codes | other.codes,
        one.classes | other.classes if one.classes and other.classes else frozenset(),
    )


def _common_kind(kinds: set[Kind]) -> Kind:
    """The weaker of two kinds: `None` or a table is handled as a table; anything else may do
    anything.
    """
    if kinds <= {Kind.SCALAR, Kind.DATA}:
        return Kind.DATA
    if kinds <= {Kind.SCALAR, Kind.DATA, Kind.CONTAINER}:
        return Kind.CONTAINER if Kind.DATA not in kinds else Kind.UNKNOWN
    if Kind.OBJECT in kinds and kinds <= {Kind.SCALAR, Kind.OBJECT}:
        return Kind.OBJECT
    return Kind.UNKNOWN


@dataclass
class Thing:
    """A mutable object, or all those made at one place.

    `holds` are things that belong to it, `keeps` those it may refer to without changing them (the
    data a model was fitted on). `codes` may run when it is used. `stuck` says why it cannot be sent
    to another kernel. `modules` are modules with hidden state that it came from. `files` are the
    (path, is written) of an open file. `element` is the kind of what was put in.
    """

    holds: set[Site] = field(default_factory=set)
    keeps: set[Site] = field(default_factory=set)
    codes: set[Code] = field(default_factory=set)
    modules: set[str] = field(default_factory=set)
    stuck: str = ""
    files: set[tuple[str | None, bool]] = field(default_factory=set)
    element: Kind | None = None
    is_mutated: bool = False
    is_lazy: bool = False
    grows_when_read: bool = False
    has_object_keys: bool = False


class Heap:
    """All things of a notebook, by site. `revision` grows with every change, so that repeated work
    can be spared.
    """

    def __init__(self) -> None:
        self.things: dict[Site, Thing] = {}
        self.revision = 0
        self._reached: dict[tuple[frozenset[Site], bool], frozenset[Site]] = {}
        self._marks: dict[frozenset[Site], tuple[frozenset[Code], frozenset[str]]] = {}

    def thing(self, site: Site) -> Thing:
        if site not in self.things:
            self.things[site] = Thing()
            self.revision += 1
        return self.things[site]

    def reach(self, roots: frozenset[Site], *, owned: bool = False) -> frozenset[Site]:
        """Everything reachable from `roots`, themselves included; with `owned`, only through what
        belongs to it.
        """
        if not roots:
            return roots
        if (roots, owned) not in self._reached:
            self._reached[roots, owned] = frozenset(self._walk(roots, owned=owned))
        return self._reached[roots, owned]

    def _walk(self, roots: frozenset[Site], *, owned: bool) -> set[Site]:
        found: set[Site] = set(roots)
        todo = found
        while todo:
            things = [thing for site in todo if (thing := self.things.get(site)) is not None]
            reached = {site for thing in things for site in thing.holds}
            if not owned:
                reached |= {site for thing in things for site in thing.keeps}
            todo = reached - found
            found |= todo
        return found

    def put(self, targets: Iterable[Site], value: Value, *, keep: bool = False) -> None:
        """From now on the targets hold (or just keep) `value`."""
        for site in targets:
            thing = self.thing(site)
            links = thing.keeps if keep else thing.holds
            # Also what is reached another way: elements are what is held directly.
            new = value.roots - links
            if new:
                links |= new
                self.revision += 1
                self._reached.clear()
                self._marks.clear()
            if not keep:
                self._widen(thing, value.kind)

    def mark(
        self,
        site: Site,
        *,
        stuck: str = "",
        codes: Iterable[Code] = (),
        modules: Iterable[str] = (),
    ) -> None:
        thing = self.thing(site)
        before = (thing.stuck, len(thing.codes), len(thing.modules))
        thing.stuck = thing.stuck or stuck
        thing.codes |= set(codes)
        thing.modules |= set(modules)
        if before != (thing.stuck, len(thing.codes), len(thing.modules)):
            self.revision += 1
            self._marks.clear()

    def is_code(self, site: Site) -> bool:
        """Whether the thing is a function or class itself, and not something that carries one."""
        return any(code.site == site for code in self.thing(site).codes)

    def codes(self, value: Value) -> frozenset[Code]:
        """Every piece of the notebook's code that using `value` may run."""
        return self._marks_of(value.roots)[0] | value.codes | value.classes

    def modules(self, value: Value) -> frozenset[str]:
        """The modules with hidden state that `value` came from."""
        return self._marks_of(value.roots)[1]

    def _marks_of(self, roots: frozenset[Site]) -> tuple[frozenset[Code], frozenset[str]]:
        if roots not in self._marks:
            things = [self.things[site] for site in self.reach(roots) if site in self.things]
            self._marks[roots] = (
                frozenset(code for thing in things for code in thing.codes),
                frozenset(name for thing in things for name in thing.modules),
            )
        return self._marks[roots]

    def stuck(self, value: Value) -> str:
        """Why `value` cannot be sent to another kernel; empty if nothing speaks against it."""
        reasons = {self.thing(site).stuck for site in self.reach(value.roots)} - {""}
        return min(reasons, default="")

    def element(self, value: Value) -> Value:
        """What going through `value` gives; the lines of an open file are text."""
        is_file = value.kind is Kind.OBJECT and bool(value.roots)
        if is_file and all(self.thing(site).files for site in value.roots):
            return SCALAR
        return self.part(value)

    def anything_of(self, value: Value) -> Value:
        """`value` or anything it reaches, be it by a method that is looked up and called later."""
        return value if value.is_constant else Value(self.reach(value.roots))

    def part(self, value: Value) -> Value:
        """An item or element of `value`: a part of it, or something it holds."""
        if value.kind in (Kind.SCALAR, Kind.PATH):
            return replace(value, text=None)
        reached = self.reach(value.roots)
        if value.kind in (Kind.CONTAINER, Kind.LAZY):
            return self._element(value, reached)
        kind = value.kind if value.kind in (Kind.DATA, Kind.OBJECT) else Kind.UNKNOWN
        return Value(reached, kind)

    def _element(self, value: Value, reached: frozenset[Site]) -> Value:
        things = [self.thing(site) for site in value.roots]
        kinds = {thing.element for thing in things} - {None}
        inside = frozenset(site for thing in things for site in thing.holds)
        if not inside and kinds <= {Kind.SCALAR, Kind.PATH}:
            return Value(kind=Kind.PATH) if Kind.PATH in kinds else SCALAR
        kind = kinds.pop() if len(kinds) == 1 else None
        codes = frozenset(code for site in inside for code in self.thing(site).codes)
        if kind in (Kind.DATA, Kind.OBJECT, Kind.CONTAINER):
            return Value(inside or reached, kind, codes=codes)
        return Value(inside or reached, Kind.UNKNOWN)

    @staticmethod
    def _widen(thing: Thing, kind: Kind) -> None:
        known = thing.element
        thing.element = kind if known is None or known is kind else _common_kind({known, kind})
