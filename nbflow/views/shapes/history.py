"""The past of a DAG in whole tables: runs by tasks, days of a year, how long everything took."""

from __future__ import annotations

from dataclasses import dataclass

from nbflow.views.shapes.dags import GroupView


@dataclass(frozen=True)
class GridTask:
    """A task as a row; one that the current version has no more is `gone`."""

    task_id: str
    display_name: str
    group: str | None
    mapped: bool
    gone: bool


@dataclass(frozen=True)
class GridRun:
    """A run as a column.

    `codes` has, for each of `GridView.tasks`, the place of its state in `GridView.states`, or -1
    where the run does not have the task. That of a mapped task is its most urgent state; `mapped`
    counts its instances by state.
    """

    run_id: str
    state: str
    run_type: str
    logical_date: str | None
    created_at: str | None
    started_at: str | None
    ended_at: str | None
    version: int
    note: str
    codes: list[int]
    mapped: dict[str, dict[str, int]]


@dataclass(frozen=True)
class GridView:
    """Runs, newest first, by tasks in the order of the DAG. `states` are sorted from what wants
    attention to what does not; `next` asks for older runs, null when there are none; `cursor` is
    where the feed goes on.
    """

    tasks: list[GridTask]
    groups: list[GroupView]
    states: list[str]
    runs: list[GridRun]
    next: str | None
    cursor: int


@dataclass(frozen=True)
class CalendarDay:
    """A day with runs, past or `planned`; `counts` maps states to numbers of runs. Its runs have a
    date in [since, until].
    """

    day: str
    since: str
    until: str
    counts: dict[str, int]
    planned: int


@dataclass(frozen=True)
class CalendarView:
    """The days of a year that have runs, in the zone of the schedule. What is planned is known up
    to `planned_until`, null when it is known as far as the year goes. `years` have runs.
    """

    year: int
    timezone: str
    today: str
    days: list[CalendarDay]
    planned_until: str | None
    first_year: int
    last_year: int
    cursor: int


@dataclass(frozen=True)
class TimedRun:
    """How long a run took from start to end, and from when it was made to its start, in seconds;
    null where it has not come so far.
    """

    run_id: str
    state: str
    run_type: str
    logical_date: str | None
    created_at: str | None
    started_at: str | None
    waited: float | None
    seconds: float | None


@dataclass(frozen=True)
class Spread:
    """How long something takes when nothing fails, in seconds; null if it never succeeded. `trend`
    is the median of the newer half of the runs over that of the older, null for too few.
    """

    median: float | None
    p95: float | None
    longest: float | None
    trend: float | None
    successes: int
    failures: int


@dataclass(frozen=True)
class TimedTask:
    """How long a task took in each of `DurationsView.runs`; null where it did not start and end.
    `failed` are the places of the runs in which it failed.
    """

    task_id: str
    display_name: str
    mapped: bool
    spread: Spread
    seconds: list[float | None]
    failed: list[int]


@dataclass(frozen=True)
class DurationsView:
    """How long the last runs of a DAG and their tasks took: runs oldest first, the slowest task
    first.
    """

    runs: list[TimedRun]
    spread: Spread
    tasks: list[TimedTask]
    cursor: int


@dataclass(frozen=True)
class TryBar:
    """A try of a task instance in time."""

    task_id: str
    map_index: int
    try_number: int
    state: str
    queued_at: str
    started_at: str | None
    ended_at: str | None
    worker: str


@dataclass(frozen=True)
class RunTries:
    """All tries of a run, in the order in which they were handed to workers; of mapped tasks those
    of the first instances.
    """

    tries: list[TryBar]
    cursor: int
