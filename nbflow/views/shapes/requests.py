"""What becomes of a request, and the changes that the feed tells of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

PENDING = "pending"
"""The state of a request that has no answer yet."""


@dataclass(frozen=True)
class RequestReceipt:
    """A request was accepted for the scheduler; `run_id` for those that make a run."""

    request_id: int
    run_id: str | None = None


@dataclass(frozen=True)
class RequestView:
    """A request, and what became of it: `state` is pending, done or refused; `message` says why, in
    a sentence, and `result` what it made.
    """

    request_id: int
    verb: str
    dag_id: str | None
    run_id: str | None
    actor: str | None
    created_at: str
    state: str
    message: str
    result: dict[str, Any]  # depends on `verb`
    answered_at: str | None


@dataclass(frozen=True)
class RequestList:
    """The requests that were put last."""

    requests: list[RequestView]


@dataclass(frozen=True)
class ChangeView:
    """One line of the journal, as the feed sends it."""

    cursor: int
    at: str
    kind: str
    dag_id: str | None
    run_id: str | None
    task_id: str | None
    map_index: int | None
    state: str | None
    actor: str | None
    data: dict[str, Any]  # depends on `kind`


@dataclass(frozen=True)
class ProblemReport:
    """Why a request was not carried out: a sentence, and what is wrong in detail, if there is more
    to say.
    """

    message: str
    problems: list[dict[str, Any]] | None = None  # `core.errors.Problem.to_json`
