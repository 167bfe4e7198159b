"""The resources of the REST API for doing the same to many runs or DAGs: one request with a list,
and what came of each.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING

from jupyter_server.auth.decorator import authorized
from tornado import web

from nbflow.commands import Commands, Receipt
from nbflow.commands.each import Named, of_each
from nbflow.server.bodies import BulkClear, BulkDags, BulkMark, BulkPause, BulkRuns
from nbflow.server.handlers import NbflowHandler, allowed_to, operation
from nbflow.views.shapes import BulkItem, BulkResult

if TYPE_CHECKING:
    from nbflow.server.questions import Questions


class BulkHandler(NbflowHandler):
    """The same for many."""

    async def ask_each(
        self, names: Iterable[Named], ask_one: Callable[[Commands, Named], Receipt]
    ) -> None:
        """Answer with what came of each; that some were refused is no failure of the request."""

        def asked(ask: Questions) -> BulkResult:
            verbs = ask.verbs(self.actor)
            found = of_each(names, lambda name: ask_one(verbs, name))
            return BulkResult([BulkItem(**vars(one)) for one in found])

        await self.answer(asked, 202)


class CancelRunsHandler(BulkHandler):
    """The end of many runs."""

    auth_resource = "nbflow:runs"

    @web.authenticated
    @allowed_to("write")
    @operation(BulkResult, status=202, body=BulkRuns)
    async def post(self) -> None:
        """Ask for runs to be ended, with everything that runs in them."""
        await self.ask_each(
            self.body(BulkRuns).names, lambda verbs, run: verbs.cancel(run.dag_id, _id(run))
        )


class DeleteRunsHandler(BulkHandler):
    """Many runs that are to be forgotten."""

    auth_resource = "nbflow:runs"

    @web.authenticated
    @allowed_to("write")
    @operation(BulkResult, status=202, body=BulkRuns)
    async def post(self) -> None:
        """Ask for finished runs to be forgotten, with tries, values, notebooks and logs."""
        await self.ask_each(
            self.body(BulkRuns).names, lambda verbs, run: verbs.delete_run(run.dag_id, _id(run))
        )


class MarkRunsHandler(BulkHandler):
    """What many runs are to count as."""

    auth_resource = "nbflow:runs"

    @web.authenticated
    @allowed_to("write")
    @operation(BulkResult, status=202, body=BulkMark)
    async def post(self) -> None:
        """Let runs count as a success or a failure, which settles their tasks."""
        body = self.body(BulkMark)
        await self.ask_each(
            body.names, lambda verbs, run: verbs.mark_run(run.dag_id, _id(run), body.state)
        )


class ClearRunsHandler(BulkHandler):
    """What failed in many runs."""

    auth_resource = "nbflow:runs"

    @web.authenticated
    @allowed_to("execute")
    @operation(BulkResult, status=202, body=BulkClear)
    async def post(self) -> None:
        """Let what failed in runs, and what depends on it, run again; or say how much that is."""
        body = self.body(BulkClear)

        def clear(verbs: Commands, run: Named) -> Receipt:
            planned = verbs.clear(run.dag_id, _id(run), dry_run=True)
            if body.dry_run or not planned.keys:
                return planned  # in a run without failures there is nothing to ask for
            return verbs.clear(run.dag_id, _id(run))

        await self.ask_each(body.names, clear)


class PauseDagsHandler(BulkHandler):
    """The schedules of many DAGs."""

    auth_resource = "nbflow:dags"

    @web.authenticated
    @authorized
    @operation(BulkResult, status=202, body=BulkPause)
    async def post(self) -> None:
        """Stop, or go on with, the schedules of DAGs."""
        body = self.body(BulkPause)
        await self.ask_each(
            body.names,
            lambda verbs, dag: (
                verbs.pause(dag.dag_id) if body.paused else verbs.unpause(dag.dag_id)
            ),
        )


class TriggerDagsHandler(BulkHandler):
    """A run of many DAGs."""

    auth_resource = "nbflow:runs"

    @web.authenticated
    @allowed_to("execute")
    @operation(BulkResult, status=202, body=BulkDags)
    async def post(self) -> None:
        """Ask for a run of each DAG now, with the params that are its defaults."""
        await self.ask_each(self.body(BulkDags).names, lambda verbs, dag: verbs.trigger(dag.dag_id))


def _id(run: Named) -> str:
    assert run.run_id is not None  # a list of runs names them all
    return run.run_id


ROUTES: Sequence[tuple[str, type[NbflowHandler]]] = [
    ("bulk/runs/cancel", CancelRunsHandler),
    ("bulk/runs/delete", DeleteRunsHandler),
    ("bulk/runs/mark", MarkRunsHandler),
    ("bulk/runs/clear", ClearRunsHandler),
    ("bulk/dags/pause", PauseDagsHandler),
    ("bulk/dags/trigger", TriggerDagsHandler),
]
