"""The resources of the REST API for what people have asked for: has the scheduler done it, or why
not?
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence

from jupyter_server.auth.decorator import authorized
from pydantic_core import to_json
from tornado import web

from nbflow.server.bodies.requests import RequestQuery, RequestsQuery
from nbflow.server.handlers import NbflowHandler, in_thread, operation
from nbflow.views.shapes import RequestList, RequestView
from nbflow.views.shapes.requests import PENDING


class RequestsHandler(NbflowHandler):
    """All requests."""

    auth_resource = "nbflow:runs"

    @web.authenticated
    @authorized
    @operation(RequestList, query=RequestsQuery)
    async def get(self) -> None:
        """What was asked for last, by whom, and what became of it."""
        query = self.query(RequestsQuery)
        await self.answer(lambda ask: ask.requests(query))


class RequestHandler(NbflowHandler):
    """One request."""

    auth_resource = "nbflow:runs"

    @web.authenticated
    @authorized
    @operation(RequestView, query=RequestQuery)
    async def get(self, request_id: str) -> None:
        """What became of a request, whose number its receipt said: pending, done or refused, and
        why. With `wait` the answer is waited for, for at most so many seconds.
        """
        until = time.monotonic() + self.query(RequestQuery).wait
        ask = self.project.questions
        found = await in_thread(lambda: ask().request(request_id))
        # Without a thread: many may wait, and there are few threads.
        while found.state == PENDING and time.monotonic() < until:
            await asyncio.sleep(_LOOK_EVERY)
            found = await in_thread(lambda: ask().request(request_id))
        await self.send(to_json(found))


_LOOK_EVERY = 0.1


ROUTES: Sequence[tuple[str, type[NbflowHandler]]] = [
    ("requests", RequestsHandler),
    ("requests/{request_id}", RequestHandler),
]
