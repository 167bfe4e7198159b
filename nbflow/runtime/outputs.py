"""Cell outputs as nbformat knows them: how the next one joins those before it. Pure functions.

Used on both ends: where a kernel's messages become outputs, and where events become a notebook
again.
"""

from __future__ import annotations

import json
import re
from collections.abc import Hashable, Iterable, Mapping
from typing import Any, cast

from nbformat import NotebookNode, from_dict

# `Any` below: an output is JSON whose shape follows from its output_type.
_ANSI = re.compile(r"\x1b(\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(\x07|\x1b\\)?|[@-Z\\^_])")
_RUBBED_OUT = re.compile(r"[^\n\x08]\x08")


def join_text(before: str, text: str) -> str:
    """`before` continued with `text`, which may go back within the last line."""
    if "\r" not in text and "\x08" not in text and not before.endswith("\r"):
        return before + text
    line = before.rfind("\n") + 1
    tail = _overwritten(before[line:] + text)
    while "\x08" in tail:
        shorter = _RUBBED_OUT.sub("", tail)
        if shorter == tail:
            break
        tail = shorter
    return before[:line] + tail


def collapsed(text: str) -> str:
    """`text` without what it overwrites itself: it has the same effect after any other."""
    if "\r" not in text or "\x08" in text:
        return text
    # The first line may go on with one that is not here, and overwrites that too.
    first = text.partition("\n")[0].rstrip("\r")
    return ("\r" if "\r" in first else "") + _overwritten(text)


def _overwritten(text: str) -> str:
    """What is seen of lines that go back to their beginning. The last may still do so."""
    *whole, last = text.split("\n")
    return "\n".join([*(_last_written(line.rstrip("\r")) for line in whole), _last_written(last)])


def _last_written(line: str) -> str:
    return line[line.rfind("\r", 0, len(line.rstrip("\r"))) + 1 :]


class GrowingText:
    """The text of a stream while it grows, by `join_text`: what comes costs the same however much
    there is already. `size` is the number of characters.
    """

    def __init__(self, text: str = "") -> None:
        self._lines: list[str] = []
        # Of the last line, which is not finished.
        self._pieces: list[str] = []
        self._finished = 0
        self.size = 0
        self.add(text)

    def __str__(self) -> str:
        return "".join([*self._lines, *self._pieces])

    def add(self, text: str) -> None:
        """Go on with `text`, which may go back within the last line."""
        goes_back = "\r" in text or "\x08" in text
        last = self._pieces[-1] if self._pieces else ""
        if not goes_back and "\n" not in text and not last.endswith("\r"):
            self._pieces.append(text)
            self.size += len(text)
            return
        whole, newline, line = join_text("".join(self._pieces), text).rpartition("\n")
        if newline:
            self._lines.append(whole + newline)
            self._finished += len(whole) + 1
        self._pieces = [line] if line else []
        self.size = self._finished + len(line)


class GrowingStreams:
    """Outputs that are streams, while they grow, by the key of their cell. The text is in an output
    after `settle`.
    """

    def __init__(self) -> None:
        self._last: dict[object, tuple[NotebookNode, GrowingText]] = {}

    def add(self, key: Hashable, outputs: list[NotebookNode], output: NotebookNode) -> int:
        """Add `output` to those of the cell; text of a stream that has just been written to
        continues there, with the effect that carriage returns and backspaces have on a terminal.

        Returns by how many characters the outputs have grown.
        """
        last, text = self._last.get(key, (None, GrowingText()))
        if last is None or not outputs or outputs[-1] is not last or last.name != output.name:
            if last is not None:
                last.text = str(text)
            text = GrowingText()
            self._last[key] = (output, text)
            outputs.append(output)
        before = text.size
        text.add(output.text)
        return text.size - before

    def settle(self) -> None:
        """Write the text so far into the outputs."""
        for output, text in self._last.values():
            output.text = str(text)

    def forget(self, key: Hashable) -> None:
        """The cell has no outputs any more."""
        self._last.pop(key, None)


def output_of(message: Mapping[str, Any]) -> NotebookNode | None:
    """The output that a message asks for, None if it asks for none.

    As nbformat makes it, but for checking each against the schema, which takes most of the time.
    """
    kind, content = message["header"]["msg_type"], message["content"]
    if kind == "stream":
        about = {"name": content["name"], "text": content["text"]}
    elif kind in ("display_data", "update_display_data", "execute_result"):
        about = {"data": content["data"], "metadata": content.get("metadata") or {}}
        if kind == "execute_result":
            about["execution_count"] = content["execution_count"]
    elif kind == "error":
        about = {name: content[name] for name in ("ename", "evalue", "traceback")}
    else:
        return None
    kind = "display_data" if kind == "update_display_data" else kind
    return cast(NotebookNode, from_dict({"output_type": kind, **about}))


def size_of(output: Mapping[str, Any]) -> int:
    """About how many bytes `output` takes in a notebook."""
    if output["output_type"] == "stream":
        return len(output["text"])
    if output["output_type"] == "error":
        return sum(len(line) for line in output["traceback"])
    return sum(
        len(data) if isinstance(data, str) else len(json.dumps(data))
        for data in output["data"].values()
    )


def plain_text(text: str) -> str:
    """`text` without the escape sequences that colour it."""
    return _ANSI.sub("", text)


def as_plain_text(output: Mapping[str, Any]) -> str:
    """What a plain log shows of `output`; ends with a newline unless a stream goes on."""
    return plain_text(as_text(output))


def as_text(output: Mapping[str, Any]) -> str:
    """The same in its colours."""
    if output["output_type"] == "stream":
        return str(output["text"])
    if output["output_type"] == "error":
        return "\n".join(output["traceback"]).strip("\n") + "\n"
    kinds = ", ".join(sorted(output["data"]))
    return f"{output['data'].get('text/plain') or f'[{kinds}]'}\n"


def plain_traceback(lines: Iterable[str]) -> str:
    """The traceback of an error output as one plain text."""
    return plain_text("\n".join(lines)).strip("\n")
