"""`nbflow run`: one run of one DAG, here and now, without a daemon."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Annotated, Literal

import typer
from rich.live import Live
from rich.text import Text

from nbflow import app
from nbflow.cli.definitions import FoundDag, find_dag, params_from_text
from nbflow.cli.output import (
    Output,
    OutputOption,
    console,
    errors_as_sentences,
    notes,
    show,
)
from nbflow.cli.progress import run_table
from nbflow.cli.project import user
from nbflow.commands import Commands, schema_errors
from nbflow.core import params as param_rules
from nbflow.core.errors import DefinitionError
from nbflow.core.json import Json
from nbflow.settings import Settings, load
from nbflow.store.changes import Topic
from nbflow.store.database import Database
from nbflow.views.runs import find_try, run_detail
from nbflow.views.shapes import RunDetail

ExecutorName = Literal["inline", "dask"]


@dataclass(frozen=True)
class TaskSummary:
    """One task in the result; part of the stable surface."""

    task_id: str
    map_index: int
    state: str
    reason: str | None
    message: str
    try_number: int
    started_at: str | None
    ended_at: str | None
    upstream: list[str]
    output_notebook: str | None
    log: str | None


@dataclass(frozen=True)
class RunSummary:
    """What `nbflow run --output json` prints; part of the stable surface."""

    dag_id: str
    run_id: str
    state: str
    started_at: str | None
    ended_at: str | None
    output_notebook: str | None
    tasks: list[TaskSummary]


def run(
    target: Annotated[
        str,
        typer.Argument(metavar="PATH_OR_DAG_ID", help="A notebook, a Python file, or a DAG's id."),
    ],
    param: Annotated[
        list[str] | None, typer.Option("--param", "-p", help="A param as key=value; repeatable.")
    ] = None,
    executor: Annotated[
        ExecutorName | None, typer.Option(help="Where tasks run; inline by default.")
    ] = None,
    dag_id: Annotated[str | None, typer.Option("--dag", help="Which DAG of the file.")] = None,
    store: Annotated[
        str | None, typer.Option(help="Keep the run in this store (SQLAlchemy URL).")
    ] = None,
    output: OutputOption = Output.TABLE,
) -> None:
    """Run a notebook or a DAG to its end, here and now, and print what happened."""
    with errors_as_sentences(output):
        project = load().settings
        found = find_dag(project, target, dag_id)
        params = _checked(found, params_from_text(found.dag, param or []))
        settings = _private(project, executor or "inline", store)
        with app.open_database(settings) as database:
            summary = _execute(settings, database, found, params, live=output is Output.TABLE)
    show(summary, output, lambda: _last_words(summary))
    if summary.state != "success":
        raise typer.Exit(1)


def _checked(found: FoundDag, given: dict[str, Json]) -> dict[str, Json]:
    values, problems = param_rules.validate(found.dag.params, given, schema_errors)
    if problems:
        raise DefinitionError(problems)
    return values


def _private(project: Settings, executor: ExecutorName, store: str | None) -> Settings:
    """The project's settings with a data folder of the run's own, unless it is to be kept in a
    store.
    """
    if store is not None:
        return project.model_copy(update={"executor": executor, "store": store})
    now = datetime.now(timezone.utc)
    folder = project.data_folder / "runs" / f"{now:%Y%m%dT%H%M%S}-{now.microsecond:06d}"
    changes = {"executor": executor, "data": folder, "store": "", "artifacts": ""}
    return project.model_copy(update=changes)


def _execute(
    settings: Settings, database: Database, found: FoundDag, params: dict[str, Json], *, live: bool
) -> RunSummary:
    """Create the run, be its scheduler until it ends, and sum it up."""
    dag_id = found.dag.dag_id
    run_id = app.create_run(database, found.dag, found.bundle, file=found.file, params=params)
    done = threading.Event()
    scheduler = app.make_scheduler(
        settings,
        database,
        app.make_executor(settings),
        watch_dags=False,
        on_run_finished=lambda run: done.set() if run.snapshot.run.run_id == run_id else None,
    )
    with _progress(database, dag_id, run_id, live=live):
        try:
            scheduler.run_until(done.is_set)
        except KeyboardInterrupt:
            notes().print("Cancelling the run ...")
            Commands(database, user()).cancel(dag_id, run_id)
            scheduler.run_until(done.is_set)
    return _summary(settings, database, run_detail(database, dag_id, run_id))


@contextmanager
def _progress(database: Database, dag_id: str, run_id: str, *, live: bool) -> Iterator[None]:
    """On a terminal, the state of every task, redrawn as it changes; elsewhere nothing."""
    if not (live and sys.stdout.isatty()):
        yield
        return
    changes, ended = database.changes(Topic.JOURNAL), threading.Event()

    def follow(view: Live) -> None:
        while not ended.is_set():
            if changes.wait(0.5):
                view.update(run_table(run_detail(database, dag_id, run_id)))

    with Live(run_table(run_detail(database, dag_id, run_id)), console=console()) as view:
        thread = threading.Thread(target=follow, args=(view,), daemon=True)
        thread.start()
        try:
            yield
        finally:
            ended.set()
            thread.join(timeout=5)
            changes.close()
            view.update(run_table(run_detail(database, dag_id, run_id)))


def _summary(settings: Settings, database: Database, detail: RunDetail) -> RunSummary:
    run = detail.run
    upstream = {task.task_id: task.upstream for task in detail.tasks}
    tasks = []
    for one in detail.instances:
        last = find_try(database, run.dag_id, run.run_id, one.task_id, map_index=one.map_index)
        tasks.append(
            TaskSummary(
                one.task_id,
                one.map_index,
                one.state,
                one.reason,
                one.message,
                one.try_number,
                one.started_at,
                one.ended_at,
                upstream[one.task_id],
                last.output_notebook if last else None,
                last.log if last else None,
            )
        )
    notebook = app.keep_assembled(settings, database, run.dag_id, run.run_id)
    return RunSummary(
        run.dag_id, run.run_id, run.state, run.started_at, run.ended_at, notebook, tasks
    )


def _last_words(summary: RunSummary) -> object:
    """What is left to say after the table: what failed and why, and where the notebook is."""
    text = Text()
    if not sys.stdout.isatty():
        for task in summary.tasks:
            text.append(f"{task.task_id}: {task.state}\n")
    for task in summary.tasks:
        if task.state == "failed":
            text.append(f"{task.task_id} failed: {task.message}\n", style="red")
            text.append(f"  log: {task.log}\n" if task.log else "", style="bright_black")
    if summary.output_notebook:
        text.append(f"Notebook with all outputs: {summary.output_notebook}\n")
    return text.append(f"{summary.dag_id}: {summary.state}", style="bold")
