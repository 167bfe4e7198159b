"""The resources of the REST API for what is done to runs a second time: clearing, marks, notes,
repetition, backfills.
"""

from __future__ import annotations

from collections.abc import Sequence

from jupyter_server.auth.decorator import authorized
from tornado import web

from nbflow.server.bodies.backfills import BackfillQuery, BackfillState, NewBackfill
from nbflow.server.bodies.runs import Note, Rerun
from nbflow.server.bodies.tasks import Clear, ClearRuns, Mark, RunTasks
from nbflow.server.handlers import NbflowHandler, allowed_to, operation
from nbflow.views.shapes import (
    BackfillDetail,
    BackfillList,
    BackfillPlan,
    ClearPreview,
    RequestReceipt,
    RunContents,
    RunPlan,
)


class ClearHandler(NbflowHandler):
    """Another try for a run, or for parts of it."""

    auth_resource = "nbflow:runs"

    @web.authenticated
    @allowed_to("execute")
    @operation(ClearPreview, status=202, body=Clear)
    async def post(self, dag_id: str, run_id: str) -> None:
        """Ask for task instances to run again, or say which ones would."""
        body = self.body(Clear)
        await self.ask(lambda ask: ask.clear(self.actor, dag_id, run_id, body), body.dry_run)


class ClearRunsHandler(NbflowHandler):
    """Another try for many runs."""

    auth_resource = "nbflow:runs"

    @web.authenticated
    @allowed_to("execute")
    @operation(ClearPreview, status=202, body=ClearRuns)
    async def post(self, dag_id: str) -> None:
        """Ask for task instances of many runs to run again, or say which ones would."""
        body = self.body(ClearRuns)
        await self.ask(lambda ask: ask.clear_runs(self.actor, dag_id, body), body.dry_run)


class MarkHandler(NbflowHandler):
    """What tasks, or a run, count as."""

    auth_resource = "nbflow:runs"

    @web.authenticated
    @allowed_to("write")
    @operation(ClearPreview, status=202, body=Mark)
    async def post(self, dag_id: str, run_id: str) -> None:
        """Ask for task instances, or the run, to count as a state, or say which ones would."""
        body = self.body(Mark)
        await self.ask(lambda ask: ask.mark(self.actor, dag_id, run_id, body), body.dry_run)


class RunTasksHandler(NbflowHandler):
    """Tasks that run whatever the rules say."""

    auth_resource = "nbflow:runs"

    @web.authenticated
    @allowed_to("execute")
    @operation(ClearPreview, status=202, body=RunTasks)
    async def post(self, dag_id: str, run_id: str) -> None:
        """Ask for tasks to run now, whatever their trigger rules say, or say which ones would."""
        body = self.body(RunTasks)
        await self.ask(lambda ask: ask.run_tasks(self.actor, dag_id, run_id, body), body.dry_run)


class RerunHandler(NbflowHandler):
    """A run like another one."""

    auth_resource = "nbflow:runs"

    @web.authenticated
    @allowed_to("execute")
    @operation(RunPlan, status=202, body=Rerun)
    async def post(self, dag_id: str, run_id: str) -> None:
        """Ask for a new run like this one, with other params or of some tasks only; or say what it
        would be.
        """
        body = self.body(Rerun)
        await self.ask(lambda ask: ask.rerun(self.actor, dag_id, run_id, body), body.dry_run)


class ContentsHandler(NbflowHandler):
    """What a run has left behind."""

    auth_resource = "nbflow:runs"

    @web.authenticated
    @authorized
    @operation(RunContents)
    async def get(self, dag_id: str, run_id: str) -> None:
        """What goes with a run when it is deleted: its tries, logs, notebooks and values."""
        await self.answer(lambda ask: ask.run_contents(dag_id, run_id))


class NoteHandler(NbflowHandler):
    """What people write on a run."""

    auth_resource = "nbflow:runs"

    @web.authenticated
    @allowed_to("write")
    @operation(RequestReceipt, status=202, body=Note)
    async def put(self, dag_id: str, run_id: str) -> None:
        """Ask for a note to be kept on a run or on one of its task instances."""
        body = self.body(Note)
        await self.answer(lambda ask: ask.note(self.actor, dag_id, run_id, body), 202)


class BackfillsHandler(NbflowHandler):
    """All backfills."""

    auth_resource = "nbflow:runs"

    @web.authenticated
    @authorized
    @operation(BackfillList, query=BackfillQuery)
    async def get(self) -> None:
        """The newest backfills, with how far each is."""
        query = self.query(BackfillQuery)
        await self.answer(lambda ask: ask.backfills(query))


class BackfillHandler(NbflowHandler):
    """One backfill."""

    auth_resource = "nbflow:runs"

    @web.authenticated
    @authorized
    @operation(BackfillDetail)
    async def get(self, backfill_id: str) -> None:
        """A backfill with all its dates."""
        await self.answer(lambda ask: ask.backfill(backfill_id))

    @web.authenticated
    @allowed_to("write")
    @operation(RequestReceipt, status=202, body=BackfillState)
    async def patch(self, backfill_id: str) -> None:
        """Ask for a backfill to pause, to go on, or to end."""
        body = self.body(BackfillState)
        await self.answer(lambda ask: ask.set_backfill_state(self.actor, backfill_id, body), 202)


class DagBackfillsHandler(NbflowHandler):
    """The backfills of a DAG."""

    auth_resource = "nbflow:runs"

    @web.authenticated
    @allowed_to("execute")
    @operation(BackfillPlan, status=202, body=NewBackfill)
    async def post(self, dag_id: str) -> None:
        """Ask for a backfill of a DAG, or say what it would do to each date."""
        body = self.body(NewBackfill)
        await self.ask(lambda ask: ask.new_backfill(self.actor, dag_id, body), body.dry_run)


_RUN = "dags/{dag_id}/runs/{run_id}"

ROUTES: Sequence[tuple[str, type[NbflowHandler]]] = [
    (f"{_RUN}/clear", ClearHandler),
    ("dags/{dag_id}/clear", ClearRunsHandler),
    (f"{_RUN}/mark", MarkHandler),
    (f"{_RUN}/run-tasks", RunTasksHandler),
    (f"{_RUN}/rerun", RerunHandler),
    (f"{_RUN}/contents", ContentsHandler),
    (f"{_RUN}/note", NoteHandler),
    ("backfills", BackfillsHandler),
    ("backfills/{backfill_id}", BackfillHandler),
    ("dags/{dag_id}/backfills", DagBackfillsHandler),
]
