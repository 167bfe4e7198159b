"""The resources of the REST API for who is at work: the scheduler and the cluster."""

from __future__ import annotations

from collections.abc import Sequence

from jupyter_server.auth.decorator import authorized
from tornado import web

from nbflow.server.bodies.admin import ScaleBody
from nbflow.server.bodies.base import NoBody
from nbflow.server.dashboard import Dashboard
from nbflow.server.handlers import NbflowHandler, allowed_to, in_thread, operation
from nbflow.server.scheduler_process import SchedulerProcess
from nbflow.views.shapes import (
    ClusterDetail,
    ClusterScaled,
    DashboardView,
    Health,
    Overview,
    SchedulerStart,
)


class HealthHandler(NbflowHandler):
    """Whether somebody is at work."""

    auth_resource = "nbflow:cluster"

    @web.authenticated
    @authorized
    @operation(Health)
    async def get(self) -> None:
        """Whether a scheduler is alive, what the cluster looks like, and what is going on."""
        await self.answer(lambda ask: ask.health())


class ClusterHandler(NbflowHandler):
    """The cluster."""

    auth_resource = "nbflow:cluster"

    @web.authenticated
    @authorized
    @operation(ClusterDetail)
    async def get(self) -> None:
        """The workers of the cluster, what they have to do, and what waits for them."""
        await self.answer(lambda ask: ask.cluster())


class ScaleHandler(NbflowHandler):
    """How many workers there are."""

    auth_resource = "nbflow:cluster"

    @web.authenticated
    @allowed_to("execute")
    @operation(ClusterScaled, body=ScaleBody)
    async def post(self) -> None:
        """Ask for more or fewer workers, where the cluster can have them."""
        body = self.body(ScaleBody)
        await self.answer(lambda ask: ask.scale(self.actor, body))


class OverviewHandler(NbflowHandler):
    """What a person wants to know first."""

    auth_resource = "nbflow:runs"

    @web.authenticated
    @authorized
    @operation(Overview)
    async def get(self) -> None:
        """Who is at work, what runs, what failed in the last 24 hours, and what comes next."""
        await self.answer(lambda ask: ask.overview())


class DashboardHandler(NbflowHandler):
    """The dashboard of the Dask cluster."""

    auth_resource = "nbflow:cluster"

    @web.authenticated
    @authorized
    @operation(DashboardView)
    async def get(self) -> None:
        """Where the Dask dashboard of the cluster is, and why it cannot be reached if so."""
        health = await in_thread(lambda: self.project.questions().health())
        dashboard: Dashboard = self.settings["nbflow_dashboard"]
        found = await dashboard.find(health)
        await self.answer(lambda _: found)


class SchedulerHandler(NbflowHandler):
    """The scheduler, where none is alive."""

    auth_resource = "nbflow:cluster"

    @web.authenticated
    @allowed_to("execute")
    @operation(SchedulerStart, status=202, body=NoBody)
    async def post(self) -> None:
        """Start a scheduler as a process of its own, if none is alive."""
        self.no_body()
        process: SchedulerProcess = self.settings["nbflow_scheduler"]
        await self.answer(process.start, 202)


ROUTES: Sequence[tuple[str, type[NbflowHandler]]] = [
    ("health", HealthHandler),
    ("cluster", ClusterHandler),
    ("overview", OverviewHandler),
    ("cluster/dashboard", DashboardHandler),
    ("cluster/scale", ScaleHandler),
    ("scheduler/start", SchedulerHandler),
]
