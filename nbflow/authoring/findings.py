"""Collecting problems: everything that is wrong with a DAG, each with its place, instead of the
first exception.

Which codes there are stands beside the checks that use them (`fields.py`, `spec.py`, `loading.py`).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from nbflow.core.errors import DefinitionError, Problem


@dataclass
class Findings:
    """The problems found so far, and the place where the reader now is.

    `at` gives a view of the same list at another place: `findings.at(task_id="load",
    line=7).error(...)`.
    """

    here: Problem = field(default_factory=lambda: Problem("", "", ""))
    problems: list[Problem] = field(default_factory=list)

    def at(
        self,
        *,
        file: str | None = None,
        dag_id: str | None = None,
        task_id: str | None = None,
        cell: int | None = None,
        line: int | None = None,
    ) -> Findings:
        """The same findings at a more exact place; what is not given stays as it is."""
        here = Problem(
            "",
            "",
            "",
            file=self.here.file if file is None else file,
            dag_id=self.here.dag_id if dag_id is None else dag_id,
            task_id=self.here.task_id if task_id is None else task_id,
            cell=self.here.cell if cell is None else cell,
            line=self.here.line if line is None else line,
        )
        return Findings(here, self.problems)

    def error(self, code: str, message: str, fix: str) -> None:
        self.problems.append(replace(self.here, code=code, message=message, fix=fix))

    def warning(self, code: str, message: str, fix: str) -> None:
        found = replace(self.here, code=code, message=message, fix=fix, severity="warning")
        self.problems.append(found)

    def adopt(self, problems: Iterable[Problem]) -> None:
        """Add problems that core found, which knows no places."""
        self.problems += [
            replace(self.here, code=p.code, message=p.message, fix=p.fix, severity=p.severity)
            for p in problems
        ]

    @property
    def has_errors(self) -> bool:
        return any(problem.severity == "error" for problem in self.problems)

    def raise_errors(self) -> None:
        """Raise a DefinitionError with all problems, if there is an error among them."""
        if self.has_errors:
            raise DefinitionError(self.problems)
