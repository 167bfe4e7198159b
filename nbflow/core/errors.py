"""The root of nbflow's exceptions, and `Problem`: one finding about a DAG file, with its place and
its fix.

Whose fault it is tells the class: `DefinitionError` is the author's DAG, `RequestError` a person's
request, `InvalidTransition` our own mistake. A failing cell is no exception at all but a report
(`orders.py`).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Literal

from nbflow.core.json import JsonObject

Severity = Literal["error", "warning"]


@dataclass(frozen=True)
class Problem:
    """One finding about a DAG file: what is wrong, where, and what to do about it.

    `cell` is the index of the notebook cell (from 0) and `line` the line within that cell, or
    within the file (from 1).
    """

    code: str
    message: str
    fix: str
    severity: Severity = "error"
    file: str | None = None
    dag_id: str | None = None
    task_id: str | None = None
    cell: int | None = None
    line: int | None = None

    @property
    def place(self) -> str:
        cell = None if self.cell is None else f"cell {self.cell}"
        line = None if self.line is None else f"line {self.line}"
        return ", ".join(part for part in (self.file, cell, line) if part)

    def __str__(self) -> str:
        where = f"{self.place}: " if self.place else ""
        return f"{where}{self.code} {self.message} {self.fix}".rstrip()

    def to_json(self) -> JsonObject:
        return asdict(self)


def as_read(problems: Iterable[Problem]) -> list[Problem]:
    """The problems of a file in the order in which one reads it, those without a place first."""
    return sorted(problems, key=lambda one: (-1 if one.cell is None else one.cell, one.line or 0))


class NbflowError(Exception):
    """Something went wrong in nbflow."""


class DefinitionError(NbflowError):
    """A DAG cannot be built as written; `problems` lists everything that is wrong with it, not only
    the first.
    """

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = list(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


class RequestError(NbflowError):
    """A request cannot be carried out; the message says why and what would work."""


class NotFoundError(RequestError):
    """What the request names does not exist."""


class InvalidTransition(NbflowError):
    """A state change that the lifecycle table does not know: a defect in nbflow, reported with the
    task's story.
    """


class Skip(NbflowError):
    """Raised in user code: this task has nothing to do in this run, count it as skipped."""


class Fail(NbflowError):
    """Raised in user code: this task has failed and trying again cannot help."""


class Reschedule(NbflowError):
    """Raised in a sensor's code: not yet, look again at `reschedule_date` (by default when the
    sensor's interval says).
    """

    def __init__(self, reschedule_date: datetime | None = None) -> None:
        self.reschedule_date = reschedule_date
        super().__init__("It looked in vain, and will look again.")
