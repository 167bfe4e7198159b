"""The home page: what goes on, what went wrong, and what comes next."""

from __future__ import annotations

from dataclasses import dataclass

from nbflow.views.shapes.cluster import Health
from nbflow.views.shapes.runs import RunView


@dataclass(frozen=True)
class CulpritView:
    """The task instance that failed first in a run. `message` is its error in a line; `cell` is
    that of the executed notebook, counted from 0; `failed_tasks` says how many failed in all.
    """

    task_id: str
    map_index: int
    reason: str | None
    message: str
    cell: int | None
    failed_tasks: int


@dataclass(frozen=True)
class FailedRun:
    """A run that failed; `culprit` is null where the run failed and none of its tasks did. With
    `recovered` its DAG has succeeded since.
    """

    run: RunView
    culprit: CulpritView | None
    recovered: bool


@dataclass(frozen=True)
class DueRun:
    """When a DAG runs next by its schedule."""

    dag_id: str
    display_name: str
    run_after: str


@dataclass(frozen=True)
class Overview:
    """What a person wants to know first. Lists are bounded; `active` (queued or running) and
    `failed_count` say how many there are in all. `failed` are those since `since`, the newest
    first; `questions` tells how many tasks wait for a person; `dag_folders` are where files become
    DAGs, as the door that asks names them.
    """

    health: Health
    running: list[RunView]
    active: int
    failed: list[FailedRun]
    failed_count: int
    since: str
    due: list[DueRun]
    questions: int
    dag_folders: list[str]
    cursor: int
