"""Deadlines as a person writes them, under Airflow's names."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from importlib import import_module
from typing import Any, ClassVar, cast

from nbflow.authoring.context import Context
from nbflow.authoring.findings import Findings
from nbflow.core.deadlines import AVERAGE_OF, REFERENCES, Deadline, Reference
from nbflow.core.json import JsonObject
from nbflow.core.zones import as_utc

BAD_DEADLINE = "NBF305"

_FIX = (
    "Write DeadlineAlert(reference=DeadlineReference.DAGRUN_QUEUED_AT, "
    "interval=timedelta(minutes=30), callback=tell)."
)


@dataclass(frozen=True)
class DeadlineReference:
    """From when a deadline counts."""

    kind: Reference
    at: datetime | None = None
    max_runs: int = AVERAGE_OF
    min_runs: int | None = None

    DAGRUN_QUEUED_AT: ClassVar[DeadlineReference]
    DAGRUN_LOGICAL_DATE: ClassVar[DeadlineReference]

    @staticmethod
    def FIXED_DATETIME(at: datetime) -> DeadlineReference:  # noqa: N802 - Airflow's name
        """The same moment for every run; an aware datetime."""
        return DeadlineReference("fixed", at)

    @staticmethod
    def AVERAGE_RUNTIME(  # noqa: N802 - Airflow's name
        max_runs: int = AVERAGE_OF, min_runs: int | None = None
    ) -> DeadlineReference:
        """As long after the run was queued as the newest `max_runs` runs that succeeded took on
        average. With fewer than `min_runs` of them (by default as many) there is no deadline.
        """
        return DeadlineReference("average_runtime", max_runs=max_runs, min_runs=min_runs)


DeadlineReference.DAGRUN_QUEUED_AT = DeadlineReference("queued_at")
DeadlineReference.DAGRUN_LOGICAL_DATE = DeadlineReference("logical_date")


@dataclass(frozen=True)
class DeadlineAlert:
    """A run should have ended `interval` after `reference`; if it has not, `callback` is called.

    >>> DAG("sales", deadline=DeadlineAlert(
    ...     reference=DeadlineReference.DAGRUN_QUEUED_AT,
    ...     interval=timedelta(minutes=30),
    ...     callback=tell_the_team,
    ... ))

    `interval` is a timedelta or seconds. `callback` is a function that takes the context, a
    notifier, an AsyncCallback or a SyncCallback; without one the run only shows that it is late.
    """

    reference: DeadlineReference
    interval: timedelta | float
    callback: Callable[..., object] | None = None
    name: str = ""


# `Any` in these two: what a callback takes is its author's.
@dataclass(frozen=True)
class SyncCallback:
    """A function, or its dotted path, or a notifier's class, with the arguments to call it with.

    The function gets the context as `context` if it names it.
    """

    callback: Callable[..., Any] | str
    kwargs: Mapping[str, Any] = field(default_factory=dict)

    def __call__(self, context: Context) -> object:
        """Call it, and wait for its end if it is a coroutine."""
        target = _found(self.callback) if isinstance(self.callback, str) else self.callback
        if isinstance(target, type):
            return target(**self.kwargs)(context)
        takes = inspect.signature(target).parameters.values()
        named = any(p.name == "context" or p.kind is p.VAR_KEYWORD for p in takes)
        given = {**self.kwargs, **({"context": context} if named else {})}
        result = target(**given)
        return asyncio.run(result) if inspect.iscoroutine(result) else result

    @property
    def func(self) -> object:
        """What is called, as `functools.partial` names it."""
        return self if isinstance(self.callback, str) else self.callback


class AsyncCallback(SyncCallback):
    """As `SyncCallback`; Airflow runs coroutines elsewhere, nbflow runs all callbacks alike."""


def _found(path: str) -> Callable[..., Any]:
    module, _, name = path.rpartition(".")
    return cast("Callable[..., Any]", getattr(import_module(module), name))


def alerts_in(given: object) -> list[object]:
    """What was given as `deadline`, one after the other."""
    if given is None:
        return []
    return list(given) if isinstance(given, (list, tuple)) else [given]


def deadline_callbacks(given: object) -> list[object]:
    """The callbacks of these alerts, in order."""
    alerts = (one for one in alerts_in(given) if isinstance(one, DeadlineAlert))
    return [alert.callback for alert in alerts if alert.callback is not None]


def read_deadlines(given: object, findings: Findings) -> tuple[JsonObject, ...]:
    """The deadlines of a DAG as the spec keeps them; finds what is wrong with them."""
    found: list[Deadline] = []
    callbacks = 0
    for one in alerts_in(given):
        alert = _from_mapping(one) if isinstance(one, Mapping) else one
        deadline = _read(alert, findings) if isinstance(alert, DeadlineAlert) else None
        if deadline is None:
            if not isinstance(alert, DeadlineAlert):
                findings.error(BAD_DEADLINE, f"deadline is {one!r}, which is none.", _FIX)
            continue
        if cast("DeadlineAlert", alert).callback is not None:
            deadline = replace(deadline, callback=callbacks)
            callbacks += 1
        found.append(deadline)
    return tuple(one.to_json() for one in _named(found))


def _read(alert: DeadlineAlert, findings: Findings) -> Deadline | None:
    interval: object = alert.interval
    reference: object = alert.reference
    at = None
    seconds = interval.total_seconds() if isinstance(interval, timedelta) else interval
    if not isinstance(reference, DeadlineReference):
        message = f"The reference of a deadline is {reference!r}."
        findings.error(BAD_DEADLINE, message, _FIX)
        return None
    if not isinstance(seconds, (int, float)) or isinstance(seconds, bool):
        message = f"The interval of a deadline is {interval!r}, which is no span of time."
        findings.error(BAD_DEADLINE, message, _FIX)
        return None
    if reference.kind == "fixed":
        try:
            at = as_utc(cast("datetime", reference.at))
        except (ValueError, AttributeError, TypeError):
            message = f"FIXED_DATETIME has {reference.at!r}, which is no aware datetime."
            findings.error(BAD_DEADLINE, message, "Use datetime(2026, 1, 31, 6, tzinfo=UTC).")
            return None
    most = reference.max_runs
    least = most if reference.min_runs is None else reference.min_runs
    if not all(type(one) is int for one in (most, least)) or not 1 <= least <= most:
        message = f"AVERAGE_RUNTIME has max_runs={most!r} and min_runs={least!r}."
        findings.error(BAD_DEADLINE, message, "Give whole numbers, min_runs from 1 to max_runs.")
        return None
    return Deadline(alert.name, reference.kind, float(seconds), at, None, most, least)


_IN_METADATA = {"reference", "interval", "at", "name", "max_runs", "min_runs"}


def _from_mapping(data: Mapping[str, Any]) -> object:
    """A deadline in a notebook's metadata: {"reference": "queued_at", "interval": 900}."""
    kind, at = data.get("reference"), data.get("at")
    if kind not in REFERENCES or set(data) - _IN_METADATA:
        return data
    try:
        moment = datetime.fromisoformat(at) if isinstance(at, str) else None
    except ValueError:
        return data
    reference = DeadlineReference(
        cast("Reference", kind), moment, data.get("max_runs", AVERAGE_OF), data.get("min_runs")
    )
    return DeadlineAlert(reference, data.get("interval", ""), name=str(data.get("name", "")))


def _named(found: Iterable[Deadline]) -> list[Deadline]:
    """Each with a name of its own: what it says, and a number where two say the same."""
    named: dict[str, Deadline] = {}
    for one in found:
        name = one.name or one.describe()
        number = sum(other == name or other.startswith(f"{name} (") for other in named)
        unique = f"{name} ({number + 1})" if number else name
        named[unique] = replace(one, name=unique)
    return list(named.values())
