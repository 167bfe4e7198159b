"""What the tasks of a run print while it goes on, for a screen on a terminal.

Which attempts there are is read from views, their text from what they leave behind. How it looks is
in `progress.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from nbflow import app
from nbflow.cli.output import near
from nbflow.core.events import TaskKey
from nbflow.core.states import Reason
from nbflow.settings import Settings
from nbflow.store.database import Database
from nbflow.views.runs import newest_tries
from nbflow.views.shapes import RunDetail

PACE, PACE_ELSEWHERE = 0.1, 1.0
"""So often what runs is looked at, in seconds; elsewhere is an artifact store on the network."""
IN_KERNELS = ("notebook", "cells")
AT_WORK = ("running", "deferred")


class Paper(Protocol):
    """Where lines go."""

    def printed(self, who: str, lines: Sequence[str]) -> None:
        """The task `who` has printed these lines."""

    def writing(self, who: str, line: str) -> None:
        """The line that the task is writing now; empty when there is none."""


@dataclass
class _Followed:
    """One attempt, and whether it is over: nothing is added to what it has written."""

    who: str
    printing: app.Printing
    is_over: bool = False


class RunOutput:
    """Takes to `paper` what the tasks of one run print."""

    def __init__(self, settings: Settings, database: Database, paper: Paper) -> None:
        self._settings = settings
        self._database = database
        self._paper = paper
        self._followed: dict[TaskKey, tuple[str, _Followed | None]] = {}
        self.pace = PACE

    def attend(self, detail: RunDetail) -> None:
        """The run stands like this now: follow what has begun, and note what is over."""
        kinds = {task.task_id: task.kind for task in detail.tasks}
        running = {(i.task_id, i.map_index) for i in detail.instances if i.state in AT_WORK}
        if detail.run.started_at is None:
            return
        for key, one in newest_tries(self._database, detail.run.dag_id, detail.run.run_id).items():
            attempt, followed = self._followed.get(key, ("", None))
            if attempt != one.attempt_id:
                self._finish(followed)
                # What came from the cache has printed nothing today.
                folder = app.attempt_folder(
                    self._settings, detail.run.dag_id, detail.run.run_id, key[0], one
                )
                has_events = kinds.get(key[0]) in IN_KERNELS
                followed = (
                    None
                    if one.reason == Reason.CACHED
                    else self._begin(key, folder, has_events=has_events)
                )
                self._followed[key] = (one.attempt_id, followed)
            if followed is not None and key not in running and one.ended_at is not None:
                followed.is_over = True

    def look(self) -> None:
        """Take what is new to the paper."""
        for key, (attempt, followed) in self._followed.items():
            if followed is not None and self._take(followed):
                self._followed[key] = (attempt, None)

    def finish(self) -> None:
        """The run is over: take all that is left."""
        for key, (attempt, followed) in self._followed.items():
            self._finish(followed)
            self._followed[key] = (attempt, None)

    def _finish(self, followed: _Followed | None) -> None:
        if followed is not None:
            followed.is_over = True
            while not self._take(followed):
                """There is more."""

    def _take(self, followed: _Followed) -> bool:
        """Take what is new of one attempt; whether nothing can follow."""
        found = followed.printing.look(is_over=followed.is_over)
        if found.lines:
            self._paper.printed(followed.who, found.lines)
        self._paper.writing(followed.who, found.unfinished)
        return followed.is_over and found.at_end

    def _begin(self, key: TaskKey, folder: str, *, has_events: bool) -> _Followed:
        printing = app.attempt_printing(folder, has_events=has_events, name_place=near)
        self.pace = PACE if printing.is_local else PACE_ELSEWHERE
        task_id, index = key
        return _Followed(task_id if index < 0 else f"{task_id}[{index}]", printing)
