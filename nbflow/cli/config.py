"""`nbflow config`: settings and where they come from."""

from __future__ import annotations

from typing import Any  # JSON of any shape

import typer

from nbflow.cli.output import Output, OutputOption, errors_as_sentences, rows, show
from nbflow.core.notifications import masked
from nbflow.settings import load

config = typer.Typer(no_args_is_help=True)


@config.command("show")
def show_(output: OutputOption = Output.TABLE) -> None:
    """List all settings with where each value came from."""
    with errors_as_sentences(output):
        loaded = load()
    values = loaded.settings.model_dump(mode="json")
    values["notifications"] = _masked(values["notifications"])
    found = [
        {"name": name, "value": value, "origin": loaded.origins[name]}
        for name, value in values.items()
    ]
    lines = [[one["name"], one["value"], one["origin"]] for one in found]
    show(found, output, lambda: rows(("SETTING", "VALUE", "FROM"), lines, ""))


def _masked(told: dict[str, Any]) -> dict[str, Any]:
    """Addresses of notifications hold tokens and passwords, which no screen needs to show."""
    targets = {name: masked(url) for name, url in told["targets"].items()}
    urls = [masked(url) for url in told["urls"]]
    return {**told, "urls": urls, "targets": targets, "mail": masked(told["mail"])}
