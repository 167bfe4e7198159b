"""What the end of a notebook means for its task: whose doing it was, and what it is called."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from nbflow.core.dag import Task
from nbflow.core.orders import Outcome, TaskOrder
from nbflow.core.poking import ON_ERROR, OnError
from nbflow.core.states import Reason, TaskState
from nbflow.runtime.endings import failed, from_ending, shortened
from nbflow.runtime.kernel_process import Death
from nbflow.runtime.notebook_run import FAIL, NotebookEnd


def outcome_of(
    end: NotebookEnd, order: TaskOrder, indexes: Mapping[str, int], cancelled_for: str
) -> Outcome:
    """What the end of a notebook means for its task. `indexes` are those of its cells, by id."""
    cell = None if end.cell_id is None else indexes.get(end.cell_id)
    return replace(_judge(end, order, _place(cell), cancelled_for), cell=cell)


def after_look(outcome: Outcome, task: Task) -> Outcome:
    """What became of a look of cells that are a sensor, as `BaseSensorOperator` has it: an error
    may mean "not yet" or a skip, and with `soft_fail` what the cells call a failure is one, too.
    """
    on_error = task.payload.get(ON_ERROR)
    if outcome.reason is Reason.FAILED_BY_CALL:
        soft = on_error == OnError.SKIP or (task.poke is not None and task.poke.soft_fail)
        return _skipped(outcome) if soft else outcome
    # A crash of the process has no class of exception: it stays what it is.
    if on_error is None or outcome.reason is not Reason.CELL_ERROR or not outcome.lineage:
        return outcome
    return (
        Outcome(TaskState.UP_FOR_RESCHEDULE)
        if on_error == OnError.LOOK_AGAIN
        else _skipped(outcome)
    )


def _skipped(outcome: Outcome) -> Outcome:
    why = shortened(f"The sensor failed, which counts as a skip: {outcome.message}")
    return Outcome(TaskState.SKIPPED, Reason.SKIPPED_BY_CALL, why)


def _judge(end: NotebookEnd, order: TaskOrder, where: str, cancelled_for: str) -> Outcome:
    if end.state == "success":
        left = f"The notebook left early{where}; the cells after it were skipped."
        return Outcome(TaskState.SUCCESS, message=left if end.exited else "")
    if end.state == "skipped":
        why = shortened(end.evalue or f"The notebook raised Skip{where}.")
        return Outcome(TaskState.SKIPPED, Reason.SKIPPED_BY_CALL, why)
    if end.state in ("timeout", "cancelled"):
        return from_ending(end.state, order, cancelled_for, end.traceback)
    if end.state == "died":
        return _judge_death(end.death, where)
    if end.problem:
        return failed(Reason.VALUE_ERROR, end.problem, end.problem)
    if end.ename == FAIL:
        why = end.evalue or f"The notebook raised Fail{where}."
        return replace(failed(Reason.FAILED_BY_CALL, why, end.traceback), retryable=False)
    outcome = failed(Reason.CELL_ERROR, f"{end.ename}: {end.evalue}", end.traceback)
    # A kernel tells the name of the class alone.
    return replace(outcome, lineage=(end.ename,))


def _judge_death(death: Death | None, where: str) -> Outcome:
    """Whose doing a death was: code that crashes or leaves is the user's, the rest is ours."""
    if death is None:
        return failed(Reason.KERNEL_DIED, f"The kernel ended{where}.")
    if death.exit_code >= 0:
        why = f"{death.message} Something{where} ended the process: raise an exception instead."
        return failed(Reason.EXIT_CODE, why, death.output)
    if death.has_crashed:
        why = f"{death.message} Native code that was called{where} crashed."
        return failed(Reason.CELL_ERROR, why, death.output)
    reason = Reason.OUT_OF_MEMORY if death.out_of_memory else Reason.KERNEL_DIED
    return failed(reason, f"{death.message} It was running{where or ' no cell'}.", death.output)


def _place(cell: int | None) -> str:
    return "" if cell is None else f" in cell {cell}"
