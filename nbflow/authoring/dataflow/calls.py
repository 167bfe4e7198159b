"""What a call does: to its arguments, to what it is called on, to the world; and what comes back.

By what is called: the notebook's own code is run by the machine, known functions and methods by
`knowledge.py`; anything else may change everything it gets.
"""

from __future__ import annotations

import re
from abc import abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath
from typing import ClassVar

from nbflow.authoring.dataflow import knowledge, libraries, methods
from nbflow.authoring.dataflow.facts import MODULE, PLOTS, RANDOM, Mode
from nbflow.authoring.dataflow.heap import (
    SCALAR,
    Code,
    Kind,
    Site,
    Value,
    by_number,
    join,
    text_value,
)
from nbflow.authoring.dataflow.knowledge import Known, Result
from nbflow.authoring.dataflow.machine import Machine

_AT_NAME = re.compile(r"@(\w+)")
_NAME = re.compile(r"[A-Za-z_]\w*")


@dataclass(frozen=True)
class Arguments:
    """The values a call gets. `spread` are those given with a star; `flags` the keywords with a
    literal True or False; with `has_any_keyword`, there may be others (`**options`).
    """

    positional: Sequence[Value] = ()
    keywords: dict[str, Value] = field(default_factory=dict)
    spread: Sequence[Value] = ()
    flags: dict[str, bool] = field(default_factory=dict)
    has_any_keyword: bool = False

    def __iter__(self) -> Iterator[Value]:
        yield from self.positional
        yield from self.keywords.values()
        yield from self.spread

    def at(self, key: int | str) -> Value | None:
        if isinstance(key, str):
            return self.keywords.get(key)
        return self.positional[key] if key < len(self.positional) else None

    def is_set(self, flag: str) -> bool:
        """Whether the keyword is given and may be true."""
        return flag in self.keywords and self.flags.get(flag, True)


@dataclass(frozen=True)
class Target:
    """What is called: `value`, or the method `name` of `receiver`. `text` is how the call is
    written, `place` where it stands.
    """

    text: str
    place: object
    value: Value = SCALAR
    receiver: Value | None = None
    name: str = ""


class Caller(Machine):
    """A machine that knows what calls do."""

    @abstractmethod
    def apply(self, code: Code, arguments: Arguments, itself: Value | None = None) -> Value:
        """Run the notebook's own `code` with these arguments, `itself` being the first one of a
        method.
        """

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

    # --- anything

    def _call_unknown(
        self, target: Target, values: Iterable[Value], why: str, *, blindly: bool = False
    ) -> Value:
        """Everything that the call gets may be changed, and may refer to everything else
        afterwards.

        The notebook's own code among it may run; not so `blindly`, where it is running already.
        """
        given = [value for value in values if not value.is_constant]
        returned = SCALAR if blindly else self._run_carried(given)
        for value in given:
            self.mutate(value, f"passes it to `{target.text}`, which may change it", deep=True)
        self.touch(RANDOM, Mode.WRITE, f"{why}: `{target.text}`")
        self._use_files(target, Arguments(given))
        made = self.new(target.place)
        for value in given:
            self.store(made, value)
        if len([value for value in given if value.roots]) > 1:
            for value in given:
                self.store(value, made)
        result = join([made, *given, returned])
        return Value(result.roots, Kind.UNKNOWN)

    def _run_carried(self, given: Sequence[Value]) -> Value:
        """Run the notebook's own code that is handed over; what it may give but its arguments."""
        return join(self.mention(value) for value in given)

    def _callbacks(
        self, around: Iterable[Value], arguments: Arguments, *, elements_only: bool = False
    ) -> Value:
        """Run the functions among the arguments on parts of everything else that is passed, or on
        the whole of it too; what they may return.
        """
        functions = [value for value in arguments if value.codes]
        others = [value for value in (*around, *arguments) if not value.codes]
        if not functions:
            return SCALAR
        whole = [] if elements_only else others
        part = join([self.heap.part(value) for value in others] + whole)
        codes = sorted({c for value in functions for c in value.codes}, key=by_number)
        return join(self.apply(code, Arguments(spread=[part])) for code in codes)

    def _run_carried_by(self, receiver: Value, arguments: Arguments) -> None:
        """Run the notebook's own code that an object of a library holds (a step of a pipeline) on
        what the object gets.
        """
        codes = self.heap.codes(receiver)
        if not codes:
            return
        values = [receiver, *arguments]
        given = Arguments(spread=[join([*values, *(self.heap.part(value) for value in values)])])
        for code in sorted(codes, key=by_number):
            for each in code.methods.values() if code.is_class else [code]:
                self.apply(each, given, self.heap.anything_of(receiver))

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

    @staticmethod
    def attribute_of_import(base: Value, name: str) -> Value:
        path = f"{base.path}.{name}"
        return Value(frozenset({("import", path)}), Kind.IMPORTED, path)

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
            self._read_names_in_text(arguments, _NAME)
        if known.file:
            self._use_file_argument(target, known, arguments)
        if "display_id" in arguments.keywords:
            self.touch(MODULE + "display", Mode.WRITE, f"updates a display by `{target.text}`")
        self._change_arguments(target, known.mutates, arguments)
        if known.changes or _works_in_place(target.value.path, arguments):
            for value in arguments:
                self.mutate(value, f"passes it to `{target.text}`, which may change it", deep=True)
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

    def _iterate_arguments(self, target: Target, arguments: Arguments) -> None:
        name = target.value.path.removeprefix("builtins.")
        for value in arguments:
            may_iterate = value.kind is Kind.LAZY or name not in knowledge.NOT_ITERATING
            if may_iterate and (value.kind is not Kind.OBJECT or name in knowledge.BUILTINS):
                self.consume(value)

    def _result(self, target: Target, known: Known, arguments: Arguments) -> Value:
        for keyword, reason in knowledge.READ_IN_STEPS.items():
            if keyword in arguments.keywords:
                known = replace(known, result=Result.LAZY, stuck=reason)
        make = self._MAKERS[known.result]
        made: Value = make(self, target, arguments)
        for site in self.new(target.place).roots:
            self.heap.mark(site, stuck=known.stuck)
            if known.stuck and known.file in ("open", "w"):
                self._remember_file(site, known, arguments)
        return made

    def _remember_file(self, site: Site, known: Known, arguments: Arguments) -> None:
        """Whatever is done with an open file later is done to what is stored under its path."""
        path = arguments.at(known.file_at)
        writes = known.file == "w" or _opens_for_writing(arguments)
        self.heap.thing(site).files.add((path.text if path is not None else None, writes))

    def _make_scalar(self, target: Target, arguments: Arguments) -> Value:
        text = _joined_path(arguments) if target.value.path == "os.path.join" else None
        if target.value.path == "builtins.str" and arguments.positional:
            text = arguments.positional[0].text
        return Value(kind=Kind.SCALAR, text=text)

    def _make_fresh(self, target: Target, arguments: Arguments) -> Value:
        made = self.new(target.place, kind=Kind.DATA)
        carrying = [value for value in arguments if self.heap.codes(value)]
        for value in carrying:
            self.store(made, value)
        return replace(made, kind=Kind.UNKNOWN) if carrying else made

    def _make_view(self, target: Target, arguments: Arguments) -> Value:
        made = self._make_fresh(target, arguments)
        roots = frozenset(site for value in arguments for site in value.roots)
        return replace(made, roots=made.roots | roots)

    def _make_container(self, target: Target, arguments: Arguments) -> Value:
        made = self.new(target.place, kind=Kind.CONTAINER)
        for value in (*arguments.positional, *arguments.spread):
            self.store(made, self.heap.element(value))
        for value in arguments.keywords.values():
            self.store(made, value)
        return made

    def _make_part(self, target: Target, arguments: Arguments) -> Value:
        keywords = [value for name, value in arguments.keywords.items() if name != "key"]
        given = arguments.positional[target.value.path == "functools.reduce" :]
        values = [*given, *keywords, *arguments.spread]
        if all(value.is_constant for value in values):
            return SCALAR
        return join([*(self.heap.element(value) for value in values), *given[1:]])

    def _make_arithmetic(self, target: Target, arguments: Arguments) -> Value:
        return self.arithmetic(target.place, list(arguments))

    def _make_object(self, target: Target, arguments: Arguments) -> Value:
        # With copy=False, methods of the object may change their arguments.
        works_in_place = arguments.flags.get("copy") is False
        made = self.new(target.place, kind=Kind.UNKNOWN if works_in_place else Kind.OBJECT)
        for value in arguments:
            self.store(made, value)
        return made

    def _make_lazy(self, target: Target, arguments: Arguments) -> Value:
        made = self.new(target.place, kind=Kind.LAZY)
        if knowledge.makes_what_it_gives(target.value.path):
            self.store(made, self._given_by(target))
        for value in arguments:
            self.store(made, value, keep=True)
            if not value.codes:
                self._store_read(target, made, self.heap.element(value))
        return made

    def _given_by(self, target: Target) -> Value:
        """What a reader makes anew each time: a row, a chunk, a match."""
        name = target.name or target.value.path.rpartition(".")[2]
        is_row = name in ("reader", "DictReader")
        return self.new(
            (target.place, "given"),
            kind=Kind.CONTAINER if is_row else Kind.DATA,
            stuck=knowledge.STUCK_ELEMENTS.get(name, ""),
        )

    def _store_read(self, target: Target, iterator: Value, part: Value) -> None:
        """What an iterator gives: parts of what it goes through, or tuples of such."""
        name = target.value.path.rpartition(".")[2]
        gives_tuples = name in ("zip", "enumerate")
        if gives_tuples or target.value.path.startswith("itertools."):
            pair = self.new((target.place, "tuple"), kind=Kind.CONTAINER)
            self.store(pair, part)
            self.store(iterator, pair)
        if not gives_tuples:
            self.store(iterator, part)

    def _make_path(self, target: Target, arguments: Arguments) -> Value:
        is_constructor = target.value.path.rpartition(".")[2][:1].isupper()
        text = _joined_path(arguments) if is_constructor else None
        return Value(kind=Kind.PATH, text=text)

    def _make_copy(self, target: Target, arguments: Arguments) -> Value:
        """A copy of data, or of containers of data, is data; other copies are what they copy."""
        made = self._make_fresh(target, arguments)
        given = join(arguments)
        things = [self.heap.thing(site) for site in self.heap.reach(given.roots)]
        is_data = given.kind in (Kind.SCALAR, Kind.PATH, Kind.DATA) or (
            given.kind is Kind.CONTAINER and all(each.element in _OF_DATA for each in things)
        )
        kind = Kind.OBJECT if given.kind is Kind.OBJECT else Kind.UNKNOWN
        return made if is_data else replace(made, kind=kind)

    def _make_unpickled(self, target: Target, arguments: Arguments) -> Value:
        made = self.new(target.place)
        for site in made.roots:
            self.heap.mark(site, codes=self.known_classes())
        return made

    @abstractmethod
    def known_classes(self) -> list[Code]:
        """All classes that the notebook has defined so far."""

    def _make_unknown(self, target: Target, arguments: Arguments) -> Value:
        made = self.new(target.place)
        for value in arguments:
            self.store(made, value)
        return made

    _MAKERS: ClassVar = {
        Result.SCALAR: _make_scalar,
        Result.FRESH: _make_fresh,
        Result.VIEW: _make_view,
        Result.HOLDS: _make_container,
        Result.PARTS: _make_part,
        Result.ARITHMETIC: _make_arithmetic,
        Result.OBJECT: _make_object,
        Result.LAZY: _make_lazy,
        Result.PATH: _make_path,
        Result.COPY: _make_copy,
        Result.UNPICKLED: _make_unpickled,
        Result.UNKNOWN: _make_unknown,
    }

    def arithmetic(self, place: object, values: Sequence[Value]) -> Value:
        """What an operator makes of `values`: nothing shared with numbers and tables, elements with
        lists.
        """
        kinds = {value.kind for value in values}
        if kinds <= {Kind.SCALAR, Kind.PATH}:
            return Value(kind=Kind.PATH) if Kind.PATH in kinds else SCALAR
        if kinds <= {Kind.SCALAR, Kind.DATA}:
            return self.new(place, kind=Kind.DATA)
        if kinds <= {Kind.SCALAR, Kind.CONTAINER}:
            made = self.new(place, kind=Kind.CONTAINER)
            for value in values:
                self.store(made, self.heap.part(value))
            return made
        made = self.new(place)
        roots = frozenset(site for value in values for site in value.roots)
        kind = Kind.OBJECT if kinds <= {Kind.SCALAR, Kind.DATA, Kind.OBJECT} else Kind.UNKNOWN
        return Value(made.roots | roots, kind)

    # --- files and text

    def _use_file_argument(self, target: Target, known: Known, arguments: Arguments) -> None:
        if known.file == "any":
            self.use_file(None, writes=True, why=f"calls `{target.text}`, which may use any file")
            return
        value = arguments.at(known.file_at)
        given = value if value is not None else next(iter(arguments), None)
        opens = known.file == "open"
        writes = _opens_for_writing(arguments) if opens else known.file in ("w", "parents")
        self._use_file_value(target, given, writes=writes)
        if known.file == "parents":
            self._use_parents(target, given)

    def _use_file_value(self, target: Target, given: Value | None, *, writes: bool) -> None:
        """`given` names a file, or is one that is open, or a connection."""
        if given is None:
            return
        if given.is_constant:
            verb = "writes" if writes else "reads"
            what = f"`{given.text}`" if given.text is not None else "a file"
            self.use_file(given.text, writes=writes, why=f"{verb} {what} by `{target.text}`")
        elif given.kind in (Kind.OBJECT, Kind.LAZY):
            self.mutate(given, f"passes it to `{target.text}`, which uses it", owned=True)
        else:
            self.use_file(None, writes=writes, why=f"uses a file by `{target.text}`")

    def _use_parents(self, target: Target, given: Value | None) -> None:
        """The folders above one that is made with all on the way to it."""
        if given is not None and given.text is not None:
            for parent in list(PurePosixPath(given.text).parents)[:-1]:
                self._use_file_value(target, replace(given, text=str(parent)), writes=True)

    def _use_files(self, target: Target, arguments: Arguments) -> None:
        """A call of which only the name is known, if that says that it is about files."""
        mode = methods.file_mode(target.name or target.text.rpartition(".")[2])
        if mode:
            given = arguments.at(0)
            self._use_file_value(target, given or SCALAR, writes=mode == "w")

    def _read_names_in_text(self, arguments: Arguments, pattern: re.Pattern[str]) -> None:
        """Names of the notebook that stand inside text are read by the library itself."""
        for value in arguments:
            if value.kind is not Kind.SCALAR or not value.is_constant:
                continue
            if value.text is None:
                self.read_all()
                continue
            for name in dict.fromkeys(pattern.findall(value.text)):
                if name in self.names or (self.scope and name in self.scope.names):
                    self.load(name)

    # --- methods

    def _call_method(self, target: Target, receiver: Value, arguments: Arguments) -> Value:
        method = {
            Kind.SCALAR: self._scalar_method,
            Kind.PATH: self._path_method,
            Kind.CONTAINER: self._container_method,
            Kind.DATA: self._data_method,
            Kind.OBJECT: self._object_method,
        }.get(receiver.kind, self._unknown_method)
        return method(target, receiver, arguments)

    def _scalar_method(self, target: Target, receiver: Value, arguments: Arguments) -> Value:
        name = target.name
        if name in methods.FRAME_METHODS:
            self._read_names_in_text(arguments, _NAME)
        for value in arguments:
            self.consume(value)
        self._callbacks([receiver], arguments)
        if name in methods.LAZY_METHODS:
            found = self.new(target.place, kind=Kind.LAZY, stuck="an iterator")
            if name in knowledge.STUCK_ELEMENTS:
                self.store(found, self._given_by(target))
            return found
        if name in methods.MATCH_METHODS:
            return self.new(target.place, kind=Kind.DATA, stuck="the result of matching a pattern")
        if name in methods.LISTING_METHODS or name == "findall":
            return self.new(target.place, kind=Kind.CONTAINER)
        return SCALAR

    def _path_method(self, target: Target, receiver: Value, arguments: Arguments) -> Value:
        name = target.name
        reads, writes = name in methods.PATH_READS, name in methods.PATH_WRITES
        if name == "open":
            stream = self.new(target.place, kind=Kind.OBJECT, stuck="an open file")
            writes = _opens_for_writing(arguments, mode_at=0)
            self._use_file_value(target, receiver, writes=writes)
            for site in stream.roots:
                self.heap.thing(site).files.add((receiver.text, writes))
            return stream
        if reads or writes:
            goes_elsewhere = name in methods.PATH_MOVES and arguments.at(0) is not None
            where = replace(receiver, text=None) if goes_elsewhere else receiver
            self._use_file_value(target, where, writes=writes)
            if name == "mkdir" and arguments.is_set("parents"):
                self._use_parents(target, where)
        if name in methods.LAZY_METHODS:
            found = self.new(target.place, kind=Kind.LAZY, stuck="an iterator")
            self.store(found, Value(kind=Kind.PATH))
            return found
        text = _joined_path(arguments, receiver.text) if name == "joinpath" else None
        return text_value(text, Kind.PATH) if text is not None else Value(kind=Kind.PATH)

    def _container_method(self, target: Target, receiver: Value, arguments: Arguments) -> Value:
        name = target.name
        if name in methods.MUTATING_METHODS or not hasattr(list, name) | hasattr(
            dict, name
        ) | hasattr(set, name):
            self.mutate(receiver, f"calls `{target.text}`, which may change it")
            self._store_elements(receiver, arguments)
        for value in arguments:
            self.consume(value)
        self._callbacks([receiver], arguments)
        part = self.heap.part(receiver)
        if name in methods.VIEW_OF_DICT:
            return self._view_of_dict(target, receiver, part)
        if name in ("index", "count", "isdisjoint", "issubset", "issuperset"):
            return SCALAR
        if name in ("get", "pop", "setdefault", "popitem"):
            return join([part, *arguments])
        return self._make_container(target, Arguments([receiver, *arguments]))

    def _store_elements(self, receiver: Value, arguments: Arguments) -> None:
        for value in arguments:
            self.store(receiver, value)
            if not value.is_constant:
                self.store(receiver, self.heap.part(value))

    def _view_of_dict(self, target: Target, receiver: Value, part: Value) -> Value:
        view = self.new(target.place, kind=Kind.CONTAINER, stuck="a view of a dict")
        if target.name == "items":
            pair = self.new((target.place, "pair"), kind=Kind.CONTAINER)
            self.store(pair, part)
            self.store(view, pair)
        else:
            sites = [self.heap.thing(site) for site in receiver.roots]
            is_plain = target.name == "keys" and not any(each.has_object_keys for each in sites)
            self.store(view, SCALAR if is_plain else part)
        return view

    def _data_method(self, target: Target, receiver: Value, arguments: Arguments) -> Value:
        name = target.name
        in_place = any(arguments.is_set(flag) for flag in ("inplace", "in_place"))
        in_place = in_place or arguments.has_any_keyword
        if in_place or name in methods.MUTATING_METHODS or _ends_in_place(name):
            self.mutate(receiver, f"calls `{target.text}`, which changes it in place")
            self._store_elements(receiver, arguments)
        self._common_effects(target, receiver, arguments)
        returned = self._callbacks([receiver], arguments)
        if name in methods.PLOT_METHODS:
            return self.draw(target, receiver)
        made = self._data_result(target, receiver, arguments)
        self.store(made, returned)
        return made

    def _data_result(self, target: Target, receiver: Value, arguments: Arguments) -> Value:
        name = target.name
        if name in methods.SCALAR_METHODS and not arguments.positional:
            return SCALAR
        if name in methods.LAZY_METHODS:
            rows = self.new(target.place, kind=Kind.LAZY, stuck="an iterator")
            self.store(rows, receiver)
            return rows
        made = self.new(target.place, kind=Kind.DATA)
        if name in methods.FRESH_DATA_METHODS:
            return made
        if name in methods.VIEW_OF_DICT:
            for site in made.roots:
                self.heap.mark(site, stuck="a view of a dict" if name != "values" else "")
        roots = frozenset(site for value in (receiver, *arguments) for site in value.roots)
        return replace(made, roots=made.roots | roots)

    def draw(self, target: Target, receiver: Value) -> Value:
        """`df.plot(...)` and `df.plot.bar(...)`: a figure of its own, unless one is being drawn."""
        self.touch(PLOTS, Mode.START, f"draws with `{target.text}`")
        figure = self.new(
            target.place, kind=Kind.OBJECT, stuck="a figure, which lives in its kernel"
        )
        self.store(figure, receiver, keep=True)
        return figure

    def _common_effects(self, target: Target, receiver: Value, arguments: Arguments) -> None:
        """What methods of tables, models and the like may do besides changing what they are called
        on.
        """
        name = target.name
        if name in methods.FRAME_METHODS:
            pattern = _AT_NAME if receiver.kind is Kind.DATA else _NAME
            self._read_names_in_text(arguments, pattern)
        if name in methods.DRAWING_METHODS:
            self.touch(RANDOM, Mode.WRITE, f"calls `{target.text}`, which may use random numbers")
        if methods.file_mode(name) and list(arguments):
            self._use_files(target, arguments)
        for key in knowledge.CHANGED_KEYWORDS:
            value = arguments.at(key)
            if value is not None and not value.is_constant:
                self.mutate(value, f"passes it to `{target.text}`, which changes it", owned=True)
        for value in arguments:
            if value.kind in (Kind.LAZY, Kind.UNKNOWN):
                self.consume(value)

    def _object_method(self, target: Target, receiver: Value, arguments: Arguments) -> Value:
        self._common_effects(target, receiver, arguments)
        if target.name in methods.ARGUMENT_METHODS:
            for value in arguments:
                self.mutate(value, f"passes it to `{target.text}`, which changes it", owned=True)
        if target.name in methods.RANDOM_METHODS:
            self._use_object(target, receiver, Arguments())
            return self._make_view(target, arguments)
        if target.name in methods.READING_METHODS:
            self.mutate(receiver, f"calls `{target.text}`, which reads on", owned=True)
            return self.new(target.place, kind=Kind.DATA, stuck=self.rows)
        if target.name in methods.MODEL_METHODS | methods.FITTING_METHODS and arguments.positional:
            return self._model_method(target, receiver, arguments)
        if target.name in methods.PURE_METHODS - {"format"}:  # a Styler is no text
            self._run_carried_by(receiver, arguments)
            self._callbacks([receiver], arguments)
            made = self.new(target.place, kind=Kind.DATA)
            if target.name in _FRESH_OBJECT_METHODS:
                return made
            return replace(made, roots=made.roots | receiver.roots, kind=Kind.OBJECT)
        return self._use_object(target, receiver, arguments)

    def _model_method(self, target: Target, receiver: Value, arguments: Arguments) -> Value:
        """`model.fit_transform(X)`, `model.transform(X)`: data that shares nothing with the model,
        which may remember it.
        """
        self._run_carried_by(receiver, arguments)
        fits = target.name in methods.FITTING_METHODS
        if fits:
            self.mutate(receiver, f"calls `{target.text}`, which fits it", owned=True)
        self.touch(RANDOM, Mode.WRITE, f"calls `{target.text}`, which may use random numbers")
        returned = self._callbacks([receiver], arguments)
        made = self._make_view(target, arguments)
        self.store(made, returned)
        for value in (made, *arguments) if fits else ():
            self.store(receiver, value, keep=True)
        return made

    def _use_object(self, target: Target, receiver: Value, arguments: Arguments) -> Value:
        """Its own methods may change an object, and let it remember what they are given."""
        self.mutate(receiver, f"calls `{target.text}`, which may change it", owned=True)
        self.touch(RANDOM, Mode.WRITE, f"calls `{target.text}`, which may use random numbers")
        self._run_carried_by(receiver, arguments)
        returned = self._callbacks([receiver], arguments)
        made = self.new(target.place, kind=Kind.OBJECT)
        for value in arguments:
            self.store(receiver, value, keep=True)
            self.store(made, value)
        self.store(made, returned)
        self._hand_on_files(receiver, made)
        return replace(made, roots=made.roots | receiver.roots)

    def _hand_on_files(self, receiver: Value, made: Value) -> None:
        """What an open file or connection gives (a cursor) goes on using it."""
        if not self.rows and receiver.roots:
            things = [self.heap.thing(site) for site in receiver.roots]
            if all(thing.files for thing in things):
                for site in made.roots:
                    self.heap.thing(site).files |= {use for each in things for use in each.files}

    def _unknown_method(self, target: Target, receiver: Value, arguments: Arguments) -> Value:
        if target.name in methods.PURE_METHODS and not self.heap.codes(receiver):
            self._common_effects(target, receiver, arguments)
            made = self.new(target.place)
            for value in arguments:
                self.store(made, value)
            return replace(made, roots=made.roots | self._reach(receiver))
        if target.name in methods.FRAME_METHODS:
            self._read_names_in_text(arguments, _NAME)
        return self._call_unknown(target, [receiver, *arguments], "calls a method that is not seen")

    def _reach(self, value: Value) -> frozenset[Site]:
        return frozenset(self.heap.reach(value.roots))


# What these give is known to the process by its name, as if it had been imported.
_STAND_INS = {
    "logging.getLogger": "logging.logger",
    "collections.namedtuple": "collections.made",
    "typing.NamedTuple": "collections.made",
    "typing.NewType": "typing.made",
    "typing.TypeVar": "typing.made",
}
_OF_DATA = (None, Kind.SCALAR, Kind.PATH, Kind.DATA, Kind.CONTAINER)
_STREAMS = frozenset({"sys.stdout", "sys.stderr"})
_CALLING_WITH_ELEMENTS = frozenset(
    {"builtins.max", "builtins.min", "builtins.sorted", "builtins.filter"}
)
_FRESH_OBJECT_METHODS = frozenset(
    "predict predict_proba predict_log_proba decision_function score get_feature_names_out "
    "summary mean median std "
    "var count nunique value_counts describe to_dict to_string".split()
)


def _ends_in_place(name: str) -> bool:
    """PyTorch's way to name what works in place."""
    return name.endswith("_") and not name.endswith("__")


def _works_in_place(path: str, arguments: Arguments) -> bool:
    """Whether a function was told to change what it gets, or says so by its name."""
    overwrites = any(name.startswith("overwrite") for name in arguments.keywords)
    return overwrites or arguments.flags.get("copy") is False or _ends_in_place(path)


def _joined_path(arguments: Arguments, base: str | None = "") -> str | None:
    """The text of path parts put together, if all are known."""
    parts = [base, *(value.text for value in arguments.positional)]
    if arguments.spread or any(part is None for part in parts):
        return None
    return "/".join(part for part in parts if part)


def _opens_for_writing(arguments: Arguments, mode_at: int = 1) -> bool:
    """Whether the mode of an `open` call may create or change the file."""
    mode = arguments.at("mode") or arguments.at(mode_at)
    if mode is None:
        return bool(arguments.spread)
    return mode.text is None or any(letter in mode.text for letter in "wax+")
