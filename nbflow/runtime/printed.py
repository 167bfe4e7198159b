"""What an attempt prints, as lines for a terminal, while it runs: the text of live events, or of a
log where there are none. Carriage returns leave a line that is not finished yet. Whose lines they
are and where they go is the terminal's affair.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import cast

from nbflow.core.json import JsonObject
from nbflow.runtime.attempt_files import AttemptFiles
from nbflow.runtime.outputs import as_text, join_text

MOST_LINES = 100
"""So many lines of one cell are shown; the rest is counted."""
MOST_CHARACTERS = 2000
"""So much is shown of one line."""

# Colours stay; what moves the cursor, rings or renames the window does not.
_MOVES = re.compile(
    r"\x1b(?!\[[\d;]*m)(\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(\x07|\x1b\\)?|.)?"
    r"|[\x00-\x08\x0b-\x1a\x7f]"
)


@dataclass(frozen=True)
class Printed:
    """What has come since the last look: whole `lines`, and the line that is being written now."""

    lines: list[str]
    unfinished: str
    at_end: bool


class PrintedLines:
    """Lines out of what one attempt prints. `place` is where all of it can be read."""

    def __init__(self, place: str, most: int = MOST_LINES) -> None:
        self._place = place
        self._most = most
        self._lines: list[str] = []
        self._tails: dict[str, str] = {}
        self._latest = ""
        self._count = 0

    def feed(self, events: Iterable[JsonObject]) -> None:
        """Take live events in order."""
        for event in events:
            name = event["event"]
            if name in ("cell_started", "cell_finished"):
                self.end_cell()
            elif name == "output":
                self._show(event)
            elif name == "update_display":
                self._redraw(event)
            elif name == "clear_output":
                self._tails.clear()

    def print(self, text: str, stream: str = "stdout") -> None:
        """Take text as it was printed; it may go back within its line."""
        *whole, tail = join_text(self._tails.get(stream, ""), text).split("\n")
        self._tails[stream] = tail
        self._latest = stream
        self._add(whole)

    def end_cell(self) -> None:
        """Nothing more comes of what is shown now."""
        for tail in self._tails.values():
            self._add(tail.rstrip("\r").split("\n") if tail.strip() else ())
        self._tails.clear()
        if self._count > self._most:
            self._lines.append(f"… {_counted(self._count - self._most)}, see {self._place}")
        self._count = 0

    def take(self) -> tuple[list[str], str]:
        """The lines that were not taken yet, and the one that is being written."""
        lines, self._lines = self._lines, []
        if self._count > self._most:
            return lines, f"… {_counted(self._count - self._most)} so far"
        return lines, _shown(self._tails.get(self._latest, "").rstrip("\r").partition("\n")[0])

    def _show(self, event: JsonObject) -> None:
        # Checked by who wrote them: outputs as nbformat knows them.
        output = cast("dict[str, str]", event["output"])
        if output["output_type"] == "stream":
            self.print(output["text"], output["name"])
        elif output["output_type"] == "error":
            self._add_for_sure(as_text(output))
        elif "display_id" in event:
            self._redraw({**event, "data": cast("JsonObject", event["output"])["data"]})
        else:
            self._add(as_text(output).rstrip("\n").split("\n"))

    def _redraw(self, event: JsonObject) -> None:
        """A display that may be drawn again is shown when its cell ends, till then as a line that
        is not finished.
        """
        self._latest = f"display {event['display_id']}"
        about = {"output_type": "display_data", "data": event["data"]}
        self._tails[self._latest] = as_text(about).rstrip("\n")

    def _add(self, lines: Iterable[str]) -> None:
        for line in lines:
            self._count += 1
            if self._count <= self._most:
                self._lines.append(_shown(line))

    def _add_for_sure(self, text: str) -> None:
        self._lines += map(_shown, text.rstrip("\n").split("\n"))


class AttemptPrinting:
    """The lines of one attempt, looked at again and again."""

    def __init__(self, files: AttemptFiles, place: str, *, has_events: bool) -> None:
        self._files = files
        self._has_events = has_events
        self._offset = 0
        self._printed = PrintedLines(place)

    @property
    def is_local(self) -> bool:
        """Whether it costs next to nothing to look again."""
        return self._files.are_local

    def look(self, *, is_over: bool) -> Printed:
        """What is new; with `is_over`, at the end of the file, nothing stays unfinished."""
        if self._has_events:
            events = self._files.events(self._offset)
            self._offset, at_end = events.next_offset, events.at_end
            self._printed.feed(events.events)
        else:
            part = self._files.log(self._offset)
            self._offset, at_end = part.next_offset, part.at_end
            self._printed.print(part.text)
        if is_over and at_end:
            self._printed.end_cell()
        lines, unfinished = self._printed.take()
        return Printed(lines, unfinished, at_end)


def _shown(line: str) -> str:
    line = _MOVES.sub("", line)
    return line if len(line) <= MOST_CHARACTERS else f"{line[:MOST_CHARACTERS]}…"


def _counted(lines: int) -> str:
    return "1 more line" if lines == 1 else f"{lines:,} more lines"
