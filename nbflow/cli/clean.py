"""`nbflow db clean`: old runs are forgotten, with their notebooks, logs and values, and so are the
folders that `nbflow run` has left behind.
"""

from __future__ import annotations

import shutil
import sys
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer

from nbflow import app
from nbflow.cli.again import DryRunOption, YesOption
from nbflow.cli.asking import asks
from nbflow.cli.output import Output, OutputOption, StoreOption, counted, errors_as_sentences, show
from nbflow.cli.project import Project, project
from nbflow.commands import Receipt
from nbflow.core.errors import RequestError
from nbflow.views.cleaning import old_runs


@dataclass(frozen=True)
class Old:
    """What goes: runs as (dag_id, run_id), and folders of runs with a store of their own."""

    runs: list[tuple[str, str]]
    folders: list[str]

    @property
    def words(self) -> str:
        return f"{counted(len(self.runs), 'run')} and {counted(len(self.folders), 'folder')}"


@asks
def clean(
    older_than: Annotated[
        float | None,
        typer.Option(min=0, metavar="DAYS", help="By default the setting retention_run_days."),
    ] = None,
    keep: Annotated[int, typer.Option(min=1, help="So many runs of each DAG stay.")] = 20,
    dry_run: DryRunOption = False,
    yes: YesOption = False,
    store: StoreOption = None,
    output: OutputOption = Output.TABLE,
) -> None:
    """Forget runs that ended long ago, and the folders that `nbflow run` has left in the project.

    The scheduler does the first by itself, after retention_run_days. The newest runs of each DAG
    and its last success stay.
    """
    with errors_as_sentences(output):
        here = project(store)
        old = _old(here, _days(here, older_than), keep)
        shown: dict[str, object] = {"runs": old.runs, "folders": old.folders, "dry_run": dry_run}
        if dry_run:
            show(shown, output, lambda: _listed(old))
            return
        if output is Output.TABLE and sys.stdin.isatty() and not yes:
            typer.confirm(f"Delete {old.words}?", abort=True)
        for folder in old.folders:
            shutil.rmtree(folder)
        receipts = [here.commands.delete_run(*run) for run in old.runs]
        _tell(here, receipts, shown, old.words, output)


def _days(here: Project, given: float | None) -> float:
    if given is not None:
        return given
    if not here.settings.retention_run_days:
        raise RequestError("The setting retention_run_days keeps all runs: use --older-than DAYS.")
    return here.settings.retention_run_days


def _old(here: Project, days: float, keep: int) -> Old:
    before = app.utc_now() - timedelta(days=days)
    folders = sorted((here.settings.data_folder / "runs").glob("*/nbflow.db"))
    left = [str(one.parent) for one in folders if _last_use(one.parent) < before.timestamp()]
    return Old(old_runs(here.database, before, keep), left)


def _last_use(folder: Path) -> float:
    """When a run with a store of its own last wrote to it: the log of SQLite is the newest."""
    return max(file.stat().st_mtime for file in folder.glob("nbflow.db*"))


def _listed(old: Old) -> str:
    lines = [f"Would delete {old.words}.", *(f"{dag} {run}" for dag, run in old.runs), *old.folders]
    return "\n".join(lines)


def _tell(
    here: Project, receipts: list[Receipt], shown: dict[str, object], words: str, output: Output
) -> None:
    """The scheduler deletes the runs in the order asked: its last answer tells it is done."""
    if receipts:
        here.tell(receipts[-1], shown, f"Deleted {words}.", output)
    else:
        show(shown, output, lambda: f"Deleted {words}.")
