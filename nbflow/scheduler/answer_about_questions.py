"""A person's answer to a question that a task asks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

from nbflow.core import questions, waiting
from nbflow.core.errors import RequestError
from nbflow.core.events import WaitOver
from nbflow.core.states import TaskState
from nbflow.scheduler.answering import Answering


def answer(a: Answering) -> str:
    """Let the task go on with what was chosen; only the first answer counts."""
    run = a.run()
    index = a.payload.get("map_index", -1)
    key = (a.text("task_id"), index if isinstance(index, int) else -1)
    instance = run.snapshot.instances.get(key)
    condition = None if instance is None else instance.waits_for
    waits = instance is not None and instance.state is TaskState.DEFERRED
    if not waits or condition is None or waiting.kind_of(condition) is not waiting.Kind.ANSWER:
        raise RequestError(f"Task {key[0]} does not wait for an answer, or has one already.")
    given = a.payload.get("chosen")
    chosen = [str(one) for one in cast("Sequence[object]", given)] if given else []
    params = a.mapping("params")
    outcome = questions.answered(condition, chosen, params, a.request.actor or "", a.now)
    a.book.advance(run, [WaitOver(key, outcome)], a.now)
    return f"Task {key[0]} goes on with {', '.join(chosen)}."
