"""Connections as URIs, fields and JSON, as Airflow reads and writes them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nbflow.core.connections import Connection
from nbflow.core.errors import RequestError


def test_a_uri_is_taken_apart() -> None:
    conn = Connection("db", uri="postgresql://me:p%40ss@db.example.org:5432/sales?sslmode=require")
    assert (conn.conn_type, conn.login, conn.password) == ("postgres", "me", "p@ss")
    assert (conn.host, conn.port, conn.schema) == ("db.example.org", 5432, "sales")
    assert conn.extra_dejson == {"sslmode": "require"}


@pytest.mark.parametrize(
    "uri",
    [
        "postgres://me:p%40ss@host:5432/sales?sslmode=require",
        "google-cloud-platform:///?__extra__=%7B%22scopes%22%3A+%5B1%5D%7D",
        "http://https://example.org:8443",
        "sqlite:///data%2Fsales.db",
        "my-type://:only_password@host",
        "aws://@:80",
        "spark://%2Fvar%2Frun%2Fsock",
    ],
)
def test_a_uri_comes_back_as_it_was_read(uri: str) -> None:
    assert Connection(uri=uri).get_uri() == uri


def test_a_type_has_underscores_inside_and_dashes_in_a_uri() -> None:
    conn = Connection(uri="google-cloud-platform://")
    assert conn.conn_type == "google_cloud_platform"
    assert conn.get_uri() == "google-cloud-platform://"


_TEXT = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), min_size=1)


@given(login=_TEXT, password=_TEXT, schema=_TEXT, port=st.integers(1, 65535), extra=_TEXT)
def test_whatever_is_in_the_fields_survives_a_uri(
    login: str, password: str, schema: str, port: int, extra: str
) -> None:
    conn = Connection(
        conn_type="http",
        host="example.org",
        login=login,
        password=password,
        schema=schema,
        port=port,
        extra=Connection(conn_type="x", extra={"k": extra, "n": {"a": 1}}).extra,  # type: ignore[arg-type]  # a mapping is taken too
    )
    again = Connection(uri=conn.get_uri())
    assert again.as_dict() == conn.as_dict()


def test_json_has_the_fields_that_are_set() -> None:
    text = Connection("db", uri="postgres://me:pw@host/s?a=b").as_json()
    again = Connection.from_json(text, "db")
    assert again == Connection("db", uri="postgres://me:pw@host/s?a=b")
    assert again.as_dict() == {
        "conn_type": "postgres",
        "host": "host",
        "login": "me",
        "password": "pw",
        "schema": "s",
        "extra": {"a": "b"},
    }


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("no uri at all", "cannot be read"),
        ("http://host:port", "is no number"),
        ("{oops", "is no JSON"),
        ('{"hst": "x"}', "has no field 'hst'"),
    ],
)
def test_what_is_no_connection_is_refused_in_a_sentence(text: str, said: str) -> None:
    with pytest.raises(RequestError, match=said):
        Connection.from_text(text, "db")


def test_a_uri_beside_fields_is_refused() -> None:
    with pytest.raises(RequestError, match="a uri and fields"):
        Connection("db", host="h", uri="http://x")


def test_a_printed_connection_tells_no_password() -> None:
    assert "hunter2" not in f"{Connection('db', uri='postgres://me:hunter2@host')!r}"
