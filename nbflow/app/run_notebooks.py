"""The run as one notebook: assembled, kept in the artifact store, exported, compared."""

# ruff: noqa: PLC0415 - heavy rooms are imported by the function that needs them

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Literal

from nbflow.app.left_behind import attempt_files, attempt_folder
from nbflow.core import params
from nbflow.core.dag import Dag, TaskKind
from nbflow.core.errors import NbflowError, NotFoundError
from nbflow.core.events import TaskKey
from nbflow.core.json import JsonObject
from nbflow.core.orders import run_folder
from nbflow.core.snapshot import DagRun, TaskInstance
from nbflow.settings import Settings
from nbflow.store import browsing
from nbflow.store import dags as dag_store
from nbflow.store import runs as run_store
from nbflow.store.browsing import Try
from nbflow.store.database import Database

if TYPE_CHECKING:
    import nbformat

    from nbflow.runtime.badges import RunFacts
    from nbflow.runtime.differences import Difference
    from nbflow.runtime.own_copies import SharedPath

log = logging.getLogger("nbflow.app")

ExportFormat = Literal["html", "ipynb"]

SHOWN_TASKS = 200
"""So many task instances of a DAG of functions are shown with their logs."""


LOG_BYTES = 64 << 10


@dataclass(frozen=True)
class FinishedRun:
    """A run with what its attempts have left; `files` are those of the version it executes."""

    run: DagRun
    dag: Dag
    files: Mapping[str, bytes]
    instances: Sequence[TaskInstance]
    tries: Mapping[TaskKey, Try]

    @property
    def is_of_cells(self) -> bool:
        return self.dag.source == "notebook"

    @property
    def notebook(self) -> str:
        """The notebook that the tasks are cells of, by its path in `files`."""
        return str(next(task.payload["notebook"] for task in self.dag.tasks))


def finished_run(database: Database, dag_id: str, run_id: str) -> FinishedRun | None:
    """A run as far as it has come, None if there is none."""
    with database.reading() as session:
        run = run_store.load_run(session, dag_id, run_id)
        if run is None:
            return None
        _, bundle = dag_store.load_version(session, run.version_id)
        tries = browsing.newest_tries(session, run.id)
    snapshot = run.snapshot
    place = snapshot.dag.graph.position
    known = (one for one in snapshot.instances.values() if one.task_id in place)
    instances = sorted(known, key=lambda one: (place[one.task_id], one.map_index))
    return FinishedRun(snapshot.run, snapshot.dag, bundle.files, instances, tries)


def assembled_notebook(
    database: Database, dag_id: str, run_id: str
) -> nbformat.NotebookNode | None:
    """A cell DAG's run as one notebook, as far as it has come; None for other DAGs and runs."""
    found = finished_run(database, dag_id, run_id)
    if found is None or not found.is_of_cells:
        return None

    from nbflow.runtime.badges import with_badges

    return with_badges(plain_notebook(found), _facts(found), _owners(found.dag))


def plain_notebook(found: FinishedRun) -> nbformat.NotebookNode:
    """The run of a cell DAG as its author's cells, without badges."""
    import nbformat

    from nbflow.authoring.notebooks import SETUP_OF
    from nbflow.runtime.assemble import assemble_run

    source = nbformat.reads(found.files[found.notebook].decode(), as_version=4)
    # Cells the reader of the notebook put in for setup are not the user's.
    source.cells = [c for c in source.cells if SETUP_OF not in c.metadata.get("nbflow", {})]
    executed = {key[0]: notebook_of(one) for key, one in found.tries.items() if one.output_notebook}
    states = {one.task_id: str(one.state) for one in found.instances}
    return assemble_run(source, executed, states)


def run_notebook(
    settings: Settings, database: Database, dag_id: str, run_id: str
) -> nbformat.NotebookNode:
    """The run of any DAG as one notebook: its cells, or task after task.

    Raises NotFoundError if there is no such run, or a notebook it has left is gone.
    """
    found = finished_run(database, dag_id, run_id)
    if found is None:
        raise NotFoundError(f"There is no run {run_id!r} of DAG {dag_id!r}.")
    try:
        if found.is_of_cells:
            from nbflow.runtime.badges import with_badges

            return with_badges(plain_notebook(found), _facts(found), _owners(found.dag))
        return _task_after_task(settings, found)
    except FileNotFoundError as error:
        raise NotFoundError(
            f"A notebook that run {run_id} has left is gone: {error.filename}."
        ) from error


def export_run(
    settings: Settings, database: Database, dag_id: str, run_id: str, to: ExportFormat
) -> bytes:
    """The content of a file with the run as one notebook, or as one page."""
    import nbformat

    notebook = run_notebook(settings, database, dag_id, run_id)
    if to == "ipynb":
        return str(nbformat.writes(notebook)).encode()
    from nbflow.runtime.export import to_html

    return to_html(notebook, f"{dag_id} {run_id}").encode()


def assembled_path(settings: Settings, dag_id: str, run_id: str) -> str:
    """The URL at which the assembled notebook of a run is kept."""
    return f"{run_folder(settings.artifacts_url, dag_id, run_id)}/{dag_id}.ipynb"


def keep_assembled(settings: Settings, database: Database, dag_id: str, run_id: str) -> str | None:
    """Write the assembled notebook of a run into the artifact store.

    Returns its URL, None for DAGs without.
    """
    notebook = assembled_notebook(database, dag_id, run_id)
    return None if notebook is None else _keep(settings, dag_id, run_id, notebook)


def keep_run_notebook(settings: Settings, database: Database, dag_id: str, run_id: str) -> str:
    """The same for a run of any DAG. Raises NotFoundError, as `run_notebook` does."""
    notebook = run_notebook(settings, database, dag_id, run_id)
    return _keep(settings, dag_id, run_id, notebook)


def _keep(settings: Settings, dag_id: str, run_id: str, notebook: nbformat.NotebookNode) -> str:
    import nbformat

    from nbflow.runtime.artifacts import ArtifactStore

    folder, _, file = assembled_path(settings, dag_id, run_id).rpartition("/")
    return ArtifactStore(folder).write(file, nbformat.writes(notebook).encode())


def notebook_of(one: Try) -> nbformat.NotebookNode:
    """The executed notebook of an attempt that has one."""
    import nbformat

    from nbflow.runtime.artifacts import read_url

    text = read_url(str(one.output_notebook)).decode()
    notebook: nbformat.NotebookNode = nbformat.reads(text, as_version=4)
    return notebook


def last_log(settings: Settings, run: DagRun, key: TaskKey, last: Try | None) -> str:
    """The end of the log of an attempt; nothing where there was none."""
    if last is None:
        return ""
    folder = attempt_folder(settings, run.dag_id, run.run_id, key[0], last)
    return attempt_files(folder).log_end(LOG_BYTES)


class Assembling:
    """Keeps the assembled notebooks of finished runs, in a thread of its own: a large one must not
    hold up the scheduler.
    """

    def __init__(self, settings: Settings, database: Database) -> None:
        self._keep = partial(keep_assembled, settings, database)
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="nbflow-assemble")

    def __call__(self, run: run_store.ActiveRun) -> None:
        if run.snapshot.dag.source == "notebook":
            self._thread.submit(self._try, run.snapshot.run)

    def _try(self, run: DagRun) -> None:
        try:
            self._keep(run.dag_id, run.run_id)
        except (OSError, ValueError, NbflowError) as error:
            # The run has ended and is stored; its parts are there, only this convenience is
            # missing.
            log.warning("No assembled notebook for %s: %s", run.run_id, error)


@dataclass(frozen=True)
class Ways:
    """Where a notebook is run as a DAG, and where from top to bottom; by which paths both use one
    file all the same; and the copied folders, in the same order.
    """

    as_dag: Path
    in_order: Path
    shared: Sequence[SharedPath] = ()
    copies: Sequence[Path] = ()


def copies_to_compare(notebook: Path, folder: Path) -> Ways:
    """Two copies of all that the notebook reaches by relative paths, in `folder`.

    Raises TooLarge, OSError.
    """
    from nbflow.runtime import own_copies
    from nbflow.runtime.source_notebook import read_notebook

    nb = read_notebook(notebook, str(notebook))
    root = own_copies.root_of(notebook, nb)
    place = notebook.absolute().relative_to(root)
    # Names of one length: lines that tell them break at the same place.
    ways = [folder / name for name in ("dag", "row")]
    for way in ways:
        own_copies.copy_folder(root, way)
    return Ways(ways[0] / place, ways[1] / place, own_copies.shared_paths(nb, root), ways)


def differs_in_order(
    assembled: str, ways: Ways, params: JsonObject
) -> tuple[list[Difference], float]:
    """Run the notebook from top to bottom in one kernel, and compare with what its run as a DAG has
    left at the URL `assembled`.

    Returns where they differ, and how long it took, in seconds.
    """
    import nbformat

    from nbflow.runtime.artifacts import read_url
    from nbflow.runtime.differences import differences, told_elsewhere
    from nbflow.runtime.in_order import run_in_order

    began = monotonic()
    in_order = run_in_order(ways.in_order, params)
    took = monotonic() - began
    as_dag = nbformat.reads(read_url(assembled).decode(), as_version=4)
    if ways.copies:
        as_dag = told_elsewhere(as_dag, *ways.copies)
    return differences(as_dag, in_order), took


# -- the parts -------------------------------------------------------------------------------------


def _task_after_task(settings: Settings, found: FinishedRun) -> nbformat.NotebookNode:
    from nbflow.runtime.assemble_tasks import TaskPages, assemble_tasks
    from nbflow.runtime.badges import TaskFacts

    pages: list[TaskPages] = []
    for one in found.instances[:SHOWN_TASKS]:
        facts = TaskFacts(one.name, str(one.state), _seconds(one), one.try_number, one.message)
        last = found.tries.get(one.key)
        if last is not None and last.output_notebook:
            pages.append(TaskPages(facts, notebook_of(last)))
        else:
            pages.append(TaskPages(facts, log=last_log(settings, found.run, one.key, last)))
    left_out = len(found.instances) - len(pages)
    return assemble_tasks(_facts(found), pages, left_out)


def _facts(found: FinishedRun) -> RunFacts:
    from nbflow.runtime.badges import RunFacts, TaskFacts

    run = found.run
    started = run.started_at
    return RunFacts(
        run.dag_id,
        run.run_id,
        str(run.state),
        _seconds(run),
        f"{started:%Y-%m-%d %H:%M:%S} UTC" if started else "",
        params.hidden(run.secret_params, run.params),
        [
            TaskFacts(one.name, str(one.state), _seconds(one), one.try_number, one.message)
            for one in found.instances
        ],
    )


def _seconds(one: DagRun | TaskInstance) -> float | None:
    if one.started_at is None or one.ended_at is None:
        return None
    return (one.ended_at - one.started_at).total_seconds()


def _owners(dag: Dag) -> dict[str, str]:
    """The task of each cell, by the id of the cell; of a whole notebook, that of all."""
    owners: dict[str, str] = {}
    for task in dag.tasks:
        cells = task.payload.get("cells")
        if task.kind is TaskKind.CELLS and isinstance(cells, Iterable):
            owners.update(dict.fromkeys(map(str, cells), task.task_id))
    return owners
