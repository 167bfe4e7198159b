"""What every command starts from: the settings of the project, its store, and the verbs on behalf
of this user.
"""

from __future__ import annotations

import getpass
from dataclasses import dataclass
from functools import cached_property
from typing import Annotated

import typer

from nbflow import app
from nbflow.commands import Commands
from nbflow.settings import LoadedSettings, Settings, load
from nbflow.store.database import Database

StoreOption = Annotated[str | None, typer.Option("--store", help="SQLAlchemy URL of the store.")]


@dataclass(frozen=True)
class Project:
    """The project as a command sees it.

    The store is opened, and brought up to date, on first use.
    """

    loaded: LoadedSettings

    @property
    def settings(self) -> Settings:
        return self.loaded.settings

    @cached_property
    def database(self) -> Database:
        return app.open_database(self.settings)

    @property
    def commands(self) -> Commands:
        return Commands(self.database, user())


def project(store: str | None = None, **arguments: object) -> Project:
    """The project of the current folder; arguments win over everything else."""
    return Project(load(None, store=store, **arguments))


def user() -> str:
    """The name in the audit journal. Containers may run under a number that has no name."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "unknown"
