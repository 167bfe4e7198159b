"""What the handlers of nbflow share: how they ask, answer and refuse, and how a verb says what it
takes and gives, for `openapi.json`.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass
from http.client import responses
from typing import TYPE_CHECKING, Any, TypeVar, cast

from jupyter_server.auth.decorator import authorized
from jupyter_server.base.handlers import APIHandler
from pydantic import ValidationError
from pydantic_core import to_json
from tornado.web import HTTPError

from nbflow.core.errors import NbflowError
from nbflow.server.bodies.base import NoBody, Sent
from nbflow.server.refusals import Refusal, bad_input, refusal_of

if TYPE_CHECKING:
    from nbflow.server.project import Project
    from nbflow.server.questions import Questions

_LOGIN = "This needs a login: send the token of the Jupyter server."

T = TypeVar("T")
SentT = TypeVar("SentT", bound=Sent)
Verb = TypeVar("Verb", bound=Callable[..., object])


@dataclass(frozen=True)
class Operation:
    """What a verb of a handler takes and gives. `gives` None stands for free JSON."""

    gives: type | None
    status: int
    body: type[Sent] | None
    query: type[Sent] | None


def operation(
    gives: type | None,
    *,
    status: int = 200,
    body: type[Sent] | None = None,
    query: type[Sent] | None = None,
) -> Callable[[Verb], Verb]:
    """Say what the verb below takes and gives; that is what `openapi.json` documents."""

    def note(verb: Verb) -> Verb:
        verb.operation = Operation(gives, status, body, query)  # type: ignore[attr-defined]
        return verb

    return note


def allowed_to(action: str) -> Callable[[Verb], Verb]:
    """`authorized` for an action that the HTTP method does not tell, with a type."""
    return cast("Callable[[Verb], Verb]", authorized(action))


def actor_of(user: Any) -> str:  # noqa: ANN401 - a User, or what a Hub makes of it
    """The name of a user in the audit. Who only has a token is called what Jupyter calls them."""
    anonymous = str(user.name).startswith("Anonymous ")
    return str(user.name if anonymous else user.username)


class NbflowHandler(APIHandler):
    """One resource. Its verbs are `authenticated` and `authorized`; its work is done in threads."""

    auth_resource: str

    @property
    def project(self) -> Project:
        project: Project = self.settings["nbflow_project"]
        return project

    @property
    def actor(self) -> str:
        return actor_of(self.current_user)

    async def answer(self, question: Callable[[Questions], object], status: int = 200) -> None:
        """Ask in a thread, and send what comes of it as JSON."""

        def work() -> bytes:
            return to_json(question(self.project.questions()), inf_nan_mode="null")

        await self.send(await in_thread(work), status)

    async def ask(self, question: Callable[[Questions], object], dry_run: bool) -> None:
        """The same for what the scheduler is to do: 202, or 200 if it is only to be previewed."""
        await self.answer(question, 200 if dry_run else 202)

    async def send(self, text: str | bytes, status: int = 200) -> None:
        """Send JSON text."""
        self.set_status(status)
        await self.finish(text)

    def body(self, model: type[SentT]) -> SentT:
        """The body of the request. Raises a Refusal that names all that is wrong with it."""
        try:
            return model.model_validate_json(self.request.body or b"{}")
        except ValidationError as error:
            raise bad_input("The body", error) from error

    def query(self, model: type[SentT]) -> SentT:
        """The query of the request. Raises a Refusal that names all that is wrong with it."""
        names = [name for name in self.request.query_arguments if not _is_jupyters(name)]
        given = {name: self.get_query_argument(name) for name in names}
        try:
            return model.model_validate(given)
        except ValidationError as error:
            raise bad_input("The query", error) from error

    def no_body(self) -> None:
        """Refuse a body where none is expected."""
        self.body(NoBody)

    def write_error(self, status_code: int, **kwargs: Any) -> None:  # noqa: ANN401 - tornado's
        """Errors are JSON: a sentence, and the problems behind it if there are some."""
        error = kwargs.get("exc_info", (None, None, None))[1]
        # Who is not logged in is told so, whatever else is amiss.
        unknown = status_code == 403 and not self.current_user
        told: dict[str, object] = {"message": _LOGIN if unknown else _sentence(status_code, error)}
        if isinstance(error, Refusal) and error.problems:
            told["problems"] = [problem.to_json() for problem in error.problems]
        self.finish(json.dumps(told))


async def in_thread(work: Callable[[], T]) -> T:
    """Do blocking work off the loop. Raises a Refusal for what nbflow raises."""
    try:
        return await asyncio.to_thread(work)
    except NbflowError as error:
        raise refusal_of(error) from error


def _is_jupyters(name: str) -> bool:
    """Whether Jupyter itself puts `name` into queries: the token, the mark of polls, and the time,
    which JupyterLab adds to keep caches away.
    """
    return name in ("token", "no_track_activity") or name.isdigit()


def _sentence(status: int, error: object) -> str:
    if isinstance(error, Refusal):
        return error.message
    if isinstance(error, HTTPError) and error.log_message:
        # Tornado doubles the percent signs of messages without arguments.
        return error.log_message.replace("%%", "%")
    if status == 500:
        return "The server failed to answer; its log says why."
    return f"{responses.get(status, 'Error')}."
