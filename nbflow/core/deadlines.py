"""Deadlines of runs: the moment by which a run should have ended. Missing one ends nothing, but
somebody is told.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, get_args

from nbflow.core.dag import Dag
from nbflow.core.json import JsonObject
from nbflow.core.snapshot import DagRun
from nbflow.core.zones import as_utc

Reference = Literal["queued_at", "logical_date", "fixed"]
REFERENCES: tuple[str, ...] = get_args(Reference)


@dataclass(frozen=True)
class Deadline:
    """A run should have ended `interval` seconds after its `reference`: when it was queued, its
    logical date, or the moment `at`. `callback` is the place of its callback among the DAG's.
    """

    name: str
    reference: Reference
    interval: float
    at: datetime | None = None
    callback: int | None = None

    def due_at(self, run: DagRun) -> datetime | None:
        """When a run should have ended; None where that says nothing about it.

        A cleared run counts from when it was queued again; what lay behind it then is no matter.
        """
        queued = run.requeued_at or run.created_at
        if self.reference == "queued_at":
            start = queued
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
        }

    def describe(self) -> str:
        """In words."""
        span = f"{timedelta(seconds=self.interval)}"
        if self.reference == "fixed":
            moment = "" if self.at is None else f"{self.at:%Y-%m-%d %H:%M} UTC"
            return f"{span} after {moment}" if self.interval else moment
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
    )


def pending(dag: Dag, run: DagRun) -> Iterator[tuple[Deadline, datetime]]:
    """The deadlines that an unfinished run has not missed yet, with their times."""
    if run.state.is_finished:
        return
    for data in dag.deadlines:
        deadline = deadline_from_json(data)
        due = deadline.due_at(run)
        if due is not None and deadline.name not in run.missed_deadlines:
            yield deadline, due
