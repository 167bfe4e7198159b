"""Retries that look at the exception, as a person writes them: `ExceptionRetryPolicy`, whose rules
are data that the scheduler decides by, and `RetryPolicy` with an `evaluate` of one's own, which is
called on the worker, where the exception is.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import timedelta
from typing import TypedDict

from nbflow.authoring.context import Context
from nbflow.authoring.findings import Findings
from nbflow.core.retries import RetryAction, Rule
from nbflow.core.spelling import did_you_mean

BAD_POLICY = "NBF223"

ExceptionName = type[BaseException] | str


@dataclass(frozen=True)
class RetryDecision:
    """What a RetryPolicy says about a failure; `retry_delay` (a timedelta or seconds) takes the
    place of the task's own.
    """

    action: RetryAction | str = RetryAction.DEFAULT
    retry_delay: timedelta | float | None = None
    reason: str | None = None

    @classmethod
    def retry(
        cls, delay: timedelta | float | None = None, reason: str | None = None
    ) -> RetryDecision:
        """Try again, as long as the task has retries left."""
        return cls(RetryAction.RETRY, delay, reason)

    @classmethod
    def fail(cls, reason: str | None = None) -> RetryDecision:
        """Give up at once."""
        return cls(RetryAction.FAIL, reason=reason)

    @classmethod
    def default(cls) -> RetryDecision:
        """As the task's own settings say."""
        return cls()


class RetryPolicy(ABC):
    """A rule of one's own for the retries of Python tasks. Subclass it and write `evaluate`, which
    is called on the worker, in the task's process.

    >>> class AsTheServerSays(RetryPolicy):
    ...     def evaluate(self, exception, try_number, max_tries, context=None):
    ...         wait = getattr(exception, "retry_after", None)
    ...         return RetryDecision.default() if wait is None else RetryDecision.retry(wait)

    It may give up early or change the delay; it never adds to `retries`. `raise Fail` asks nobody.
    Where it fails itself the task's own settings decide, and its log says so.
    """

    @abstractmethod
    def evaluate(
        self,
        exception: BaseException,
        try_number: int,
        max_tries: int,
        context: Context | None = None,
    ) -> RetryDecision:
        """What to do about the exception that ended a try, the first of which is number 1;
        `max_tries` is the task's `retries`, as in Airflow.
        """


@dataclass(frozen=True)
class RetryRule:
    """What to do about some exceptions: classes, or names of classes (`"requests.HTTPError"`).

    `retry_delay` (a timedelta or seconds) takes the place of the task's own. `reason` is shown
    beside the message. `message` is a regular expression to be found in what the exception says;
    without `exception` it stands alone. Notebook tasks know the last part of an exception's name
    only, and nothing of the classes above it.
    """

    exception: ExceptionName | Sequence[ExceptionName] = ()
    action: RetryAction | str = RetryAction.RETRY
    retry_delay: timedelta | float | None = None
    reason: str | None = None
    match_subclasses: bool = True
    message: str | None = None


@dataclass(frozen=True)
class ExceptionRetryPolicy(RetryPolicy):
    """The first rule that fits an exception decides; where none does, `default`.

    >>> policy = ExceptionRetryPolicy(
    ...     [
    ...         RetryRule(TimeoutError, retry_delay=600),
    ...         RetryRule(message="(?i)permission denied", action=RetryAction.FAIL),
    ...     ]
    ... )
    >>> task(retries=3, retry_policy=policy)
    """

    rules: Sequence[RetryRule] = ()
    default: RetryAction | str = RetryAction.DEFAULT

    def evaluate(
        self,
        exception: BaseException,
        try_number: int,
        max_tries: int,
        context: Context | None = None,
    ) -> RetryDecision:
        """What the rules say. The scheduler finds the same without calling this."""
        lineage = tuple(_name(one) for one in type(exception).__mro__)
        for given, rule in ((one, _rule(one, Findings())) for one in self.rules):
            if rule.fits(lineage, str(exception)):
                return RetryDecision(rule.action, rule.delay, given.reason)
        return RetryDecision(self.default)


class RuleFields(TypedDict, total=False):
    """Fields of `core.retries.RetryPolicy`."""

    rules: tuple[Rule, ...]
    otherwise: RetryAction


def retry_rules(given: object, findings: Findings) -> RuleFields:
    """The fields that `retry_policy=` stands for; finds what cannot be a rule."""
    if given is None:
        return {}
    if decides_itself(given):
        return {}  # asked on the worker
    if isinstance(given, Mapping):
        given = _from_mapping(given, findings)
    if not isinstance(given, ExceptionRetryPolicy):
        fix = "Pass an ExceptionRetryPolicy or a RetryPolicy; in a notebook an object with `rules`."
        _refuse(findings, f"retry_policy is {given!r}.", fix)
        return {}
    rules = tuple(_rule(one, findings) for one in given.rules)
    return {"rules": rules, "otherwise": _action(given.default, findings)}


def _from_mapping(given: Mapping[str, object], findings: Findings) -> ExceptionRetryPolicy:
    """The policy that a notebook's metadata says: `rules`, each an object, and `default`."""
    rules = given.get("rules", [])
    raw = [one for one in rules if isinstance(one, Mapping)] if isinstance(rules, list) else []
    names = [field.name for field in fields(RetryRule)]
    unknown = [str(key) for one in raw for key in one if key not in names]
    unknown += [str(key) for key in given if key not in ("rules", "default")]
    for one in unknown:
        _refuse(findings, f"A retry policy takes no '{one}'.", did_you_mean(one, names))
    if not isinstance(rules, list) or len(raw) != len(rules):
        _refuse(findings, "The rules of a retry_policy are no list of objects.", "Make them one.")
    known = [{k: v for k, v in one.items() if k in names} for one in raw]
    return ExceptionRetryPolicy(
        [RetryRule(**one) for one in known], str(given.get("default", RetryAction.DEFAULT))
    )


def _rule(one: RetryRule, findings: Findings) -> Rule:
    classes = _classes(one.exception, findings)
    pattern = _pattern(one.message, findings)
    if not classes and not pattern:
        _refuse(findings, "A RetryRule fits no exception.", "Give it `exception` or `message`.")
    return Rule(
        tuple(_name(each) for each in classes),
        _action(one.action, findings),
        _delay(one.retry_delay, findings),
        str(one.reason or ""),
        bool(one.match_subclasses),
        pattern,
    )


def decides_itself(given: object) -> bool:
    """Whether a policy has an `evaluate` of its own, which only a worker may call."""
    return isinstance(given, RetryPolicy) and (
        type(given).evaluate is not ExceptionRetryPolicy.evaluate
    )


def ruling(decision: object) -> Rule:
    """What a policy's own `evaluate` has returned, as core knows it. Raises TypeError."""
    if not isinstance(decision, RetryDecision):
        raise TypeError(f"evaluate() of a RetryPolicy returned {decision!r}, no RetryDecision.")
    findings = Findings()
    action, delay = _action(decision.action, findings), _delay(decision.retry_delay, findings)
    if findings.problems:
        raise TypeError(findings.problems[0].message)
    return Rule((), action, delay, decision.reason or "")


# What follows is `object`: an object from a notebook's metadata may hold anything.


def _classes(given: object, findings: Findings) -> list[ExceptionName]:
    found = list(given) if isinstance(given, (list, tuple)) else [given]
    good = [one for one in found if isinstance(one, (str, type))]
    if len(good) < len(found):
        _refuse(findings, f"{given!r} is no exception.", "Give a class, or its name in quotes.")
    return good


def _pattern(given: object, findings: Findings) -> str:
    try:
        return re.compile(str(given or "")).pattern
    except re.error as error:
        _refuse(findings, f"message {given!r} is no pattern: {error}.", "Correct it.")
        return ""


def _delay(given: object, findings: Findings) -> timedelta | None:
    if given is None or isinstance(given, timedelta):
        return given
    if isinstance(given, (int, float)) and not isinstance(given, bool) and given >= 0:
        return timedelta(seconds=given)
    _refuse(findings, f"retry_delay is {given!r}.", "Use a timedelta, or a number of seconds.")
    return None


def _name(exception: ExceptionName) -> str:
    if isinstance(exception, str):
        return exception
    return f"{exception.__module__}.{exception.__qualname__}"


def _action(given: object, findings: Findings) -> RetryAction:
    try:
        return RetryAction(str(given).lower())
    except ValueError:
        words = ", ".join(map(str, RetryAction))
        _refuse(findings, f"A retry policy knows no action {given!r}.", f"Use one of {words}.")
        return RetryAction.DEFAULT


def _refuse(findings: Findings, message: str, fix: str) -> None:
    findings.error(BAD_POLICY, message, fix)
