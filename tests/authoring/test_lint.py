"""What `nbflow dags lint` finds, as values."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from nbflow.authoring.lint import as_text, lint
from tests.authoring.test_discovery import write_dag, write_notebook


def test_a_good_file_has_no_problems(tmp_path: Path) -> None:
    report = lint([write_dag(tmp_path / "sales.py")])
    assert not report.has_errors
    assert report.to_json() == {
        "files": [{"path": str(tmp_path / "sales.py"), "dags": ["sales"], "problems": []}]
    }


def test_a_problem_has_place_and_fix(tmp_path: Path) -> None:
    file = write_notebook(tmp_path / "n.ipynb", "x = 1", "y = (\n")
    report = lint([file])
    (linted,) = json.loads(json.dumps(report.to_json()))["files"]
    (problem,) = linted["problems"]
    assert report.has_errors
    assert set(problem) == {"severity", "code", "cell", "line", "message", "fix"}
    assert (problem["severity"], problem["cell"], problem["line"]) == ("error", 1, 1)


def test_a_folder_is_linted_with_ids_compared_across_files(tmp_path: Path) -> None:
    write_dag(tmp_path / "a.py", "sales")
    write_dag(tmp_path / "b.py", "sales")
    report = lint([tmp_path])
    assert [len(file.problems) for file in report.files] == [0, 1]
    assert report.has_errors


def test_a_path_that_does_not_exist_is_an_error(tmp_path: Path) -> None:
    assert lint([tmp_path / "nowhere.py"]).has_errors


def test_warnings_are_no_errors(tmp_path: Path) -> None:
    report = lint([write_notebook(tmp_path / "n.ipynb", "print(undefined_name)")])
    assert [problem.severity for problem in report.files[0].problems] == ["warning"]
    assert not report.has_errors


def test_the_text_names_each_place(tmp_path: Path) -> None:
    file = write_notebook(tmp_path / "n.ipynb", "print(undefined_name)")
    text = as_text(lint([file]))
    assert f"{file} cell 0 line 1: warning" in text
    assert text.endswith("1 file, 1 problem.")


def test_files_that_disagree_about_an_asset_are_told_at_the_later(tmp_path: Path) -> None:
    file = (
        "from nbflow import DAG, Asset, EmptyOperator\n"
        "with DAG('{name}'):\n"
        "    EmptyOperator(task_id='t', outlets=Asset('a', 's3://{name}'))\n"
    )
    for name in ("one", "two"):
        (tmp_path / f"{name}.py").write_text(file.format(name=name))
    one, two = lint([tmp_path]).files
    assert one.problems == []
    (problem,) = two.problems
    assert (problem.code, problem.severity) == ("NBF602", "warning")


@pytest.mark.parametrize(
    ("cells", "code", "cell"),
    [
        (("x = 1", "exec('y = x')", "print(y)"), "NBF512", 1),
        (("from math import *", "print(pi)", "print(e)"), "NBF513", 0),
        (("import os\nx = 1", "os.environ['X'] = str(x)", "print(2)"), "NBF514", 1),
        (("f = open('a.txt', 'w')", "f.write('a')", "print(1)"), "NBF515", 0),
    ],
)
def test_what_keeps_cells_from_running_side_by_side_is_a_warning(
    tmp_path: Path, cells: tuple[str, ...], code: str, cell: int
) -> None:
    report = lint([write_notebook(tmp_path / "n.ipynb", *cells)])
    found = [p for p in report.files[0].problems if p.code == code]
    assert [(p.severity, p.cell) for p in found] == [("warning", cell)]
    assert found[0].fix
    assert report.has_problems
    assert not report.has_errors


def test_cells_that_run_side_by_side_are_no_problem(tmp_path: Path) -> None:
    file = write_notebook(tmp_path / "n.ipynb", "import math\nx = [1]", "print(x)", "print(len(x))")
    assert not lint([file]).has_problems
