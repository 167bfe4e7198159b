"""Assets: names for what tasks make, expressions over them that schedule DAGs, and the events that
say one was made.

Everything here is a value; what becomes due because of events is asked with `is_satisfied`. Which
DAG waits for which asset is remembered in the store.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, NamedTuple, cast

from nbflow.core.errors import Problem
from nbflow.core.json import Json, JsonObject

BAD_ASSET = "NBF601"
TWO_MEANINGS = "NBF602"

MAX_NAME_LENGTH = 1500

NodeKind = Literal["asset", "alias"]


class AssetNode(NamedTuple):
    """What an expression waits for and an event names: an asset or an alias, by its name."""

    kind: NodeKind
    name: str


class AssetExpression(ABC):
    """Assets, and what `&` and `|` make of them: a schedule for DAGs."""

    def __and__(self, other: AssetExpression) -> AssetAll:
        return AssetAll(self, other) if _is_expression(other) else NotImplemented

    def __or__(self, other: AssetExpression) -> AssetAny:
        return AssetAny(self, other) if _is_expression(other) else NotImplemented

    @abstractmethod
    def leaves(self) -> Iterator[AssetLeaf]:
        """The assets and aliases in it, in the order they are written."""

    @abstractmethod
    def is_satisfied(self, updated: Collection[AssetNode]) -> bool:
        """Whether updates of these are what it asks for."""

    @abstractmethod
    def missing(self, updated: Collection[AssetNode]) -> list[AssetNode]:
        """The leaves without an update that it still waits for; none when it is satisfied."""

    @abstractmethod
    def describe(self) -> str:
        """In words: `a and (b or c)`."""

    @abstractmethod
    def to_json(self) -> JsonObject:
        """What `expression_from_json` reads."""


class AssetLeaf(AssetExpression):
    """One thing an expression waits for."""

    name: str

    @property
    @abstractmethod
    def node(self) -> AssetNode:
        """What events of it are told by."""

    def leaves(self) -> Iterator[AssetLeaf]:
        yield self

    def is_satisfied(self, updated: Collection[AssetNode]) -> bool:
        return self.node in updated

    def missing(self, updated: Collection[AssetNode]) -> list[AssetNode]:
        return [] if self.node in updated else [self.node]

    def describe(self) -> str:
        return self.name


@dataclass(frozen=True)
class Asset(AssetLeaf):
    """Something that tasks make and others use: a table, a file, a model.

    >>> orders = Asset("orders", uri="s3://lake/orders")

    Give a `name`, a `uri` or both: the one that is missing is the same as the other. nbflow never
    opens the URI. `group` sorts assets on the screen. `extra` is any JSON that describes it.
    """

    name: str = ""
    uri: str = ""
    group: str = field(default="asset", kw_only=True)
    extra: JsonObject = field(default_factory=dict, kw_only=True, compare=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "name", self.name or self.uri)
        object.__setattr__(self, "uri", self.uri or self.name)
        object.__setattr__(self, "extra", self.extra or {})

    @property
    def node(self) -> AssetNode:
        return AssetNode("asset", self.name)

    @staticmethod
    def ref(name: str) -> AssetRef:
        """An asset that is described elsewhere, by its name."""
        return AssetRef(name)

    def to_json(self) -> JsonObject:
        about: dict[str, Json] = {
            "name": self.name,
            "uri": self.uri,
            "group": self.group,
            "extra": self.extra,
        }
        return {"asset": about}


@dataclass(frozen=True)
class AssetRef(AssetLeaf):
    """An asset by its name alone; what it is somebody else says."""

    name: str

    @property
    def node(self) -> AssetNode:
        return AssetNode("asset", self.name)

    def to_json(self) -> JsonObject:
        return {"ref": self.name}


@dataclass(frozen=True)
class AssetAlias(AssetLeaf):
    """A name under which a task emits events of assets that it only knows when it runs.

    A DAG scheduled on the alias runs after every event that was emitted through it.
    """

    name: str
    group: str = field(default="asset", kw_only=True)

    @property
    def node(self) -> AssetNode:
        return AssetNode("alias", self.name)

    def to_json(self) -> JsonObject:
        return {"alias": {"name": self.name, "group": self.group}}


@dataclass(frozen=True, init=False)
class _Several(AssetExpression):
    objects: tuple[AssetExpression, ...]

    def __init__(self, *objects: AssetExpression) -> None:
        object.__setattr__(self, "objects", tuple(self._flat(objects)))

    def _flat(self, objects: Iterable[AssetExpression]) -> Iterator[AssetExpression]:
        for one in objects:
            if isinstance(one, _Several) and type(one) is type(self):
                yield from one.objects
            else:
                yield one

    def leaves(self) -> Iterator[AssetLeaf]:
        for one in self.objects:
            yield from one.leaves()

    def _describe(self, word: str) -> str:
        parts = [
            f"({one.describe()})" if isinstance(one, _Several) else one.describe()
            for one in self.objects
        ]
        return f" {word} ".join(parts)


class AssetAll(_Several):
    """Satisfied once each of its parts is: `a & b`, or a list of assets."""

    def is_satisfied(self, updated: Collection[AssetNode]) -> bool:
        return all(one.is_satisfied(updated) for one in self.objects)

    def missing(self, updated: Collection[AssetNode]) -> list[AssetNode]:
        return list(dict.fromkeys(node for one in self.objects for node in one.missing(updated)))

    def describe(self) -> str:
        return self._describe("and")

    def to_json(self) -> JsonObject:
        return {"all": [one.to_json() for one in self.objects]}


class AssetAny(_Several):
    """Satisfied once one of its parts is: `a | b`."""

    def is_satisfied(self, updated: Collection[AssetNode]) -> bool:
        return any(one.is_satisfied(updated) for one in self.objects)

    def missing(self, updated: Collection[AssetNode]) -> list[AssetNode]:
        if self.is_satisfied(updated):
            return []
        return list(dict.fromkeys(node for one in self.objects for node in one.missing(updated)))

    def describe(self) -> str:
        return self._describe("or")

    def to_json(self) -> JsonObject:
        return {"any": [one.to_json() for one in self.objects]}


def _is_expression(value: object) -> bool:
    return isinstance(value, AssetExpression)


def expression_from_json(data: Json) -> AssetExpression:
    """The expression that `to_json` wrote, or a person in a notebook's metadata, where text is an
    asset by its name and a list means all of them. Raises ValueError with the forms there are.
    """
    if isinstance(data, str):
        return Asset(data)
    if isinstance(data, Sequence):
        return AssetAll(*map(expression_from_json, data))
    if isinstance(data, Mapping) and len(data) == 1:
        ((kind, inside),) = data.items()
        made = _part_from_json(kind, inside)
        if made is not None:
            return made
    raise ValueError(
        f"{data!r} is no asset. Write a name, "
        '{"asset": {"name": ..., "uri": ...}}, {"all": [...]} or {"any": [...]}.'
    )


def _part_from_json(kind: str, inside: Json) -> AssetExpression | None:
    if kind == "ref" and isinstance(inside, str):
        return AssetRef(inside)
    if kind in ("all", "any") and isinstance(inside, Sequence) and not isinstance(inside, str):
        parts = map(expression_from_json, inside)
        return AssetAll(*parts) if kind == "all" else AssetAny(*parts)
    if kind == "asset" and isinstance(inside, str):
        return Asset(inside)
    if kind == "alias" and isinstance(inside, str):
        return AssetAlias(inside)
    if kind in ("asset", "alias") and isinstance(inside, Mapping):
        text = {name: value for name, value in inside.items() if isinstance(value, str)}
        if kind == "alias":
            return AssetAlias(text.get("name", ""), group=text.get("group", "asset"))
        extra = inside.get("extra")
        about = dict(extra) if isinstance(extra, Mapping) else {}
        name, uri = text.get("name", ""), text.get("uri", "")
        return Asset(name, uri, group=text.get("group", "asset"), extra=about)
    return None


def leaf_from_json(data: Json) -> AssetLeaf:
    """One asset, reference or alias. Raises ValueError for anything else."""
    found = expression_from_json(data)
    if not isinstance(found, AssetLeaf):
        raise ValueError(  # noqa: TRY004 - a mistake in what was written, not in our types
            f"{found.describe()} are several assets. Name one after the other."
        )
    return found


def problems_of(leaf: AssetLeaf) -> list[Problem]:
    """What is wrong with the name or the URI of an asset."""
    what = "alias" if isinstance(leaf, AssetAlias) else "asset"
    texts = {f"The name of the {what}": leaf.name}
    if isinstance(leaf, Asset) and leaf.uri != leaf.name:
        texts["Its URI"] = leaf.uri
    return [
        Problem(BAD_ASSET, f"{noun} {text!r} {why}.", fix)
        for noun, text in texts.items()
        for why, fix in _wrong_with(text)
    ]


def _wrong_with(text: str) -> Iterator[tuple[str, str]]:
    if not text.strip():
        yield "is empty", "Give it one, for example Asset('orders')."
    elif len(text) > MAX_NAME_LENGTH:
        yield f"has more than {MAX_NAME_LENGTH} characters", "Shorten it."
    elif text != text.strip() or re.search(r"[\x00-\x1f\x7f]", text):
        yield "begins or ends with a space, or holds a control character", "Take it out."
    elif re.match(r"[A-Za-z][\w+.-]*:", text) and re.search(r"\s", text):
        yield "is a URI with a space in it", "Write %20 for a space."


def conflicts(found: Iterable[tuple[Asset, str]]) -> Iterator[tuple[str, Problem]]:
    """Assets that mean two things: one name with two URIs, or one URI under two names.

    Takes assets with the places that name them; gives the later place of the two with the problem.
    """
    uris: dict[str, tuple[str, str]] = {}
    names: dict[str, tuple[str, str]] = {}
    for asset, place in found:
        uri, first = uris.setdefault(asset.name, (asset.uri, place))
        if uri != asset.uri:
            message = (
                f"The asset {asset.name!r} has the URI {asset.uri!r} here and {uri!r} in {first}."
            )
            yield place, Problem(TWO_MEANINGS, message, "Give both the same URI, or two names.")
            continue
        name, first = names.setdefault(asset.uri, (asset.name, place))
        if name != asset.name:
            message = (
                f"The URI {asset.uri!r} is the asset {asset.name!r} here and {name!r} in {first}."
            )
            yield place, Problem(TWO_MEANINGS, message, "Call it by one name in both places.")


# --- events ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Emission:
    """A task says that it made `asset`; `extra` describes this one. `aliases` are the names of the
    aliases it was emitted through.
    """

    asset: Asset
    extra: JsonObject = field(default_factory=dict)
    aliases: tuple[str, ...] = ()

    @property
    def nodes(self) -> list[AssetNode]:
        """Everything this is an update of."""
        return [self.asset.node, *(AssetNode("alias", name) for name in self.aliases)]

    def to_json(self) -> JsonObject:
        """What `emission_from_json` reads."""
        return {**self.asset.to_json(), "said": self.extra, "aliases": list(self.aliases)}


def emission_from_json(data: JsonObject) -> Emission:
    """The emission that `to_json` wrote."""
    asset = leaf_from_json({"asset": data["asset"]})
    said, aliases = data.get("said"), data.get("aliases")
    return Emission(
        cast("Asset", asset),
        said if isinstance(said, Mapping) else {},
        tuple(map(str, aliases if isinstance(aliases, Sequence) else ())),
    )


@dataclass(frozen=True)
class AssetEvent:
    """An asset was made: by a task instance of a run, or, where there is none, by `actor` (through
    the API). `id` grows with time.
    """

    asset: Asset
    timestamp: datetime
    extra: JsonObject = field(default_factory=dict)
    source_dag_id: str | None = None
    source_run_id: str | None = None
    source_task_id: str | None = None
    source_map_index: int = -1
    aliases: tuple[str, ...] = ()
    actor: str | None = None
    id: int = 0

    @property
    def uri(self) -> str:
        return self.asset.uri


def emissions(outlets: Iterable[JsonObject], said: Iterable[Emission]) -> tuple[Emission, ...]:
    """The events of a task that succeeded: one for each asset among its outlets, with what the
    task said of it, and those it emitted through the aliases among them.
    """
    told = {one.asset.name: one for one in said if not one.aliases}
    leaves = [leaf_from_json(outlet) for outlet in outlets]
    aliases = {leaf.name for leaf in leaves if isinstance(leaf, AssetAlias)}
    own = [
        Emission(asset, told[asset.name].extra if asset.name in told else {})
        for asset in map(_as_asset, leaves)
        if asset is not None
    ]
    through = [one for one in said if aliases & set(one.aliases)]
    return (*own, *through)


def _as_asset(leaf: AssetLeaf) -> Asset | None:
    if isinstance(leaf, AssetRef):
        return Asset(leaf.name)
    return leaf if isinstance(leaf, Asset) else None
