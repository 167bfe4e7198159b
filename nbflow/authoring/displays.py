"""Where `dag.run()`, `dag.test()` and `dag.view()` find what does the work: functions registered by
name.

Authoring may import neither the runtime of a run nor a screen, and must not: a worker that loads a
DAG file would pay for both, and the rooms would form a circle. So this module knows them by name
alone. Whoever provides one may register it when imported; until then `_PROVIDERS`, the one place
with such names, says what to import on first use. The dependency is one of the running program (as
with an entry point), not of the code: nothing in authoring can be written against what it finds
there.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any, TypeAlias

from nbflow.core.errors import NbflowError

# `Any`: what they return belongs to the rooms that provide them (a RunResult, a widget).
Display: TypeAlias = Callable[..., Any]

_PROVIDERS = {
    "run": "nbflow.testing:run_and_show",
    "secrets": "nbflow.app:secrets_of_project",
    "secrets_of_task": "nbflow.runtime.in_kernel:secrets_here",
    "test": "nbflow.testing:run_and_tell",
    "dashboard": "nbflow.widgets:dashboard",
    "view": "nbflow.widgets:view_dag",
    "follow": "nbflow.widgets:follow_run",
    "watch": "nbflow.widgets:watch_ended",
}
_registered: dict[str, Display] = {}


def register(name: str, display: Display) -> None:
    """Use `display` for `name` (run, test, view, ...) from now on, in place of its provider."""
    _registered[name] = display


def find(name: str) -> Display:
    """What is registered for `name`, else its provider's function. Raises NbflowError where that is
    not installed.
    """
    if name not in _registered:
        module, _, function = _PROVIDERS[name].partition(":")
        try:
            _registered.setdefault(name, getattr(import_module(module), function))
        except (ImportError, AttributeError) as error:
            raise NbflowError(
                f"dag.{name}() needs {module}, which cannot be imported: {error}. Reinstall nbflow."
            ) from error
    return _registered[name]
