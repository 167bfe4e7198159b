"""The administration: pools, assets, variables, connections, the cluster."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from nbflow.server.bodies.base import Sent


class PoolBody(Sent):
    """A pool: its slots (-1: no limit), and what is to change beside; null stays as it is."""

    slots: int
    description: str | None = None
    include_deferred: bool | None = None


class AssetQuery(Sent):
    """Which assets to list."""

    search: str = ""


class EmitEvent(Sent):
    """An asset was made: what there is to say about it."""

    extra: dict[str, Any] = Field(default_factory=dict)  # any JSON


class VariableBody(Sent):
    """What a variable is to be. Without `description` the one it has stays."""

    value: str
    description: str = ""


class ConnectionBody(Sent):
    """What a connection is to be: a `uri`, or fields. A `password` that is left out, or `***` where
    something secret stood, stays as it is.
    """

    uri: str | None = None
    conn_type: str | None = None
    description: str | None = None
    host: str | None = None
    port: int | None = Field(default=None, ge=0, le=65535)
    schema_: str | None = Field(default=None, alias="schema")
    login: str | None = None
    password: str | None = None
    extra: dict[str, Any] | None = None  # depends on the type of the connection


class ScaleBody(Sent):
    """Ask for `minimum` workers, or for as many as the work needs up to `maximum`."""

    minimum: int = Field(ge=0)
    maximum: int | None = Field(default=None, ge=1)
