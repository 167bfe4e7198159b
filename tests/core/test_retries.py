"""Whether, when and on whose account a failed attempt is tried again."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

from hypothesis import given
from hypothesis import strategies as st

from nbflow.core.retries import RetryAction, RetryDecision, RetryPolicy, Rule, decide_retry
from nbflow.core.states import Reason

NOW = datetime(2026, 1, 1, tzinfo=timezone.utc)
USER, PLATFORM = Reason.TASK_ERROR, Reason.WORKER_LOST


def decide(
    policy: RetryPolicy,
    reason: Reason = USER,
    failures: int = 1,
    infra_failures: int = 0,
    *,
    retryable: bool = True,
    error: type[Exception] | None = None,
    message: str = "",
) -> RetryDecision:
    lineage = () if error is None else tuple(f"builtins.{c.__name__}" for c in error.__mro__[:-2])
    return decide_retry(
        policy,
        reason,
        failures=failures,
        infra_failures=infra_failures,
        seed="x",
        now=NOW,
        retryable=retryable,
        lineage=lineage,
        message=message,
    )


def test_without_retries_a_failure_is_final() -> None:
    assert not decide(RetryPolicy()).again


def test_the_last_allowed_failure_is_tried_again_and_the_next_is_not() -> None:
    policy = RetryPolicy(retries=2)
    assert [decide(policy, failures=n).again for n in (1, 2, 3)] == [True, True, False]


def test_a_lost_worker_uses_up_no_user_retry() -> None:
    decision = decide(RetryPolicy(retries=0), PLATFORM, failures=0, infra_failures=1)
    assert decision == RetryDecision(NOW + timedelta(seconds=1), "infrastructure")


def test_infrastructure_retries_come_to_an_end_too() -> None:
    policy = RetryPolicy(infra_retries=3)
    assert [decide(policy, PLATFORM, 0, n).again for n in (3, 4)] == [True, False]


def test_code_that_asked_to_fail_is_not_tried_again() -> None:
    policy = RetryPolicy(retries=5)
    assert not decide(policy, Reason.FAILED_BY_CALL).again
    assert not decide(policy, USER, retryable=False).again


def test_the_delay_grows_by_the_backoff_up_to_its_cap() -> None:
    policy = RetryPolicy(
        retries=9, delay=timedelta(seconds=10), backoff=2, max_delay=timedelta(seconds=35)
    )
    at = [decide(policy, failures=n).at for n in (1, 2, 3, 4)]
    assert at == [NOW + timedelta(seconds=s) for s in (10, 20, 35, 35)]


@given(st.integers(1, 500), st.floats(1, 10), st.floats(0, 1))
def test_a_delay_is_never_negative_never_above_its_cap_and_always_the_same(
    failures: int, backoff: float, jitter: float
) -> None:
    policy = RetryPolicy(retries=1000, backoff=backoff, jitter=jitter)
    at = decide(policy, failures=failures).at
    assert at is not None
    assert policy.delay <= at - NOW <= policy.max_delay
    assert at == decide(policy, failures=failures).at


def by_rules(*rules: Rule, otherwise: RetryAction = RetryAction.DEFAULT) -> RetryPolicy:
    return RetryPolicy(retries=2, delay=timedelta(minutes=5), rules=rules, otherwise=otherwise)


GIVE_UP = Rule(("PermissionError",), RetryAction.FAIL, why="It will not be granted.")
LATER = Rule(("builtins.OSError",), delay=timedelta(hours=1), why="The disk needs time.")


def test_the_first_rule_that_fits_an_exception_decides() -> None:
    policy = by_rules(GIVE_UP, LATER)
    assert decide(policy, error=PermissionError) == RetryDecision(None, why=GIVE_UP.why)
    later = decide(policy, error=FileNotFoundError)
    assert (later.at, later.why) == (NOW + timedelta(hours=1), LATER.why)
    assert decide(policy, error=ValueError).at == NOW + timedelta(minutes=5)


def test_a_rule_may_mean_the_class_alone() -> None:
    policy = by_rules(Rule(("OSError",), RetryAction.FAIL, subclasses=False))
    assert decide(policy, error=PermissionError).again
    assert not decide(policy, error=OSError).again


def test_a_rule_may_look_at_the_message() -> None:
    policy = by_rules(Rule(action=RetryAction.FAIL, pattern="(?i)denied"))
    assert not decide(policy, error=ValueError, message="ValueError: Denied.").again
    assert decide(policy, error=ValueError, message="ValueError: no").again


def test_where_no_rule_fits_the_default_decides() -> None:
    policy = by_rules(LATER, otherwise=RetryAction.FAIL)
    assert not decide(policy, error=ValueError).again
    assert decide(policy, error=OSError).again


def test_no_rule_adds_to_the_retries_or_speaks_of_the_platform() -> None:
    policy = by_rules(LATER)
    assert not decide(policy, failures=3, error=OSError).again
    assert not decide(policy, error=OSError, retryable=False).again
    assert decide(by_rules(GIVE_UP), PLATFORM, 0, 1, error=PermissionError).again
