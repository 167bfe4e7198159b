"""Runs: asking for one, and which to show."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import AwareDatetime, Field

from nbflow.server.bodies.base import MOST_ON_A_PAGE, Sent


class Trigger(Sent):
    """Ask for a run: its params, and the logical date if it is not to be now. `tasks` are selection
    expressions, null for all tasks. With `no_cache` all of it is executed, with `dry_run` nothing
    is: only what the run would be is said.
    """

    params: dict[str, Any] = Field(default_factory=dict)  # any JSON; the DAG's schemas check it
    logical_date: AwareDatetime | None = None
    run_id: str | None = Field(default=None, min_length=1, max_length=250)
    note: str = ""
    tasks: list[str] | None = None
    no_cache: bool = False
    dry_run: bool = False


class Rerun(Sent):
    """A run like another one: what is different. With `no_cache` all of it is executed, with
    `dry_run` only said what it would be.
    """

    params: dict[str, Any] = Field(default_factory=dict)  # as above
    tasks: list[str] | None = None
    latest: bool = False
    note: str = ""
    no_cache: bool = False
    dry_run: bool = False


class Note(Sent):
    """A note on a run, or on one of its task instances; an empty one takes it away."""

    note: str
    task_id: str | None = None
    map_index: int = -1


class RunQuery(Sent):
    """Which page of runs to list: those before the `next` of the page before."""

    before: int | None = None
    limit: int = Field(default=25, ge=1, le=MOST_ON_A_PAGE)


class RunsWanted(Sent):
    """Runs in one of these states and of these types (words with commas between, any if empty),
    with a date in [since, until], and with `search` in their id, note or message.
    """

    state: str = ""
    type: str = ""
    since: AwareDatetime | None = None
    until: AwareDatetime | None = None
    search: str = ""


class RunListQuery(RunQuery, RunsWanted):
    """Which of these runs to list."""


class GridQuery(RunsWanted):
    """Which page of these runs to show: those before the `next` of the page before."""

    before: int | None = None
    limit: int = Field(default=50, ge=1, le=MOST_ON_A_PAGE)


class PastQuery(RunsWanted):
    """How many of the newest of these runs."""

    limit: int = Field(default=50, ge=1, le=MOST_ON_A_PAGE)


class RunDetailQuery(Sent):
    """Of mapped tasks with more instances than `most` only the counts."""

    most: int = Field(default=100, ge=0)


class RunDiffQuery(Sent):
    """Which run to compare with, by default the last success before; a task to compare alone."""

    other: str | None = None
    task: str | None = None


class ExportQuery(Sent):
    """As what to take a run away."""

    to: Literal["html", "ipynb"] = "html"
