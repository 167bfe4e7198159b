"""Tasks that ask people, from end to end: asked, answered, gone on."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from nbflow import (
    DAG,
    ApprovalOperator,
    EmptyOperator,
    HITLBranchOperator,
    HITLEntryOperator,
    HITLOperator,
    Param,
    task,
)
from nbflow.core.errors import DefinitionError, RequestError
from nbflow.testing import RunResult, run_dag


def approval(answer: str, **options: Any) -> RunResult:
    with DAG("d") as dag:
        ask = ApprovalOperator(task_id="ask", subject="Ship it?", **options)
        late = EmptyOperator(task_id="late", trigger_rule="all_done")
        ask >> EmptyOperator(task_id="ship") >> late
    return run_dag(dag, answers={"ask": answer})


def test_an_approval_lets_the_rest_go_on_and_needs_no_worker() -> None:
    result = approval("Approve")
    assert set(result.states.values()) == {"success"}
    assert result.task("ask").try_number == 0


@pytest.mark.parametrize(
    ("options", "states"),
    [
        ({}, ["success", "skipped", "success"]),
        ({"ignore_downstream_trigger_rules": True}, ["success", "skipped", "skipped"]),
        ({"fail_on_reject": True}, ["failed", "upstream_failed", "success"]),
    ],
)
def test_a_rejection_stops_what_follows(options: dict[str, bool], states: list[str]) -> None:
    result = approval("Reject", **options)
    assert [result.states[name] for name in ("ask", "ship", "late")] == states


def test_the_answer_with_its_form_is_the_value_of_the_task() -> None:
    with DAG("d") as dag:
        ask = HITLOperator(
            task_id="ask",
            subject="What to do with {{ ds_nodash }}?",
            body="There were **gaps**.",
            options=["fill", "drop", "keep"],
            multiple=True,
            params={"limit": Param(10, type="integer", minimum=1), "why": "none"},
        )

        @task
        def use(answer: dict[str, Any]) -> list[object]:
            return [answer["chosen_options"], answer["params_input"]["limit"]]

        use(ask.output)
    answer = {"chosen": ["fill", "keep"], "params": {"limit": 3}}
    result = run_dag(dag, answers={"ask": answer})
    assert result.values["use"] == [["fill", "keep"], 3]
    value = result.task("ask").value
    assert isinstance(value, dict)
    assert value["responded_by_user"] == {"id": "test", "name": "test"}


def test_a_branch_goes_where_the_person_says() -> None:
    with DAG("d") as dag:
        ask = HITLBranchOperator(
            task_id="ask",
            subject="Which way?",
            options=["Left", "right", "up"],
            options_mapping={"Left": "go_left"},
            multiple=True,
        )
        ask >> [EmptyOperator(task_id=name) for name in ("go_left", "right", "up")]
    result = run_dag(dag, answers={"ask": ["Left", "up"]})
    assert [result.states[name] for name in ("go_left", "right", "up")] == [
        "success",
        "skipped",
        "success",
    ]


def test_an_entry_is_a_form_with_one_button() -> None:
    with DAG("d") as dag:
        HITLEntryOperator(task_id="ask", subject="Which day?", params={"day": "monday"})
    value = run_dag(dag).task("ask").value
    assert isinstance(value, dict)
    assert (value["chosen_options"], value["params_input"]) == (["OK"], {"day": "monday"})


@pytest.mark.parametrize(
    ("options", "state"),
    [({"defaults": "Yes"}, "success"), ({}, "failed")],
)
def test_when_nobody_answers_in_time_the_default_counts_or_the_task_fails(
    options: dict[str, Any], state: str
) -> None:
    with DAG("d") as dag:
        HITLOperator(
            task_id="ask",
            subject="Well?",
            options=["Yes", "No"],
            execution_timeout=timedelta(hours=1),
            retries=2,
            **options,
        )
    result = run_dag(dag)
    assert result.state == state
    assert "in time" in result.task("ask").message or state == "success"


def test_a_question_that_nobody_can_answer_is_told_with_how_to() -> None:
    with DAG("d") as dag:
        HITLOperator(task_id="ask", subject="Well?", options=["Yes", "No"])
    with pytest.raises(RequestError, match=r"answers=\{'ask': 'Yes'\}"):
        run_dag(dag)


def test_an_answer_that_does_not_fit_is_refused() -> None:
    with pytest.raises(RequestError, match=r"none of the options.*Approve"):
        approval("Aprove")


def test_notifiers_are_called_before_the_wait_and_cannot_stop_it() -> None:
    told: list[str] = []

    def tell(context: Any) -> None:
        told.append(context["ti"].task_id)
        raise ConnectionError("no network")

    with DAG("d") as dag:
        ApprovalOperator(task_id="ask", subject="Well?", notifiers=[tell], defaults="Approve")
    assert (run_dag(dag).state, told) == ("success", ["ask"])


def test_questions_that_cannot_be_asked_are_told_with_their_fix() -> None:
    with DAG("d") as dag:
        HITLOperator(task_id="a", subject="?", options=[])
        HITLOperator(task_id="b", subject="?", options=["x"], defaults=["y"])
        HITLOperator(task_id="c", subject="?", options=["x", "y"], defaults=["x", "y"])
        ApprovalOperator(task_id="e", subject="?", multiple=True)
        HITLBranchOperator(task_id="f", subject="?", options=["nobody"])
        HITLEntryOperator(task_id="g", subject="?", params={"n": Param("x", type="integer")})
    with pytest.raises(DefinitionError) as caught:
        run_dag(dag)
    assert {problem.task_id for problem in caught.value.problems} == set("abcefg")
