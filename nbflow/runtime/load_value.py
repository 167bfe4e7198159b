"""`nbflow.load_value`: a value of a run, loaded by its URL into whatever process asks."""

from __future__ import annotations

from typing import Literal

from nbflow.core.orders import ValueRef
from nbflow.runtime import values


def load_value(
    url: str,
    type: Literal["arrow", "npy", "pickle", "json"] = "pickle",  # noqa: A002 - its name everywhere
    *,
    digest: str,
    size: int = 0,
) -> object:
    """The value that a task handed on, from its fsspec `url` in the artifact store.

    A pickle runs code when it is loaded: give URLs of your own runs alone. `digest` is the SHA-256
    of what was stored; nothing else is loaded. Raises ValueNotReadable.
    """
    return values.load_value(ValueRef(type, url=url, digest=digest, size=size))
