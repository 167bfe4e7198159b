"""The payload of a task rendered before it runs: here, or in a child of its own where the DAG
brings macros and filters, which are user code.
"""

from __future__ import annotations

import os
import pickle
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import cast

from nbflow.core.errors import NbflowError
from nbflow.core.json import JsonObject
from nbflow.core.orders import LiveSource, Outcome, SourceBundle, TaskOrder
from nbflow.core.states import Reason
from nbflow.runtime.context import render
from nbflow.runtime.endings import failed, from_exception, told, user_traceback
from nbflow.runtime.forkserver import ForkServer
from nbflow.runtime.notes import current_notes, notes_of_process
from nbflow.runtime.sources import find_operator
from nbflow.runtime.templates import templates_of

SECONDS = 60.0


class NotRendered(NbflowError):
    """The payload cannot be rendered; `outcome` is what that means for the attempt."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__(outcome.message)
        self.outcome = outcome


@dataclass(frozen=True)
class _Rendered:
    payload: JsonObject
    fields: Mapping[str, str] = field(default_factory=dict)
    problem: Outcome | None = None


def with_payload(order: TaskOrder, folder: Path, server: ForkServer) -> TaskOrder:
    """The order with its payload rendered: templates, values and params stand for themselves.

    Raises StartFailed, NotRendered and what `render` raises.
    """
    if not order.task.templates.get("own"):
        with templates_of(order, folder):
            payload = cast(JsonObject, render(order.task.payload, order))
        return _with(order, payload)
    is_live = isinstance(order.source, LiveSource)
    rendered = _here(order, folder) if is_live else _in_child(order, folder, server)
    if rendered.problem is not None:
        raise NotRendered(rendered.problem)
    notes = current_notes()
    if notes is not None:
        for name, text in rendered.fields.items():
            notes.note_rendered(name, text)
    return _with(order, rendered.payload)


def _with(order: TaskOrder, payload: JsonObject) -> TaskOrder:
    return replace(order, task=replace(order.task, payload=payload))


def _here(order: TaskOrder, folder: Path) -> _Rendered:
    """Render with the DAG's own macros, in this process."""
    try:
        own = find_operator(order, folder).template_settings
        with templates_of(order, folder, own.macros, own.filters):
            return _Rendered(cast(JsonObject, render(order.task.payload, order)))
    # User code, from importing the DAG's file to its macros: it may raise anything.
    except (Exception, SystemExit) as error:  # noqa: BLE001
        return _Rendered({}, problem=from_exception(error))


def _in_child(order: TaskOrder, folder: Path, server: ForkServer) -> _Rendered:
    source = order.source
    bare = replace(source, files={}) if isinstance(source, SourceBundle) else source
    with open(os.devnull, "wb") as nowhere:  # noqa: PTH123 - it is no file
        result = server.run(
            "nbflow.runtime.rendering:child_main",
            pickle.dumps((replace(order, source=bare), folder)),
            nowhere.fileno(),
            timeout=SECONDS,
        )
    if result.result is None:
        why = result.problem or "the process that renders them ended before it was done"
        return _Rendered({}, problem=failed(Reason.BAD_INPUT, f"Templates: {why}."))
    return cast(_Rendered, pickle.loads(result.result))  # noqa: S301 - from our child


def child_main(payload: bytes) -> bytes:
    """What the forked child does: from a pickled order to what its payload is."""
    order, folder = pickle.loads(payload)  # noqa: S301 - from our worker
    with notes_of_process(order, lambda _: None) as notes:
        rendered = replace(_here(order, folder), fields=dict(notes.rendered))
    try:
        return pickle.dumps(rendered)
    # What a macro returned may be anything.
    except Exception as error:  # noqa: BLE001
        why = f"A template gave a value that cannot leave its process: {told(error)}"
        problem = failed(Reason.BAD_INPUT, why, user_traceback(error))
        return pickle.dumps(_Rendered({}, problem=problem))
