"""The pytest plugin, in a pytest of its own over a folder of DAGs."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest_plugins = ["pytester"]

GOOD = """
from nbflow import DAG, EmptyOperator

with DAG("good"):
    EmptyOperator(task_id="a")

with DAG("fine"):
    EmptyOperator(task_id="b")
"""
CYCLE = """
from nbflow import DAG, EmptyOperator

with DAG("round"):
    a, b = EmptyOperator(task_id="a"), EmptyOperator(task_id="b")
    a >> b >> a
"""


@pytest.fixture
def project(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    # Other plugins that happen to be installed only cost time here.
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    pytester.mkdir("dags")
    pytester.makepyfile(test_own="def test_own(): pass")
    return pytester


def write(project: pytest.Pytester, **files: str) -> None:
    for name, text in files.items():
        (project.path / "dags" / f"{name}.py").write_text(text)


def run(project: pytest.Pytester, *arguments: str) -> pytest.RunResult:
    """pytest with the plugin as it is here, whatever is installed."""
    plugin = ("-p", "nbflow.pytest_plugin", "-p", "no:cacheprovider")
    return project.runpytest_subprocess(*plugin, *arguments, timeout=100)


def test_each_dag_is_a_test(project: pytest.Pytester) -> None:
    write(project, good=GOOD)
    result = run(project, "--nbflow-dags", "dags", "-v")
    result.assert_outcomes(passed=3)
    result.stdout.fnmatch_lines(["dags/good.py::good PASSED*", "dags/good.py::fine PASSED*"])


def test_what_is_wrong_fails_in_one_sentence_with_its_place(project: pytest.Pytester) -> None:
    write(project, round=CYCLE, broken="from nbflow import dag, no_such_name\n")
    result = run(project, "--nbflow-dags", "dags")
    result.assert_outcomes(passed=1, failed=2)
    result.stdout.fnmatch_lines(["*broken.py, line 1: *no_such_name*", "*round.py, line 5: *"])
    result.stdout.no_fnmatch_line("*Traceback*")


def test_a_dag_that_is_in_two_files_fails(project: pytest.Pytester) -> None:
    write(project, one=GOOD, two=GOOD)
    result = run(project, "--nbflow-dags", "dags")
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines(["*'good'*"])


def test_the_ini_file_may_say_where_dags_are(project: pytest.Pytester) -> None:
    write(project, good=GOOD)
    project.makeini("[pytest]\nnbflow_dags = dags")
    run(project).assert_outcomes(passed=3)
    run(project, "test_own.py").assert_outcomes(passed=1)


def test_dags_are_chosen_by_name_like_other_tests(project: pytest.Pytester) -> None:
    write(project, good=GOOD)
    run(project, "--nbflow-dags", "dags", "-k", "fine").assert_outcomes(passed=1, deselected=2)


def test_a_folder_that_is_not_there_fails(project: pytest.Pytester) -> None:
    result = run(project, "--nbflow-dags", "dagz")
    result.assert_outcomes(passed=1, failed=1)


def test_nothing_is_read_unless_asked_for(project: pytest.Pytester) -> None:
    write(project, broken="from nbflow import dag; raise SystemExit(1)")
    project.makepyfile(
        test_own="""
        import sys

        def test_own():
            heavy = {"nbflow.authoring", "nbflow.store", "sqlalchemy", "dask", "papermill"}
            assert heavy.isdisjoint(sys.modules)
        """
    )
    run(project).assert_outcomes(passed=1)


def test_the_plugin_is_offered_to_pytest_by_name() -> None:
    assert (
        '[project.entry-points.pytest11]\nnbflow = "nbflow.pytest_plugin"'
        in (Path(__file__).parents[2] / "pyproject.toml").read_text()
    )
