"""The magics in a real IPython shell."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest
from IPython.core.interactiveshell import InteractiveShell

from nbflow.core.errors import DefinitionError


@pytest.fixture
def shell() -> Iterator[InteractiveShell]:
    made = InteractiveShell()
    made.run_line_magic("load_ext", "nbflow")
    yield made
    if made.history_manager is not None:
        made.history_manager.end_session()


def test_a_task_cell_runs_here_and_keeps_its_names(shell: InteractiveShell) -> None:
    shell.run_cell("%%task clean --retries 2\nx = 1 + 1").raise_error()
    assert shell.user_ns["x"] == 2


def test_what_the_cell_raises_is_raised(shell: InteractiveShell) -> None:
    result = shell.run_cell("%%task clean\n1 / 0")
    assert isinstance(result.error_in_exec, ZeroDivisionError)


def test_a_wrong_option_is_told_when_the_cell_is_run(shell: InteractiveShell) -> None:
    result = shell.run_cell("%%task clean --retires 2\nx = 1")
    assert isinstance(result.error_in_exec, DefinitionError)
    assert "retries" in str(result.error_in_exec)


def test_the_dag_of_a_notebook_is_shown(
    shell: InteractiveShell, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "n.ipynb"
    cells = [nbformat.v4.new_code_cell("print(nowhere)")]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), path)
    shell.run_cell(f"%dag {path}").raise_error()
    said = capsys.readouterr().out
    assert "`nowhere` is read here" in said
    assert "SVG object" in said
