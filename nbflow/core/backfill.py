"""Backfills: which runs a range of dates asks for, what is to happen to each, and when a backfill
is over. Pure; the scheduler carries plans out a few runs at a time.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from nbflow.core.dag import Dag, Task
from nbflow.core.errors import RequestError
from nbflow.core.json import JsonObject
from nbflow.core.rerun import Affected, Which, affected, to_clear
from nbflow.core.snapshot import DagRun, RunSnapshot
from nbflow.core.states import RunState, Word
from nbflow.core.timetables import DagRunInfo, Timetable, timetable_from_json

MOST_RUNS = 10_000
"""A backfill of more is likely a slip of the pen, and would be better in parts."""

DEFAULT_MAX_ACTIVE_RUNS = 10

_WITHOUT_DATES = frozenset({"none", "once", "assets"})


class Reprocess(Word):
    """What happens to dates that have a run already."""

    NONE = "none"
    FAILED = "failed"
    COMPLETED = "completed"


class BackfillState(Word):
    """The state of one backfill. A finished one may have runs that failed: see its counts."""

    RUNNING = "running"
    PAUSED = "paused"
    FINISHED = "finished"
    CANCELLED = "cancelled"

    @property
    def is_active(self) -> bool:
        return self in (BackfillState.RUNNING, BackfillState.PAUSED)


class Step(Word):
    """What is to happen for one date."""

    CREATE = "create"
    RERUN = "rerun"
    LEAVE = "leave"


@dataclass(frozen=True)
class Backfill:
    """A backfill of [from_date, to_date], both inclusive. `tasks` are those to run, None for all;
    with `no_cache` all of them are executed.

    `max_active_runs` is its own limit, apart from the DAG's.
    """

    id: int
    dag_id: str
    from_date: datetime
    to_date: datetime
    reprocess: Reprocess = Reprocess.NONE
    max_active_runs: int = DEFAULT_MAX_ACTIVE_RUNS
    run_backwards: bool = False
    params: JsonObject = field(default_factory=dict)
    tasks: tuple[str, ...] | None = None
    state: BackfillState = BackfillState.RUNNING
    actor: str = ""
    created_at: datetime | None = None
    ended_at: datetime | None = None
    no_cache: bool = False


@dataclass(frozen=True)
class PlannedRun:
    """One date of a backfill: the run that stands for it, what is to happen to it, and why."""

    run_id: str
    info: DagRunInfo
    step: Step
    why: str

    @property
    def is_second(self) -> bool:
        """Whether the date has a run already, with other params."""
        return self.step is Step.CREATE and self.run_id != _run_id(self.info)


def dates(
    dag: Dag, from_date: datetime, to_date: datetime, now: datetime
) -> tuple[DagRunInfo, ...]:
    """The runs the timetable has between both dates, inclusive, oldest first; none from the future.

    The DAG's own start and end bound the range. Raises RequestError when there is none.
    """
    timetable = timetable_from_json(dag.timetable)
    _check_schedule(dag, timetable)
    if from_date > to_date:
        raise RequestError(
            f"The backfill would begin ({_day(from_date)}) after its end ({_day(to_date)}). "
            "Exchange the two."
        )
    start = max([from_date, *_given(dag.start_date)])
    end = min([to_date, *_given(dag.end_date)])
    found: list[DagRunInfo] = []
    info = timetable.next_run(None, start, end)
    while info is not None and info.run_after <= now:
        if len(found) == MOST_RUNS:
            raise RequestError(
                f"Between {_day(from_date)} and {_day(to_date)} lie more than {MOST_RUNS} runs of "
                f"DAG {dag.dag_id!r}. Backfill them in parts."
            )
        found.append(info)
        info = timetable.next_run(info.logical_date, start, end)
    if not found:
        raise RequestError(_no_dates(dag, from_date, to_date, now))
    return tuple(found)


def plan(
    infos: Sequence[DagRunInfo],
    existing: Mapping[datetime, DagRun],
    reprocess: Reprocess,
    *,
    run_backwards: bool = False,
    new_params: str | None = None,
) -> tuple[PlannedRun, ...]:
    """What is to happen to each date, in the order in which it will.

    `existing` has the newest run of each logical date. A run keeps the params it had: where others
    are given, dates to be done again get a run of their own, and `new_params` is what tells its id
    from the one there is.
    """
    planned = [
        _planned(one, existing.get(one.logical_date), reprocess, new_params) for one in infos
    ]
    return tuple(planned[::-1] if run_backwards else planned)


def conflict(wanted: Backfill, others: Iterable[Backfill]) -> str | None:
    """Why `wanted` cannot begin: another one works on some of its dates. None if it can."""
    for other in others:
        if (
            other.dag_id == wanted.dag_id
            and other.state.is_active
            and other.from_date <= wanted.to_date
            and wanted.from_date <= other.to_date
        ):
            return (
                f"Backfill {other.id} of DAG {other.dag_id!r} is {other.state} and covers "
                f"{_day(other.from_date)} to {_day(other.to_date)}, some of the same dates. Wait "
                f"for its end, cancel it (nbflow backfill cancel {other.id}), or choose other "
                "dates."
            )
    return None


def room(backfill: Backfill, active_runs: int) -> int:
    """How many more of its runs may begin now."""
    if backfill.state is not BackfillState.RUNNING:
        return 0
    return max(0, backfill.max_active_runs - active_runs)


def is_over(backfill: Backfill, *, waiting: int, active_runs: int) -> bool:
    """Whether every date has been dealt with and every run has ended."""
    return backfill.state.is_active and waiting == 0 and active_runs == 0


def runs_again(backfill: Backfill, snapshot: RunSnapshot) -> Affected:
    """What a backfill does again in a run there is: what failed, or all, of its tasks."""
    dag = snapshot.dag
    known = tuple(t for t in backfill.tasks or dag.by_id if t in dag.by_id)
    if backfill.reprocess is not Reprocess.FAILED:
        return to_clear(snapshot, Which(known))
    resumed = to_clear(snapshot, Which())
    return affected(snapshot, [key for key in resumed.keys if key[0] in known])


def missing_values(dag: Dag, tasks: Iterable[str]) -> str | None:
    """Why these tasks cannot run without the others: one needs what another one hands on."""
    chosen = set(tasks)
    for task in dag.tasks:
        missing = [one for one in _needs(task) if one not in chosen]
        if task.task_id in chosen and missing:
            return (
                f"Task {task.task_id!r} reads what {missing[0]!r} hands on, and a new run has "
                f"nothing of it: select {missing[0]!r} too, for example +{task.task_id}."
            )
    return None


def _needs(task: Task) -> tuple[str, ...]:
    """The tasks whose values it reads or is mapped over."""
    return (
        task.reads
        if task.expansion is None
        else (
            *task.reads,
            *(source for source, _ in task.expansion.values),
        )
    )


def _planned(
    info: DagRunInfo, existing: DagRun | None, reprocess: Reprocess, new_params: str | None
) -> PlannedRun:
    new_id = _run_id(info)
    if existing is None:
        return PlannedRun(new_id, info, Step.CREATE, "There is no run for this date.")
    there = f"{existing.run_id} {_has(existing.state)}"
    if not existing.state.is_finished:
        return PlannedRun(existing.run_id, info, Step.LEAVE, f"{there}: it is left alone.")
    failed = existing.state is not RunState.SUCCESS
    wanted = reprocess is Reprocess.COMPLETED or (failed and reprocess is Reprocess.FAILED)
    if not wanted:
        return PlannedRun(existing.run_id, info, Step.LEAVE, f"{there}.")
    if new_params is not None:
        why = f"{there} with other params, which it keeps."
        return PlannedRun(f"{new_id}_{new_params}", info, Step.CREATE, why)
    part = "what failed and what depends on it" if reprocess is Reprocess.FAILED else "it"
    return PlannedRun(existing.run_id, info, Step.RERUN, f"{there}: {part} runs again.")


def _run_id(info: DagRunInfo) -> str:
    return f"backfill__{info.logical_date.isoformat()}"


def _has(state: RunState) -> str:
    words = {
        RunState.QUEUED: "is queued",
        RunState.RUNNING: "is running",
        RunState.SUCCESS: "succeeded",
        RunState.FAILED: "failed",
        RunState.CANCELLED: "was cancelled",
    }
    return words[state]


def _check_schedule(dag: Dag, timetable: Timetable) -> None:
    has_dates = not timetable.follows_previous_run and timetable.kind not in _WITHOUT_DATES
    if not has_dates:
        raise RequestError(
            f"DAG {dag.dag_id!r} has no dates to fill: its schedule is "
            f"{timetable.describe()!r}. Start runs with `nbflow dags trigger {dag.dag_id}`."
        )


def _no_dates(dag: Dag, from_date: datetime, to_date: datetime, now: datetime) -> str:
    said = f"DAG {dag.dag_id!r} has no run due from {_day(from_date)} to {_day(to_date)}"
    if dag.start_date is not None and to_date < dag.start_date:
        return f"{said}: it starts on {_day(dag.start_date)}."
    if dag.end_date is not None and from_date > dag.end_date:
        return f"{said}: it ended on {_day(dag.end_date)}."
    if from_date > now:
        return f"{said}: that is in the future, which its schedule will come to by itself."
    return f"{said}. Its schedule: {timetable_from_json(dag.timetable).describe()}."


def _given(moment: datetime | None) -> list[datetime]:
    return [] if moment is None else [moment]


def _day(moment: datetime) -> str:
    at_midnight = (moment.hour, moment.minute, moment.second) == (0, 0, 0)
    return f"{moment:%Y-%m-%d}" if at_midnight else f"{moment:%Y-%m-%d %H:%M} UTC"
