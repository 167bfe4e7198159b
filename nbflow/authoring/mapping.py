"""What a mapped task is expanded over, as a person writes it: literals, outputs of tasks, and what
`.map`, `.zip` and `.concat` make of them.

How many instances that makes is core's (`core/mapping.py`); which part of it an instance gets, the
worker is told by its order.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from nbflow.authoring.findings import Findings
from nbflow.authoring.links import Linkable, Node
from nbflow.authoring.map_sources import (
    NO_FILL,
    Applied,
    Chained,
    Literal,
    MapSource,
    Value,
    Zipped,
    refuse,
)
from nbflow.authoring.origin import Origin
from nbflow.authoring.references import (
    Reference,
    Resolver,
    ValueReference,
    to_payload,
)
from nbflow.core.dag import Decides, TaskKind
from nbflow.core.json import Json
from nbflow.core.mapping import Expansion
from nbflow.core.spelling import did_you_mean

if TYPE_CHECKING:
    from typing_extensions import Self

_NOWHERE = Origin()


def source_of(given: object, what: str, origin: Origin) -> MapSource:
    """What a person expands over, as a source. Raises MappingError for what has no elements."""
    if isinstance(given, Combination):
        return given.source
    if isinstance(given, ValueReference):
        return Value(given)
    if isinstance(given, (list, tuple, range, Mapping)):
        return Literal(given)
    shown = repr(given)
    shown = shown if len(shown) <= 60 else f"{shown[:59]}…"
    raise refuse(
        origin,
        f"{what} is {shown}, of type {type(given).__name__}, which cannot be mapped over.",
        "Give a list, a dict, or the output of a task that returns one; "
        "what is the same for all instances belongs into partial().",
    )


class Combinable:
    """What `.map`, `.zip` and `.concat` can be said of."""

    def as_source(self) -> MapSource:
        """This as a source."""
        raise NotImplementedError

    def map(self, function: Callable[..., object]) -> Combination:
        """Each element as `function` makes it, on the worker; where it raises Skip the instance is
        skipped.
        """
        if not callable(function):
            raise TypeError(f".map() takes a function of one element, not {function!r}.")
        plain = cast("Callable[[object], object]", getattr(function, "function", function))
        return Combination(Applied(self.as_source(), plain))

    def zip(self, *others: object, fillvalue: object = NO_FILL) -> Combination:
        """Tuples of one element of this and of each of `others`: as many as the shortest has, or
        with a `fillvalue` the longest.
        """
        parts = [source_of(one, "an argument of .zip()", Origin()) for one in others]
        return Combination(Zipped(self.as_source(), *parts, fillvalue=fillvalue))

    def concat(self, *others: object) -> Combination:
        """The elements of this, then those of `others`."""
        parts = [source_of(one, "an argument of .concat()", Origin()) for one in others]
        return Combination(Chained(self.as_source(), *parts))


class Combination(Reference, Combinable, Linkable):
    """What `.map`, `.zip` and `.concat` give: to expand over, or as an argument, where it is the
    whole list.
    """

    def __init__(self, source: MapSource) -> None:
        self.source = source

    def as_source(self) -> MapSource:
        return self.source

    def find(self, resolver: Resolver) -> object:
        return self.source.whole(resolver, "argument")

    def to_payload(self) -> Json:
        raise TypeError(
            "What .map(), .zip() and .concat() give can be expanded over, or be an argument of a "
            "Python task. Compute the list in a @task for this one."
        )

    def inside(self) -> Iterator[Reference]:
        return self.source.references()

    def first_nodes(self) -> Sequence[Node]:
        return self.last_nodes()

    def last_nodes(self) -> Sequence[Node]:
        found = (r for r in self.source.references() if isinstance(r, Linkable))
        return [node for reference in found for node in reference.last_nodes()]

    def __repr__(self) -> str:
        return f"<{type(self.source).__name__.lower()} over {list(self.source.references())}>"


class Mapped:
    """Everything one task, or one task group, is mapped over. With `kwargs` it is one source of
    dicts of arguments, and if `strict` none of them is given to all instances already.
    """

    def __init__(
        self, inputs: Mapping[str, MapSource], *, kwargs: bool = False, strict: bool = True
    ) -> None:
        self.inputs = dict(inputs)
        self.kwargs = kwargs
        self.strict = strict

    @classmethod
    def over(cls, given: Mapping[str, object], what: str, origin: Origin) -> Self:
        """What `.expand(...)` was called with. Raises MappingError."""
        if not given:
            raise refuse(origin, f"{what} is expanded over nothing.", "Name an argument: x=[1, 2].")
        return cls({name: source_of(one, f"{what}: {name}", origin) for name, one in given.items()})

    @classmethod
    def over_kwargs(cls, given: object, what: str, origin: Origin, *, strict: bool = True) -> Self:
        """What `.expand_kwargs(...)` was called with. Raises MappingError."""
        if isinstance(given, Mapping):
            fix = "Give a list of dicts, or the output of a task that returns one."
            raise refuse(origin, f"{what}: expand_kwargs() got a dict, not a list of dicts.", fix)
        source = source_of(given, f"{what}: what expand_kwargs() got", origin)
        for item in source.items if isinstance(source, Literal) else ():
            if not isinstance(item, (Mapping, Reference)):
                fix = "Each element is a dict of the arguments of one instance."
                raise refuse(origin, f"{what}: expand_kwargs() got the element {item!r}.", fix)
        return cls({"": source}, kwargs=True, strict=strict)

    def literals(self) -> Iterator[dict[str, object]]:
        """What is written in the file of the arguments of instances, one or several at a time."""
        for name, source in self.inputs.items():
            for item in source.items if isinstance(source, Literal) else ():
                if self.kwargs and isinstance(item, Mapping):
                    yield {str(argument): value for argument, value in item.items()}
                else:
                    yield {name: item}

    @property
    def literal_names(self) -> set[str]:
        """The arguments it is known to give: all, unless a task will name them."""
        if not self.kwargs:
            return set(self.inputs)
        source = self.inputs[""]
        items = source.items if isinstance(source, Literal) else []
        return {str(name) for item in items if isinstance(item, Mapping) for name in item}

    def references(self) -> Iterator[Reference]:
        for source in self.inputs.values():
            yield from source.references()

    def read(self) -> Iterator[Reference]:
        for source in self.inputs.values():
            yield from source.read()

    def to_expansion(self, findings: Findings, group: str, *, with_items: bool) -> Expansion:
        inputs = tuple(
            (name, source.to_spec(findings, name or "expand_kwargs", with_items=with_items))
            for name, source in self.inputs.items()
        )
        return Expansion(inputs, self.kwargs, group)

    def element(self, name: str, resolver: Resolver) -> object:
        """What this instance gets for the argument `name`, on the worker."""
        first = 0
        for each, source in self.inputs.items():
            if each == name:
                found = source.element(first, resolver, name or "expand_kwargs")
                return None if found is None else found[0]
            first += source.leaf_count()
        raise KeyError(name)

    def arguments(self, resolver: Resolver) -> dict[str, object]:
        """All arguments of this instance, on the worker. Raises TypeError for elements of
        expand_kwargs() that are no dicts.
        """
        if not self.kwargs:
            return {name: self.element(name, resolver) for name in self.inputs}
        found = self.element("", resolver)
        if not isinstance(found, Mapping) or not all(isinstance(key, str) for key in found):
            raise TypeError(
                f"expand_kwargs() got the element {found!r}, which is no dict of arguments."
            )
        return dict(found)


class ElementReference(Reference):
    """Stands for what an instance of a mapped task, or of a mapped group, gets for `name`.

    In a payload `default` is what it is where the element does not say.
    """

    def __init__(self, mapped: Mapped, name: str, default: object = None) -> None:
        self.mapped = mapped
        self.name = name
        self.default = default

    def find(self, resolver: Resolver) -> object:
        return self.mapped.element(self.name, resolver)

    def inside(self) -> Iterator[Reference]:
        return self.mapped.references()

    def read(self) -> Iterator[Reference]:
        return self.mapped.read()

    def to_payload(self) -> Json:
        if not self.mapped.kwargs:
            return {"$element": self.name}
        default = to_payload(self.default, Findings(), self.name)
        return {"$element": self.name, "default": default}

    def __str__(self) -> str:
        if self.mapped.kwargs:
            return f"{{{{ mapped.get('{self.name}', {str(self.default)!r}) }}}}"
        return f"{{{{ mapped['{self.name}'] }}}}"

    def __iter__(self) -> Iterator[object]:
        raise TypeError(
            f"'{self.name}' is another one for each instance of the mapped group, so it cannot be "
            "looped over here. Pass it to a task."
        )

    def __repr__(self) -> str:
        return f"<element {self.name!r}>"


class Maker(ABC):
    """How the operator of one instance is made, once its arguments are known."""

    kind: TaskKind
    decides: Decides | None
    label: str
    fields: Sequence[str]
    """The arguments that may differ where the worker has only the payload."""
    makes: type

    def __init__(self, given: Mapping[str, object]) -> None:
        self.given = dict(given)

    @property
    def operator_arguments(self) -> Mapping[str, object]:
        """The operator's own arguments, as far as all instances share them."""
        return self.given

    @abstractmethod
    def make(self, task_id: str, arguments: Mapping[str, object]) -> Any:  # noqa: ANN401 - a BaseOperator, which is built upon this module
        """The operator with these arguments besides those given to all."""

    @abstractmethod
    def unknown(self, names: Iterable[str]) -> list[str]:
        """Those of `names` that are no arguments."""

    @abstractmethod
    def wrong_with(self, names: Iterable[str]) -> str:
        """Why it cannot be called with these arguments besides those given; empty if it can."""

    @abstractmethod
    def code(self) -> Iterator[Callable[..., object]]:
        """What a worker will call that a person has written."""

    def notebooks(self) -> Iterator[str]:
        """The notebooks that the instances run, as far as they are known."""
        if isinstance(notebook := self.given.get("notebook"), (str, Path)):
            yield str(notebook)

    @abstractmethod
    def may_pull(self) -> bool:
        """Whether the instances may ask for values that no argument shows."""

    @property
    def documentation(self) -> str:
        return ""

    def check(
        self, mapped: Mapped, names: Iterable[str], what: str, origin: Origin = _NOWHERE
    ) -> None:
        """Raise MappingError for arguments that do not exist, or are given twice."""
        for name in self.unknown(sorted(names)):
            fix = did_you_mean(name, self.known())
            raise refuse(origin, f"{what} takes no argument '{name}'.", fix)
        for name in sorted(self.given.keys() & set(names)) if mapped.strict else ():
            why = f"{what}: '{name}' is given to partial() and mapped as well."
            raise refuse(origin, why, "Leave it in one of the two.")

    @abstractmethod
    def known(self) -> Collection[str]:
        """The arguments there are, for a person who has mistyped one."""
