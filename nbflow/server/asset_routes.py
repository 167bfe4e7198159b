"""The resources of the REST API for assets and how DAGs hang together by them."""

from __future__ import annotations

from collections.abc import Sequence

from jupyter_server.auth.decorator import authorized
from tornado import web

from nbflow.server.bodies.admin import AssetQuery, EmitEvent
from nbflow.server.bodies.runs import RunQuery
from nbflow.server.handlers import NbflowHandler, allowed_to, operation
from nbflow.views.shapes import AssetDetail, AssetEventList, AssetList, LineageView, RequestReceipt


class AssetsHandler(NbflowHandler):
    """All assets."""

    auth_resource = "nbflow:assets"

    @web.authenticated
    @authorized
    @operation(AssetList, query=AssetQuery)
    async def get(self) -> None:
        """The assets, each with the tasks that make and use it and the DAGs it schedules."""
        query = self.query(AssetQuery)
        await self.answer(lambda ask: ask.assets(query))


class AssetHandler(NbflowHandler):
    """One asset."""

    auth_resource = "nbflow:assets"

    @web.authenticated
    @authorized
    @operation(AssetDetail)
    async def get(self, name: str) -> None:
        """One asset, by its name or its URI, with its newest events."""
        await self.answer(lambda ask: ask.asset(name))


class AssetEventsHandler(NbflowHandler):
    """The events of an asset."""

    auth_resource = "nbflow:assets"

    @web.authenticated
    @authorized
    @operation(AssetEventList, query=RunQuery)
    async def get(self, name: str) -> None:
        """The events of an asset, newest first."""
        query = self.query(RunQuery)
        await self.answer(lambda ask: ask.asset_events(name, query))

    @web.authenticated
    @allowed_to("execute")
    @operation(RequestReceipt, status=202, body=EmitEvent)
    async def post(self, name: str) -> None:
        """Say that an asset was made, which may bring about runs of the DAGs that wait for it."""
        body = self.body(EmitEvent)
        await self.answer(lambda ask: ask.emit(self.actor, name, body), 202)


class AllAssetEventsHandler(NbflowHandler):
    """The events of all assets."""

    auth_resource = "nbflow:assets"

    @web.authenticated
    @authorized
    @operation(AssetEventList, query=RunQuery)
    async def get(self) -> None:
        """The events of all assets, newest first."""
        query = self.query(RunQuery)
        await self.answer(lambda ask: ask.asset_events(None, query))


class LineageHandler(NbflowHandler):
    """DAGs and assets as one graph."""

    auth_resource = "nbflow:assets"

    @web.authenticated
    @authorized
    @operation(LineageView)
    async def get(self) -> None:
        """Which DAGs make which assets, and which use them or wait for them."""
        await self.answer(lambda ask: ask.lineage())


ROUTES: Sequence[tuple[str, type[NbflowHandler]]] = [
    ("assets", AssetsHandler),
    ("assets/{name}", AssetHandler),
    ("assets/{name}/events", AssetEventsHandler),
    ("asset-events", AllAssetEventsHandler),
    ("lineage", LineageHandler),
]
