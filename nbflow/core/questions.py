"""Questions to people: what a task may ask, which answers fit, and what an answer means for it.

A question is a condition of kind `answer` (see `waiting.py`): subject, body, options, defaults,
whether several may be chosen, a form of params, who may answer, and what each option leads to.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from nbflow.core.errors import RequestError
from nbflow.core.json import Json, JsonObject
from nbflow.core.orders import RETURN_VALUE, Outcome, inline
from nbflow.core.spelling import did_you_mean
from nbflow.core.states import Reason, TaskState


@dataclass(frozen=True)
class Question:
    """A condition of kind `answer`, read.

    `options` lead to tasks where `follow` names them (a branch); choosing one of `stops` skips what
    is downstream (all of it with `stops_all`), or fails the task with `stop_fails`. `params` map
    names to `{"default", "schema"}`, like those of a DAG.
    """

    subject: str
    body: str
    options: tuple[str, ...]
    defaults: tuple[str, ...] | None
    multiple: bool
    params: Mapping[str, JsonObject]
    assigned_users: tuple[str, ...]
    follow: Mapping[str, str]
    stops: tuple[str, ...]
    stops_all: bool
    stop_fails: bool

    @classmethod
    def of(cls, condition: JsonObject) -> Question:
        """Read a condition."""
        defaults = condition.get("defaults")
        return cls(
            subject=str(condition["subject"]),
            body=str(condition.get("body") or ""),
            options=_texts(condition.get("options")),
            defaults=None if defaults is None else _texts(defaults),
            multiple=bool(condition.get("multiple")),
            params=cast("Mapping[str, JsonObject]", condition.get("params") or {}),
            assigned_users=_texts(condition.get("assigned_users")),
            follow=cast("Mapping[str, str]", condition.get("follow") or {}),
            stops=_texts(condition.get("stops")),
            stops_all=bool(condition.get("stops_all")),
            stop_fails=bool(condition.get("stop_fails")),
        )


def check(question: Question, chosen: Sequence[str], actor: str) -> None:
    """Raise RequestError unless `actor` may give this answer."""
    if question.assigned_users and actor not in question.assigned_users:
        whose = ", ".join(question.assigned_users)
        raise RequestError(f"This question is for {whose} to answer, not for {actor or 'nobody'}.")
    if not chosen:
        raise RequestError(f"Choose one of: {', '.join(question.options)}.")
    if len(chosen) > 1 and not question.multiple:
        raise RequestError(f"Choose only one of: {', '.join(question.options)}.")
    for option in chosen:
        if option not in question.options:
            fix = did_you_mean(option, question.options)
            raise RequestError(f"{option!r} is none of the options. {fix}")


def answered(
    condition: JsonObject, chosen: Sequence[str], params: JsonObject, actor: str, now: datetime
) -> Outcome:
    """What this answer makes of the task. Raises RequestError for one that does not fit."""
    question = Question.of(condition)
    check(question, chosen, actor)
    return _outcome(question, chosen, params, actor, now.isoformat())


def given_up(condition: JsonObject) -> Outcome:
    """Nobody has answered in time: the default answer, or failure where there is none."""
    question = Question.of(condition)
    if question.defaults is None:
        message = f"Nobody answered in time: {question.subject}"
        return Outcome(TaskState.FAILED, Reason.TIMEOUT, message, retryable=False)
    params = {name: spec.get("default") for name, spec in question.params.items()}
    return _outcome(question, question.defaults, params, None, None)


def _outcome(
    question: Question,
    chosen: Sequence[str],
    params: JsonObject,
    actor: str | None,
    at: str | None,
) -> Outcome:
    who = "Nobody answered in time; by default" if at is None else f"{actor or 'Somebody'} chose"
    message = f"{who}: {', '.join(chosen)}."
    answer: JsonObject = {
        "chosen_options": list(chosen),
        "params_input": dict(params),
        "responded_by_user": None if at is None else {"id": actor, "name": actor},
        "responded_at": at,
    }
    values = {**{name: inline(value) for name, value in params.items()}}
    values[RETURN_VALUE] = inline(answer)
    stopped = any(option in question.stops for option in chosen)
    if stopped and question.stop_fails:
        return Outcome(TaskState.FAILED, Reason.FAILED_BY_CALL, message, retryable=False)
    follow: tuple[str, ...] | None = None
    if stopped and not question.stops_all:
        follow = ()
    elif question.follow:
        follow = tuple(question.follow[option] for option in chosen if option in question.follow)
    return Outcome(
        TaskState.SUCCESS,
        message=message,
        values=values,
        follow=follow,
        short_circuit=stopped and question.stops_all,
    )


def _texts(given: Json) -> tuple[str, ...]:
    return tuple(str(one) for one in cast("Sequence[Json]", given or ()))
