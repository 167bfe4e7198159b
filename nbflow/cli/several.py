"""The same asked for several runs by one command: what came of each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Annotated

import typer

from nbflow.cli.output import Output, counted, rows, show
from nbflow.commands import Receipt
from nbflow.commands.each import Named, of_each
from nbflow.views.shapes import BulkItem, BulkResult

RunsArgument = Annotated[
    list[str] | None,
    typer.Argument(metavar="[RUN_ID]...", help="The ids of the runs; the newest by default."),
]


def ask_for_each(
    dag_id: str, run_ids: Sequence[str], ask: Callable[[str], Receipt], output: Output
) -> None:
    """Ask for each run, and say which were refused. Exit code 1 if any was."""
    names = [Named(dag_id, run_id) for run_id in run_ids]
    asked = of_each(names, lambda name: ask(str(name.run_id)))
    found = BulkResult([BulkItem(**vars(one)) for one in asked])
    refused = [one for one in found.results if not one.done]
    lines = [[one.run_id, "asked for" if one.done else one.message] for one in found.results]
    show(found, output, lambda: rows(("RUN", ""), lines, "Nothing was asked for."))
    if refused:
        if output is Output.TABLE:
            typer.echo(f"{counted(len(refused), 'run')} refused.", err=True)
        raise typer.Exit(1)
