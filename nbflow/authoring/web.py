"""HTTP through a connection: its address, login and headers, one request with retries on statuses
that tell of a moment's trouble. Standard library only. The operators are in `web_operators.py`.
"""

from __future__ import annotations

import base64
import json
import ssl
import time
import urllib.error
import urllib.request
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from email.message import Message
from typing import Any
from urllib.parse import urlencode, urljoin, urlsplit

from nbflow.core.connections import Connection
from nbflow.core.errors import NbflowError

RETRY_STATUSES = frozenset({429, 502, 503, 504})
LONGEST_WAIT = 60.0
_REPEATABLE = frozenset({"GET", "HEAD", "PUT", "DELETE", "OPTIONS"})
_BODILESS = frozenset({"GET", "HEAD", "DELETE", "OPTIONS"})


def retry_statuses(method: str, given: Iterable[int] | None = None) -> frozenset[int]:
    """Which statuses are worth another request. After 502 and 504 the server may have done what it
    was asked for, so they are only where doing it twice is no harm.
    """
    if given is not None:
        return frozenset(given)
    return RETRY_STATUSES if method.upper() in _REPEATABLE else frozenset({429, 503})


class HttpError(NbflowError):
    """A server refused a request, or could not be reached."""


@dataclass(frozen=True)
class Response:
    """What a server answered. The names are those of the library `requests`."""

    status_code: int
    content: bytes = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)
    url: str

    @property
    def ok(self) -> bool:
        return self.status_code < 400

    @property
    def text(self) -> str:
        message = Message()
        message["content-type"] = self.headers.get("content-type", "")
        return self.content.decode(str(message.get_param("charset") or "utf-8"), "replace")

    def json(self) -> Any:  # noqa: ANN401 - any JSON
        """The body as JSON. Raises ValueError."""
        return json.loads(self.content)

    def raise_for_status(self) -> None:
        """Raises HttpError for a status of 400 or more, with the beginning of what was said."""
        if not self.ok:
            said = f": {self.text[:200].strip()}" if self.text.strip() else ""
            raise HttpError(f"{self.url} answered with status {self.status_code}{said}")


def base_url(connection: Connection) -> str:
    """The address of a connection: `https` if its type or schema says so, or its host."""
    host = connection.host or ""
    if "://" not in host:
        secure = "https" in (connection.schema, connection.conn_type)
        host = f"{'https' if secure else 'http'}://{host}"
    port = f":{connection.port}" if connection.port else ""
    address = f"{host.rstrip('/')}{port}"
    if urlsplit(address).scheme not in ("http", "https") or not urlsplit(address).netloc:
        raise HttpError(
            f"The connection {connection.conn_id!r} has no address of the web: {address!r}. "
            "Give it a host, such as https://example.org."
        )
    return address


def request(
    connection: Connection,
    method: str,
    endpoint: str,
    data: object = None,
    headers: Mapping[str, str] | None = None,
    *,
    timeout: float = 60.0,
    verify: bool = True,
    retry_statuses: Collection[int] = RETRY_STATUSES,
    attempts: int = 1,
    check: bool = True,
) -> Response:
    """Send one request; again, up to `attempts`, if its status is one of `retry_statuses`.

    `data` becomes the query of a GET; else a form (a mapping) or the body as it is (text, bytes).
    Extras of the connection are headers. Raises HttpError, with `check` for statuses from 400 on
    too.
    """
    made = _made(connection, method.upper(), endpoint, data, headers or {})
    response = _send(made, timeout, verify=verify)
    for tried in range(1, attempts):
        if response.status_code not in retry_statuses:
            break
        time.sleep(_pause(response, tried))
        response = _send(made, timeout, verify=verify)
    if check:
        response.raise_for_status()
    return response


def _made(
    connection: Connection, method: str, endpoint: str, data: object, headers: Mapping[str, str]
) -> urllib.request.Request:
    base = base_url(connection)
    url = urljoin(f"{base}/", endpoint.lstrip("/")) if endpoint else base
    if urlsplit(url).netloc != urlsplit(base).netloc:
        raise HttpError(f"The endpoint {endpoint!r} leads away from {base}: the login stays there.")
    sent = {k: str(v) for k, v in connection.extra_dejson.items()} | dict(headers)
    if connection.login:
        pair = f"{connection.login}:{connection.password or ''}".encode()
        sent.setdefault("Authorization", f"Basic {base64.b64encode(pair).decode()}")
    body = None
    if data and method in _BODILESS:
        query = urlencode(data, doseq=True) if isinstance(data, Mapping) else str(data)
        url = f"{url}{'&' if '?' in url else '?'}{query}"
    elif data:
        body = _body(data)
    return urllib.request.Request(url, body, sent, method=method)  # noqa: S310 - checked in base_url


def _body(data: object) -> bytes:
    if isinstance(data, Mapping):
        return urlencode(data, doseq=True).encode()
    return data if isinstance(data, bytes) else str(data).encode()


def _send(made: urllib.request.Request, timeout: float, *, verify: bool) -> Response:
    context = ssl.create_default_context()
    if not verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    try:
        with urllib.request.urlopen(made, timeout=timeout, context=context) as answer:  # noqa: S310 - as above
            return _response(answer.status, answer.read(), answer.headers, answer.url)
    except urllib.error.HTTPError as error:
        with error:
            return _response(error.code, error.read(), error.headers, made.full_url)
    except (urllib.error.URLError, OSError) as error:
        why = getattr(error, "reason", error)
        raise HttpError(f"{_shown(made.full_url)} cannot be reached: {why}.") from error


def _response(status: int, content: bytes, headers: Message, url: str) -> Response:
    lower = {name.lower(): value for name, value in headers.items()}
    return Response(status, content, lower, _shown(url))


def _shown(url: str) -> str:
    """An address without its query, which may hold anything."""
    return url.partition("?")[0]


def _pause(response: Response, tried: int) -> float:
    """What the server asks for, else one second, two, four."""
    asked = response.headers.get("retry-after", "")
    return min(float(asked) if asked.isdigit() else 2.0 ** (tried - 1), LONGEST_WAIT)
