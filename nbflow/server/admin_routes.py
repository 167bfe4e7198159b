"""The resources of the REST API for administrators: what people did, and the settings."""

from __future__ import annotations

from collections.abc import Sequence

from jupyter_server.auth.decorator import authorized
from tornado import web

from nbflow.server.bodies.requests import AuditQuery
from nbflow.server.handlers import NbflowHandler, operation
from nbflow.views.shapes import AuditList, SettingList


class AuditHandler(NbflowHandler):
    """What people did."""

    auth_resource = "nbflow:audit"

    @web.authenticated
    @authorized
    @operation(AuditList, query=AuditQuery)
    async def get(self) -> None:
        """What was asked for and changed, by whom and by which door, newest first."""
        query = self.query(AuditQuery)
        await self.answer(lambda ask: ask.audit(query))


class SettingsHandler(NbflowHandler):
    """The settings."""

    auth_resource = "nbflow:settings"

    @web.authenticated
    @authorized
    @operation(SettingList)
    async def get(self) -> None:
        """The settings, without secrets, and where each comes from."""
        await self.answer(lambda ask: ask.shown_settings())


ROUTES: Sequence[tuple[str, type[NbflowHandler]]] = [
    ("audit", AuditHandler),
    ("settings", SettingsHandler),
]
