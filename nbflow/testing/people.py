"""Whoever answers what tasks under test ask of people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from nbflow.commands import Commands
from nbflow.core.errors import RequestError
from nbflow.core.json import JsonObject
from nbflow.store.database import Database
from nbflow.views.questions import questions
from nbflow.views.shapes import QuestionView

Answer: TypeAlias = "str | Sequence[str] | Mapping[str, Any]"  # Any: JSON


@dataclass(frozen=True)
class People:
    """Whoever answers what the tasks of one run ask."""

    database: Database
    dag_id: str
    run_id: str
    answers: Mapping[str, Answer]

    def answer(self, question: QuestionView) -> bool:
        """Answer, if there is something to say; else the time limit decides, if there is one."""
        given = self.answers.get(question.task_id, question.defaults)
        if given is None and question.until is not None:
            return False
        if given is None:
            raise RequestError(
                f"Task {question.task_id} asks: {question.subject} Say what a person would answer, "
                f"for example answers={{{question.task_id!r}: {question.options[0]!r}}}."
            )
        chosen, params = (given, {}) if not isinstance(given, Mapping) else _parts(given)
        commands = Commands(self.database, next(iter(question.assigned_users), "test"))
        where = (question.dag_id, question.run_id, question.task_id)
        several = [chosen] if isinstance(chosen, str) else list(chosen)
        commands.answer_question(*where, several, params, question.map_index)
        return True

    def answer_all(self) -> bool:
        """Answer everything that is asked. Returns whether anything was."""
        asked = questions(self.database, self.dag_id).questions
        return sum(self.answer(one) for one in asked) > 0


def _parts(answer: Mapping[str, Any]) -> tuple[str | Sequence[str], JsonObject]:
    return answer["chosen"], answer.get("params") or {}
