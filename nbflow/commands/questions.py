"""What can be said to a task that asks a person: the answer."""

from __future__ import annotations

from collections.abc import Sequence

from nbflow.commands.asking import Asking, Receipt, schema_errors
from nbflow.core import params as param_rules
from nbflow.core import questions, waiting
from nbflow.core.errors import DefinitionError, NotFoundError, RequestError
from nbflow.core.json import Json, JsonObject
from nbflow.core.questions import Question
from nbflow.core.snapshot import RunSnapshot
from nbflow.core.states import TaskState


class QuestionVerbs(Asking):
    """The verbs about questions."""

    def answer_question(
        self,
        dag_id: str,
        run_id: str,
        task_id: str,
        chosen: Sequence[str],
        params: JsonObject | None = None,
        map_index: int = -1,
    ) -> Receipt:
        """Answer the question a task asks: the options chosen, and values for its form.

        Raises RequestError if there is no open question or the answer does not fit, and
        DefinitionError listing every value of the form that does not.
        """
        with self.database.transaction() as session:
            snapshot = self._run(session, dag_id, run_id).snapshot
            question = Question.of(open_question(snapshot, task_id, map_index))
            questions.check(question, chosen, self.actor)
            values, problems = param_rules.validate(question.params, params or {}, schema_errors)
            if problems:
                raise DefinitionError(problems)
            payload: dict[str, Json] = {
                "dag_id": dag_id,
                "run_id": run_id,
                "task_id": task_id,
                "map_index": map_index,
                "chosen": list(chosen),
                "params": values,
            }
            return Receipt(self._ask(session, "answer", payload), run_id, ((task_id, map_index),))


def open_question(snapshot: RunSnapshot, task_id: str, map_index: int) -> JsonObject:
    """The condition of a task instance that waits for an answer. Raises RequestError."""
    instance = snapshot.instances.get((task_id, map_index))
    if instance is None:
        raise NotFoundError(f"Run {snapshot.run.run_id} has no task {task_id!r}.")
    condition = instance.waits_for
    if condition is None or waiting.kind_of(condition) is not waiting.Kind.ANSWER:
        raise RequestError(f"Task {task_id} asks nothing: it is {instance.state}.")
    if instance.state is not TaskState.DEFERRED:
        raise RequestError(f"The question of task {task_id} is closed: it is {instance.state}.")
    return condition
