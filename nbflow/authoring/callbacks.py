"""Callbacks as a person writes them: functions, lists of functions, or notifiers, for a task or for
a whole DAG.

The spec keeps their names; the functions themselves stay in the DAG's file, where a worker finds
them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import cast

from nbflow.authoring.findings import Findings

BAD_CALLBACK = "NBF222"

ARGUMENTS = {
    "on_execute_callback": "execute",
    "on_success_callback": "success",
    "on_failure_callback": "failure",
    "on_retry_callback": "retry",
    "on_skipped_callback": "skipped",
    "deadline": "deadline",
}
"""The argument for each occasion of `core.callbacks.Occasion`."""

OF_A_DAG = ("on_success_callback", "on_failure_callback")


def callbacks_in(options: Mapping[str, object], occasion: str) -> list[object]:
    """What was given for this occasion, in order."""
    argument = next(name for name, word in ARGUMENTS.items() if word == occasion)
    given = options.get(argument)
    if given is None:
        return []
    is_list = isinstance(given, Iterable) and not isinstance(given, (str, bytes))
    return list(cast("Iterable[object]", given)) if is_list and not callable(given) else [given]


def callback_names(options: Mapping[str, object], findings: Findings) -> dict[str, tuple[str, ...]]:
    """The callbacks by occasion, as the spec names them; finds what cannot be called."""
    named: dict[str, tuple[str, ...]] = {}
    for argument, occasion in ARGUMENTS.items():
        given = callbacks_in(options, occasion)
        for one in given:
            if not callable(one):
                findings.error(
                    BAD_CALLBACK,
                    f"{argument} is {one!r}, which cannot be called.",
                    "Pass a function that takes the context, a notifier, or a list of these.",
                )
        if given:
            named[occasion] = tuple(_name(one) for one in given)
    return named


def find_callback(
    options: Mapping[str, object], occasion: str, position: int
) -> Callable[..., object]:
    """The function itself. Raises LookupError if the file has none there any more."""
    given = callbacks_in(options, occasion)
    if position >= len(given) or not callable(given[position]):
        raise LookupError(f"There is no callback number {position + 1} for {occasion} any more.")
    return cast("Callable[..., object]", given[position])


def _name(callback: object) -> str:
    inner = getattr(callback, "func", callback)  # functools.partial
    name = getattr(inner, "__qualname__", None) or type(inner).__name__
    return str(name).rpartition("<locals>.")[2]
