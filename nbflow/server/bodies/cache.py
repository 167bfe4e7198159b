"""Results in the cache."""

from __future__ import annotations

from pydantic import Field

from nbflow.server.bodies.base import Sent

MOST_CACHED = 1000


class CacheKeys(Sent):
    """Results, by their whole keys."""

    keys: list[str] = Field(min_length=1, max_length=MOST_CACHED)


class CacheQuery(Sent):
    """Whose results."""

    dag_id: str | None = None
    task_id: str | None = None


class CacheListQuery(CacheQuery):
    """Whose results, how many, and what is to stand in the id of their DAG, task or run, or at the
    beginning of their key.
    """

    search: str = ""
    limit: int = Field(default=200, ge=1, le=MOST_CACHED)
