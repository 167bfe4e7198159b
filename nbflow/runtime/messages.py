"""A kernel's messages as they leave its sockets, unpacked and joined at the pace of cells that
print in a loop. Whoever waits for them is in `kernel.py`.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterable, Iterator
from itertools import islice
from json import JSONDecodeError
from typing import Any, TypeAlias, cast

import zmq
from jupyter_client.session import Session

from nbflow.core.errors import NbflowError

# What comes from a kernel is JSON with datetimes in it, as jupyter_client hands it on untyped.
Message: TypeAlias = dict[str, Any]

# Nobody asks when these were sent: reading the times of each takes longer than all the rest.
_TIMELESS = frozenset({"stream", "display_data", "update_display_data", "clear_output"})
_VERSION = "5."
AT_ONCE = 1000
"""After so many messages whoever reads them minds other things, such as the time."""


class UnreadableMessage(NbflowError):
    """What came from a kernel is no message; the sentence says what may have brought it about."""


def received(session: Session, socket: zmq.Socket[bytes]) -> Iterator[Message]:
    """The messages that have arrived at `socket`, without waiting."""
    while True:
        try:
            frames = socket.recv_multipart(zmq.NOBLOCK)
        except zmq.Again:
            return
        _, parts = session.feed_identities(frames)
        yield _unpacked(session, cast("list[bytes]", parts))


def joined(messages: Iterable[Message], most: int = AT_ONCE) -> Iterator[Message]:
    """Up to `most` messages, those that go on with the same stream of a cell as one."""
    waiting: Message | None = None
    text: list[str] = []
    for message in islice(messages, most):
        if waiting is not None and not _goes_on(waiting, message):
            yield _with_text(waiting, text)
            waiting = None
        if message["msg_type"] != "stream":
            yield message
        elif waiting is None:
            waiting, text = message, [message["content"]["text"]]
        else:
            text.append(message["content"]["text"])
    if waiting is not None:
        yield _with_text(waiting, text)


def _unpacked(session: Session, parts: list[bytes]) -> Message:
    """As `session.deserialize` does it, for most messages in a tenth of the time."""
    header = _header(session, parts[1])
    kind = header["msg_type"]
    if kind not in _TIMELESS or not str(header.get("version")).startswith(_VERSION):
        return dict(session.deserialize(parts))
    if session.auth is not None and not hmac.compare_digest(parts[0], session.sign(parts[1:5])):
        raise ValueError(f"A message of the kernel has a wrong signature: {parts[0]!r}.")
    return {
        "header": header,
        "msg_id": header["msg_id"],
        "msg_type": kind,
        "parent_header": session.unpack(parts[2]),
        "metadata": session.unpack(parts[3]),
        "content": session.unpack(parts[4]),
        "buffers": [memoryview(part) for part in parts[5:]],
    }


# `Any`: see `Message`.
def _header(session: Session, part: bytes) -> dict[str, Any]:
    try:
        return cast("dict[str, Any]", session.unpack(part))
    except JSONDecodeError as error:
        raise UnreadableMessage(
            f"The kernel sent what is no message of Jupyter ({error}). A notebook that replaces "
            "`json.dumps`, or another function that its kernel writes messages with, has to put "
            "it back in the same cell: `with unittest.mock.patch(...):` does."
        ) from error


def _goes_on(before: Message, message: Message) -> bool:
    return bool(
        message["msg_type"] == "stream"
        and message["content"]["name"] == before["content"]["name"]
        and message["parent_header"].get("msg_id") == before["parent_header"].get("msg_id")
    )


def _with_text(message: Message, text: list[str]) -> Message:
    if len(text) > 1:
        message["content"]["text"] = "".join(text)
    return message
