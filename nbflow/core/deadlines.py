"""Deadlines of runs: the moment by which a run should have ended. Missing one ends nothing, but
somebody is told.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, get_args

from nbflow.core.dag import Dag
from nbflow.core.json import JsonObject
from nbflow.core.snapshot import DagRun
from nbflow.core.zones import as_utc

Reference = Literal["queued_at", "logical_date", "fixed", "average_runtime"]
REFERENCES: tuple[str, ...] = get_args(Reference)
AVERAGE_OF = 10
"""Runs that an average is made of, where nothing else is said."""


@dataclass(frozen=True)
class Deadline:
    """A run should have ended `interval` seconds after its `reference`: when it was queued, its
    logical date, the moment `at`, or as long after it was queued as runs took on average.
    `callback` is the place of its callback among the DAG's.

    That average is one of the newest `max_runs` runs that succeeded; where there are fewer than
    `min_runs`, a run has no such deadline.
    """

    name: str
    reference: Reference
    interval: float
    at: datetime | None = None
    callback: int | None = None
    max_runs: int = AVERAGE_OF
    min_runs: int = AVERAGE_OF

    def due_at(self, run: DagRun) -> datetime | None:
        """When a run should have ended; None where that says nothing about it.

        A cleared run counts from when it was queued again; what lay behind it then is no matter.
        """
        queued = run.requeued_at or run.created_at
        if self.reference == "queued_at":
            start = queued
        elif self.reference == "average_runtime":
            usual = run.average_runtimes.get(self.name)
            start = None
            if queued is not None and isinstance(usual, (int, float)):
                start = queued + timedelta(seconds=usual)
        else:
            start = self.at if self.reference == "fixed" else run.logical_date
        due = None if start is None else start + timedelta(seconds=self.interval)
        is_behind = due is not None and run.requeued_at is not None and due <= run.requeued_at
        return None if is_behind else due

    def to_json(self) -> JsonObject:
        """As the spec of a DAG keeps it."""
        return {
            "name": self.name,
            "reference": self.reference,
            "interval": self.interval,
            "at": None if self.at is None else self.at.isoformat(),
            "callback": self.callback,
            "max_runs": self.max_runs,
            "min_runs": self.min_runs,
        }

    def describe(self) -> str:
        """In words."""
        span = f"{timedelta(seconds=self.interval)}"
        if self.reference == "fixed":
            moment = "" if self.at is None else f"{self.at:%Y-%m-%d %H:%M} UTC"
            return f"{span} after {moment}" if self.interval else moment
        if self.reference == "average_runtime":
            return f"{span} after the time that its runs take on average"
        whose = "it was queued" if self.reference == "queued_at" else "its logical date"
        return f"{span} after {whose}"


def deadline_from_json(data: JsonObject) -> Deadline:
    """The deadline that `to_json` wrote."""
    at, callback = data.get("at"), data.get("callback")
    reference = data["reference"]
    if reference not in REFERENCES:
        raise ValueError(f"{reference!r} is none of {', '.join(REFERENCES)}.")
    interval = data["interval"]
    return Deadline(
        str(data["name"]),
        reference,  # type: ignore[arg-type]  # one of them, as was just looked at
        float(interval) if isinstance(interval, (int, float)) else 0.0,
        as_utc(datetime.fromisoformat(at)) if isinstance(at, str) else None,
        callback if isinstance(callback, int) else None,
        _runs(data, "max_runs"),
        _runs(data, "min_runs"),
    )


def _runs(data: JsonObject, name: str) -> int:
    found = data.get(name)
    return found if isinstance(found, int) else AVERAGE_OF


def averages(dag: Dag, runtimes: Sequence[float]) -> dict[str, float]:
    """How long runs take on average, by the name of each deadline that counts from that.

    `runtimes` are those of the newest runs that succeeded, in seconds, the newest first.
    """
    found: dict[str, float] = {}
    for deadline in map(deadline_from_json, dag.deadlines):
        counted = runtimes[: deadline.max_runs]
        if deadline.reference == "average_runtime" and len(counted) >= max(deadline.min_runs, 1):
            found[deadline.name] = sum(counted) / len(counted)
    return found


def runs_looked_at(dag: Dag) -> int:
    """How many past runs `averages` needs to know."""
    counted = (deadline_from_json(data) for data in dag.deadlines)
    return max((d.max_runs for d in counted if d.reference == "average_runtime"), default=0)


def pending(dag: Dag, run: DagRun) -> Iterator[tuple[Deadline, datetime]]:
    """The deadlines that an unfinished run has not missed yet, with their times."""
    if run.state.is_finished:
        return
    for data in dag.deadlines:
        deadline = deadline_from_json(data)
        due = deadline.due_at(run)
        if due is not None and deadline.name not in run.missed_deadlines:
            yield deadline, due
