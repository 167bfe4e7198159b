"""Variables and connections as the store keeps them: encrypted, every change with its line in the
journal.

They are no run state: whoever may, writes them directly, people through a door and tasks through
the scheduler. Where else a secret may come from is in `secret_lookup.py`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import cast

from sqlalchemy import ColumnElement, delete, select, update

from nbflow.core.connections import Connection
from nbflow.core.errors import NotFoundError, RequestError
from nbflow.store import journal
from nbflow.store.database import Session
from nbflow.store.journal import Change
from nbflow.store.keys import KeyRing
from nbflow.store.tables import ConnectionRow, VariableRow, insert_into, table_of

_VARIABLES = table_of(VariableRow)
_CONNECTIONS = table_of(ConnectionRow)
_LONGEST_NAME = 250


@dataclass(frozen=True)
class Variable:
    """A variable as it is stored."""

    key: str
    value: str = field(repr=False)
    description: str = ""
    updated_at: datetime | None = None


@dataclass(frozen=True)
class StoredConnection:
    """A connection as it is stored."""

    connection: Connection
    updated_at: datetime


# -- variables -------------------------------------------------------------------------------------


def variables(
    session: Session, keys: KeyRing, wanted: Collection[str] | None = None
) -> list[Variable]:
    """All variables, or those of these keys, by key."""
    query = select(_VARIABLES).order_by(_VARIABLES.c.key)
    rows = session.execute(query if wanted is None else query.where(_VARIABLES.c.key.in_(wanted)))
    return [
        Variable(
            row.key,
            keys.decrypt(row.value, f"The variable {row.key!r}"),
            row.description,
            row.updated_at,
        )
        for row in rows
    ]


def set_variable(
    session: Session,
    keys: KeyRing,
    variable: Variable,
    actor: str | None,
    now: datetime,
    *,
    door: str = "",
) -> None:
    """Make the variable, or change the one of that key. Raises RequestError for a bad key."""
    _check_name("variable", variable.key)
    new = {
        "value": keys.encrypt(variable.value),
        "description": variable.description,
        "updated_at": now,
    }
    insert = insert_into(session, _VARIABLES).values(key=variable.key, **new)
    if not variable.description:
        del new["description"]  # what it is for stays true when its value changes
    session.execute(insert.on_conflict_do_update(index_elements=["key"], set_=new))
    _tell(session, "variable", variable.key, "set", actor, now, door)


def delete_variable(
    session: Session, key: str, actor: str | None, now: datetime, *, door: str = ""
) -> None:
    """Raises NotFoundError."""
    if not session.execute(delete(_VARIABLES).where(_VARIABLES.c.key == key)).rowcount:
        raise NotFoundError(f"There is no variable {key!r} in the store.")
    _tell(session, "variable", key, "deleted", actor, now, door)


# -- connections -----------------------------------------------------------------------------------


def connections(
    session: Session, keys: KeyRing, wanted: Collection[str] | None = None
) -> list[StoredConnection]:
    """All connections, or those of these ids, by id."""
    ids: ColumnElement[str] = _CONNECTIONS.c.conn_id
    query = select(_CONNECTIONS).order_by(ids)
    rows = session.execute(query if wanted is None else query.where(ids.in_(wanted)))
    return [
        StoredConnection(
            Connection.from_json(
                keys.decrypt(row.value, f"The connection {row.conn_id!r}"), row.conn_id
            ),
            row.updated_at,
        )
        for row in rows
    ]


def save_connection(
    session: Session,
    keys: KeyRing,
    connection: Connection,
    actor: str | None,
    now: datetime,
    *,
    door: str = "",
) -> None:
    """Make the connection, or replace the one of that id. Raises RequestError for a bad id."""
    conn_id = connection.conn_id or ""
    _check_name("connection", conn_id)
    new = {"value": keys.encrypt(connection.as_json()), "updated_at": now}
    insert = insert_into(session, _CONNECTIONS).values(conn_id=conn_id, **new)
    session.execute(insert.on_conflict_do_update(index_elements=["conn_id"], set_=new))
    _tell(session, "connection", conn_id, "set", actor, now, door)


def delete_connection(
    session: Session, conn_id: str, actor: str | None, now: datetime, *, door: str = ""
) -> None:
    """Raises NotFoundError."""
    found = session.execute(delete(_CONNECTIONS).where(_CONNECTIONS.c.conn_id == conn_id))
    if not found.rowcount:
        raise NotFoundError(f"There is no connection {conn_id!r} in the store.")
    _tell(session, "connection", conn_id, "deleted", actor, now, door)


# -- keys ------------------------------------------------------------------------------------------


def encrypt_again(session: Session, keys: KeyRing) -> int:
    """Encrypt everything with the newest of `keys`; returns how many secrets there are."""
    count = 0
    for table, name in ((_VARIABLES, "key"), (_CONNECTIONS, "conn_id")):
        column = table.c[name]
        for row in session.execute(select(column, table.c.value)).all():
            plain = keys.decrypt(row.value, f"{table.name} {row[0]!r}")
            new = update(table).where(column == row[0]).values(value=keys.encrypt(plain))
            session.execute(new)
            count += 1
    return count


def _check_name(noun: str, name: str) -> None:
    if not name.strip() or len(name) > _LONGEST_NAME or any(c.isspace() for c in name):
        raise RequestError(
            f"{name!r} is no name for a {noun}: use 1 to {_LONGEST_NAME} characters, no blanks."
        )


def _tell(  # noqa: PLR0917 - a line of the journal
    session: Session, kind: str, name: str, state: str, actor: str | None, now: datetime, door: str
) -> None:
    data = cast("Mapping[str, str]", {"name": name, "door": door})
    journal.append(session, [Change(now, kind, state=state, actor=actor, data=data)])
