"""Operators that steer, from end to end: branches by time, other runs, the latest run only."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, time, timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from nbflow import (
    DAG,
    BaseBranchOperator,
    BaseOperator,
    BranchDateTimeOperator,
    BranchDayOfWeekOperator,
    EmptyOperator,
    ExternalTaskMarker,
    LatestOnlyOperator,
    SmoothOperator,
    TriggerDagRunOperator,
    task,
)
from nbflow.core.dag import TaskKind
from nbflow.core.errors import DefinitionError
from nbflow.testing import RunResult, run_dag

MONDAY = datetime(2026, 3, 2, 12, tzinfo=timezone.utc)
BOTH_WAYS: Any = {"follow_task_ids_if_true": "yes", "follow_task_ids_if_false": ["no"]}


def chosen(brancher: Callable[..., BaseOperator], **options: Any) -> str:
    with DAG("d", timezone="America/New_York") as dag:
        branch = brancher(task_id="branch", use_task_logical_date=True, **BOTH_WAYS, **options)
        branch >> [EmptyOperator(task_id="yes"), EmptyOperator(task_id="no")]
    states = run_dag(dag, logical_date=MONDAY).states
    return next(name for name in ("yes", "no") if states[name] == "success")


@pytest.mark.parametrize(
    ("days", "way"), [("Monday", "yes"), ({"Sunday", "Saturday"}, "no"), (["monday"], "yes")]
)
def test_a_branch_by_the_day_of_the_week(days: object, way: str) -> None:
    assert chosen(BranchDayOfWeekOperator, week_day=days) == way


@pytest.mark.parametrize(
    ("lower", "upper", "way"),
    [
        (time(6), time(8), "yes"),  # it is seven in the morning in New York
        (time(8), time(9), "no"),
        (time(22), time(8), "yes"),
        (time(22), time(6), "no"),
        (None, MONDAY, "yes"),
        (MONDAY + timedelta(seconds=1), None, "no"),
        (MONDAY.replace(tzinfo=None, hour=7), None, "yes"),
        (time(13, tzinfo=ZoneInfo("Europe/Paris")), None, "yes"),
    ],
)
def test_a_branch_by_the_time(
    lower: datetime | time | None, upper: datetime | time | None, way: str
) -> None:
    assert chosen(BranchDateTimeOperator, target_lower=lower, target_upper=upper) == way


def test_a_branch_of_ones_own_only_needs_its_choice() -> None:
    class ByParity(BaseBranchOperator):
        def choose_branch(self, context: object) -> str:
            return "even"

    with DAG("d") as dag:
        ByParity(task_id="which") >> [EmptyOperator(task_id="even"), EmptyOperator(task_id="odd")]
    assert run_dag(dag).states == {"which": "success", "even": "success", "odd": "skipped"}


def test_a_short_circuit_may_leave_the_rules_further_down_alone() -> None:
    with DAG("d") as dag:

        @task.short_circuit(ignore_downstream_trigger_rules=False)
        def stop() -> bool:
            return False

        end = EmptyOperator(task_id="end", trigger_rule="all_done")
        stop() >> EmptyOperator(task_id="next") >> end
    assert run_dag(dag).states == {"stop": "success", "next": "skipped", "end": "success"}


def test_a_run_that_a_person_asked_for_is_never_too_old() -> None:
    with DAG("d", schedule="@daily") as dag:
        LatestOnlyOperator(task_id="latest") >> EmptyOperator(task_id="next")
    result = run_dag(dag, logical_date=MONDAY - timedelta(days=300))
    assert (result.states["next"], result.task("latest").try_number) == ("success", 0)


def triggering(**options: object) -> RunResult:
    """A DAG that asks for a run of itself, the only other one that a test in process can see."""
    with DAG("d") as dag:
        given: dict[str, Any] = {"trigger_dag_id": "d", "trigger_run_id": "other", **options}
        TriggerDagRunOperator(task_id="ask", **given)
    return run_dag(dag)


def test_a_run_of_a_dag_that_does_not_exist_cannot_be_had() -> None:
    result = triggering(trigger_dag_id="nobody")
    assert result.task("ask").message == "There is no DAG 'nobody' to trigger."
    assert result.task("ask").reason == "bad_input"


def test_a_run_asked_for_is_named_and_its_id_handed_on() -> None:
    result = triggering(conf={"day": "{{ ds }}"})
    assert (result.state, result.task("ask").values["trigger_run_id"]) == ("success", "other")


def test_what_is_no_json_cannot_be_conf() -> None:
    result = triggering(conf={"what": object()})
    assert "is not JSON" in result.task("ask").message


def test_a_mark_for_another_dag_is_on_record() -> None:
    with DAG("d") as dag:
        ExternalTaskMarker(task_id="mark", external_dag_id="child", external_task_id="wait")
    built = dag.to_core()
    assert built.by_id["mark"].kind is TaskKind.EMPTY
    assert built.by_id["mark"].payload["external_dag_id"] == "child"
    assert built.by_id["mark"].payload["external_task_id"] == "wait"
    assert built.by_id["mark"].payload["recursion_depth"] == 10
    assert run_dag(dag).state == "success"


def test_a_branch_that_cannot_choose_is_told_with_its_fix() -> None:
    with DAG("d") as dag:
        BranchDateTimeOperator(task_id="a", **BOTH_WAYS)
        BranchDayOfWeekOperator(task_id="b", week_day="Sunnyday", **BOTH_WAYS)
    with pytest.raises(DefinitionError) as caught:
        run_dag(dag)
    assert len(caught.value.problems) == 2


def test_the_smooth_operator_logs_its_link() -> None:
    with DAG("wink") as dag:
        SmoothOperator(task_id="sade")
    assert SmoothOperator.yt_link in run_dag(dag).task("sade").log
