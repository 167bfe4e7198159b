"""The resources of the REST API for the past of a DAG in whole tables."""

from __future__ import annotations

from collections.abc import Sequence

from jupyter_server.auth.decorator import authorized
from tornado import web

from nbflow.server.bodies.dags import CalendarQuery
from nbflow.server.bodies.runs import GridQuery, PastQuery, RunDetailQuery
from nbflow.server.handlers import NbflowHandler, operation
from nbflow.views.shapes import CalendarView, DurationsView, GridView, RunTries


class GridHandler(NbflowHandler):
    """The runs of a DAG by its tasks."""

    auth_resource = "nbflow:runs"

    @web.authenticated
    @authorized
    @operation(GridView, query=GridQuery)
    async def get(self, dag_id: str) -> None:
        """The states of all tasks in many runs, newest first."""
        query = self.query(GridQuery)
        await self.answer(lambda ask: ask.grid(dag_id, query))


class CalendarHandler(NbflowHandler):
    """The year of a DAG."""

    auth_resource = "nbflow:runs"

    @web.authenticated
    @authorized
    @operation(CalendarView, query=CalendarQuery)
    async def get(self, dag_id: str) -> None:
        """How the runs of each day of a year ended, and what is planned."""
        query = self.query(CalendarQuery)
        await self.answer(lambda ask: ask.calendar(dag_id, query))


class DurationsHandler(NbflowHandler):
    """How long a DAG takes."""

    auth_resource = "nbflow:runs"

    @web.authenticated
    @authorized
    @operation(DurationsView, query=PastQuery)
    async def get(self, dag_id: str) -> None:
        """How long the last runs of a DAG and their tasks took, and what is usual."""
        query = self.query(PastQuery)
        await self.answer(lambda ask: ask.durations(dag_id, query))


class TriesHandler(NbflowHandler):
    """A run in time."""

    auth_resource = "nbflow:runs"

    @web.authenticated
    @authorized
    @operation(RunTries, query=RunDetailQuery)
    async def get(self, dag_id: str, run_id: str) -> None:
        """When each try of a run was handed to a worker, began and ended."""
        query = self.query(RunDetailQuery)
        await self.answer(lambda ask: ask.tries(dag_id, run_id, query))


ROUTES: Sequence[tuple[str, type[NbflowHandler]]] = [
    ("dags/{dag_id}/grid", GridHandler),
    ("dags/{dag_id}/calendar", CalendarHandler),
    ("dags/{dag_id}/durations", DurationsHandler),
    ("dags/{dag_id}/runs/{run_id}/tries", TriesHandler),
]
