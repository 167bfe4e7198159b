"""DAGs: in a list, one in detail, and the files that could not be read."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal


@dataclass(frozen=True)
class RunDot:
    """One past run as a dot in a list."""

    run_id: str
    state: str
    run_type: str
    logical_date: str | None
    started_at: str | None
    ended_at: str | None


@dataclass(frozen=True)
class DagView:
    """A DAG in the list. `last_runs` are the newest first, at most ten. `display_name` is what to
    show in place of the id, and empty where that is shown. `held` tells that being
    paused holds runs in progress too.
    """

    dag_id: str
    display_name: str
    description: str
    file: str
    source: Literal["python", "notebook"]
    tags: list[str]
    owner: str
    paused: bool
    held: bool
    active: bool
    schedule: str
    next_run: str | None
    version: int
    task_count: int
    running: int
    last_runs: list[RunDot]
    problems: int


@dataclass(frozen=True)
class DagList:
    """The DAGs, and the cursor where their feed goes on."""

    dags: list[DagView]
    cursor: int


@dataclass(frozen=True)
class EdgeView:
    """One reason for an edge that ends at the task it is listed under; `label` is the word a person
    put on it.
    """

    upstream: str
    kind: str
    names: list[str]
    why: str
    label: str


@dataclass(frozen=True)
class GroupView:
    """Tasks that belong together; `parent` is the group around it, `tasks` includes those of groups
    inside.
    """

    group_id: str
    parent: str | None
    label: str
    tooltip: str
    tasks: list[str]


@dataclass(frozen=True)
class TaskAsset:
    """An asset, or an alias, that a task makes or uses."""

    name: str
    kind: Literal["asset", "alias"]


@dataclass(frozen=True)
class TaskView:
    """A task of a DAG as defined.

    `layer` and `row` are its place in the layered layout of `picture`. `group` is the innermost
    task group around it; `role` says whether it sets up or tears down something for others; `tags`
    are words to choose tasks by. With `cache` its results may stand for running it again. `inlets`
    are the assets it uses, `outlets` those it makes.
    """

    task_id: str
    kind: str
    operator: str
    upstream: list[str]
    edges: list[EdgeView]
    trigger_rule: str
    retries: int
    pool: str
    cells: list[int]
    doc: str
    layer: int
    row: int
    group: str | None
    role: Literal["", "setup", "teardown"]
    mapped: bool
    tags: list[str]
    display_name: str
    cache: bool
    inlets: list[TaskAsset] = field(default_factory=list)
    outlets: list[TaskAsset] = field(default_factory=list)


@dataclass(frozen=True)
class AwaitedAsset:
    """One asset, or alias, that a schedule waits for: since when there is news of it, and whether
    that is what a run still lacks.
    """

    name: str
    kind: Literal["asset", "alias"]
    updated_at: str | None
    missing: bool


@dataclass(frozen=True)
class AwaitedAssets:
    """What a schedule waits for: the expression, its assets, and in a sentence what is missing."""

    expression: str
    assets: list[AwaitedAsset]
    text: str


@dataclass(frozen=True)
class DagDetail:
    """A DAG with its tasks and what its trigger form needs: `params` maps names to `{"default",
    "schema"}`.
    """

    dag: DagView
    tasks: list[TaskView]
    groups: list[GroupView]
    params: dict[str, Any]  # JSON Schema is open by nature
    timezone: str
    catchup: bool | int
    max_active_runs: int
    start_date: str | None
    doc: str
    next_runs: list[str]
    awaited_assets: AwaitedAssets | None


@dataclass(frozen=True)
class ImportErrorView:
    """A file that could not be read, or reads with problems."""

    file: str
    seen_at: str
    problems: list[dict[str, Any]]  # `core.errors.Problem.to_json`


@dataclass(frozen=True)
class ImportErrorList:
    """All files with problems."""

    import_errors: list[ImportErrorView]
