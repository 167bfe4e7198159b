"""What clearing, marking and backfills do, run by run and date by date."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class AffectedRun:
    """What happens in one run: `keys` run again, or are marked, in topological order; each was in
    its state of `before` and is marked as that of `after`. Its version gets the tasks `added` and
    loses those `removed`; `released` waited for what is marked.
    """

    dag_id: str
    run_id: str
    state: str
    logical_date: str | None
    created_at: str | None
    keys: list[tuple[str, int]]
    before: list[str]
    after: list[str]
    added: list[str]
    removed: list[str]
    released: list[tuple[str, int]]


@dataclass(frozen=True)
class ClearPreview:
    """What clearing, marking or forcing would do, or does: `keys` of all runs, and each run."""

    keys: list[tuple[str, int]]
    dry_run: bool
    request_id: int | None
    runs: list[AffectedRun]


@dataclass(frozen=True)
class RunPlan:
    """A run that is asked for, or would be: its params, passwords hidden, and its tasks. `rerun_of`
    is the run that it repeats. A dry run has no `request_id`.
    """

    dag_id: str
    run_id: str
    request_id: int | None
    params: dict[str, Any]  # the user's own values
    tasks: list[str]
    rerun_of: str | None


@dataclass(frozen=True)
class RunContents:
    """What a run has left behind, all of which goes with it: how many of each."""

    dag_id: str
    run_id: str
    state: str
    instances: int
    tries: int
    logs: int
    notebooks: int
    values: int
    notes: int


@dataclass(frozen=True)
class BackfillView:
    """A backfill. `counts` maps each state to the number of its runs in it; of `total` dates
    `waiting` have no run yet and `left` keep the one they had.
    """

    id: int
    dag_id: str
    state: str
    from_date: str
    to_date: str
    reprocess: str
    max_active_runs: int
    run_backwards: bool
    params: dict[str, Any]  # the user's own values
    tasks: list[str] | None
    actor: str
    created_at: str | None
    ended_at: str | None
    total: int
    waiting: int
    left: int
    counts: dict[str, int]


@dataclass(frozen=True)
class BackfillList:
    """Backfills, newest first."""

    backfills: list[BackfillView]


@dataclass(frozen=True)
class BackfillDate:
    """One date of a backfill: the run that stands for it, what happens to it (create, rerun or
    leave), and why. `keys` are what runs again in a run there is; `state` is that of the run, if
    there is one.
    """

    run_id: str
    logical_date: str
    data_interval_start: str
    data_interval_end: str
    step: str
    why: str
    keys: list[tuple[str, int]]
    done: bool
    state: str | None


@dataclass(frozen=True)
class BackfillDetail:
    """A backfill with all its dates, in the order in which they come about."""

    backfill: BackfillView
    dates: list[BackfillDate]


@dataclass(frozen=True)
class BackfillPlan:
    """What a backfill would do, or does once the scheduler hears of it, date by date."""

    dag_id: str
    dates: list[BackfillDate]
    dry_run: bool
    request_id: int | None
