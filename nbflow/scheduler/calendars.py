"""Asks timetables of somebody's own classes for their runs ahead of time, in a thread, each in a
process with a time limit. One that raises or hangs stops nothing but its own DAG's schedule.

What they answered is kept with the DAG, so that a restarted scheduler and the screens know it.
"""

from __future__ import annotations

import json
import os
import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from tempfile import TemporaryFile
from typing import Any

from nbflow.core.custom_timetable import CustomTimetable, run_from_json, run_to_json
from nbflow.core.json import Json, JsonObject
from nbflow.core.timetable import DagRunInfo, DataInterval
from nbflow.core.timetables import timetable_from_json
from nbflow.store.dags import StoredDag

RUNS_AHEAD = 50
MISSED = 1000
"""So many missed runs are known at a time where all are to be made up for."""

LOW = 10
"""With fewer runs ahead than this a timetable is asked again."""

TIME_LIMIT = 10.0
TRY_AGAIN = timedelta(minutes=1)


@dataclass(frozen=True)
class Question:
    """What one timetable is asked; `asked` is JSON."""

    dag_id: str
    asked: JsonObject


class Calendars:
    """Questions go in, answers come out; `wake` is called when there is one."""

    def __init__(self, wake: Callable[[], None], time_limit: float = TIME_LIMIT) -> None:
        self._wake = wake
        self._time_limit = time_limit
        self._questions: queue.SimpleQueue[Question | None] = queue.SimpleQueue()
        self._answers: queue.SimpleQueue[tuple[Question, JsonObject]] = queue.SimpleQueue()
        self._asked: set[str] = set()
        self._thread: threading.Thread | None = None

    def look_at(self, stored: StoredDag, now: datetime) -> datetime | None:
        """Ask this DAG's timetable if it is one to ask and has too little ahead. Returns when to
        look again, if that is not for the schedule to say.
        """
        if stored.dag.timetable.get("kind") != CustomTimetable.kind:
            return None
        timetable = timetable_from_json(stored.dag.timetable)
        if not isinstance(timetable, CustomTimetable) or stored.dag.dag_id in self._asked:
            return None
        calendar = stored.calendar if isinstance(stored.calendar, Mapping) else {}
        is_of_it = calendar.get("of") == stored.dag.timetable
        if is_of_it and calendar.get("problem"):
            again = datetime.fromisoformat(str(calendar["at"])) + TRY_AGAIN
            if again > now:
                return again
        runs = [run_from_json(row) for row in _rows(calendar)] if is_of_it else []
        ahead = sum(run.run_after > now for run in runs)
        if is_of_it and (ahead >= LOW or (calendar.get("ends") and not calendar.get("problem"))):
            return None
        self._ask(_question(stored, timetable, runs, now))
        return None

    def take(self, now: datetime) -> list[tuple[str, Json]]:
        """The answers since the last call: (dag_id, the calendar to keep)."""
        taken: list[tuple[str, Json]] = []
        while not self._answers.empty():
            question, answer = self._answers.get()
            self._asked.discard(question.dag_id)
            known = [*_list(question.asked["known"]), *_list(answer["runs"])]
            calendar = {"of": question.asked["of"], "at": now.isoformat(), **answer, "runs": known}
            taken.append((question.dag_id, calendar))
        return taken

    def stop(self) -> None:
        """End the thread after the question it is at; a process it waits for ends in its time."""
        if self._thread is not None:
            self._questions.put(None)

    def _ask(self, question: Question) -> None:
        self._asked.add(question.dag_id)
        self._questions.put(question)
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="nbflow-calendars", daemon=True)
            self._thread.start()

    def _run(self) -> None:
        while (question := self._questions.get()) is not None:
            self._answers.put((question, ask_in_process(question.asked, self._time_limit)))
            self._wake()


def ask_in_process(question: JsonObject, time_limit: float = TIME_LIMIT) -> JsonObject:
    """What a process of its own answers, or why it did not."""
    reading, writing = os.pipe()
    command = [sys.executable, "-m", "nbflow.authoring.timetable_process", str(writing)]
    with TemporaryFile() as said, TemporaryFile() as asked:
        asked.write(json.dumps(question).encode())
        asked.seek(0)
        with subprocess.Popen(
            command,
            stdin=asked,
            stdout=subprocess.DEVNULL,
            stderr=said,
            pass_fds=[writing],
            start_new_session=True,
        ) as child:
            os.close(writing)
            timer = threading.Timer(time_limit, _end, [child])
            timer.start()
            with os.fdopen(reading, "rb") as answers:
                text = answers.read()
            timer.cancel()
            _end(child)
    if text:
        found: dict[str, Any] = json.loads(text)
        return found
    problem = f"It did not answer within {time_limit:g} s, or its process crashed."
    return {"runs": [], "problem": problem, "ends": False}


def _end(child: subprocess.Popen[bytes]) -> None:
    try:
        os.killpg(child.pid, signal.SIGKILL)
    except ProcessLookupError:
        return  # it has ended


def _question(
    stored: StoredDag, timetable: CustomTimetable, runs: Sequence[DagRunInfo], now: datetime
) -> Question:
    dag, date = stored.dag, stored.last_logical_date
    known = [run for run in runs if date is None or run.logical_date >= date]
    last = known[-1].data_interval if known else None
    if last is None and date is not None:
        last = DataInterval(date, date)
    start, end = dag.start_date or stored.created_at, dag.end_date
    asked: dict[str, Json] = {
        "name": timetable.name,
        "data": timetable.data,
        "of": dag.timetable,
        "known": [run_to_json(run) for run in known],
        "last": None if last is None else [last.start.isoformat(), last.end.isoformat()],
        "bounds": [start.isoformat(), None if end is None else end.isoformat()],
        "catchup": dag.catchup is not False,
        "missed": MISSED if dag.catchup is True else int(dag.catchup) or 1,
        "limit": RUNS_AHEAD,
        "now": now.isoformat(),
    }
    return Question(dag.dag_id, asked)


def _rows(calendar: JsonObject) -> list[Any]:  # rows as `run_to_json` writes them
    return _list(calendar.get("runs"))


def _list(value: Json) -> list[Any]:  # as above
    return list(value) if isinstance(value, (list, tuple)) else []
