"""`nbflow db`: the tables of the store."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from nbflow import app
from nbflow.cli.clean import clean
from nbflow.cli.output import Output, OutputOption, StoreOption, errors_as_sentences, show
from nbflow.cli.project import user
from nbflow.settings import load
from nbflow.store.database import Database

db = typer.Typer(no_args_is_help=True)
db.command()(clean)


@db.command()
def upgrade(store: StoreOption = None, output: OutputOption = Output.TABLE) -> None:
    """Bring the tables of the store to the newest revision."""
    with errors_as_sentences(output), _opened(store) as database:
        before = database.revision()
        database.upgrade()
        after = database.revision()
    changed = f"From {before or 'nothing'} to {after}."
    words = changed if before != after else f"Already at {after}."
    show({"before": before, "after": after}, output, lambda: words)


@db.command()
def downgrade(
    revision: Annotated[str, typer.Argument(help='A revision, or "base" to remove everything.')],
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    store: StoreOption = None,
    output: OutputOption = Output.TABLE,
) -> None:
    """Take the tables back to an older revision, with the loss of what it does not know."""
    if not yes and output is Output.TABLE and sys.stdin.isatty():
        typer.confirm(f"Take the store back to {revision!r}, and lose what is in it?", abort=True)
    with errors_as_sentences(output), _opened(store) as database:
        before = database.revision()
        database.downgrade(revision)
        after = database.revision()
    changed = f"From {before or 'nothing'} to {after or 'nothing'}."
    show({"before": before, "after": after}, output, lambda: changed)


@db.command()
def check(store: StoreOption = None, output: OutputOption = Output.TABLE) -> None:
    """Say whether the tables are up to date.

    Exit code 1 if not.
    """
    with errors_as_sentences(output), _opened(store) as database:
        current, revision = database.is_current(), database.revision()
    words = "up to date" if current else "out of date: run nbflow db upgrade"
    result = {"current": current, "revision": revision}
    show(result, output, lambda: f"Revision {revision or 'none'} is {words}.")
    if not current:
        raise typer.Exit(1)


@db.command("rotate-key")
def rotate_key(store: StoreOption = None, output: OutputOption = Output.TABLE) -> None:
    """Encrypt all variables and connections with a new key.

    With keys from NBFLOW_FERNET_KEY: with the first of them, after which the others can go.
    """
    with errors_as_sentences(output):
        settings = load(store=store).settings
        with app.open_database(settings) as database:
            count, keys = app.secret_book(settings, database, user()).rotate_key()
    place = (
        "the first key of NBFLOW_FERNET_KEY" if keys.file is None else f"a new key in {keys.file}"
    )
    words = f"{count} secrets are encrypted with {place}."
    show({"secrets": count, "file": keys.file and str(keys.file)}, output, lambda: words)


def _opened(store: str | None) -> Database:
    return app.connect(load(store=store).settings)
