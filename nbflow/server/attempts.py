"""One attempt of a task as the server streams it: its log, its cell events, its notebook so far."""

from __future__ import annotations

from dataclasses import dataclass

from nbformat import NotebookNode

from nbflow import app
from nbflow.views.shapes import LiveCells, LogChunk


@dataclass(frozen=True)
class Attempt:
    """An attempt the store knows of. `ended` was asked before its files are read: once it is true,
    nothing is added to them.
    """

    folder: str
    attempt_id: str
    try_number: int
    ended: bool

    @property
    def is_local(self) -> bool:
        """Whether it costs next to nothing to look again."""
        return app.attempt_files(self.folder).are_local

    def log(self, offset: int) -> LogChunk:
        part = app.attempt_files(self.folder).log(offset)
        return LogChunk(part.text, part.next_offset, self.ended and part.at_end)

    def cells(self, offset: int) -> LiveCells:
        part = app.attempt_files(self.folder).events(offset)
        events = [dict(event) for event in part.events]
        return LiveCells(events, part.next_offset, self.ended and part.at_end)

    def notebook(self) -> NotebookNode | None:
        """The executed notebook so far; None if there is none (yet).

        `metadata.nbflow.live` says where its cell events go on, and whether they do.
        """
        found = app.attempt_files(self.folder).notebook(is_over=self.ended)
        if found is None:
            return None
        about = found.notebook.metadata.setdefault("nbflow", {})
        about["live"] = {"next_offset": found.next_offset, "complete": self.ended}
        return found.notebook
