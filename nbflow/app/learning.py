"""What a run taught about the cells of a notebook is kept with the project, for its next plan."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from nbflow.core.dag import TaskKind
from nbflow.settings import Settings
from nbflow.store import dags as dag_store
from nbflow.store.database import Database
from nbflow.store.runs import ActiveRun

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Learning:
    """Told by the scheduler of values that could not be handed on. `project` is where it is kept;
    `read_now` has a file planned anew that has not changed.
    """

    project: Settings
    database: Database
    read_now: Callable[[Path], None]

    def __call__(self, run: ActiveRun, task_id: str, stuck: Mapping[str, str]) -> None:
        """Keep it, if the task is made of cells."""
        task = run.snapshot.dag.by_id[task_id]
        if task.kind is not TaskKind.CELLS:
            return
        # Notebooks need IPython, and hardly any run teaches anything.
        import nbformat  # noqa: PLC0415 - as above

        from nbflow.authoring import learned  # noqa: PLC0415 - as above

        with self.database.reading() as session:
            _, bundle = dag_store.load_version(session, run.version_id)
        nb = nbformat.reads(bundle.files[str(task.payload["notebook"])].decode(), as_version=4)
        edits = run.snapshot.run.edits.get(task_id, {})
        own = task.payload["cells"]
        assert isinstance(own, list)  # as `authoring/notebooks.py` wrote it
        cells = [edits.get(one.id, one.source) for one in nb.cells if one.id in own]
        if bundle.root is None:
            return  # made of no file that could be planned again
        root, home = Path(bundle.root), self.project.home.resolve()
        try:
            learned.keep(home if root.is_relative_to(home) else root, cells, stuck)
        except OSError as error:
            log.warning("What the run taught cannot be kept: %s", error)
            return
        self.read_now(root / run.snapshot.dag.file)
        names = ", ".join(sorted(stuck))
        log.info(
            "The next plan of %s puts the cells together that use %s.",
            Path(run.snapshot.dag.file).name,
            names,
            extra={"action": "learned", "dag_id": run.snapshot.run.dag_id},
        )
