"""Where a variable or connection comes from: the environment, then secrets backends, then the
store. The first that has it decides.

A backend is a class behind the entry point group `nbflow.secrets`. One that fails is reported and
the next is asked; only when nobody has the secret does the task hear of it.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import entry_points
from typing import Protocol

from nbflow.core.connections import Connection
from nbflow.core.errors import RequestError
from nbflow.core.secrets import CONN, VAR, Secrets, not_found, parse_name
from nbflow.store import secrets
from nbflow.store.database import Database
from nbflow.store.keys import KeyProblem, KeyRing

log = logging.getLogger(__name__)

GROUP = "nbflow.secrets"
CONN_PREFIX, VAR_PREFIX = "NBFLOW_CONN_", "NBFLOW_VAR_"


class SecretsBackend(Protocol):
    """What a class behind an entry point of the group `nbflow.secrets` offers; it is made without
    arguments. None stands for what it does not have; whatever it raises is reported.
    """

    def get_connection(self, conn_id: str) -> Connection | str | None:
        """The connection, or its URI or JSON."""

    def get_variable(self, key: str) -> str | None:
        """The variable as text."""


@dataclass(frozen=True)
class StoreOfSecrets:
    """The database that keeps secrets, and the keys that open them."""

    database: Database
    keys: Callable[[], KeyRing]

    def read(self, variables: Collection[str], connections: Collection[str]) -> Secrets:
        with self.database.reading() as session:
            found_vars = secrets.variables(session, self.keys(), variables) if variables else []
            found_conns = (
                secrets.connections(session, self.keys(), connections) if connections else []
            )
        return Secrets(
            {found.key: found.value for found in found_vars},
            {str(one.connection.conn_id): one.connection.as_json() for one in found_conns},
        )

    def change(self, changed: Mapping[str, str | None], actor: str, now: datetime) -> None:
        """Set these variables; delete those that are None, if they are there."""
        with self.database.transaction() as session:
            for key, value in changed.items():
                if value is not None:
                    variable = secrets.Variable(key, value)
                    secrets.set_variable(session, self.keys(), variable, actor, now)
                elif secrets.variables(session, self.keys(), [key]):
                    secrets.delete_variable(session, key, actor, now)


class FindStore(Protocol):
    """Opens the store of secrets when it is needed: None if there is none, and it is not to be made
    for being asked.
    """

    def __call__(self, *, make: bool = False) -> StoreOfSecrets | None: ...


class SecretLookup:
    """Finds the secrets that an order is to carry, and keeps what tasks set."""

    def __init__(
        self,
        store: FindStore,
        environment: Mapping[str, str] = os.environ,
        backends: Sequence[tuple[str, Callable[[], SecretsBackend]]] | None = None,
    ) -> None:
        self._store = store
        self._environment = environment
        self._makers = backends
        self._backends: dict[str, SecretsBackend] = {}

    def __call__(self, names: Iterable[str]) -> Secrets:
        """What is to be had of `names` (`var.x`, `conn.y`). Raises StoreUnavailable."""
        search = _Search(names)
        search.take_environment(self._environment)
        for title, make in self._known() if search.open else ():
            self._ask(title, make, search)
        if search.open:
            self._ask_store(search)
        return search.result()

    def _known(self) -> Sequence[tuple[str, Callable[[], SecretsBackend]]]:
        if self._makers is None:
            self._makers = _installed()  # takes its time, and most runs ask for nothing
        return self._makers

    def change(self, changed: Mapping[str, str | None], actor: str, now: datetime) -> None:
        """Store variables that a task has set, delete those that are None."""
        store = self._store(make=True)
        if store is not None:
            store.change(changed, actor, now)

    def _ask(self, title: str, make: Callable[[], SecretsBackend], search: _Search) -> None:
        try:
            if title not in self._backends:
                self._backends[title] = make()
            search.take_backend(self._backends[title])
        # Somebody else's code, and the network behind it: it may raise anything.
        except Exception as error:  # noqa: BLE001
            problem = f"The secrets backend {title!r} failed: {type(error).__name__}: {error}"
            log.warning(problem, extra={"action": "secrets_backend_failed"})
            search.problems.append(problem)

    def _ask_store(self, search: _Search) -> None:
        store = self._store()
        if store is None:
            return
        try:
            search.take(store.read(search.of(VAR), search.of(CONN)))
        except KeyProblem as error:
            search.problems.append(str(error))


class _Search:
    """What is still looked for and what has been found."""

    def __init__(self, names: Iterable[str]) -> None:
        self.open = {name: parsed for name in names if (parsed := parse_name(name))}
        self.problems: list[str] = []
        self._variables: dict[str, str] = {}
        self._connections: dict[str, str] = {}

    def of(self, kind: str) -> list[str]:
        return [name for found, name in self.open.values() if found == kind]

    def take(self, found: Secrets) -> None:
        self._variables |= found.variables
        self._connections |= found.connections
        for key in found.variables:
            self.open.pop(f"{VAR}.{key}", None)
        for conn_id in found.connections:
            self.open.pop(f"{CONN}.{conn_id}", None)

    def take_environment(self, environment: Mapping[str, str]) -> None:
        for kind, name in list(self.open.values()):
            prefix = VAR_PREFIX if kind == VAR else CONN_PREFIX
            text = environment.get(f"{prefix}{name.upper()}")
            if text is not None:
                self._take_one(kind, name, text, f"{prefix}{name.upper()}")

    def take_backend(self, backend: SecretsBackend) -> None:
        for kind, name in list(self.open.values()):
            found = backend.get_variable(name) if kind == VAR else backend.get_connection(name)
            if found is not None:
                self._take_one(kind, name, found, "what a secrets backend gave")

    def _take_one(self, kind: str, name: str, found: Connection | str, where: str) -> None:
        if kind == VAR:
            self.take(Secrets({name: str(found)}))
            return
        try:
            conn = found if isinstance(found, Connection) else Connection.from_text(found, name)
        except RequestError as error:
            self.problems.append(f"{where} is no connection: {error}")
        else:
            self.take(Secrets({}, {name: conn.as_json()}))

    def result(self) -> Secrets:
        why = "".join(f" {problem}" for problem in self.problems)
        missing = {name: f"{not_found(name)}{why}" for name in self.open}
        return Secrets(self._variables, self._connections, missing)


def _installed() -> list[tuple[str, Callable[[], SecretsBackend]]]:
    """The backends of installed packages, by name."""
    found = sorted(entry_points(group=GROUP), key=lambda one: one.name)
    return [(one.name, lambda one=one: one.load()()) for one in found]  # type: ignore[misc]  # bound early


class NoSecrets:
    """A lookup that finds nothing, for schedulers that have no secrets to give."""

    def __call__(self, names: Iterable[str]) -> Secrets:
        return Secrets(missing={name: not_found(name) for name in names})

    def change(self, changed: Mapping[str, str | None], actor: str, now: datetime) -> None:
        log.warning("%s has set variables that nobody keeps: %s.", actor, ", ".join(changed))
