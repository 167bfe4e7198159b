"""The project that settings name: its data folder, its store, and its files' names."""

from __future__ import annotations

from pathlib import Path
from typing import TypeAlias

from nbflow.core.errors import NbflowError
from nbflow.settings import Settings
from nbflow.store.database import Database

Store: TypeAlias = Database
"""The store as doors hold it: opened here, handed to commands, views and feed."""


def open_database(settings: Settings) -> Database:
    """The store these settings name, its tables up to date.

    Raises NbflowError when there can be none.
    """
    database = connect(settings)
    database.upgrade()
    return database


def connect(settings: Settings) -> Database:
    """The store these settings name, its tables as they are.

    Raises NbflowError when there can be none.
    """
    try:
        make_data_folder(settings)
        return Database(settings.store_url)
    except (ValueError, OSError) as error:
        raise NbflowError(f"The store cannot be opened: {error}") from error


def make_data_folder(settings: Settings) -> Path:
    """Make it on first use, with a note that keeps it out of the user's repository."""
    folder = settings.data_folder
    try:
        folder.mkdir(parents=True)
    except FileExistsError:
        return folder
    (folder / ".gitignore").write_text("*\n", encoding="utf-8")
    return folder


def in_project(settings: Settings, path: Path) -> str:
    """`path` relative to the project folder where it is inside, else absolute."""
    absolute = path.resolve()
    home = settings.home.resolve()
    return str(absolute.relative_to(home)) if absolute.is_relative_to(home) else str(absolute)
