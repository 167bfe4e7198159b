"""Variables and connections as tasks meet them: how they are named, which one is secret, and what
an order carries of them. An attempt may read what its task declares and nothing else.

Where they come from is the store's (`secret_lookup.py`), how they are hidden is in `masking.py`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from nbflow.core.connections import Connection
from nbflow.core.errors import NbflowError
from nbflow.core.json import Json

VAR, CONN = "var", "conn"
SECRET_WORDS = (
    "access_token",
    "api_key",
    "apikey",
    "authorization",
    "credential",
    "keyfile",
    "passphrase",
    "passwd",
    "password",
    "private_key",
    "secret",
    "token",
)
"""A variable, or a key of a connection's extras, with one of these in its name holds a secret."""

_NAME = re.compile(r"(var|conn)\.(\S+)")


class SecretNotThere(NbflowError, KeyError):
    """A variable or connection that a task asks for and cannot have; the message says why and what
    to do. A KeyError too, as Airflow's is.
    """

    def __str__(self) -> str:
        return str(self.args[0]) if self.args else ""


@dataclass(frozen=True)
class Secrets:
    """What an attempt may read: variables as text, connections as JSON text, by key and id.

    `missing` has a sentence for each name (`var.x`, `conn.y`) that was declared and not found.
    """

    variables: Mapping[str, str] = field(default_factory=dict, repr=False)
    connections: Mapping[str, str] = field(default_factory=dict, repr=False)
    missing: Mapping[str, str] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.variables or self.connections or self.missing)

    def variable(self, key: str) -> str | None:
        """The variable; None where it was looked for and is nowhere. Raises SecretNotThere."""
        if key in self.variables:
            return self.variables[key]
        if f"{VAR}.{key}" in self.missing:
            return None
        raise SecretNotThere(_undeclared(f"The variable {key!r}", f"{VAR}.{key}"))

    def connection(self, conn_id: str) -> Connection:
        """The connection. Raises SecretNotThere."""
        if conn_id in self.connections:
            return Connection.from_json(self.connections[conn_id], conn_id)
        name = f"{CONN}.{conn_id}"
        if name in self.missing:
            raise SecretNotThere(self.missing[name])
        raise SecretNotThere(_undeclared(f"The connection {conn_id!r}", name))

    def only(self, names: Iterable[str]) -> Secrets:
        """What of these the task that declares `names` may read."""
        wanted = set(names)
        return Secrets(
            {k: v for k, v in self.variables.items() if f"{VAR}.{k}" in wanted},
            {k: v for k, v in self.connections.items() if f"{CONN}.{k}" in wanted},
            {k: v for k, v in self.missing.items() if k in wanted},
        )

    def with_variables(self, changed: Mapping[str, str | None]) -> Secrets:
        """The same after a task has set these variables; None stands for a deleted one."""
        gone = {f"{VAR}.{k}": not_found(f"{VAR}.{k}") for k, v in changed.items() if v is None}
        there = {k: v for k, v in {**self.variables, **changed}.items() if v is not None}
        missing = {k: v for k, v in self.missing.items() if k.removeprefix("var.") not in there}
        return Secrets(there, self.connections, {**missing, **gone})

    def hidden_values(self) -> list[str]:
        """Everything in here that nobody may read in a log."""
        found = [value for key, value in self.variables.items() if looks_secret(key)]
        for key, value in self.variables.items():
            found += _hidden_in_json(value, whole=looks_secret(key))
        for text in self.connections.values():
            found += hidden_in(Connection.from_json(text))
        return found


def hidden_in(connection: Connection) -> list[str]:
    """What of a connection nobody may read: its password and the secrets among its extras."""
    found = [connection.password] if connection.password else []
    return found + list(_secret_leaves(connection.extra_dejson, whole=False))


def looks_secret(name: str) -> bool:
    """Whether something of this name is a secret, by the words in it."""
    lower = name.lower().replace("-", "_")
    return any(word in lower for word in SECRET_WORDS)


def parse_name(text: str) -> tuple[str, str] | None:
    """`var.region` as ("var", "region"), `conn.db` as ("conn", "db"); None for anything else."""
    found = _NAME.fullmatch(text)
    return (found[1], found[2]) if found else None


def not_found(name: str) -> str:
    """The sentence for a declared variable or connection that is nowhere."""
    kind, key = parse_name(name) or (VAR, name)
    if kind == CONN:
        return (
            f"There is no connection {key!r}: it is neither in NBFLOW_CONN_{key.upper()}, nor in "
            f"a secrets backend, nor in the store. Add it: nbflow connections add {key} URI."
        )
    return (
        f"There is no variable {key!r}: it is neither in NBFLOW_VAR_{key.upper()}, nor in a "
        f"secrets backend, nor in the store. Set it: nbflow variables set {key} VALUE."
    )


def _undeclared(what: str, name: str) -> str:
    return (
        f"{what} was not given to this task, which does not mention it. A task gets what its "
        f"templates and its source name literally; declare others: secrets=[{name!r}]."
    )


def _hidden_in_json(text: str, *, whole: bool) -> list[str]:
    if not text.lstrip().startswith(("{", "[")):
        return []
    try:
        return list(_secret_leaves(json.loads(text), whole=whole))
    except ValueError:
        return []


def _secret_leaves(value: Json, *, whole: bool) -> Iterator[str]:
    """The texts below keys that look secret; all texts if `whole`."""
    if isinstance(value, Mapping):
        for key, item in value.items():
            yield from _secret_leaves(item, whole=whole or looks_secret(key))
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from _secret_leaves(item, whole=whole)
    elif whole and isinstance(value, str):
        yield value
    elif whole and isinstance(value, (int, float)) and not isinstance(value, bool):
        yield str(value)
