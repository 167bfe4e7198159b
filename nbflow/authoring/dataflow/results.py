"""What known functions give, by the kind of result that stands in `knowledge.py`."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import replace
from typing import ClassVar

from nbflow.authoring.dataflow import knowledge
from nbflow.authoring.dataflow.calling import (
    Arguments,
    Target,
    joined_path,
    opens_for_writing,
)
from nbflow.authoring.dataflow.heap import (
    SCALAR,
    Code,
    Kind,
    Site,
    Value,
    join,
)
from nbflow.authoring.dataflow.known import Known, Result
from nbflow.authoring.dataflow.machine import Machine

_OF_DATA = (None, Kind.SCALAR, Kind.PATH, Kind.DATA, Kind.CONTAINER)

_GIVING_ITERATORS = frozenset({"itertools.tee", "itertools.groupby"})
"""Functions whose result gives iterators that go on drawing from it."""


def _names_archive(arguments: Arguments) -> bool:
    path = arguments.at(0)
    return path is not None and (path.text or "").endswith(".npz")


class Results(Machine):
    """A machine that makes the values that calls give."""

    def _result(self, target: Target, known: Known, arguments: Arguments) -> Value:
        for keyword, reason in knowledge.READ_IN_STEPS.items():
            if keyword in arguments.keywords:
                known = replace(known, result=Result.LAZY, stuck=reason)
        if target.value.path == "numpy.load" and _names_archive(arguments):
            known = replace(known, result=Result.OBJECT, stuck="an open archive of arrays")
        make = self._MAKERS[known.result]
        made: Value = make(self, target, arguments)
        for site in self.new(target.place).roots:
            self.heap.mark(site, stuck=known.stuck)
            self.heap.thing(site).grows_when_read |= known.grows_when_read
            if known.stuck and known.file in ("open", "r", "w"):
                self._remember_file(site, known, arguments)
        return made

    def _remember_file(self, site: Site, known: Known, arguments: Arguments) -> None:
        """Whatever is done with an open file later is done to what is stored under its path."""
        path = arguments.at(known.file_at)
        writes = known.file == "w" or (known.file == "open" and opens_for_writing(arguments))
        self.heap.thing(site).files.add((path.text if path is not None else None, writes))

    def _make_scalar(self, target: Target, arguments: Arguments) -> Value:
        text = joined_path(arguments) if target.value.path == "os.path.join" else None
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

    def _make_sum(self, target: Target, arguments: Arguments) -> Value:
        values = list(arguments)
        summed = [self.heap.element(values[0]), *values[1:]] if arguments.positional else values
        return self.arithmetic(target.place, summed)

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
        if target.value.path in _GIVING_ITERATORS:
            self.store(made, made)
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
        text = joined_path(arguments) if is_constructor else None
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
        Result.SUM: _make_sum,
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
