"""Messages of the socket."""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

from pydantic import Field

from nbflow.server.bodies.base import Sent


class From(Sent):
    """Send the changes after `cursor` from now on; -1 is the newest there is."""

    op: Literal["from"]
    cursor: int = -1


class Follow(Sent):
    """Stream cell events and log of an attempt under a name of the client's own."""

    op: Literal["follow"]
    id: str
    dag_id: str
    run_id: str
    task_id: str
    map_index: int = -1
    try_number: int | None = None
    offset: int = Field(default=0, ge=0)
    log_offset: int = Field(default=0, ge=0)


class Unfollow(Sent):
    """No more of that."""

    op: Literal["unfollow"]
    id: str


class Ping(Sent):
    """Are you there?"""

    op: Literal["ping"]


Message: TypeAlias = Annotated[From | Follow | Unfollow | Ping, Field(discriminator="op")]
