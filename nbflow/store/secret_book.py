"""Variables and connections as doors hold them: one object that reads, writes and audits on behalf
of a user, with the keys at hand.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timezone

from nbflow.core.connections import Connection
from nbflow.core.errors import NotFoundError
from nbflow.core.spelling import did_you_mean
from nbflow.store import secrets
from nbflow.store.database import Database
from nbflow.store.keys import KeyRing
from nbflow.store.secrets import StoredConnection, Variable


def _utc_now() -> datetime:
    return datetime.now(timezone.utc)


@dataclass(frozen=True)
class SecretBook:
    """The stored variables and connections, on behalf of `actor`, who came by `door` (both kept in
    the journal)."""

    database: Database
    keys: Callable[[], KeyRing]
    actor: str = ""
    clock: Callable[[], datetime] = _utc_now
    door: str = "python"

    def acting_for(self, actor: str) -> SecretBook:
        """The same on behalf of somebody else."""
        return replace(self, actor=actor)

    # -- variables ---------------------------------------------------------------------------------

    def variables(self) -> list[Variable]:
        with self.database.reading() as session:
            return secrets.variables(session, self.keys())

    def variable(self, key: str) -> Variable:
        """Raises NotFoundError with the closest names."""
        found = {one.key: one for one in self.variables()}
        if key not in found:
            hint = did_you_mean(key, found)
            raise NotFoundError(f"There is no variable {key!r} in the store. {hint}")
        return found[key]

    def new_variable(self, key: str, value: str, description: str = "") -> Variable:
        """A variable to be set."""
        return Variable(key, value, description)

    def set_variables(self, variables: Iterable[Variable]) -> None:
        """Make or change these variables, all or none. Raises RequestError."""
        with self.database.transaction() as session:
            for variable in variables:
                secrets.set_variable(
                    session, self.keys(), variable, self.actor, self.clock(), door=self.door
                )

    def delete_variable(self, key: str) -> None:
        """Raises NotFoundError."""
        with self.database.transaction() as session:
            secrets.delete_variable(session, key, self.actor, self.clock(), door=self.door)

    # -- connections -------------------------------------------------------------------------------

    def connections(self) -> list[StoredConnection]:
        with self.database.reading() as session:
            return secrets.connections(session, self.keys())

    def connection(self, conn_id: str) -> StoredConnection:
        """Raises NotFoundError with the closest names."""
        found = {str(one.connection.conn_id): one for one in self.connections()}
        if conn_id not in found:
            hint = did_you_mean(conn_id, found)
            raise NotFoundError(f"There is no connection {conn_id!r} in the store. {hint}")
        return found[conn_id]

    def save_connections(self, connections: Iterable[Connection]) -> None:
        """Make or replace these connections, all or none. Raises RequestError."""
        with self.database.transaction() as session:
            for connection in connections:
                secrets.save_connection(
                    session, self.keys(), connection, self.actor, self.clock(), door=self.door
                )

    def delete_connection(self, conn_id: str) -> None:
        """Raises NotFoundError."""
        with self.database.transaction() as session:
            secrets.delete_connection(session, conn_id, self.actor, self.clock(), door=self.door)

    # -- keys --------------------------------------------------------------------------------------

    def rotate_key(self) -> tuple[int, KeyRing]:
        """Encrypt everything with a new key, or with the newest of the environment's; how many
        secrets there are, and the keys in use from now on.

        A crash between any two steps leaves keys that open everything. Raises KeyProblem.
        """
        keys = self.keys()
        if keys.file is not None:
            keys = keys.with_new_key()
            keys.save()
        with self.database.transaction() as session:
            count = secrets.encrypt_again(session, keys)
        if keys.file is not None:
            keys.newest().save()
        return count, keys
