"""Whether what a connection names can be reached from here: SQL by a question, the web by a
request, anything else by opening its port.
"""

from __future__ import annotations

import socket
from collections.abc import Callable, Mapping

from nbflow.authoring import sql, web
from nbflow.core.connections import Connection
from nbflow.core.errors import NbflowError
from nbflow.core.masking import Masker
from nbflow.core.secrets import hidden_in

SECONDS = 10.0


def reach(connection: Connection) -> tuple[bool, str]:
    """Whether it can be reached, and a sentence about it that tells no secret."""
    kind = connection.conn_type or ""
    ask = _BY_TYPE.get(kind, sql.ask_anything if sql.is_sql(kind) else _open_port)
    try:
        said = ask(connection)
    # Drivers and servers of any kind are behind this; whatever they raise is the answer.
    except Exception as error:  # noqa: BLE001
        why = str(error) if isinstance(error, NbflowError) else f"{type(error).__name__}: {error}"
        said = f"The connection {connection.conn_id!r} does not work: {why}"
        return False, Masker(hidden_in(connection)).text(said)
    return True, said


def _open_port(connection: Connection) -> str:
    if not connection.host or not connection.port:
        raise NbflowError(
            f"there is no way to try a connection of the type {connection.conn_type!r} without "
            "host and port."
        )
    address = (connection.host.partition("://")[2] or connection.host, connection.port)
    with socket.create_connection(address, timeout=SECONDS):
        return f"{address[0]} answers at port {address[1]}."


def _ask_web(connection: Connection) -> str:
    response = web.request(connection, "HEAD", "", timeout=SECONDS, check=False)
    return f"{web.base_url(connection)} answers with status {response.status_code}."


_BY_TYPE: Mapping[str, Callable[[Connection], str]] = {"http": _ask_web, "https": _ask_web}
