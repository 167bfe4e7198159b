"""The websocket: changes from a cursor on, health when it changes, and attempts that are followed.

Each of these is a task of its own that sends when the client has taken what was sent before, so a
slow client gets larger batches and costs the server nothing.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from contextlib import AsyncExitStack
from functools import cache
from typing import TYPE_CHECKING, TypeAlias

from jupyter_core.utils import ensure_async
from jupyter_server.auth.decorator import ws_authenticated
from jupyter_server.base.handlers import JupyterHandler
from jupyter_server.base.websocket import WebSocketMixin
from pydantic import TypeAdapter, ValidationError
from pydantic_core import to_json
from tornado.websocket import WebSocketClosedError, WebSocketHandler

from nbflow.server.bodies.messages import Follow, From, Message, Ping, Unfollow
from nbflow.server.follow import follow
from nbflow.server.handlers import allowed_to
from nbflow.server.refusals import Refusal, in_words

if TYPE_CHECKING:
    from nbflow.server.hub import Hub
    from nbflow.server.questions import Questions

MOST_FOLLOWED = 50
"""Attempts one socket may follow at the same time."""
_TRY_AGAIN_LATER = 1013

Work: TypeAlias = "Coroutine[None, None, None]"


class FeedSocket(WebSocketMixin, WebSocketHandler, JupyterHandler):
    """One screen that listens."""

    auth_resource = "nbflow:runs"

    @ws_authenticated
    @allowed_to("read")
    async def get(self) -> None:
        """Become a websocket. Refused without login, without permission, from foreign origins."""
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._life = AsyncExitStack()
        self._sees_cluster = await ensure_async(
            self.authorizer.is_authorized(self, self.current_user, "read", "nbflow:cluster")
        )
        await super().get()

    async def open(self) -> None:
        """Begin to listen; what is said comes once the client has said from where on."""
        super().open()
        hub: Hub = self.settings["nbflow_hub"]
        self._hub = hub
        try:
            self._ask: Questions = await self._life.enter_async_context(hub.listening())
        except Refusal as refusal:
            self.close(_TRY_AGAIN_LATER, refusal.message[:120])

    async def on_message(self, text: str | bytes) -> None:
        """Do what the client says, or tell it what is wrong with that."""
        try:
            message = _messages().validate_json(text)
        except ValidationError as error:
            await self._say_error(None, f"That makes no sense here. {in_words(error)}")
            return
        if isinstance(message, From):
            await self._from(message)
        elif isinstance(message, Follow):
            await self._follow(message)
        elif isinstance(message, Ping):
            await self._say({"op": "pong"})
        else:
            self._stop(f"follow {message.id}")

    def on_close(self) -> None:
        """Whatever was sent to this client ends."""
        super().on_close()
        for name in list(self._tasks):
            self._stop(name)
        # Tornado calls this on the loop but does not wait for it.
        self._closing = asyncio.create_task(self._life.aclose())

    # -- what is sent ------------------------------------------------------------------------------

    async def _from(self, message: From) -> None:
        cursor = message.cursor if 0 <= message.cursor <= self._hub.cursor else self._hub.cursor
        self._stop("changes")
        await self._say({"op": "changes", "cursor": cursor, "changes": []})
        self._begin("changes", self._send_changes(cursor))
        if self._sees_cluster and "health" not in self._tasks:
            self._begin("health", self._send_health())

    async def _send_changes(self, cursor: int) -> None:
        while True:
            batch = await self._hub.after(cursor)
            cursor = batch.cursor
            await self._say({"op": "changes", "cursor": cursor, "changes": batch.changes})

    async def _send_health(self) -> None:
        told = None
        while True:
            while self._hub.health is None or self._hub.health is told:
                await self._hub.health_news.wait()
            told = self._hub.health
            await self._say({"op": "health", "health": told})

    async def _follow(self, message: Follow) -> None:
        name = f"follow {message.id}"
        self._stop(name)
        if sum(name.startswith("follow ") for name in self._tasks) >= MOST_FOLLOWED:
            why = f"A screen may follow {MOST_FOLLOWED} attempts at the same time, not more."
            await self._say_error(message.id, why)
            return
        self._begin(name, follow(message, self._hub, self._ask, self._say), message.id)

    # -- tasks -------------------------------------------------------------------------------------

    def _begin(self, name: str, work: Work, about: str | None = None) -> None:
        task = asyncio.create_task(self._guarded(work, about))
        self._tasks[name] = task
        task.add_done_callback(lambda done: self._forget(name, done))

    def _stop(self, name: str) -> None:
        task = self._tasks.pop(name, None)
        if task is not None:
            task.cancel()

    def _forget(self, name: str, task: asyncio.Task[None]) -> None:
        if self._tasks.get(name) is task:
            del self._tasks[name]

    async def _guarded(self, work: Work, about: str | None) -> None:
        try:
            await work
        except WebSocketClosedError:
            pass  # the client is gone, and with it whoever wanted this
        except Refusal as refusal:
            await self._say_error(about, refusal.message)
        # A task that ends in silence is a screen that stands still and looks alive. Better closed:
        # the client comes back.
        except Exception:
            self.log.exception("The feed of a screen failed.")
            self.close(1011, "The server failed; its log says why.")

    async def _say_error(self, about: str | None, message: str) -> None:
        await self._say({"op": "error", "id": about, "message": message})

    async def _say(self, message: dict[str, object]) -> None:
        """Send a message and wait until it is on its way."""
        await self.write_message(to_json(message, inf_nan_mode="null").decode())


@cache
def _messages() -> TypeAdapter[From | Follow | Unfollow | Ping]:
    """What reads a client's messages; made when the first one comes, not when the server starts."""
    return TypeAdapter(Message)
