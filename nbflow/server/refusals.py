"""Errors as the client sees them: a status, a sentence, and the problems behind it."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import ValidationError
from tornado.web import HTTPError

from nbflow.core.errors import (
    DefinitionError,
    NbflowError,
    NotFoundError,
    Problem,
    RequestError,
)

BAD_REQUEST = "NBF701"


class Refusal(HTTPError):
    """A request that is not carried out, and why."""

    def __init__(self, status: int, message: str, problems: Sequence[Problem] = ()) -> None:
        super().__init__(status)
        self.message = message
        self.problems = list(problems)


def refusal_of(error: NbflowError) -> Refusal:
    """What an error of ours means to the client."""
    if isinstance(error, NotFoundError):
        return Refusal(404, str(error))
    if isinstance(error, DefinitionError):
        message = " ".join(problem.message for problem in error.problems)
        return Refusal(400, message, error.problems)
    if isinstance(error, RequestError):
        return Refusal(409, str(error))
    # What is left says that something is not there to work with: the store, the settings.
    return Refusal(503, str(error))


def bad_input(what: str, error: ValidationError) -> Refusal:
    """Something the client sent does not fit; `what` names it, as in "The body"."""
    problems = [
        Problem(BAD_REQUEST, f"{what}: {line}", "See openapi.json for what is expected.")
        for line in _lines(error)
    ]
    return Refusal(400, f"{what} does not fit. {in_words(error)}", problems)


def in_words(error: ValidationError) -> str:
    """Everything pydantic found wrong, as sentences."""
    return " ".join(_lines(error))


def _lines(error: ValidationError) -> list[str]:
    lines = []
    for one in error.errors(include_url=False):
        place = ".".join(map(str, one["loc"]))
        lines.append(f"{place}: {one['msg']}." if place else f"{one['msg']}.")
    return lines
