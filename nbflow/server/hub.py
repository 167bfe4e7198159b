"""One thread follows the journal for all sockets, and one task looks at the health; both only while
somebody is there to be told.

A socket asks for what came `after` its own cursor, so one that is slow, or comes back, misses
nothing and holds up nobody. What is long past is read from the store.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections import deque
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from threading import Event, Thread
from typing import TYPE_CHECKING

from nbflow.core.errors import NbflowError
from nbflow.server.handlers import in_thread
from nbflow.views.shapes import ChangeView, Health

if TYPE_CHECKING:
    from nbflow.feed import Feed
    from nbflow.server.project import Project
    from nbflow.server.questions import Questions

log = logging.getLogger(__name__)

REMEMBERED = 2000
"""So many changes are kept in memory for sockets that are not quite up to date."""
HEALTH_SECONDS = 3.0
"""How often the health is looked at; after changes soon."""
_SOON = 0.3
_NEXT = 1.0
_RETRY = 1.0


@dataclass(frozen=True)
class Batch:
    """Changes in order, and the cursor behind them."""

    cursor: int
    changes: Sequence[ChangeView]


class Bell:
    """Wakes everyone who waits, each time it rings. For one loop."""

    def __init__(self) -> None:
        self._event = asyncio.Event()

    def ring(self) -> None:
        self._event.set()
        self._event = asyncio.Event()

    async def wait(self) -> None:
        await self._event.wait()

    async def wait_at_most(self, seconds: float) -> None:
        """Return when it rings, or after so many seconds."""
        ringing = asyncio.ensure_future(self.wait())
        try:
            # Not `wait_for`: before Python 3.12 it forgets that it was cancelled if the bell rings
            # at the same moment.
            await asyncio.wait({ringing}, timeout=seconds)
        finally:
            ringing.cancel()


class Hub:
    """What happens in the project, for all who listen, and for `tell` while they do. Lives on the
    server's loop.
    """

    def __init__(
        self, project: Project, tell: Callable[[Sequence[ChangeView]], None] = lambda _: None
    ) -> None:
        self._project = project
        self._tell = tell
        self._listeners = 0
        self._changing = asyncio.Lock()
        self._following: _Following | None = None
        self._watching: asyncio.Task[None] | None = None
        self._recent: deque[ChangeView] = deque(maxlen=REMEMBERED)
        self.cursor = 0
        self.health: Health | None = None
        self.news = Bell()
        self.health_news = Bell()

    @property
    def is_following(self) -> bool:
        """Whether somebody listens."""
        return self._following is not None

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[Questions]:
        """Follow what happens for as long as somebody is inside. Raises a Refusal."""
        async with self._changing:
            ask = await in_thread(self._project.questions)
            if self._listeners == 0:
                await self._start(ask)
            self._listeners += 1
        try:
            yield ask
        finally:
            async with self._changing:
                self._listeners -= 1
                if self._listeners == 0:
                    await self.stop()

    async def after(self, cursor: int) -> Batch:
        """What came after `cursor`: at once if there is something, else as soon as there is."""
        while cursor >= self.cursor:
            await self.news.wait()
        if self._recent and self._recent[0].cursor <= cursor + 1:
            return Batch(self.cursor, [c for c in self._recent if c.cursor > cursor])
        changes = await in_thread(lambda: self._project.questions().changes(cursor))
        # Lines that retention has removed are not there to be told of.
        return Batch(changes[-1].cursor if changes else self.cursor, changes)

    async def stop(self) -> None:
        """Stop following. Safe to call twice."""
        following, self._following = self._following, None
        watching, self._watching = self._watching, None
        if watching is not None:
            watching.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await watching
        if following is not None:
            await asyncio.to_thread(following.stop)
        self._recent.clear()
        self.health = None

    async def _start(self, ask: Questions) -> None:
        feed = await in_thread(ask.feed)
        self.cursor = feed.cursor
        self._following = _Following(feed, self, asyncio.get_running_loop())
        self._watching = asyncio.create_task(self._watch_health(ask))

    def take(self, following: object, changes: Sequence[ChangeView]) -> None:
        """Changes have come; called on the loop. Late ones of a thread that was stopped are old."""
        if following is not self._following:
            return
        self._recent.extend(changes)
        self.cursor = changes[-1].cursor
        self.news.ring()
        # After the sockets: whom else it is told to does not wait for pixels.
        asyncio.get_running_loop().call_soon(self._tell, changes)

    async def _watch_health(self, ask: Questions) -> None:
        while True:
            try:
                health = await asyncio.to_thread(ask.health)
            except NbflowError as error:
                # The store will answer again; until then the last health is the last we know.
                log.warning("The health cannot be read: %s", error, extra={"action": "health"})
            else:
                if self.health is None or _lasting(health) != _lasting(self.health):
                    self.health = health
                    self.health_news.ring()
            await self.news.wait_at_most(HEALTH_SECONDS)
            await asyncio.sleep(_SOON)


class _Following:
    """The thread that follows the journal."""

    def __init__(self, feed: Feed, hub: Hub, loop: asyncio.AbstractEventLoop) -> None:
        self._feed = feed
        self._hub = hub
        self._loop = loop
        self._stopped = Event()
        self._thread = Thread(target=self._follow, name="nbflow-feed", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._stopped.set()
        self._feed.close()
        self._thread.join()

    def _follow(self) -> None:
        while not self._stopped.is_set():
            try:
                changes = self._feed.next(_NEXT)
            except NbflowError as error:
                log.warning("The feed waits: %s", error, extra={"action": "feed_waits"})
                self._stopped.wait(_RETRY)
                continue
            if changes and not self._stopped.is_set():
                self._loop.call_soon_threadsafe(self._hub.take, self, changes)


def _lasting(health: Health) -> Health:
    """The health without what changes all the time by itself."""
    scheduler = health.scheduler
    if scheduler.alive:
        scheduler = replace(scheduler, last_heartbeat=None)
    return replace(health, scheduler=replace(scheduler, seconds_since=None))
