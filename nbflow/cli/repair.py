"""`nbflow tasks`: debug, reconstruct, resume, promote: a failed task repaired in its notebook."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import nbformat
import typer
from jupyter_core.paths import jupyter_runtime_dir

from nbflow import app
from nbflow.app.repair import AttemptRef, Repair
from nbflow.cli.asking import asks
from nbflow.cli.output import Output, OutputOption, StoreOption, errors_as_sentences, show
from nbflow.cli.project import Project, project
from nbflow.cli.run_names import (
    DagArgument,
    IndexOption,
    RunOption,
    TaskArgument,
    TryOption,
    newest,
)
from nbflow.core.errors import RequestError

EditedOption = Annotated[
    Path | None,
    typer.Option("--notebook", help="The notebook of debug or reconstruct, with your edits."),
]


def add_to(tasks: typer.Typer) -> None:
    """Make these commands of `nbflow tasks`."""
    commands: list[Callable[..., None]] = [debug, reconstruct, asks(resume), promote]
    for command in commands:
        tasks.command()(command)


def debug(
    dag_id: DagArgument,
    task_id: TaskArgument,
    run: RunOption = None,
    map_index: IndexOption = -1,
    try_number: TryOption = None,
    end: Annotated[bool, typer.Option("--end", help="End the kernel before its time.")] = False,
    store: StoreOption = None,
    output: OutputOption = Output.TABLE,
) -> None:
    """Say how to attach to the kernel of a failed task, which still has all its variables."""
    with errors_as_sentences(output):
        here = project(store)
        ref = AttemptRef(dag_id, newest(here, dag_id, run), task_id, map_index, try_number)
        repair = _repair(here)
        if end:
            repair.end_kernel(ref, app.utc_now())
            show({"ended": True}, output, lambda: "The kernel has ended.")
            return
        kernel = repair.kernel(ref, app.utc_now())
        file = _connection_file(kernel.pid, json.dumps(dict(kernel.connection)))
        until = kernel.until.isoformat()
        facts = {"connection_file": str(file), "until": until, "host": kernel.host}
        words = (
            f"The kernel lives until {kernel.until:%H:%M} UTC at the latest.\n"
            f"jupyter console --existing {file}"
        )
        show(facts, output, lambda: words)


def reconstruct(
    dag_id: DagArgument,
    task_id: TaskArgument,
    run: RunOption = None,
    map_index: IndexOption = -1,
    try_number: TryOption = None,
    to: Annotated[Path | None, typer.Option("--to", help="The notebook to write.")] = None,
    store: StoreOption = None,
    output: OutputOption = Output.TABLE,
) -> None:
    """Write a notebook of a task's cells, the first of which loads what the task read."""
    with errors_as_sentences(output):
        here = project(store)
        ref = AttemptRef(dag_id, newest(here, dag_id, run), task_id, map_index, try_number)
        path = to or Path(f"{dag_id}_{task_id}_reconstructed.ipynb")
        if path.exists():
            raise RequestError(f"{path} is there already: name another file with --to.")
        nbformat.write(_repair(here).reconstructed(ref), path)
        show({"notebook": str(path)}, output, lambda: f"Written to {path}.")


def resume(
    dag_id: DagArgument,
    task_id: TaskArgument,
    run: RunOption = None,
    notebook: EditedOption = None,
    map_index: IndexOption = -1,
    try_number: TryOption = None,
    store: StoreOption = None,
    output: OutputOption = Output.TABLE,
) -> None:
    """Start a run of what did not succeed, with the cells of a task as edited in a notebook."""
    with errors_as_sentences(output):
        here = project(store)
        run_id = newest(here, dag_id, run)
        ref = AttemptRef(dag_id, run_id, task_id, map_index, try_number)
        edits = {} if notebook is None else _repair(here).edits(ref, _cells(notebook))
        receipt = here.commands.resume(dag_id, run_id, {task_id: edits} if edits else {})
        asked = {"dag_id": dag_id, "run_id": receipt.run_id, "rerun_of": run_id}
        here.tell(receipt, {**asked, "edited": sorted(edits)}, f"Run {receipt.run_id}.", output)


def promote(
    dag_id: DagArgument,
    task_id: TaskArgument,
    notebook: Annotated[Path, typer.Option("--notebook", help="The notebook with your edits.")],
    run: RunOption = None,
    map_index: IndexOption = -1,
    try_number: TryOption = None,
    store: StoreOption = None,
    output: OutputOption = Output.TABLE,
) -> None:
    """Write edited cells into the notebook of the DAG, unless they have changed since the run."""
    with errors_as_sentences(output):
        here = project(store)
        ref = AttemptRef(dag_id, newest(here, dag_id, run), task_id, map_index, try_number)
        path = _repair(here).promote(ref, _cells(notebook))
        show({"path": str(path)}, output, lambda: f"Written to {path}.")


def _repair(here: Project) -> Repair:
    return Repair(here.settings, here.database)


def _cells(path: Path) -> dict[str, str]:
    """What the code cells of a notebook say, by id. Raises RequestError."""
    try:
        nb = nbformat.read(path, as_version=4)
    except (OSError, ValueError) as error:
        raise RequestError(f"{path} cannot be read as a notebook: {error}") from error
    return {cell.id: cell.source for cell in nb.cells if cell.cell_type == "code" and "id" in cell}


def _connection_file(pid: int, text: str) -> Path:
    """The key in it lets its reader run code: for this user alone."""
    file = Path(jupyter_runtime_dir()) / f"nbflow-{pid}.json"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.unlink(missing_ok=True)
    file.touch(mode=0o600)
    file.write_text(text, encoding="utf-8")
    return file
