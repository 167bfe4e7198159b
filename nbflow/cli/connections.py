"""`nbflow connections`: list, get, add, delete, test, import, export."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from nbflow import app
from nbflow.cli.output import Output, OutputOption, StoreOption, errors_as_sentences, rows, show
from nbflow.cli.secrets import ShowSecretsOption, opened, read_json, write_json
from nbflow.core.connections import Connection
from nbflow.core.errors import RequestError
from nbflow.core.json import Json
from nbflow.views.secrets import connection_view

connections = typer.Typer(no_args_is_help=True)

IdArgument = Annotated[str, typer.Argument(help="The id of the connection.")]


@connections.command("list")
def list_(
    show_secrets: ShowSecretsOption = False,
    store: StoreOption = None,
    output: OutputOption = Output.TABLE,
) -> None:
    """List all connections without their passwords."""
    with errors_as_sentences(output):
        stored = opened(store).connections()
        found = [connection_view(one, show_secrets=show_secrets) for one in stored]
    names = ("ID", "TYPE", "HOST", "PORT", "SCHEMA", "LOGIN", "PASSWORD", "DESCRIPTION")
    lines = [
        [c.conn_id, c.conn_type, c.host, c.port, c.schema, c.login, c.password, c.description]
        for c in found
    ]
    empty = "There are no connections. Add one: nbflow connections add ID URI"
    show(found, output, lambda: rows(names, lines, empty))


@connections.command()
def get(
    conn_id: IdArgument,
    show_secrets: ShowSecretsOption = False,
    store: StoreOption = None,
    output: OutputOption = Output.TABLE,
) -> None:
    """Show one connection; with --show-secrets also its URI."""
    with errors_as_sentences(output):
        stored = opened(store).connection(conn_id)
    view = connection_view(stored, show_secrets=show_secrets)
    fields = {name: value for name, value in vars(view).items() if value not in (None, "", {})}
    if show_secrets:
        fields["uri"] = stored.connection.get_uri()
    show(fields, output, lambda: rows(("FIELD", "VALUE"), list(map(list, fields.items())), ""))


@connections.command()
def add(
    conn_id: IdArgument,
    uri: Annotated[
        str | None, typer.Argument(help="A URI, or a JSON object; or use the options.")
    ] = None,
    conn_type: Annotated[str | None, typer.Option("--type", help="Such as postgres.")] = None,
    host: Annotated[str | None, typer.Option()] = None,
    port: Annotated[int | None, typer.Option()] = None,
    login: Annotated[str | None, typer.Option()] = None,
    password: Annotated[str | None, typer.Option(help="'-' asks for it.")] = None,
    schema: Annotated[str | None, typer.Option(help="The database, for SQL.")] = None,
    extra: Annotated[str | None, typer.Option(help="A JSON object.")] = None,
    description: Annotated[str | None, typer.Option()] = None,
    store: StoreOption = None,
    output: OutputOption = Output.TABLE,
) -> None:
    """Add a connection, or replace the one of that id."""
    asks = password == "-"  # noqa: S105 - stands for being asked
    typed = typer.prompt("Password", hide_input=True) if asks else password
    fields: dict[str, Json] = {
        "conn_type": conn_type,
        "host": host,
        "port": port,
        "login": login,
        "password": typed,
        "schema": schema,
        "extra": extra,
        "description": description,
    }
    given: dict[str, Json] = {name: value for name, value in fields.items() if value is not None}
    with errors_as_sentences(output):
        opened(store).save_connections([_connection(conn_id, uri, given)])
    show({"conn_id": conn_id, "saved": True}, output, lambda: f"The connection {conn_id} is saved.")


@connections.command()
def delete(
    conn_id: IdArgument, store: StoreOption = None, output: OutputOption = Output.TABLE
) -> None:
    """Delete a connection."""
    with errors_as_sentences(output):
        opened(store).delete_connection(conn_id)
    words = f"The connection {conn_id} is deleted."
    show({"conn_id": conn_id, "deleted": True}, output, lambda: words)


@connections.command("test")
def try_(
    conn_id: IdArgument, store: StoreOption = None, output: OutputOption = Output.TABLE
) -> None:
    """Try to connect from this machine.

    Exit code 1 if it does not work.
    """
    with errors_as_sentences(output):
        result = app.try_connection(opened(store).connection(conn_id).connection)
    show(result, output, lambda: result.message)
    if not result.ok:
        raise typer.Exit(1)


@connections.command("import")
def import_(
    file: Annotated[Path, typer.Argument(help="A JSON file: {id: URI or fields}.")],
    store: StoreOption = None,
    output: OutputOption = Output.TABLE,
) -> None:
    """Save all connections of a JSON file, or none."""
    with errors_as_sentences(output):
        new = [_read(conn_id, one) for conn_id, one in read_json(file).items()]
        opened(store).save_connections(new)
    show({"imported": len(new)}, output, lambda: f"{len(new)} connections are saved.")


@connections.command()
def export(
    file: Annotated[Path, typer.Argument(help="The file to write, which only you may read.")],
    store: StoreOption = None,
    output: OutputOption = Output.TABLE,
) -> None:
    """Write all connections, with their passwords, into a JSON file."""
    with errors_as_sentences(output):
        stored = opened(store).connections()
        write_json(file, {str(s.connection.conn_id): s.connection.as_dict() for s in stored})
    show({"exported": len(stored)}, output, lambda: f"{len(stored)} connections are in {file}.")


def _connection(conn_id: str, uri: str | None, fields: dict[str, Json]) -> Connection:
    if uri is None:
        return Connection.from_dict(fields, conn_id)
    if set(fields) - {"description"}:
        raise RequestError("Give a URI, or fields by options, and not both.")
    made = Connection.from_text(uri, conn_id)
    return Connection.from_dict({**made.as_dict(), **fields}, conn_id)


def _read(conn_id: str, given: Json) -> Connection:
    if isinstance(given, dict):
        return Connection.from_json(json.dumps(given), conn_id)
    if isinstance(given, str):
        return Connection.from_text(given, conn_id)
    raise RequestError(f"The connection {conn_id!r} has to be a URI or an object of fields.")
