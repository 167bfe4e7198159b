"""`nbflow config`: settings and where they come from."""

from __future__ import annotations

import typer

from nbflow.app.shown_settings import shown_settings
from nbflow.cli.output import Output, OutputOption, errors_as_sentences, rows, show
from nbflow.settings import load

config = typer.Typer(no_args_is_help=True)


@config.command("show")
def show_(output: OutputOption = Output.TABLE) -> None:
    """List all settings with where each value came from."""
    with errors_as_sentences(output):
        loaded = load()
    found = shown_settings(loaded)
    lines = [[one.name, one.value, one.origin] for one in found]
    show(found, output, lambda: rows(("SETTING", "VALUE", "FROM"), lines, ""))
