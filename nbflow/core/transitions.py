"""The table of every step that a task instance may ever take, each with its cause.

`settling.py` checks each step against it, and the diagram in the documentation is drawn from it.
When a step is taken is decided elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from nbflow.core.states import FINISHED, TaskState

S = TaskState


@dataclass(frozen=True)
class Transition:
    """One step a task instance may take, and what causes it."""

    source: TaskState
    target: TaskState
    cause: str


def _rows(cause: str, sources: Iterable[TaskState], *targets: TaskState) -> list[Transition]:
    return [Transition(source, target, cause) for source in sources for target in targets]


_WAITING = (S.NONE, S.SCHEDULED, S.UP_FOR_RETRY, S.UP_FOR_RESCHEDULE, S.DEFERRED)
_LIVE = (S.QUEUED, S.RUNNING)
# As in Airflow, a branch's decision overrides an earlier upstream_failed of its direct downstream.
SKIPPABLE = (S.NONE, S.SCHEDULED, S.UPSTREAM_FAILED)

TRANSITIONS: tuple[Transition, ...] = (
    *_rows("trigger rule met", [S.NONE], S.SCHEDULED),
    *_rows("trigger rule met, nothing to execute", [S.NONE], S.SUCCESS),
    *_rows("past met, nothing to execute", [S.SCHEDULED], S.SUCCESS),
    *_rows("past met, waits without a worker", [S.SCHEDULED], S.DEFERRED),
    *_rows("run gave way to an older one", [S.SCHEDULED], S.NONE),
    *_rows("trigger rule met, waits without a worker", [S.NONE], S.DEFERRED),
    *_rows("trigger rule cannot be met", [S.NONE], S.SKIPPED, S.UPSTREAM_FAILED),
    *_rows("branch went elsewhere", SKIPPABLE, S.SKIPPED),
    *_rows("nothing to map over", [S.NONE], S.SKIPPED),
    *_rows("not mappable", [S.NONE], S.FAILED),
    *_rows("mapped over less than before", tuple(TaskState), S.REMOVED),
    *_rows("mapped over more than before", [S.REMOVED], S.NONE),
    *_rows("handed to the executor", [S.SCHEDULED], S.QUEUED),
    *_rows("result found in the cache", [S.SCHEDULED], S.SUCCESS),
    *_rows("claimed by a worker", [S.QUEUED], S.RUNNING),
    *_rows("attempt ended", _LIVE, S.SUCCESS, S.FAILED, S.SKIPPED, S.CANCELLED),
    *_rows("attempt failed, tries left", _LIVE, S.UP_FOR_RETRY),
    *_rows("attempt ended, waits without a worker", _LIVE, S.DEFERRED),
    *_rows("looked in vain", _LIVE, S.UP_FOR_RESCHEDULE),
    *_rows("next look due", [S.UP_FOR_RESCHEDULE], S.SCHEDULED),
    *_rows("wait over", [S.DEFERRED], S.SUCCESS, S.FAILED, S.SKIPPED, S.UP_FOR_RETRY),
    *_rows("retry due", [S.UP_FOR_RETRY], S.SCHEDULED, S.DEFERRED),
    *_rows("run cancelled", _WAITING, S.CANCELLED),
    *_rows("cleared", sorted(FINISHED | set(_WAITING)), S.NONE),
    *_rows("cleared while an attempt was alive, which has ended", _LIVE, S.NONE),
    *_rows("marked", tuple(TaskState), S.SUCCESS, S.FAILED, S.SKIPPED),
    *_rows("no longer in the DAG", sorted(set(TaskState) - {S.REMOVED}), S.REMOVED),
)
ALLOWED = frozenset((t.source, t.target) for t in TRANSITIONS)
"""The steps themselves, as (from, to)."""
