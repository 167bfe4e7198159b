"""Values that are only known when a task runs, and templates: found in arguments, written into
payloads, resolved on the worker.

How a template is rendered and where a value comes from is the runtime's; here is only the walk
through arguments.
"""

from __future__ import annotations

import math
import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import PurePath
from typing import TypeVar, cast

from nbflow.authoring.findings import Findings
from nbflow.core.json import Json

NOT_JSON = "NBF206"


@dataclass(frozen=True)
class Resolver:
    """What the runtime brings to resolve arguments.

    `pull(task_id, key)` gives a value of an upstream task, `render(field, text)` a rendered
    template: a text, or a value of any type if the DAG wants that. `field` says which argument the
    text is (for messages). `params` are the values of the DAG run's params.
    `leaf(number)` is what an instance of a mapped task gets of that part of what it is mapped over,
    None for nothing.
    """

    pull: Callable[[str, str], object]
    render: Callable[[str, str], object]
    params: Mapping[str, object] = field(default_factory=dict)
    leaf: Callable[[int], Picked | None] = lambda _: None


@dataclass(frozen=True)
class Picked:
    """One element: of a literal in the file the `place`, of another task's value the `value`."""

    place: int | None = None
    value: object = None


class Reference(ABC):
    """Stands in an argument for a value that is only known when the task runs."""

    @abstractmethod
    def find(self, resolver: Resolver) -> object:
        """The value itself, on the worker."""

    @abstractmethod
    def to_payload(self) -> Json:
        """How the payload of a task says it."""

    def inside(self) -> Iterator[Reference]:
        """What it is made of: what a task comes after that has it as an argument."""
        yield self

    def read(self) -> Iterator[Reference]:
        """What of that the worker has to be sent."""
        return self.inside()


class ValueReference(Reference):
    """Stands for the value `key` of the task `task_id`."""

    def __init__(self, task_id: str, key: str) -> None:
        self.task_id = task_id
        self.key = key

    def find(self, resolver: Resolver) -> object:
        return resolver.pull(self.task_id, self.key)

    def to_payload(self) -> Json:
        return {"$value": [self.task_id, self.key]}

    def __str__(self) -> str:
        """A template, so that the value can stand inside a string: f"echo {rows}"."""
        return pull_text(self.task_id, self.key)

    def __repr__(self) -> str:
        return f"<output {self.key!r} of {self.task_id}>"


class ParamReference(Reference):
    """Stands for the value of a param: an argument of a function under `@dag`."""

    def __init__(self, name: str) -> None:
        self.name = name

    def find(self, resolver: Resolver) -> object:
        return resolver.params[self.name]

    def to_payload(self) -> Json:
        return {"$param": self.name}

    def __str__(self) -> str:
        return f"{{{{ params.{self.name} }}}}"

    def __repr__(self) -> str:
        return f"<param {self.name}>"


@dataclass(frozen=True)
class LiteralValue(Reference):
    """Stands for a value that is no template, whatever it looks like."""

    value: object

    def find(self, resolver: Resolver) -> object:
        return self.value

    def to_payload(self) -> Json:
        return {"$literal": to_payload(self.value, Findings(), "a literal")}

    def inside(self) -> Iterator[Reference]:
        return iter(())


_T = TypeVar("_T")


def literal(value: _T) -> _T:
    """`value` for an argument that is a template, without being rendered: braces in it are braces.

    Args:
        value: what the operator gets as it is: text, or anything else.
    """
    # It stands for the value, so that it fits whatever argument the value fits.
    return cast(_T, LiteralValue(value))


# --- walking through arguments --------------------------------------------------------------------


def leaves(value: object) -> Iterator[object]:
    """Everything inside lists, tuples, sets and dicts, however deep, that is none of these."""
    if type(value) is dict:
        for item in cast("dict[object, object]", value).values():
            yield from leaves(item)
    elif _is_sequence(value):
        for item in cast("tuple[object, ...]", value):
            yield from leaves(item)
    else:
        yield value


def resolve(value: object, resolver: Resolver, name: str, ready: Collection[int] = ()) -> object:
    """`value` with references replaced by values and strings rendered; `name` is for messages.

    The objects whose `id` is in `ready` are values already, and stay as they are.
    """
    if id(value) in ready:
        return value
    if isinstance(value, Reference):
        return value.find(resolver)
    if isinstance(value, str):
        return resolver.render(name, value)
    if type(value) is dict:
        inside = cast("dict[object, object]", value).items()
        return {key: resolve(item, resolver, f"{name}.{key}", ready) for key, item in inside}
    if _is_sequence(value):
        items = enumerate(cast("tuple[object, ...]", value))
        return _like(value, [resolve(item, resolver, f"{name}[{i}]", ready) for i, item in items])
    return value


def to_payload(value: object, findings: Findings, name: str) -> Json:
    """`value` as JSON for a task's payload; what cannot be JSON becomes a finding that names the
    argument.
    """
    if isinstance(value, LiteralValue):
        return {"$literal": to_payload(value.value, findings, name)}
    if isinstance(value, Reference):
        return value.to_payload()
    if isinstance(value, Mapping):
        return {
            _key(key, findings, name): to_payload(item, findings, f"{name}.{key}")
            for key, item in value.items()
        }
    if isinstance(value, (list, tuple)):
        return [to_payload(item, findings, f"{name}[{i}]") for i, item in enumerate(value)]
    if value is None or isinstance(value, (str, bool, int)):
        return value
    if isinstance(value, float) and math.isfinite(value):
        return value
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    if isinstance(value, PurePath):
        return str(value)
    _not_json(value, findings, name)
    return None


def _key(key: object, findings: Findings, name: str) -> str:
    if not isinstance(key, str):
        _not_json(key, findings, f"a key of {name}")
    return str(key)


def _not_json(value: object, findings: Findings, name: str) -> None:
    findings.error(
        NOT_JSON,
        f"{name} is {_shown(value)}, of type {type(value).__name__}, which JSON cannot say.",
        "Give text, numbers, True, False, None, lists or dicts of them, or another task's output.",
    )


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:59]}…"


def _is_sequence(value: object) -> bool:
    # Exact types and named tuples: what else looks like a sequence may be data of its own kind.
    return type(value) in (list, tuple, set, frozenset) or _is_named_tuple(value)


def _is_named_tuple(value: object) -> bool:
    return isinstance(value, tuple) and hasattr(value, "_fields")


def _like(model: object, items: list[object]) -> object:
    kind = cast("Callable[..., object]", type(model))
    return kind(*items) if _is_named_tuple(model) else kind(items)


# --- what templates mention -----------------------------------------------------------------------

_PULLS = re.compile(r"\b(?:ti|task_instance)\s*\.|\bxcom_pull\b")
_PULL_TEXT = re.compile(r"\bti\.xcom_pull\(task_ids='([^']+)', key='([^']+)'\)")


def pulls_values(text: str) -> bool:
    """Whether a template reaches for values that `pulled_in` does not find; only rendering can tell
    which.
    """
    return "{" in text and _PULLS.search(_PULL_TEXT.sub("", text)) is not None


def pull_text(task_id: str, key: str) -> str:
    """The template that stands for a value in a string; `pulled_in` finds it again."""
    return f"{{{{ ti.xcom_pull(task_ids='{task_id}', key='{key}') }}}}"


def pulled_in(text: str) -> list[tuple[str, str]]:
    """The (task_id, key) of each value that `pull_text` put into a string."""
    return _PULL_TEXT.findall(text)
