"""Runs the migrations in `migrations/`, in a transaction of the store, by Alembic."""

from __future__ import annotations

from alembic import command
from alembic.config import Config
from alembic.util import CommandError
from sqlalchemy import Connection

from nbflow.core.errors import NbflowError


def config(session: Connection | None = None) -> Config:
    """Alembic's configuration; `session` is what env.py works on."""
    made = Config()
    made.set_main_option("script_location", "nbflow.store:migrations")
    made.attributes["connection"] = session
    return made


def run(session: Connection, direction: str, revision: str) -> None:
    """Go up or down to `revision`. The caller commits: a migration happens whole or not at all.

    Raises NbflowError when a newer nbflow has made the tables, or there is no such revision.
    """
    go = command.upgrade if direction == "upgrade" else command.downgrade
    try:
        go(config(session), revision)
    except CommandError as error:
        raise NbflowError(
            f"The store cannot go to revision {revision!r}: {error} "
            "If a newer nbflow has made it, use that one."
        ) from error
    if session.dialect.name == "sqlite":
        _check_foreign_keys(session)


def _check_foreign_keys(session: Connection) -> None:
    broken = session.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
    if broken:
        raise NbflowError(
            f"The migration would leave {len(broken)} rows without the row they belong to, "
            f"the first in {broken[0][0]!r}. Nothing was changed."
        )
