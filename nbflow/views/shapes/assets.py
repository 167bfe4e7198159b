"""Assets, their events, and how DAGs hang together by them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal


@dataclass(frozen=True)
class AssetTaskView:
    """A task that makes or uses an asset."""

    dag_id: str
    task_id: str


@dataclass(frozen=True)
class AssetView:
    """An asset, or an alias: the tasks that make and use it, and the DAGs whose schedule waits for
    it.
    """

    name: str
    kind: Literal["asset", "alias"]
    uri: str
    group: str
    extra: dict[str, Any]  # the user's own
    last_event: str | None
    producers: list[AssetTaskView]
    consumers: list[AssetTaskView]
    schedules: list[str]


@dataclass(frozen=True)
class AssetList:
    """The assets, and the cursor where their feed goes on."""

    assets: list[AssetView]
    cursor: int


@dataclass(frozen=True)
class RunName:
    """A run by its name, and its state."""

    dag_id: str
    run_id: str
    state: str


@dataclass(frozen=True)
class AssetEventView:
    """An asset was made: by a task instance, or by `actor` through the API. `runs` are those it
    brought about.
    """

    id: int
    asset: str
    uri: str
    at: str
    extra: dict[str, Any]  # the user's own
    source_dag_id: str | None
    source_run_id: str | None
    source_task_id: str | None
    source_map_index: int
    aliases: list[str]
    actor: str | None
    runs: list[RunName]


@dataclass(frozen=True)
class AssetEventList:
    """Some events, newest first; `next` asks for the next page, null when there is none."""

    events: list[AssetEventView]
    next: str | None


@dataclass(frozen=True)
class AssetDetail:
    """An asset with its newest events."""

    asset: AssetView
    events: list[AssetEventView]


@dataclass(frozen=True)
class LineageNode:
    """A DAG, an asset or an alias on the graph of all; `id` is its kind and its name."""

    id: str
    kind: Literal["dag", "asset", "alias"]
    name: str
    uri: str


@dataclass(frozen=True)
class LineageEdge:
    """A DAG makes an asset (outlet), or uses it (inlet), or its schedule waits for it."""

    source: str
    target: str
    role: Literal["outlet", "inlet", "schedule"]


@dataclass(frozen=True)
class LineageView:
    """DAGs and assets as one graph."""

    nodes: list[LineageNode]
    edges: list[LineageEdge]
