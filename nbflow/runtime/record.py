"""The truth about a run, written into its notebook: states, times, and saves now and then.

papermill's metadata has its own four words for states; `metadata.nbflow` has ours beside them.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime, timezone
from typing import Literal

from nbformat import NotebookNode

CellState = Literal[
    "running", "success", "failed", "timeout", "died", "cancelled", "skipped", "not-run"
]

# What papermill calls them: a cell that was not executed never becomes "completed".
_PAPERMILL_STATUS: dict[CellState, str] = {
    "running": "running",
    "success": "completed",
    "failed": "failed",
    "timeout": "failed",
    "died": "failed",
    "cancelled": "failed",
    "skipped": "pending",
    "not-run": "pending",
}
_UNTOUCHED = {
    "exception": None,
    "start_time": None,
    "end_time": None,
    "duration": None,
    # Of text and empty cells, which papermill calls so; the others are told apart at once.
    "status": "completed",
}
_FAILED = frozenset({"failed", "timeout", "died", "cancelled"})

# Saves take at most this share of the time.
_SHARE_OF_SAVING = 0.2
# The least time between two saves, in seconds; the first and the last are always made.
_LEAST_PAUSE = 1.0


class NotebookRecord:
    """Writes states and times into `nb`, and saves it by `save`: first, last, and in between.

    Between cells it is saved after a second at the earliest, within a cell every `save_every`
    seconds if anything has changed; never when that is 0. Slow saves are made less often.
    """

    def __init__(
        self, nb: NotebookNode, save: Callable[[NotebookNode], None] | None, save_every: float
    ) -> None:
        self.nb = nb
        self.has_changed = False
        self._save = save
        self._save_every = save_every
        self._saved_at = 0.0
        self._pause = _LEAST_PAUSE
        self._began = time.monotonic()
        self._cell_began = self._began

    def begin(self) -> None:
        for cell in self.nb.cells:
            if cell.cell_type == "code":
                cell.execution_count = None
                cell.outputs = []
            cell.metadata["papermill"] = dict(_UNTOUCHED)
            if has_code(cell):
                self._note(cell, "not-run", None)
        about = self.nb.metadata.setdefault("papermill", {})
        about.update(start_time=_now(), end_time=None, duration=None, exception=None)
        self._write()

    def begin_cell(self, cell: NotebookNode) -> None:
        self._cell_began = time.monotonic()
        cell.metadata["execution"] = {}
        cell.metadata.papermill.update(start_time=_now(), exception=False)
        self._note(cell, "running", None)
        self._save_if_due(self._pause)

    def end_cell(self, cell: NotebookNode, state: CellState) -> float:
        """Write how `cell` ended and return how many seconds it took."""
        duration = round(time.monotonic() - self._cell_began, 6)
        cell.metadata.papermill.update(end_time=_now(), duration=duration)
        self._note(cell, state, duration)
        self._save_if_due(self._pause)
        return duration

    def pass_over(self, cell: NotebookNode) -> None:
        """`cell` was deliberately not executed."""
        self._note(cell, "skipped", None)

    def end(self, *, failed: bool) -> None:
        about = self.nb.metadata.papermill
        duration = round(time.monotonic() - self._began, 6)
        about.update(end_time=_now(), duration=duration, exception=True if failed else None)
        self._write()

    def tick(self) -> float | None:
        """Save if it is time to; in how many seconds to call again."""
        if self._save is None or not self._save_every:
            return None
        pause = max(self._save_every, self._pause)
        self._save_if_due(pause)
        return max(0.05, self._saved_at + pause - time.monotonic()) if self.has_changed else pause

    def _note(self, cell: NotebookNode, state: CellState, duration: float | None) -> None:
        status = cell.metadata.papermill
        status["status"] = _PAPERMILL_STATUS[state]
        if state in _FAILED:
            status["exception"] = True
        cell.metadata["nbflow"] = {
            **cell.metadata.get("nbflow", {}),
            "state": state,
            "duration": duration,
        }
        self.has_changed = True

    def _save_if_due(self, pause: float) -> None:
        if self.has_changed and time.monotonic() - self._saved_at >= pause:
            self._write()

    def _write(self) -> None:
        if self._save is None:
            return
        began = time.monotonic()
        self._save(self.nb)
        self._saved_at = time.monotonic()
        self._pause = max(_LEAST_PAUSE, (self._saved_at - began) / _SHARE_OF_SAVING)
        self.has_changed = False


def tags_of(cell: NotebookNode) -> list[str]:
    """The tags of `cell`."""
    return list(cell.metadata.get("tags", ()))


def has_code(cell: NotebookNode) -> bool:
    """Whether there is anything to execute in `cell`."""
    return cell.cell_type == "code" and bool(cell.source.strip())


def _now() -> str:
    return datetime.now(timezone.utc).isoformat()
