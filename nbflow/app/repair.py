"""Repairing a failure inside the notebook: the living kernel, the notebook that brings its inputs,
the edit. Composed here for the doors; the notebooks themselves are made in `runtime/repair.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from nbflow.app.left_behind import attempt_files, attempt_folder
from nbflow.core.dag import Task, TaskKind
from nbflow.core.errors import NotFoundError, RequestError
from nbflow.core.json import JsonObject
from nbflow.core.kept import KeptKernel
from nbflow.core.orders import SourceBundle, ValueRef
from nbflow.settings import Settings
from nbflow.store import browsing
from nbflow.store import dags as dag_store
from nbflow.store import runs as run_store
from nbflow.store.browsing import Try
from nbflow.store.database import Database
from nbflow.store.runs import ActiveRun
from nbflow.views.runs import find_run, find_try, task_instance_detail

if TYPE_CHECKING:
    from nbformat import NotebookNode

_IN_KERNELS = (TaskKind.NOTEBOOK, TaskKind.CELLS)


@dataclass(frozen=True)
class AttemptRef:
    """One try of a task instance, the newest without a number."""

    dag_id: str
    run_id: str
    task_id: str
    map_index: int = -1
    try_number: int | None = None

    def __str__(self) -> str:
        return self.task_id if self.map_index < 0 else f"{self.task_id}[{self.map_index}]"


@dataclass(frozen=True)
class Repair:
    """What can be done about the attempts in a store. Every method may raise an NbflowError."""

    settings: Settings
    database: Database

    # -- the living kernel -------------------------------------------------------------------------

    def kernel(self, ref: AttemptRef, now: datetime) -> KeptKernel:
        """The kernel of a failed attempt, alive and on this machine."""
        kept = kept_kernel(self._try(ref))
        instead = f"Reconstruct {ref} instead: that opens its cells with their inputs loaded."
        if kept is None:
            raise RequestError(f"The kernel of {ref} was not kept. {instead}")
        alive = is_alive(kept) if now < kept.until else False
        if alive is None:
            raise RequestError(
                f"The kernel of {ref} lives on {kept.host}, which only a Jupyter server there can "
                f"attach to. {instead}"
            )
        if not alive:
            raise RequestError(f"The kernel of {ref} has ended. {instead}")
        return kept

    def end_kernel(self, ref: AttemptRef, now: datetime) -> None:
        """End the kernel that was kept."""
        from nbflow.runtime.kept_kernels import end  # noqa: PLC0415 - as above

        end(self.kernel(ref, now))

    # -- notebooks ---------------------------------------------------------------------------------

    def executed(self, ref: AttemptRef) -> NotebookNode:
        """The notebook of an attempt as it ran."""
        one = self._try(ref)
        where = attempt_folder(self.settings, ref.dag_id, ref.run_id, ref.task_id, one)
        found = attempt_files(where).notebook(is_over=one.ended_at is not None)
        if found is None:
            self._task(ref)
            raise NotFoundError(f"Try {one.try_number} of {ref} has left no notebook.")
        return found.notebook

    def debug_notebook(self, ref: AttemptRef, kept: KeptKernel) -> NotebookNode:
        """The executed notebook, to be attached to its own kernel."""
        from nbflow.runtime.repair import debug_notebook  # noqa: PLC0415 - nbformat

        note = (
            f"**{ref} of {ref.dag_id}, where it failed.** This notebook is attached to the kernel "
            f"that ran it, with all its variables; it lives until {kept.until:%H:%M} UTC at the "
            "latest. `%debug` looks into the stack. Edit the cell that failed, then *Resume* "
            "makes a new run with the edit."
        )
        return debug_notebook(self.executed(ref), self._about(ref), note)

    def reconstructed(self, ref: AttemptRef) -> NotebookNode:
        """The cells of an attempt, not executed, after one that loads their inputs."""
        from nbflow.runtime.repair import reconstructed  # noqa: PLC0415 - nbformat

        run, bundle = self._run(ref)
        task = self._task(ref)
        note = (
            f"**{ref} of {ref.dag_id}, run {ref.run_id}, reconstructed.** The first cell loads "
            "what the task read from others, as it was. Secrets are not part of a notebook: "
            "`Variable` and `Connection` get them from the project."
        )
        return reconstructed(
            self.executed(ref),
            self._about(ref),
            self._inputs(run, task),
            _folder(run, bundle),
            note,
        )

    # -- the edit ----------------------------------------------------------------------------------

    def edits(self, ref: AttemptRef, cells: Mapping[str, str]) -> dict[str, str]:
        """Which of `cells`, the sources by id, are not what the attempt ran."""
        from nbflow.runtime.repair import edits_in  # noqa: PLC0415 - nbformat

        return edits_in(cells, self.executed(ref))

    def promote(self, ref: AttemptRef, cells: Mapping[str, str]) -> Path:
        """Write what was edited into the notebook that the task comes from, and return its path:
        also what the run was resumed with, where `cells` still say it.

        Refused where that has changed since the run, for nobody's work may be undone unseen.
        """
        from nbflow.runtime.repair import promoted  # noqa: PLC0415 - nbformat

        run, bundle = self._run(ref)
        resumed_with = run.snapshot.run.edits.get(ref.task_id, {})
        edits = {cell: cells[cell] for cell in resumed_with if cell in cells}
        edits |= self.edits(ref, cells)
        if not edits:
            raise RequestError("No cell differs from what the task ran: there is nothing to write.")
        name = str(self._task(ref).payload["notebook"])
        path = Path(bundle.root or self.settings.home) / name
        if path.suffix != ".ipynb":
            raise RequestError(f"{name} is no .ipynb file: copy your edit into it by hand.")
        try:
            now = path.read_text(encoding="utf-8")
        except OSError as error:
            raise RequestError(f"{path} cannot be read on this machine: {error}.") from error
        text = promoted(now, bundle.files[name].decode(), edits, name)
        path.write_text(text, encoding="utf-8")
        return path

    # -- private -----------------------------------------------------------------------------------

    def _try(self, ref: AttemptRef) -> Try:
        one = find_try(
            self.database,
            ref.dag_id,
            ref.run_id,
            ref.task_id,
            map_index=ref.map_index,
            try_number=ref.try_number,
        )
        if one is not None:
            return one
        task_instance_detail(self.database, ref.dag_id, ref.run_id, ref.task_id, ref.map_index)
        which = "yet" if ref.try_number is None else f"with the number {ref.try_number}"
        raise NotFoundError(f"{ref} has no try {which}.")

    def _about(self, ref: AttemptRef) -> JsonObject:
        one = self._try(ref)
        return {
            "dag_id": ref.dag_id,
            "run_id": ref.run_id,
            "task_id": ref.task_id,
            "map_index": ref.map_index,
            "try": one.try_number,
            "cell": one.cell,
        }

    def _run(self, ref: AttemptRef) -> tuple[ActiveRun, SourceBundle]:
        with self.database.reading() as session:
            run = run_store.load_run(session, ref.dag_id, ref.run_id)
            if run is None:
                raise NotFoundError(f"There is no run {ref.run_id!r} of DAG {ref.dag_id!r}.")
            return run, dag_store.load_version(session, run.version_id)[1]

    def _task(self, ref: AttemptRef) -> Task:
        with self.database.reading() as session:
            dag = browsing.dag_of_run(session, find_run(session, ref.dag_id, ref.run_id).id)
        task = dag.by_id.get(ref.task_id)
        if task is None:
            raise NotFoundError(f"There is no task {ref.task_id!r} in DAG {ref.dag_id!r}.")
        if task.kind not in _IN_KERNELS:
            raise RequestError(f"Task {ref.task_id!r} runs no notebook.")
        return task

    def _inputs(self, run: ActiveRun, task: Task) -> dict[str, tuple[str, ValueRef]]:
        """What a task of cells read: {name: (task, value)}. A notebook's are in its parameters."""
        wanted = task.payload.get("inputs")
        if not isinstance(wanted, Mapping):
            return {}
        with self.database.reading() as session:
            values = run_store.all_values(session, run.id)
        found: dict[str, tuple[str, ValueRef]] = {}
        for name, task_id in wanted.items():
            ref = values.get((str(task_id), -1), {}).get(name)
            if ref is not None:
                found[name] = (str(task_id), ref)
        return found


def is_alive(kept: KeptKernel) -> bool | None:
    """Whether the kernel lives; None if that cannot be told from this machine."""
    from nbflow.runtime import kept_kernels  # noqa: PLC0415 - brings jupyter_client and psutil

    return kept_kernels.is_alive(kept)


def kept_kernel(one: Try) -> KeptKernel | None:
    """The kernel that was kept when this attempt failed."""
    return None if one.kernel is None else KeptKernel.from_json(one.kernel)


def _folder(run: ActiveRun, bundle: SourceBundle) -> str | None:
    """Where the paths of the run's tasks begin, if that is a folder of this machine."""
    folder = Path(bundle.root or "") / PurePosixPath(run.snapshot.dag.file).parent
    return str(folder) if bundle.root and folder.is_dir() else None
