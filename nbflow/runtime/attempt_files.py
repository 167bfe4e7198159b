"""What an attempt leaves behind, read while it still grows: its log, its live events, its notebook.

Read by whoever shows a run; written by `logs.py`, `live.py` and `notebook_task.py`.
"""

from __future__ import annotations

from codecs import getincrementaldecoder
from dataclasses import dataclass
from typing import cast

import nbformat
from nbformat import NotebookNode

from nbflow.core.json import JsonObject
from nbflow.runtime.artifacts import ArtifactStore
from nbflow.runtime.live import EVENTS_FILE, NOTEBOOK_FILE, notebook_at, parse_events
from nbflow.runtime.logs import LOG_FILE

CHUNK = 1 << 20
"""So many bytes are read at a time."""


@dataclass(frozen=True)
class LogPart:
    """Some text of a log; `at_end` tells that there is no more yet. Offsets are in bytes."""

    text: str
    next_offset: int
    at_end: bool


@dataclass(frozen=True)
class EventsPart:
    """Some live events, whole ones; otherwise like LogPart."""

    events: list[JsonObject]
    next_offset: int
    at_end: bool


@dataclass(frozen=True)
class ExecutedNotebook:
    """A notebook as executed so far, and the offset from which live events go on."""

    notebook: NotebookNode
    next_offset: int


@dataclass(frozen=True)
class AttemptFiles:
    """The files of one attempt. One that is not there reads as if it were empty."""

    store: ArtifactStore

    @property
    def are_local(self) -> bool:
        """Whether it costs next to nothing to look again."""
        return self.store.local_path(LOG_FILE) is not None

    @property
    def log_place(self) -> str:
        """Where the log is: a path, or a URL elsewhere."""
        return str(self.store.local_path(LOG_FILE) or self.store.url(LOG_FILE))

    def log(self, offset: int = 0, limit: int = CHUNK) -> LogPart:
        """The log from `offset` on, up to the last whole character."""
        data = self._read(LOG_FILE, offset, limit)
        decoder = getincrementaldecoder("utf-8")("replace")
        text = decoder.decode(data)
        rest, _ = decoder.getstate()
        return LogPart(text, offset + len(data) - len(rest), len(data) < limit)

    def log_end(self, limit: int = CHUNK) -> str:
        """The last whole lines of the log, at most `limit` bytes; of a line that is longer its
        end.
        """
        begin = max(0, self._size(LOG_FILE) - limit)
        text = self._read(LOG_FILE, begin, limit).decode(errors="replace")
        _, broken, whole = text.partition("\n")
        return whole if begin and broken else text

    def whole_log(self) -> str:
        """All of the log."""
        return self._read(LOG_FILE, 0, self._size(LOG_FILE)).decode(errors="replace")

    def events(self, offset: int = 0, limit: int = CHUNK) -> EventsPart:
        """The live events from `offset` on, where an event begins."""
        data = self._read(EVENTS_FILE, offset, limit)
        while len(data) == limit and b"\n" not in data:
            # One event may be larger than a chunk: it may hold a picture.
            limit *= 4
            data = self._read(EVENTS_FILE, offset, limit)
        end = data.rfind(b"\n") + 1
        return EventsPart(parse_events(data), offset + end, len(data) < limit)

    def notebook(self, *, is_over: bool = False) -> ExecutedNotebook | None:
        """The executed notebook so far; None for an attempt that has none (yet).

        With `is_over` no cell of it runs any more: one that did when its worker was lost has died.
        """
        try:
            text = self.store.read(NOTEBOOK_FILE).decode()
        except FileNotFoundError:
            return None
        notebook = cast(NotebookNode, nbformat.reads(text, as_version=4))
        live = self.events(0, self._size(EVENTS_FILE) + 1)
        # Saved now and then while it runs; for the last time only by a worker that was not lost.
        if notebook.metadata.get("papermill", {}).get("end_time") is None:
            notebook = notebook_at(notebook, live.events)
            for cell in notebook.cells if is_over else ():
                about = cell.metadata.get("nbflow", {})
                if about.get("state") == "running":
                    about["state"] = "died"
        return ExecutedNotebook(notebook, live.next_offset)

    def _read(self, file: str, offset: int, limit: int) -> bytes:
        try:
            return self.store.read_from(file, offset, limit)
        except FileNotFoundError:
            return b""

    def _size(self, file: str) -> int:
        try:
            return self.store.size(file)
        except FileNotFoundError:
            return 0
