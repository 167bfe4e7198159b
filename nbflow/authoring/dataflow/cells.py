"""Reading one cell: its statements and expressions, in the order in which they would run, on a machine that only keeps track.

Both ways of a branch are taken and joined, loops are gone through until nothing new is found, functions are read where they are
called. Nothing is executed.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import cast

from nbflow.authoring.dataflow import knowledge
from nbflow.authoring.dataflow.calls import Arguments, Target
from nbflow.authoring.dataflow.facts import CellFacts, Mode, Statement
from nbflow.authoring.dataflow.heap import SCALAR, Code, Kind, Value, by_number, join, text_value
from nbflow.authoring.dataflow.namespace import Scope, State, same_values
from nbflow.authoring.dataflow.shell import Shell
from nbflow.authoring.dataflow.source import CellSource, parse_code, shell_call
from nbflow.authoring.dataflow.statements import has_setup_form
from nbflow.authoring.dataflow.syntax import (
    FunctionNode,
    annotations_of,
    assigned_in,
    declared_global,
    defaults_of,
    free_names,
    is_generator,
    may_store,
    names_of,
    own_nodes,
    place_of,
    selects_by_copy,
    short,
    targets_of,
)

_MAX_PASSES = 5
_MAX_DEPTH = 12
_MAX_RUNS = 400
_CONTEXT = 3


class CellReader(Shell):
    """Reads the cells of one notebook, one after the other in notebook order; each `read` gives the facts about one cell."""

    def __init__(self, stateless: Collection[str] = ()) -> None:
        super().__init__(stateless)
        self._codes: dict[object, Code] = {}
        self._scopes: dict[object, Scope] = {}
        self._known_runs: dict[object, tuple[tuple[int, int], Value]] = {}
        self._stamps: dict[Code, tuple[int, int]] = {}
        self._recursions: dict[Code, _Recursion] = {}
        self._runs = 0

    def read(self, source: CellSource) -> CellFacts:
        """The facts about the next cell."""
        self.begin(source.index)
        self._runs = 0
        self._known_runs.clear()
        self._stamps.clear()
        if source.error:
            self.line = source.error_line
            self.obstacle(f"is not Python ({source.error})")
        try:
            self._read_body(source)
        except RecursionError:
            # Expressions nested deeper than Python's own stack: give up on the cell, not on the notebook.
            self.obstacle("is nested too deeply to be followed")
        if self.facts.is_opaque:
            self._forget_everything()
        self.statement = None
        return self.finish()

    def _read_body(self, source: CellSource) -> None:
        before = self.snapshot()
        if source.may_raise:
            self.start_trail()
        for node in source.body:
            self._read_statement(node)
        capture = source.magic("capture")
        if capture is not None and capture.line.split():
            output = capture.line.split()[-1]
            if output.isidentifier():
                self.bind(output, self.new(("capture",), kind=Kind.OBJECT))
        if source.may_raise:
            self.merge([self.end_trail(before), self.snapshot()])

    def _read_statement(self, node: ast.stmt) -> None:
        self.line = node.lineno
        form = has_setup_form(node, self.path_of)
        self.statement = Statement(node.lineno, ast.unparse(node), has_form=form)
        self.statement.is_import = isinstance(node, (ast.Import, ast.ImportFrom))
        self.statement.star = isinstance(node, ast.ImportFrom) and node.names[0].name == "*"
        self.facts.statements.append(self.statement)
        self._statement(node)

    def _forget_everything(self) -> None:
        """After a cell that cannot be followed any name may stand for anything, and share it with any other name."""
        lost = self.new(("anything",))
        for name, slot in list(self.names.items()):
            value = slot.value
            if value is None or value.path:
                continue
            if name not in self.facts.reads and not slot.own:
                self._read(name)
            self.store(lost, value)
            if not value.is_constant:
                self.store(value, lost)
        self.mutate(lost, self.facts.obstacles[0].why, deep=True)

    def path_of(self, node: ast.expr) -> str:
        """The dotted name of something imported, or of a builtin; empty for anything else."""
        if isinstance(node, ast.Attribute):
            base = self.path_of(node.value)
            return f"{base}.{node.attr}" if base else ""
        if not isinstance(node, ast.Name):
            return ""
        slot = self.names.get(node.id)
        if slot is not None:
            return slot.value.path if slot.value is not None else ""
        return f"builtins.{node.id}" if knowledge.is_builtin(node.id) else ""

    # --- statements

    def _block(self, nodes: Iterable[ast.stmt]) -> None:
        for node in nodes:
            self.line = node.lineno
            self._statement(node)

    def _statement(self, node: ast.stmt) -> None:
        method = getattr(self, f"_do_{type(node).__name__}", None)
        if method is None:
            self.obstacle(f"has a statement that is not known here ({type(node).__name__})")
            return
        method(node)

    def _do_Pass(self, node: ast.Pass) -> None:
        pass

    _do_Break = _do_Continue = _do_Global = _do_Nonlocal = _do_Pass

    def _do_Expr(self, node: ast.Expr) -> None:
        self._value(node.value)

    def _do_Assert(self, node: ast.Assert) -> None:
        self._value(node.test)
        self._optional(node.msg)

    def _do_Raise(self, node: ast.Raise) -> None:
        self._optional(node.exc)
        self._optional(node.cause)

    def _do_Return(self, node: ast.Return) -> None:
        value = self._optional(node.value)
        if self.scope:
            self.scope.returns.append(value)

    def _do_Delete(self, node: ast.Delete) -> None:
        for target in node.targets:
            self._delete(target)

    def _delete(self, target: ast.expr) -> None:
        if isinstance(target, ast.Name):
            self.load(target.id, runs_code=False)
            self.unbind(target.id)
        elif isinstance(target, (ast.Tuple, ast.List)):
            for element in target.elts:
                self._delete(element)
        elif isinstance(target, (ast.Attribute, ast.Subscript)):
            self._change_part(target, SCALAR, "deletes")

    def _do_Import(self, node: ast.Import) -> None:
        for alias in node.names:
            path = alias.name if alias.asname else alias.name.partition(".")[0]
            self._bind_import(alias.asname or path, path)

    def _do_ImportFrom(self, node: ast.ImportFrom) -> None:
        module = "." * node.level + (node.module or "")
        for alias in node.names:
            if alias.name == "*":
                self._import_star(module)
            else:
                self._bind_import(alias.asname or alias.name, f"{module}.{alias.name}")

    def _bind_import(self, name: str, path: str) -> None:
        self.bind(name, Value(frozenset({("import", path)}), Kind.IMPORTED, path))

    def _import_star(self, module: str) -> None:
        if module not in self.stars:
            self.stars.append(module)

    def _do_Assign(self, node: ast.Assign) -> None:
        value = self._value(node.value)
        for target in node.targets:
            self._assign(target, value, node.value)

    def _do_AnnAssign(self, node: ast.AnnAssign) -> None:
        self._value(node.annotation)
        if node.value is not None:
            self._assign(node.target, self._value(node.value), node.value)

    def _do_AugAssign(self, node: ast.AugAssign) -> None:
        target = node.target
        value = self._value(node.value)
        if not isinstance(target, ast.Name):
            self._change_part(target, value, "changes")
            return
        before = self.load(target.id)
        if not before.is_constant:
            self.mutate(before, f"changes `{target.id}` in place")
            self.store(before, self.heap.part(value))
        changed = self.arithmetic(place_of(node), [before, value])
        self.bind(target.id, changed if before.is_constant else join([before, changed]))

    def _do_TypeAlias(self, node: ast.stmt) -> None:
        name = cast("ast.Name", getattr(node, "name"))  # noqa: B009 - not in Python 3.10's ast
        self.bind(name.id, SCALAR)

    # --- assignment

    def _assign(self, target: ast.expr, value: Value, node: ast.expr | None = None) -> None:
        if isinstance(target, ast.Name):
            self.bind(target.id, value)
        elif isinstance(target, ast.Starred):
            whole = self.new(place_of(target), kind=Kind.CONTAINER)
            self.store(whole, value)
            self._assign(target.value, whole)
        elif isinstance(target, (ast.Tuple, ast.List)):
            self._unpack(target.elts, value, node)
        elif isinstance(target, (ast.Attribute, ast.Subscript)):
            self._change_part(target, value, "assigns to")

    def _unpack(self, targets: Sequence[ast.expr], value: Value, node: ast.expr | None) -> None:
        if isinstance(node, (ast.Tuple, ast.List)) and len(node.elts) == len(targets):
            if not any(isinstance(each, ast.Starred) for each in (*node.elts, *targets)):
                # `a, b = x, y`: each gets its own; all are evaluated before the first is bound.
                values = [self._value(each) for each in node.elts]
                for target, each, element in zip(targets, values, node.elts, strict=True):
                    self._assign(target, each, element)
                return
        self.consume(value)
        part = self.heap.part(value)
        for target in targets:
            self._assign(target, part)

    def _change_part(self, target: ast.expr, value: Value, verb: str) -> None:
        """An assignment to, or deletion of, an attribute or item changes what it belongs to."""
        base_node = cast("ast.Attribute | ast.Subscript", target).value
        base = self._value(base_node)
        if isinstance(target, ast.Subscript):
            self._value(target.slice)
        self.mutate(base, f"{verb} `{short(target)}`")
        self.store(base, value)

    # --- branches and loops

    def _do_If(self, node: ast.If) -> None:
        self._value(node.test)
        self._either([lambda: self._block(node.body), lambda: self._block(node.orelse)])

    def _either(self, ways: Sequence[Callable[[], None]]) -> None:
        """Go each of the ways from here, and on from wherever any of them leads."""
        before = self.snapshot()
        after: list[State] = []
        for way in ways:
            self.restore(before)
            way()
            after.append(self.snapshot())
        self.merge(after)

    def _do_For(self, node: ast.For | ast.AsyncFor) -> None:
        iterated = self._value(node.iter)
        self.consume(iterated)

        def once() -> None:
            self._assign(node.target, self.heap.part(iterated))
            self._block(node.body)

        self._loop(once)
        self._block(node.orelse)

    _do_AsyncFor = _do_For

    def _do_While(self, node: ast.While) -> None:
        def once() -> None:
            self._value(node.test)
            self._block(node.body)

        self._value(node.test)
        self._loop(once)
        self._block(node.orelse)

    def _loop(self, once: Callable[[], None]) -> None:
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

    def _do_With(self, node: ast.With | ast.AsyncWith) -> None:
        swallows = False
        for item in node.items:
            value = self._value(item.context_expr)
            if item.optional_vars is not None:
                self._assign(item.optional_vars, value)
            swallows = swallows or self._may_swallow(item.context_expr)
        if not swallows:
            self._block(node.body)
            return
        before = self.snapshot()
        self.start_trail()
        self._block(node.body)
        self.merge([self.end_trail(before), self.snapshot()])

    _do_AsyncWith = _do_With

    def _may_swallow(self, node: ast.expr) -> bool:
        """Whether leaving the with-block may hide an exception, so that its body may stop anywhere."""
        path = self.path_of(node.func) if isinstance(node, ast.Call) else self.path_of(node)
        return path.partition(".")[0] not in knowledge.DATA_LIBRARIES | {"builtins"} or (
            path.startswith("contextlib.")
        )

    def _do_Try(self, node: ast.Try) -> None:
        before = self.snapshot()
        self.start_trail()
        self._block(node.body)
        interrupted = self.end_trail(before)
        self._block(node.orelse)
        after = [self.snapshot()]
        for handler in node.handlers:
            self.restore(interrupted)
            self._handler(handler)
            after.append(self.snapshot())
        self.merge([*after, interrupted] if node.finalbody and not node.handlers else after)
        self._block(node.finalbody)

    _do_TryStar = _do_Try

    def _handler(self, handler: ast.ExceptHandler) -> None:
        self._optional(handler.type)
        if handler.name is None:
            self._block(handler.body)
            return
        caught = self.new(place_of(handler))
        self.bind(handler.name, caught)
        self._block(handler.body)
        self.unbind(handler.name)

    def _do_Match(self, node: ast.Match) -> None:
        subject = self._value(node.subject)

        def way(case: ast.match_case) -> Callable[[], None]:
            def take() -> None:
                self._pattern(case.pattern, subject)
                self._optional(case.guard)
                self._block(case.body)

            return take

        self._either([*(way(case) for case in node.cases), lambda: None])

    def _pattern(self, pattern: ast.pattern, subject: Value) -> None:
        for node in ast.walk(pattern):
            name = getattr(node, "name", None) or getattr(node, "rest", None)
            if isinstance(name, str):
                self.bind(name, join([subject, self.heap.part(subject)]))
            elif isinstance(node, ast.MatchValue):
                self._value(node.value)
            elif isinstance(node, ast.MatchClass):
                self._value(node.cls)

    # --- functions and classes: definition

    def _do_FunctionDef(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        value = self._function(node, node.name)
        for annotation in annotations_of(node.args, node.returns):
            self._value(annotation)
        self._bind_decorated(node, value)

    _do_AsyncFunctionDef = _do_FunctionDef

    def _bind_decorated(
        self, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef, value: Value
    ) -> None:
        for decorator in reversed(node.decorator_list):
            function = self._value(decorator)
            if not self._is_plain_decorator(decorator):
                target = Target(short(decorator), (place_of(decorator), "decorates"), function)
                value = self.call(target, Arguments([value]))
        self.bind(node.name, value)

    def _is_plain_decorator(self, node: ast.expr) -> bool:
        path = self.path_of(node.func if isinstance(node, ast.Call) else node)
        return path.removeprefix("builtins.") in knowledge.PLAIN_DECORATORS or (
            isinstance(node, ast.Attribute) and node.attr in ("setter", "getter", "deleter")
        )

    def _function(self, node: FunctionNode, name: str) -> Value:
        made = self.new(place_of(node))
        (site,) = made.roots
        code = self._codes.get(site)
        if code is None:
            code = self._codes[site] = Code(
                name, node, site, self.cell, tuple(self.scopes), number=len(self._codes)
            )
        self.heap.mark(site, codes=[code])
        for parameter, default in defaults_of(node.args):
            value = self._value(default)
            self.heap.put([site], value)
            self._scope_of(code).captured.setdefault(f"default {parameter}", value)
        self._hold_captured(made)
        return replace(made, kind=Kind.CODE, codes=frozenset({code}))

    def _hold_captured(self, made: Value) -> None:
        """A function made inside another one holds what it closes over."""
        for scope in self.scopes:
            for value in scope.captured.values():
                for site in made.roots:
                    self.heap.put([site], value, keep=True)

    def _do_ClassDef(self, node: ast.ClassDef) -> None:
        bases = [self._value(base) for base in node.bases]
        bases += [self._value(keyword.value) for keyword in node.keywords]
        made = self.new(place_of(node))
        (site,) = made.roots
        code = self._codes.get(site)
        if code is None:
            code = self._codes[site] = Code(
                node.name, node, site, self.cell, tuple(self.scopes), number=len(self._codes)
            )
        code.bases = tuple(bases)
        self.heap.mark(site, codes=[code])
        scope = Scope(local_names=frozenset(), is_class=True)
        self.scopes.append(scope)
        self._block(node.body)
        self.scopes.pop()
        self._take_members(code, made, scope)
        self._bind_decorated(node, replace(made, kind=Kind.CODE, codes=frozenset({code})))

    def _take_members(self, code: Code, made: Value, scope: Scope) -> None:
        for name, value in scope.captured.items():
            functions = sorted(value.codes, key=by_number)
            if value.kind is Kind.CODE and functions:
                code.methods[name] = functions[-1]
            self.store(made, value)

    # --- functions and classes: running

    def may_run(self, code: Code) -> None:
        """Once in full for each cell; after that, if anything has changed, by the names in it alone."""
        if code in self.running:
            return
        stamp = (self.heap.revision, self.version)
        if code not in self._stamps:
            self._stamps[code] = stamp
            self._run_in_full(code)
            self._stamps[code] = (self.heap.revision, self.version)
        elif self._stamps[code] != stamp:
            self._run_roughly(code)
            self._stamps[code] = (self.heap.revision, self.version)

    def _run_in_full(self, code: Code) -> None:
        if code.is_class:
            for method in code.methods.values():
                self.may_run(method)
            return
        nothing = Value(frozenset({("argument", code.site)}))
        saved, self.context = self.context, ("anywhere",)
        self.apply(code, Arguments(spread=[nothing]), nothing)
        self.context = saved

    def _run_roughly(self, code: Code) -> Value:
        """Whatever names of the notebook the code mentions are read, and changed if it changes anything."""
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
        """A call of what is running already: its arguments are taken up in the next pass, its result is what is known so far."""
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
                return self._value(node.body)
            self._block(node.body)
            returned = join(scope.returns)
            return self._generator(code, returned) if is_generator(node) else returned

    @contextmanager
    def _called(self, code: Code, scope: Scope) -> Iterator[None]:
        """Go into a function: its scopes instead of the caller's, a context of its own for what is made there."""
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
        constructor = _method(code, "__init__") or _method(code, "__new__")
        if constructor is None or any(base.path for base in code.bases):
            # Base classes, dataclasses and the like take what they are given.
            for value in arguments:
                self.store(made, value)
        for name in ("__new__", "__init__", "__post_init__"):
            method = _method(code, name)
            if method is not None:
                given = arguments if name != "__post_init__" else Arguments()
                made = self._initialised(made, method, given)
        return made

    def _initialised(self, made: Value, method: Code, arguments: Arguments) -> Value:
        self.apply(method, arguments, made)
        return made

    def _class_data(self, code: Code) -> Value:
        """The mutable attributes of the class, which all instances share; not the class itself, nor its functions."""
        sites = {
            site for site in self.heap.thing(code.site).holds if not self.heap.thing(site).codes
        }
        return Value(frozenset(sites))

    # --- expressions

    def _optional(self, node: ast.expr | None) -> Value:
        return SCALAR if node is None else self._value(node)

    def _value(self, node: ast.expr) -> Value:
        self.line = getattr(node, "lineno", self.line)
        method = getattr(self, f"_of_{type(node).__name__}", None)
        if method is None:
            self.obstacle(f"has an expression that is not known here ({type(node).__name__})")
            return self.new(place_of(node))
        return cast("Value", method(node))

    def _of_Constant(self, node: ast.Constant) -> Value:
        return text_value(node.value) if isinstance(node.value, str) else SCALAR

    def _of_Name(self, node: ast.Name) -> Value:
        return self._dunder_aware(self.load(node.id))

    def _dunder_aware(self, value: Value) -> Value:
        """Using an instance may run its properties and operators, and these may change it."""
        codes = value.classes or {code for code in self.heap.codes(value) if code.is_class}
        if value.kind is not Kind.CODE and any(_changes_when_used(code) for code in codes):
            self.mutate(value, "uses an object whose properties or operators change it", deep=True)
        return value

    def _of_JoinedStr(self, node: ast.JoinedStr) -> Value:
        parts = [self._value(part) for part in node.values]
        texts = [part.text for part in parts]
        known = "".join(text for text in texts if text is not None) if None not in texts else None
        return Value(kind=Kind.SCALAR, text=known)

    _of_TemplateStr = _of_JoinedStr

    def _of_FormattedValue(self, node: ast.FormattedValue) -> Value:
        value = self._value(node.value)
        self._optional(node.format_spec)
        is_plain = node.conversion == -1 and node.format_spec is None
        return Value(kind=Kind.SCALAR, text=value.text if is_plain else None)

    _of_Interpolation = _of_FormattedValue

    def _of_NamedExpr(self, node: ast.NamedExpr) -> Value:
        value = self._value(node.value)
        hidden = self._leave_comprehensions()
        self.bind(node.target.id, value)
        self.scopes += hidden
        return value

    def _leave_comprehensions(self) -> list[Scope]:
        hidden: list[Scope] = []
        while self.scopes and not self.scopes[-1].takes_walrus:
            hidden.insert(0, self.scopes.pop())
        return hidden

    def _of_BinOp(self, node: ast.BinOp) -> Value:
        left, right = self._value(node.left), self._value(node.right)
        if left.is_constant and right.is_constant:
            return _constant_operation(node.op, left, right)
        for value in (left, right):
            self._uses_dunder(value)
        return self.arithmetic(place_of(node), [left, right])

    def _uses_dunder(self, value: Value) -> None:
        """Operators of the notebook's own classes are read where they are used."""
        for code in value.classes:
            for name, method in code.methods.items():
                if name.startswith("__") and name != "__init__":
                    self.apply(method, Arguments(spread=[value]), value)

    def _of_UnaryOp(self, node: ast.UnaryOp) -> Value:
        value = self._value(node.operand)
        return value if value.is_constant else self.arithmetic(place_of(node), [value])

    def _of_BoolOp(self, node: ast.BoolOp) -> Value:
        values = [self._value(node.values[0])]
        for each in node.values[1:]:
            self._either([lambda each=each: values.append(self._value(each)), lambda: None])
        return join(values)

    def _of_IfExp(self, node: ast.IfExp) -> Value:
        self._value(node.test)
        values: list[Value] = []
        self._either(
            [
                lambda: values.append(self._value(node.body)),
                lambda: values.append(self._value(node.orelse)),
            ]
        )
        return join(values)

    def _of_Compare(self, node: ast.Compare) -> Value:
        values = [self._value(each) for each in (node.left, *node.comparators)]
        compares_identity = any(isinstance(op, (ast.Is, ast.IsNot)) for op in node.ops)
        looks_inside = any(isinstance(op, (ast.In, ast.NotIn)) for op in node.ops)
        for value in values:
            self._uses_dunder(value)
            if looks_inside and value.kind is Kind.LAZY:
                self.consume(value)
        objects = [value for value in values if value.roots and not value.path]
        if compares_identity and len(objects) > 1:
            # Copies in another kernel are never identical: what is compared must stay together.
            self.mutate(join(objects), f"compares the identity in `{short(node)}`")
        if all(value.is_constant for value in values):
            return SCALAR
        return self.new(place_of(node), kind=Kind.DATA)

    def _of_Attribute(self, node: ast.Attribute) -> Value:
        base = self._value(node.value)
        if base.path:
            return self._import_attribute(base, node.attr)
        if base.kind is Kind.PATH:
            return Value(kind=Kind.SCALAR) if node.attr in _PATH_TEXTS else Value(kind=Kind.PATH)
        if base.kind is Kind.CODE and base.codes:
            return self._class_attribute(base, node.attr)
        if node.attr == "__class__" and base.classes:
            return self._class_of(base)
        if base.kind is Kind.DATA and node.attr in knowledge.PLOT_METHODS:
            return self.draw(Target(short(node), place_of(node)), base)
        self._run_property(base, node.attr)
        return self.heap.part(base)

    def _import_attribute(self, base: Value, name: str) -> Value:
        value = self.attribute_of_import(base, name)
        if f"{value.path}".endswith(("__dict__", "__builtins__")):
            self.obstacle(f"uses `{value.path}`")
        return value

    def _class_attribute(self, base: Value, name: str) -> Value:
        methods = [m for code in base.codes if (m := _method(code, name)) is not None]
        part = replace(self.heap.part(base), codes=frozenset(), kind=Kind.UNKNOWN)
        if methods and len(methods) == len(base.codes):
            return replace(part, kind=Kind.CODE, codes=frozenset(methods))
        return part

    def _run_property(self, base: Value, name: str) -> None:
        for code in base.classes:
            method = _method(code, name)
            if method is not None and _is_property(method):
                self.apply(method, Arguments(), base)

    def _of_Subscript(self, node: ast.Subscript) -> Value:
        base = self._value(node.value)
        self._value(node.slice)
        self._uses_dunder(base)
        if base.path:
            return (
                Value(base.roots, Kind.DATA, base.path)
                if not base.path.startswith("builtins.")
                else SCALAR
            )
        if base.kind is Kind.DATA and selects_by_copy(node.slice):
            return self.new(place_of(node), kind=Kind.DATA)
        return self.heap.part(base)

    def _of_Slice(self, node: ast.Slice) -> Value:
        for each in (node.lower, node.upper, node.step):
            self._optional(each)
        return SCALAR

    def _of_Starred(self, node: ast.Starred) -> Value:
        value = self._value(node.value)
        self.consume(value)
        return value

    def _of_Await(self, node: ast.Await) -> Value:
        value = self._value(node.value)
        self.consume(value)
        return value

    def _of_Yield(self, node: ast.Yield) -> Value:
        value = self._optional(node.value)
        if self.scope:
            self.scope.returns.append(value)
        return Value(frozenset({("sent", place_of(node))}))

    def _of_YieldFrom(self, node: ast.YieldFrom) -> Value:
        value = self._value(node.value)
        self.consume(value)
        if self.scope:
            self.scope.returns.append(self.heap.part(value))
        return value

    # --- containers and comprehensions

    def _of_List(self, node: ast.List | ast.Tuple | ast.Set) -> Value:
        values = [self._value(each) for each in node.elts]
        if isinstance(node, ast.Tuple) and all(value.is_constant for value in values):
            return SCALAR
        made = self.new(place_of(node), kind=Kind.CONTAINER)
        for each, value in zip(node.elts, values, strict=True):
            starred = isinstance(each, ast.Starred)
            self.store(made, self.heap.part(value) if starred else value)
        return made

    _of_Tuple = _of_Set = _of_List

    def _of_Dict(self, node: ast.Dict) -> Value:
        made = self.new(place_of(node), kind=Kind.CONTAINER)
        for key, item in zip(node.keys, node.values, strict=True):
            if key is not None:
                self._value(key)
            value = self._value(item)
            self.store(made, self.heap.part(value) if key is None else value)
        return made

    def _of_ListComp(self, node: ast.ListComp | ast.SetComp) -> Value:
        made = self.new(place_of(node), kind=Kind.CONTAINER)
        self._comprehend(node.generators, lambda: self.store(made, self._value(node.elt)))
        return made

    _of_SetComp = _of_ListComp

    def _of_DictComp(self, node: ast.DictComp) -> Value:
        made = self.new(place_of(node), kind=Kind.CONTAINER)

        def add() -> None:
            self._value(node.key)
            self.store(made, self._value(node.value))

        self._comprehend(node.generators, add)
        return made

    def _of_GeneratorExp(self, node: ast.GeneratorExp) -> Value:
        made = self.new(place_of(node), kind=Kind.LAZY, stuck="a generator")
        self._comprehend(node.generators, lambda: self.store(made, self._value(node.elt)))
        lambda_ = ast.Lambda(_NO_ARGUMENTS, ast.ListComp(node.elt, node.generators))
        later = self._function(ast.copy_location(lambda_, node), "a generator")
        self.store(made, later)
        return made

    def _comprehend(self, generators: Sequence[ast.comprehension], add: Callable[[], None]) -> None:
        first = self._value(generators[0].iter)
        names = frozenset(name for each in generators for name in targets_of(each.target))
        self.scopes.append(Scope(local_names=names, takes_walrus=False))

        def once() -> None:
            for i, generator in enumerate(generators):
                iterated = first if i == 0 else self._value(generator.iter)
                self.consume(iterated)
                self._assign(generator.target, self.heap.part(iterated))
                for condition in generator.ifs:
                    self._value(condition)
            add()

        self._loop(once)
        self.scopes.pop()

    def _of_Lambda(self, node: ast.Lambda) -> Value:
        return self._function(node, "a lambda")

    # --- calls

    def _of_Call(self, node: ast.Call) -> Value:
        in_shell = shell_call(node)
        if in_shell is not None:
            return self.shell(*in_shell, place_of(node))
        target = self._target(node)
        arguments = self._arguments(node)
        self.line = node.lineno
        if target.value.path == "builtins.get_ipython":
            return Value(frozenset({("ipython",)}))
        if ("ipython",) in target.value.roots or (
            target.receiver is not None and ("ipython",) in target.receiver.roots
        ):
            self.obstacle(f"calls `{target.text}`, which may read and change any name")
        self._run_methods_called_by(target, arguments)
        return self.call(target, arguments)

    def _target(self, node: ast.Call) -> Target:
        text, place = short(node.func), place_of(node)
        if isinstance(node.func, ast.Name):
            # Called by name, the function is read with its arguments: no need to run it without.
            value = self.load(node.func.id, runs_code=False)
            if value.kind is not Kind.CODE:
                self.mention(value)
                self._dunder_aware(value)
            return Target(text, place, value)
        if not isinstance(node.func, ast.Attribute):
            return Target(text, place, self._value(node.func))
        base = self._value(node.func.value)
        name = node.func.attr
        if base.path:
            return Target(text, place, self._import_attribute(base, name))
        return self._method_target(text, place, base, name)

    def _method_target(self, text: str, place: object, base: Value, name: str) -> Target:
        found = [method for code in base.classes if (method := _method(code, name)) is not None]
        if found and len(found) == len(base.classes):
            value = Value(kind=Kind.CODE, codes=frozenset(found))
            return Target(text, place, value, base, name)
        if base.kind is Kind.CODE and base.codes:
            value = self._class_attribute(base, name)
            if value.kind is Kind.CODE:
                is_bound = any(_is_classmethod(code) for code in value.codes)
                return Target(text, place, value, base if is_bound else None, name)
        return Target(text, place, SCALAR, base, name)

    def _arguments(self, node: ast.Call) -> Arguments:
        plain = [each for each in node.args if not isinstance(each, ast.Starred)]
        starred = [each for each in node.args if isinstance(each, ast.Starred)]
        positional = [self._value(each) for each in plain]
        spread = [self.heap.part(self._value(each)) for each in starred]
        keywords: dict[str, Value] = {}
        flags: dict[str, bool] = {}
        for keyword in node.keywords:
            value = self._value(keyword.value)
            if keyword.arg is None:
                spread += [self.heap.part(value), value]
                continue
            keywords[keyword.arg] = value
            if isinstance(keyword.value, ast.Constant) and isinstance(keyword.value.value, bool):
                flags[keyword.arg] = keyword.value.value
        if starred:
            # Positions after a star are not known: what is given may arrive anywhere.
            return Arguments([], keywords, [*spread, *positional], flags)
        return Arguments(positional, keywords, spread, flags)

    def _run_methods_called_by(self, target: Target, arguments: Arguments) -> None:
        """Builtins call the special methods of the notebook's own classes: `len(x)`, `print(x)`, `sorted(xs)`."""
        if target.value.path.startswith("builtins."):
            for value in arguments:
                self._uses_dunder(value)

    def run_text(self, code: str, first_line: int, *, as_function: bool = False) -> Value:
        try:
            nodes = parse_code(code, first_line)
        except (SyntaxError, ValueError) as error:
            self.obstacle(f"has code inside a magic that is not Python ({error})")
            return SCALAR
        if as_function:
            names = frozenset(name for node in nodes for name in assigned_in(node))
            self.scopes.append(Scope(local_names=names))
        value = self._run_nodes(nodes)
        if as_function:
            self.scopes.pop()
        return value

    def _run_nodes(self, nodes: Sequence[ast.stmt]) -> Value:
        if nodes and isinstance(nodes[-1], ast.Expr):
            self._block(nodes[:-1])
            return self._value(nodes[-1].value)
        self._block(nodes)
        return SCALAR


class _Parameters:
    """Which value each parameter of a function gets in one call."""

    def __init__(self, spec: ast.arguments, scope: Scope, reader: CellReader) -> None:
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
    """What is known about a function while it runs: the arguments it got from itself too, and what it returned so far."""

    given: dict[str, Value]
    returned: Value = SCALAR
    happened: bool = False


def _join_given(one: dict[str, Value], other: dict[str, Value]) -> dict[str, Value]:
    return {name: join([value, other.get(name, value)]) for name, value in one.items()}


_NO_ARGUMENTS = ast.arguments(
    posonlyargs=[], args=[], vararg=None, kwonlyargs=[], kw_defaults=[], kwarg=None, defaults=[]
)
_PATH_TEXTS = frozenset("name stem suffix suffixes parts drive root anchor".split())


def _method(code: Code, name: str) -> Code | None:
    """The method `name` of a class or of the notebook's classes it inherits from."""
    if name in code.methods:
        return code.methods[name]
    for base in code.bases:
        for parent in base.codes:
            found = _method(parent, name)
            if found is not None:
                return found
    return None


def _decorators(code: Code) -> list[str]:
    nodes = getattr(code.node, "decorator_list", [])
    return [ast.unparse(node).partition("(")[0].rpartition(".")[2] for node in nodes]


def _is_property(code: Code) -> bool:
    return bool({"property", "cached_property"} & set(_decorators(code)))


def _is_classmethod(code: Code) -> bool:
    return "classmethod" in _decorators(code)


def _changes_when_used(code: Code) -> bool:
    """Whether a class has properties or operators that may change the instance: they run without being called."""
    for name, method in code.methods.items():
        is_hidden = _is_property(method) or (name.startswith("__") and name not in _CONSTRUCTORS)
        if is_hidden and may_store(method.node):
            return True
    return any(
        _changes_when_used(parent)
        for base in code.bases
        for parent in base.codes
        if parent.is_class
    )


_CONSTRUCTORS = frozenset({"__init__", "__new__", "__post_init__", "__init_subclass__"})


def _constant_operation(operator: ast.operator, left: Value, right: Value) -> Value:
    """The text of `a / b` for paths and of `a + b` for strings; other operations on constants give some constant."""
    known = left.text is not None and right.text is not None
    if isinstance(operator, ast.Div) and Kind.PATH in (left.kind, right.kind):
        return Value(kind=Kind.PATH, text=f"{left.text}/{right.text}" if known else None)
    if isinstance(operator, ast.Add) and known:
        return text_value(f"{left.text}{right.text}")
    return SCALAR
