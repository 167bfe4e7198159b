"""Sources: something with elements, of which each instance of a mapped task gets one.

How many instances that makes is core's (`core/mapping.py`); which part of it an instance gets, the
worker is told by its order.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import zip_longest
from typing import TYPE_CHECKING, cast

from nbflow.authoring.findings import Findings
from nbflow.authoring.origin import Origin
from nbflow.authoring.references import (
    Reference,
    Resolver,
    ValueReference,
    leaves,
    resolve,
    to_payload,
)
from nbflow.core.errors import DefinitionError, Problem
from nbflow.core.mapping import CONCAT, LITERAL, MAP, VALUE, ZIP, Source

if TYPE_CHECKING:
    pass

_NOWHERE = Origin()
_NOWHERE = Origin()

NOT_MAPPABLE = "NBF213"
NESTED_MAPPING = "NBF215"


class MappingError(DefinitionError, TypeError):
    """Something is mapped in a way that cannot be; the message says why."""


def refuse(origin: Origin, message: str, fix: str) -> MappingError:
    """The error for `.expand(...)` and its like, with its place."""
    problem = Problem(NOT_MAPPABLE, message, fix, file=origin.file or None, line=origin.line)
    return MappingError([problem])


class MapSource(ABC):
    """Something with elements, of which each instance of a mapped task gets one."""

    @abstractmethod
    def references(self) -> Iterator[Reference]:
        """The values of other tasks it is made of."""

    @abstractmethod
    def read(self) -> Iterator[Reference]:
        """Those that an instance has to be sent, besides its element."""

    @abstractmethod
    def to_spec(self, findings: Findings, name: str, *, with_items: bool) -> Source:
        """How the spec says it; the elements of literals only where the worker cannot find the
        operator itself.
        """

    @abstractmethod
    def leaf_count(self) -> int:
        """How many literals and values it is made of."""

    @abstractmethod
    def element(self, first: int, resolver: Resolver, name: str) -> tuple[object] | None:
        """What an instance gets of it, on the worker; None for nothing. `first` is the number of
        its first leaf.
        """

    @abstractmethod
    def whole(self, resolver: Resolver, name: str) -> Sequence[object]:
        """All elements, on the worker."""


class Literal(MapSource):
    """A list or dict that stands in the file. The elements of a dict are its (key, value) pairs."""

    def __init__(self, items: Sequence[object] | Mapping[object, object]) -> None:
        is_dict = isinstance(items, Mapping)
        self.items: list[object] = list(items.items()) if is_dict else list(items)  # type: ignore[union-attr]  # as told

    def references(self) -> Iterator[Reference]:
        for leaf in leaves(self.items):
            if isinstance(leaf, Reference):
                yield from leaf.inside()

    def read(self) -> Iterator[Reference]:
        for leaf in leaves(self.items):
            if isinstance(leaf, Reference):
                yield from leaf.read()

    def to_spec(self, findings: Findings, name: str, *, with_items: bool) -> Source:
        spec: dict[str, object] = {"kind": LITERAL, "length": len(self.items)}
        if with_items:
            spec["items"] = to_payload(self.items, findings, name)
        return spec

    def leaf_count(self) -> int:
        return 1

    def element(self, first: int, resolver: Resolver, name: str) -> tuple[object] | None:
        found = resolver.leaf(first)
        if found is None or found.place is None:
            return None
        return (resolve(self.items[found.place], resolver, f"{name}[{found.place}]"),)

    def whole(self, resolver: Resolver, name: str) -> Sequence[object]:
        return cast("list[object]", resolve(self.items, resolver, name))


class Value(MapSource):
    """A value of another task: a list or a dict, or of each instance of a mapped one."""

    def __init__(self, reference: ValueReference) -> None:
        self.reference = reference

    def references(self) -> Iterator[Reference]:
        yield self.reference

    def read(self) -> Iterator[Reference]:
        yield from ()

    def to_spec(self, findings: Findings, name: str, *, with_items: bool) -> Source:
        return {"kind": VALUE, "task_id": self.reference.task_id, "key": self.reference.key}

    def leaf_count(self) -> int:
        return 1

    def element(self, first: int, resolver: Resolver, name: str) -> tuple[object] | None:
        found = resolver.leaf(first)
        return None if found is None else (found.value,)

    def whole(self, resolver: Resolver, name: str) -> Sequence[object]:
        found = self.reference.find(resolver)
        if isinstance(found, Mapping):
            return list(found.items())
        return cast("Sequence[object]", found)


class _Combined(MapSource):
    """Several sources made one."""

    kind = ""

    def __init__(self, *parts: MapSource) -> None:
        self.parts = parts

    def references(self) -> Iterator[Reference]:
        for part in self.parts:
            yield from part.references()

    def read(self) -> Iterator[Reference]:
        for part in self.parts:
            yield from part.read()

    def to_spec(self, findings: Findings, name: str, *, with_items: bool) -> Source:
        of = [part.to_spec(findings, name, with_items=with_items) for part in self.parts]
        return {"kind": self.kind, "of": of}

    def leaf_count(self) -> int:
        return sum(part.leaf_count() for part in self.parts)

    def elements(self, first: int, resolver: Resolver, name: str) -> list[tuple[object] | None]:
        """What an instance gets of each part."""
        found: list[tuple[object] | None] = []
        for part in self.parts:
            found.append(part.element(first, resolver, name))
            first += part.leaf_count()
        return found


NO_FILL = object()


class Zipped(_Combined):
    """Sources side by side: tuples of one element each, as many as the shortest has; with a
    `fillvalue` as many as the longest.
    """

    kind = ZIP

    def __init__(self, *parts: MapSource, fillvalue: object = NO_FILL) -> None:
        super().__init__(*parts)
        self.fills = fillvalue is not NO_FILL
        self.fillvalue = fillvalue if self.fills else None

    def to_spec(self, findings: Findings, name: str, *, with_items: bool) -> Source:
        spec = {**super().to_spec(findings, name, with_items=with_items), "longest": self.fills}
        if with_items and self.fills:
            spec["fillvalue"] = to_payload(self.fillvalue, findings, f"{name}.fillvalue")
        return spec

    def element(self, first: int, resolver: Resolver, name: str) -> tuple[object] | None:
        found = self.elements(first, resolver, name)
        if all(one is None for one in found):
            return None
        return (tuple(self.fillvalue if one is None else one[0] for one in found),)

    def whole(self, resolver: Resolver, name: str) -> Sequence[object]:
        parts = [part.whole(resolver, name) for part in self.parts]
        if self.fills:
            return list(zip_longest(*parts, fillvalue=self.fillvalue))
        return list(zip(*parts, strict=False))


class Chained(_Combined):
    """One source after the other."""

    kind = CONCAT

    def element(self, first: int, resolver: Resolver, name: str) -> tuple[object] | None:
        found = self.elements(first, resolver, name)
        return next((one for one in found if one is not None), None)

    def whole(self, resolver: Resolver, name: str) -> Sequence[object]:
        return [item for part in self.parts for item in part.whole(resolver, name)]


class Applied(_Combined):
    """A function of each element of a source."""

    kind = MAP

    def __init__(self, part: MapSource, function: Callable[[object], object]) -> None:
        super().__init__(part)
        self.function = function

    def element(self, first: int, resolver: Resolver, name: str) -> tuple[object] | None:
        (found,) = self.elements(first, resolver, name)
        return None if found is None else (self.function(found[0]),)

    def whole(self, resolver: Resolver, name: str) -> Sequence[object]:
        return [self.function(item) for item in self.parts[0].whole(resolver, name)]
