"""The resources of the REST API for repairing a failed task: its living kernel, a notebook with its
inputs, a run with an edited cell, and the way of the edit into the source.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from tornado import web

from nbflow.server.bodies.base import NoBody
from nbflow.server.bodies.tasks import Cells, TryQuery
from nbflow.server.debugging import Debugging
from nbflow.server.handlers import NbflowHandler, allowed_to, in_thread, operation
from nbflow.views.shapes import DebugSession, Promotion, RequestReceipt

if TYPE_CHECKING:
    from nbflow.app.repair import AttemptRef


class _RepairHandler(NbflowHandler):
    def _ref(self, dag_id: str, run_id: str, task_id: str) -> AttemptRef:
        # Brings the store along, which a server loads when somebody first asks.
        from nbflow.app.repair import AttemptRef  # noqa: PLC0415

        query = self.query(TryQuery)
        return AttemptRef(dag_id, run_id, task_id, query.map_index, query.try_number)


class DebugHandler(_RepairHandler):
    """The kernel of a failed task, alive at the point of failure."""

    auth_resource = "nbflow:runs"

    @web.authenticated
    @allowed_to("execute")
    @operation(None, query=TryQuery)
    async def get(self, dag_id: str, run_id: str, task_id: str) -> None:
        """The executed notebook, made to be opened with that kernel."""
        ref = self._ref(dag_id, run_id, task_id)
        await self.answer(lambda ask: ask.debug_notebook(ref))

    @web.authenticated
    @allowed_to("execute")
    @operation(DebugSession, body=NoBody, query=TryQuery)
    async def post(self, dag_id: str, run_id: str, task_id: str) -> None:
        """Let this Jupyter server know the kernel, under an id that notebooks attach to."""
        self.no_body()
        ref = self._ref(dag_id, run_id, task_id)
        questions = await in_thread(self.project.questions)
        kept = await in_thread(lambda: questions.kept_kernel(ref))
        debugging: Debugging = self.settings["nbflow_debugging"]
        kernel_id = await debugging.attach(kept)
        await self.answer(lambda _: DebugSession(kernel_id, kept.until.isoformat()))

    @web.authenticated
    @allowed_to("execute")
    @operation(None, status=204, query=TryQuery)
    async def delete(self, dag_id: str, run_id: str, task_id: str) -> None:
        """End the kernel before its time."""
        ref = self._ref(dag_id, run_id, task_id)
        questions = await in_thread(self.project.questions)
        await in_thread(lambda: questions.end_kernel(ref))
        self.set_status(204)
        await self.finish()


class ReconstructHandler(_RepairHandler):
    """A task that can be run again by hand."""

    auth_resource = "nbflow:runs"

    @web.authenticated
    @allowed_to("execute")
    @operation(None, query=TryQuery)
    async def get(self, dag_id: str, run_id: str, task_id: str) -> None:
        """A notebook of the task's cells, the first of which loads what the task read."""
        ref = self._ref(dag_id, run_id, task_id)
        await self.answer(lambda ask: ask.reconstructed(ref))


class ResumeHandler(_RepairHandler):
    """A run that goes on where another one failed, with edited cells."""

    auth_resource = "nbflow:runs"

    @web.authenticated
    @allowed_to("execute")
    @operation(RequestReceipt, status=202, body=Cells, query=TryQuery)
    async def post(self, dag_id: str, run_id: str, task_id: str) -> None:
        """Ask for a run of what did not succeed in this one, with the cells as they are now."""
        body, ref = self.body(Cells), self._ref(dag_id, run_id, task_id)
        await self.answer(lambda ask: ask.resume(self.actor, ref, body), 202)


class PromoteHandler(_RepairHandler):
    """The source notebook of a task."""

    auth_resource = "nbflow:dags"

    @web.authenticated
    @allowed_to("write")
    @operation(Promotion, body=Cells, query=TryQuery)
    async def post(self, dag_id: str, run_id: str, task_id: str) -> None:
        """Write edited cells into the notebook that the task comes from, unless it has changed."""
        body, ref = self.body(Cells), self._ref(dag_id, run_id, task_id)
        await self.answer(lambda ask: ask.promote(ref, body))


_TASK = "dags/{dag_id}/runs/{run_id}/tasks/{task_id}"

ROUTES: Sequence[tuple[str, type[NbflowHandler]]] = [
    (f"{_TASK}/debug", DebugHandler),
    (f"{_TASK}/reconstruct", ReconstructHandler),
    (f"{_TASK}/resume", ResumeHandler),
    (f"{_TASK}/promote", PromoteHandler),
]
