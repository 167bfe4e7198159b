"""`nbflow runs notebook` and `nbflow runs export`: a run as one notebook, or as a page."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path
from typing import Annotated

import typer

from nbflow import app
from nbflow.cli.output import Output, OutputOption, StoreOption, errors_as_sentences, show
from nbflow.cli.project import project
from nbflow.cli.run_names import DagArgument, RunArgument, newest
from nbflow.core.errors import NotFoundError, RequestError

FormatOption = Annotated[
    app.ExportFormat | None,
    typer.Option("--to", help="html or ipynb; by default what the file's name says, else html."),
]


def notebook(
    dag_id: DagArgument,
    run_id: RunArgument = None,
    open_it: Annotated[bool, typer.Option("--open", help="Open it in JupyterLab.")] = False,
    store: StoreOption = None,
    output: OutputOption = Output.TABLE,
) -> None:
    """Say where the notebook of a run is: all cells in their order, with what came of them."""
    with errors_as_sentences(output):
        here = project(store)
        run = newest(here, dag_id, run_id)
        place = app.keep_run_notebook(here.settings, here.database, dag_id, run)
        path = place.removeprefix("file://")
        if open_it and "://" in path:
            raise RequestError(
                f"The notebook is at {path}, not on this machine. Fetch a copy: "
                f"nbflow runs export {dag_id} {run} --to ipynb"
            )
    show({"dag_id": dag_id, "run_id": run, "notebook": path}, output, lambda: path)
    if open_it:
        raise typer.Exit(_open_in_lab(path))


def _open_in_lab(path: str) -> int:
    command = shutil.which("jupyter-lab") or shutil.which("jupyter-lab", path=_scripts())
    if command is None:
        raise NotFoundError("JupyterLab is not installed here: pip install jupyterlab")
    return subprocess.run([command, path], check=False).returncode


def _scripts() -> str:
    return str(Path(sys.executable).parent)


def export(
    dag_id: DagArgument,
    run_id: RunArgument = None,
    to: FormatOption = None,
    file: Annotated[
        Path | None, typer.Option("--file", "-o", help="Where to; DAG_ID.html here by default.")
    ] = None,
    store: StoreOption = None,
    output: Annotated[Output, typer.Option("--output", help="Form of the answer.")] = Output.TABLE,
) -> None:
    """Write a run into one file: a page for a browser, or a notebook."""
    with errors_as_sentences(output):
        here = project(store)
        run = newest(here, dag_id, run_id)
        chosen = to or ("ipynb" if file is not None and file.suffix == ".ipynb" else "html")
        path = file or Path(f"{dag_id}.{chosen}")
        content = app.export_run(here.settings, here.database, dag_id, run, chosen)
        _write(path, content)
    show({"dag_id": dag_id, "run_id": run, "file": str(path)}, output, lambda: str(path))


def _write(path: Path, content: bytes) -> None:
    try:
        path.write_bytes(content)
    except OSError as error:
        raise RequestError(f"{path} cannot be written: {error.strerror}. Name another.") from error
