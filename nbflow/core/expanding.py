"""When a mapped task is expanded, and into how many instances; what keeps it from being expanded.

Pure questions to a draft of the run; `lifecycle` acts on the answers. The arithmetic is in
`mapping.py`.
"""

from __future__ import annotations

from dataclasses import dataclass

from nbflow.core.dag import Task
from nbflow.core.draft import Draft
from nbflow.core.mapping import ValueName
from nbflow.core.orders import RETURN_VALUE
from nbflow.core.states import Reason, TaskState
from nbflow.core.trigger_rules import Verdict

S = TaskState


@dataclass(frozen=True)
class Stopped:
    """The task cannot be expanded: it ends in this state."""

    state: TaskState
    reason: Reason
    message: str


def due(draft: Draft, task: Task, limit: int) -> int | Stopped | None:
    """The number of instances if the task, not expanded yet, is to be expanded now; why it never
    will be; or None while it has to wait.

    What is written in the file is known from the start, so that everybody sees how much there is to
    do. Else it waits for its trigger rule; in a mapped task group each instance does that on its
    own.
    """
    found = count(draft, task, limit)
    if task.expansion is None or isinstance(found, Stopped):
        return found
    if task.expansion.group or (found and not task.expansion.values):
        return found
    return found if draft.verdict((task.task_id, -1)) is Verdict.RUN else None


def count(draft: Draft, task: Task, limit: int) -> int | Stopped | None:
    """How many instances the task has to have, given what its upstreams have handed on so far."""
    if task.expansion is None:
        return None
    lengths: dict[ValueName, int] = {}
    for name in task.expansion.values:
        found = _length(draft, task, name)
        if not isinstance(found, int):
            return found
        lengths[name] = found
    total = task.expansion.total(lengths.__getitem__)
    if total > limit:
        return _not_mappable(
            f"{task.task_id} would be mapped into {total:,} instances, and max_map_length allows "
            f"{limit:,}. Map over less, or raise the setting."
        )
    return total


def nothing_to_map(task: Task) -> Stopped:
    """What becomes of a task that is mapped over nothing."""
    message = f"{task.task_id} is mapped over nothing: there is no element to run it for."
    return Stopped(S.SKIPPED, Reason.NOTHING_TO_MAP, message)


def _length(draft: Draft, task: Task, name: ValueName) -> int | Stopped | None:
    source, key = name
    if source not in draft.dag.by_id:
        return _not_mappable(
            f"{task.task_id} is mapped over what {source} hands on, which is no part of this run: "
            f"choose {source} too."
        )
    counts = draft.counts(source)
    if any(number and not state.is_finished for state, number in counts.items()):
        return None
    if -1 not in draft.indexes(source):
        return len(draft.handed_on(source, key))
    instance = draft.get((source, -1))
    if instance.state == S.SUCCESS:
        return _length_of_one(task, source, key, instance.lengths or {})
    state = S.SKIPPED if instance.state in (S.SKIPPED, S.REMOVED) else S.UPSTREAM_FAILED
    if draft.dag.by_id[source].expansion is not None and state is S.SKIPPED:
        return nothing_to_map(task)
    message = f"It is mapped over what {source} hands on, which is {instance.state}."
    return Stopped(state, Reason.UPSTREAM, message)


def _length_of_one(task: Task, source: str, key: str, lengths: object) -> int | Stopped:
    known = lengths if isinstance(lengths, dict) else {}
    found = known.get(key)
    if isinstance(found, int):
        return found
    what = f"what {source} returned" if key == RETURN_VALUE else f"{key!r} of {source}"
    if key in known:
        return _not_mappable(
            f"{task.task_id} is mapped over {what}, which is neither a list nor a dict."
        )
    return _not_mappable(
        f"{task.task_id} is mapped over {what}, and nothing was handed on under that name: "
        "return a list or a dict, an empty one if there is nothing to do."
    )


def _not_mappable(message: str) -> Stopped:
    return Stopped(S.FAILED, Reason.NOT_MAPPABLE, message)
