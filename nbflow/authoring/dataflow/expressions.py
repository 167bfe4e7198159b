"""Expressions: what each may evaluate to, and what evaluating it does."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import cast

from nbflow.authoring.dataflow import methods
from nbflow.authoring.dataflow.calling import Arguments, Target
from nbflow.authoring.dataflow.classes import (
    changes_when_used,
    hidden_methods,
    is_classmethod,
    is_property,
    method_of,
)
from nbflow.authoring.dataflow.facts import Asked
from nbflow.authoring.dataflow.functions import Functions
from nbflow.authoring.dataflow.heap import (
    GENERATOR_EXPRESSION,
    SCALAR,
    Kind,
    Value,
    join,
    text_value,
)
from nbflow.authoring.dataflow.libraries import belongs_to_module
from nbflow.authoring.dataflow.namespace import Scope
from nbflow.authoring.dataflow.source import shell_call
from nbflow.authoring.dataflow.syntax import (
    may_store,
    node_kind,
    place_of,
    selects_by_copy,
    short,
    targets_of,
)


class Expressions(Functions):
    """A machine that evaluates expressions. `assigned` is the one whose value gets a name."""

    assigned: ast.expr | None = None

    def optional_value(self, node: ast.expr | None) -> Value:
        return SCALAR if node is None else self.value_of(node)

    def value_of(self, node: ast.expr) -> Value:
        self.line = getattr(node, "lineno", self.line)
        method = getattr(self, f"_of_{node_kind(node)}", None)
        if method is None:
            self.obstacle(f"has an expression that is not known here ({type(node).__name__})")
            return self.new(place_of(node))
        return cast("Value", method(node))

    def _of_constant(self, node: ast.Constant) -> Value:
        return text_value(node.value) if isinstance(node.value, str) else SCALAR

    def _of_name(self, node: ast.Name) -> Value:
        return self._dunder_aware(self.load(node.id))

    def _dunder_aware(self, value: Value) -> Value:
        """Using an instance may run its properties and operators, and these may change it."""
        codes = value.classes or {code for code in self.heap.codes(value) if code.is_class}
        if value.kind is not Kind.CODE and any(changes_when_used(code) for code in codes):
            self.mutate(value, "uses an object whose properties or operators change it", deep=True)
        return value

    def _of_joined_str(self, node: ast.JoinedStr) -> Value:
        parts = [self.value_of(part) for part in node.values]
        texts = [part.text for part in parts]
        known = "".join(text for text in texts if text is not None) if None not in texts else None
        return Value(kind=Kind.SCALAR, text=known)

    _of_template_str = _of_joined_str

    def _of_formatted_value(self, node: ast.FormattedValue) -> Value:
        value = self.value_of(node.value)
        self.optional_value(node.format_spec)
        is_plain = node.conversion == -1 and node.format_spec is None
        return Value(kind=Kind.SCALAR, text=value.text if is_plain else None)

    _of_interpolation = _of_formatted_value

    def _of_named_expr(self, node: ast.NamedExpr) -> Value:
        value = self.value_of(node.value)
        hidden = self._leave_comprehensions()
        self.bind(node.target.id, value)
        self.scopes += hidden
        return value

    def _leave_comprehensions(self) -> list[Scope]:
        hidden: list[Scope] = []
        while self.scopes and not self.scopes[-1].takes_walrus:
            hidden.insert(0, self.scopes.pop())
        return hidden

    def _of_bin_op(self, node: ast.BinOp) -> Value:
        left, right = self.value_of(node.left), self.value_of(node.right)
        if left.is_constant and right.is_constant:
            return _constant_operation(node.op, left, right)
        found = [each for value in (left, right) for each in self._uses_dunder(value)]
        made = self.arithmetic(place_of(node), [left, right])
        return join([made, *found]) if found else made

    def _uses_dunder(self, value: Value) -> list[Value]:
        """What operators of the notebook's own classes give: they are run where they are used."""
        found: list[Value] = []
        for code in self.classes_of(value):
            operators = [
                method
                for name, method in code.methods.items()
                if name.startswith("__") and name not in ("__init__", "__new__")
            ]
            if any(method in self.running for method in operators):
                # Whoever runs one of them is running all: what is left is what they do to `value`.
                if any(may_store(method.node) for method in operators):
                    self.mutate(value, "uses its operators, which may change it", deep=True)
                found.append(self.heap.anything_of(value))
                continue
            found += [self.apply(each, Arguments(spread=[value]), value) for each in operators]
        return found

    def _of_unary_op(self, node: ast.UnaryOp) -> Value:
        value = self.value_of(node.operand)
        return value if value.is_constant else self.arithmetic(place_of(node), [value])

    def _of_bool_op(self, node: ast.BoolOp) -> Value:
        values = [self.value_of(node.values[0])]
        for each in node.values[1:]:
            self.take_any([self._way_to(each, values), lambda: None])
        return join(values)

    def _way_to(self, node: ast.expr, values: list[Value]) -> Callable[[], None]:
        return lambda: values.append(self.value_of(node))

    def _of_if_exp(self, node: ast.IfExp) -> Value:
        self.value_of(node.test)
        values: list[Value] = []
        self.take_any([self._way_to(node.body, values), self._way_to(node.orelse, values)])
        return join(values)

    def _of_compare(self, node: ast.Compare) -> Value:
        values = [self.value_of(each) for each in (node.left, *node.comparators)]
        compares_identity = any(isinstance(op, (ast.Is, ast.IsNot)) for op in node.ops)
        looks_inside = any(isinstance(op, (ast.In, ast.NotIn)) for op in node.ops)
        for value in values:
            self._uses_dunder(value)
            if looks_inside and value.kind is Kind.LAZY:
                self.consume(value)
        if compares_identity:
            self.compare_identity(values, short(node))
            self._compare_constants(node)
        if looks_inside and values[0].path in _NOT_A_NUMBER:
            self.need_itself(join(values[1:]), f"looks for `{short(node.left)}` in it")
        if all(value.is_constant for value in values):
            return SCALAR
        return self.new(place_of(node), kind=Kind.DATA)

    def _compare_constants(self, node: ast.Compare) -> None:
        """`x is y` of numbers and texts that have names: each kernel makes its own of them."""
        names = [each for each in (node.left, *node.comparators) if isinstance(each, ast.Name)]
        if len(names) > 1:
            self._ask_for_names(names, f"compares the identity in `{short(node)}`")

    def _ask_for_names(self, nodes: Sequence[ast.expr], why: str) -> None:
        for node in nodes:
            if isinstance(node, ast.Name) and node.id in self.facts.reads:
                self.ask(Asked(node.id, why))

    def _of_attribute(self, node: ast.Attribute) -> Value:
        base = self.value_of(node.value)
        if base.path:
            return self._import_attribute(base, node.attr)
        if base.kind is Kind.PATH:
            if node.attr in methods.PATH_READS | methods.PATH_WRITES | {"open"}:
                self.use_file(None, writes=True, why=f"looks up `{short(node)}` to call it later")
            return Value(kind=Kind.SCALAR) if node.attr in _PATH_TEXTS else Value(kind=Kind.PATH)
        if base.kind is Kind.CODE and base.codes:
            self._note_register(base, node)
            return self._class_attribute(base, node.attr)
        if node.attr == "__class__":
            return self.class_of(base)
        if base.kind is Kind.DATA and node.attr == "style":
            # A Styler is changed by its methods, and shows the table as it is when it is shown.
            styler = self.new(place_of(node), kind=Kind.OBJECT)
            self.store(styler, base, keep=True)
            return styler
        if base.kind is Kind.DATA and node.attr in methods.PLOT_METHODS:
            return self.draw(Target(short(node), place_of(node)), base)
        if node.attr in _OF_THE_OBJECT:
            self.need_itself(base, f"asks for `{short(node)}`")
        found = self._run_property(base, node.attr)
        if base.kind in (Kind.CONTAINER, Kind.LAZY):
            # These have methods and nothing else: what is looked up may change them when called.
            return join([self.heap.anything_of(base), *found])
        return join([self.heap.part(base), *found])

    def _note_register(self, base: Value, node: ast.Attribute) -> None:
        """`@area.register` adds to a function of the notebook, `Base.register(C)` to a class."""
        if base.kind is Kind.CODE and node.attr == "register":
            self.mutate(base, f"calls `{short(node)}`, which adds to it")

    def _import_attribute(self, base: Value, name: str) -> Value:
        value = self.attribute_of_import(base, name)
        if f"{value.path}".endswith(("__dict__", "__builtins__")):
            self.obstacle(f"uses `{value.path}`")
        return value

    def _class_attribute(self, base: Value, name: str) -> Value:
        found = [m for code in base.codes if (m := method_of(code, name)) is not None]
        part = replace(self.heap.part(base), codes=frozenset(), kind=Kind.UNKNOWN)
        if found and len(found) == len(base.codes):
            return replace(part, kind=Kind.CODE, codes=frozenset(found))
        return part

    def _run_property(self, base: Value, name: str) -> list[Value]:
        """What the property of that name gives, if one of the classes it may be of has one."""
        found = [method_of(code, name) for code in self.classes_of(base)]
        return [
            self.apply(method, Arguments(), base)
            for method in found
            if method is not None and is_property(method)
        ]

    def _of_subscript(self, node: ast.Subscript) -> Value:
        base = self.value_of(node.value)
        index = self.value_of(node.slice)
        found = self._uses_dunder(base)
        if base.path:
            is_plain = base.path.startswith("builtins.") or belongs_to_module(base.path)
            return SCALAR if is_plain else Value(base.roots, Kind.DATA, base.path)
        if any(self.heap.thing(site).grows_when_read for site in base.roots):
            self.mutate(base, f"looks up `{short(node)}`, which may put it there")
        if base.kind is Kind.DATA and selects_by_copy(node.slice):
            return self.new(place_of(node), kind=Kind.DATA)
        part = join([self.heap.part(base), *found])
        if base.kind is Kind.CONTAINER and not (
            index.is_constant and isinstance(node.slice, _ITEM)
        ):
            return self._slice_of(node, part)
        return part

    def _slice_of(self, node: ast.Subscript, part: Value) -> Value:
        """A new list of the same elements, or one of them where it is not seen which of the two."""
        made = self.new(place_of(node), kind=Kind.CONTAINER)
        self.store(made, part)
        return made if isinstance(node.slice, ast.Slice) else join([made, part])

    def _of_slice(self, node: ast.Slice) -> Value:
        for each in (node.lower, node.upper, node.step):
            self.optional_value(each)
        return SCALAR

    def _of_starred(self, node: ast.Starred) -> Value:
        value = self.value_of(node.value)
        self.consume(value)
        return value

    def _of_await(self, node: ast.Await) -> Value:
        value = self.value_of(node.value)
        self.consume(value)
        return value

    def _of_yield(self, node: ast.Yield) -> Value:
        value = self.optional_value(node.value)
        if self.scope:
            self.scope.returns.append(value)
        return Value(frozenset({("sent", place_of(node))}))

    def _of_yield_from(self, node: ast.YieldFrom) -> Value:
        value = self.value_of(node.value)
        self.consume(value)
        if self.scope:
            self.scope.returns.append(self.heap.part(value))
        return value

    # --- assignment

    def assign(self, target: ast.expr, value: Value, node: ast.expr | None = None) -> None:
        if isinstance(target, ast.Name):
            self.bind(target.id, value)
        elif isinstance(target, ast.Starred):
            whole = self.new(place_of(target), kind=Kind.CONTAINER)
            self.store(whole, value)
            self.assign(target.value, whole)
        elif isinstance(target, (ast.Tuple, ast.List)):
            self._unpack(target.elts, value, node)
        elif isinstance(target, (ast.Attribute, ast.Subscript)):
            self.change_part(target, value, "assigns to")

    def _unpack(self, targets: Sequence[ast.expr], value: Value, node: ast.expr | None) -> None:
        elements = _written_out(node)
        if len(elements) == len(targets) and not _has_star([*elements, *targets]):
            # `a, b = x, y`: each gets its own; all are evaluated before the first is bound.
            values = [self.value_of(each) for each in elements]
            for target, each in zip(targets, values, strict=True):
                self.assign(target, each)
            return
        self.consume(value)
        part = self.heap.element(value)
        for target in targets:
            self.assign(target, part)

    def change_part(self, target: ast.expr, value: Value, verb: str) -> None:
        """An assignment to, or deletion of, an attribute or item changes what it belongs to."""
        base_node = cast("ast.Attribute | ast.Subscript", target).value
        base = self.value_of(base_node)
        if isinstance(target, ast.Subscript):
            key = self.value_of(target.slice)
            if base.kind in (Kind.CONTAINER, Kind.UNKNOWN):
                self._store_key(base, key)
        if isinstance(target, ast.Attribute) and target.attr in _MAKING_ROWS:
            self.rows = f"of a type that a connection makes (`{short(target)}`)"
        self.mutate(base, f"{verb} `{short(target)}`")
        self.store(base, value)

    # --- containers and comprehensions

    def _of_list(self, node: ast.List | ast.Tuple | ast.Set) -> Value:
        values = [self.value_of(each) for each in node.elts]
        if isinstance(node, ast.Tuple) and all(value.is_constant for value in values):
            return SCALAR
        made = self.new(place_of(node), kind=Kind.CONTAINER)
        for each, value in zip(node.elts, values, strict=True):
            starred = isinstance(each, ast.Starred)
            self.store(made, self.heap.element(value) if starred else value)
        return made

    _of_tuple = _of_set = _of_list

    def _of_dict(self, node: ast.Dict) -> Value:
        made = self.new(place_of(node), kind=Kind.CONTAINER)
        for key, item in zip(node.keys, node.values, strict=True):
            if key is not None:
                self._store_key(made, self.value_of(key))
            value = self.value_of(item)
            self.store(made, self.heap.part(value) if key is None else value)
        return made

    def _store_key(self, made: Value, key: Value) -> None:
        """Keys that are objects are as much in a dict as its values; a tuple's parts may be."""
        if key.kind is Kind.CONTAINER:
            key = self.heap.part(key)
        if key.roots and not key.path and key.kind is not Kind.DATA:
            self.store(made, key)
            for site in made.roots:
                self.heap.thing(site).has_object_keys = True

    def _of_list_comp(self, node: ast.ListComp | ast.SetComp) -> Value:
        made = self.new(place_of(node), kind=Kind.CONTAINER)
        self._comprehend(node.generators, lambda: self.store(made, self.value_of(node.elt)))
        return made

    _of_set_comp = _of_list_comp

    def _of_dict_comp(self, node: ast.DictComp) -> Value:
        made = self.new(place_of(node), kind=Kind.CONTAINER)

        def add() -> None:
            self._store_key(made, self.value_of(node.key))
            self.store(made, self.value_of(node.value))

        self._comprehend(node.generators, add)
        return made

    def _of_generator_exp(self, node: ast.GeneratorExp) -> Value:
        made = self.new(place_of(node), kind=Kind.LAZY, stuck=GENERATOR_EXPRESSION)
        self._comprehend(node.generators, lambda: self.store(made, self.value_of(node.elt)))
        lambda_ = ast.Lambda(_NO_ARGUMENTS, ast.ListComp(node.elt, node.generators))
        later = self.make_function(ast.copy_location(lambda_, node), GENERATOR_EXPRESSION)
        self.store(made, later, keep=True)
        return made

    def _comprehend(self, generators: Sequence[ast.comprehension], add: Callable[[], None]) -> None:
        first = self.value_of(generators[0].iter)
        names = frozenset(name for each in generators for name in targets_of(each.target))
        self.scopes.append(Scope(local_names=names, takes_walrus=False))

        def once() -> None:
            for i, generator in enumerate(generators):
                iterated = first if i == 0 else self.value_of(generator.iter)
                self.consume(iterated)
                self.assign(generator.target, self.heap.element(iterated))
                for condition in generator.ifs:
                    self.value_of(condition)
            add()

        self.take_often(once)
        self.scopes.pop()

    def _of_lambda(self, node: ast.Lambda) -> Value:
        return self.make_function(node, "a lambda")

    # --- calls

    def _of_call(self, node: ast.Call) -> Value:
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
        if target.value.path == "builtins.id":
            self._ask_for_names(node.args, f"asks for `{short(node)}`")
        self._run_methods_called_by(target, arguments)
        made = self.call(target, arguments)
        if node is not self.assigned:
            self._use_without_name(made)
        elif target.name in methods.VIEW_OF_DICT and target.receiver is not None:
            self.store(made, target.receiver, keep=True)  # it shows what is put there later
        return made

    def _use_without_name(self, value: Value) -> None:
        """Whoever loads a name may run all that its instance does unasked; here there is no name,
        as in `with Timer():`.
        """
        for code in self.classes_of(value) if value.kind is not Kind.CODE else ():
            for method in hidden_methods(code):
                self.may_run(method)

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
            return Target(text, place, self.value_of(node.func))
        base = self.value_of(node.func.value)
        name = node.func.attr
        if base.path:
            return Target(text, place, self._import_attribute(base, name))
        self._note_register(base, node.func)
        return self._method_target(text, place, base, name)

    def _method_target(self, text: str, place: object, base: Value, name: str) -> Target:
        found = [method for code in base.classes if (method := method_of(code, name)) is not None]
        if found and len(found) == len(base.classes):
            value = Value(kind=Kind.CODE, codes=frozenset(found))
            return Target(text, place, value, base, name)
        if base.kind is Kind.CODE and base.codes:
            value = self._class_attribute(base, name)
            if value.kind is Kind.CODE:
                is_bound = any(is_classmethod(code) for code in value.codes)
                return Target(text, place, value, base if is_bound else None, name)
        return Target(text, place, SCALAR, base, name)

    def _arguments(self, node: ast.Call) -> Arguments:
        plain = [each for each in node.args if not isinstance(each, ast.Starred)]
        starred = [each for each in node.args if isinstance(each, ast.Starred)]
        positional = [self.value_of(each) for each in plain]
        spread = [self.heap.element(self.value_of(each)) for each in starred]
        keywords: dict[str, Value] = {}
        flags: dict[str, bool] = {}
        any_keyword = any(keyword.arg is None for keyword in node.keywords)
        for keyword in node.keywords:
            value = self.value_of(keyword.value)
            if keyword.arg is None:
                spread += [self.heap.part(value), value]
                continue
            keywords[keyword.arg] = value
            if isinstance(keyword.value, ast.Constant) and isinstance(keyword.value.value, bool):
                flags[keyword.arg] = keyword.value.value
        if starred:
            # Positions after a star are not known: what is given may arrive anywhere.
            return Arguments([], keywords, [*spread, *positional], flags, any_keyword)
        return Arguments(positional, keywords, spread, flags, any_keyword)

    def _run_methods_called_by(self, target: Target, arguments: Arguments) -> None:
        """Builtins call the special methods of the notebook's own classes: `len(x)`, `print(x)`,
        `sorted(xs)`.
        """
        if target.value.path.startswith("builtins."):
            for value in arguments:
                self._uses_dunder(value)


_NO_ARGUMENTS = ast.arguments(
    posonlyargs=[], args=[], vararg=None, kwonlyargs=[], kw_defaults=[], kwarg=None, defaults=[]
)
_ITEM = (
    ast.Constant,
    ast.Name,
    ast.BinOp,
    ast.UnaryOp,
    ast.Attribute,
    ast.JoinedStr,
    ast.Subscript,
)
_NOT_A_NUMBER = frozenset({"numpy.nan", "math.nan", "numpy.NaN", "numpy.NAN"})
"""Not equal to itself: it is found in a list because it is the same object."""
_OF_THE_OBJECT = frozenset("flags strides base __traceback__".split())
"""Attributes that a copy in another kernel has otherwise."""
_MAKING_ROWS = frozenset({"row_factory", "text_factory"})
_PATH_TEXTS = frozenset("name stem suffix suffixes parts drive root anchor".split())


def _constant_operation(operator: ast.operator, left: Value, right: Value) -> Value:
    """The text of `a / b` for paths and of `a + b` for strings; other operations on constants give
    some constant.
    """
    known = left.text is not None and right.text is not None
    if isinstance(operator, ast.Div) and Kind.PATH in (left.kind, right.kind):
        return Value(kind=Kind.PATH, text=f"{left.text}/{right.text}" if known else None)
    if isinstance(operator, ast.Add) and known:
        return text_value(f"{left.text}{right.text}")
    return SCALAR


def _written_out(node: ast.expr | None) -> list[ast.expr]:
    """The elements of a tuple or list that stands there as one."""
    return node.elts if isinstance(node, (ast.Tuple, ast.List)) else []


def _has_star(nodes: Sequence[ast.expr]) -> bool:
    return any(isinstance(each, ast.Starred) for each in nodes)
