"""The `nbflow` command: all commands and groups put together.

Only the one that was typed is imported: `nbflow run` does not wait for what `nbflow standalone`
needs. The others stand in the help with their first sentence.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from importlib import import_module
from typing import Annotated, cast

import typer

from nbflow import slow_imports
from nbflow._version import __version__

COMMANDS = {
    "run": "Run a notebook or a DAG to its end, here and now, and print what happened.",
    "init": "Make a folder an nbflow project: a settings file and a first DAG.",
    "standalone": "Everything on this machine: store, Dask, scheduler, JupyterLab.",
    "scheduler": "Run a scheduler until it is told to stop (Ctrl-C, SIGTERM).",
    "health": "Say whether a scheduler is alive and what the cluster looks like.",
}
"""What each command does. The function of that name is in the module of that name beside this."""

GROUPS = {
    "dags": "DAGs: list, show, lint, trigger, pause, next, versions, diff.",
    "runs": "Runs: list, show, watch, diff, export, cancel, clear, mark, rerun, note, delete, ...",
    "tasks": "Tasks of a run: list, show, logs, why, debug, reconstruct, resume, clear, mark, ...",
    "values": "What tasks handed on: list, show.",
    "backfill": "Runs for past dates: create, list, show, pause, unpause, cancel.",
    "requests": "What was asked of the scheduler, and its answers: list, show.",
    "cache": "Results that are used again: list, show, clear.",
    "pools": "Pools of slots that tasks share: list, show, set, delete.",
    "cluster": "The workers and what they do: show, scale.",
    "assets": "Assets: list, show, events, lineage, emit.",
    "variables": "Variables: list, get, set, delete, import, export.",
    "connections": "Connections: list, get, add, delete, test, import, export.",
    "audit": "Who asked for what and changed what: list.",
    "db": "The store: upgrade, downgrade, check, clean, rotate-key.",
    "config": "Settings and where they come from.",
}
"""The same for groups of commands."""


def make_cli(wanted: str | None = None) -> typer.Typer:
    """The command line. With `wanted` only that command or group works; the others are listed."""
    cli = typer.Typer(
        name="nbflow",
        no_args_is_help=True,
        pretty_exceptions_show_locals=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    cli.callback(invoke_without_command=True)(main)
    for name, words in COMMANDS.items():
        works = wanted in (None, name)
        cli.command(name, help=None if works else words)(_command(name) if works else _listed)
    for name, words in GROUPS.items():
        works = wanted in (None, name)
        cli.add_typer(_group(name) if works else typer.Typer(), name=name, help=words)
    return cli


def _command(name: str) -> Callable[..., None]:
    found = getattr(import_module(f"nbflow.cli.{name}"), name)
    return cast("Callable[..., None]", found)


def _group(name: str) -> typer.Typer:
    return cast("typer.Typer", getattr(import_module(f"nbflow.cli.{name}"), name))


def _listed() -> None:
    """A command that was not asked for."""


def main(
    version: Annotated[bool, typer.Option("--version", help="Print the version and exit.")] = False,
) -> None:
    """Turn notebooks into scheduled, parallel, observable workflows."""
    if version:
        typer.echo(__version__)
        raise typer.Exit


def app_entry() -> None:
    """What the console script calls."""
    slow_imports.put_off()
    # A shell that completes a line asks in its own way, and for any command.
    completing = "_NBFLOW_COMPLETE" in os.environ
    try:
        make_cli(None if completing else _typed(sys.argv[1:]))()
    except KeyboardInterrupt:
        # While a command was being imported; later it has a way of its own to end.
        sys.exit(130)


def _typed(arguments: list[str]) -> str:
    """The name of the command; none of the options before it has a value."""
    return next((one for one in arguments if not one.startswith("-")), "")


if __name__ == "__main__":
    app_entry()
