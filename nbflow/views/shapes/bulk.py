"""What has become of the same request to many runs or DAGs."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class BulkItem:
    """One of them: whether it was asked for (with `dry_run`, whether it could be), how many task
    instances it concerns, and why it was refused, in a sentence. `run_id` is that of the run it is
    about, or that it makes.
    """

    dag_id: str
    run_id: str | None
    done: bool
    affected: int
    message: str


@dataclass(frozen=True)
class BulkResult:
    """All of them, in the order they were named."""

    results: list[BulkItem]
