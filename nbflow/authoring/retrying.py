"""Retries that look at the exception: `ExceptionRetryPolicy` and its rules, as a person writes
them. The rules are data, so the scheduler decides by them without running anybody's code.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TypedDict

from nbflow.authoring.findings import Findings
from nbflow.core.retries import RetryAction, Rule

BAD_POLICY = "NBF215"

ExceptionName = type[BaseException] | str


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
class ExceptionRetryPolicy:
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


class RuleFields(TypedDict, total=False):
    """Fields of `core.retries.RetryPolicy`."""

    rules: tuple[Rule, ...]
    otherwise: RetryAction


def retry_rules(given: object, findings: Findings) -> RuleFields:
    """The fields that `retry_policy=` stands for; finds what cannot be a rule."""
    if given is None:
        return {}
    if not isinstance(given, ExceptionRetryPolicy):
        _refuse(findings, f"retry_policy is {given!r}.", "Pass an ExceptionRetryPolicy.")
        return {}
    rules = tuple(_rule(one, findings) for one in given.rules)
    return {"rules": rules, "otherwise": _action(given.default, findings)}


def _rule(one: RetryRule, findings: Findings) -> Rule:
    given = one.exception
    classes = [given] if isinstance(given, (str, type)) else list(given)
    if not classes and not one.message:
        _refuse(findings, "A RetryRule fits no exception.", "Give it `exception` or `message`.")
    try:
        re.compile(one.message or "")
    except re.error as error:
        _refuse(findings, f"message {one.message!r} is no pattern: {error}.", "Correct it.")
    delay = one.retry_delay
    return Rule(
        tuple(_name(each) for each in classes),
        _action(one.action, findings),
        timedelta(seconds=delay) if isinstance(delay, (int, float)) else delay,
        one.reason or "",
        one.match_subclasses,
        one.message or "",
    )


def _name(exception: ExceptionName) -> str:
    if isinstance(exception, str):
        return exception
    return f"{exception.__module__}.{exception.__qualname__}"


def _action(given: RetryAction | str, findings: Findings) -> RetryAction:
    try:
        return RetryAction(str(given).lower())
    except ValueError:
        words = ", ".join(map(str, RetryAction))
        _refuse(findings, f"A retry policy knows no action {given!r}.", f"Use one of {words}.")
        return RetryAction.DEFAULT


def _refuse(findings: Findings, message: str, fix: str) -> None:
    findings.error(BAD_POLICY, message, fix)
