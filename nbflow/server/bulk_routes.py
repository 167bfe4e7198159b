"""The resources of the REST API for doing the same to many runs or DAGs: one request with a list,
and what came of each.
"""

from __future__ import annotations

from collections.abc import Sequence

from jupyter_server.auth.decorator import authorized
from tornado import web

from nbflow.server.bodies.bulk import BulkClear, BulkDags, BulkMark, BulkPause, BulkRuns
from nbflow.server.handlers import NbflowHandler, allowed_to, operation
from nbflow.views.shapes import BulkResult


class CancelRunsHandler(NbflowHandler):
    """The end of many runs."""

    auth_resource = "nbflow:runs"

    @web.authenticated
    @allowed_to("write")
    @operation(BulkResult, status=202, body=BulkRuns)
    async def post(self) -> None:
        """Ask for runs to be ended, with everything that runs in them."""
        body = self.body(BulkRuns)
        await self.answer(lambda ask: ask.cancel_each(self.actor, body), 202)


class DeleteRunsHandler(NbflowHandler):
    """Many runs that are to be forgotten."""

    auth_resource = "nbflow:runs"

    @web.authenticated
    @allowed_to("write")
    @operation(BulkResult, status=202, body=BulkRuns)
    async def post(self) -> None:
        """Ask for finished runs to be forgotten, with tries, values, notebooks and logs."""
        body = self.body(BulkRuns)
        await self.answer(lambda ask: ask.delete_each(self.actor, body), 202)


class MarkRunsHandler(NbflowHandler):
    """What many runs are to count as."""

    auth_resource = "nbflow:runs"

    @web.authenticated
    @allowed_to("write")
    @operation(BulkResult, status=202, body=BulkMark)
    async def post(self) -> None:
        """Let runs count as a success or a failure, which settles their tasks."""
        body = self.body(BulkMark)
        await self.answer(lambda ask: ask.mark_each(self.actor, body), 202)


class ClearRunsHandler(NbflowHandler):
    """What failed in many runs."""

    auth_resource = "nbflow:runs"

    @web.authenticated
    @allowed_to("execute")
    @operation(BulkResult, status=202, body=BulkClear)
    async def post(self) -> None:
        """Let what failed in runs, and what depends on it, run again; or say how much that is."""
        body = self.body(BulkClear)
        await self.answer(lambda ask: ask.clear_each(self.actor, body), 202)


class PauseDagsHandler(NbflowHandler):
    """The schedules of many DAGs."""

    auth_resource = "nbflow:dags"

    @web.authenticated
    @authorized
    @operation(BulkResult, status=202, body=BulkPause)
    async def post(self) -> None:
        """Stop, or go on with, the schedules of DAGs."""
        body = self.body(BulkPause)
        await self.answer(lambda ask: ask.pause_each(self.actor, body), 202)


class TriggerDagsHandler(NbflowHandler):
    """A run of many DAGs."""

    auth_resource = "nbflow:runs"

    @web.authenticated
    @allowed_to("execute")
    @operation(BulkResult, status=202, body=BulkDags)
    async def post(self) -> None:
        """Ask for a run of each DAG now, with the params that are its defaults."""
        body = self.body(BulkDags)
        await self.answer(lambda ask: ask.trigger_each(self.actor, body), 202)


ROUTES: Sequence[tuple[str, type[NbflowHandler]]] = [
    ("bulk/runs/cancel", CancelRunsHandler),
    ("bulk/runs/delete", DeleteRunsHandler),
    ("bulk/runs/mark", MarkRunsHandler),
    ("bulk/runs/clear", ClearRunsHandler),
    ("bulk/dags/pause", PauseDagsHandler),
    ("bulk/dags/trigger", TriggerDagsHandler),
]
