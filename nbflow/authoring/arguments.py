"""The arguments of DAGs and operators: the settings every task takes, and the check of names.

What the values must be is said in `fields.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import timedelta
from functools import cache
from inspect import Parameter, Signature, signature
from typing import Any, TypeAlias, TypedDict, TypeVar

from nbflow.authoring import without_effect
from nbflow.authoring.origin import Origin
from nbflow.core.assets import AssetLeaf
from nbflow.core.dag import Isolation
from nbflow.core.errors import DefinitionError, Problem
from nbflow.core.spelling import closest, did_you_mean
from nbflow.core.trigger_rules import TriggerRule
from nbflow.core.weights import WeightRule

UNKNOWN_ARGUMENT = "NBF101"
MISSING_ARGUMENT = "NBF104"

Value = TypeVar("Value")

Duration = timedelta | float
"""A timedelta, or a number of seconds."""


# `...`: called with the context, which people annotate in many ways.
Callback: TypeAlias = Callable[..., object]
Callbacks: TypeAlias = Callback | Sequence[Callback] | None


class TaskOptions(TypedDict, total=False):
    """The settings every task takes, whatever its operator. Durations are timedeltas or seconds.

    `retry_exponential_backoff` is the factor from one delay to the next (True for 2);
    `retry_jitter` the fraction that a delay may grow by; `infra_retries` counts failures of the
    platform, apart from `retries`. `retry_policy` (an ExceptionRetryPolicy) looks at the exception.
    Of ready tasks the one with the highest weight goes first:
    `weight_rule` adds to its `priority_weight` those of all tasks downstream (the default) or
    upstream of it, or none (absolute). `max_active_tis_per_dag` and `max_active_tis_per_dagrun`
    limit how many instances of the task are active, over all runs and in each. `depends_on_past`
    waits until the task has succeeded, or was skipped, in the previous run, `wait_for_downstream`
    also for the tasks directly downstream of it there. Without `do_xcom_push` what the task returns
    is not handed on. `queue` and `resources` say which workers
    may run the task. `isolation="thread"` runs Python inside the worker: faster, but it cannot be
    ended by force. `map_index_template` is a template that names each instance of a mapped task;
    with a `min_success_ratio` below 1 the task counts as a success where that part of its
    instances has succeeded. `outlets` are the assets that the task makes, `inlets` those it uses.
    `pre_execute` is called with the context before the work, `post_execute` with the context and
    what it returned after it; for tasks made of Python or a shell command.
    `task_display_name` is shown on screens in place of the id.
    The callbacks are called with the context when the task starts, ends well or badly, will be
    tried again, or says that there is nothing to do. `notify` is as in `DAG`; `email` says the same
    in Airflow's words, and needs `mail` in the settings.
    With `cache` its results are kept, and stand for running it again where its code, inputs, params
    and environment are the same.
    `secrets` names variables and connections (`var.x`, `conn.y`) the task reads besides those that
    its arguments and its source mention. `params` stand before the DAG's for this task, unless a
    run is given others. `tags` are words to choose tasks by, as in `tag:slow`. The kernel of a
    notebook task that fails lives on for a person to look into for `keep_failed_kernel` (True for
    15 minutes, False for not at all), else as the settings say.
    """

    trigger_rule: TriggerRule | str
    retries: int
    retry_delay: Duration
    retry_exponential_backoff: bool | float
    max_retry_delay: Duration
    retry_jitter: float
    infra_retries: int
    retry_policy: object
    execution_timeout: Duration | None
    keep_failed_kernel: bool | Duration | None
    pool: str
    pool_slots: int
    priority_weight: int
    weight_rule: WeightRule | str
    max_active_tis_per_dag: int | None
    max_active_tis_per_dagrun: int | None
    depends_on_past: bool
    wait_for_downstream: bool
    ignore_first_depends_on_past: bool
    do_xcom_push: bool
    cache: bool
    queue: str | None
    resources: Mapping[str, float]
    isolation: Isolation
    outlets: AssetLeaf | str | Sequence[AssetLeaf | str]
    inlets: AssetLeaf | str | Sequence[AssetLeaf | str]
    on_execute_callback: Callbacks
    on_success_callback: Callbacks
    on_failure_callback: Callbacks
    on_retry_callback: Callbacks
    on_skipped_callback: Callbacks
    secrets: Iterable[str]
    params: Mapping[str, object]
    notify: object
    email: str | Sequence[str] | None
    email_on_failure: bool
    email_on_retry: bool
    map_index_template: str
    min_success_ratio: float
    tags: Iterable[str]
    pre_execute: Callback
    post_execute: Callable[..., object]
    task_display_name: str
    doc: str
    doc_md: str
    # `Any`: a DAG, and a TaskGroup; their classes are built upon this module.
    dag: Any
    task_group: Any


TASK_OPTIONS = tuple(TaskOptions.__annotations__)


@cache  # one entry for each operator class
def signature_of(operator: type) -> Signature:
    """The constructor's arguments, with those of its parents where `**options` hands them on."""
    found: dict[str, Parameter] = {}
    for own in constructors(operator):
        named = [p for p in own.values() if p.kind not in _GATHERING]
        found |= {p.name: p for p in named if p.name not in found}
        if not any(p.kind is Parameter.VAR_KEYWORD for p in own.values()):
            break
    else:  # every constructor hands on what it does not name, BaseOperator's to TaskOptions
        options = (*TASK_OPTIONS, *without_effect.OF_TASKS)
        found |= {name: _option(name) for name in options if name not in found}
    return Signature(sorted(found.values(), key=lambda p: (p.kind, p.default is not p.empty)))


_GATHERING = (Parameter.VAR_POSITIONAL, Parameter.VAR_KEYWORD)


def constructors(operator: type) -> Iterator[Mapping[str, Parameter]]:
    """The arguments of each constructor from the operator's own to BaseOperator's, without self."""
    for base in operator.__mro__:
        if own := base.__dict__.get("__init__"):
            yield dict(list(signature(own).parameters.items())[1:])
        if base.__dict__.get("TAKES_TASK_OPTIONS"):
            return


def _option(name: str) -> Parameter:
    return Parameter(name, Parameter.KEYWORD_ONLY, default=None)


_noted: ContextVar[list[Problem] | None] = ContextVar("nbflow_unknown_arguments", default=None)


@contextmanager
def noting_unknown() -> Iterator[list[Problem]]:
    """Note arguments that nothing takes and leave them out, instead of raising: who reads a file
    goes on, to find what else is wrong with it.
    """
    problems: list[Problem] = []
    token = _noted.set(problems)
    try:
        yield problems
    finally:
        _noted.reset(token)


def without_unknown(
    maker: str, given: Mapping[str, Value], known: Iterable[str], origin: Origin
) -> dict[str, Value]:
    """The given arguments that are known. Raises UnknownArgument with all others, or notes them."""
    taken = set(known)
    unknown = [
        Problem(
            UNKNOWN_ARGUMENT,
            f"{maker} takes no argument '{name}'.",
            did_you_mean(name, known),
            file=origin.file or None,
            line=origin.line,
        )
        for name in given
        if name not in taken
    ]
    noted = _noted.get()
    if unknown and noted is None:
        raise UnknownArgument(unknown)
    if noted is not None:
        noted += unknown
    meant = {name: value for name, value in given.items() if name in taken}
    for written in sorted(given.keys() - taken):
        # A mandatory argument that is misspelled is there: what else is wrong can be found.
        if name := closest(written, taken):
            meant.setdefault(name, given[written])
    return meant


def require_all(operator: type, positional: int, given: Iterable[str], origin: Origin) -> None:
    """Raises MissingArgument with all that the operator's own constructor needs besides the first
    `positional` arguments and those `given` by name.
    """
    own = list(next(constructors(operator)).values())
    there = set(given)
    problems = [
        Problem(
            MISSING_ARGUMENT,
            f"{operator.__name__} needs the argument '{one.name}'.",
            f"Write {one.name}=... in its call.",
            file=origin.file or None,
            line=origin.line,
        )
        for one in own[positional:]
        if one.default is one.empty and one.kind not in _GATHERING and one.name not in there
    ]
    if problems:
        raise MissingArgument(problems)


class MissingArgument(DefinitionError, TypeError):
    """An operator is made without an argument that it needs."""


class UnknownArgument(DefinitionError, TypeError):
    """Something is made with an argument it does not take; the message names the closest ones."""
