"""What a worker makes of mapping: the element that an instance gets, and the list of all that the
instances of a mapped upstream task have handed on.

Functions of `.map(f)` belong to the operator and are called where it is (`python_task.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import cast, overload

from nbflow.authoring.references import Picked
from nbflow.core.errors import NbflowError
from nbflow.core.mapping import CONCAT, LITERAL, MAP, VALUE, ZIP, Source, leaves
from nbflow.core.orders import TaskOrder, ValueRef
from nbflow.runtime.values import load_value

ELEMENT_MARK = "$element"

Render = Callable[[object, str], object]
"""Renders what a literal in the payload says; the text is for messages."""


class BadElement(NbflowError):
    """What a task is mapped over does not fit it; the message says what."""


class MappedValues(Sequence[object]):
    """The values that the instances of a mapped task handed on, in the order of their indexes.

    Each is loaded when it is asked for, and not kept. Instances without a value are left out.
    """

    def __init__(self, refs: Sequence[ValueRef]) -> None:
        self._refs = refs

    @overload
    def __getitem__(self, place: int) -> object: ...
    @overload
    def __getitem__(self, place: slice) -> MappedValues: ...
    def __getitem__(self, place: int | slice) -> object:
        if isinstance(place, slice):
            return MappedValues(self._refs[place])
        return load_value(self._refs[place])

    def __len__(self) -> int:
        return len(self._refs)

    def __iter__(self) -> Iterator[object]:
        return map(load_value, self._refs)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, (list, tuple, MappedValues)):
            return NotImplemented
        return len(self) == len(other) and all(a == b for a, b in zip(self, other, strict=True))

    __hash__ = None  # type: ignore[assignment]  # as for a list

    def __add__(self, other: Sequence[object]) -> list[object]:
        return [*self, *other]

    def __radd__(self, other: Sequence[object]) -> list[object]:
        return [*other, *self]

    def __repr__(self) -> str:
        return repr(list(self))

    def __reduce__(self) -> tuple[Callable[..., object], tuple[list[object]]]:
        # Handed on to another task, it is a list as any other.
        return list, (list(self),)


def leaf_of(order: TaskOrder, number: int) -> Picked | None:
    """What the order's instance gets of leaf `number`; see `Resolver.leaf`."""
    element = order.elements.get(number)
    if element is None or element.value is None:
        return None if element is None else Picked(element.place)
    value = load_value(element.value)
    return Picked(element.place, value if element.place is None else _at(value, element.place))


def argument(order: TaskOrder, payload: Mapping[str, object], render: Render) -> object:
    """What `{"$element": name}` in a payload stands for."""
    name = str(payload[ELEMENT_MARK])
    expansion = order.task.expansion
    if expansion is None:
        raise BadElement(f"{name} is to be mapped, and task {order.task.task_id!r} is not mapped.")
    if not expansion.kwargs:
        return _element(order, name, render)
    given = _element(order, "", render)
    if not isinstance(given, Mapping):
        raise BadElement(f"expand_kwargs() got the element {given!r}, which is no dict.")
    unknown = sorted(set(map(str, given)) - set(_names(order.task.payload)))
    if unknown:
        raise BadElement(
            f"{order.task.operator} {order.task.task_id!r} takes no argument "
            f"{', '.join(map(repr, unknown))} from expand_kwargs()."
        )
    return given[name] if name in given else render(payload.get("default"), name)


class Elements(Mapping[str, object]):
    """`mapped` in templates: what this instance gets, by argument."""

    def __init__(self, order: TaskOrder, render: Render) -> None:
        self._order = order
        self._render = render

    def __getitem__(self, name: str) -> object:
        expansion = self._order.task.expansion
        if expansion is None:
            raise KeyError(name)
        if not expansion.kwargs:
            if name not in dict(expansion.inputs):
                raise KeyError(name)
            return _element(self._order, name, self._render)
        return cast("Mapping[str, object]", _element(self._order, "", self._render))[name]

    def __iter__(self) -> Iterator[str]:
        expansion = self._order.task.expansion
        return iter(()) if expansion is None else (name for name, _ in expansion.inputs)

    def __len__(self) -> int:
        return len(list(iter(self)))


def _element(order: TaskOrder, name: str, render: Render) -> object:
    assert order.task.expansion is not None
    first = 0
    for each, source in order.task.expansion.inputs:
        count = len(list(leaves(source)))
        if each == name:
            found = _picked(order, source, first, render, name)
            return None if found is None else found[0]
        first += count
    raise BadElement(f"Task {order.task.task_id!r} is not mapped over {name!r}.")


def _picked(
    order: TaskOrder, source: Source, first: int, render: Render, name: str
) -> tuple[object] | None:
    kind = source["kind"]
    if kind in (LITERAL, VALUE):
        found = leaf_of(order, first)
        if found is None:
            return None
        if kind == VALUE:
            return (found.value,)
        if "items" not in source or found.place is None:
            raise BadElement(
                f"{name} stands in the file of the DAG and cannot be part of a template: "
                "pass it as an argument."
            )
        return (render(source["items"][found.place], f"{name}[{found.place}]"),)
    parts: list[tuple[object] | None] = []
    for part in source["of"]:
        parts.append(_picked(order, part, first, render, name))
        first += len(list(leaves(part)))
    if kind == ZIP:
        filled = tuple(source.get("fillvalue") if one is None else one[0] for one in parts)
        return None if all(one is None for one in parts) else (filled,)
    if kind == CONCAT:
        return next((one for one in parts if one is not None), None)
    assert kind == MAP
    raise BadElement(f"{name} is made by a function, which only Python tasks can call.")


def _names(payload: object) -> Iterator[str]:
    """The arguments that a payload takes from expand_kwargs()."""
    if isinstance(payload, Mapping):
        if ELEMENT_MARK in payload:
            yield str(payload[ELEMENT_MARK])
        for item in payload.values():
            yield from _names(item)
    elif isinstance(payload, (list, tuple)):
        for item in payload:
            yield from _names(item)


def _at(value: object, place: int) -> object:
    """The element at a place of a list; of a dict the pair of key and value."""
    if isinstance(value, Mapping):
        return list(value.items())[place]
    return cast("Sequence[object]", value)[place]
