"""`nbflow runs`: list, show, cancel, clear, watch."""

from __future__ import annotations

import sys
from functools import partial
from typing import Annotated

import typer

from nbflow.cli.output import (
    Output,
    OutputOption,
    StoreOption,
    age,
    between,
    errors_as_sentences,
    rows,
    show,
    state_text,
)
from nbflow.cli.progress import follow, run_table, shown
from nbflow.cli.project import Project, project
from nbflow.core.errors import NotFoundError
from nbflow.views.runs import run_detail, run_list
from nbflow.views.shapes import RunDetail, RunView

runs = typer.Typer(no_args_is_help=True)

DagArgument = Annotated[str, typer.Argument(help="The id of the DAG.")]
RunArgument = Annotated[
    str | None, typer.Argument(help="The id of the run; the newest by default.")
]


@runs.command("list")
def list_(
    dag_id: Annotated[str | None, typer.Argument(help="Only runs of this DAG.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=500)] = 25,
    before: Annotated[int | None, typer.Option(help="Continue a listing.")] = None,
    store: StoreOption = None,
    output: OutputOption = Output.TABLE,
) -> None:
    """List runs, newest first."""
    with errors_as_sentences(output):
        page = run_list(project(store).database, dag_id, before, limit)
    columns = ("DAG", "RUN", "STATE", "TYPE", "DUE", "TOOK")
    empty = "No runs yet. Start one: nbflow dags trigger DAG_ID"
    show(page, output, lambda: rows(columns, [_line(run) for run in page.runs], empty))


def _line(run: RunView) -> list[object]:
    took = between(run.started_at, run.ended_at)
    return [run.dag_id, run.run_id, state_text(run.state), run.run_type, age(run.run_after), took]


@runs.command("show")
def show_(
    dag_id: DagArgument,
    run_id: RunArgument = None,
    store: StoreOption = None,
    output: OutputOption = Output.TABLE,
) -> None:
    """Show one run with the state of every task."""
    with errors_as_sentences(output):
        detail = _detail(project(store), dag_id, run_id)
    show(detail, output, lambda: run_table(detail))


@runs.command()
def cancel(
    dag_id: DagArgument,
    run_id: RunArgument = None,
    store: StoreOption = None,
    output: OutputOption = Output.TABLE,
) -> None:
    """End a run: what runs in it is ended by force, what waits will not start."""
    with errors_as_sentences(output):
        here = project(store)
        run = newest(here, dag_id, run_id)
        receipt = here.commands.cancel(dag_id, run)
        asked = {"dag_id": dag_id, "run_id": run}
        here.tell(receipt, asked, f"Run {run} is being cancelled.", output)


@runs.command()
def clear(
    dag_id: DagArgument,
    run_id: RunArgument = None,
    task: Annotated[
        list[str] | None,
        typer.Option("--task", "-t", help="A task to run again; without any: resume."),
    ] = None,
    upstream: Annotated[bool, typer.Option(help="With all upstream tasks.")] = False,
    downstream: Annotated[bool, typer.Option(help="With all downstream tasks.")] = False,
    only_failed: Annotated[bool, typer.Option(help="Of those, only the failed ones.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would run.")] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    store: StoreOption = None,
    output: OutputOption = Output.TABLE,
) -> None:
    """Run tasks again; without --task, those that failed and what depends on them."""
    with errors_as_sentences(output):
        here = project(store)
        run = newest(here, dag_id, run_id)
        ask_for = partial(
            here.commands.clear,
            dag_id,
            run,
            task,
            upstream=upstream,
            downstream=downstream,
            only_failed=only_failed,
        )
        preview = ask_for(dry_run=True)
        names = [name if index < 0 else f"{name}[{index}]" for name, index in preview.keys]
        words = ", ".join(names) or "nothing"
        ask = not (dry_run or yes) and output is Output.TABLE and sys.stdin.isatty()
        if ask and names:
            typer.confirm(f"Run again: {words}?", abort=True)
        asked = {"dag_id": dag_id, "run_id": run, "tasks": names, "dry_run": dry_run}
        if dry_run:
            nothing = {"request_id": None, "answer": None}
            show({**asked, **nothing}, output, lambda: f"Would run again: {words}.")
        else:
            receipt = ask_for()
            here.tell(receipt, asked, f"Runs again: {words}.", output)


@runs.command()
def watch(
    dag_id: DagArgument,
    run_id: RunArgument = None,
    store: StoreOption = None,
    output: OutputOption = Output.TABLE,
) -> None:
    """Follow a run until it has ended.

    Exit code 0 if it succeeded.
    """
    with errors_as_sentences(output):
        here = project(store)
        detail = _detail(here, dag_id, run_id)
        with shown(detail, output) as screen:
            detail = follow(here.database, detail, screen, lambda: False)
    show(detail, output, lambda: f"{dag_id}: {detail.run.state}")
    if detail.run.state != "success":
        raise typer.Exit(1)


def _detail(here: Project, dag_id: str, run_id: str | None) -> RunDetail:
    return run_detail(here.database, dag_id, newest(here, dag_id, run_id))


def newest(here: Project, dag_id: str, run_id: str | None) -> str:
    """`run_id`, or the id of the newest run of the DAG."""
    if run_id is not None:
        return run_id
    found = run_list(here.database, dag_id, limit=1).runs
    if not found:
        raise NotFoundError(
            f"DAG {dag_id!r} has no runs yet. Start one: nbflow dags trigger {dag_id}"
        )
    return found[0].run_id
