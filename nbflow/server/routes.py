"""The resources of the REST API, one small class each, and their addresses.

Who may do what is said here: a resource for the authoriser, and "read" unless a verb says more.
Launching or repeating work is "execute", as running code is elsewhere in Jupyter.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import partial

from jupyter_server.auth.decorator import authorized
from tornado import web

from nbflow.server import rerun_routes, run_notebook_routes, value_routes, version_routes
from nbflow.server.bodies import (
    Answer,
    AssetQuery,
    ConnectionBody,
    DagQuery,
    EmitEvent,
    InstanceQuery,
    InstancesQuery,
    NextQuery,
    NoBody,
    PartQuery,
    Pause,
    PoolBody,
    PreviewQuery,
    QuestionQuery,
    RunQuery,
    Trigger,
    TryQuery,
    VariableBody,
)
from nbflow.server.dashboard import Dashboard
from nbflow.server.handlers import NbflowHandler, allowed_to, in_thread, operation
from nbflow.server.openapi import document
from nbflow.server.refusals import Refusal
from nbflow.server.scheduler_process import SchedulerProcess
from nbflow.server.socket import FeedSocket
from nbflow.views.shapes import (
    AssetDetail,
    AssetEventList,
    AssetList,
    ConnectionList,
    ConnectionTest,
    ConnectionView,
    DagDetail,
    DagList,
    DashboardView,
    Health,
    ImportErrorList,
    LineageView,
    LiveCells,
    LogChunk,
    PoolDetail,
    PoolList,
    QuestionList,
    RequestReceipt,
    RunDetail,
    RunList,
    RunPlan,
    SchedulerStart,
    ScheduleView,
    TaskInstanceDetail,
    TaskInstancePage,
    VariableList,
    VariableView,
)

API = "nbflow/api/v1"


class HealthHandler(NbflowHandler):
    """Whether somebody is at work."""

    auth_resource = "nbflow:cluster"

    @web.authenticated
    @authorized
    @operation(Health)
    async def get(self) -> None:
        """Whether a scheduler is alive, what the cluster looks like, and what is going on."""
        await self.answer(lambda ask: ask.health())


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


class RunsHandler(NbflowHandler):
    """The runs of a DAG."""

    auth_resource = "nbflow:runs"

    @web.authenticated
    @authorized
    @operation(RunList, query=RunQuery)
    async def get(self, dag_id: str) -> None:
        """The runs of a DAG, newest first."""
        query = self.query(RunQuery)
        await self.answer(lambda ask: ask.runs(dag_id, query))

    @web.authenticated
    @allowed_to("execute")
    @operation(RunPlan, status=202, body=Trigger)
    async def post(self, dag_id: str) -> None:
        """Ask for a run of a DAG now, which exists once the scheduler has answered; or say what it
        would be.
        """
        body = self.body(Trigger)
        status = 200 if body.dry_run else 202
        await self.answer(lambda ask: ask.trigger(self.actor, dag_id, body), status)


class RunHandler(NbflowHandler):
    """One run."""

    auth_resource = "nbflow:runs"

    @web.authenticated
    @authorized
    @operation(RunDetail)
    async def get(self, dag_id: str, run_id: str) -> None:
        """One run with its task instances, on the version of the DAG that it executes."""
        await self.answer(lambda ask: ask.run(dag_id, run_id))

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


class TaskHandler(NbflowHandler):
    """One task instance."""

    auth_resource = "nbflow:runs"

    @web.authenticated
    @authorized
    @operation(TaskInstanceDetail, query=InstanceQuery)
    async def get(self, dag_id: str, run_id: str, task_id: str) -> None:
        """One task instance with its tries and values, and why it does not run."""
        query = self.query(InstanceQuery)
        await self.answer(lambda ask: ask.task(dag_id, run_id, task_id, query))


class InstancesHandler(NbflowHandler):
    """The instances of a mapped task."""

    auth_resource = "nbflow:runs"

    @web.authenticated
    @authorized
    @operation(TaskInstancePage, query=InstancesQuery)
    async def get(self, dag_id: str, run_id: str, task_id: str) -> None:
        """The instances of a task by index, page by page, and how many are in which state."""
        query = self.query(InstancesQuery)
        await self.answer(lambda ask: ask.instances(dag_id, run_id, task_id, query))


class QuestionsHandler(NbflowHandler):
    """What tasks ask people."""

    auth_resource = "nbflow:runs"

    @web.authenticated
    @authorized
    @operation(QuestionList, query=QuestionQuery)
    async def get(self) -> None:
        """The open questions, the oldest first."""
        query = self.query(QuestionQuery)
        await self.answer(lambda ask: ask.open_questions(query))


class AnswerHandler(NbflowHandler):
    """A person's answer to what a task asks."""

    auth_resource = "nbflow:runs"

    @web.authenticated
    @allowed_to("execute")
    @operation(RequestReceipt, status=202, body=Answer)
    async def post(self, dag_id: str, run_id: str, task_id: str) -> None:
        """Answer the question a task asks, so that it goes on."""
        body = self.body(Answer)
        await self.answer(lambda ask: ask.answer(self.actor, dag_id, run_id, task_id, body), 202)


class LogHandler(NbflowHandler):
    """The log of a try."""

    auth_resource = "nbflow:runs"

    @web.authenticated
    @authorized
    @operation(LogChunk, query=PartQuery)
    async def get(self, dag_id: str, run_id: str, task_id: str) -> None:
        """A piece of the log of a try."""
        query = self.query(PartQuery)
        await self.answer(lambda ask: ask.log(dag_id, run_id, task_id, query))


class CellsHandler(NbflowHandler):
    """The cells of a try, as they run."""

    auth_resource = "nbflow:runs"

    @web.authenticated
    @authorized
    @operation(LiveCells, query=PartQuery)
    async def get(self, dag_id: str, run_id: str, task_id: str) -> None:
        """Some of the cell events of a try."""
        query = self.query(PartQuery)
        await self.answer(lambda ask: ask.cells(dag_id, run_id, task_id, query))


class TaskNotebookHandler(NbflowHandler):
    """The executed notebook of a try."""

    auth_resource = "nbflow:runs"

    @web.authenticated
    @authorized
    @operation(None, query=TryQuery)
    async def get(self, dag_id: str, run_id: str, task_id: str) -> None:
        """The executed notebook of a try, as far as it has come."""
        query = self.query(TryQuery)
        await self.answer(lambda ask: ask.task_notebook(dag_id, run_id, task_id, query))


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


class OpenApiHandler(NbflowHandler):
    """The description of this API."""

    auth_resource = "nbflow:api"

    @web.authenticated
    @authorized
    @operation(None)
    async def get(self) -> None:
        """This API, described."""
        text = await in_thread(partial(document, ROUTES, f"{self.base_url}{API}"))
        await self.send(text)


class NowhereHandler(NbflowHandler):
    """Every other address below the API: a sentence instead of a page for people."""

    auth_resource = "nbflow:api"

    @web.authenticated
    def get(self, path: str) -> None:
        raise Refusal(404, f"There is no {path!r} in the API of nbflow. See openapi.json.")

    post = put = patch = delete = get


_RUN = "dags/{dag_id}/runs/{run_id}"
_TASK = f"{_RUN}/tasks/{{task_id}}"

ROUTES: Sequence[tuple[str, type[NbflowHandler]]] = [
    ("health", HealthHandler),
    ("cluster/dashboard", DashboardHandler),
    ("scheduler/start", SchedulerHandler),
    ("dags", DagsHandler),
    ("dags/{dag_id}", DagHandler),
    ("dags/{dag_id}/schedule", ScheduleHandler),
    ("schedules/preview", PreviewHandler),
    ("import-errors", ImportErrorsHandler),
    ("dags/{dag_id}/runs", RunsHandler),
    (_RUN, RunHandler),
    (f"{_RUN}/cancel", CancelHandler),
    *rerun_routes.ROUTES,
    *version_routes.ROUTES,
    *value_routes.ROUTES,
    *run_notebook_routes.ROUTES,
    ("questions", QuestionsHandler),
    (_TASK, TaskHandler),
    (f"{_TASK}/instances", InstancesHandler),
    (f"{_TASK}/answer", AnswerHandler),
    (f"{_TASK}/log", LogHandler),
    (f"{_TASK}/cells", CellsHandler),
    (f"{_TASK}/notebook", TaskNotebookHandler),
    ("pools", PoolsHandler),
    ("pools/{pool}", PoolHandler),
    ("assets", AssetsHandler),
    ("assets/{name}", AssetHandler),
    ("assets/{name}/events", AssetEventsHandler),
    ("asset-events", AllAssetEventsHandler),
    ("lineage", LineageHandler),
    ("variables", VariablesHandler),
    ("variables/{key}", VariableHandler),
    ("connections", ConnectionsHandler),
    ("connections/{conn_id}", ConnectionHandler),
    ("connections/{conn_id}/test", ConnectionTestHandler),
    ("openapi.json", OpenApiHandler),
]


def handlers() -> list[tuple[str, type[web.RequestHandler]]]:
    """All handlers with the patterns of their addresses, relative to the server's base address."""
    rest = [(f"{API}/{_pattern(route)}", handler) for route, handler in ROUTES]
    return [*rest, (f"{API}/feed", FeedSocket), (f"{API}/(.*)", NowhereHandler)]


def _pattern(route: str) -> str:
    """A route as a regular expression; what stands for a part is one part, however encoded."""
    parts = re.split(r"\{(\w+)\}", route)
    return "".join(
        f"(?P<{part}>[^/]+)" if place % 2 else re.escape(part) for place, part in enumerate(parts)
    )
