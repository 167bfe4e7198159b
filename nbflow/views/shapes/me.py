"""Who asks, and what they may do."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Me:
    """The person behind a request, and by resource which of read, write and execute they may."""

    name: str
    allowed: dict[str, list[str]]
