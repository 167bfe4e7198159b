"""Variables and connections: for doors, for the tasks of a project, for a person's notebook."""

# ruff: noqa: PLC0415 - heavy rooms are imported by the function that needs them

from __future__ import annotations

from collections.abc import Collection
from functools import partial
from typing import TYPE_CHECKING, TypeAlias

from nbflow.app.project import connect, open_database
from nbflow.core.connections import Connection
from nbflow.core.secrets import Secrets
from nbflow.settings import Settings
from nbflow.store.database import Database

if TYPE_CHECKING:
    from nbflow.store import secret_book as secret_books
    from nbflow.store.secret_lookup import SecretLookup, StoreOfSecrets
    from nbflow.views.shapes import ConnectionTest

SecretBook: TypeAlias = "secret_books.SecretBook"
"""Variables and connections as doors hold them."""


def secret_book(
    settings: Settings, database: Database, actor: str = "", door: str = "python"
) -> SecretBook:
    """The variables and connections of the project, on behalf of `actor`, who came by `door`."""
    from nbflow.store.keys import load_keys
    from nbflow.store.secret_book import SecretBook as Book

    return Book(database, partial(load_keys, settings.data_folder), actor, door=door)


def secret_lookup(settings: Settings) -> SecretLookup:
    """Where the tasks of the project get variables and connections from.

    The store is opened when somebody asks for what is found nowhere else.
    """
    from nbflow.store.secret_lookup import SecretLookup

    return SecretLookup(_StoreOfSecrets(settings))


def secrets_of_project(names: Collection[str]) -> Secrets:
    """What a person's notebook may read that is run by hand: everything of the project it is in."""
    from nbflow.settings import load

    return secret_lookup(load().settings)(names)


def try_connection(connection: Connection) -> ConnectionTest:
    """Connect from this machine, and say in a sentence what came of it."""
    from nbflow.authoring.reaching import reach
    from nbflow.views.shapes import ConnectionTest as Test

    ok, message = reach(connection)
    return Test(ok, message)


class _StoreOfSecrets:
    """The project's own store, also for runs that are kept elsewhere. Not made by being asked."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._opened: StoreOfSecrets | None = None

    def __call__(self, *, make: bool = False) -> StoreOfSecrets | None:
        from nbflow.store.keys import load_keys
        from nbflow.store.secret_lookup import StoreOfSecrets

        if self._opened is None:
            database = self._open(make=make)
            if database is None:
                return None
            keys = partial(load_keys, self._settings.data_folder)
            self._opened = StoreOfSecrets(database, keys)
        return self._opened

    def _open(self, *, make: bool) -> Database | None:
        if make:
            return open_database(self._settings)
        if not self._settings.store and not (self._settings.data_folder / "nbflow.db").exists():
            return None
        database = connect(self._settings)
        return database if database.is_current() else None
