"""Retries that look at the exception: `ExceptionRetryPolicy` and its rules, as a person writes
them. The rules are data, so the scheduler decides by them without running anybody's code.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import timedelta
from typing import TypedDict

from nbflow.authoring.findings import Findings
from nbflow.core.retries import RetryAction, Rule
from nbflow.core.spelling import did_you_mean

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
    if isinstance(given, Mapping):
        given = _from_mapping(given, findings)
    if not isinstance(given, ExceptionRetryPolicy):
        fix = "Pass an ExceptionRetryPolicy, or in a notebook an object with `rules`."
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
