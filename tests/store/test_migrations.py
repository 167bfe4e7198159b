"""The tables come from migrations, up and down, and are those the code works with."""

from __future__ import annotations

import multiprocessing
import re
from multiprocessing.pool import Pool as Processes
from multiprocessing.synchronize import Barrier
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, text

from nbflow.core.errors import NbflowError
from nbflow.store import migrate, pools
from nbflow.store.database import HEAD, Database, _migrating_engine
from nbflow.store.pools import Pool
from nbflow.store.tables import Row


def tables(database: Database) -> set[str]:
    with database.reading() as session:
        return set(inspect(session).get_table_names()) - {"alembic_version"}


def test_an_empty_database_has_no_revision(bare_url: str) -> None:
    with Database(bare_url) as database:
        assert (database.revision(), database.is_current()) == (None, False)


def test_upgrade_makes_every_table_and_the_default_pool(bare_url: str) -> None:
    with Database(bare_url) as database:
        database.upgrade()
        assert (database.revision(), database.is_current()) == (HEAD, True)
        assert tables(database) == set(Row.metadata.tables)
        with database.reading() as session:
            assert session.scalar(text("SELECT slots FROM pools")) == 128


def test_upgrade_twice_changes_nothing(database: Database) -> None:
    with database.transaction() as session:
        session.execute(text("UPDATE pools SET slots = 7"))
    database.upgrade()
    with database.reading() as session:
        assert session.scalar(text("SELECT slots FROM pools")) == 7


def test_downgrade_takes_everything_away_and_upgrade_brings_it_back(database: Database) -> None:
    database.downgrade("base")
    assert (tables(database), database.revision()) == (set(), None)
    database.upgrade()
    assert tables(database) == set(Row.metadata.tables)


def test_every_revision_goes_up_and_down_by_itself(bare_url: str) -> None:
    script = ScriptDirectory.from_config(migrate.config())
    with Database(bare_url) as database:
        for revision in reversed(list(script.walk_revisions())):
            database._migrate("upgrade", revision.revision)
            database.downgrade("-1")
            database._migrate("upgrade", revision.revision)
        assert database.is_current()


def test_the_newest_revision_is_the_one_the_code_names() -> None:
    assert ScriptDirectory.from_config(migrate.config()).get_heads() == [HEAD]


def test_alembic_finds_no_difference_to_the_models(database: Database) -> None:
    with database.reading() as session:
        assert compare_metadata(MigrationContext.configure(session), Row.metadata) == []


def test_a_new_store_is_to_the_letter_what_the_migrations_make(bare_url: str) -> None:
    """Alembic compares neither conditions of partial indexes nor what a foreign key does."""
    with Database(bare_url) as database:
        database._migrate("upgrade", "head")
        migrated = (definitions(database), pools_of(database))
        database.downgrade("base")
        with database.transaction() as session:
            session.execute(text("DROP TABLE alembic_version"))
        database.upgrade()
        assert (definitions(database), pools_of(database)) == migrated


def pools_of(database: Database) -> list[Pool]:
    with database.reading() as session:
        return pools.read(session)


def test_a_store_of_an_older_nbflow_is_migrated(database: Database) -> None:
    database.downgrade("base")
    database.upgrade()
    assert (tables(database), database.revision()) == (set(Row.metadata.tables), HEAD)


def test_a_store_of_a_newer_nbflow_is_refused_in_a_sentence(database: Database) -> None:
    with database.transaction() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(NbflowError, match="newer nbflow"):
        database.upgrade()


def test_processes_may_upgrade_at_once(bare_url: str) -> None:
    with processes(3) as pool:
        assert pool.map(upgraded, [bare_url] * 3) == [HEAD] * 3


def test_processes_may_open_a_new_file_at_once(tmp_path: Path) -> None:
    """SQLite does not wait by itself where two set the journal mode of a new file."""
    urls = [f"sqlite:///{tmp_path}/{number}.db" for number in range(10)]
    with processes(3) as pool:
        for url in urls:
            assert pool.map(upgraded, [url] * 3, chunksize=1) == [HEAD] * 3


def processes(number: int) -> Processes:
    """Processes that begin each task together."""
    spawn = multiprocessing.get_context("spawn")
    return spawn.Pool(number, _meet_at, [spawn.Barrier(number)])


_together: list[Barrier] = []


def _meet_at(barrier: Barrier) -> None:
    _together.append(barrier)


def upgraded(url: str) -> str | None:
    _together[0].wait(60)
    with Database(url) as database:
        database.upgrade()
        return database.revision()


def test_a_migration_that_orphans_rows_is_undone(sqlite_database: Database) -> None:
    with pytest.raises(NbflowError, match="without the row they belong to"):
        migrate_with_an_orphan(sqlite_database)
    with sqlite_database.reading() as session:
        assert session.scalar(text("SELECT count(*) FROM bundle_files")) == 0


def migrate_with_an_orphan(database: Database) -> None:
    orphan = "INSERT INTO bundle_files (bundle_digest, path, source_digest) VALUES ('a', 'b', 'c')"
    engine = _migrating_engine(database.url)
    try:
        with engine.begin() as session:
            session.execute(text(orphan))
            migrate.run(session, "upgrade", "head")
    finally:
        engine.dispose()


def test_migrations_are_part_of_the_package() -> None:
    assert (Path(migrate.__file__).parent / "migrations" / "env.py").is_file()


def definitions(database: Database) -> set[str]:
    """What the database itself says its tables and indexes are, as text."""
    if database.is_sqlite:
        query = "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL"
    else:
        query = (
            "SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' UNION ALL "
            "SELECT conrelid::regclass || ' ' || pg_get_constraintdef(oid) FROM pg_constraint "
            "WHERE connamespace = 'public'::regnamespace UNION ALL "
            "SELECT concat_ws(' ', table_name, column_name, data_type, is_nullable, "
            "column_default) FROM information_schema.columns WHERE table_schema = 'public'"
        )
    with database.reading() as session:
        found = session.execute(text(query)).scalars()
        return {_in_order(line) for line in found}


def _in_order(definition: str) -> str:
    """A definition of a table lists its constraints in any order."""
    if not definition.startswith("CREATE TABLE"):
        return definition
    lines = re.sub(r",\s*$", "", definition, flags=re.MULTILINE).splitlines()
    return "\n".join(sorted(line.strip() for line in lines))
