"""Whether and when an attempt that failed is tried again: user retries and infrastructure retries,
counted apart.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from nbflow.core.states import Reason


@dataclass(frozen=True)
class RetryPolicy:
    """How often and after how long a task is tried again.

    `retries` counts failures of user code (default 0), `infra_retries` failures of the platform
    (default 3), after `infra_delay`. With `backoff` above 1 the n-th delay is `delay *
    backoff**(n-1)`, never above `max_delay`; `jitter` adds up to that fraction, the same for the
    same attempt, so that a replay waits as long as the original did.
    """

    retries: int = 0
    delay: timedelta = timedelta(minutes=5)
    backoff: float = 1.0
    max_delay: timedelta = timedelta(days=1)
    jitter: float = 0.0
    infra_retries: int = 3
    infra_delay: timedelta = timedelta(seconds=1)


@dataclass(frozen=True)
class RetryDecision:
    """Try again at `at`, or not at all (`at` is None); `counts_as` names the budget it uses up."""

    at: datetime | None
    counts_as: str = "user"

    @property
    def again(self) -> bool:
        return self.at is not None


def decide_retry(
    policy: RetryPolicy,
    reason: Reason,
    *,
    failures: int,
    infra_failures: int,
    seed: str,
    now: datetime,
    retryable: bool = True,
) -> RetryDecision:
    """What follows a failed attempt.

    `failures` and `infra_failures` include the one just seen; `seed` names the attempt.
    """
    if reason.is_infrastructure:
        again = infra_failures <= policy.infra_retries
        return RetryDecision(now + policy.infra_delay if again else None, "infrastructure")
    if not retryable or not reason.allows_retry or failures > policy.retries:
        return RetryDecision(None)
    return RetryDecision(now + _delay(policy, failures, seed))


def _delay(policy: RetryPolicy, failures: int, seed: str) -> timedelta:
    cap = policy.max_delay.total_seconds()
    # Exponents large enough to overflow a float have passed any cap long before.
    factor = policy.backoff ** min(failures - 1, 64)
    seconds = min(policy.delay.total_seconds() * factor, cap)
    seconds += seconds * policy.jitter * _fraction(f"{seed}/{failures}")
    return timedelta(seconds=min(seconds, cap))


def _fraction(seed: str) -> float:
    """A number in [0, 1) that depends on `seed` alone."""
    return int.from_bytes(sha256(seed.encode()).digest()[:8], "big") / 2**64
