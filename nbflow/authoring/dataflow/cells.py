"""Reading one cell: its statements in the order in which they would run, on a machine that only
keeps track.

Both ways of a branch are taken and joined, loops are gone through until nothing new is found,
functions are read where they are called. Nothing is executed.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Sequence
from typing import cast

from nbflow.authoring.dataflow import known_builtins, libraries
from nbflow.authoring.dataflow.calling import Arguments, Target
from nbflow.authoring.dataflow.expressions import Expressions
from nbflow.authoring.dataflow.facts import CellFacts, Statement
from nbflow.authoring.dataflow.heap import SCALAR, Code, Kind, Value, by_number, join
from nbflow.authoring.dataflow.namespace import Scope, values_in
from nbflow.authoring.dataflow.source import CellSource, parse_code
from nbflow.authoring.dataflow.statements import has_setup_form
from nbflow.authoring.dataflow.syntax import (
    annotations_of,
    assigned_in,
    node_kind,
    place_of,
    short,
)

_NAMED_TUPLE = """
class {name}:
    def _asdict(self): return {{'fields': [self.fields]}}
    def _replace(self, **given): return [self, given][0]
"""
"""What a named tuple does, in other words."""


class CellReader(Expressions):
    """Reads the cells of one notebook, one after the other in notebook order; each `read` gives the
    facts about one cell.
    """

    def read(self, source: CellSource) -> CellFacts:
        """The facts about the next cell."""
        self.begin(source.index)
        if source.error:
            self.line = source.error_line
            self.obstacle(f"is not Python ({source.error})")
        try:
            self._read_body(source)
        except RecursionError:
            # Expressions nested deeper than Python's own stack: give up on the cell, not on the
            # notebook.
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
        """After a cell that cannot be followed any name may stand for anything, and share it with
        any other name.
        """
        lost = self.new(("anything",))
        for _, value in list(values_in(self.names)):
            if value.path:
                continue
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
        return f"builtins.{node.id}" if known_builtins.is_builtin(node.id) else ""

    # --- statements

    def run_block(self, nodes: Iterable[ast.stmt]) -> None:
        for node in nodes:
            self.line = node.lineno
            self._statement(node)

    def _statement(self, node: ast.stmt) -> None:
        method = getattr(self, f"_do_{node_kind(node)}", None)
        if method is None:
            self.obstacle(f"has a statement that is not known here ({type(node).__name__})")
            return
        method(node)

    def _do_pass(self, node: ast.Pass) -> None:
        pass

    _do_break = _do_continue = _do_global = _do_nonlocal = _do_pass

    def _do_expr(self, node: ast.Expr) -> None:
        self.value_of(node.value)

    def _do_assert(self, node: ast.Assert) -> None:
        self.value_of(node.test)
        self.optional_value(node.msg)

    def _do_raise(self, node: ast.Raise) -> None:
        self.optional_value(node.exc)
        self.optional_value(node.cause)

    def _do_return(self, node: ast.Return) -> None:
        value = self.optional_value(node.value)
        if self.scope:
            self.scope.returns.append(value)

    def _do_delete(self, node: ast.Delete) -> None:
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
            self.change_part(target, SCALAR, "deletes")

    def _do_import(self, node: ast.Import) -> None:
        for alias in node.names:
            path = alias.name if alias.asname else alias.name.partition(".")[0]
            self._bind_import(alias.asname or path, path)

    def _do_import_from(self, node: ast.ImportFrom) -> None:
        module = "." * node.level + (node.module or "")
        for alias in node.names:
            if alias.name == "*":
                self._import_star(module)
            else:
                self._bind_import(alias.asname or alias.name, f"{module}.{alias.name}")

    def _bind_import(self, name: str, path: str) -> None:
        self.bind(name, self.imported(path))

    def _import_star(self, module: str) -> None:
        if module not in self.stars:
            self.stars.append(module)

    def _do_assign(self, node: ast.Assign) -> None:
        self.assigned = node.value
        value = self.value_of(node.value)
        record = self._named_tuple(node)
        if record is not None:
            value = record
        for target in node.targets:
            self.assign(target, value, node.value)

    def _named_tuple(self, node: ast.Assign) -> Value | None:
        """What `Point = namedtuple("Point", "x y")` makes: a class of the notebook, if it is known
        to every kernel by the name it tells of itself.
        """
        call, target = node.value, node.targets[0]
        if len(node.targets) > 1 or not isinstance(call, ast.Call) or not call.args:
            return None
        name = call.args[0]
        if not isinstance(name, ast.Constant) or not isinstance(target, ast.Name):
            return None
        if self.path_of(call.func) != "collections.namedtuple" or name.value != target.id:
            return None
        definition = cast("ast.ClassDef", ast.parse(_NAMED_TUPLE.format(name=target.id)).body[0])
        for number, part in enumerate(ast.walk(definition)):
            ast.copy_location(part, call)
            if isinstance(part, ast.FunctionDef):
                part.end_col_offset = number  # what stands at one place is one function
        return self.make_class(definition, [Value(kind=Kind.IMPORTED, path="builtins.tuple")])

    def _do_ann_assign(self, node: ast.AnnAssign) -> None:
        self.value_of(node.annotation)
        if node.value is not None:
            self.assigned = node.value
            self.assign(node.target, self.value_of(node.value), node.value)

    def _do_aug_assign(self, node: ast.AugAssign) -> None:
        target = node.target
        value = self.value_of(node.value)
        if not isinstance(target, ast.Name):
            self.change_part(target, value, "changes")
            return
        before = self.load(target.id)
        if not before.is_constant:
            self.mutate(before, f"changes `{target.id}` in place")
            self.store(before, self.heap.part(value))
        changed = self.arithmetic(place_of(node), [before, value])
        self.bind(target.id, changed if before.is_constant else join([before, changed]))

    def _do_type_alias(self, node: ast.stmt) -> None:
        name = cast("ast.Name", getattr(node, "name"))  # noqa: B009 - not in Python 3.10's ast
        self.bind(name.id, SCALAR)

    # --- branches and loops

    def _do_if(self, node: ast.If) -> None:
        self.value_of(node.test)
        self.take_any([lambda: self.run_block(node.body), lambda: self.run_block(node.orelse)])

    def _do_for(self, node: ast.For | ast.AsyncFor) -> None:
        iterated = self.value_of(node.iter)
        self.consume(iterated)

        def once() -> None:
            self.assign(node.target, self.heap.element(iterated))
            self.run_block(node.body)

        self.take_often(once)
        self.run_block(node.orelse)

    _do_async_for = _do_for

    def _do_while(self, node: ast.While) -> None:
        def once() -> None:
            self.value_of(node.test)
            self.run_block(node.body)

        self.value_of(node.test)
        self.take_often(once)
        self.run_block(node.orelse)

    def _do_with(self, node: ast.With | ast.AsyncWith) -> None:
        swallows = False
        for item in node.items:
            value = self.value_of(item.context_expr)
            if item.optional_vars is not None:
                self.assign(item.optional_vars, value)
            swallows = swallows or self._may_swallow(item.context_expr)
        if not swallows:
            self.run_block(node.body)
            return
        before = self.snapshot()
        self.start_trail()
        self.run_block(node.body)
        self.merge([self.end_trail(before), self.snapshot()])

    _do_async_with = _do_with

    def _may_swallow(self, node: ast.expr) -> bool:
        """Whether leaving the with-block may hide an exception, so that its body may stop
        anywhere.
        """
        called = node.func if isinstance(node, ast.Call) else node
        if isinstance(called, ast.Attribute) and called.attr == "open":
            return False
        path = self.path_of(called)
        return path.partition(".")[0] not in libraries.STATELESS_LIBRARIES | {"builtins"} or (
            path.startswith("contextlib.")
        )

    def _do_try(self, node: ast.Try) -> None:
        before = self.snapshot()
        self.start_trail()
        self.run_block(node.body)
        interrupted = self.end_trail(before)
        self.run_block(node.orelse)
        after = [self.snapshot()]
        for handler in node.handlers:
            self.restore(interrupted)
            self._handler(handler)
            after.append(self.snapshot())
        self.merge([*after, interrupted] if node.finalbody and not node.handlers else after)
        self.run_block(node.finalbody)

    _do_try_star = _do_try

    def _handler(self, handler: ast.ExceptHandler) -> None:
        self.optional_value(handler.type)
        if handler.name is None:
            self.run_block(handler.body)
            return
        caught = self.new(place_of(handler))
        self.bind(handler.name, caught)
        self.run_block(handler.body)
        self.unbind(handler.name)

    def _do_match(self, node: ast.Match) -> None:
        subject = self.value_of(node.subject)

        def way(case: ast.match_case) -> Callable[[], None]:
            def take() -> None:
                self._pattern(case.pattern, subject)
                self.optional_value(case.guard)
                self.run_block(case.body)

            return take

        self.take_any([*(way(case) for case in node.cases), lambda: None])

    def _pattern(self, pattern: ast.pattern, subject: Value) -> None:
        for node in ast.walk(pattern):
            name = getattr(node, "name", None) or getattr(node, "rest", None)
            if isinstance(name, str):
                self.bind(name, join([subject, self.heap.part(subject)]))
            elif isinstance(node, ast.MatchValue):
                self.value_of(node.value)
            elif isinstance(node, ast.MatchClass):
                self.value_of(node.cls)

    # --- functions and classes

    def _do_function_def(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        value = self.make_function(node, node.name)
        for annotation in annotations_of(node.args, node.returns):
            self.value_of(annotation)
        self._bind_decorated(node, value)

    _do_async_function_def = _do_function_def

    def _bind_decorated(
        self, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef, value: Value
    ) -> None:
        for decorator in reversed(node.decorator_list):
            function = self.value_of(decorator)
            if function.path == "functools.singledispatch":
                for site in value.roots:
                    self.heap.mark(site, stuck="a generic function, which others are added to")
            if not self._is_plain_decorator(decorator):
                target = Target(short(decorator), (place_of(decorator), "decorates"), function)
                value = self.call(target, Arguments([value]))
        self.bind(node.name, value)

    def _is_plain_decorator(self, node: ast.expr) -> bool:
        path = self.path_of(node.func if isinstance(node, ast.Call) else node)
        return path.removeprefix("builtins.") in libraries.PLAIN_DECORATORS or (
            isinstance(node, ast.Attribute) and node.attr in ("setter", "getter", "deleter")
        )

    def _do_class_def(self, node: ast.ClassDef) -> None:
        bases = [self.value_of(base) for base in node.bases]
        bases += [self.value_of(keyword.value) for keyword in node.keywords]
        for code in _inherited(bases):
            self.may_run(code)  # metaclasses, which run as a class is made
        self.run_class_makers(bases)
        self._bind_decorated(node, self.make_class(node, bases))

    # --- code inside magics

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
            self.run_block(nodes[:-1])
            return self.value_of(nodes[-1].value)
        self.run_block(nodes)
        return SCALAR


def _inherited(bases: Iterable[Value]) -> list[Code]:
    """The notebook's own classes and metaclasses behind the bases of a class."""
    found: dict[Code, None] = {}
    todo = [code for base in bases for code in base.codes]
    while todo:
        code = todo.pop()
        if code not in found:
            found[code] = None
            todo += [parent for base in code.bases for parent in base.codes]
    return sorted(found, key=by_number)
