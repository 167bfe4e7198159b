"""`nbflow db` and `nbflow config`."""

from __future__ import annotations

from typing import Annotated

import typer

from nbflow.cli.output import Output, OutputOption, errors_as_sentences, rows, show
from nbflow.cli.project import StoreOption
from nbflow.settings import load
from nbflow.store.database import Database

db = typer.Typer(no_args_is_help=True, help="The store: upgrade, downgrade, check.")
config = typer.Typer(no_args_is_help=True, help="Settings and where they come from.")


@db.command()
def upgrade(store: StoreOption = None, output: OutputOption = Output.TABLE) -> None:
    """Bring the tables of the store to the newest revision."""
    with errors_as_sentences(output), _opened(store) as database:
        before = database.revision()
        database.upgrade()
        after = database.revision()
    changed = (
        f"From {before or 'nothing'} to {after}." if before != after else f"Already at {after}."
    )
    show({"before": before, "after": after}, output, lambda: changed)


@db.command()
def downgrade(
    revision: Annotated[str, typer.Argument(help='A revision, or "base" to remove everything.')],
    store: StoreOption = None,
    output: OutputOption = Output.TABLE,
) -> None:
    """Take the tables back to an older revision."""
    with errors_as_sentences(output), _opened(store) as database:
        before = database.revision()
        database.downgrade(revision)
        after = database.revision()
    show(
        {"before": before, "after": after},
        output,
        lambda: f"From {before} to {after or 'nothing'}.",
    )


@db.command()
def check(store: StoreOption = None, output: OutputOption = Output.TABLE) -> None:
    """Say whether the tables are up to date. Exit code 1 if not."""
    with errors_as_sentences(output), _opened(store) as database:
        current, revision = database.is_current(), database.revision()
    words = "up to date" if current else "out of date: run nbflow db upgrade"
    result = {"current": current, "revision": revision}
    show(result, output, lambda: f"Revision {revision or 'none'} is {words}.")
    if not current:
        raise typer.Exit(1)


@config.command("show")
def show_(output: OutputOption = Output.TABLE) -> None:
    """List all settings with where each value came from."""
    with errors_as_sentences(output):
        loaded = load()
    values = loaded.settings.model_dump(mode="json")
    found = [
        {"name": name, "value": value, "origin": loaded.origins[name]}
        for name, value in values.items()
    ]
    lines = [[one["name"], one["value"], one["origin"]] for one in found]
    show(found, output, lambda: rows("", ("SETTING", "VALUE", "FROM"), lines, ""))


def _opened(store: str | None) -> Database:
    return Database(load(store=store).settings.store_url)
