"""The resources of the REST API for variables and connections."""

from __future__ import annotations

from collections.abc import Sequence

from jupyter_server.auth.decorator import authorized
from tornado import web

from nbflow.server.bodies.admin import ConnectionBody, VariableBody
from nbflow.server.bodies.base import NoBody
from nbflow.server.handlers import NbflowHandler, allowed_to, operation
from nbflow.views.shapes import (
    ConnectionList,
    ConnectionTest,
    ConnectionView,
    VariableList,
    VariableView,
)


class VariablesHandler(NbflowHandler):
    """All variables."""

    auth_resource = "nbflow:secrets"

    @web.authenticated
    @authorized
    @operation(VariableList)
    async def get(self) -> None:
        """The variables; those whose names sound like secrets without their values."""
        await self.answer(lambda ask: ask.variables())


class VariableHandler(NbflowHandler):
    """One variable."""

    auth_resource = "nbflow:secrets"

    @web.authenticated
    @authorized
    @operation(VariableView)
    async def get(self, key: str) -> None:
        """One variable."""
        await self.answer(lambda ask: ask.variable(key))

    @web.authenticated
    @authorized
    @operation(VariableView, body=VariableBody)
    async def put(self, key: str) -> None:
        """Make a variable, or change it."""
        body = self.body(VariableBody)
        await self.answer(lambda ask: ask.set_variable(self.actor, key, body))

    @web.authenticated
    @authorized
    @operation(None)
    async def delete(self, key: str) -> None:
        """Delete a variable."""
        await self.answer(lambda ask: ask.delete_variable(self.actor, key))


class ConnectionsHandler(NbflowHandler):
    """All connections."""

    auth_resource = "nbflow:secrets"

    @web.authenticated
    @authorized
    @operation(ConnectionList)
    async def get(self) -> None:
        """The connections without their secrets."""
        await self.answer(lambda ask: ask.connections())


class ConnectionHandler(NbflowHandler):
    """One connection."""

    auth_resource = "nbflow:secrets"

    @web.authenticated
    @authorized
    @operation(ConnectionView)
    async def get(self, conn_id: str) -> None:
        """One connection without its secrets."""
        await self.answer(lambda ask: ask.connection(conn_id))

    @web.authenticated
    @authorized
    @operation(ConnectionView, body=ConnectionBody)
    async def put(self, conn_id: str) -> None:
        """Make a connection, or change it."""
        body = self.body(ConnectionBody)
        await self.answer(lambda ask: ask.save_connection(self.actor, conn_id, body))

    @web.authenticated
    @authorized
    @operation(None)
    async def delete(self, conn_id: str) -> None:
        """Delete a connection."""
        await self.answer(lambda ask: ask.delete_connection(self.actor, conn_id))


class ConnectionTestHandler(NbflowHandler):
    """Whether a connection works."""

    auth_resource = "nbflow:secrets"

    @web.authenticated
    @allowed_to("execute")
    @operation(ConnectionTest, body=NoBody)
    async def post(self, conn_id: str) -> None:
        """Try a connection from the machine of this server."""
        self.no_body()
        await self.answer(lambda ask: ask.test_connection(conn_id))


ROUTES: Sequence[tuple[str, type[NbflowHandler]]] = [
    ("variables", VariablesHandler),
    ("variables/{key}", VariableHandler),
    ("connections", ConnectionsHandler),
    ("connections/{conn_id}", ConnectionHandler),
    ("connections/{conn_id}/test", ConnectionTestHandler),
]
