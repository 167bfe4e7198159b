"""The resources of the REST API for a run as one notebook, as a file, and beside another run."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from jupyter_server.auth.decorator import authorized
from tornado import web
from tornado.escape import url_escape

from nbflow.server.bodies.runs import ExportQuery, RunDiffQuery
from nbflow.server.handlers import NbflowHandler, in_thread, operation
from nbflow.views.shapes import RunDiff

_TYPES = {"html": "text/html; charset=utf-8", "ipynb": "application/x-ipynb+json"}


class RunNotebookHandler(NbflowHandler):
    """The notebook of a run."""

    auth_resource = "nbflow:runs"

    @web.authenticated
    @authorized
    @operation(None)
    async def get(self, dag_id: str, run_id: str) -> None:
        """A run as one notebook, as far as it has come: its cells, or task after task."""
        await self.answer(lambda ask: ask.run_notebook(dag_id, run_id))


class ExportHandler(NbflowHandler):
    """A run as a file."""

    auth_resource = "nbflow:runs"

    @web.authenticated
    @authorized
    @operation(None, query=ExportQuery)
    async def get(self, dag_id: str, run_id: str) -> None:
        """A run as a page of HTML or as a notebook, to be saved as a file."""
        query = self.query(ExportQuery)
        work = partial(self._content, dag_id, run_id, query)
        content = await in_thread(work)
        name = url_escape(f"{dag_id}.{query.to}", plus=False)
        # What notebooks have shown is not to act as a page of this server.
        self.set_header("Content-Disposition", f"attachment; filename*=utf-8''{name}")
        self.set_header("Content-Security-Policy", "sandbox")
        self.set_header("X-Content-Type-Options", "nosniff")
        await self.finish(content, set_content_type=_TYPES[query.to])

    def _content(self, dag_id: str, run_id: str, query: ExportQuery) -> bytes:
        return self.project.questions().export(dag_id, run_id, query)


class RunDiffHandler(NbflowHandler):
    """What differs between two runs."""

    auth_resource = "nbflow:runs"

    @web.authenticated
    @authorized
    @operation(RunDiff, query=RunDiffQuery)
    async def get(self, dag_id: str, run_id: str) -> None:
        """What differs between a run and another, by default the last success before it."""
        query = self.query(RunDiffQuery)
        await self.answer(lambda ask: ask.run_diff(dag_id, run_id, query))


_RUN = "dags/{dag_id}/runs/{run_id}"

ROUTES: Sequence[tuple[str, type[NbflowHandler]]] = [
    (f"{_RUN}/notebook", RunNotebookHandler),
    (f"{_RUN}/export", ExportHandler),
    (f"{_RUN}/diff", RunDiffHandler),
]
