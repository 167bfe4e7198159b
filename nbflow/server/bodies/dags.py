"""DAGs: which to list, their schedules and versions."""

from __future__ import annotations

from pydantic import Field

from nbflow.server.bodies.base import Sent


class DagQuery(Sent):
    """Which DAGs to list."""

    search: str = ""
    tag: str = ""
    paused: bool | None = None


class Pause(Sent):
    """Stop, or go on with, the schedule of a DAG; with `hold` nothing more of its runs is started
    either.
    """

    paused: bool
    hold: bool = False


class NextQuery(Sent):
    """How many of the next runs."""

    limit: int = Field(default=5, ge=1, le=100)


class PreviewQuery(NextQuery):
    """A schedule as it is typed: cron, a preset, or JSON; and its zone."""

    schedule: str
    timezone: str = "UTC"


class DiffQuery(Sent):
    """Which two versions."""

    old: int = Field(ge=1)
    new: int = Field(ge=1)


class CalendarQuery(Sent):
    """Which year; this one by default."""

    year: int | None = Field(default=None, ge=1970, le=2200)
