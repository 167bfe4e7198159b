"""Variables and connections in the store: encrypted, audited, and opened by keys outside of it."""

from __future__ import annotations

from datetime import datetime, timezone
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from nbflow.core.connections import Connection
from nbflow.core.errors import NotFoundError, RequestError
from nbflow.store import journal
from nbflow.store.database import Database
from nbflow.store.keys import KEY_FILE, KeyProblem, load_keys
from nbflow.store.secret_book import SecretBook
from nbflow.store.secrets import Variable
from tests.databases import sqlite_url

NOW = datetime(2026, 3, 1, tzinfo=timezone.utc)
SECRET = "hunter2-hunter3"
WAREHOUSE = Connection("warehouse", uri=f"postgres://ana:{SECRET}@db.example.org/sales?a=b")


def book(database: Database, folder: Path, actor: str = "ana") -> SecretBook:
    return SecretBook(database, lambda: load_keys(folder, {}), actor, lambda: NOW)


def test_what_was_stored_comes_back(database: Database, tmp_path: Path) -> None:
    secrets = book(database, tmp_path)
    secrets.set_variables([Variable("region", "EU", "whose sales"), Variable("empty", "")])
    secrets.save_connections([WAREHOUSE])
    assert secrets.variable("region") == Variable("region", "EU", "whose sales", NOW)
    assert [one.key for one in secrets.variables()] == ["empty", "region"]
    assert secrets.connection("warehouse").connection == WAREHOUSE


def test_a_new_value_keeps_the_description(database: Database, tmp_path: Path) -> None:
    secrets = book(database, tmp_path)
    secrets.set_variables([Variable("region", "EU", "whose sales")])
    secrets.set_variables([Variable("region", "US")])
    found = secrets.variable("region")
    assert (found.value, found.description) == ("US", "whose sales")


def test_no_byte_of_a_secret_is_in_the_database_file(
    sqlite_database: Database, tmp_path: Path
) -> None:
    secrets = book(sqlite_database, tmp_path / "data")
    secrets.set_variables([Variable("token", SECRET)])
    secrets.save_connections([WAREHOUSE])
    sqlite_database.close()
    written = b"".join(file.read_bytes() for file in tmp_path.glob("nbflow.db*"))
    assert b"warehouse" in written
    for hidden in (SECRET, "example.org", "postgres"):
        assert hidden.encode() not in written


def test_the_key_file_is_for_its_owner_alone(tmp_path: Path) -> None:
    load_keys(tmp_path, {})
    assert (tmp_path / KEY_FILE).stat().st_mode & 0o777 == 0o600


def test_the_key_is_made_once(tmp_path: Path) -> None:
    assert load_keys(tmp_path, {}).keys == load_keys(tmp_path, {}).keys


def test_keys_of_the_environment_come_first_and_leave_no_file(tmp_path: Path) -> None:
    key = Fernet.generate_key().decode()
    assert load_keys(tmp_path, {"NBFLOW_FERNET_KEY": f"{key}, "}).keys == (key,)
    assert not (tmp_path / KEY_FILE).exists()


def test_a_key_that_is_none_is_refused_with_the_way_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(KeyProblem, match="no Fernet key"):
        load_keys(tmp_path, {"NBFLOW_FERNET_KEY": "letmein"})


def test_without_its_key_a_secret_cannot_be_read(database: Database, tmp_path: Path) -> None:
    book(database, tmp_path).set_variables([Variable("token", SECRET)])
    other = SecretBook(database, lambda: load_keys(tmp_path / "elsewhere", {}))
    with pytest.raises(KeyProblem, match="encrypted with another key"):
        other.variable("token")


def test_a_rotated_key_opens_everything_and_the_old_one_nothing(
    database: Database, tmp_path: Path
) -> None:
    secrets = book(database, tmp_path)
    secrets.set_variables([Variable("token", SECRET)])
    secrets.save_connections([WAREHOUSE])
    [old] = load_keys(tmp_path, {}).keys
    count, keys = secrets.rotate_key()
    assert (count, keys.file) == (2, tmp_path / KEY_FILE)
    assert old not in (tmp_path / KEY_FILE).read_text()
    assert secrets.variable("token").value == SECRET
    with_old = SecretBook(database, lambda: load_keys(tmp_path, {"NBFLOW_FERNET_KEY": old}))
    with pytest.raises(KeyProblem):
        with_old.connections()


def test_several_keys_of_the_environment_are_a_rotation(database: Database, tmp_path: Path) -> None:
    old, new = (Fernet.generate_key().decode() for _ in range(2))

    def with_keys(*keys: str) -> SecretBook:
        environment = {"NBFLOW_FERNET_KEY": ",".join(keys)}
        return SecretBook(database, lambda: load_keys(tmp_path, environment))

    with_keys(old).set_variables([Variable("token", SECRET)])
    assert with_keys(new, old).variable("token").value == SECRET
    with_keys(new, old).rotate_key()
    assert with_keys(new).variable("token").value == SECRET


def test_every_change_has_its_line_with_a_name_and_without_the_secret(
    database: Database, tmp_path: Path
) -> None:
    secrets = book(database, tmp_path)
    secrets.set_variables([Variable("token", SECRET)])
    secrets.save_connections([WAREHOUSE])
    secrets.delete_variable("token")
    with database.reading() as session:
        lines = journal.after(session, 0)
    told = [(line.kind, line.state, line.actor, line.data) for line in lines]
    assert told == [
        ("variable", "set", "ana", {"name": "token", "door": "python"}),
        ("connection", "set", "ana", {"name": "warehouse", "door": "python"}),
        ("variable", "deleted", "ana", {"name": "token", "door": "python"}),
    ]


def test_all_or_none_are_saved(database: Database, tmp_path: Path) -> None:
    secrets = book(database, tmp_path)
    with pytest.raises(RequestError, match="no blanks"):
        secrets.set_variables([Variable("good", "1"), Variable("not good", "2")])
    assert secrets.variables() == []


def test_what_is_not_there_is_told_with_the_closest_name(
    database: Database, tmp_path: Path
) -> None:
    secrets = book(database, tmp_path)
    secrets.set_variables([Variable("region", "EU")])
    with pytest.raises(NotFoundError, match="region"):
        secrets.variable("regoin")
    with pytest.raises(NotFoundError):
        secrets.delete_connection("warehouse")


def test_the_same_store_at_another_place_needs_the_key_of_the_first(tmp_path: Path) -> None:
    with Database(sqlite_url(tmp_path)) as database:
        database.upgrade()
        book(database, tmp_path).save_connections([WAREHOUSE])
        (tmp_path / KEY_FILE).unlink()
        with pytest.raises(KeyProblem):
            book(database, tmp_path).connections()
