"""What follows when the result of a task instance comes from the cache, or goes into it. What a
result is found by, and which one is taken, is in `cache.py`.
"""

from __future__ import annotations

from datetime import datetime

from nbflow.core import cache
from nbflow.core.cache_entry import CacheEntry
from nbflow.core.effects import Effect, ResultKept, ResultUsed, TryEnded, TryStarted
from nbflow.core.events import FoundInCache
from nbflow.core.orders import Outcome
from nbflow.core.snapshot import DagRun, TaskInstance


def as_an_attempt(
    instance: TaskInstance, event: FoundInCache, outcome: Outcome, now: datetime
) -> list[Effect]:
    """A try in the history that no worker had: it shows the notebook and the log of the origin."""
    return [
        TryStarted(event.key, event.attempt_id, instance.following_try, now),
        TryEnded(event.key, event.attempt_id, outcome, now),
        ResultUsed(event.entry),
    ]


def compared(instance: TaskInstance, outcome: Outcome) -> dict[str, object]:
    """The fields of an instance that was executed to verify the cache; none for any other."""
    if instance.cached is None or "expected" not in instance.cached:
        return {}
    found = cache.verified(instance.cached, outcome)
    return {"cached": found, "message": cache.verdict(found)}


def to_keep(run: DagRun, instance: TaskInstance, outcome: Outcome, now: datetime) -> list[Effect]:
    """The result goes into the cache if it has a key there, and is all there is to it."""
    if not (instance.cache_key and instance.attempt_id and cache.may_be_kept(outcome)):
        return []
    entry = CacheEntry(
        instance.cache_key,
        run.dag_id,
        run.run_id,
        instance.task_id,
        instance.map_index,
        instance.attempt_id,
        now,
        outcome,
    )
    return [ResultKept(entry)]
