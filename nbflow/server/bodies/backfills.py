"""Backfills: a new one, and what is to become of one."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import AwareDatetime, Field

from nbflow.server.bodies.base import Sent


class NewBackfill(Sent):
    """A backfill: its dates, both inclusive, and how it goes about them. With `no_cache` all of it
    is executed.
    """

    from_date: AwareDatetime
    to_date: AwareDatetime
    reprocess: Literal["none", "failed", "completed"] = "none"
    max_active_runs: int = Field(default=10, ge=1)
    run_backwards: bool = False
    params: dict[str, Any] = Field(default_factory=dict)  # any JSON; the DAG's schemas check it
    tasks: list[str] | None = None
    no_cache: bool = False
    dry_run: bool = True


class BackfillState(Sent):
    """What a backfill is to do: pause, go on, or end, with the runs under way if `running`."""

    state: Literal["paused", "running", "cancelled"]
    running: bool = False


class BackfillQuery(Sent):
    """Whose backfills to list."""

    dag_id: str | None = None
