"""The resources of the REST API for runs."""

from __future__ import annotations

from collections.abc import Sequence

from jupyter_server.auth.decorator import authorized
from tornado import web

from nbflow.server.bodies.base import NoBody
from nbflow.server.bodies.runs import RunDetailQuery, RunListQuery, Trigger
from nbflow.server.handlers import NbflowHandler, allowed_to, operation
from nbflow.views.shapes import RequestReceipt, RunDetail, RunList, RunPlan


class AllRunsHandler(NbflowHandler):
    """The runs of all DAGs."""

    auth_resource = "nbflow:runs"

    @web.authenticated
    @authorized
    @operation(RunList, query=RunListQuery)
    async def get(self) -> None:
        """The runs of all DAGs, newest first."""
        query = self.query(RunListQuery)
        await self.answer(lambda ask: ask.runs(None, query))


class RunsHandler(NbflowHandler):
    """The runs of a DAG."""

    auth_resource = "nbflow:runs"

    @web.authenticated
    @authorized
    @operation(RunList, query=RunListQuery)
    async def get(self, dag_id: str) -> None:
        """The runs of a DAG, newest first."""
        query = self.query(RunListQuery)
        await self.answer(lambda ask: ask.runs(dag_id, query))

    @web.authenticated
    @allowed_to("execute")
    @operation(RunPlan, status=202, body=Trigger)
    async def post(self, dag_id: str) -> None:
        """Ask for a run of a DAG now, which exists once the scheduler has answered; or say what it
        would be.
        """
        body = self.body(Trigger)
        await self.ask(lambda ask: ask.trigger(self.actor, dag_id, body), body.dry_run)


class RunHandler(NbflowHandler):
    """One run."""

    auth_resource = "nbflow:runs"

    @web.authenticated
    @authorized
    @operation(RunDetail, query=RunDetailQuery)
    async def get(self, dag_id: str, run_id: str) -> None:
        """One run with its task instances, on the version of the DAG that it executes."""
        query = self.query(RunDetailQuery)
        await self.answer(lambda ask: ask.run(dag_id, run_id, query))

    @web.authenticated
    @allowed_to("write")
    @operation(RequestReceipt, status=202)
    async def delete(self, dag_id: str, run_id: str) -> None:
        """Ask for a finished run to be forgotten, with its tries, values, notebooks and logs."""
        await self.answer(lambda ask: ask.delete_run(self.actor, dag_id, run_id), 202)


class CancelHandler(NbflowHandler):
    """The end of a run."""

    auth_resource = "nbflow:runs"

    @web.authenticated
    @allowed_to("write")
    @operation(RequestReceipt, status=202, body=NoBody)
    async def post(self, dag_id: str, run_id: str) -> None:
        """Ask for a run to be ended, with everything that runs in it."""
        self.no_body()
        await self.answer(lambda ask: ask.cancel(self.actor, dag_id, run_id), 202)


_RUN = "dags/{dag_id}/runs/{run_id}"

ROUTES: Sequence[tuple[str, type[NbflowHandler]]] = [
    ("runs", AllRunsHandler),
    ("dags/{dag_id}/runs", RunsHandler),
    (_RUN, RunHandler),
    (f"{_RUN}/cancel", CancelHandler),
]
