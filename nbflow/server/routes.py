"""The REST API as a whole: all resources with their addresses, from the files that each hold those
of one noun, and its own description.

Who may do what is said by each resource: it is one for the authoriser, and "read" unless a verb
says more. Launching or repeating work is "execute", as running code is elsewhere in Jupyter.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import partial

from jupyter_server.auth.decorator import authorized
from tornado import web

from nbflow.server import (
    admin_routes,
    asset_routes,
    bulk_routes,
    cache_routes,
    cluster_routes,
    dag_routes,
    history_routes,
    me_routes,
    notebook_routes,
    pool_routes,
    repair_routes,
    request_routes,
    rerun_routes,
    run_notebook_routes,
    run_routes,
    secret_routes,
    task_routes,
    value_routes,
    version_routes,
)
from nbflow.server.handlers import NbflowHandler, in_thread, operation
from nbflow.server.openapi import document
from nbflow.server.refusals import Refusal
from nbflow.server.socket import FeedSocket

API = "nbflow/api/v1"


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


ROUTES: Sequence[tuple[str, type[NbflowHandler]]] = [
    *cluster_routes.ROUTES,
    *me_routes.ROUTES,
    *dag_routes.ROUTES,
    *notebook_routes.ROUTES,
    *run_routes.ROUTES,
    *history_routes.ROUTES,
    *run_notebook_routes.ROUTES,
    *rerun_routes.ROUTES,
    *bulk_routes.ROUTES,
    *repair_routes.ROUTES,
    *version_routes.ROUTES,
    *value_routes.ROUTES,
    *task_routes.ROUTES,
    *request_routes.ROUTES,
    *pool_routes.ROUTES,
    *cache_routes.ROUTES,
    *asset_routes.ROUTES,
    *secret_routes.ROUTES,
    *admin_routes.ROUTES,
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
