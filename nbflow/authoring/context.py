"""What a running task may ask about itself: `get_current_context()`, and the names a task's
function may take as arguments.

The runtime makes the context (its `context.py` says what each name holds) and sets it with
`use_context`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TypeAlias

from nbflow.core.errors import NbflowError

# `Any`: each name holds a value of its own type, as in Airflow; user code uses them untyped.
Context: TypeAlias = Mapping[str, Any]

CONTEXT_NAMES = frozenset(
    {
        "conn",
        "context",
        "dag",
        "dag_run",
        "data_interval_end",
        "data_interval_start",
        "ds",
        "ds_nodash",
        "expanded_ti_count",
        "inlet_events",
        "inlets",
        "logical_date",
        "macros",
        "map_index",
        "map_index_template",
        "outlet_events",
        "outlets",
        "params",
        "prev_data_interval_end_success",
        "prev_data_interval_start_success",
        "prev_end_date_success",
        "prev_start_date_success",
        "run",
        "run_id",
        "task",
        "task_instance",
        "task_instance_key_str",
        "templates_dict",
        "test_mode",
        "ti",
        "triggering_asset_events",
        "try_number",
        "ts",
        "ts_nodash",
        "ts_nodash_with_tz",
        "var",
    }
)
"""The arguments of a task's function that are filled in when nothing is passed for them."""

_current: ContextVar[Context | None] = ContextVar("nbflow_context", default=None)


def get_current_context() -> Context:
    """The context of the task that is running, under Airflow's names. Raises NbflowError outside a
    task.
    """
    context = _current.get()
    if context is None:
        raise NbflowError(
            "get_current_context() was called where no task runs. Call it inside a task's function."
        )
    return context


def is_running() -> bool:
    """Whether this code runs as part of a task."""
    return _current.get() is not None


@contextmanager
def use_context(context: Context) -> Iterator[None]:
    """Make `context` the current one inside the with-block; the runtime's way in."""
    token = _current.set(context)
    try:
        yield
    finally:
        _current.reset(token)
