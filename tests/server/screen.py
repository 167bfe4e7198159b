"""The other side of the server in tests: what a screen asks and hears."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from tornado.httpclient import HTTPResponse
from tornado.websocket import WebSocketClientConnection

DEADLINE = 60.0


async def eventually(holds: Callable[[], bool]) -> None:
    """Return as soon as `holds`; for what nobody tells of."""

    async def look() -> None:
        while not holds():  # noqa: ASYNC110 - see above
            await asyncio.sleep(0.005)

    await asyncio.wait_for(look(), DEADLINE)


@dataclass(frozen=True)
class Answer:
    """What the server answered. `Any`: JSON, which each test knows the form of."""

    status: int
    json: Any

    @property
    def message(self) -> str:
        return str(self.json["message"])


class Api:
    """The REST API of the server under test."""

    def __init__(self, fetch: Callable[..., Awaitable[HTTPResponse]]) -> None:
        self._fetch = fetch

    async def get(self, *path: str, **query: object) -> Answer:
        return await self._ask("GET", path, params=query)

    async def file(self, *path: str, **query: object) -> HTTPResponse:
        """What is no JSON: its headers and its body."""
        whole = ("nbflow", "api", "v1", *path)
        return await self._fetch(*whole, method="GET", params=query, raise_error=False)

    async def post(self, *path: str, body: object = None) -> Answer:
        return await self._ask("POST", path, body=json.dumps(body or {}))

    async def patch(self, *path: str, body: object) -> Answer:
        return await self._ask("PATCH", path, body=json.dumps(body))

    async def put(self, *path: str, body: object) -> Answer:
        return await self._ask("PUT", path, body=json.dumps(body))

    async def delete(self, *path: str, **query: object) -> Answer:
        return await self._ask("DELETE", path, params=query)

    async def send(self, method: str, *path: str, text: str | None) -> Answer:
        return await self._ask(method, path, body=text)

    async def _ask(self, method: str, path: tuple[str, ...], **more: Any) -> Answer:
        whole = ("nbflow", "api", "v1", *path)
        found = await self._fetch(*whole, method=method, raise_error=False, **more)
        return Answer(found.code, json.loads(found.body or b"null"))

    async def until(self, holds: Callable[[Any], bool], *path: str, **query: object) -> Any:
        """What the server answers as soon as `holds`; for what no message tells of."""

        async def ask() -> Any:
            while True:
                answer = await self.get(*path, **query)
                if answer.status == 200 and holds(answer.json):
                    return answer.json

        return await asyncio.wait_for(ask(), DEADLINE)


class Screen:
    """A websocket to the feed."""

    def __init__(self, socket: WebSocketClientConnection) -> None:
        self._socket = socket
        self._unheard: list[Any] = []  # changes that came in a message with one that was waited for

    async def say(self, op: str, **more: object) -> None:
        await self._socket.write_message(json.dumps({"op": op, **more}))

    async def say_text(self, text: str) -> None:
        await self._socket.write_message(text)

    async def hear(self, op: str, **more: object) -> Any:
        """The next message that is one of these; others are passed over."""
        return (await self.hear_all_until(op, **more))[-1]

    async def hear_all_until(self, op: str, **more: object) -> list[Any]:
        """Every message up to the next that is one of these."""

        async def listen() -> list[Any]:
            heard: list[Any] = []
            while not heard or not {"op": op, **more}.items() <= heard[-1].items():
                text = await self._socket.read_message()
                assert text is not None, "The server has hung up."
                heard.append(json.loads(text))
            return heard

        return await asyncio.wait_for(listen(), DEADLINE)

    async def hear_change(self, kind: str, **more: object) -> Any:
        """The next change that is one of these."""
        while True:
            while self._unheard:
                change = self._unheard.pop(0)
                if {"kind": kind, **more}.items() <= change.items():
                    return change
            self._unheard = (await self.hear("changes"))["changes"]

    def close(self) -> None:
        self._socket.close()
