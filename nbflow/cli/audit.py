"""`nbflow audit`: what people have asked for and changed."""

from __future__ import annotations

from typing import Annotated

import typer

from nbflow.cli.again import moment
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
from nbflow.views.audit import Sought
from nbflow.views.audit import audit as read_audit
from nbflow.views.shapes import AuditEntry

audit = typer.Typer(no_args_is_help=True)


@audit.command("list")
def list_(
    actor: Annotated[str, typer.Option("--user", help="Only what this user did.")] = "",
    dag_id: Annotated[str, typer.Option("--dag", help="Only what is about this DAG.")] = "",
    verb: Annotated[str, typer.Option(help="Only this kind, such as trigger or set_pool.")] = "",
    door: Annotated[str, typer.Option(help="Only by this door: cli, rest, widget, python.")] = "",
    outcome: Annotated[str, typer.Option(help="Only done, refused or pending ones.")] = "",
    since: Annotated[str, typer.Option(help="Only from this moment on.")] = "",
    until: Annotated[str, typer.Option(help="Only before this moment.")] = "",
    before: Annotated[int | None, typer.Option(help="The `next` of the page before.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=500, help="How many at most.")] = 50,
    store: StoreOption = None,
    output: OutputOption = Output.TABLE,
) -> None:
    """List who asked for what, when, by which door, and what became of it, newest first."""
    with errors_as_sentences(output):
        here = project(store)
        begin = moment(here, dag_id, since) if since else None
        end = moment(here, dag_id, until, end=True) if until else None
        sought = Sought(actor, dag_id, verb, door, outcome, begin, end)
        found = read_audit(here.database, sought, before, limit)
    columns = ("WHEN", "WHO", "DOOR", "WHAT", "ABOUT", "OUTCOME", "")
    lines = [_line(one) for one in found.entries]
    show(found, output, lambda: rows(columns, lines, "Nobody has done anything of the kind."))


def _line(one: AuditEntry) -> list[object]:
    about = one.run_id or one.dag_id or one.name or str(one.payload.get("pool", ""))
    return [age(one.at), one.actor, one.door, one.verb, about, one.outcome, one.message]
