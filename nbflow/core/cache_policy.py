"""What a task says of its results: that they are kept, and what they depend on."""

from __future__ import annotations

from dataclasses import dataclass

DATES = "dates"
RUN = "run"
NOTEBOOKS = "notebooks"


@dataclass(frozen=True)
class CachePolicy:
    """That results of a task are kept and used again.

    `code` is a digest of what it executes, without layout and comments. `kernel` names the kernel
    it runs in, if it does. `reads` are facts that it asks for, besides params and values: dates,
    run (which no other run shares), notebooks (where those of tasks before it are). `why_not` is a
    sentence, where results cannot be used again.
    """

    code: str = ""
    kernel: str | None = None
    reads: tuple[str, ...] = ()
    why_not: str = ""
