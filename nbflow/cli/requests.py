"""`nbflow requests`: list, show: what was asked for, and what the scheduler made of it."""

from __future__ import annotations

from typing import Annotated

import typer

from nbflow.cli.output import (
    Output,
    OutputOption,
    StoreOption,
    age,
    errors_as_sentences,
    rows,
    show,
)
from nbflow.cli.project import project
from nbflow.views.requests import request_list, request_view
from nbflow.views.shapes import RequestView

requests = typer.Typer(no_args_is_help=True)


@requests.command("list")
def list_(
    limit: Annotated[int, typer.Option(min=1, max=200, help="How many.")] = 25,
    store: StoreOption = None,
    output: OutputOption = Output.TABLE,
) -> None:
    """List what was asked for last, by whom, and what became of it."""
    with errors_as_sentences(output):
        found = request_list(project(store).database, limit)
    columns = ("ID", "WHAT", "DAG", "BY", "WHEN", "STATE", "")
    lines = [_line(one) for one in found.requests]
    show(found, output, lambda: rows(columns, lines, "Nobody has asked for anything yet."))


@requests.command("show")
def show_(
    request_id: Annotated[int, typer.Argument(metavar="ID", help="The number of the request.")],
    wait: Annotated[float, typer.Option(min=0, help="Seconds to wait for the answer.")] = 0,
    store: StoreOption = None,
    output: OutputOption = Output.TABLE,
) -> None:
    """Say what became of a request.

    Exit code 1 if it was refused.
    """
    with errors_as_sentences(output):
        found = request_view(project(store).database, request_id, wait)
    words = found.message or "Nobody has answered it yet."
    show(found, output, lambda: f"{found.verb}: {found.state}. {words}")
    if found.state == "refused":
        raise typer.Exit(1)


def _line(one: RequestView) -> list[object]:
    when = age(one.created_at)
    about = [one.request_id, one.verb, one.dag_id or "", one.actor or "", when]
    return [*about, one.state, one.message]
