"""Results in the cache."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class CachedResult:
    """A result that may stand for running a task again: where it came from, how many values it has,
    their size in bytes, and how many runs use it besides that one.
    """

    key: str
    dag_id: str
    run_id: str
    task_id: str
    map_index: int
    at: str
    values: int
    size: int
    used_by: int


@dataclass(frozen=True)
class CacheList:
    """The newest results in the cache; `more` says that there are others."""

    results: list[CachedResult]
    more: bool


@dataclass(frozen=True)
class CachedValue:
    """A value of a result, as its preview tells it."""

    name: str
    type: str
    size: int
    preview: str


@dataclass(frozen=True)
class CacheDetail:
    """One result with its values, and where its notebook and its log are."""

    result: CachedResult
    values: list[CachedValue]
    output_notebook: str | None
    log: str | None


@dataclass(frozen=True)
class CacheCleared:
    """How many results were forgotten."""

    forgotten: int
