"""Elements of mapped notebook and shell tasks that a function of the user makes: `.map(f)`.

User code runs in a forked child, never in the worker; what it makes travels as values do.
"""

from __future__ import annotations

import pickle
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import cast

from nbflow.authoring.mapping import ElementReference, Mapped
from nbflow.authoring.operators import BaseOperator
from nbflow.authoring.references import leaves
from nbflow.core.mapping import MAP, VALUE, Expansion, Source
from nbflow.core.orders import Element, LiveSource, Outcome, TaskOrder, ValueRef
from nbflow.core.states import Reason
from nbflow.runtime.bundles import without_files
from nbflow.runtime.cancellation import CancelToken
from nbflow.runtime.context import attempt_environment, template_context
from nbflow.runtime.endings import failed, from_ending, from_exception
from nbflow.runtime.forkserver import ForkServer
from nbflow.runtime.python_task import resolver_of
from nbflow.runtime.sources import find_operator
from nbflow.runtime.values import dump_value

Computed = Mapping[str, ValueRef] | Outcome
"""The elements by argument; or how the attempt ends, because they could not be made."""


def needs_functions(order: TaskOrder) -> bool:
    """Whether the elements of this order are made by functions that the payload cannot call."""
    expansion = order.task.expansion
    return expansion is not None and any(_is_computed(source) for _, source in expansion.inputs)


def with_computed(
    order: TaskOrder, folder: Path, server: ForkServer, token: CancelToken
) -> TaskOrder | Outcome:
    """The order with the elements as their functions make them; or how the attempt ends."""
    if isinstance(order.source, LiveSource):
        found = compute(order, folder)
    else:
        found = _in_child(order, folder, server, token)
    if isinstance(found, Outcome):
        return found
    expansion = order.task.expansion
    made = Expansion(
        tuple((name, {"kind": VALUE, "task_id": "", "key": name}) for name in found),
        expansion is not None and expansion.kwargs,
    )
    elements = {number: Element(None, ref) for number, ref in enumerate(found.values())}
    return replace(order, task=replace(order.task, expansion=made), elements=elements)


def compute(order: TaskOrder, folder: Path) -> Computed:
    """Call the functions here."""
    try:
        operator = find_operator(order, folder)
        mapped = _mapped(operator)
        resolver = resolver_of(order, template_context(order))
        return {
            name: dump_value(mapped.element(name, resolver), order.value_store)
            for name in mapped.inputs
        }
    # The boundary between the user's code and ours: whatever left it is the outcome.
    except (Exception, SystemExit) as error:  # noqa: BLE001
        return from_exception(error)


@dataclass(frozen=True)
class _ChildOrder:
    order: TaskOrder
    folder: Path


def child_main(payload: bytes) -> bytes:
    """What the forked child does."""
    told_us = cast(_ChildOrder, pickle.loads(payload))  # noqa: S301 - from our worker
    return pickle.dumps(compute(told_us.order, told_us.folder))


def _in_child(order: TaskOrder, folder: Path, server: ForkServer, token: CancelToken) -> Computed:
    with tempfile.TemporaryFile() as printed:
        result = server.run(
            "nbflow.runtime.computed:child_main",
            pickle.dumps(_ChildOrder(without_files(order), folder)),
            printed.fileno(),
            timeout=order.task.execution_timeout,
            token=token,
            env=attempt_environment(order),
        )
    if result.ended_by:
        return from_ending(result.ended_by, order, token.reason)
    if result.result is None:
        why = (
            f"What the task is mapped over could not be computed: {result.problem or 'no answer'}."
        )
        return failed(Reason.START_FAILED, why)
    return cast(Computed, pickle.loads(result.result))  # noqa: S301 - from our child


def _is_computed(source: Source) -> bool:
    return source["kind"] == MAP or any(_is_computed(part) for part in source.get("of", ()))


def _mapped(operator: BaseOperator) -> Mapped:
    """What the operator is mapped over, by itself or with the group it was written in."""
    if operator.mapped is not None:
        return operator.mapped
    fields = (getattr(operator, name, None) for name in operator.template_fields)
    found = (leaf for value in fields for leaf in leaves(value))
    return next(leaf.mapped for leaf in found if isinstance(leaf, ElementReference))
