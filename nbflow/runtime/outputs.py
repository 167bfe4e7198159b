"""Cell outputs as nbformat knows them: how the next one joins those before it. Pure functions.

Used on both ends: where a kernel's messages become outputs, and where events become a notebook
again.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

from nbformat import NotebookNode

# `Any` below: an output is JSON whose shape follows from its output_type.
_ANSI = re.compile(r"\x1b(\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(\x07|\x1b\\)?|[@-Z\\^_])")
_OVERWRITTEN = re.compile(r"[^\n]*\r(?=[^\n\r])")
_RUBBED_OUT = re.compile(r"[^\n\x08]\x08")


def join_output(outputs: list[NotebookNode], output: NotebookNode) -> None:
    """Add `output`; text of a stream that has just been written to continues there.

    Carriage returns and backspaces have the effect they have on a terminal, as progress bars
    expect.
    """
    last = outputs[-1] if outputs else None
    if output.output_type != "stream":
        outputs.append(output)
    elif last is not None and last.output_type == "stream" and last.name == output.name:
        last.text = join_text(last.text, output.text)
    else:
        output.text = join_text("", output.text)
        outputs.append(output)


def join_text(before: str, text: str) -> str:
    """`before` continued with `text`, which may go back within the last line."""
    if "\r" not in text and "\x08" not in text and not before.endswith("\r"):
        return before + text
    line = before.rfind("\n") + 1
    tail = _OVERWRITTEN.sub("", (before[line:] + text).replace("\r\n", "\n"))
    while "\x08" in tail:
        shorter = _RUBBED_OUT.sub("", tail)
        if shorter == tail:
            break
        tail = shorter
    return before[:line] + tail


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
