"""What the handlers of `repair_routes` ask of the house: the living kernel, notebooks, the edit.

Blocking, called in threads. The functions here are methods of `Questions`.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from nbflow import app
from nbflow.app.repair import AttemptRef, Repair, is_alive
from nbflow.core.kept import KeptKernel
from nbflow.server.bodies.tasks import Cells
from nbflow.server.house import House
from nbflow.server.receipts import accepted
from nbflow.views.shapes import KernelView, Promotion, RequestReceipt, TaskInstanceDetail

if TYPE_CHECKING:
    from nbformat import NotebookNode


def kept_kernel(questions: House, ref: AttemptRef) -> KeptKernel:
    return _repair(questions).kernel(ref, app.utc_now())


def end_kernel(questions: House, ref: AttemptRef) -> None:
    _repair(questions).end_kernel(ref, app.utc_now())


def debug_notebook(questions: House, ref: AttemptRef) -> NotebookNode:
    repair = _repair(questions)
    return repair.debug_notebook(ref, repair.kernel(ref, app.utc_now()))


def reconstructed(questions: House, ref: AttemptRef) -> NotebookNode:
    return _repair(questions).reconstructed(ref)


def resume(
    questions: House,
    actor: str,
    ref: AttemptRef,
    body: Cells,
) -> RequestReceipt:
    edits = _repair(questions).edits(ref, body.cells)
    changed = {ref.task_id: edits} if edits else {}
    return accepted(questions.verbs(actor).resume(ref.dag_id, ref.run_id, changed))


def promote(questions: House, ref: AttemptRef, body: Cells) -> Promotion:
    path = _repair(questions).promote(ref, body.cells)
    inside = path.is_relative_to(questions.root)
    return Promotion(path.relative_to(questions.root).as_posix() if inside else str(path))


def with_living_kernels(detail: TaskInstanceDetail) -> TaskInstanceDetail:
    """The detail without kernels that have ended before their time, as far as can be told here."""
    return replace(detail, tries=[replace(one, kernel=_living(one.kernel)) for one in detail.tries])


def _living(kernel: KernelView | None) -> KernelView | None:
    if kernel is None:
        return None
    until = datetime.fromisoformat(kernel.until)
    alive = is_alive(KeptKernel(kernel.host, kernel.pid, kernel.started, until))
    return None if alive is False else replace(kernel, here=alive is not None)


def _repair(questions: House) -> Repair:
    return Repair(questions.settings, questions.store)
