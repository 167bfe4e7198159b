"""Operators and sensors that ask databases and servers, end to end over real ones."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any, ClassVar

import pytest

from nbflow import (
    DAG,
    HttpOperator,
    HttpSensor,
    SqlCheckOperator,
    SQLExecuteQueryOperator,
    SqlOperator,
    SqlSensor,
)
from nbflow.authoring import sql
from nbflow.authoring.web import base_url
from nbflow.core.connections import Connection
from nbflow.testing import RunResult, run_dag


@pytest.fixture
def shop(tmp_path: Path) -> str:
    """The URI of a database with two sales."""
    file = tmp_path / "shop.db"
    with closing(sqlite3.connect(file)) as database:
        database.execute("CREATE TABLE sales (day TEXT, amount INTEGER)")
        database.execute("INSERT INTO sales VALUES ('2026-03-01', 5), ('2026-03-02', 7)")
        database.commit()
    return f"sqlite:///{file}"


def asked(shop: str, sql: object, **options: Any) -> RunResult:
    with DAG("d") as dag:
        SqlOperator(task_id="ask", conn_id="shop", sql=sql, **options)  # type: ignore[arg-type]  # texts or a list
    return run_dag(dag, connections={"shop": shop})


def test_rows_come_back_as_the_value(shop: str) -> None:
    rows = asked(shop, "SELECT day, amount FROM sales ORDER BY day").values["ask"]
    assert rows == [("2026-03-01", 5), ("2026-03-02", 7)]


def test_parameters_are_bound_and_may_hold_templates(shop: str) -> None:
    query = "SELECT amount FROM sales WHERE day = :day"
    bound = {"day": "{{ '2026-03-' }}02"}
    assert asked(shop, query, parameters=bound).values["ask"] == [(7,)]
    evil = {"day": "' OR '1'='1"}
    assert asked(shop, query, parameters=evil).values["ask"] == []
    assert asked(shop, "SELECT amount FROM sales WHERE day = ?", parameters=["2026-03-01"]).values[
        "ask"
    ] == [(5,)]


def test_rows_may_be_dicts_or_a_dataframe(shop: str) -> None:
    query = "SELECT sum(amount) AS total FROM sales"
    assert asked(shop, query, output="dicts").values["ask"] == [{"total": 12}]
    frame: Any = asked(shop, query, output="dataframe").values["ask"]
    assert frame.total.tolist() == [12]


def test_several_statements_run_in_one_transaction(shop: str) -> None:
    script = "INSERT INTO sales VALUES ('x; y', 1); -- a comment; \n SELECT count(*) FROM sales;"
    assert asked(shop, script).values["ask"] == [(3,)]
    broken = ["DELETE FROM sales", "SELECT nothing FROM nowhere"]
    assert asked(shop, broken).state == "failed"
    assert asked(shop, "SELECT count(*) FROM sales").values["ask"] == [(3,)]


def test_airflows_name_stands_for_it_too(shop: str) -> None:
    with DAG("d") as dag:
        SQLExecuteQueryOperator(task_id="ask", conn_id="shop", sql=["SELECT 1", "SELECT 2"])
    assert run_dag(dag, connections={"shop": shop}).values["ask"] == [(2,)]


def test_a_check_fails_with_what_is_false(shop: str) -> None:
    with DAG("d") as dag:
        SqlCheckOperator(task_id="good", conn_id="shop", sql="SELECT count(*) > 1 FROM sales")
        SqlCheckOperator(task_id="bad", conn_id="shop", sql="SELECT 1, 0 AS enough")
        SqlCheckOperator(task_id="none", conn_id="shop", sql="SELECT 1 WHERE 1 = 0")
    result = run_dag(dag, connections={"shop": shop})
    assert result.states == {"good": "success", "bad": "failed", "none": "failed"}
    assert "enough = 0" in result.task("bad").message


def test_a_sensor_waits_for_a_row_that_is_true(shop: str) -> None:
    with DAG("d") as dag:
        SqlSensor(
            task_id="wait",
            conn_id="shop",
            sql="SELECT count(*) FROM sales",
            success=lambda count: count > 2,
            poke_interval=1,
            timeout=60,
        )
        SqlOperator(
            task_id="sell", conn_id="shop", sql="INSERT INTO sales VALUES ('2026-03-03', 1)"
        )
    assert run_dag(dag, connections={"shop": shop}).states == {"wait": "success", "sell": "success"}


def test_a_database_without_a_driver_is_told_with_the_fix() -> None:
    result = asked("oracle://scott@host/db", "SELECT 1").task("ask")
    assert result.state == "failed"
    assert "Install it where tasks run" in result.message


@pytest.mark.parametrize(
    ("script", "found"),
    [
        ("a; b", ["a", "b"]),
        ("a 'x;''y'; b \"c;d\";", ["a 'x;''y'", 'b "c;d"']),
        ("a /* ; */ -- ;\n;b", ["a /* ; */ -- ;", "b"]),
        ("do $$ begin; end; $$; b", ["do $$ begin; end; $$", "b"]),
        (" ; -- nothing\n;", []),
    ],
)
def test_semicolons_inside_quotes_end_no_statement(script: str, found: list[str]) -> None:
    assert sql.statements(script) == found


def test_a_connection_becomes_a_url_of_sqlalchemy() -> None:
    conn = Connection("db", uri="postgres://me:p%40w@host:5432/sales?sslmode=require")
    url = sql.url_of(conn)
    assert url.render_as_string(hide_password=False) == (
        "postgresql+psycopg://me:p%40w@host:5432/sales?sslmode=require"
    )


# -- the web ---------------------------------------------------------------------------------------


class Bank(BaseHTTPRequestHandler):
    """A server that answers with what it was asked, and is busy at first if told so."""

    busy: ClassVar[list[int]] = []

    def do_GET(self) -> None:
        self._answer(None)

    def do_POST(self) -> None:
        self._answer(self.rfile.read(int(self.headers["content-length"])).decode())

    def _answer(self, body: str | None) -> None:
        status = Bank.busy.pop() if Bank.busy else 200
        status = 404 if self.path.startswith("/missing") else status
        headers = {name.lower(): value for name, value in self.headers.items()}
        told = {"path": self.path, "body": body, "headers": headers}
        content = json.dumps(told).encode()
        self.send_response(status)
        self.send_header("Retry-After", "0")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def bank() -> Iterator[str]:
    """The URI of a server."""
    Bank.busy.clear()
    with ThreadingHTTPServer(("127.0.0.1", 0), Bank) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://ana:hunter2-hunter3@127.0.0.1:{server.server_port}/?x-team=sales"
        server.shutdown()


def requested(bank: str, **options: Any) -> RunResult:
    with DAG("d") as dag:
        HttpOperator(task_id="ask", http_conn_id="bank", **options)
    return run_dag(dag, connections={"bank": bank})


def test_a_request_goes_out_with_query_login_and_headers(bank: str) -> None:
    filtered = {"response_filter": lambda response, ds: [response.json(), ds]}
    value: Any = requested(
        bank, method="GET", endpoint="/rates", data={"a": "b c"}, headers={"x-b": "1"}, **filtered
    ).values["ask"]
    told, day = value
    assert told["path"] == "/rates?a=b+c"
    assert (told["headers"]["x-team"], told["headers"]["x-b"]) == ("sales", "1")
    assert told["headers"]["authorization"].startswith("Basic ")
    assert len(day) == 10


def test_a_post_sends_a_form_or_a_body(bank: str) -> None:
    form: Any = requested(bank, endpoint="f", data={"a": "1"}).values["ask"]
    text: Any = requested(bank, endpoint="f", data='{"a": 1}').values["ask"]
    assert json.loads(form)["body"] == "a=1"
    assert json.loads(text)["body"] == '{"a": 1}'


def test_a_busy_server_is_asked_again(bank: str) -> None:
    Bank.busy[:] = [503, 503]
    assert requested(bank, method="GET", endpoint="x").state == "success"
    Bank.busy[:] = [503, 503, 503]
    assert "status 503" in requested(bank, method="GET", endpoint="x").task("ask").message


def test_a_post_that_may_have_been_done_is_not_repeated(bank: str) -> None:
    Bank.busy[:] = [502]
    assert requested(bank, endpoint="x", data="once").state == "failed"


def test_a_check_of_the_response_decides(bank: str) -> None:
    refused = requested(bank, method="GET", endpoint="x", response_check=lambda response: False)
    assert "response_check" in refused.task("ask").message


def test_the_login_stays_with_its_server(bank: str) -> None:
    away = requested(bank, method="GET", endpoint="https://elsewhere.example.org/x").task("ask")
    assert away.state == "failed"


def test_a_sensor_waits_while_nothing_is_there(bank: str) -> None:
    with DAG("d") as dag:
        HttpSensor(task_id="there", http_conn_id="bank", endpoint="x")
        HttpSensor(
            task_id="missing",
            http_conn_id="bank",
            endpoint="missing",
            poke_interval=1,
            timeout=3,
            soft_fail=True,
        )
    result = run_dag(dag, connections={"bank": bank})
    assert result.states == {"there": "success", "missing": "skipped"}


@pytest.mark.parametrize(
    ("uri", "address"),
    [
        ("https://example.org", "https://example.org"),
        ("http://example.org:8080/https", "https://example.org:8080"),
        ("http://https://example.org", "https://example.org"),
    ],
)
def test_https_may_be_said_in_several_places(uri: str, address: str) -> None:
    assert base_url(Connection("web", uri=uri)) == address
