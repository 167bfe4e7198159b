"""Waiting without a worker: conditions that the scheduler can judge by itself, as data.

A condition is JSON with a `kind`. As written in a DAG it may be relative (`after_interval`,
`time_of_day`, `external` with a distance); `begin` fixes it for one run. `due` judges what the
clock decides, `judge_external` and `judge_run` what other runs decide; what a person decides is
in `questions.py`. Nothing here looks anything up: what is known comes as an argument.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta, timezone
from enum import Enum
from typing import cast

from nbflow.core.dag import Dag, Task
from nbflow.core.errors import NbflowError
from nbflow.core.json import Json, JsonObject
from nbflow.core.orders import Outcome
from nbflow.core.questions import given_up
from nbflow.core.snapshot import DagRun, TaskInstance
from nbflow.core.states import Reason, RunState, RunType, TaskState
from nbflow.core.zones import as_utc, zone_named


class Kind(str, Enum):
    """What a task may wait for."""

    TIME = "time"
    AFTER_INTERVAL = "after_interval"
    TIME_OF_DAY = "time_of_day"
    WEEKDAY = "weekday"
    LATEST_ONLY = "latest_only"
    EXTERNAL = "external"
    RUN = "run"
    ANSWER = "answer"


SEEN_IN_RUNS = frozenset({Kind.EXTERNAL, Kind.RUN})
"""Judged by what other runs do, whenever they do it."""

_SUCCESS = Outcome(TaskState.SUCCESS)
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


class HandedOver(NbflowError):
    """Raised by operators of nbflow: the worker's part is done, and ended with `outcome`."""

    def __init__(self, outcome: Outcome) -> None:
        self.outcome = outcome
        super().__init__(f"The worker's part ended: {outcome.state}.")


def kind_of(condition: JsonObject) -> Kind:
    """The kind of a condition. Raises ValueError for one of a newer nbflow."""
    return Kind(condition["kind"])


# -- beginning to wait -----------------------------------------------------------------------------


def begin(written: JsonObject, run: DagRun, now: datetime) -> JsonObject:
    """The condition for this run: distances become dates."""
    kind = kind_of(written)
    if kind is Kind.AFTER_INTERVAL:
        start = run.data_interval_end or run.run_after or now
        return _at(start + timedelta(seconds=_number(written, "seconds")))
    if kind is Kind.TIME_OF_DAY:
        return _at(_today_at(written, now))
    if kind is Kind.WEEKDAY:
        return _weekday(written, run, now)
    if kind is Kind.EXTERNAL and "dates" not in written:
        date = (run.logical_date or run.run_after or now) - timedelta(
            seconds=_number(written, "delta")
        )
        return {**written, "dates": [date.isoformat()]}
    return written


def deferred(
    task: Task, instance: TaskInstance, written: JsonObject, run: DagRun, now: datetime
) -> dict[str, object]:
    """What changes in a task instance that begins to wait."""
    condition = begin(written, run, now)
    since = instance.waiting_since or now
    return {
        "state": TaskState.DEFERRED,
        "waits_for": condition,
        "waiting_since": since,
        "started_at": instance.started_at or now,
        "ended_at": None,
        "reason": None,
        "message": ""
        if kind_of(condition) is Kind.LATEST_ONLY
        else f"Waits {describe(condition)}.",
        "next_try_at": _next_look(condition, deadline(task, since), now),
    }


def deadline(task: Task, since: datetime) -> datetime | None:
    """When a wait that began at `since` is given up."""
    limits = [task.execution_timeout, task.poke.timeout if task.poke else None]
    given = [limit for limit in limits if limit is not None]
    return since + timedelta(seconds=min(given)) if given else None


def _next_look(condition: JsonObject, ends: datetime | None, now: datetime) -> datetime | None:
    kind = kind_of(condition)
    if kind in (Kind.LATEST_ONLY, Kind.WEEKDAY):
        return now
    times = [_moment(condition, "at")] if kind is Kind.TIME else []
    return min([*times, *([ends] if ends else [])], default=None)


def _at(moment: datetime) -> JsonObject:
    return {"kind": Kind.TIME.value, "at": as_utc(moment).isoformat()}


def _weekday(written: JsonObject, run: DagRun, now: datetime) -> JsonObject:
    """Until the next of these days begins, now if it is one; of the logical date what it is."""
    days = [int(day) for day in _list(written, "days")]
    zone = zone_named(str(written["timezone"]))
    if written.get("use_logical_date"):
        given = (run.logical_date or run.run_after or now).astimezone(zone).weekday()
        return _at(now) if given in days else {**written, "found": given}
    today = datetime.combine(now.astimezone(zone).date(), time(), zone)
    ahead = min((day - today.weekday()) % 7 for day in days)
    return _at(now if ahead == 0 else today + timedelta(days=ahead))


def _today_at(written: JsonObject, now: datetime) -> datetime:
    zone = zone_named(str(written["timezone"]))
    clock = time.fromisoformat(str(written["time"]))
    return datetime.combine(now.astimezone(zone).date(), clock, zone)


# -- what the clock decides ------------------------------------------------------------------------


def due(dag: Dag, run: DagRun, instance: TaskInstance, now: datetime) -> Outcome | None:
    """What has become of a wait whose time to look has come; None if it goes on."""
    task, condition = dag.by_id[instance.task_id], instance.waits_for
    if condition is None:
        return _SUCCESS
    kind = kind_of(condition)
    if kind is Kind.TIME and _moment(condition, "at") <= now:
        return _SUCCESS
    if kind is Kind.LATEST_ONLY:
        return _latest_only(dag, run, now)
    if kind is Kind.WEEKDAY:
        return _other_day(task, condition)
    ends = deadline(task, instance.waiting_since or now)
    if ends is None or now < ends:
        return None
    if kind is Kind.ANSWER:
        return given_up(condition)
    return too_long(task, now - (instance.waiting_since or now), describe(condition))


def too_long(task: Task, waited: timedelta, what: str) -> Outcome:
    """A wait that took longer than its task allows. Waiting once more would not help."""
    message = f"It waited {timedelta(seconds=round(waited.total_seconds()))} {what}, and gave up."
    state = TaskState.SKIPPED if task.poke and task.poke.soft_fail else TaskState.FAILED
    return Outcome(state, Reason.TIMEOUT, message, retryable=False)


def _other_day(task: Task, condition: JsonObject) -> Outcome:
    """The day of a logical date never changes, so there is nothing to wait for."""
    wanted = " or ".join(_DAYS[int(day)] for day in _list(condition, "days"))
    found = _DAYS[int(_number(condition, "found"))]
    message = f"The logical date is a {found}, and never will be a {wanted}."
    state = TaskState.SKIPPED if task.poke and task.poke.soft_fail else TaskState.FAILED
    return Outcome(state, Reason.TIMEOUT, message, retryable=False)


def _latest_only(dag: Dag, run: DagRun, now: datetime) -> Outcome:
    """Only the newest interval goes on, and what a person asked for; else nothing directly
    downstream does.
    """
    if run.run_type is RunType.MANUAL or run.logical_date is None or run.run_after is None:
        return _SUCCESS
    # Cron takes a while to import, which only DAGs with such a task have to spend.
    from nbflow.core.timetables import timetable_from_json  # noqa: PLC0415

    timetable = timetable_from_json(dag.timetable)
    following = timetable.next_run(run.logical_date, run.logical_date, dag.end_date)
    if following is None or timetable.follows_previous_run or following.run_after > now:
        return _SUCCESS
    message = f"A newer run is due since {following.run_after:%Y-%m-%d %H:%M} UTC."
    return Outcome(TaskState.SUCCESS, message=message, follow=())


# -- what other runs decide ------------------------------------------------------------------------


@dataclass(frozen=True)
class RunSeen:
    """Another run as the store has it: its state, and those of its task instances by task id."""

    state: RunState
    tasks: Mapping[str, Sequence[TaskState]] = field(default_factory=dict)


Seen = Mapping[tuple[str, datetime], RunSeen]
"""Runs by DAG and logical date."""


Spot = tuple[str, "datetime | str | None", "str | None"]
"""What of another DAG's runs may decide a wait: the run at a logical date, or of an id, or a task
in it (ANY_TASK: whichever).
"""
ANY_TASK = "*"


def spots(condition: JsonObject) -> list[Spot]:
    """What a condition judged by other runs looks at."""
    dag_id = str(condition["dag_id"])
    if kind_of(condition) is Kind.RUN:
        return [(dag_id, str(condition["run_id"]), None)]
    tasks: list[str | None] = [*_list(condition, "task_ids")]
    if not tasks:
        tasks = [ANY_TASK if condition.get("group") else None]
    return [(dag_id, date, task_id) for date in dates(condition) for task_id in tasks]


def spots_of_run(run: DagRun) -> tuple[Spot, ...]:
    """Where a change of this run itself shows."""
    return (run.dag_id, run.logical_date, None), (run.dag_id, run.run_id, None)


def spots_of_task(run: DagRun, task_id: str) -> tuple[Spot, ...]:
    """Where a change of a task of this run shows."""
    return (run.dag_id, run.logical_date, task_id), (run.dag_id, run.logical_date, ANY_TASK)


def dates(condition: JsonObject) -> list[datetime]:
    """The logical dates an `external` condition looks at."""
    return [datetime.fromisoformat(str(text)) for text in _list(condition, "dates")]


def judge_external(task: Task, condition: JsonObject, seen: Seen) -> Outcome | None:
    """What the runs seen mean for a task that waits for them: success once every date has what is
    asked for, failure or skip at the first that has what must not be.
    """
    dag_id = str(condition["dag_id"])
    found = [_states(condition, seen.get((dag_id, date))) for date in dates(condition)]
    for name, state, reason in (
        ("failed", TaskState.FAILED, Reason.EXTERNAL),
        ("skipped", TaskState.SKIPPED, Reason.EXTERNAL),
    ):
        words = set(_list(condition, name))
        hit = [w for states in found for w in states if w in words]
        if hit:
            soft = bool(task.poke and task.poke.soft_fail)
            message = f"{_whose(condition)} is {hit[0]}."
            return Outcome(TaskState.SKIPPED if soft else state, reason, message)
    allowed = set(_list(condition, "allowed"))
    done = all(states and set(states) <= allowed for states in found)
    return _SUCCESS if done else None


def with_tasks_of_group(condition: JsonObject, dag: Dag | None) -> JsonObject:
    """An `external` condition for a group, as one for the tasks in it."""
    group = condition.get("group")
    if not group or dag is None:
        return condition
    return {**condition, "task_ids": list(dag.tasks_of_group(str(group)))}


def missing(condition: JsonObject, dag: Dag | None) -> str:
    """Why an `external` condition that asks for it can never come true: the DAG, a task or the
    group does not exist. Empty if all is there.
    """
    if not condition.get("check_existence"):
        return ""
    dag_id = str(condition["dag_id"])
    if dag is None:
        return f"There is no DAG {dag_id!r} to wait for."
    unknown = [name for name in _list(condition, "task_ids") if name not in dag.by_id]
    group = condition.get("group")
    if group and not dag.tasks_of_group(str(group)):
        return f"DAG {dag_id!r} has no task group {group!r} to wait for."
    return f"DAG {dag_id!r} has no task {unknown[0]!r} to wait for." if unknown else ""


def judge_run(condition: JsonObject, state: RunState | None) -> Outcome | None:
    """What the state of the one run a task waits for means; None is a run that is gone."""
    name = f"Run {condition['run_id']} of DAG {condition['dag_id']}"
    if state is None:
        return Outcome(TaskState.FAILED, Reason.EXTERNAL, f"{name} was deleted.")
    if str(state) in _list(condition, "failed"):
        return Outcome(TaskState.FAILED, Reason.EXTERNAL, f"{name} is {state}.")
    if str(state) in _list(condition, "allowed"):
        return _SUCCESS
    return None


def _states(condition: JsonObject, run: RunSeen | None) -> list[str]:
    """The states that count on one date; empty if not all that is waited for is there yet."""
    if run is None:
        return []
    wanted = _list(condition, "task_ids")
    if not wanted:
        return [] if condition.get("group") else [str(run.state)]
    states = [[str(state) for state in run.tasks.get(name, ())] for name in wanted]
    return [] if not all(states) else [state for of_task in states for state in of_task]


# -- in words --------------------------------------------------------------------------------------


def describe(condition: JsonObject) -> str:
    """What a task waits for, to go on after "it waits"."""
    kind = kind_of(condition)
    if kind is Kind.TIME:
        return f"until {_moment(condition, 'at'):%Y-%m-%d %H:%M:%S} UTC"
    if kind is Kind.EXTERNAL:
        wanted = " or ".join(_list(condition, "allowed"))
        return f"for {_whose(condition)} to be {wanted}"
    if kind is Kind.RUN:
        return f"for run {condition['run_id']} of DAG {condition['dag_id']} to end"
    if kind is Kind.ANSWER:
        return f'for a person\'s answer to "{condition["subject"]}"'
    return "for the clock"


def _whose(condition: JsonObject) -> str:
    dag_id = condition["dag_id"]
    when = ", ".join(f"{date:%Y-%m-%d %H:%M}" for date in dates(condition))
    names = _list(condition, "task_ids")
    if condition.get("group"):
        what = f"task group {condition['group']} of DAG {dag_id}"
    elif names:
        what = f"{'task' if len(names) == 1 else 'tasks'} {', '.join(names)} of DAG {dag_id}"
    else:
        what = f"DAG {dag_id}"
    return f"{what} at {when}"


# -- reading JSON ----------------------------------------------------------------------------------


def _moment(condition: JsonObject, name: str) -> datetime:
    moment = datetime.fromisoformat(str(condition[name]))
    return moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)


def _number(condition: JsonObject, name: str) -> float:
    return float(cast("float", condition.get(name) or 0))


def _list(condition: JsonObject, name: str) -> list[str]:
    return [str(word) for word in cast("Sequence[Json]", condition.get(name) or ())]
