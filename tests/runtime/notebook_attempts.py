"""Builders for tests of notebook tasks: orders that state only what matters, on real kernels."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timezone
from functools import cached_property
from pathlib import Path
from typing import cast

import nbformat
import psutil
from nbformat import NotebookNode

from nbflow.core.dag import Task, TaskKind
from nbflow.core.json import Json, JsonObject
from nbflow.core.kept import NOT_KEPT, Keep
from nbflow.core.orders import Outcome, RunInfo, SourceBundle, TaskOrder, ValueRef
from nbflow.runtime.artifacts import ArtifactStore
from nbflow.runtime.cancellation import CancelToken
from nbflow.runtime.kernels import KernelPool
from nbflow.runtime.live import EVENTS_FILE, NOTEBOOK_FILE, parse_events
from nbflow.runtime.notebook_task import (
    NotebookPlace,
    run_cell_task,
    run_notebook_task,
)

NOTEBOOKS = Path(__file__).parent / "notebooks"


@dataclass(frozen=True)
class Ran:
    """What an attempt left behind."""

    outcome: Outcome
    store: ArtifactStore

    @cached_property
    def notebook(self) -> NotebookNode:
        text = self.store.read(NOTEBOOK_FILE).decode()
        return cast(NotebookNode, nbformat.reads(text, as_version=4))

    @property
    def log(self) -> str:
        return self.store.read("log.txt").decode()

    @property
    def events(self) -> list[JsonObject]:
        return parse_events(self.store.read(EVENTS_FILE))

    @property
    def has_events(self) -> bool:
        """Whether anything has happened that a reader could follow."""
        try:
            return bool(self.events)
        except FileNotFoundError:  # the file begins with the first event
            return False

    @property
    def states(self) -> dict[str, str]:
        """The state of each code cell, by id."""
        return {
            cell.id: cell.metadata.nbflow.state
            for cell in self.notebook.cells
            if "state" in cell.metadata.nbflow
        }

    def cell(self, cell_id: str) -> NotebookNode:
        return cast(NotebookNode, next(c for c in self.notebook.cells if c.id == cell_id))

    def text(self, cell_id: str) -> str:
        """What the cell has printed."""
        streams = (o for o in self.cell(cell_id).outputs if o.output_type == "stream")
        return "".join(output.text for output in streams)


class Attempts:
    """Runs attempts in folders below `tmp`, with kernels of `pool`."""

    def __init__(self, pool: KernelPool, tmp: Path) -> None:
        self.pool = pool
        self.tmp = tmp
        self.cwd = tmp / "work"
        self.cwd.mkdir()
        self._count = 0

    def run(
        self,
        notebook: str,
        parameters: Mapping[str, object] | None = None,
        *,
        kernel_name: str | None = None,
        timeout: float | None = None,
        token: CancelToken | None = None,
        on_event: Callable[[JsonObject], None] | None = None,
        cwd: Path | None = None,
        env: Mapping[str, str] | None = None,
        grace: float = 5.0,
    ) -> Ran:
        """A whole notebook of `notebooks/`."""
        payload = {"notebook": f"{notebook}.ipynb", "kernel_name": kernel_name}
        order = self._order(TaskKind.NOTEBOOK, payload, timeout=timeout)
        place = self._place(order, token, on_event, cwd, env, grace)
        return Ran(run_notebook_task(order, parameters or {}, place), place.store)

    def run_cells(
        self,
        cells: Sequence[str],
        *,
        notebook: str = "dag_of_cells",
        setup: Sequence[str] = ("setup",),
        inputs: Mapping[str, str] | None = None,
        outputs: Sequence[str] = (),
        values: Mapping[str, Mapping[str, ValueRef]] | None = None,
        params: JsonObject | None = None,
        token: CancelToken | None = None,
        keep: Keep = NOT_KEPT,
        edits: Mapping[str, str] | None = None,
    ) -> Ran:
        """Some cells of a notebook of `notebooks/`, as one task."""
        payload: dict[str, Json] = {
            "notebook": f"{notebook}.ipynb",
            "setup": list(setup),
            "cells": list(cells),
            "inputs": dict(inputs or {}),
            "outputs": list(outputs),
        }
        order = self._order(TaskKind.CELLS, payload, values=values, params=params)
        order = replace(order, keep=keep, edits=edits or {})
        place = self._place(order, token, None, None, None, 5.0)
        return Ran(run_cell_task(order, place), place.store)

    def _order(
        self,
        kind: TaskKind,
        payload: JsonObject,
        *,
        timeout: float | None = None,
        values: Mapping[str, Mapping[str, ValueRef]] | None = None,
        params: JsonObject | None = None,
    ) -> TaskOrder:
        self._count += 1
        now = datetime(2026, 1, 1, tzinfo=timezone.utc)
        return TaskOrder(
            attempt_id=f"attempt-{self._count}",
            task=Task("task", kind, payload=payload, execution_timeout=timeout),
            run=RunInfo("dag", "run", "manual", run_after=now, params=params or {}),
            source=SourceBundle("unused"),
            # Braces: papermill would take them for parameters of the path.
            artifacts=str(self.tmp / f"artifacts{{{self._count}}}"),
            value_store=str(self.tmp / "values"),
            values=values or {},
        )

    def _place(
        self,
        order: TaskOrder,
        token: CancelToken | None,
        on_event: Callable[[JsonObject], None] | None,
        cwd: Path | None,
        env: Mapping[str, str] | None,
        grace: float,
    ) -> NotebookPlace:
        return NotebookPlace(
            pool=self.pool,
            store=ArtifactStore(order.artifacts),
            token=token or CancelToken(),
            folder=NOTEBOOKS,
            cwd=cwd or self.cwd,
            env=env or {},
            on_event=on_event,
            grace=grace,
        )


def wait_until(condition: Callable[[], object], seconds: float = 60.0) -> None:
    """Return as soon as `condition` holds; fail if it does not within `seconds`."""
    deadline = time.monotonic() + seconds
    pause = threading.Event()
    while not condition():
        assert time.monotonic() < deadline, f"not true within {seconds:g} s"
        pause.wait(0.01)


def is_gone(pid: int) -> bool:
    """Whether no process of that number runs any more."""
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def wait_gone(pid: int) -> None:
    wait_until(lambda: is_gone(pid))


def when(event: str, cell: str, act: Callable[[], None]) -> Callable[[JsonObject], None]:
    """A listener that acts on the first event of this name about this cell."""
    done = False

    def listen(told: JsonObject) -> None:
        nonlocal done
        if not done and told["event"] == event and told.get("cell") == cell:
            done = True
            act()

    return listen
