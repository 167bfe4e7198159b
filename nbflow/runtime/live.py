"""The live events of an attempt: written while it runs, folded back into a notebook.

The files only grow, so a reader follows them by offset. What the events mean to a run is not known
here.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterable
from copy import deepcopy
from dataclasses import dataclass
from typing import cast

from nbformat import NotebookNode, from_dict
from nbformat.v4 import new_code_cell

from nbflow.core.json import Json, JsonObject
from nbflow.runtime.artifacts import ArtifactStore
from nbflow.runtime.logs import AttemptLog
from nbflow.runtime.outputs import GrowingStreams, as_plain_text, collapsed
from nbflow.runtime.record import has_code

EVENTS_FILE = "events.jsonl"
NOTEBOOK_FILE = "output.ipynb"

# Chatty output is written this often; everything else at once.
_FLUSH_SECONDS = 0.1
_FLUSH_CHARACTERS = 64 * 1024
# A progress bar that is redrawn for hours may write this much per cell here; the notebook keeps
# what counts.
STREAM_LIMIT = 10_000_000
_FULL = "\n[nbflow: this cell has written its share here; the executed notebook goes on]\n"


class LiveEvents:
    """Writes events as they come. Used by one thread; `tick` wants to be called when it says.

    What comes faster than it is written is joined: text, and displays that are drawn again.
    """

    def __init__(self, store: ArtifactStore, limit: int = STREAM_LIMIT) -> None:
        self._events = AttemptLog(store, EVENTS_FILE)
        self._log = AttemptLog(store)
        self._limit = limit
        self._written = 0
        self._stream = ("", "")
        self._text: list[str] = []
        self._size = 0
        self._updates: dict[str, JsonObject] = {}
        self._waiting: list[_Waiting] = []
        self._due: float | None = None

    @property
    def log_url(self) -> str:
        return self._log.url

    def emit(self, event: JsonObject) -> None:
        """Take one event: output waits a moment for more of its kind, the others do not."""
        name = event["event"]
        if name == "output":
            self._take_output(event)
        elif name == "update_display":
            self._updates[str(event["display_id"])] = event
            self._wait()
        elif name == "clear_output":
            self._clear(event)
        else:
            self._join(all_updates=True)
            self._add(event, _log_lines(event))
            if name == "cell_started":
                self._written = 0
            self.flush()

    def say(self, text: str) -> None:
        """Put a line of our own into the log."""
        self._waiting.append(_Waiting("", "", f"{text}\n"))
        self.flush()

    def tick(self) -> float | None:
        """Write what has waited long enough; in how many seconds to call again."""
        if self._due is None:
            return None
        left = self._due - time.monotonic()
        if left > 0:
            return left
        self.flush()
        return None

    def flush(self) -> None:
        self._join()
        lines = "".join(one.line for one in self._waiting)
        text = "".join(one.text for one in self._waiting)
        if lines:
            self._events.write(lines.encode())
        if text:
            self._log.write(text.encode(errors="backslashreplace"))
        self._waiting.clear()
        self._due = None

    def close(self) -> None:
        self.flush()
        self._events.close()
        self._log.close()

    @property
    def _is_full(self) -> bool:
        """Whether this cell has had its share."""
        return self._written > self._limit

    def _take_output(self, event: JsonObject) -> None:
        cell, output = str(event["cell"]), cast("dict[str, str]", event["output"])
        if self._is_full and output["output_type"] != "error":
            return
        self._wait()
        if output["output_type"] != "stream":
            self._join()
            self._add(event, as_plain_text(output), cell)
            return
        stream = (cell, output["name"])
        if stream != self._stream:
            self._join()
            self._stream = stream
        # As it came: a carriage return may go back to what was written before.
        self._text.append(output["text"])
        self._size += len(output["text"])
        if self._size > _FLUSH_CHARACTERS:
            self.flush()

    def _clear(self, event: JsonObject) -> None:
        """What was not written yet need not be: nobody has seen it."""
        cell = str(event["cell"])
        if self._stream[0] == cell:
            self._text.clear()
        self._written -= sum(len(one.line) for one in self._waiting if one.cell == cell)
        self._waiting = [one for one in self._waiting if one.cell != cell]
        if not self._is_full:
            self._join()
            self._add(event, "", cell)
            self._wait()

    def _join(self, *, all_updates: bool = False) -> None:
        """Put what was joined behind what waits to be written."""
        text, self._size = collapsed("".join(self._text)), 0
        self._text.clear()
        if text:
            cell, name = self._stream
            stream = {"output_type": "stream", "name": name, "text": text}
            event: JsonObject = {"event": "output", "cell": cell, "output": cast("Json", stream)}
            self._add(event, as_plain_text(stream).replace("\r", "\n"), cell)
        if all_updates or not self._is_full:
            for update in self._updates.values():
                self._add(update, "")
            self._updates.clear()

    def _add(self, event: JsonObject, text: str, cell: str = "") -> None:
        line = json.dumps(event, ensure_ascii=False, separators=(",", ":"))
        was_full = self._is_full
        self._written += len(line) + 1
        self._waiting.append(_Waiting(cell, f"{line}\n", text))
        if self._is_full and not was_full:
            self._waiting.append(_Waiting("", "", _FULL))

    def _wait(self) -> None:
        if self._due is None:
            self._due = time.monotonic() + _FLUSH_SECONDS


@dataclass(frozen=True)
class _Waiting:
    """A line of events and what the log says of it. `cell` is the one that may clear it away."""

    cell: str
    line: str
    text: str


def _log_lines(event: JsonObject) -> str:
    """What the log says about an event that is no output."""
    if event["event"] == "cell_started":
        index = event["index"]
        number = "" if index is None else f" {index}"
        return f"--- cell{number} at {event['at']}: {event['title']}\n"
    if event["event"] == "cell_finished" and event["state"] not in ("success", "skipped"):
        return f"--- {event['state']} after {event['duration']} s\n"
    return ""


# --------------------------------------------------------------------------------------- reading it


def parse_events(data: bytes) -> list[JsonObject]:
    """The events in a piece of `events.jsonl` from a line's start on, without an unfinished one."""
    whole = data[: data.rfind(b"\n") + 1]
    return [json.loads(line) for line in whole.splitlines()]


def notebook_at(source: NotebookNode, events: Iterable[JsonObject]) -> NotebookNode:
    """The notebook as executed so far: the cells that take part, with state and outputs.

    `source` may be the notebook as written or an executed copy of it, which gives the same. Pure.
    """
    fold = _Fold(source)
    for event in events:
        fold.apply(event)
    fold.settle()
    return fold.nb


class _Fold:
    def __init__(self, source: NotebookNode) -> None:
        self.nb = deepcopy(source)
        self._cells = {cell.get("id"): cell for cell in self.nb.cells}
        self._displays: dict[str, list[NotebookNode]] = {}
        self._streams = GrowingStreams()

    def settle(self) -> None:
        """Write text that has grown into its output."""
        self._streams.settle()

    def apply(self, event: JsonObject) -> None:
        cell = self._cells.get(event.get("cell"))
        name = event["event"]
        if name == "notebook_started":
            self._begin(cast("list[dict[str, str]]", event["cells"]))
        elif name == "update_display":
            self._update(event)
        elif cell is None:
            # The rest is about cells; one that the source does not have cannot be shown.
            return
        elif name == "output":
            self._add(cell, event)
        elif name == "clear_output":
            cell.outputs = []
            self._streams.forget(cell.id)
        elif name in ("cell_started", "cell_finished"):
            state = event.get("state", "running")
            _note(cell, state=state, duration=event.get("duration"))

    def _begin(self, outline: list[dict[str, str]]) -> None:
        cells = []
        for part in outline:
            cell = self._cells.get(part["id"])
            if cell is None and "source" in part:
                cell = _injected(part)
            if cell is None:
                continue
            if cell.cell_type == "code":
                cell.outputs = []
                cell.execution_count = None
            if has_code(cell):
                _note(cell, state="not-run", duration=None)
            cells.append(cell)
        self.nb.cells = cells
        self._cells = {cell.id: cell for cell in cells}

    def _add(self, cell: NotebookNode, event: JsonObject) -> None:
        output = _node(event["output"])
        if output.output_type == "execute_result":
            cell.execution_count = output.execution_count
        if output.output_type == "stream":
            self._streams.add(cell.id, cell.outputs, output)
        else:
            cell.outputs.append(output)
        if "display_id" in event:
            self._displays.setdefault(str(event["display_id"]), []).append(output)

    def _update(self, event: JsonObject) -> None:
        for output in self._displays.get(str(event["display_id"]), ()):
            output.data = _node(event["data"])
            output.metadata = _node(event["metadata"])


def _node(value: Json) -> NotebookNode:
    """A copy of `value`, an object, as nbformat has it."""
    return cast(NotebookNode, from_dict(value))


def _injected(part: dict[str, str]) -> NotebookNode:
    metadata = {"tags": ["injected-parameters"]}
    cell = new_code_cell(part["source"], id=part["id"], metadata=metadata)
    return cast(NotebookNode, cell)


def _note(cell: NotebookNode, **facts: object) -> None:
    cell.metadata["nbflow"] = {**cell.metadata.get("nbflow", {}), **facts}
