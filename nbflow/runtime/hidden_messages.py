"""Hiding secrets in what a kernel publishes, before it becomes outputs and events.

A text that was cut across two messages waits for the second; what the notebook itself asks to hide
(`mask_secret`) comes as a message of its own kind.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from copy import copy

from nbflow.core.masking import MaskedStream, Masker
from nbflow.runtime.in_kernel import HIDE_TYPE
from nbflow.runtime.messages import Message

_SHOWN = frozenset({"display_data", "execute_result", "update_display_data", "error"})


class HiddenMessages:
    """The messages of one kernel on their way through a masker."""

    def __init__(self, masker: Masker) -> None:
        self._masker = masker
        self._streams: dict[tuple[str, str], tuple[MaskedStream, Message]] = {}

    def feed(self, message: Message) -> Iterator[Message]:
        """The messages to go on with, now that this one has come."""
        kind = message["header"]["msg_type"]
        if kind == "display_data" and HIDE_TYPE in message["content"]["data"]:
            self._masker.add(*map(str, message["content"]["data"][HIDE_TYPE]))
        elif not self._masker:
            yield message
        elif kind == "stream":
            yield from self._stream(message)
        else:
            if kind in _SHOWN:
                yield from self.end()
                message = _with(message, self._masker.json(message["content"]))
            yield message

    def end(self) -> Iterator[Message]:
        """What has been held back: nothing follows that it could be the beginning of."""
        for stream, last in self._streams.values():
            rest = stream.end()
            if rest:
                yield _with(last, {**last["content"], "text": rest})
        self._streams.clear()

    def _stream(self, message: Message) -> Iterator[Message]:
        content = message["content"]
        key = (message["parent_header"].get("msg_id", ""), content["name"])
        stream, _ = self._streams.get(key) or (MaskedStream(self._masker), message)
        self._streams[key] = (stream, message)
        text = stream.feed(content["text"])
        if text:
            yield _with(message, {**content, "text": text})


def _with(message: Message, content: object) -> Message:
    shown = copy(message)
    shown["content"] = content if isinstance(content, Mapping) else {}
    return shown
