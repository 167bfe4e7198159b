"""The resources of the REST API for DAGs, their schedules, and files that are none."""

from __future__ import annotations

from collections.abc import Sequence

from jupyter_server.auth.decorator import authorized
from tornado import web

from nbflow.server.bodies.dags import DagQuery, NextQuery, Pause, PreviewQuery
from nbflow.server.handlers import NbflowHandler, operation
from nbflow.views.shapes import DagDetail, DagList, ImportErrorList, RequestReceipt, ScheduleView


class DagsHandler(NbflowHandler):
    """All DAGs."""

    auth_resource = "nbflow:dags"

    @web.authenticated
    @authorized
    @operation(DagList, query=DagQuery)
    async def get(self) -> None:
        """The DAGs, with their last runs and the next one."""
        query = self.query(DagQuery)
        await self.answer(lambda ask: ask.dags(query))


class DagHandler(NbflowHandler):
    """One DAG."""

    auth_resource = "nbflow:dags"

    @web.authenticated
    @authorized
    @operation(DagDetail)
    async def get(self, dag_id: str) -> None:
        """One DAG with its tasks, its params and its next runs."""
        await self.answer(lambda ask: ask.dag(dag_id))

    @web.authenticated
    @authorized
    @operation(RequestReceipt, status=202, body=Pause)
    async def patch(self, dag_id: str) -> None:
        """Ask for the schedule of a DAG to stop or to go on."""
        body = self.body(Pause)
        await self.answer(lambda ask: ask.set_paused(self.actor, dag_id, body), 202)


class ScheduleHandler(NbflowHandler):
    """The schedule of a DAG."""

    auth_resource = "nbflow:dags"

    @web.authenticated
    @authorized
    @operation(ScheduleView, query=NextQuery)
    async def get(self, dag_id: str) -> None:
        """When a DAG runs next, and what it waits for."""
        query = self.query(NextQuery)
        await self.answer(lambda ask: ask.schedule(dag_id, query))


class PreviewHandler(NbflowHandler):
    """A schedule that is still being typed."""

    auth_resource = "nbflow:dags"

    @web.authenticated
    @authorized
    @operation(ScheduleView, query=PreviewQuery)
    async def get(self) -> None:
        """What a schedule means in words, its next runs, and what is wrong with it."""
        query = self.query(PreviewQuery)
        await self.answer(lambda ask: ask.preview(query))


class ImportErrorsHandler(NbflowHandler):
    """Files that are not DAGs as they stand."""

    auth_resource = "nbflow:dags"

    @web.authenticated
    @authorized
    @operation(ImportErrorList)
    async def get(self) -> None:
        """The DAG files with problems."""
        await self.answer(lambda ask: ask.import_errors())


ROUTES: Sequence[tuple[str, type[NbflowHandler]]] = [
    ("dags", DagsHandler),
    ("dags/{dag_id}", DagHandler),
    ("dags/{dag_id}/schedule", ScheduleHandler),
    ("schedules/preview", PreviewHandler),
    ("import-errors", ImportErrorsHandler),
]
