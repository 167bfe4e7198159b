"""Sensors: tasks that wait for something, and hold no worker while they do.

What the scheduler can judge by itself (the time, other DAGs) it waits for without any worker; for
the rest a worker has a look from time to time (`poke`), and is free in between. `mode` is taken
for the sake of Airflow's files: "poke" and "reschedule" mean the same here.
"""

from __future__ import annotations

import glob
import logging
import os
import subprocess
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any, ClassVar, cast

from nbflow.authoring.arguments import Duration
from nbflow.authoring.context import Context
from nbflow.authoring.fields import as_moment, poke_policy, zone_of
from nbflow.authoring.findings import Findings
from nbflow.authoring.operators import BaseOperator, PythonOperator
from nbflow.authoring.secrets import Connection
from nbflow.authoring.shell import run_bash
from nbflow.authoring.weekdays import weekday_numbers
from nbflow.core.errors import Fail, Reschedule, Skip
from nbflow.core.json import JsonObject
from nbflow.core.orders import Outcome
from nbflow.core.poking import WEEK, PokePolicy
from nbflow.core.spelling import did_you_mean
from nbflow.core.states import RunState, TaskState
from nbflow.core.waiting import HandedOver, Kind

BAD_WAIT = "NBF220"

log = logging.getLogger(__name__)


class PokeReturnValue:
    """What `poke` may return: whether the wait is over, and the value to hand on then."""

    def __init__(self, is_done: bool, xcom_value: object = None) -> None:
        self.is_done = is_done
        self.xcom_value = xcom_value

    def __bool__(self) -> bool:
        return self.is_done


class BaseSensorOperator(BaseOperator):
    """Waits until `poke(context)` returns something true. Subclass it and write `poke`.

    A worker calls `poke` every `poke_interval` (seconds or a timedelta, 60 by default), with
    `exponential_backoff` (True for 2, or a factor) after ever longer times, at most `max_wait`.
    After `timeout` (a week) the task fails, or is skipped with `soft_fail`. An error in `poke`
    fails the attempt; with `silent_fail` it counts as "not yet", with `never_fail` it skips.
    """

    def __init__(
        self,
        task_id: str,
        *,
        poke_interval: Duration = 60.0,
        timeout: Duration | None = WEEK,
        soft_fail: bool = False,
        mode: str = "poke",
        exponential_backoff: bool | float = False,
        max_wait: Duration | None = None,
        silent_fail: bool = False,
        never_fail: bool = False,
        deferrable: bool | None = None,
        **options: Any,  # noqa: ANN401 - TaskOptions, and those of a class mixed in
    ) -> None:
        super().__init__(task_id, **options)
        self.poke_interval = poke_interval
        self.timeout = timeout
        self.soft_fail = soft_fail
        self.mode = mode
        self.exponential_backoff = exponential_backoff
        self.max_wait = max_wait
        self.silent_fail = silent_fail
        self.never_fail = never_fail
        self.deferrable = deferrable

    @classmethod
    def policy_from(cls, arguments: Mapping[str, object], findings: Findings) -> PokePolicy | None:
        return poke_policy({"timeout": WEEK, **arguments}, findings)

    def waits_for(self, findings: Findings) -> JsonObject | None:
        # A subclass that looks in its own way has to be run for it.
        for base in type(self).__mro__:
            if "condition" in base.__dict__:
                return self.condition(findings)
            if "poke" in base.__dict__ or "execute" in base.__dict__:
                return None
        return None

    def condition(self, findings: Findings) -> JsonObject | None:
        """What the scheduler waits for instead of calling `poke`; None if it cannot know yet."""
        return None

    def poke(self, context: Context) -> bool | PokeReturnValue:
        """Whether the wait is over."""
        raise NotImplementedError(f"{type(self).__name__} has no poke(context). Write one.")

    def execute(self, context: Context) -> object:
        found = self._look(context)
        if not found:
            raise Reschedule
        return found.xcom_value if isinstance(found, PokeReturnValue) else None

    def _look(self, context: Context) -> object:
        try:
            return self.poke(context)
        except (Reschedule, Skip, HandedOver):
            raise
        except Fail as error:
            if self.soft_fail or self.never_fail:
                raise Skip(f"The sensor failed, which counts as a skip: {error}") from error
            raise
        except Exception as error:  # the boundary to the user's code, which decides what it means
            if self.silent_fail:
                log.exception("The look failed, which counts as nothing found.")
                return False
            if self.never_fail:
                raise Skip(f"The sensor failed, which counts as a skip: {error}") from error
            raise


class PythonSensor(BaseSensorOperator, PythonOperator):
    """Waits until `python_callable(*op_args, **op_kwargs)` returns something true.

    A PokeReturnValue says what to hand on then.
    """

    def poke(self, context: Context) -> bool | PokeReturnValue:
        found = PythonOperator.execute(self, context)
        return found if isinstance(found, PokeReturnValue) else bool(found)


class BashSensor(BaseSensorOperator):
    """Waits until a shell command ends with exit code 0.

    With `retry_exit_code` only that code means "not yet", and any other fails the task.
    """

    template_fields: ClassVar[Sequence[str]] = ("bash_command", "env")

    def __init__(
        self,
        task_id: str,
        *,
        bash_command: str,
        env: Mapping[str, object] | None = None,
        retry_exit_code: int | None = None,
        **options: Any,  # noqa: ANN401 - those of BaseSensorOperator
    ) -> None:
        super().__init__(task_id, **options)
        self.bash_command = bash_command
        self.env = env
        self.retry_exit_code = retry_exit_code

    def poke(self, context: Context) -> bool:
        try:
            run_bash(self.bash_command, self.env)
        except subprocess.CalledProcessError as error:
            if self.retry_exit_code in (None, error.returncode):
                return False
            raise
        return True


class FileSensor(BaseSensorOperator):
    """Waits for a file: a path or a glob pattern, or an address that fsspec knows (`s3://...`).

    A folder counts once there is a file anywhere in it. With `recursive` the pattern's `**` goes
    through folders. A relative path starts at the folder of the DAG's file, or at the `path` in the
    extra of the connection `fs_conn_id` if another than fs_default is named.
    """

    template_fields: ClassVar[Sequence[str]] = ("filepath",)

    def __init__(
        self,
        task_id: str,
        *,
        filepath: str | os.PathLike[str],
        fs_conn_id: str = "fs_default",
        recursive: bool = False,
        **options: Any,  # noqa: ANN401 - those of BaseSensorOperator
    ) -> None:
        super().__init__(task_id, **options)
        self.filepath = os.fspath(filepath)
        self.fs_conn_id = fs_conn_id
        self.recursive = recursive

    def poke(self, context: Context) -> bool:
        where = os.path.join(self._base(), self.filepath)  # noqa: PTH118 - it may be an address
        if "://" in where:
            return _is_there_remotely(where)
        # Path.glob cannot take a pattern that may be absolute.
        for path in glob.iglob(where, recursive=self.recursive):  # noqa: PTH207
            if Path(path).is_file() or any(files for _, _, files in os.walk(path)):
                print(f"Found {path}.")  # noqa: T201 - what a task prints is its log
                return True
        return False

    def _base(self) -> str:
        if self.fs_conn_id == "fs_default":
            return ""
        return str(Connection.get(self.fs_conn_id).extra_dejson.get("path") or "")


def _is_there_remotely(address: str) -> bool:
    import fsspec  # noqa: PLC0415 - only where files are elsewhere

    system, path = fsspec.core.url_to_fs(address)
    return any(system.isfile(one) or system.find(one) for one in system.glob(path))


# --- what the scheduler waits for by itself -------------------------------------------------------


class _ClockSensor(BaseSensorOperator):
    """Waits for something the clock decides; a worker at most finds out what that is."""

    def execute(self, context: Context) -> object:
        # A template is known by now, or what an instance of a mapped task is to wait for.
        findings = Findings()
        condition = self.condition(findings)
        if condition is None:
            raise Fail(" ".join(str(problem) for problem in findings.problems))
        raise HandedOver(Outcome(TaskState.DEFERRED, waits_for=condition))


class DateTimeSensor(_ClockSensor):
    """Waits until a moment: a datetime, ISO text, or a template. Without a zone it is in UTC."""

    template_fields: ClassVar[Sequence[str]] = ("target_time",)

    def __init__(
        self,
        task_id: str,
        *,
        target_time: str | datetime,
        **options: Any,  # noqa: ANN401 - those of BaseSensorOperator
    ) -> None:
        super().__init__(task_id, **options)
        self.target_time = target_time

    def condition(self, findings: Findings) -> JsonObject | None:
        if isinstance(self.target_time, str) and "{" in self.target_time:
            return None
        moment = as_moment(self.target_time)
        if moment is None:
            _refuse(findings, "target_time", self.target_time, "'2026-01-31T06:00' or a template")
            return None
        return _until(moment)


class TimeDeltaSensor(_ClockSensor):
    """Waits until `delta` after the end of the run's data interval."""

    def __init__(
        self,
        task_id: str,
        *,
        delta: timedelta,
        **options: Any,  # noqa: ANN401 - those of BaseSensorOperator
    ) -> None:
        super().__init__(task_id, **options)
        self.delta: object = delta

    def condition(self, findings: Findings) -> JsonObject | None:
        if isinstance(self.delta, timedelta):
            return {"kind": Kind.AFTER_INTERVAL.value, "seconds": self.delta.total_seconds()}
        _refuse(findings, "delta", self.delta, "timedelta(hours=1)")
        return None


class TimeSensor(_ClockSensor):
    """Waits until a time of the day on which it begins, in the DAG's zone or that of the time."""

    def __init__(
        self,
        task_id: str,
        *,
        target_time: time,
        **options: Any,  # noqa: ANN401 - those of BaseSensorOperator
    ) -> None:
        super().__init__(task_id, **options)
        self.time_of_day: object = target_time

    def condition(self, findings: Findings) -> JsonObject | None:
        if not isinstance(self.time_of_day, time):
            _refuse(findings, "target_time", self.time_of_day, "time(6, 30)")
            return None
        zone = getattr(self.time_of_day.tzinfo, "key", None) or _zone_of(self)
        clock = self.time_of_day.replace(tzinfo=None).isoformat()
        return {"kind": Kind.TIME_OF_DAY.value, "time": clock, "timezone": zone}


class DayOfWeekSensor(_ClockSensor):
    """Waits until it is one of these days of the week in the DAG's zone: names, or an iterable of
    them.

    With `use_task_logical_date` it is the day of the run's logical date that counts.
    """

    def __init__(
        self,
        task_id: str,
        *,
        week_day: object,
        use_task_logical_date: bool = False,
        **options: Any,  # noqa: ANN401 - those of BaseSensorOperator
    ) -> None:
        super().__init__(task_id, **options)
        self.week_day = week_day
        self.use_task_logical_date = use_task_logical_date

    def condition(self, findings: Findings) -> JsonObject | None:
        try:
            days = sorted(weekday_numbers(self.week_day))
        except ValueError as error:
            findings.error(BAD_WAIT, f"week_day is {self.week_day!r}: {error}", "Use 'Monday'.")
            return None
        return {
            "kind": Kind.WEEKDAY.value,
            "days": list(days),
            "timezone": _zone_of(self),
            "use_logical_date": self.use_task_logical_date,
        }


class ExternalTaskSensor(BaseSensorOperator):
    """Waits for another DAG: for its run, or for tasks or a task group in it, at a logical date.

    The date is that of this run, `execution_delta` earlier, or what `execution_date_fn(date)`
    returns (one or several). It ends well once everything is in `allowed_states` (success), fails
    at the first thing in `failed_states` and is skipped at the first in `skipped_states` (none by
    default). `check_existence` fails at once if the DAG, a task or the group does not exist.
    """

    template_fields: ClassVar[Sequence[str]] = (
        "external_dag_id",
        "external_task_id",
        "external_task_ids",
        "external_task_group_id",
    )

    def __init__(
        self,
        task_id: str,
        *,
        external_dag_id: str,
        external_task_id: str | None = None,
        external_task_ids: Iterable[str] | None = None,
        external_task_group_id: str | None = None,
        allowed_states: Iterable[str] | None = None,
        skipped_states: Iterable[str] | None = None,
        failed_states: Iterable[str] | None = None,
        execution_delta: timedelta | None = None,
        execution_date_fn: Callable[..., object] | None = None,
        check_existence: bool = False,
        poll_interval: Duration | None = None,
        **options: Any,  # noqa: ANN401 - those of BaseSensorOperator
    ) -> None:
        super().__init__(task_id, **options)
        self.external_dag_id = external_dag_id
        self.external_task_id = external_task_id
        self.external_task_ids = None if external_task_ids is None else list(external_task_ids)
        self.external_task_group_id = external_task_group_id
        self.allowed_states = [str(s) for s in allowed_states or (TaskState.SUCCESS,)]
        self.skipped_states = [str(s) for s in skipped_states or ()]
        self.failed_states = [str(s) for s in failed_states or ()]
        self.execution_delta = execution_delta
        self.execution_date_fn = execution_date_fn
        self.check_existence = check_existence
        self.poll_interval = poll_interval

    def condition(self, findings: Findings) -> JsonObject | None:
        self._check(findings)
        texts = [self.external_dag_id, *self._task_ids(), self.external_task_group_id or ""]
        if self.execution_date_fn is not None or any("{" in text for text in texts):
            return None
        delta = self.execution_delta or timedelta()
        return {**self._wanted(), "delta": delta.total_seconds()}

    def execute(self, context: Context) -> object:
        found: object = context["logical_date"] - (self.execution_delta or timedelta())
        if self.execution_date_fn is not None:
            found = _dates_from(self.execution_date_fn, context)
        dates = list(found) if isinstance(found, (list, tuple, set)) else [found]
        texts = [_moment(date).isoformat() for date in dates]
        waits_for: JsonObject = {**self._wanted(), "dates": texts}
        raise HandedOver(Outcome(TaskState.DEFERRED, waits_for=waits_for))

    def _task_ids(self) -> list[str]:
        return [*(self.external_task_ids or ()), *filter(None, [self.external_task_id])]

    def _wanted(self) -> dict[str, Any]:  # JSON
        return {
            "kind": Kind.EXTERNAL.value,
            "dag_id": self.external_dag_id,
            "task_ids": self._task_ids(),
            "group": self.external_task_group_id,
            "allowed": self.allowed_states,
            "failed": self.failed_states,
            "skipped": self.skipped_states,
            "check_existence": self.check_existence,
        }

    def _check(self, findings: Findings) -> None:
        given = (self.external_task_id, self.external_task_ids, self.external_task_group_id)
        if sum(one is not None for one in given) > 1:
            findings.error(
                BAD_WAIT,
                "Only one of external_task_id, external_task_ids and external_task_group_id "
                "can be waited for.",
                "Leave the others out.",
            )
        if self.execution_delta is not None and self.execution_date_fn is not None:
            findings.error(
                BAD_WAIT,
                "execution_delta and execution_date_fn both say which run is meant.",
                "Leave one of them out.",
            )
        runs_only = not any(one is not None for one in given)
        known = [str(state) for state in (RunState if runs_only else TaskState)]
        for name in ("allowed_states", "skipped_states", "failed_states"):
            for state in set(getattr(self, name)) - set(known):
                findings.error(
                    BAD_WAIT,
                    f"{name} has {state!r}, which is no state.",
                    did_you_mean(state, known),
                )
        both = set(self.allowed_states) & {*self.failed_states, *self.skipped_states}
        if both:
            findings.error(
                BAD_WAIT,
                f"{', '.join(sorted(both))} is among the allowed states and among the others.",
                "Name each state once.",
            )


def _dates_from(function: Callable[..., object], context: Context) -> object:
    """Call an `execution_date_fn`, with the context if it takes more than a date."""
    code = getattr(function, "__code__", None)
    if code is not None and (code.co_flags & 0x08 or code.co_argcount > 1):
        return function(context["logical_date"], **_named(context, code))
    return function(context["logical_date"])


def _named(context: Context, code: Any) -> dict[str, Any]:  # noqa: ANN401 - a code object; the context is untyped
    if code.co_flags & 0x08:  # it takes **kwargs
        taken = code.co_varnames[:1]
        return {name: value for name, value in context.items() if name not in taken}
    names = code.co_varnames[1 : code.co_argcount]
    return {name: context[name] for name in names if name in context}


def _moment(given: object) -> datetime:
    moment = as_moment(given)
    if moment is None:
        raise Fail(f"The sensor's date is {given!r}: execution_date_fn has to return datetimes.")
    return moment


def _until(moment: datetime) -> JsonObject:
    return {"kind": Kind.TIME.value, "at": moment.isoformat()}


def _zone_of(task: BaseOperator) -> str:
    settings = getattr(task.dag, "settings", {})
    return zone_of(cast("Mapping[str, object]", settings), Findings())


def _refuse(findings: Findings, name: str, given: object, example: str) -> None:
    findings.error(BAD_WAIT, f"{name} is {given!r}, which cannot be waited for.", f"Use {example}.")


DateTimeSensorAsync = DateTimeSensor
TimeSensorAsync = TimeSensor
TimeDeltaSensorAsync = TimeDeltaSensor
