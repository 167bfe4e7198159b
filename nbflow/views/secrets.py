"""Variables and connections as a person sees them: what is secret stays out, whoever asks."""

from __future__ import annotations

from nbflow.core.connections import Connection
from nbflow.core.json import Json, JsonObject
from nbflow.core.masking import MASK
from nbflow.core.secrets import looks_secret
from nbflow.store.secrets import StoredConnection, Variable
from nbflow.views.dags import iso, iso_text
from nbflow.views.shapes import ConnectionView, VariableView


def variable_view(variable: Variable, *, show_secrets: bool = False) -> VariableView:
    """A variable; one whose name sounds like a secret without its value."""
    is_secret = looks_secret(variable.key)
    return VariableView(
        key=variable.key,
        value=MASK if is_secret and not show_secrets else variable.value,
        description=variable.description,
        is_secret=is_secret,
        updated_at=iso(variable.updated_at),
    )


def connection_view(stored: StoredConnection, *, show_secrets: bool = False) -> ConnectionView:
    """A connection without its password and the secrets among its extras."""
    connection = stored.connection
    extra = connection.extra_dejson
    return ConnectionView(
        conn_id=connection.conn_id or "",
        conn_type=connection.conn_type or "",
        description=connection.description or "",
        host=connection.host or "",
        port=connection.port,
        schema=connection.schema or "",
        login=connection.login or "",
        password=_password(connection, show_secrets=show_secrets),
        extra=dict(extra if show_secrets else without_secrets(extra)),
        updated_at=iso_text(stored.updated_at),
    )


def merged(conn_id: str, fields: JsonObject, before: StoredConnection | None) -> Connection:
    """The connection that a form means, which was shown `***` in place of secrets: what it sends
    back as it got it, and what it leaves out, stays as it was before. Raises RequestError.
    """
    given = {name: value for name, value in fields.items() if value is not None}
    if before is None or "uri" in given:
        return Connection.from_dict(given, conn_id)
    kept = before.connection.as_dict()
    if given.get("password") == MASK:
        del given["password"]
    extra = given.get("extra")
    if isinstance(extra, dict):
        given["extra"] = _with_kept(extra, kept.get("extra"))
    cleared = {name for name, value in fields.items() if value is None}
    stays = {name: value for name, value in kept.items() if name not in cleared}
    return Connection.from_dict({**stays, **given}, conn_id)


def _with_kept(extra: JsonObject, before: Json) -> JsonObject:
    known = before if isinstance(before, dict) else {}
    return {
        key: known.get(key, value)
        if value == MASK
        else _with_kept(value, known.get(key))
        if isinstance(value, dict)
        else value
        for key, value in extra.items()
    }


def without_secrets(extra: JsonObject) -> JsonObject:
    """Extras with `***` for every value under a key that sounds like a secret."""
    return {key: MASK if looks_secret(key) else _inside(value) for key, value in extra.items()}


def _inside(value: Json) -> Json:
    if isinstance(value, dict):
        return without_secrets(value)
    return [_inside(item) for item in value] if isinstance(value, list) else value


def _password(connection: Connection, *, show_secrets: bool) -> str | None:
    if not connection.password:
        return None
    return connection.password if show_secrets else MASK
