"""The same asked for several runs or DAGs by one command: what came of each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Annotated

import typer

from nbflow.cli.output import Output, counted, rows, show
from nbflow.commands import Receipt
from nbflow.commands.each import Asked, Named, of_each
from nbflow.views.shapes import BulkItem, BulkResult

RunsArgument = Annotated[
    list[str] | None,
    typer.Argument(metavar="[RUN_ID]...", help="The ids of the runs; the newest by default."),
]
DagsArgument = Annotated[
    list[str], typer.Argument(metavar="DAG_ID...", help="The ids of the DAGs.")
]


def ask_for_runs(
    dag_id: str, run_ids: Sequence[str], ask: Callable[[str], Receipt], output: Output
) -> None:
    """Ask for each run, and say which were refused. Exit code 1 if any was."""
    names = [Named(dag_id, run_id) for run_id in run_ids]
    asked = of_each(names, lambda name: ask(str(name.run_id)))
    _tell(asked, [str(one.run_id) for one in asked], "run", output)


def ask_for_dags(dag_ids: Sequence[str], ask: Callable[[str], Receipt], output: Output) -> None:
    """Ask for each DAG, and say which were refused. Exit code 1 if any was."""
    asked = of_each([Named(dag_id) for dag_id in dag_ids], lambda name: ask(name.dag_id))
    _tell(asked, [one.dag_id for one in asked], "DAG", output)


def _tell(asked: Sequence[Asked], names: Sequence[str], noun: str, output: Output) -> None:
    found = BulkResult([BulkItem(**vars(one)) for one in asked])
    refused = [one for one in asked if not one.done]
    words = ["asked for" if one.done else one.message for one in asked]
    lines = list(zip(names, words, strict=True))
    show(found, output, lambda: rows((noun.upper(), ""), lines, "Nothing was asked for."))
    if refused:
        if output is Output.TABLE:
            typer.echo(f"{counted(len(refused), noun)} refused.", err=True)
        raise typer.Exit(1)
