"""What all that clients send has in common."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict

MOST_ON_A_PAGE = 200


class Sent(BaseModel):
    """Something a client sends; a field that is not known is refused, for it may be misspelt."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True, defer_build=True)


class NoBody(Sent):
    """Nothing is to be said beyond the address."""
