"""Requests of people, and the audit of them."""

from __future__ import annotations

from typing import Literal

from pydantic import AwareDatetime, Field

from nbflow.server.bodies.base import MOST_ON_A_PAGE, Sent


class RequestQuery(Sent):
    """For how many seconds to wait for the scheduler's answer, if there is none yet."""

    wait: float = Field(default=0, ge=0, le=30)


class RequestsQuery(Sent):
    """How many requests."""

    limit: int = Field(default=25, ge=1, le=200)


class AuditQuery(Sent):
    """Which part of the audit; what is empty does not narrow. `before` is the `next` of the page
    before.
    """

    actor: str = ""
    dag_id: str = ""
    verb: str = ""
    door: str = ""
    outcome: Literal["", "done", "refused", "pending"] = ""
    since: AwareDatetime | None = None
    until: AwareDatetime | None = None
    before: int | None = None
    limit: int = Field(default=50, ge=1, le=MOST_ON_A_PAGE)
