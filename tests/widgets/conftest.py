"""A project with a store of its own, for the views of a notebook."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from nbflow.settings import Settings
from nbflow.store.database import Database
from tests.at_work import AtWork, at_work
from tests.databases import sqlite_database

__all__ = ["sqlite_database"]

BeginWork = Callable[[], AtWork]


@pytest.fixture
def database(sqlite_database: Database) -> Database:
    return sqlite_database


@pytest.fixture
def settings(tmp_path: Path, database: Database) -> Settings:
    """The settings of the project; they are in its nbflow.toml too."""
    url = database.url.render_as_string()
    (tmp_path / "nbflow.toml").write_text(f'store = "{url}"\n')
    return Settings(home=tmp_path, store=url)


@pytest.fixture
def begin_work(database: Database, settings: Settings) -> Iterator[BeginWork]:
    """Starts a scheduler, whose tasks end when the test says so."""
    with ExitStack() as life:
        yield lambda: life.enter_context(at_work(database, settings))
