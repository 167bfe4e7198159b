"""The notebook's own functions and classes: what defining them makes, what running them does.

A body is read anew for each call, with the arguments of that call. Code that only may run (it is
mentioned, or passed to something) is read once for each cell with arguments nothing is known of,
and after that by its names alone. Statements and expressions are `cells.py`'s and
`expressions.py`'s.
"""

from __future__ import annotations

import ast
from abc import abstractmethod
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import cast

from nbflow.authoring.dataflow.calling import Arguments, Target
from nbflow.authoring.dataflow.classes import (
    MAKING_CLASSES,
    is_metaclass,
    method_of,
    with_ancestors,
)
from nbflow.authoring.dataflow.heap import (
    SCALAR,
    Code,
    Kind,
    Value,
    by_number,
    join,
    text_value,
)
from nbflow.authoring.dataflow.namespace import Scope, State, same_values
from nbflow.authoring.dataflow.shell import Shell
from nbflow.authoring.dataflow.syntax import (
    FunctionNode,
    declared_global,
    defaults_of,
    free_names,
    is_generator,
    may_store,
    names_of,
    place_of,
)

_MAX_PASSES = 8
_MAX_DEPTH = 12
_MAX_RUNS = 400
_CONTEXT = 3


class Functions(Shell):
    """A machine that runs the notebook's own code."""

    def __init__(self, stateless: Collection[str] = ()) -> None:
        super().__init__(stateless)
        self._codes: dict[object, Code] = {}
        self._scopes: dict[Code, Scope] = {}
        self._known_runs: dict[object, tuple[tuple[int, int], Value]] = {}
        self._stamps: dict[Code, tuple[int, int]] = {}
        self._returned: dict[Code, Value] = {}
        self._recursions: dict[Code, _Recursion] = {}
        self._runs = 0

    def begin(self, index: int) -> None:
        """From here on, facts are about the cell at `index`."""
        super().begin(index)
        self._runs = 0
        self._known_runs.clear()
        self._stamps.clear()
        self._returned.clear()

    @abstractmethod
    def value_of(self, node: ast.expr) -> Value:
        """What the expression evaluates to; its effects are recorded."""

    @abstractmethod
    def run_block(self, nodes: Iterable[ast.stmt]) -> None:
        """Go through statements in order."""

    # --- both ways of a branch

    def take_any(self, ways: Sequence[Callable[[], None]]) -> None:
        """Go each of the ways from here, and on from wherever any of them leads."""
        before = self.snapshot()
        after: list[State] = []
        for way in ways:
            self.restore(before)
            way()
            after.append(self.snapshot())
        self.merge(after)

    def take_often(self, once: Callable[[], None]) -> None:
        """Go through the body, or not at all, until another pass finds nothing new."""
        for _ in range(_MAX_PASSES):
            before, revision = self.snapshot(), self.heap.revision
            self.start_trail()
            once()
            after = self.snapshot()
            self.merge([before, self.end_trail(before), after])
            if self.heap.revision == revision and same_values(before, self.snapshot()):
                return
        self.obstacle("has a loop that is too involved to be followed")

    # --- definition

    def make_function(self, node: FunctionNode, name: str) -> Value:
        """A function or lambda, not run yet; its defaults are evaluated here."""
        code, made = self._code_at(node, name)
        for parameter, default in defaults_of(node.args):
            value = self.value_of(default)
            self.heap.put(made.roots, value)
            self._scope_of(code).captured.setdefault(f"default {parameter}", value)
        self._hold_captured(made)
        return replace(made, kind=Kind.CODE, codes=frozenset({code}))

    def _hold_captured(self, made: Value) -> None:
        """A function made inside another one holds what it closes over."""
        for scope in self.scopes:
            scope.closures |= made.roots
            for value in scope.captured.values():
                for site in made.roots:
                    self.heap.put([site], value, keep=True)

    def make_class(self, node: ast.ClassDef, bases: Sequence[Value]) -> Value:
        """A class, whose body is run here and whose methods are not."""
        code, made = self._code_at(node, node.name)
        code.bases = tuple(bases)
        scope = Scope(local_names=frozenset(), is_class=True)
        self.scopes.append(scope)
        self.run_block(node.body)
        self.scopes.pop()
        self._take_members(code, made, scope)
        value = replace(made, kind=Kind.CODE, codes=frozenset({code}))
        self._tell_members(value, scope)
        return value

    def run_class_makers(self, bases: Iterable[Value]) -> None:
        """What metaclasses and base classes do with a class that is being made of `bases`."""
        for base, code in with_ancestors(bases):
            names = MAKING_CLASSES if is_metaclass(code) else ("__init_subclass__",)
            for name in names:
                if name in code.methods:
                    self.apply(code.methods[name], Arguments(spread=[base]), base)

    def _code_at(self, node: FunctionNode | ast.ClassDef, name: str) -> tuple[Code, Value]:
        """The code of this place, the same one each time the place is come to, and the thing."""
        made = self.new(place_of(node))
        (site,) = made.roots
        if site not in self._codes:
            number = len(self._codes)
            self._codes[site] = Code(name, node, site, self.cell, tuple(self.scopes), number=number)
        self.heap.mark(site, codes=[self._codes[site]])
        return self._codes[site], made

    def _take_members(self, code: Code, made: Value, scope: Scope) -> None:
        for name, value in scope.captured.items():
            functions = sorted(value.codes, key=by_number)
            if value.kind is Kind.CODE and functions:
                code.methods[name] = functions[-1]
            self.store(made, value)

    def _tell_members(self, owner: Value, scope: Scope) -> None:
        """Descriptors are told the class they are in, and their names in it."""
        for name, value in scope.captured.items():
            for kind in sorted(value.classes, key=by_number):
                method = method_of(kind, "__set_name__")
                if method is not None:
                    self.apply(method, Arguments([owner, text_value(name)]), value)

    def known_classes(self) -> list[Code]:
        return [code for code in self._codes.values() if code.is_class]

    # --- running

    def may_run(self, code: Code) -> Value:
        """Once in full for each cell; after that, if anything has changed, by the names in it."""
        if code in self.running:
            return SCALAR
        stamp = (self.heap.revision, self.version)
        if code not in self._stamps:
            self._stamps[code] = stamp
            self._returned[code] = self._run_in_full(code)
            self._stamps[code] = (self.heap.revision, self.version)
        elif self._stamps[code] != stamp:
            self._returned[code] = join([self._returned.get(code, SCALAR), self._run_roughly(code)])
            self._stamps[code] = (self.heap.revision, self.version)
        return self._returned.get(code, SCALAR)

    def _run_in_full(self, code: Code) -> Value:
        if code.is_class:
            return join([self.may_run(method) for method in code.methods.values()])
        nothing = Value(frozenset({("argument", code.site)}))
        saved, self.context = self.context, ("anywhere",)
        returned = self.apply(code, Arguments(spread=[nothing]), nothing)
        self.context = saved
        return returned

    def _run_roughly(self, code: Code) -> Value:
        """Whatever names of the notebook the code mentions are read, and changed if it changes
        anything.
        """
        reached: list[Value] = []
        self.running.append(code)
        self.calls.append(code.name)
        for name in sorted(free_names(code.node)):
            if name in self.names:
                value = self.load(name)
                reached.append(value)
                if may_store(code.node) and value.kind not in (Kind.IMPORTED, Kind.CODE):
                    self.mutate(value, "may change it", deep=True)
        for name in sorted(declared_global(code.node)):
            self._bind_global(name, join([self.new(("global", name)), *reached]), weakly=True)
        self.calls.pop()
        self.running.pop()
        return join(reached)

    def apply(self, code: Code, arguments: Arguments, itself: Value | None = None) -> Value:
        """Run the notebook's own `code` with these arguments; the value it returns."""
        if code.is_class:
            return self._make_instance(code, arguments)
        call = _Parameters(cast("FunctionNode", code.node).args, self._scope_of(code), self)
        given = call.values(arguments, itself)
        if code in self.running:
            return self._recur(code, given)
        if len(self.running) >= _MAX_DEPTH or self._runs > _MAX_RUNS:
            return self._apply_roughly(code, given)
        key = (code, tuple(given.items()))
        known = self._known_runs.get(key)
        if known is not None and known[0] == (self.heap.revision, self.version):
            return known[1]
        value = self._run_body(code, given)
        self._known_runs[key] = ((self.heap.revision, self.version), value)
        return value

    def _recur(self, code: Code, given: dict[str, Value]) -> Value:
        """A call of what is running already: its arguments are taken up in the next pass, its
        result is what is known so far.
        """
        recursion = self._recursions[code]
        recursion.given = _join_given(recursion.given, given)
        recursion.happened = True
        return recursion.returned

    def _apply_roughly(self, code: Code, given: dict[str, Value]) -> Value:
        """A call that is not followed any further."""
        self.may_run(code)
        values = [*given.values(), self._run_roughly(code)]
        target = Target(code.name, ("roughly", code.site))
        return self._call_unknown(target, values, "calls what is not followed", blindly=True)

    def _run_body(self, code: Code, given: dict[str, Value]) -> Value:
        recursion = self._recursions[code] = _Recursion(given)
        for _ in range(_MAX_PASSES):
            before = (self.heap.revision, dict(recursion.given), recursion.returned)
            value = self._pass_through_body(code, recursion.given)
            recursion.returned = join([recursion.returned, value]) if recursion.happened else value
            if not recursion.happened:
                return value
            if before == (self.heap.revision, recursion.given, recursion.returned):
                return recursion.returned
        return self._apply_roughly(code, recursion.given)

    def _pass_through_body(self, code: Code, given: dict[str, Value]) -> Value:
        self._runs += 1
        node = cast("FunctionNode", code.node)
        scope = self._scope_of(code)
        with self._called(code, scope):
            for name, value in given.items():
                self.bind(name, value)
            if isinstance(node, ast.Lambda):
                return self.value_of(node.body)
            self.run_block(node.body)
            returned = join(scope.returns)
            return self._generator(code, returned) if is_generator(node) else returned

    @contextmanager
    def _called(self, code: Code, scope: Scope) -> Iterator[None]:
        """Go into a function: its scopes instead of the caller's, a context of its own for what is
        made there.
        """
        saved = (self.scopes, self.context, self.line)
        scope.names, scope.returns = {}, []
        self.scopes = [*cast("tuple[Scope, ...]", code.scopes), scope]
        self.context = (*self.context, (self.line, code.site[-1]))[-_CONTEXT:]
        self.running.append(code)
        self.calls.append(code.name)
        try:
            yield
        finally:
            self.calls.pop()
            self.running.pop()
            self.scopes, self.context, self.line = saved

    def _scope_of(self, code: Code) -> Scope:
        if code not in self._scopes:
            local, declared = names_of(cast("FunctionNode", code.node))
            self._scopes[code] = Scope(local_names=local, global_names=declared)
        return self._scopes[code]

    def _generator(self, code: Code, returned: Value) -> Value:
        made = self.new(("generator", code.site), kind=Kind.LAZY, stuck="a generator")
        for site in made.roots:
            self.heap.mark(site, codes=[code])
        self.store(made, returned)
        for value in self._scope_of(code).captured.values():
            self.store(made, value)
        return made

    def _make_instance(self, code: Code, arguments: Arguments) -> Value:
        made = self.new(("instance", code.site, self.line))
        for site in made.roots:
            self.heap.mark(site, codes=[code])
        made = replace(made, classes=frozenset({code}))
        self.store(made, self._class_data(code))
        constructor = method_of(code, "__init__") or method_of(code, "__new__")
        if constructor is None or any(base.path for base in code.bases):
            # Base classes, dataclasses and the like take what they are given.
            for value in arguments:
                self.store(made, value)
        for name in ("__new__", "__init__", "__post_init__"):
            method = method_of(code, name)
            if method is not None:
                given = arguments if name != "__post_init__" else Arguments()
                made = self._initialised(made, method, given)
        return join([made, *self._called_by_metaclass(code, arguments)])

    def _called_by_metaclass(self, code: Code, arguments: Arguments) -> list[Value]:
        """What the metaclass of a class gives for an instance: it may keep one for all."""
        return [
            self.apply(meta.methods["__call__"], arguments, base)
            for base, meta in with_ancestors(code.bases)
            if is_metaclass(meta) and "__call__" in meta.methods
        ]

    def _initialised(self, made: Value, method: Code, arguments: Arguments) -> Value:
        self.apply(method, arguments, made)
        return made

    def _class_data(self, code: Code) -> Value:
        """The mutable attributes of the class, which all instances share; not the class itself, nor
        its functions.
        """
        sites = {
            site for site in self.heap.thing(code.site).holds if not self.heap.thing(site).codes
        }
        return Value(frozenset(sites))


class _Parameters:
    """Which value each parameter of a function gets in one call."""

    def __init__(self, spec: ast.arguments, scope: Scope, reader: Functions) -> None:
        self.spec = spec
        self.scope = scope
        self.reader = reader

    def values(self, arguments: Arguments, itself: Value | None) -> dict[str, Value]:
        spec = self.spec
        names = [each.arg for each in (*spec.posonlyargs, *spec.args)]
        given = [*([itself] if itself is not None else []), *arguments.positional]
        anything = join([*arguments.spread, *given]) if arguments.spread else None
        found: dict[str, Value] = {}
        for i, name in enumerate(names):
            own = given[i] if i < len(given) else arguments.keywords.get(name)
            found[name] = own if own is not None else self._default(name, anything)
        for each in spec.kwonlyargs:
            own = arguments.keywords.get(each.arg)
            found[each.arg] = own if own is not None else self._default(each.arg, anything)
        if spec.vararg is not None:
            found[spec.vararg.arg] = self._rest("*", [*given[len(names) :], *arguments.spread])
        if spec.kwarg is not None:
            rest = [v for k, v in arguments.keywords.items() if k not in found]
            found[spec.kwarg.arg] = self._rest("**", [*rest, *arguments.spread])
        return found

    def _default(self, name: str, anything: Value | None) -> Value:
        default = self.scope.captured.get(f"default {name}")
        possible = [each for each in (default, anything) if each is not None]
        return join(possible) if possible else Value(frozenset({("argument", name)}))

    def _rest(self, star: str, values: list[Value]) -> Value:
        whole = self.reader.new(("rest", star, self.reader.line), kind=Kind.CONTAINER)
        for value in values:
            self.reader.store(whole, value)
        return whole


@dataclass
class _Recursion:
    """What is known about a function while it runs: the arguments it got from itself too, and what
    it returned so far.
    """

    given: dict[str, Value]
    returned: Value = SCALAR
    happened: bool = False


def _join_given(one: dict[str, Value], other: dict[str, Value]) -> dict[str, Value]:
    return {name: join([value, other.get(name, value)]) for name, value in one.items()}
