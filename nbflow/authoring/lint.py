"""What is wrong with DAG files, as a value: what `nbflow dags lint` prints."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from nbflow.authoring import discovery, notebooks
from nbflow.authoring.discovery import ParsedFile
from nbflow.core.errors import Problem
from nbflow.core.named_assets import conflicts_between


@dataclass(frozen=True)
class LintedFile:
    """One file: the ids of its DAGs, and every problem."""

    path: str
    dags: list[str]
    problems: list[Problem]


@dataclass(frozen=True)
class LintReport:
    """All files that were looked at."""

    files: list[LintedFile]

    @property
    def has_errors(self) -> bool:
        return any(p.severity == "error" for file in self.files for p in file.problems)

    @property
    def has_problems(self) -> bool:
        """Whether there is anything, be it a warning."""
        return any(file.problems for file in self.files)

    def to_json(self) -> dict[str, object]:
        """The shape of `nbflow dags lint --output json`, part of the stable surface."""
        return {"files": [_as_json(file) for file in self.files]}


def lint(paths: Sequence[Path], *, timeout: float = 30.0) -> LintReport:
    """Read the files, and those in the folders, among `paths`; compare ids across all of them."""
    roots = [path.resolve() for path in paths]
    missing = [path for path in roots if not path.exists()]
    files = [*discovery.scan(roots, {}).changed, *missing]
    parsed = list(discovery.parse_files(files, roots, timeout))
    files_dags = [(file.path, file.dags) for file in parsed]
    shared = [*discovery.same_ids(parsed), *conflicts_between(files_dags)]
    return LintReport([_linted(file, shared) for file in parsed])


def as_text(report: LintReport) -> str:
    """The report for a person, a finding a paragraph."""
    lines: list[str] = []
    for file in report.files:
        for problem in file.problems:
            place = "".join(_place(file.path, problem))
            lines.append(f"{place} {problem.severity} {problem.code} {problem.message}")
            lines.append(f"    {problem.fix}")
    count = sum(len(file.problems) for file in report.files)
    return "\n".join(
        [*lines, f"{_counted(len(report.files), 'file')}, {_counted(count, 'problem')}."]
    )


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def _linted(file: ParsedFile, shared: Sequence[Problem]) -> LintedFile:
    own = [problem for problem in shared if problem.file == file.path]
    of_notebook = any(dag.source == "notebook" for dag in file.dags)
    path = Path(file.path)
    own += notebooks.advice(path, path.parent) if of_notebook else []
    return LintedFile(file.path, [dag.dag_id for dag in file.dags], [*file.problems, *own])


def _place(path: str, problem: Problem) -> list[str]:
    cell = [] if problem.cell is None else [f" cell {problem.cell}"]
    line = [] if problem.line is None else [f" line {problem.line}"]
    return [path, *cell, *line, ":"]


def _as_json(file: LintedFile) -> dict[str, object]:
    fields = ("severity", "code", "cell", "line", "message", "fix")
    problems = [{name: getattr(problem, name) for name in fields} for problem in file.problems]
    return {"path": file.path, "dags": file.dags, "problems": problems}
