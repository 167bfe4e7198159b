"""Operators that steer: which tasks go on, and which other DAGs run.

Branches run where tasks run; a run of another DAG is asked for by the worker and made by the
scheduler, which also waits for its end, without a worker.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time, timedelta, timezone
from typing import Any, ClassVar, TypeAlias, cast
from zoneinfo import ZoneInfo

from nbflow.authoring.arguments import Duration
from nbflow.authoring.context import Context
from nbflow.authoring.fields import as_moment, zone_of
from nbflow.authoring.findings import Findings
from nbflow.authoring.operators import BaseOperator, EmptyOperator
from nbflow.authoring.references import to_payload
from nbflow.authoring.weekdays import WEEKDAYS, weekday_numbers
from nbflow.core.dag import Decides
from nbflow.core.errors import Fail
from nbflow.core.json import JsonObject
from nbflow.core.orders import Outcome, TriggerRun
from nbflow.core.states import RunState, TaskState
from nbflow.core.waiting import HandedOver, Kind

log = logging.getLogger(__name__)

TaskIds: TypeAlias = str | Iterable[str] | None


class BaseBranchOperator(BaseOperator):
    """Chooses the downstream tasks to go on with. Subclass it and write `choose_branch(context)`,
    which returns an id, several, or None for none.
    """

    decides = Decides.BRANCH

    def choose_branch(self, context: Context) -> TaskIds:
        """The ids of the tasks to go on with."""
        raise NotImplementedError(f"{type(self).__name__} has no choose_branch(context). Write it.")

    def execute(self, context: Context) -> object:
        return self.choose_branch(context)


class _TwoWayBranch(BaseBranchOperator):
    """Goes one way or the other, by a moment in the DAG's zone: now, or the logical date."""

    def __init__(
        self,
        task_id: str,
        *,
        follow_task_ids_if_true: str | Iterable[str],
        follow_task_ids_if_false: str | Iterable[str],
        use_task_logical_date: bool = False,
        **options: Any,  # noqa: ANN401 - TaskOptions
    ) -> None:
        super().__init__(task_id, **options)
        self.follow_task_ids_if_true = follow_task_ids_if_true
        self.follow_task_ids_if_false = follow_task_ids_if_false
        self.use_task_logical_date = use_task_logical_date
        self.zone_name: str | None = None

    def __getstate__(self) -> dict[str, object]:
        # The DAG does not come along to a worker, and its zone is needed there.
        return {**super().__getstate__(), "zone_name": self.zone.key}

    @property
    def zone(self) -> ZoneInfo:
        settings = getattr(self.dag, "settings", {})
        return ZoneInfo(
            self.zone_name or zone_of(cast("Mapping[str, object]", settings), Findings())
        )

    def choose_branch(self, context: Context) -> TaskIds:
        given = (
            context["logical_date"] if self.use_task_logical_date else datetime.now(timezone.utc)
        )
        holds = self.holds(given.astimezone(self.zone))
        return self.follow_task_ids_if_true if holds else self.follow_task_ids_if_false

    def holds(self, moment: datetime) -> bool:
        """Which way to go at `moment`."""
        raise NotImplementedError


class BranchDayOfWeekOperator(_TwoWayBranch):
    """Goes one way on these days of the week (names, or an iterable of them), else the other."""

    def __init__(
        self,
        task_id: str,
        *,
        week_day: object,
        **options: Any,  # noqa: ANN401 - those of the branch, and TaskOptions
    ) -> None:
        super().__init__(task_id, **options)
        self.week_day = week_day

    def payload(self, findings: Findings) -> JsonObject:
        try:
            days = sorted(weekday_numbers(self.week_day))
        except ValueError as error:
            findings.error("NBF211", f"week_day is {self.week_day!r}: {error}", "Use 'Monday'.")
            return {}
        return {"week_day": [WEEKDAYS[day] for day in days]}

    def holds(self, moment: datetime) -> bool:
        return moment.weekday() in weekday_numbers(self.week_day)


class BranchDateTimeOperator(_TwoWayBranch):
    """Goes one way from `target_lower` to `target_upper` (both included; None: open), else the
    other. Two times of the day whose upper one is earlier span midnight.
    """

    def __init__(
        self,
        task_id: str,
        *,
        target_lower: datetime | time | None = None,
        target_upper: datetime | time | None = None,
        **options: Any,  # noqa: ANN401 - those of the branch, and TaskOptions
    ) -> None:
        super().__init__(task_id, **options)
        self.target_lower = target_lower
        self.target_upper = target_upper

    def payload(self, findings: Findings) -> JsonObject:
        if self.target_lower is None and self.target_upper is None:
            findings.error(
                "NBF211",
                "Neither target_lower nor target_upper is given, so there is nothing to choose by.",
                "Give one of them, a datetime or a time of the day.",
            )
        return {}

    def holds(self, moment: datetime) -> bool:
        lower, upper = (
            self._on(moment.date(), self.target_lower),
            self._on(moment.date(), self.target_upper),
        )
        if lower and upper and upper < lower and isinstance(self.target_upper, time):
            if moment > upper:
                upper += timedelta(days=1)
            else:
                lower -= timedelta(days=1)
        return (lower is None or lower <= moment) and (upper is None or moment <= upper)

    def _on(self, day: date, target: datetime | time | None) -> datetime | None:
        if isinstance(target, time):
            return datetime.combine(day, target, target.tzinfo or self.zone)
        if target is None or target.tzinfo is not None:
            return target
        return target.replace(tzinfo=self.zone)


class LatestOnlyOperator(EmptyOperator):
    """Skips what is directly downstream unless the run is the latest one that is due.

    Runs that a person asked for go on. The scheduler decides it, without a worker.
    """

    decides = Decides.BRANCH

    def waits_for(self, findings: Findings) -> JsonObject | None:
        return {"kind": Kind.LATEST_ONLY.value}


class SmoothOperator(BaseOperator):
    """Logs a link to the song that Airflow has an operator for."""

    yt_link = "https://www.youtube.com/watch?v=4TYv2PhG89A"

    def execute(self, context: Context) -> object:
        log.info("Sade, Smooth Operator: %s", self.yt_link)
        return None


class ExternalTaskMarker(EmptyOperator):
    """Says that a task of another DAG, at the same logical date, depends on what is before it."""

    template_fields: ClassVar[Sequence[str]] = ("external_dag_id", "external_task_id")

    def __init__(
        self,
        task_id: str,
        *,
        external_dag_id: str,
        external_task_id: str,
        logical_date: str | datetime | None = "{{ logical_date.isoformat() }}",
        recursion_depth: int = 10,
        **options: Any,  # noqa: ANN401 - TaskOptions
    ) -> None:
        super().__init__(task_id, **options)
        self.external_dag_id = external_dag_id
        self.external_task_id = external_task_id
        self.logical_date = logical_date
        self.recursion_depth = recursion_depth

    def payload(self, findings: Findings) -> JsonObject:
        return {
            "external_dag_id": self.external_dag_id,
            "external_task_id": self.external_task_id,
            "logical_date": to_payload(self.logical_date, findings, "logical_date"),
            "recursion_depth": self.recursion_depth,
        }


class TriggerDagRunOperator(BaseOperator):
    """Asks for a run of another DAG, and with `wait_for_completion` waits for its end, without a
    worker. Hands on its id as `trigger_run_id`.

    `conf` are the run's params. A run of that id that is there already is cleared with
    `reset_dag_run`, else the task is skipped with `skip_when_already_exists` and fails otherwise.
    The wait ends well in `allowed_states` (success) and fails in `failed_states` (failed,
    cancelled); `execution_timeout` limits it.
    """

    template_fields: ClassVar[Sequence[str]] = (
        "trigger_dag_id",
        "trigger_run_id",
        "logical_date",
        "conf",
    )

    def __init__(
        self,
        task_id: str,
        *,
        trigger_dag_id: str,
        trigger_run_id: str | None = None,
        conf: Mapping[str, object] | None = None,
        logical_date: str | datetime | None = None,
        reset_dag_run: bool = False,
        wait_for_completion: bool = False,
        poke_interval: Duration = 60,
        allowed_states: Iterable[str] | None = None,
        failed_states: Iterable[str] | None = None,
        skip_when_already_exists: bool = False,
        fail_when_dag_is_paused: bool = False,
        deferrable: bool | None = None,
        **options: Any,  # noqa: ANN401 - TaskOptions
    ) -> None:
        super().__init__(task_id, **options)
        self.trigger_dag_id = trigger_dag_id
        self.trigger_run_id = trigger_run_id
        self.conf = None if conf is None else dict(conf)
        self.logical_date = logical_date
        self.reset_dag_run = reset_dag_run
        self.wait_for_completion = wait_for_completion
        self.poke_interval = poke_interval
        self.allowed_states = [str(s) for s in allowed_states or (RunState.SUCCESS,)]
        bad = (RunState.FAILED, RunState.CANCELLED)
        self.failed_states = [str(s) for s in (bad if failed_states is None else failed_states)]
        self.skip_when_already_exists = skip_when_already_exists
        self.fail_when_dag_is_paused = fail_when_dag_is_paused
        self.deferrable = deferrable

    def execute(self, context: Context) -> object:
        condition: JsonObject | None = None
        if self.wait_for_completion:
            condition = {
                "kind": Kind.RUN.value,
                "dag_id": self.trigger_dag_id,
                "allowed": self.allowed_states,
                "failed": self.failed_states,
            }
        trigger = TriggerRun(
            self.trigger_dag_id,
            self.trigger_run_id or None,
            self._conf(),
            self._logical_date(),
            reset=self.reset_dag_run,
            skip_if_there=self.skip_when_already_exists,
            fail_if_paused=self.fail_when_dag_is_paused,
            condition=condition,
        )
        raise HandedOver(Outcome(TaskState.SUCCESS, triggers=trigger))

    def _conf(self) -> JsonObject:
        try:
            return cast("JsonObject", json.loads(json.dumps(self.conf or {})))
        except (TypeError, ValueError) as error:
            raise Fail(
                f"conf of task '{self.task_id}' is not JSON: {error}. Use text, numbers, booleans, "
                "None, lists and dicts."
            ) from error

    def _logical_date(self) -> datetime | None:
        if self.logical_date in (None, ""):
            return None
        moment = as_moment(self.logical_date)
        if moment is None:
            raise Fail(
                f"logical_date of task '{self.task_id}' is {self.logical_date!r}, which is no "
                "moment in ISO format."
            )
        return moment
