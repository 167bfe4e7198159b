"""One attempt, followed for one socket: its cell events and its log go out as they grow.

The files are looked at while somebody follows and the attempt runs, and not otherwise; whether it
has ended is asked only after the feed had news.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from functools import partial
from typing import TYPE_CHECKING

from nbflow.server.bodies.messages import Follow
from nbflow.server.bodies.tasks import TryQuery
from nbflow.server.handlers import in_thread

if TYPE_CHECKING:
    from nbflow.server.attempts import Attempt
    from nbflow.server.hub import Hub
    from nbflow.server.questions import Questions
    from nbflow.views.shapes import LiveCells, LogChunk

LOOK_EVERY = 0.1
"""Seconds between two looks at the files of an attempt that runs."""
LOOK_EVERY_REMOTE = 1.0
"""The same where they are not on this machine: each look is a request then."""

Say = Callable[[dict[str, object]], Awaitable[None]]


async def follow(wish: Follow, hub: Hub, ask: Questions, say: Say) -> None:
    """Send what the attempt does until it is complete. Raises a Refusal for one that cannot be."""
    seen = hub.cursor
    attempt = await _first(wish, hub, ask)
    offset, log_offset = wish.offset, wish.log_offset
    while True:
        cells, log = await in_thread(partial(_look, attempt, offset, log_offset))
        await _tell(wish, attempt, cells, log, say)
        moved = (cells.next_offset, log.next_offset) != (offset, log_offset)
        offset, log_offset = cells.next_offset, log.next_offset
        if cells.complete and log.complete:
            return
        if not moved:
            await asyncio.sleep(LOOK_EVERY if attempt.is_local else LOOK_EVERY_REMOTE)
        if hub.cursor != seen and not attempt.ended:
            seen = hub.cursor
            attempt = await _find(wish, ask, attempt.try_number) or attempt


def _look(attempt: Attempt, offset: int, log_offset: int) -> tuple[LiveCells, LogChunk]:
    return attempt.cells(offset), attempt.log(log_offset)


async def _first(wish: Follow, hub: Hub, ask: Questions) -> Attempt:
    """The attempt that is meant, as soon as there is one."""
    while True:
        seen = hub.cursor
        attempt = await _find(wish, ask, wish.try_number)
        if attempt is not None:
            return attempt
        while hub.cursor == seen:
            await hub.news.wait()


async def _find(wish: Follow, ask: Questions, number: int | None) -> Attempt | None:
    query = TryQuery(map_index=wish.map_index, try_number=number)
    return await in_thread(partial(ask.attempt, wish.dag_id, wish.run_id, wish.task_id, query))


async def _tell(wish: Follow, attempt: Attempt, cells: LiveCells, log: LogChunk, say: Say) -> None:
    about = {"id": wish.id, "try_number": attempt.try_number}
    if cells.events or cells.complete:
        await say({"op": "cells", **about, **asdict(cells)})
    if log.text or log.complete:
        await say({"op": "log", **about, **asdict(log)})
