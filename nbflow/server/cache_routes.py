"""The resources of the REST API for the cache."""

from __future__ import annotations

from collections.abc import Sequence

from jupyter_server.auth.decorator import authorized
from tornado import web

from nbflow.server.bodies.cache import CacheKeys, CacheListQuery, CacheQuery
from nbflow.server.handlers import NbflowHandler, operation
from nbflow.views.shapes import CacheCleared, CacheDetail, CacheList


class CacheHandler(NbflowHandler):
    """Results that may stand for running a task again."""

    auth_resource = "nbflow:cache"

    @web.authenticated
    @authorized
    @operation(CacheList, query=CacheListQuery)
    async def get(self) -> None:
        """The newest results, of one DAG or task if they are named."""
        query = self.query(CacheListQuery)
        await self.answer(lambda ask: ask.cached(query))

    @web.authenticated
    @authorized
    @operation(CacheCleared, query=CacheQuery)
    async def delete(self) -> None:
        """Forget results, of one DAG or task if they are named, so that these are executed."""
        query = self.query(CacheQuery)
        await self.answer(
            lambda ask: CacheCleared(ask.verbs(self.actor).clear_cache(query.dag_id, query.task_id))
        )


class CachedResultHandler(NbflowHandler):
    """One result."""

    auth_resource = "nbflow:cache"

    @web.authenticated
    @authorized
    @operation(CacheDetail)
    async def get(self, key: str) -> None:
        """One result with its values, by its key or what it begins with."""
        await self.answer(lambda ask: ask.cached_result(key))

    @web.authenticated
    @authorized
    @operation(CacheCleared)
    async def delete(self, key: str) -> None:
        """Forget one result."""
        await self.answer(lambda ask: CacheCleared(ask.verbs(self.actor).clear_cache(key=key)))


class ForgetHandler(NbflowHandler):
    """Several results."""

    auth_resource = "nbflow:cache"

    @web.authenticated
    @authorized
    @operation(CacheCleared, body=CacheKeys)
    async def post(self) -> None:
        """Forget these results; those that are gone already count for nothing."""
        keys = self.body(CacheKeys).keys
        await self.answer(
            lambda ask: CacheCleared(ask.verbs(self.actor).clear_cached(keys)),
        )


ROUTES: Sequence[tuple[str, type[NbflowHandler]]] = [
    ("cache", CacheHandler),
    ("cache/{key}", CachedResultHandler),
    ("bulk/cache/clear", ForgetHandler),
]
