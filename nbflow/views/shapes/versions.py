"""Versions of a DAG, and how they differ."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from nbflow.views.shapes.dags import TaskView


@dataclass(frozen=True)
class VersionView:
    """A version of a DAG. `changes` are what it changed of the one before, in words; none where
    only code did. `runs` execute it.
    """

    number: int
    created_at: str
    is_current: bool
    runs: int
    task_count: int
    changes: list[str]


@dataclass(frozen=True)
class VersionList:
    """The versions of a DAG, newest first."""

    dag_id: str
    versions: list[VersionView]


@dataclass(frozen=True)
class SourceFile:
    """A file a version was made of; of a notebook its cells, without outputs."""

    path: str
    text: str


@dataclass(frozen=True)
class VersionDetail:
    """A version with its tasks and its text; `params` are those of its trigger form, as in
    DagDetail.
    """

    dag_id: str
    number: int
    tasks: list[TaskView]
    params: dict[str, Any]  # as above
    files: list[SourceFile]


@dataclass(frozen=True)
class SpecChangeView:
    """One thing that differs between two versions, and the same in words."""

    kind: Literal["added", "removed", "changed"]
    path: str
    before: Any  # any JSON
    after: Any  # any JSON
    text: str


@dataclass(frozen=True)
class FileDiff:
    """The difference of a file, as `diff -u` shows it."""

    path: str
    diff: str


@dataclass(frozen=True)
class VersionDiff:
    """What differs between two versions of a DAG: in what it is, and in its files."""

    dag_id: str
    old: int
    new: int
    changes: list[SpecChangeView]
    files: list[FileDiff]
