"""Schedules in words, and the runs they bring about next."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from nbflow.views.shapes.dags import AwaitedAssets


@dataclass(frozen=True)
class NextRun:
    """A run that will be due at `run_after`; `local` is that moment in the schedule's zone."""

    run_after: str
    logical_date: str
    data_interval_start: str
    data_interval_end: str
    local: str


@dataclass(frozen=True)
class ScheduleView:
    """A schedule in words, with its next runs; `text` says in a sentence what comes next, or why
    nothing does.
    """

    schedule: str
    timezone: str
    text: str
    next_runs: list[NextRun]
    awaited_assets: AwaitedAssets | None
    problems: list[dict[str, Any]]  # `core.errors.Problem.to_json`
