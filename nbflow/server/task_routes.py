"""The resources of the REST API for task instances: what became of them, what they ask, and what
they have written.
"""

from __future__ import annotations

from collections.abc import Sequence

from jupyter_server.auth.decorator import authorized
from tornado import web

from nbflow.server.bodies.tasks import (
    Answer,
    InstanceQuery,
    InstancesQuery,
    PartQuery,
    QuestionQuery,
    TryQuery,
)
from nbflow.server.handlers import NbflowHandler, allowed_to, operation
from nbflow.views.shapes import (
    LiveCells,
    LogChunk,
    QuestionList,
    RequestReceipt,
    TaskInstanceDetail,
    TaskInstancePage,
)


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


_TASK = "dags/{dag_id}/runs/{run_id}/tasks/{task_id}"

ROUTES: Sequence[tuple[str, type[NbflowHandler]]] = [
    ("questions", QuestionsHandler),
    (_TASK, TaskHandler),
    (f"{_TASK}/instances", InstancesHandler),
    (f"{_TASK}/answer", AnswerHandler),
    (f"{_TASK}/log", LogHandler),
    (f"{_TASK}/cells", CellsHandler),
    (f"{_TASK}/notebook", TaskNotebookHandler),
]
