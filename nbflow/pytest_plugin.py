"""A pytest plugin that reads every DAG file of a folder: a test for each file and each DAG in it.

Off unless asked for, with `--nbflow-dags PATH` or the ini setting `nbflow_dags`; pytest imports
this module in every project, so that it imports nothing of nbflow until then.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from _pytest._code.code import TerminalRepr

    from nbflow.authoring.lint import LintedFile
    from nbflow.core.errors import Problem


class DagWarning(UserWarning):
    """Something about a DAG that is worth a look, and no error."""


class DagProblems(Exception):
    """What is wrong with a DAG or its file."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = problems
        super().__init__("\n".join(map(str, problems)))


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add `--nbflow-dags` and the ini setting of that name."""
    words = "Read the DAG files in PATH, a test for each file and DAG. May be given several times."
    group = parser.getgroup("nbflow")
    group.addoption("--nbflow-dags", action="append", default=[], metavar="PATH", help=words)
    parser.addini("nbflow_dags", "Folders and files whose DAGs are read (nbflow).", type="paths")


@pytest.hookimpl(tryfirst=True)  # before -k and -m choose
def pytest_collection_modifyitems(
    session: pytest.Session, config: pytest.Config, items: list[pytest.Item]
) -> None:
    """Add the tests of the DAG files to those collected."""
    paths = _asked_for(config)
    if paths:
        items += _items(session, paths)


def _asked_for(config: pytest.Config) -> list[Path]:
    """The paths of the command line, else those of the ini file, unless tests were named."""
    here = config.invocation_params.dir
    given = [here / path for path in config.getoption("--nbflow-dags")]
    names_tests = config.args_source is pytest.Config.ArgsSource.ARGS
    return given or ([] if names_tests else list(config.getini("nbflow_dags")))


def _items(session: pytest.Session, paths: Sequence[Path]) -> Iterator[pytest.Item]:
    # Reading DAGs is for those who asked for it.
    from nbflow.authoring.lint import lint  # noqa: PLC0415

    for linted in lint(paths).files:
        file = DagFile.from_parent(session, path=Path(linted.path), linted=linted)
        yield from file.collect()


class DagFile(pytest.File):
    """A file that defines DAGs, or should."""

    # `Any`: pytest's own arguments.
    def __init__(self, *, linted: LintedFile, **options: Any) -> None:  # noqa: ANN401 - as above
        super().__init__(**options)
        self._linted = linted

    def collect(self) -> Iterable[pytest.Item]:
        """The file itself, then each of its DAGs."""
        linted = self._linted
        of_file = [p for p in linted.problems if p.dag_id not in linted.dags]
        if of_file or not linted.dags:
            yield DagItem.from_parent(self, name="import", problems=of_file)
        for dag_id in linted.dags:
            own = [p for p in linted.problems if p.dag_id == dag_id]
            yield DagItem.from_parent(self, name=dag_id, problems=own)


class DagItem(pytest.Item):
    """One DAG, or the reading of its file: fails with every problem, in a sentence each."""

    def __init__(self, *, problems: Sequence[Problem], **options: Any) -> None:  # noqa: ANN401 - pytest's
        super().__init__(**options)
        self._problems = problems

    def runtest(self) -> None:
        """Warn of what is worth a look; raise DagProblems if there is an error."""
        for problem in self._problems:
            if problem.severity != "error":
                warnings.warn(DagWarning(str(problem)), stacklevel=1)
        errors = [problem for problem in self._problems if problem.severity == "error"]
        if errors:
            raise DagProblems(errors)

    def repr_failure(
        self,
        excinfo: pytest.ExceptionInfo[BaseException],
        style: Any = None,  # noqa: ANN401 - pytest's
    ) -> str | TerminalRepr:
        """The sentences alone: where in nbflow they come from helps nobody."""
        if isinstance(excinfo.value, DagProblems):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int | None, str]:
        """The file, the line of the first problem, and the name of the DAG."""
        lines = [p.line for p in self._problems if p.line is not None]
        return self.path, (lines[0] - 1 if lines else None), f"{self.path.name}: {self.name}"
