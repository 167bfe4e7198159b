"""Retries that look at the exception, and the names that Airflow's files import."""

from __future__ import annotations

from datetime import datetime, timedelta
from datetime import timezone as plain_timezone

import pytest

import nbflow
from nbflow import (
    DAG,
    AirflowException,
    AirflowFailException,
    AirflowSensorTimeout,
    AirflowSkipException,
    Context,
    EmptyOperator,
    ExceptionRetryPolicy,
    RetryAction,
    RetryDecision,
    RetryPolicy,
    RetryRule,
    task,
    timezone,
)
from nbflow.core.dag import Dag
from nbflow.core.errors import DefinitionError
from nbflow.core.retries import Rule
from nbflow.testing import run_dag

GIVE_UP = RetryRule(PermissionError, RetryAction.FAIL, reason="It will not be granted.")


def test_rules_are_data_in_the_spec() -> None:
    policy = ExceptionRetryPolicy(
        [
            GIVE_UP,
            RetryRule(["requests.HTTPError", OSError], retry_delay=timedelta(minutes=1)),
            RetryRule(message="busy", action="default"),
        ],
        default="fail",
    )
    with DAG("d") as dag:
        EmptyOperator(task_id="a", retries=3, retry_policy=policy)
    retry = dag.to_core().by_id["a"].retry
    assert retry.rules == (
        Rule(("builtins.PermissionError",), RetryAction.FAIL, why="It will not be granted."),
        Rule(("requests.HTTPError", "builtins.OSError"), delay=timedelta(minutes=1)),
        Rule(action=RetryAction.DEFAULT, pattern="busy"),
    )
    assert retry.otherwise is RetryAction.FAIL
    assert Dag.from_json(dag.to_core().to_json()) == dag.to_core()


@pytest.mark.parametrize(
    ("policy", "why"),
    [
        (3, "retry_policy is 3"),
        (ExceptionRetryPolicy([RetryRule()]), "fits no exception"),
        (ExceptionRetryPolicy([RetryRule(message="(")]), "is no pattern"),
        (ExceptionRetryPolicy(default="never"), "knows no action 'never'"),
        ({"rules": [{"exception": 3}]}, "3 is no exception"),
        ({"rules": [{"exception": "A", "retry_delay": "soon"}]}, "retry_delay is 'soon'"),
        ({"rules": [3]}, "no list of objects"),
    ],
)
def test_what_cannot_be_a_rule_is_refused(policy: object, why: str) -> None:
    with DAG("d") as dag:
        EmptyOperator(task_id="a", retry_policy=policy)
    with pytest.raises(DefinitionError, match=why):
        dag.to_core()


@pytest.mark.parametrize(("error", "tries"), [(PermissionError, 1), (FileNotFoundError, 3)])
def test_the_exception_decides_whether_a_task_is_tried_again(
    error: type[Exception], tries: int
) -> None:
    @task(retries=2, retry_policy=ExceptionRetryPolicy([GIVE_UP]))
    def opens() -> None:
        raise error("no")

    with DAG("d") as dag:
        opens()
    result = run_dag(dag).task("opens")
    assert (result.state, result.try_number) == ("failed", tries)
    assert ("It will not be granted." in result.message) is (tries == 1)


@pytest.mark.parametrize(
    ("error", "state", "tries"),
    [
        (AirflowSkipException("nothing to do"), "skipped", 1),
        (AirflowFailException("for good"), "failed", 1),
        (AirflowSensorTimeout("too long"), "failed", 1),
        (AirflowException("once more"), "failed", 2),
    ],
)
def test_exceptions_mean_what_they_mean_in_airflow(
    error: Exception, state: str, tries: int
) -> None:
    @task(retries=1)
    def raises() -> None:
        raise error

    with DAG("d") as dag:
        raises()
    result = run_dag(dag).task("raises")
    assert (result.state, result.try_number) == (state, tries)


def test_every_public_name_is_there() -> None:
    assert [name for name in nbflow.__all__ if not hasattr(nbflow, name)] == []


def test_timezone_makes_instants_that_know_their_zone() -> None:
    paris = timezone.parse_timezone("Europe/Paris")
    assert timezone.datetime(2026, 1, 1) == datetime(2026, 1, 1, tzinfo=plain_timezone.utc)
    assert timezone.parse("2026-01-01T00:00:00Z") == timezone.datetime(2026, 1, 1)
    assert timezone.parse("2026-01-01T01:00", paris) == timezone.datetime(2026, 1, 1)
    plain = datetime(2026, 1, 1, 1)  # noqa: DTZ001 - on purpose
    assert timezone.make_aware(plain, paris) == timezone.datetime(2026, 1, 1)
    assert timezone.is_localized(timezone.utcnow())
    moved = timezone.convert_to_utc(timezone.datetime(2026, 1, 1, tzinfo=paris))
    assert moved is not None
    assert moved.hour == 23
    with pytest.raises(ValueError, match="has a zone already"):
        timezone.make_aware(timezone.utcnow())


def test_a_policy_may_be_an_object_as_in_the_metadata_of_a_notebook() -> None:
    rule = {"exception": "ValueError", "action": "fail", "reason": "No."}
    with DAG("d") as dag:
        EmptyOperator(task_id="a", retry_policy={"rules": [rule], "default": "retry"})
    retry = dag.to_core().by_id["a"].retry
    assert retry.rules == (Rule(("ValueError",), RetryAction.FAIL, why="No."),)
    assert retry.otherwise is RetryAction.RETRY


def test_what_is_wrong_with_such_an_object_is_named() -> None:
    with DAG("d") as dag:
        EmptyOperator(task_id="a", retry_policy={"rules": [{"exceptions": "ValueError"}]})
    with pytest.raises(DefinitionError, match=r"takes no 'exceptions'.*'exception'"):
        dag.to_core()


class Busy(Exception):
    def __init__(self, wait: float | None) -> None:
        super().__init__("busy")
        self.wait = wait


class AsTheServerSays(RetryPolicy):
    """Waits as long as the exception says, gives up where it says nothing."""

    def evaluate(
        self,
        exception: BaseException,
        try_number: int,
        max_tries: int,
        context: Context | None = None,
    ) -> RetryDecision:
        assert context is not None
        if max_tries != 3 or context["try_number"] != try_number:
            return RetryDecision("what?")
        wait = getattr(exception, "wait", None)
        return RetryDecision.fail("It gave up.") if wait is None else RetryDecision.retry(wait)


@pytest.mark.parametrize(("wait", "tries", "told"), [(5.0, 4, "busy"), (None, 1, "It gave up.")])
def test_a_policy_of_ones_own_is_asked_where_the_exception_is(
    wait: float | None, tries: int, told: str
) -> None:
    @task(retries=3, retry_policy=AsTheServerSays())
    def asks() -> None:
        raise Busy(wait)

    with DAG("d") as dag:
        asks()
    found = run_dag(dag).task("asks")
    assert (found.state, found.try_number) == ("failed", tries)
    assert told in found.message


def test_a_policy_that_breaks_leaves_the_decision_to_the_task(
    capsys: pytest.CaptureFixture[str],
) -> None:
    @task(retries=1, retry_policy=AsTheServerSays())
    def asks() -> None:
        raise Busy(1)

    with DAG("d") as dag:
        asks.partial().expand_kwargs([{}])
    found = run_dag(dag).task("asks[0]")
    assert (found.try_number, found.message) == (2, "Busy: busy")
    assert "A retry policy knows no action 'what?'" in capsys.readouterr().err


def test_rules_say_the_same_when_they_are_asked_by_name() -> None:
    policy = ExceptionRetryPolicy([RetryRule(LookupError, "fail", reason="No.")], default="retry")
    assert policy.evaluate(KeyError("x"), 1, 1) == RetryDecision.fail("No.")
    assert policy.evaluate(ValueError("x"), 1, 1) == RetryDecision("retry")


def test_a_policy_of_ones_own_needs_a_python_task() -> None:
    with DAG("d") as dag:
        EmptyOperator(task_id="a", retry_policy=AsTheServerSays())
    assert [one.message for one in dag.problems() if "which only Python tasks have" in one.message]
