"""Variables and connections, without what is secret in them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class VariableView:
    """A variable. `value` is `***` if the name sounds like a secret."""

    key: str
    value: str
    description: str
    is_secret: bool
    updated_at: str | None


@dataclass(frozen=True)
class VariableList:
    """All variables in the store, by key."""

    variables: list[VariableView]


@dataclass(frozen=True)
class ConnectionView:
    """A connection. `password` is `***` where there is one, and null where not; so are the values
    of `extra` under keys that sound like secrets.
    """

    conn_id: str
    conn_type: str
    description: str
    host: str
    port: int | None
    schema: str
    login: str
    password: str | None
    extra: dict[str, Any]  # depends on `conn_type`
    updated_at: str


@dataclass(frozen=True)
class ConnectionList:
    """All connections in the store, by id."""

    connections: list[ConnectionView]


@dataclass(frozen=True)
class ConnectionTest:
    """Whether a connection could be made, and in a sentence what happened."""

    ok: bool
    message: str
