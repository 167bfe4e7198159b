"""The resources of the REST API for notebooks in the editor: the DAG that one would be, and runs of
it.
"""

from __future__ import annotations

from collections.abc import Sequence

from tornado import web

from nbflow.server.bodies.notebooks import AddNotebook, PreviewNotebook, RunNotebook
from nbflow.server.handlers import NbflowHandler, allowed_to, operation
from nbflow.server.preview_desk import PreviewDesk
from nbflow.views.shapes import NotebookView, RequestReceipt, RunPlan


class NotebookHandler(NbflowHandler):
    """What these resources share."""

    @property
    def desk(self) -> PreviewDesk:
        desk: PreviewDesk = self.settings["nbflow_previews"]
        return desk


class NotebookPreviewHandler(NotebookHandler):
    """A notebook that is being edited."""

    auth_resource = "nbflow:dags"

    @web.authenticated
    @allowed_to("read")
    @operation(NotebookView, body=PreviewNotebook)
    async def post(self) -> None:
        """The DAG that a notebook is as it stands in the editor, with all that is wrong with it.
        Nothing of it is executed or stored.
        """
        body = self.body(PreviewNotebook)
        await self.answer(lambda ask: ask.preview_notebook(self.desk, body))


class ProjectNotebooksHandler(NotebookHandler):
    """The notebooks that are DAGs of the project though no folder of DAGs holds them."""

    auth_resource = "nbflow:dags"

    @web.authenticated
    @allowed_to("write")
    @operation(RequestReceipt, body=AddNotebook)
    async def put(self) -> None:
        """Make a saved notebook a DAG of the project, or renew the one it is."""
        body = self.body(AddNotebook)
        await self.answer(lambda ask: ask.add_notebook(self.desk, self.actor, body))

    @web.authenticated
    @allowed_to("write")
    @operation(RequestReceipt, query=AddNotebook)
    async def delete(self) -> None:
        """Let a notebook that was added be no DAG any more; its runs stay."""
        query = self.query(AddNotebook)
        await self.answer(lambda ask: ask.remove_notebook(self.actor, query))


class NotebookRunsHandler(NotebookHandler):
    """Runs of notebooks as they are saved."""

    auth_resource = "nbflow:runs"

    @web.authenticated
    @allowed_to("execute")
    @operation(RunPlan, status=202, body=RunNotebook)
    async def post(self) -> None:
        """Ask for a run of a saved notebook, which becomes a DAG of the project; or say what the
        run would be.
        """
        body = self.body(RunNotebook)
        status = 200 if body.dry_run else 202
        await self.answer(lambda ask: ask.run_saved_notebook(self.desk, self.actor, body), status)


ROUTES: Sequence[tuple[str, type[NbflowHandler]]] = [
    ("notebooks/preview", NotebookPreviewHandler),
    ("notebooks/runs", NotebookRunsHandler),
    ("notebooks", ProjectNotebooksHandler),
]
