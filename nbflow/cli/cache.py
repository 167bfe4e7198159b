"""`nbflow cache`: list, show, clear."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from nbflow.cli.again import YesOption
from nbflow.cli.output import (
    Output,
    OutputOption,
    StoreOption,
    age,
    counted,
    errors_as_sentences,
    rows,
    show,
)
from nbflow.cli.project import project
from nbflow.core.errors import RequestError
from nbflow.views.cache import LIMIT, cache_detail, cache_list
from nbflow.views.shapes import CacheCleared, CacheDetail, CachedResult

cache = typer.Typer(no_args_is_help=True)

SHORT = 12
"""So many characters of a key tell it from others."""

DagOption = Annotated[str | None, typer.Argument(help="Only of this DAG.")]
TaskOption = Annotated[str | None, typer.Argument(help="Only of this task.")]


@cache.command("list")
def list_(
    dag_id: DagOption = None,
    task_id: TaskOption = None,
    search: Annotated[str, typer.Option(help="Only with this in the id of DAG, task or run.")] = "",
    limit: Annotated[int, typer.Option(min=1, help="So many, the newest first.")] = LIMIT,
    store: StoreOption = None,
    output: OutputOption = Output.TABLE,
) -> None:
    """List the results that may stand for running a task again."""
    with errors_as_sentences(output):
        found = cache_list(project(store).database, dag_id, task_id, search=search, limit=limit)
    columns = ("KEY", "DAG", "TASK", "FROM RUN", "MADE", "VALUES", "BYTES", "USED BY")
    empty = "The cache is empty. Results are kept of tasks with cache=True."
    show(found, output, lambda: rows(columns, [_line(one) for one in found.results], empty))


def _line(one: CachedResult) -> list[object]:
    task = one.task_id if one.map_index < 0 else f"{one.task_id}[{one.map_index}]"
    about = (one.key[:SHORT], one.dag_id, task, one.run_id, age(one.at))
    return [*about, one.values, one.size, counted(one.used_by, "run")]


@cache.command("show")
def show_(
    key: Annotated[str, typer.Argument(help="The first characters of a key.")],
    store: StoreOption = None,
    output: OutputOption = Output.TABLE,
) -> None:
    """Show one result: where it came from, and its values."""
    with errors_as_sentences(output):
        detail = cache_detail(project(store).database, key)
    show(detail, output, lambda: rows(("", ""), _lines(detail), ""))


def _lines(detail: CacheDetail) -> list[list[object]]:
    one = detail.result
    lines: list[list[object]] = [
        ["key", one.key],
        ["from", f"{one.dag_id} {one.task_id} of run {one.run_id}, {one.at}"],
        ["used by", counted(one.used_by, "run")],
        ["notebook", detail.output_notebook or ""],
        ["log", detail.log or ""],
    ]
    lines += [[each.name, f"{each.type}, {each.size} B  {each.preview}"] for each in detail.values]
    return [line for line in lines if line[1] != ""]


@cache.command()
def clear(
    dag_id: DagOption = None,
    task_id: TaskOption = None,
    key: Annotated[str | None, typer.Option(help="Only the one whose key begins so.")] = None,
    all_: Annotated[bool, typer.Option("--all", help="All there are.")] = False,
    yes: YesOption = False,
    store: StoreOption = None,
    output: OutputOption = Output.TABLE,
) -> None:
    """Forget results, so that their tasks are executed again; what runs have of them stays."""
    with errors_as_sentences(output):
        if not (dag_id or key or all_):
            raise RequestError("Name a DAG, or --key, or say --all.")
        here = project(store)
        if output is Output.TABLE and sys.stdin.isatty() and not yes:
            typer.confirm(f"Forget the results of {dag_id or key or 'all DAGs'}?", abort=True)
        forgotten = here.commands.clear_cache(dag_id, task_id, key)
    words = f"{counted(forgotten, 'result')} forgotten."
    show(CacheCleared(forgotten), output, lambda: words)
