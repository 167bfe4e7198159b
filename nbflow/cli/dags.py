"""`nbflow dags`: list, show, lint, verify, trigger, pause, unpause, next, preview."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Group
from rich.text import Text

from nbflow import app, picture
from nbflow.cli.again import DryRunOption, SelectOption, moment, show_plan
from nbflow.cli.asking import asks
from nbflow.cli.definitions import NoCacheOption, ParamOption, find_dag, read_params
from nbflow.cli.output import (
    Output,
    OutputOption,
    StoreOption,
    age,
    counted,
    errors_as_sentences,
    notes,
    print_problems,
    problems_text,
    rows,
    say,
    show,
    state_text,
)
from nbflow.cli.project import project
from nbflow.cli.several import DagsArgument, ask_for_dags
from nbflow.cli.verify import verify
from nbflow.cli.versions import diff, versions
from nbflow.core.dag import Dag
from nbflow.core.errors import Problem
from nbflow.settings import load
from nbflow.views.dags import dag_list, group_views, import_errors, params_of, task_views
from nbflow.views.schedules import dag_schedule
from nbflow.views.schedules import preview as preview_schedule
from nbflow.views.shapes import DagView, ImportErrorView, ScheduleView

dags = typer.Typer(no_args_is_help=True)
dags.command()(verify)


@dags.command("list")
def list_(
    search: Annotated[str, typer.Option(help="Part of an id or description.")] = "",
    tag: Annotated[str, typer.Option(help="Only DAGs with this tag.")] = "",
    store: StoreOption = None,
    output: OutputOption = Output.TABLE,
) -> None:
    """List the DAGs the scheduler knows, with their schedules and last runs.

    What is wrong with files stands below it; as JSON: `nbflow dags errors`.
    """
    with errors_as_sentences(output):
        here = project(store)
        found = dag_list(here.database, app.utc_now(), search, tag)
        problems = import_errors(here.database)
    empty = "No DAGs yet. Put a file into dags/ and start `nbflow scheduler`, or try `nbflow init`."
    if search or tag:
        empty = "No DAG matches."
    columns = ("DAG", "SCHEDULE", "NEXT RUN", "LAST RUN", "TASKS", "")
    show(found, output, lambda: rows(columns, [_line(dag) for dag in found], empty))
    if problems and output is Output.TABLE:
        say(Text("\nProblems in files:", style="bold"), notes())
        print_problems(_problems(problems))


def _line(dag: DagView) -> list[object]:
    last = dag.last_runs[0] if dag.last_runs else None
    return [
        dag.dag_id,
        dag.schedule,
        "paused" if dag.paused else age(dag.next_run),
        state_text(last.state) if last else "",
        dag.task_count,
        counted(dag.problems, "problem") if dag.problems else "",
    ]


@dags.command()
def errors(store: StoreOption = None, output: OutputOption = Output.TABLE) -> None:
    """List what is wrong with the files the scheduler has read, and how to mend it."""
    with errors_as_sentences(output):
        found = import_errors(project(store).database)
    show(found, output, lambda: problems_text(_problems(found)) if found else "No problems.")


def _problems(found: list[ImportErrorView]) -> list[Problem]:
    return [Problem(**problem) for error in found for problem in error.problems]


@dags.command("show")
def show_(
    target: Annotated[str, typer.Argument(help="A file, or the id of a DAG.")],
    dag_id: Annotated[str | None, typer.Option("--dag", help="Which DAG of the file.")] = None,
    output: OutputOption = Output.TABLE,
) -> None:
    """Show the tasks of a DAG, what each waits for, and why."""
    with errors_as_sentences(output):
        dag = find_dag(load().settings, target, dag_id).dag
    show(_as_json(dag), output, lambda: picture.text(dag))


def _as_json(dag: Dag) -> dict[str, object]:
    tasks = [
        {
            "task_id": view.task_id,
            "kind": view.kind,
            "operator": view.operator,
            "cells": view.cells,
            "upstream": view.upstream,
            "edges": [
                {
                    "from": e.upstream,
                    "kind": e.kind,
                    "names": e.names,
                    "why": e.why,
                    "label": e.label,
                }
                for e in view.edges
            ],
            "group": view.group,
            "role": view.role,
            "trigger_rule": view.trigger_rule,
            "retries": view.retries,
            "doc": view.doc,
        }
        for view in task_views(dag)
    ]
    return {
        "dag_id": dag.dag_id,
        "file": dag.file,
        "description": dag.description,
        "schedule": dict(dag.timetable),
        "params": {name: dict(spec) for name, spec in dag.params.items()},
        "setup_cells": dag.to_json().get("setup_cells"),
        "tasks": tasks,
        "groups": [asdict(group) for group in group_views(dag)],
    }


@dags.command()
def lint(
    paths: Annotated[
        list[Path] | None, typer.Argument(help="Files and folders; the project's if none.")
    ] = None,
    strict: Annotated[
        bool, typer.Option("--strict", help="Warnings count as errors: for CI.")
    ] = False,
    output: OutputOption = Output.TABLE,
) -> None:
    """Check DAG files: every problem with its place and its fix.

    Exit code 1 on errors, and with --strict on any problem.
    """
    # It reads notebooks, and the commands beside it need not wait for what that imports.
    from nbflow.authoring import lint as lint_rules  # noqa: PLC0415

    with errors_as_sentences(output):
        settings = load().settings
        report = lint_rules.lint(paths or settings.dag_paths, timeout=settings.parse_timeout)
    show(report.to_json(), output, lambda: lint_rules.as_text(report))
    if report.has_errors or (strict and report.has_problems):
        raise typer.Exit(1)


@dags.command()
@asks
def trigger(
    dag_id: str,
    param: ParamOption = None,
    logical_date: Annotated[
        str | None, typer.Option(help="Its logical date, such as 2026-03-01; now if not given.")
    ] = None,
    run_id: Annotated[str | None, typer.Option(help="Its id; one is made if not given.")] = None,
    note: Annotated[str, typer.Option(help="Why: kept with the run.")] = "",
    select: SelectOption = None,
    no_cache: NoCacheOption = False,
    dry_run: DryRunOption = False,
    store: StoreOption = None,
    output: OutputOption = Output.TABLE,
) -> None:
    """Ask the scheduler for a run of a DAG now, of all its tasks or of some."""
    with errors_as_sentences(output):
        here = project(store)
        spec = params_of(here.database, dag_id)
        date = None if logical_date is None else moment(here, dag_id, logical_date)
        receipt = here.commands.trigger(
            dag_id,
            read_params(spec or {}, param),
            date,
            run_id=run_id,
            note=note,
            tasks=select,
            no_cache=no_cache,
            dry_run=dry_run,
        )
        if dry_run:
            show_plan(receipt, output)
            return
        asked = {"dag_id": dag_id, "run_id": receipt.run_id}
        words = f"Run {receipt.run_id} has begun. Follow it: nbflow runs watch {dag_id}"
        here.tell(receipt, asked, words, output)


@dags.command()
@asks
def pause(
    dag_ids: DagsArgument,
    hold: Annotated[
        bool, typer.Option("--now", help="Hold runs in progress too: nothing more is started.")
    ] = False,
    store: StoreOption = None,
    output: OutputOption = Output.TABLE,
) -> None:
    """Stop scheduling new runs of DAGs; runs in progress go on, unless told otherwise."""
    _set_paused(dag_ids, store, output, paused=True, hold=hold)


@dags.command()
@asks
def unpause(
    dag_ids: DagsArgument, store: StoreOption = None, output: OutputOption = Output.TABLE
) -> None:
    """Let the schedules of DAGs go on, and runs that were held."""
    _set_paused(dag_ids, store, output, paused=False)


def _set_paused(
    dag_ids: Sequence[str], store: str | None, output: Output, *, paused: bool, hold: bool = False
) -> None:
    with errors_as_sentences(output):
        here = project(store)
        verbs = here.commands
        ask = partial(verbs.pause, hold=hold) if paused else verbs.unpause
        if len(dag_ids) > 1:
            ask_for_dags(dag_ids, ask, output)
            return
        [dag_id] = dag_ids
        receipt = ask(dag_id)
        words = f"{dag_id} is paused." if paused else f"{dag_id} is scheduled again."
        here.tell(receipt, {"dag_id": dag_id, "paused": paused, "hold": hold}, words, output)


@dags.command("next")
def next_(
    dag_id: str,
    limit: Annotated[int, typer.Option(min=1, max=100, help="How many runs.")] = 5,
    store: StoreOption = None,
    output: OutputOption = Output.TABLE,
) -> None:
    """Say when a DAG runs next, and what it waits for."""
    with errors_as_sentences(output):
        found = dag_schedule(project(store).database, dag_id, app.utc_now(), limit)
    show(found, output, lambda: _schedule_text(found))


@dags.command()
def preview(
    schedule: Annotated[str, typer.Argument(help="Cron, a preset, or JSON.")],
    timezone: Annotated[str, typer.Option(help="An IANA zone.")] = "UTC",
    limit: Annotated[int, typer.Option(min=1, max=100, help="How many runs.")] = 5,
    output: OutputOption = Output.TABLE,
) -> None:
    """Say what a schedule means, and when its next runs would be.

    Exit code 1 for one that cannot be understood.
    """
    with errors_as_sentences(output):
        found = preview_schedule(schedule, timezone, app.utc_now(), limit)
    problems = [Problem(**problem) for problem in found.problems]
    show(found, output, lambda: problems_text(problems) if problems else _schedule_text(found))
    if problems:
        raise typer.Exit(1)


def _schedule_text(found: ScheduleView) -> Group:
    lines = [[one.local, age(one.run_after), one.run_after] for one in found.next_runs]
    about = Text(f"{found.schedule}. {found.text}" if found.text else found.schedule)
    return Group(about, *([rows(("NEXT RUNS", "", "UTC"), lines, "")] if lines else []))


dags.command()(versions)
dags.command()(diff)
