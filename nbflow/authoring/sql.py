"""SQL through a connection: its SQLAlchemy URL, one engine for the time of a task, statements one
by one with bound parameters.

The one place in authoring that knows SQLAlchemy: here it is what user's tasks speak to their own
databases with, never nbflow's store. The operators are in `sql_operators.py`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from nbflow.core.connections import Connection
from nbflow.core.errors import NbflowError

if TYPE_CHECKING:
    from sqlalchemy import URL
    from sqlalchemy import Connection as Session
    from sqlalchemy.engine import CursorResult

# The drivers nbflow itself brings, or that SQLAlchemy would not choose by itself.
_DRIVERS = {"postgres": "postgresql+psycopg", "redshift": "postgresql+psycopg"}
_OTHERS = frozenset(
    "bigquery clickhouse cockroachdb databricks db2 duckdb mariadb mssql mysql oracle presto "
    "snowflake sqlite trino vertica".split()
)
_NOT_IN_URLS = frozenset({"sqlalchemy_scheme", "driver"})
_PYFORMAT = re.compile(r"%\((\w+)\)s")


class SqlProblem(NbflowError):
    """A connection cannot be used for SQL; the message says why and what to do."""


@dataclass(frozen=True)
class Answered:
    """What a statement gave: the names of its columns and its rows; both empty without a result."""

    columns: tuple[str, ...] = ()
    rows: tuple[tuple[object, ...], ...] = ()


def is_sql(conn_type: str) -> bool:
    """Whether connections of this type are databases."""
    return conn_type in _DRIVERS or conn_type.partition("+")[0] in _OTHERS


def url_of(connection: Connection, database: str | None = None) -> URL:
    """The SQLAlchemy URL of a connection; `database` stands in for its schema."""
    # A fifth of a second to import, which a worker without SQL need not spend.
    from sqlalchemy import URL  # noqa: PLC0415

    extra = connection.extra_dejson
    kind = connection.conn_type or ""
    scheme = str(extra.get("sqlalchemy_scheme") or _DRIVERS.get(kind, kind.replace("_", "+")))
    if kind == "sqlite":
        return URL.create(scheme, database=database or connection.schema or connection.host or None)
    query = {k: v for k, v in extra.items() if isinstance(v, str) and k not in _NOT_IN_URLS}
    return URL.create(
        scheme,
        username=connection.login or None,
        password=connection.password or None,
        host=connection.host or None,
        port=connection.port,
        database=database or connection.schema or None,
        query=query,
    )


@contextmanager
def session_of(
    connection: Connection, *, database: str | None = None, autocommit: bool = False
) -> Iterator[Session]:
    """A transaction in the database of a connection, committed at the end. Raises SqlProblem."""
    from sqlalchemy import create_engine, exc, pool  # noqa: PLC0415 - as above

    try:
        engine = create_engine(url_of(connection, database), poolclass=pool.NullPool)
    except (exc.NoSuchModuleError, exc.ArgumentError, ImportError) as error:
        raise SqlProblem(
            f"The connection {connection.conn_id!r} is of the type {connection.conn_type!r}, for "
            f"which SQLAlchemy finds no driver here: {error}. Install it where tasks run."
        ) from error
    if autocommit:
        engine = engine.execution_options(isolation_level="AUTOCOMMIT")
    try:
        with engine.begin() as session:
            yield session
    finally:
        engine.dispose()


def run_statement(session: Session, statement: str, parameters: object = None) -> Answered:
    """Run one statement. A mapping is bound to `:name` (or `%(name)s`), a sequence to the
    placeholders of the driver.
    """
    from sqlalchemy import text  # noqa: PLC0415 - as above

    result: CursorResult[tuple[object, ...]]
    if not parameters:
        plain = session.execution_options(no_parameters=True)
        result = plain.exec_driver_sql(statement)
    elif isinstance(parameters, Mapping):
        named = text(_PYFORMAT.sub(r":\1", statement))
        result = session.execute(named, dict(parameters))
    else:
        result = session.exec_driver_sql(statement, tuple(cast("Sequence[object]", parameters)))
    if not result.returns_rows:
        return Answered()
    return Answered(tuple(result.keys()), tuple(tuple(row) for row in result))


def ask_anything(connection: Connection) -> str:
    """Ask the database the simplest question; a sentence that it has answered."""
    with session_of(connection) as session:
        question = "SELECT 1 FROM dual" if connection.conn_type == "oracle" else "SELECT 1"
        run_statement(session, question)
    return f"The database of {connection.conn_id!r} answers."


# Quotes, comments and dollar quotes, in which a semicolon ends nothing.
_PIECES = re.compile(
    r"""'(?:[^']|'')*' | "(?:[^"]|"")*" | `[^`]*` | --[^\n]* | /\*.*?\*/ | (\$\w*\$).*?\1 | ; """,
    re.DOTALL | re.VERBOSE,
)


def statements(text: str) -> list[str]:
    """The statements of a script, without the semicolons between them and without empty ones."""
    found: list[str] = []
    start = 0
    for piece in _PIECES.finditer(text):
        if piece[0] == ";":
            found.append(text[start : piece.start()])
            start = piece.end()
    found.append(text[start:])
    return [one.strip() for one in found if not _is_empty(one)]


def _is_empty(statement: str) -> bool:
    return not re.sub(r"--[^\n]*|/\*.*?\*/", "", statement, flags=re.DOTALL).strip()
