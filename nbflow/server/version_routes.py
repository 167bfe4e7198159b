"""The resources of the REST API for what a DAG was: its versions, their text, their difference."""

from __future__ import annotations

from collections.abc import Sequence

from jupyter_server.auth.decorator import authorized
from tornado import web

from nbflow.core.errors import RequestError
from nbflow.server.bodies.dags import DiffQuery
from nbflow.server.handlers import NbflowHandler, operation
from nbflow.views.shapes import VersionDetail, VersionDiff, VersionList


class VersionsHandler(NbflowHandler):
    """The versions of a DAG."""

    auth_resource = "nbflow:dags"

    @web.authenticated
    @authorized
    @operation(VersionList)
    async def get(self, dag_id: str) -> None:
        """The versions of a DAG, newest first, each with what it changed."""
        await self.answer(lambda ask: ask.versions(dag_id))


class VersionHandler(NbflowHandler):
    """One version of a DAG."""

    auth_resource = "nbflow:dags"

    @web.authenticated
    @authorized
    @operation(VersionDetail)
    async def get(self, dag_id: str, number: str) -> None:
        """One version of a DAG with its tasks and its text."""
        await self.answer(lambda ask: ask.version(dag_id, _number(number)))


class DiffHandler(NbflowHandler):
    """The difference of two versions."""

    auth_resource = "nbflow:dags"

    @web.authenticated
    @authorized
    @operation(VersionDiff, query=DiffQuery)
    async def get(self, dag_id: str) -> None:
        """What differs between two versions of a DAG."""
        query = self.query(DiffQuery)
        await self.answer(lambda ask: ask.version_diff(dag_id, query))


def _number(text: str) -> int:
    if not text.isdecimal():
        raise RequestError(f"Versions have numbers; {text!r} is none.")
    return int(text)


ROUTES: Sequence[tuple[str, type[NbflowHandler]]] = [
    ("dags/{dag_id}/versions", VersionsHandler),
    ("dags/{dag_id}/versions/{number}", VersionHandler),
    ("dags/{dag_id}/diff", DiffHandler),
]
