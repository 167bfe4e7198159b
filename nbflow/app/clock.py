"""The clock of the doors."""

from __future__ import annotations

from datetime import datetime, timezone


def utc_now() -> datetime:
    """Now, as a request made by a person is dated."""
    return datetime.now(timezone.utc)
