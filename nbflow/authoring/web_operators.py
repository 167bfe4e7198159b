"""HttpOperator and HttpSensor: ask a server on the web. How it is reached is in `web.py`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from nbflow.authoring import calling, web
from nbflow.authoring.context import Context
from nbflow.authoring.operators import BaseOperator
from nbflow.authoring.secrets import Connection
from nbflow.authoring.sensors import BaseSensorOperator, PokeReturnValue
from nbflow.authoring.web import HttpError, Response

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from nbflow.authoring.arguments import TaskOptions


class HttpOperator(BaseOperator):
    """Sends a request to `endpoint` of the connection `http_conn_id`; the text of the answer is the
    task's value, or what `response_filter` makes of it.

    >>> HttpOperator(task_id="rates", http_conn_id="bank", method="GET", endpoint="rates",
    ...              data={"day": "{{ ds }}"}, response_filter=lambda response: response.json())

    `data` becomes the query of a GET, else a form (a dict) or the body (text). A status of 400 or
    more fails the task; one of `retry_statuses` (429 and 503, and 502 and 504 where the method may
    be repeated) is asked again first, up to `attempts` times in all.
    `response_check` fails the task when it returns False. Both functions may name context variables
    as further arguments. `extra_options`: `timeout` in seconds (60), `verify` (True) and
    `check_response` (True).
    """

    template_fields: ClassVar[Sequence[str]] = ("endpoint", "data", "headers", "http_conn_id")
    template_ext = (".json",)

    def __init__(
        self,
        task_id: str,
        *,
        endpoint: str | None = None,
        method: str = "POST",
        data: object = None,
        headers: Mapping[str, str] | None = None,
        response_check: Callable[..., bool | PokeReturnValue] | None = None,
        response_filter: Callable[..., object] | None = None,
        extra_options: Mapping[str, Any] | None = None,  # the names above, each of its own type
        http_conn_id: str = "http_default",
        log_response: bool = False,
        retry_statuses: Iterable[int] | None = None,
        attempts: int = 3,
        **options: Unpack[TaskOptions],
    ) -> None:
        super().__init__(task_id, **options)
        self.endpoint = endpoint
        self.method = method
        self.data = data
        self.headers = dict(headers or {})
        self.response_check = response_check
        self.response_filter = response_filter
        self.extra_options = dict(extra_options or {})
        self.http_conn_id = http_conn_id
        self.log_response = log_response
        self.retry_statuses = web.retry_statuses(method, retry_statuses)
        self.attempts = attempts

    def execute(self, context: Context) -> object:
        response = self.ask()
        if self.log_response:
            print(response.text)  # noqa: T201 - what a task prints is its log
        check, keep = self.response_check, self.response_filter
        if check is not None and not calling.call(check, [response], {}, context):
            raise HttpError(f"The response_check of task '{self.task_id}' returned False.")
        return response.text if keep is None else calling.call(keep, [response], {}, context)

    def ask(self) -> Response:
        """Send the request."""
        return web.request(
            Connection.get(self.http_conn_id),
            self.method,
            self.endpoint or "",
            self.data,
            self.headers,
            timeout=float(self.extra_options.get("timeout", 60)),
            verify=bool(self.extra_options.get("verify", True)),
            retry_statuses=self.retry_statuses,
            attempts=self.attempts,
            check=bool(self.extra_options.get("check_response", True)),
        )


class HttpSensor(BaseSensorOperator, HttpOperator):
    """Waits until a server answers with a status below 400 and `response_check`, if there is one,
    returns True; it may return a PokeReturnValue with what to hand on.

    `response_error_codes_allowlist` are the statuses from 400 on that mean "not yet" (404); any
    other fails the attempt.
    """

    template_fields: ClassVar[Sequence[str]] = HttpOperator.template_fields

    def __init__(
        self,
        task_id: str,
        *,
        endpoint: str,
        http_conn_id: str = "http_default",
        method: str = "GET",
        request_params: object = None,
        headers: Mapping[str, str] | None = None,
        response_check: Callable[..., bool | PokeReturnValue] | None = None,
        response_error_codes_allowlist: Iterable[int | str] | None = None,
        **options: Any,  # noqa: ANN401 - those of BaseSensorOperator
    ) -> None:
        super().__init__(
            task_id,
            endpoint=endpoint,
            http_conn_id=http_conn_id,
            method=method,
            data=request_params,
            headers=headers,
            response_check=response_check,
            attempts=1,
            **options,
        )
        allowed = (
            (404,) if response_error_codes_allowlist is None else response_error_codes_allowlist
        )
        self.not_yet = frozenset(map(int, allowed))

    def poke(self, context: Context) -> bool | PokeReturnValue:
        self.extra_options["check_response"] = False
        response = self.ask()
        if response.status_code in self.not_yet:
            return False
        response.raise_for_status()
        if self.response_check is None:
            return True
        found = calling.call(self.response_check, [response], {}, context)
        return found if isinstance(found, PokeReturnValue) else bool(found)
