"""The resources of the REST API for what tasks handed on. No pickle is ever read here."""

from __future__ import annotations

from collections.abc import Sequence

from jupyter_server.auth.decorator import authorized
from tornado import web

from nbflow.server.bodies.tasks import InstanceQuery
from nbflow.server.handlers import NbflowHandler, operation
from nbflow.views.shapes import RunValues, ValueDetail


class ValuesHandler(NbflowHandler):
    """The values of a run."""

    auth_resource = "nbflow:runs"

    @web.authenticated
    @authorized
    @operation(RunValues)
    async def get(self, dag_id: str, run_id: str) -> None:
        """What the tasks of a run handed on."""
        await self.answer(lambda ask: ask.values(dag_id, run_id))


class ValueHandler(NbflowHandler):
    """One value."""

    auth_resource = "nbflow:runs"

    @web.authenticated
    @authorized
    @operation(ValueDetail, query=InstanceQuery)
    async def get(self, dag_id: str, run_id: str, task_id: str, key: str) -> None:
        """A look inside a value: JSON, first rows of a table, first numbers of an array."""
        of = task_id, self.query(InstanceQuery).map_index
        await self.answer(lambda ask: ask.value(dag_id, run_id, of, key))


_RUN = "dags/{dag_id}/runs/{run_id}"

ROUTES: Sequence[tuple[str, type[NbflowHandler]]] = [
    (f"{_RUN}/values", ValuesHandler),
    (f"{_RUN}/tasks/{{task_id}}/values/{{key}}", ValueHandler),
]
