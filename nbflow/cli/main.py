"""The `nbflow` command: all command groups put together."""

from __future__ import annotations

from typing import Annotated

import typer

from nbflow._version import __version__
from nbflow.cli import services
from nbflow.cli.dags import dags
from nbflow.cli.maintenance import config, db
from nbflow.cli.run import run
from nbflow.cli.runs import runs
from nbflow.cli.tasks import tasks

cli = typer.Typer(
    name="nbflow",
    help="Turn notebooks into scheduled, parallel, observable workflows.",
    no_args_is_help=True,
    pretty_exceptions_show_locals=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
cli.command()(run)
cli.command()(services.init)
cli.command()(services.standalone)
cli.command()(services.scheduler)
cli.command()(services.health)
cli.add_typer(dags, name="dags")
cli.add_typer(runs, name="runs")
cli.add_typer(tasks, name="tasks")
cli.add_typer(db, name="db")
cli.add_typer(config, name="config")


@cli.callback(invoke_without_command=True)
def main(
    version: Annotated[bool, typer.Option("--version", help="Print the version and exit.")] = False,
) -> None:
    """Turn notebooks into scheduled, parallel, observable workflows."""
    if version:
        typer.echo(__version__)
        raise typer.Exit


def app_entry() -> None:
    """What the console script calls."""
    cli()


if __name__ == "__main__":
    app_entry()
