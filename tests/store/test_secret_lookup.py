"""Environment, backends, store: the first that has a secret decides, a failing one stops nobody."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timezone
from pathlib import Path

from nbflow.core.connections import Connection
from nbflow.store.database import Database
from nbflow.store.keys import load_keys
from nbflow.store.secret_book import SecretBook
from nbflow.store.secret_lookup import SecretLookup, SecretsBackend, StoreOfSecrets
from nbflow.store.secrets import Variable

NOW = datetime(2026, 3, 1, tzinfo=timezone.utc)


class Vault:
    """A backend with a few secrets."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def get_connection(self, conn_id: str) -> Connection | str | None:
        self.asked.append(conn_id)
        return {"both": "http://vault", "broken": "no uri"}.get(conn_id)

    def get_variable(self, key: str) -> str | None:
        self.asked.append(key)
        return {"both": "vault", "vault": "vault"}.get(key)


class Broken:
    """A backend whose server is away."""

    def get_connection(self, conn_id: str) -> Connection | str | None:
        raise ConnectionError("the vault is sealed")

    def get_variable(self, key: str) -> str | None:
        raise ConnectionError("the vault is sealed")


def lookup(
    database: Database | None,
    folder: Path,
    environment: dict[str, str] | None = None,
    *backends: Callable[[], SecretsBackend],
) -> SecretLookup:
    def store(*, make: bool = False) -> StoreOfSecrets | None:
        return None if database is None else StoreOfSecrets(database, lambda: load_keys(folder, {}))

    named = [(f"backend{i}", make) for i, make in enumerate(backends)]
    return SecretLookup(store, environment or {}, named)


def stored(database: Database, folder: Path) -> Database:
    book = SecretBook(database, lambda: load_keys(folder, {}))
    book.set_variables([Variable("both", "store"), Variable("stored", "store")])
    book.save_connections([Connection("both", uri="http://store")])
    return database


def test_the_environment_comes_before_backends_and_they_before_the_store(
    sqlite_database: Database, tmp_path: Path
) -> None:
    environment = {"NBFLOW_VAR_BOTH": "environment"}
    find = lookup(stored(sqlite_database, tmp_path), tmp_path, environment, Vault)
    found = find(["var.both", "var.vault", "var.stored", "conn.both"])
    assert found.variables == {"both": "environment", "vault": "vault", "stored": "store"}
    assert found.connection("both").host == "vault"


def test_a_connection_in_the_environment_is_a_uri_or_json(tmp_path: Path) -> None:
    environment = {
        "NBFLOW_CONN_A": "postgres://me@host/db",
        "NBFLOW_CONN_B": '{"conn_type": "http", "host": "example.org"}',
    }
    found = lookup(None, tmp_path, environment)(["conn.a", "conn.b"])
    assert (found.connection("a").schema, found.connection("b").host) == ("db", "example.org")


def test_a_backend_that_fails_is_passed_over(sqlite_database: Database, tmp_path: Path) -> None:
    find = lookup(stored(sqlite_database, tmp_path), tmp_path, None, Broken, Vault)
    assert find(["var.vault", "var.stored"]).variables == {"vault": "vault", "stored": "store"}


def test_what_is_nowhere_is_told_with_what_has_failed(tmp_path: Path) -> None:
    found = lookup(None, tmp_path, None, Broken)(["var.x"])
    assert "NBFLOW_VAR_X" in found.missing["var.x"]
    assert "the vault is sealed" in found.missing["var.x"]


def test_a_broken_uri_is_told_and_somebody_else_is_asked(
    sqlite_database: Database, tmp_path: Path
) -> None:
    environment = {"NBFLOW_CONN_BOTH": "nonsense"}
    find = lookup(stored(sqlite_database, tmp_path), tmp_path, environment)
    assert find(["conn.both"]).connection("both").host == "store"
    assert (
        "NBFLOW_CONN_GONE"
        in lookup(None, tmp_path, {"NBFLOW_CONN_GONE": "x"})(["conn.gone"]).missing["conn.gone"]
    )


def test_only_what_is_asked_for_is_looked_for(sqlite_database: Database, tmp_path: Path) -> None:
    vault = Vault()
    find = lookup(sqlite_database, tmp_path, {"NBFLOW_VAR_A": "1"}, lambda: vault)
    find(["var.a", "var.b"])
    assert vault.asked == ["b"]


def test_a_lost_key_is_told_where_the_secret_is_asked_for(
    sqlite_database: Database, tmp_path: Path
) -> None:
    stored(sqlite_database, tmp_path)
    found = lookup(sqlite_database, tmp_path / "elsewhere")(["var.stored"])
    assert "encrypted with another key" in found.missing["var.stored"]


def test_what_tasks_set_is_stored(sqlite_database: Database, tmp_path: Path) -> None:
    find = lookup(stored(sqlite_database, tmp_path), tmp_path)
    find.change({"stored": "new", "both": None, "never": None}, "task d/r/t", NOW)
    book = SecretBook(sqlite_database, lambda: load_keys(tmp_path, {}))
    assert [(one.key, one.value) for one in book.variables()] == [("stored", "new")]
