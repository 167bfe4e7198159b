"""`Connection`: how to reach something outside, as fields, as a URI or as JSON; the forms are
Airflow's, so that what a team has written down for it can be taken over.

Where connections are kept is the store's (`secrets.py`), who may read one is in `secrets.py` here.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import cast
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit

from nbflow.core.errors import RequestError
from nbflow.core.json import Json, JsonObject

EXTRA_KEY = "__extra__"
"""The name under which a URI carries extras that a query cannot say."""

FIELDS = ("conn_type", "description", "host", "login", "password", "schema", "port", "extra")


@dataclass(frozen=True)
class Connection:
    """A connection: `Connection(conn_id="db", uri="postgres://me:pw@host:5432/sales")`, or its
    fields one by one.

    `extra` is a JSON text; a mapping is written as one. Raises RequestError for a `uri` together
    with fields, and for either that cannot be read.
    """

    conn_id: str | None = None
    conn_type: str | None = None
    description: str | None = None
    host: str | None = None
    login: str | None = None
    password: str | None = None
    schema: str | None = None
    port: int | None = None
    extra: str | None = None
    uri: str | None = None

    def __post_init__(self) -> None:
        if self.uri is not None:
            self._take_uri(self.uri)
        self._set("extra", _text(self.extra))
        self._set("conn_type", _one_word(self.conn_type))
        self._set("port", _port(self.port, self.conn_id))

    def _take_uri(self, uri: str) -> None:
        if any(getattr(self, name) for name in FIELDS if name != "description"):
            raise RequestError(
                f"The connection {self.conn_id!r} has a uri and fields beside it: give one of both."
            )
        for name, value in _from_uri(uri, self.conn_id).items():
            self._set(name, value)
        # What was given is in the fields now; kept twice it could be told twice.
        self._set("uri", None)

    def _set(self, name: str, value: object) -> None:
        object.__setattr__(self, name, value)

    def __repr__(self) -> str:
        """Without what is secret: a connection may be printed."""
        where = f"{self.conn_type or ''}://{self.host or ''}{f':{self.port}' if self.port else ''}"
        return f"<Connection {self.conn_id}: {where}>"

    __str__ = __repr__

    @property
    def extra_dejson(self) -> dict[str, Json]:
        """The extras; none where they are no JSON object."""
        try:
            found = json.loads(self.extra or "{}")
        except ValueError:
            return {}
        return found if isinstance(found, dict) else {}

    def get_uri(self) -> str:
        """The connection as one URI, which `Connection(uri=...)` reads back."""
        kind = f"{self.conn_type.lower().replace('_', '-')}://" if self.conn_type else "//"
        protocol, host = _protocol(self.host)
        return f"{kind}{protocol}{self._login()}{self._place(host)}{self._query()}"

    def as_dict(self) -> dict[str, Json]:
        """The fields that are set, without the id; `extra` as it is meant, not as text."""
        found = {name: getattr(self, name) for name in FIELDS}
        if self.extra and self.extra_dejson:
            found["extra"] = self.extra_dejson
        return {name: value for name, value in found.items() if value not in (None, "")}

    def as_json(self) -> str:
        """`as_dict` as JSON text."""
        return json.dumps(self.as_dict())

    @classmethod
    def from_json(cls, value: str, conn_id: str | None = None) -> Connection:
        """The connection that a JSON object describes. Raises RequestError."""
        try:
            found = json.loads(value)
        except ValueError as error:
            raise RequestError(f"The connection {conn_id!r} is no JSON: {error}.") from None
        if not isinstance(found, dict):
            raise RequestError(f"The connection {conn_id!r} has to be a JSON object.")
        return cls.from_dict(found, conn_id)

    @classmethod
    def from_dict(cls, found: JsonObject, conn_id: str | None = None) -> Connection:
        """The connection of these fields. Raises RequestError for names that are no fields."""
        unknown = [name for name in found if name not in (*FIELDS, "conn_id", "uri")]
        if unknown:
            raise RequestError(
                f"The connection {conn_id!r} has no field {', '.join(map(repr, unknown))}: "
                f"there are {', '.join(FIELDS)}, or uri."
            )
        fields = {"conn_id": conn_id, **found}
        return cls(**fields)  # type: ignore[arg-type]  # the names are fields, checked above

    @classmethod
    def from_text(cls, text: str, conn_id: str | None = None) -> Connection:
        """The connection that a URI or a JSON object describes. Raises RequestError."""
        if text.lstrip().startswith("{"):
            return cls.from_json(text, conn_id)
        return cls(conn_id, uri=text.strip())

    def named(self, conn_id: str) -> Connection:
        """The same connection under this id."""
        return replace(self, conn_id=conn_id)

    # -- the parts of a URI ------------------------------------------------------------------------

    def _login(self) -> str:
        login = "" if self.login is None else quote(self.login, safe="")
        password = "" if self.password is None else f":{quote(self.password, safe='')}"
        return f"{login}{password}@" if login or password else ""

    def _place(self, host: str) -> str:
        name = quote(host, safe="")
        # A port without anything before it would be read as a host.
        at = "" if name or self._login() or not self.port else "@"
        port = f"{at}:{self.port}" if self.port else ""
        schema = f"/{quote(self.schema, safe='')}" if self.schema else ""
        return f"{name}{port}{schema}"

    def _query(self) -> str:
        if not self.extra:
            return ""
        found = self.extra_dejson
        plain = all(isinstance(value, str) for value in found.values())
        query = urlencode(found) if found and plain else urlencode({EXTRA_KEY: self.extra})
        return f"{'?' if self.schema else '/?'}{query}"


def _from_uri(uri: str, conn_id: str | None) -> dict[str, object]:
    kind, _, rest = uri.partition("://")
    if not kind.strip() or rest.count("://") > 1 or "://" not in uri:
        raise RequestError(
            f"The URI of the connection {conn_id!r} cannot be read. "
            "Write it like postgres://login:password@host:5432/schema?key=value, "
            "with special characters percent-encoded."
        )
    protocol, inner = "", f"//{rest}"
    if "://" in rest:
        protocol, _, after = rest.partition("://")
        inner = f"//{after}"
    parts = urlsplit(inner)
    try:
        port = parts.port
    except ValueError:
        raise RequestError(f"The port in the URI of {conn_id!r} is no number.") from None
    query = dict(parse_qsl(parts.query, keep_blank_values=True))
    host = _host(parts.hostname, parts.netloc)
    return {
        "conn_type": kind,
        "host": f"{protocol}://{host}" if protocol and host else protocol or host,
        "schema": unquote(parts.path[1:]),
        "login": None if parts.username is None else unquote(parts.username),
        "password": None if parts.password is None else unquote(parts.password),
        "port": port,
        "extra": query.get(EXTRA_KEY) or (json.dumps(query) if query else None),
    }


def _host(name: str | None, netloc: str) -> str:
    """The host in small letters, as Airflow reads it; a path, percent-encoded, keeps its own."""
    host = unquote(name or "")
    return unquote(netloc.rpartition("@")[2].partition(":")[0]) if "/" in host else host


def _protocol(host: str | None) -> tuple[str, str]:
    """A protocol inside the host ("https://example.org") stands before the login in a URI."""
    if not host or "://" not in host:
        return "", host or ""
    protocol, _, name = host.partition("://")
    return f"{protocol}://", name


def _one_word(conn_type: str | None) -> str | None:
    if conn_type == "postgresql":
        return "postgres"
    return conn_type.replace("-", "_") if conn_type else conn_type


def _text(extra: object) -> object:
    return json.dumps(extra) if isinstance(extra, Mapping) else extra


def _port(port: object, conn_id: str | None) -> int | None:
    if port is None or port == "":
        return None
    try:
        return int(cast("int", port))
    except (TypeError, ValueError):
        message = f"The port of the connection {conn_id!r} is no number: {port!r}."
        raise RequestError(message) from None
