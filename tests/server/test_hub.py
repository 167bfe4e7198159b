"""The bell that wakes all sockets."""

from __future__ import annotations

import asyncio

import pytest

from nbflow.server.hub import Bell


async def test_a_bell_wakes_everybody_each_time() -> None:
    bell = Bell()
    woken: list[int] = []

    async def listen(name: int) -> None:
        for _ in range(2):
            await bell.wait()
            woken.append(name)

    listeners = [asyncio.create_task(listen(name)) for name in (1, 2)]
    for _ in range(2):
        await asyncio.sleep(0)
        bell.ring()
        await asyncio.sleep(0)
    await asyncio.gather(*listeners)

    assert sorted(woken) == [1, 1, 2, 2]


async def test_a_bell_that_does_not_ring_is_waited_for_no_longer_than_told() -> None:
    await asyncio.wait({asyncio.create_task(Bell().wait_at_most(0.01))}, timeout=30)


@pytest.mark.parametrize("steps", range(5))
async def test_who_is_told_to_stop_stops_even_if_the_bell_rings_at_that_moment(steps: int) -> None:
    """A hub that could not be stopped kept its lock, and nobody could listen any more."""
    bell = Bell()

    async def listen() -> None:
        while True:
            await bell.wait_at_most(60)

    listener = asyncio.create_task(listen())
    await asyncio.sleep(0.01)
    bell.ring()
    for _ in range(steps):
        await asyncio.sleep(0)
    listener.cancel()

    await asyncio.wait({listener}, timeout=60)
    assert listener.cancelled()
