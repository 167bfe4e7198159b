"""What tasks ask people, open questions only, as a person sees it."""

from __future__ import annotations

from nbflow.core import waiting
from nbflow.core.questions import Question
from nbflow.core.snapshot import TaskInstance
from nbflow.core.states import TaskState
from nbflow.store import waiting as waiting_store
from nbflow.store.database import Database
from nbflow.views.dags import iso
from nbflow.views.shapes import QuestionList, QuestionView


def questions(database: Database, dag_id: str | None = None) -> QuestionList:
    """The open questions of one DAG, or of all, the oldest first."""
    with database.reading() as session:
        found = waiting_store.deferred(session)
    views = (question_view(*one) for one in found if dag_id in (None, one[0]))
    return QuestionList([view for view in views if view is not None])


def question_view(dag_id: str, run_id: str, instance: TaskInstance) -> QuestionView | None:
    """The question a task instance asks; None if it does not wait for an answer."""
    condition = instance.waits_for
    if condition is None or instance.state is not TaskState.DEFERRED:
        return None
    if waiting.kind_of(condition) is not waiting.Kind.ANSWER:
        return None
    asked = Question.of(condition)
    return QuestionView(
        dag_id=dag_id,
        run_id=run_id,
        task_id=instance.task_id,
        map_index=instance.map_index,
        subject=asked.subject,
        body=asked.body,
        options=list(asked.options),
        defaults=None if asked.defaults is None else list(asked.defaults),
        multiple=asked.multiple,
        params={name: dict(spec) for name, spec in asked.params.items()},
        assigned_users=list(asked.assigned_users),
        since=iso(instance.waiting_since),
        until=iso(instance.next_try_at),
    )
