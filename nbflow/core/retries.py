"""Whether and when an attempt that failed is tried again: user retries and infrastructure retries,
counted apart.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from nbflow.core.states import Reason, Word


class RetryAction(Word):
    """What a rule says about a failure: try again, give up at once, or as the task's own settings
    say.
    """

    RETRY = "retry"
    FAIL = "fail"
    DEFAULT = "default"


@dataclass(frozen=True)
class Rule:
    """What to do about one kind of exception.

    `exceptions` are names of classes, whole (`requests.exceptions.HTTPError`) or short; with
    `subclasses` those that inherit from them count too. `pattern`, a regular expression, has to be
    found in the message. `delay` takes the place of the task's own. `why` stands beside the
    message.
    """

    exceptions: tuple[str, ...] = ()
    action: RetryAction = RetryAction.RETRY
    delay: timedelta | None = None
    why: str = ""
    subclasses: bool = True
    pattern: str = ""

    def fits(self, lineage: tuple[str, ...], message: str) -> bool:
        """Whether an exception is meant; `lineage` are the names of its class and the classes above
        it.
        """
        looked_at = lineage if self.subclasses else lineage[:1]
        named = not self.exceptions or any(
            _is_called(one, name) for one in looked_at for name in self.exceptions
        )
        return named and (not self.pattern or re.search(self.pattern, message) is not None)


@dataclass(frozen=True)
class RetryPolicy:
    """How often and after how long a task is tried again.

    `retries` counts failures of user code (default 0), `infra_retries` failures of the platform
    (default 3), after `infra_delay`. With `backoff` above 1 the n-th delay is `delay *
    backoff**(n-1)`, never above `max_delay`; `jitter` adds up to that fraction, the same for the
    same attempt, so that a replay waits as long as the original did.

    The first of `rules` that fits an exception decides about it, `otherwise` where none does. A
    rule may give up early or change the delay; it never adds to `retries`.
    """

    retries: int = 0
    delay: timedelta = timedelta(minutes=5)
    backoff: float = 1.0
    max_delay: timedelta = timedelta(days=1)
    jitter: float = 0.0
    infra_retries: int = 3
    infra_delay: timedelta = timedelta(seconds=1)
    rules: tuple[Rule, ...] = ()
    otherwise: RetryAction = RetryAction.DEFAULT


@dataclass(frozen=True)
class RetryDecision:
    """Try again at `at`, or not at all (`at` is None).

    `counts_as` names the budget it uses up, `why` is what a rule said.
    """

    at: datetime | None
    counts_as: str = "user"
    why: str = ""

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
    lineage: tuple[str, ...] = (),
    message: str = "",
    ruling: Rule | None = None,
) -> RetryDecision:
    """What follows a failed attempt.

    `failures` and `infra_failures` include the one just seen; `seed` names the attempt. `lineage`
    names the classes of the exception, if there was one, the most special first. `ruling` is what a
    policy of the task's own has said.
    """
    if reason.is_infrastructure:
        again = infra_failures <= policy.infra_retries
        return RetryDecision(now + policy.infra_delay if again else None, "infrastructure")
    if not retryable or not reason.allows_retry or failures > policy.retries:
        return RetryDecision(None)
    fitting = (r for r in policy.rules if lineage and r.fits(lineage, message))
    rule = ruling or next(fitting, None)
    if rule is None:
        rule = Rule(action=policy.otherwise if policy.rules else RetryAction.DEFAULT)
    if rule.action is RetryAction.FAIL:
        return RetryDecision(None, why=rule.why)
    own = rule.delay if rule.action is RetryAction.RETRY else None
    delay = _delay(policy, failures, seed) if own is None else own
    return RetryDecision(now + delay, why=rule.why)


def _is_called(full: str, name: str) -> bool:
    """Whether a class of that name is meant: by its whole name, by its last part, or, where only
    the last part is known, by that.
    """
    return full in (name, name.rpartition(".")[2]) or full.endswith(f".{name}")


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
