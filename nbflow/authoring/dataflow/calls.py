"""What a call does: to its arguments, to what it is called on, to the world; and what comes back.

By what is called: the notebook's own code is run by the machine, known functions and methods by
`knowledge.py`; anything else may change everything it gets.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from nbflow.authoring.dataflow import knowledge, known_builtins, libraries, methods
from nbflow.authoring.dataflow.calling import (
    NAME,
    Arguments,
    Target,
    works_in_place,
)
from nbflow.authoring.dataflow.facts import MODULE, RANDOM, Mode
from nbflow.authoring.dataflow.heap import (
    SCALAR,
    Code,
    Kind,
    Value,
    by_number,
    join,
)
from nbflow.authoring.dataflow.known import Known, Result
from nbflow.authoring.dataflow.method_calls import MethodCalls


class Caller(MethodCalls):
    """A machine that knows what calls do."""

    def call(self, target: Target, arguments: Arguments) -> Value:
        """The value of the call, whose effects are recorded."""
        if target.value.codes and target.value.kind is Kind.CODE:
            codes = sorted(target.value.codes, key=by_number)
            results = [self.apply(code, arguments, target.receiver) for code in codes]
            return join(results)
        if target.value.path:
            return self._call_path(target, arguments)
        if target.receiver is not None:
            return self._call_method(target, target.receiver, arguments)
        if target.value.kind is Kind.OBJECT:
            return self._use_object(target, target.value, arguments)
        return self._call_unknown(target, [target.value, *arguments], "runs code that is not seen")

    # --- what was imported

    def _call_path(self, target: Target, arguments: Arguments) -> Value:
        path = target.value.path
        last = path.rpartition(".")[2]
        if path.count(".") > 1 and last in methods.MUTATING_METHODS:
            self._call_mutating_path(target, path.rpartition(".")[0], arguments)
        if path == "builtins.type" and len(arguments.positional) == 1:
            return self.class_of(arguments.positional[0])
        if path == "builtins.getattr":
            return self._getattr(target, arguments)
        if path == "builtins.super":
            return self._super(target)
        if path in _STAND_INS:
            return Value(kind=Kind.IMPORTED, path=_STAND_INS[path])
        base, _, method = path.rpartition(".")
        if path.partition(".")[0] in libraries.DATASETS and "." in base:
            table = replace(target.value, kind=Kind.DATA, path=base)
            return self._data_method(replace(target, name=method), table, arguments)
        known = knowledge.known_function(path, self.stateless)
        if known is None:
            return self._call_hidden(target, path, arguments)
        return self._call_known(target, known, arguments)

    def _call_mutating_path(self, target: Target, base: str, arguments: Arguments) -> None:
        """`flights.insert(...)` on something imported changes it; `dict.update(d, ...)` changes its
        first argument.
        """
        if knowledge.is_setting(target.value.path):
            return
        is_type = base.startswith("builtins.") or base.rpartition(".")[2][:1].isupper()
        if not is_type:
            self.mutate(
                replace(target.value, path=base), f"calls `{target.text}`, which changes it"
            )
        elif arguments.positional:
            changed = arguments.positional[0]
            self.mutate(changed, f"calls `{target.text}`, which changes it")
            self._store_elements(changed, Arguments(arguments.positional[1:], arguments.keywords))

    def _call_hidden(self, target: Target, path: str, arguments: Arguments) -> Value:
        """A function of a module nothing is known of: it may keep things between calls, and use any
        file.
        """
        top = path.partition(".")[0]
        self.touch(
            MODULE + top, Mode.WRITE, f"calls `{target.text}`, and what `{top}` keeps is not seen"
        )
        self.use_file(None, writes=True, why=f"calls `{target.text}`, which may use any file")
        made = self._call_unknown(target, list(arguments), "calls what is not seen")
        own = self.new((target.place, top))
        for site in own.roots:
            self.heap.mark(site, modules=[top])
        return replace(made, roots=made.roots | own.roots)

    def class_of(self, value: Value) -> Value:
        """`type(value)`."""
        classes = self.classes_of(value)
        if value.is_constant or not classes:
            return SCALAR if value.is_constant else self.heap.part(value)
        sites = frozenset(code.site for code in classes)
        if value.classes:
            return Value(sites, Kind.CODE, codes=value.classes)
        return Value(sites | self.heap.reach(value.roots))

    def classes_of(self, value: Value) -> list[Code]:
        """The notebook's classes that `value` is an instance of, or may be."""
        if value.classes or value.kind is Kind.CODE:
            return sorted(value.classes, key=by_number)
        return [c for c in sorted(self.heap.codes(value), key=by_number) if c.is_class]

    def _getattr(self, target: Target, arguments: Arguments) -> Value:
        base, name = arguments.at(0) or SCALAR, arguments.at(1) or SCALAR
        if not base.path:
            return join([self.heap.anything_of(base), *arguments.positional[2:]])
        if name.text is None:
            self.obstacle(f"looks up a name of `{base.path}` that is only known when it runs")
            return self.new(target.place)
        return self.attribute_of_import(base, name.text)

    def attribute_of_import(self, base: Value, name: str) -> Value:
        return self.imported(f"{base.path}.{name}")

    def _super(self, target: Target) -> Value:
        first = self.scope.captured if self.scope else {}
        return next(iter(first.values()), self.new(target.place))

    def _call_known(self, target: Target, known: Known, arguments: Arguments) -> Value:
        if known.obstacle:
            self.obstacle(f"calls `{target.text}`, which {known.obstacle}", names=not known.outside)
        for resource, mode in known.touches:
            self.touch(resource, Mode(mode), f"calls `{target.text}`")
        if known.draws:
            self.touch(RANDOM, Mode.WRITE, f"calls `{target.text}`, which may use random numbers")
        if known.frame:
            self._read_names_in_text(arguments, NAME)
        self._use_known_files(target, known, arguments)
        if "display_id" in arguments.keywords:
            self.touch(MODULE + "display", Mode.WRITE, f"updates a display by `{target.text}`")
        self._change_arguments(target, known.mutates, arguments)
        if known.changes or works_in_place(target.value.path, arguments):
            for value in arguments:
                self.mutate(value, f"passes it to `{target.text}`, which may change it", deep=True)
        self._ask_about_arguments(target, known, arguments)
        self._iterate_arguments(target, arguments)
        plain = [value for value in arguments.positional if not value.codes]
        is_one = len(plain) == 1 and not arguments.spread
        elements_only = is_one and target.value.path in _CALLING_WITH_ELEMENTS
        returned = self._callbacks((), arguments, elements_only=elements_only)
        made = self._result(target, known, arguments)
        is_kept = known.result is not Result.SCALAR and not elements_only
        if is_kept and returned is not SCALAR:
            self.store(made, returned)
        return made

    def _change_arguments(
        self, target: Target, keys: Iterable[int | str], arguments: Arguments
    ) -> None:
        for key in (*keys, *knowledge.CHANGED_KEYWORDS):
            value = arguments.at(key)
            if value is not None and not value.is_constant and value.path not in _STREAMS:
                self.mutate(value, f"passes it to `{target.text}`, which changes it", owned=True)
                for other in arguments:
                    if other is not value:
                        self.store(value, other, keep=True)

    def _ask_about_arguments(self, target: Target, known: Known, arguments: Arguments) -> None:
        for value in arguments if known.itself else ():
            self.need_itself(value, f"calls `{target.text}`")
        if known.itself:
            self.compare_identity(list(arguments), target.text)

    def _iterate_arguments(self, target: Target, arguments: Arguments) -> None:
        name = target.value.path.removeprefix("builtins.")
        for value in arguments:
            may_iterate = value.kind is Kind.LAZY or name not in known_builtins.NOT_ITERATING
            if may_iterate and (value.kind is not Kind.OBJECT or name in known_builtins.BUILTINS):
                self.consume(value)


# What these give is known to the process by its name, as if it had been imported.
_STAND_INS = {
    "logging.getLogger": "logging.logger",
    "collections.namedtuple": "collections.made",
    "typing.NamedTuple": "collections.made",
    "typing.NewType": "typing.made",
    "typing.TypeVar": "typing.made",
}
_STREAMS = frozenset({"sys.stdout", "sys.stderr"})
_CALLING_WITH_ELEMENTS = frozenset(
    {"builtins.max", "builtins.min", "builtins.sorted", "builtins.filter"}
)
