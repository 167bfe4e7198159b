"""The resources of the REST API for pools."""

from __future__ import annotations

from collections.abc import Sequence

from jupyter_server.auth.decorator import authorized
from tornado import web

from nbflow.server.bodies.admin import PoolBody
from nbflow.server.handlers import NbflowHandler, operation
from nbflow.views.shapes import PoolDetail, PoolList, RequestReceipt


class PoolsHandler(NbflowHandler):
    """All pools."""

    auth_resource = "nbflow:pools"

    @web.authenticated
    @authorized
    @operation(PoolList)
    async def get(self) -> None:
        """The pools, and how many of their slots are taken."""
        await self.answer(lambda ask: ask.pools())


class PoolHandler(NbflowHandler):
    """One pool."""

    auth_resource = "nbflow:pools"

    @web.authenticated
    @authorized
    @operation(PoolDetail)
    async def get(self, pool: str) -> None:
        """One pool with the task instances that take its slots, or wait for some."""
        await self.answer(lambda ask: ask.pool(pool))

    @web.authenticated
    @authorized
    @operation(PoolDetail, body=PoolBody)
    async def put(self, pool: str) -> None:
        """Make a pool, or change it."""
        body = self.body(PoolBody)
        await self.answer(lambda ask: ask.set_pool(self.actor, pool, body))

    @web.authenticated
    @authorized
    @operation(RequestReceipt)
    async def delete(self, pool: str) -> None:
        """Delete a pool that no unfinished task names."""
        await self.answer(lambda ask: ask.delete_pool(self.actor, pool))


ROUTES: Sequence[tuple[str, type[NbflowHandler]]] = [
    ("pools", PoolsHandler),
    ("pools/{pool}", PoolHandler),
]
