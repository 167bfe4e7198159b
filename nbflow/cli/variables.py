"""`nbflow variables`: list, get, set, delete, import, export."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from nbflow.cli.output import Output, OutputOption, StoreOption, errors_as_sentences, rows, show
from nbflow.cli.secrets import ShowSecretsOption, opened, read_json, write_json
from nbflow.core.errors import RequestError
from nbflow.core.json import Json
from nbflow.views.secrets import variable_view

variables = typer.Typer(no_args_is_help=True)

KeyArgument = Annotated[str, typer.Argument(help="The key of the variable.")]


@variables.command("list")
def list_(
    show_secrets: ShowSecretsOption = False,
    store: StoreOption = None,
    output: OutputOption = Output.TABLE,
) -> None:
    """List all variables; those whose names sound like secrets without their values."""
    with errors_as_sentences(output):
        found = [variable_view(v, show_secrets=show_secrets) for v in opened(store).variables()]
    lines = [[one.key, one.value, one.description] for one in found]
    empty = "There are no variables. Set one: nbflow variables set KEY VALUE"
    show(found, output, lambda: rows(("KEY", "VALUE", "DESCRIPTION"), lines, empty))


@variables.command()
def get(
    key: KeyArgument,
    show_secrets: ShowSecretsOption = False,
    store: StoreOption = None,
    output: OutputOption = Output.TABLE,
) -> None:
    """Print the value of a variable; of one whose name sounds like a secret only if told to."""
    with errors_as_sentences(output):
        found = variable_view(opened(store).variable(key), show_secrets=show_secrets)
    show(found, output, lambda: found.value)


@variables.command("set")
def set_(
    key: KeyArgument,
    value: Annotated[
        str | None, typer.Argument(help="The value; read from stdin if not given.")
    ] = None,
    description: Annotated[str, typer.Option(help="What it is for.")] = "",
    store: StoreOption = None,
    output: OutputOption = Output.TABLE,
) -> None:
    """Set a variable. A secret is better piped in than typed, where the shell remembers it."""
    text = sys.stdin.read().rstrip("\n") if value is None else value
    with errors_as_sentences(output):
        book = opened(store)
        book.set_variables([book.new_variable(key, text, description)])
    show({"key": key, "set": True}, output, lambda: f"The variable {key} is set.")


@variables.command()
def delete(
    key: KeyArgument, store: StoreOption = None, output: OutputOption = Output.TABLE
) -> None:
    """Delete a variable."""
    with errors_as_sentences(output):
        opened(store).delete_variable(key)
    show({"key": key, "deleted": True}, output, lambda: f"The variable {key} is deleted.")


@variables.command("import")
def import_(
    file: Annotated[Path, typer.Argument(help="A JSON file: {key: value}.")],
    store: StoreOption = None,
    output: OutputOption = Output.TABLE,
) -> None:
    """Set all variables of a JSON file, or none. Values that are no text are kept as JSON."""
    with errors_as_sentences(output):
        book = opened(store)
        new = [book.new_variable(key, *_value(key, one)) for key, one in read_json(file).items()]
        book.set_variables(new)
    show({"imported": len(new)}, output, lambda: f"{len(new)} variables are set.")


@variables.command()
def export(
    file: Annotated[Path, typer.Argument(help="The file to write, which only you may read.")],
    store: StoreOption = None,
    output: OutputOption = Output.TABLE,
) -> None:
    """Write all variables, with their values, into a JSON file."""
    with errors_as_sentences(output):
        found = {one.key: one.value for one in opened(store).variables()}
        write_json(file, found)
    show({"exported": len(found)}, output, lambda: f"{len(found)} variables are in {file}.")


def _value(key: str, given: Json) -> tuple[str, str]:
    """Value and description of one entry; Airflow's exports may have both in an object."""
    if isinstance(given, dict) and set(given) == {"value", "description"}:
        return _value(key, given["value"])[0], str(given["description"] or "")
    if given is None:
        raise RequestError(f"The variable {key!r} has no value. Give it one, or leave it out.")
    return given if isinstance(given, str) else json.dumps(given), ""
