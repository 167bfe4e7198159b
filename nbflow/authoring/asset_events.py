"""What a running task says and asks about assets: `outlet_events`, `inlet_events`,
`triggering_asset_events`, and `yield Metadata(...)`.

The runtime makes them from an order and takes from them what was said; the rules are in
`core/assets.py`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from inspect import isgenerator
from typing import Any, TypeVar, cast

from nbflow.authoring.context import Context, get_current_context, is_running
from nbflow.core.assets import Asset, AssetAlias, AssetEvent, AssetLeaf, AssetNode, Emission
from nbflow.core.errors import NbflowError
from nbflow.core.json import JsonObject

Found = TypeVar("Found")


class NotAnOutlet(NbflowError, KeyError):
    """A task speaks of an asset that is not among its outlets; the message names those that are."""

    def __str__(self) -> str:
        return str(self.args[0])


@dataclass(frozen=True)
class Metadata:
    """Yielded by a task: this is what there is to say of the asset it made.

    >>> @task(outlets=[orders])
    ... def load():
    ...     yield Metadata(orders, {"rows": 42})

    With `alias` the event is emitted through that alias.
    """

    asset: AssetLeaf | str
    extra: Mapping[str, Any] = field(default_factory=dict)  # any JSON
    alias: AssetAlias | str | None = None


@dataclass
class OutletEvent:
    """What a task says of one of its outlets. Set `extra`, or for an alias `add` assets."""

    leaf: AssetLeaf
    extra: dict[str, Any] = field(default_factory=dict)  # any JSON
    added: list[tuple[Asset, dict[str, Any]]] = field(default_factory=list)

    def add(self, asset: Asset, extra: Mapping[str, Any] | None = None) -> None:
        """Emit an event of `asset` through this alias. Raises TypeError for an outlet that is an
        asset itself.
        """
        if not isinstance(self.leaf, AssetAlias):
            raise TypeError(f"{self.leaf.name!r} is an asset: set its `extra` instead of adding.")
        self.added.append((asset, {**self.extra, **(extra or {})}))

    def emissions(self) -> Iterator[Emission]:
        """What was said, as it travels. Raises TypeError for what is no JSON."""
        if isinstance(self.leaf, AssetAlias):
            for asset, extra in self.added:
                yield Emission(asset, _checked(asset, extra), (self.leaf.name,))
        elif self.extra:
            asset = self.leaf if isinstance(self.leaf, Asset) else Asset(self.leaf.name)
            yield Emission(asset, _checked(asset, self.extra))


def _checked(asset: Asset, extra: Mapping[str, Any]) -> JsonObject:
    try:
        return cast("JsonObject", json.loads(json.dumps(extra)))
    except (TypeError, ValueError) as error:
        raise TypeError(
            f"The extra of asset {asset.name!r} is no JSON: {error}. "
            "Use text, numbers, lists and dicts."
        ) from error


class _ByAsset(Mapping[AssetLeaf, Found]):
    """Found by the asset, by its name or by its URI."""

    def __init__(self, found: Iterable[tuple[AssetLeaf, Found]]) -> None:
        self._found = dict(found)
        self._by_name: dict[str, Found] = {}
        for leaf, one in self._found.items():
            self._by_name.setdefault(leaf.name, one)
            if isinstance(leaf, Asset):
                self._by_name.setdefault(leaf.uri, one)

    def __getitem__(self, asset: AssetLeaf | str) -> Found:
        name = asset if isinstance(asset, str) else asset.name
        if name not in self._by_name:
            raise self._unknown(name)
        return self._by_name[name]

    def __contains__(self, asset: object) -> bool:
        name = asset.name if isinstance(asset, AssetLeaf) else asset
        return name in self._by_name

    def __iter__(self) -> Iterator[AssetLeaf]:
        return iter(self._found)

    def __len__(self) -> int:
        return len(self._found)

    def _unknown(self, name: str) -> KeyError:
        there = ", ".join(sorted(leaf.name for leaf in self._found)) or "none"
        return KeyError(f"{name!r} is none of {there}")


class OutletEvents(_ByAsset[OutletEvent]):
    """`outlet_events[asset].extra = {...}` in a task."""

    def __init__(self, outlets: Sequence[AssetLeaf]) -> None:
        super().__init__((leaf, OutletEvent(leaf)) for leaf in outlets)

    def emissions(self) -> tuple[Emission, ...]:
        """Everything that was said. Raises TypeError for an extra that is no JSON."""
        return tuple(one for event in self._found.values() for one in event.emissions())

    def hear(self, said: Iterable[Emission]) -> None:
        """What was said elsewhere. Raises NotAnOutlet."""
        for one in said:
            if one.aliases:
                self[one.aliases[0]].add(one.asset, one.extra)
            else:
                self[one.asset].extra.update(one.extra)

    def take(self, said: Metadata) -> None:
        """What a task has yielded."""
        if said.alias is not None:
            asset = Asset(said.asset) if isinstance(said.asset, str) else said.asset
            self[said.alias].add(cast("Asset", asset), said.extra)
        else:
            self[said.asset].extra.update(said.extra)

    def _unknown(self, name: str) -> KeyError:
        there = ", ".join(sorted(leaf.name for leaf in self._found)) or "none"
        return NotAnOutlet(
            f"The asset {name!r} is no outlet of this task (its outlets: {there}): "
            "name it in outlets=[...] of the task."
        )


class SaidHere:
    """`outlet_events` for code that has no context at hand, a notebook above all:

    >>> from nbflow import outlet_events
    >>> outlet_events["orders"].extra = {"rows": 42}

    In a notebook the task that runs it hears of it at the end; where none does it stays unheard.
    """

    def __init__(self) -> None:
        self._said: dict[AssetLeaf, OutletEvent] = {}

    def __getitem__(self, asset: AssetLeaf | str) -> OutletEvent:
        if is_running():
            return cast("OutletEvents", get_current_context()["outlet_events"])[asset]
        leaf = Asset(asset) if isinstance(asset, str) else asset
        return self._said.setdefault(leaf, OutletEvent(leaf))

    def emissions(self) -> list[Emission]:
        """Everything that was said in this process. Raises TypeError as `OutletEvents` does."""
        return [one for event in self._said.values() for one in event.emissions()]


outlet_events = SaidHere()


class AssetEvents(_ByAsset[Sequence[AssetEvent]]):
    """Events by asset, of each the oldest first."""

    def __init__(self, events: Iterable[AssetEvent], known: Iterable[AssetLeaf] = ()) -> None:
        found: dict[AssetLeaf, list[AssetEvent]] = {leaf: [] for leaf in known}
        by_node = {leaf.node: leaf for leaf in found}
        for event in events:
            through = [AssetNode("alias", name) for name in event.aliases]
            leaves = [by_node[node] for node in through if node in by_node]
            if event.asset.node in by_node or not leaves:
                leaves.append(by_node.setdefault(event.asset.node, event.asset))
            for leaf in leaves:
                found.setdefault(leaf, []).append(event)
        super().__init__(found.items())


def collected(result: object, context: Context) -> object:
    """What a task's function returns; one that yields is run to its end, and the Metadata it yields
    are what it says of its outlets. Raises TypeError for anything else it yields.
    """
    # A generator expression is a value like others: one that cannot travel.
    if not isgenerator(result) or result.gi_code.co_name == "<genexpr>":
        return result
    while True:
        try:
            said = next(result)
        except StopIteration as end:
            return end.value
        if not isinstance(said, Metadata):
            raise TypeError(
                f"The task yielded {said!r}: only Metadata of an asset can be yielded. "
                "Return a list to hand on several things."
            )
        cast("OutletEvents", context["outlet_events"]).take(said)
