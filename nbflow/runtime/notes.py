"""What is noted about an attempt while it runs, beside what it returns: rendered fields, variables
it has set, and what is to be hidden of everything it says.

One `Notes` stands around each attempt, in the worker's thread or in the child that runs it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field, replace

from nbflow.authoring.secrets import TaskSecrets, use_in_process, use_secrets
from nbflow.core.masking import Masker
from nbflow.core.orders import Outcome, TaskOrder, ValueRef
from nbflow.runtime.value_preview import preview_value

FIELD_CHARACTERS = 4096
"""So much is kept of one rendered field."""
MOST_FIELDS = 200
# What a person wrote has another name in the payload of a task.
_ARGUMENTS = {"command": "bash_command"}


@dataclass
class Notes:
    """The notes of one attempt."""

    secrets: TaskSecrets
    rendered: dict[str, str] = field(default_factory=dict)

    @property
    def masker(self) -> Masker:
        return self.secrets.masker

    def note_rendered(self, name: str, text: str) -> None:
        name = _ARGUMENTS.get(name, name)
        if name in self.rendered or len(self.rendered) < MOST_FIELDS:
            self.rendered[name] = text

    def add_to(self, outcome: Outcome) -> Outcome:
        """The outcome with these notes, and with everything hidden that has to be."""
        mask = self.masker.text
        rendered = {**outcome.rendered, **self.rendered}
        noted = replace(
            outcome,
            rendered={name: _cut(mask(text)) for name, text in rendered.items()},
            variables={**outcome.variables, **self.secrets.changed},
        )
        if not self.masker:
            return noted
        return replace(
            noted,
            message=mask(noted.message),
            traceback=mask(noted.traceback),
            values={key: _shown(value, self.masker) for key, value in noted.values.items()},
        )


_current: ContextVar[Notes | None] = ContextVar("nbflow_notes", default=None)


@contextmanager
def notes_of(order: TaskOrder) -> Iterator[Notes]:
    """The notes of the attempt that runs inside the with-block, in this thread."""
    notes = Notes(TaskSecrets(order.secrets, Masker(hidden_values(order))))
    token = _current.set(notes)
    try:
        with use_secrets(notes.secrets):
            yield notes
    finally:
        _current.reset(token)


@contextmanager
def notes_of_process(order: TaskOrder, tell: Callable[[list[str]], object]) -> Iterator[Notes]:
    """The same where the whole process runs one attempt, whatever threads the task starts."""
    with notes_of(order) as notes:
        notes.secrets.tell = tell
        use_in_process(notes.secrets)
        yield notes


def current_notes() -> Notes | None:
    """The notes of the attempt that this thread runs."""
    return _current.get()


def current_masker() -> Masker:
    """What hides the secrets of the attempt that this thread runs."""
    notes = _current.get()
    return Masker() if notes is None else notes.masker


def hidden_values(order: TaskOrder) -> list[str]:
    """What nobody may read of an attempt's output: its secrets, and params that are passwords."""
    params = (order.run.params.get(name) for name in order.run.secret_params)
    return [*order.secrets.hidden_values(), *(str(value) for value in params if value is not None)]


def _shown(value: ValueRef, masker: Masker) -> ValueRef:
    """The value itself goes on to other tasks; what is shown of it must not tell a secret."""
    preview = masker.text(value.preview)
    return replace(value, preview=preview, hides=preview != value.preview or _tells(value, masker))


def _tells(value: ValueRef, masker: Masker) -> bool:
    """Whether a look inside the value would show a secret."""
    seen = preview_value(value)
    texts = [seen.text, *(name for name, _ in seen.columns), *(c for row in seen.rows for c in row)]
    return masker.json(seen.json) != seen.json or any(masker.text(one) != one for one in texts)


def _cut(text: str) -> str:
    return text if len(text) <= FIELD_CHARACTERS else f"{text[: FIELD_CHARACTERS - 1]}…"
