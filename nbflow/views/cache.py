"""The cache as a person sees it: which results it has, and where they came from."""

from __future__ import annotations

from nbflow.core.errors import NotFoundError
from nbflow.store import cache as cache_store
from nbflow.store.cache import KeptResult
from nbflow.store.database import Database
from nbflow.views.shapes import CacheDetail, CachedResult, CachedValue, CacheList

LIMIT = 200


def cache_list(
    database: Database,
    dag_id: str | None = None,
    task_id: str | None = None,
    *,
    search: str = "",
    limit: int = LIMIT,
) -> CacheList:
    """The newest results, of that DAG and task only if they are named. `search` stands in the id of
    their DAG, task or run, or their key begins with it.
    """
    with database.reading() as session:
        found = cache_store.read(session, dag_id, task_id, search=search, limit=limit + 1)
    return CacheList([_view(one) for one in found[:limit]], len(found) > limit)


def cache_detail(database: Database, key: str) -> CacheDetail:
    """The result whose key begins so. Raises NotFoundError unless there is exactly one."""
    with database.reading() as session:
        keys = cache_store.keys_that_begin(session, key) if key else []
        if len(keys) != 1:
            how_many = "More than one result has" if keys else "No result in the cache has"
            raise NotFoundError(
                f"{how_many} a key that begins with {key!r}. "
                "They are listed by `nbflow cache list`."
            )
        entry = cache_store.find(session, keys)[keys[0]]
        (result,) = cache_store.read(session, key=keys[0], limit=1)
    values = [
        CachedValue(name, ref.type, ref.size, "" if ref.hides else ref.preview)
        for name, ref in sorted(entry.outcome.values.items())
    ]
    return CacheDetail(_view(result), values, entry.outcome.output_notebook, entry.outcome.log)


def _view(one: KeptResult) -> CachedResult:
    name = one.name
    return CachedResult(
        name.key,
        name.dag_id,
        name.run_id,
        name.task_id,
        name.map_index,
        name.at.isoformat(),
        one.values,
        one.size,
        one.used_by,
    )
