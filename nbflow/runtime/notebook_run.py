"""One notebook going through one kernel, cell by cell, and the truth about how it ended.

Nothing here knows papermill (`engine.py`) or nbflow's tasks (`notebook_task.py`).
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timezone
from pathlib import Path
from typing import Any, Literal, TypeAlias

from nbformat import NotebookNode

from nbflow.core.errors import NbflowError
from nbflow.core.json import Json, JsonObject
from nbflow.core.masking import Masker
from nbflow.runtime.collector import OUTPUT_LIMIT, OnEvent, OutputCollector
from nbflow.runtime.kernel import (
    UNWATCHED,
    Execution,
    Interrupted,
    Kernel,
    KernelDied,
    Ticker,
    Watch,
)
from nbflow.runtime.kernel_process import Death
from nbflow.runtime.outputs import plain_traceback
from nbflow.runtime.record import CellState, NotebookRecord, has_code, tags_of

log = logging.getLogger(__name__)

EndState: TypeAlias = Literal["success", "skipped", "failed", "timeout", "died", "cancelled"]
Step: TypeAlias = Callable[[Kernel, Watch], None]

SKIP, FAIL = "Skip", "Fail"

INJECTED = "injected-parameters"
SKIPPING = frozenset({"skip-execution", "skip"})

_MEMORY_EVERY = 5.0
_TITLE = 80
_EXITS_WELL = frozenset({"", "0", "None"})


class StepFailed(NbflowError):
    """A silent step around the cells could not do its work; the message is for their author."""


@dataclass(frozen=True)
class NotebookEnd:
    """How a notebook ended, and where: `cell_id` is None when it was no cell's doing.

    `ename`, `evalue` and the plain `traceback` are those of the error that ended it; `death` is set
    when the kernel died. `exited` tells that user code left early by itself, in good order.
    """

    state: EndState
    cell_id: str | None = None
    ename: str = ""
    evalue: str = ""
    traceback: str = ""
    death: Death | None = None
    problem: str = ""
    exited: bool = False


@dataclass(frozen=True)
class EngineOptions:
    """What nbflow's own tasks hand to the engine beside papermill's arguments.

    `kernel` is a kernel of one's own; without it the engine starts one in `cwd`. `before` holds
    silent steps to take ahead of a cell, by cell id; `after` one when the cells have ended well.
    `tick` is called now and then, as in `Kernel.run`. With `on_end` the engine reports instead of
    raising. `timeout` is for all cells together, in seconds. `masker` hides secrets in outputs.
    """

    kernel: Kernel | None = None
    source: str = ""
    cwd: Path | None = None
    watch: Watch = UNWATCHED
    timeout: float | None = None
    on_event: OnEvent | None = None
    on_end: Callable[[NotebookEnd], None] | None = None
    tick: Ticker | None = None
    save: Callable[[NotebookNode], None] | None = None
    before: Mapping[str, Step] = field(default_factory=dict)
    after: Step | None = None
    indexes: Mapping[str, int] | None = None
    masker: Masker = field(default_factory=Masker)
    output_limit: int = OUTPUT_LIMIT
    iopub_timeout: float = 60.0


class NotebookRun:
    """One notebook going through one kernel, cell by cell."""

    def __init__(
        self,
        nb: NotebookNode,
        kernel: Kernel,
        options: EngineOptions,
        *,
        save_every: float,
        cell_timeout: float | None,
    ) -> None:
        self.nb = nb
        self.kernel = kernel
        self.options = options
        self.cell_timeout = cell_timeout
        self.watch = options.watch
        self.record = NotebookRecord(nb, None if options.save is None else self._save, save_every)
        self.collector = OutputCollector(
            nb, kernel, self._on_output, options.output_limit, options.masker
        )
        self._memory_at = time.monotonic() + _MEMORY_EVERY

    def execute(self) -> NotebookEnd:
        """Run the cells in order, up to the first that ends it; write and tell how each ended."""
        _name_kernel(self.nb, self.kernel)
        about = self.nb.metadata.setdefault("papermill", NotebookNode())
        if not isinstance(about.get("input_path"), str):
            # papermill puts the whole notebook there when it was given one.
            about["input_path"] = self.options.source
        self.record.begin()
        self._emit("notebook_started", kernel=self.kernel.name, cells=self._outline())
        if self.options.timeout is not None:
            self.watch = self.watch.until(time.monotonic() + self.options.timeout)
        end = NotebookEnd("failed")
        try:
            end = self._run_all()
        finally:
            # Also on the way out of a defect of ours, the file and its readers are told.
            self.collector.settle()
            self.collector.set_widgets_metadata()
            self.kernel.listener = None
            self.record.end(failed=end.state not in ("success", "skipped"))
            self._emit("notebook_finished", state=end.state)
        return end

    def _run_all(self) -> NotebookEnd:
        try:
            for index, cell in enumerate(self.nb.cells):
                end = self._run_one(index, cell)
                if end is not None:
                    break
            else:
                end = NotebookEnd("success")
            if end.exited or end.state == "skipped":
                self._pass_over_rest(end)
            if self.options.after is not None and end.state == "success":
                self.options.after(self.kernel, self.watch)
        except Interrupted as interrupted:
            return NotebookEnd(interrupted.why)
        except KernelDied as died:
            return NotebookEnd("died", death=died.death)
        except StepFailed as failed:
            return NotebookEnd("failed", problem=str(failed))
        return end

    def _run_one(self, index: int, cell: NotebookNode) -> NotebookEnd | None:
        """Run one cell; how the notebook ended, or None if it goes on."""
        verdict = self.watch.verdict(time.monotonic())
        if verdict is not None:
            return NotebookEnd(verdict)
        if not has_code(cell):
            return None
        step = self.options.before.get(cell.id)
        if step is not None:
            step(self.kernel, self.watch)
        if SKIPPING.intersection(tags_of(cell)):
            self._skip(index, cell)
            return None
        self.record.begin_cell(cell)
        self._emit("cell_started", cell, index=self._index(index), title=_title(cell))
        state, end = self._judge(cell, self._execute(index, cell))
        duration = self.record.end_cell(cell, state)
        self._emit("cell_finished", cell, state=state, duration=duration)
        return end

    def _execute(self, index: int, cell: NotebookNode) -> Execution:
        deadline = None if self.cell_timeout is None else time.monotonic() + self.cell_timeout
        execution = self.kernel.run(
            cell.source,
            stop_on_error="raises-exception" not in tags_of(cell),
            watch=self.watch.until(deadline),
            on_sent=lambda msg_id: self.collector.begin(index, msg_id),
            tick=self._tick,
            iopub_timeout=self.options.iopub_timeout,
        )
        if execution.reply is not None:
            self.collector.end(index)
        self.collector.settle()
        if execution.ended == "finished" and not execution.all_seen:
            log.warning("Cell %s ended, but some of its output may be missing.", cell.id)
        return execution

    def _judge(
        self, cell: NotebookNode, execution: Execution
    ) -> tuple[CellState, NotebookEnd | None]:
        """What became of a cell, and of the notebook if it ends here."""
        if execution.ended == "died":
            return "died", NotebookEnd("died", cell.id, death=self.kernel.process.death())
        if execution.ended != "finished" or execution.reply is None:
            ended: Literal["cancelled", "timeout"] = (
                "cancelled" if execution.ended == "cancelled" else "timeout"
            )
            traceback = plain_traceback((execution.reply or {}).get("traceback", ()))
            return ended, NotebookEnd(ended, cell.id, traceback=traceback)
        if execution.reply["status"] == "ok":
            leaves = any(p.get("source") == "ask_exit" for p in execution.reply.get("payload", ()))
            return "success", NotebookEnd("success", cell.id, exited=True) if leaves else None
        return self._judge_error(cell, execution.reply)

    def _judge_error(
        self, cell: NotebookNode, reply: Mapping[str, Any]
    ) -> tuple[CellState, NotebookEnd | None]:
        ename, evalue = str(reply.get("ename", "")), str(reply.get("evalue", ""))
        error = NotebookEnd(
            "failed", cell.id, ename, evalue, plain_traceback(reply.get("traceback", ()))
        )
        if "raises-exception" in tags_of(cell):
            _allow_errors(cell)
            return "success", None
        if ename == "SystemExit" and evalue in _EXITS_WELL:
            _allow_errors(cell)
            return "success", replace(error, state="success", exited=True)
        if ename == SKIP:
            _allow_errors(cell)
            return "skipped", replace(error, state="skipped")
        return "failed", error

    def _pass_over_rest(self, end: NotebookEnd) -> None:
        """User code left early in good order: what comes after its cell is skipped, not missing."""
        ids = [cell.id for cell in self.nb.cells]
        for index in range(ids.index(end.cell_id) + 1, len(ids)):
            cell = self.nb.cells[index]
            if has_code(cell):
                self._skip(index, cell)

    def _skip(self, index: int, cell: NotebookNode) -> None:
        self.record.pass_over(cell)
        about = {"index": self._index(index), "title": _title(cell)}
        self._emit("cell_finished", cell, state="skipped", duration=None, **about)

    def _save(self, nb: NotebookNode) -> None:
        if self.options.save is not None:
            self.collector.settle()
            self.options.save(nb)

    # ------------------------------------------------------------------------------- telling others

    def _on_output(self, event: JsonObject) -> None:
        self.record.has_changed = True
        if self.options.on_event is not None:
            self.options.on_event(event)

    def _emit(self, name: str, cell: NotebookNode | None = None, **more: Json) -> None:
        if self.options.on_event is not None:
            about = {} if cell is None else {"cell": cell.id}
            at = datetime.now(timezone.utc).isoformat()
            self.options.on_event({"event": name, **about, **more, "at": at})

    def _outline(self) -> list[Json]:
        """The ids of all cells in order; with its source a cell that papermill put in."""
        return [
            {"id": cell.id, "source": cell.source} if INJECTED in tags_of(cell) else {"id": cell.id}
            for cell in self.nb.cells
        ]

    def _index(self, index: int) -> int | None:
        """Where the cell stands in the source notebook; None for one that is not there."""
        if self.options.indexes is None:
            return index
        return self.options.indexes.get(self.nb.cells[index].id)

    def _tick(self) -> float | None:
        """What is due while a cell runs; in how many seconds something is due again."""
        now = time.monotonic()
        if now >= self._memory_at:
            self._memory_at = now + _MEMORY_EVERY
            self.kernel.process.sample_memory()
        due = [self._memory_at - now, self.record.tick()]
        if self.options.tick is not None:
            due.append(self.options.tick())
        return min(seconds for seconds in due if seconds is not None)


class AllowedError(NotebookNode):
    """An error output that does not fail the notebook, by a tag or for being a good way to leave.

    papermill fails a notebook for every output whose attribute `output_type` says "error". The item
    of that name, which is what gets written and what everybody else reads, keeps saying so.
    """

    output_type = property(lambda _: "allowed error")

    @classmethod
    def of(cls, output: NotebookNode) -> AllowedError:
        error = cls()
        for name, value in output.items():
            error[name] = value
        return error


def _allow_errors(cell: NotebookNode) -> None:
    cell.outputs[:] = [
        AllowedError.of(output) if output["output_type"] == "error" else output
        for output in cell.outputs
    ]


def _name_kernel(nb: NotebookNode, kernel: Kernel) -> None:
    """Write into the metadata which kernel really runs the notebook, whatever it asked for."""
    spec = kernel.spec
    nb.metadata["kernelspec"] = {
        "name": kernel.name,
        "display_name": spec.display_name,
        "language": spec.language,
    }
    nb.metadata["language_info"] = dict(kernel.language_info)


def _title(cell: NotebookNode) -> str:
    """The first line of a cell that says something."""
    return str(next(line.strip()[:_TITLE] for line in cell.source.splitlines() if line.strip()))
