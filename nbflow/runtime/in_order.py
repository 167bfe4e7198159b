"""A notebook run as everybody runs it: all cells in one kernel, from top to bottom."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

import nbformat
from papermill.exceptions import PapermillExecutionError
from papermill.execute import execute_notebook

from nbflow.authoring import text_notebooks
from nbflow.core.json import Json
from nbflow.runtime.notebook_run import EngineOptions


def run_in_order(notebook: Path, parameters: Mapping[str, Json]) -> nbformat.NotebookNode:
    """The executed copy of `notebook`, run in its folder. A cell that raises ends it, and shows."""
    with tempfile.TemporaryDirectory(prefix="nbflow-in-order-") as folder:
        executed = Path(folder) / f"{notebook.stem}.ipynb"
        source = notebook
        if notebook.suffix in text_notebooks.ENDINGS:
            source = Path(folder) / "source.ipynb"
            nbformat.write(text_notebooks.read_file(notebook), source)
        # The error stands in the copy, where it is compared with that of the other way.
        with suppress(PapermillExecutionError):
            execute_notebook(
                str(source),
                str(executed),
                parameters=dict(parameters),
                engine_name="nbflow",
                progress_bar=False,
                options=EngineOptions(cwd=notebook.absolute().parent),
            )
        found: nbformat.NotebookNode = nbformat.read(executed, as_version=4)
    # papermill puts a note with the error in front, which is no cell of the author's.
    found.cells = [
        c for c in found.cells if not _PAPERMILLS_NOTES & set(c.metadata.get("tags", ()))
    ]
    return found


_PAPERMILLS_NOTES = {"papermill-error-cell-tag"}
