"""Loading DAG files: which DAGs are a file's, what a worker gets, and what a broken file says."""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterator
from pathlib import Path
from textwrap import dedent

import pytest

from nbflow import DAG, EmptyOperator
from nbflow.authoring import loading
from nbflow.authoring.loading import live_dag, load_dags, load_operator, register_live
from nbflow.core.errors import DefinitionError, NotFoundError, Problem
from tests.authoring.running import run


@pytest.fixture(autouse=True)
def import_state() -> Iterator[None]:
    """Loading changes the process's import state, which the next test must not see."""
    path, modules = list(sys.path), set(sys.modules)
    yield
    sys.path[:] = path
    for name in set(sys.modules) - modules:
        del sys.modules[name]


def write(folder: Path, **files: str) -> Path:
    for name, text in files.items():
        path = folder / f"{name.replace('__', '/')}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(dedent(text))
    return folder


def dag_ids(folder: Path, file: str) -> list[str]:
    return [dag.dag_id for dag in load_dags(folder, file)]


def problem_of(folder: Path, file: str) -> Problem:
    with pytest.raises(DefinitionError) as broken:
        load_dags(folder, file)
    (problem,) = broken.value.problems
    return problem


SALES = """
    from nbflow import DAG, task

    with DAG("sales"):
        @task
        def double(n):
            return 2 * n

        double(21)
"""


# --- operators ------------------------------------------------------------------------------------


def test_a_worker_gets_the_operator_and_can_run_it(tmp_path: Path) -> None:
    operator = load_operator(write(tmp_path, sales=SALES), "sales.py", "sales", "double")
    assert run(operator) == 42


def test_a_file_is_imported_once(tmp_path: Path) -> None:
    write(tmp_path, sales=SALES)
    first = load_operator(tmp_path, "sales.py", "sales", "double")
    assert load_operator(tmp_path, "sales.py", "sales", "double") is first


def test_a_file_deep_in_the_folder_imports_its_neighbours_and_the_folders_modules(
    tmp_path: Path,
) -> None:
    write(
        tmp_path,
        shared="BASE = 40",
        team__near="MORE = 2",
        team__sales="""
            from near import MORE
            from nbflow import DAG, task

            with DAG("sales"):
                @task
                def total():
                    import shared
                    return shared.BASE + MORE

                total()
        """,
    )
    assert run(load_operator(tmp_path, "team/sales.py", "sales", "total")) == 42


def test_two_versions_of_a_folder_each_import_their_own_modules(tmp_path: Path) -> None:
    text = """
        from nbflow import DAG, task
        from rates import RATE

        with DAG("sales"):
            @task
            def rate():
                return RATE

            rate()
    """
    old = write(tmp_path / "old", sales=text, rates="RATE = 1")
    new = write(tmp_path / "new", sales=text, rates="RATE = 2")
    operators = [load_operator(folder, "sales.py", "sales", "rate") for folder in (old, new)]
    assert [run(operator) for operator in operators] == [1, 2]


def test_installed_packages_stay_imported_when_another_folder_is_loaded(tmp_path: Path) -> None:
    import jinja2

    # The first folder holds the environment too, as a project folder may.
    environment = Path(sys.prefix).parent
    with pytest.raises(DefinitionError):
        load_dags(environment, "there_is_no_such_file.py")
    load_dags(write(tmp_path, sales=SALES), "sales.py")
    assert sys.modules["jinja2"] is jinja2
    assert sys.modules["nbflow.authoring.loading"] is loading


@pytest.mark.parametrize(
    ("dag_id", "task_id", "says"),
    [
        ("salse", "double", "defines no DAG 'salse'; it defines 'sales'"),
        ("sales", "triple", "the DAG 'sales' defines no task 'triple', only double"),
    ],
)
def test_what_the_file_does_not_define_is_not_found(
    tmp_path: Path, dag_id: str, task_id: str, says: str
) -> None:
    write(tmp_path, sales=SALES)
    with pytest.raises(NotFoundError, match=says):
        load_operator(tmp_path, "sales.py", dag_id, task_id)


def test_only_so_many_files_stay_loaded(tmp_path: Path) -> None:
    first = write(tmp_path / "first", sales=SALES)
    kept = load_dags(first, "sales.py")
    for number in range(loading.KEPT_FILES):
        load_dags(write(tmp_path / f"v{number}", sales=SALES), "sales.py")
    assert str(first) not in sys.path
    assert load_dags(first, "sales.py") is not kept


# --- which DAGs are a file's ----------------------------------------------------------------------


def test_dags_count_whether_or_not_a_name_holds_them(tmp_path: Path) -> None:
    write(
        tmp_path,
        many="""
            from nbflow import DAG, dag

            with DAG("held") as held: pass
            with DAG("unheld"): pass
            [DAG(f"looped_{n}") for n in range(2)]

            @dag
            def decorated(): ...
            decorated()
        """,
    )
    assert dag_ids(tmp_path, "many.py") == ["held", "unheld", "looped_0", "looped_1", "decorated"]


def test_a_dag_belongs_to_the_file_whose_top_level_made_it(tmp_path: Path) -> None:
    write(
        tmp_path,
        other="from nbflow import DAG\nmine = DAG('other')",
        factory="from nbflow import DAG\ndef make(name): return DAG(name)",
        sales="""
            from factory import make
            from other import mine
            made = make("sales")
        """,
    )
    assert dag_ids(tmp_path, "sales.py") == ["sales"]
    assert dag_ids(tmp_path, "other.py") == ["other"]
    assert dag_ids(tmp_path, "factory.py") == []


def test_loading_while_a_dag_is_being_written_keeps_them_apart(tmp_path: Path) -> None:
    write(tmp_path, loose="from nbflow import EmptyOperator\nEmptyOperator(task_id='loose')")
    with DAG("outer") as outer:
        load_dags(tmp_path, "loose.py")
    assert outer.task_ids == []


# --- broken files ---------------------------------------------------------------------------------


def test_a_syntax_error_is_a_problem_with_its_line(tmp_path: Path) -> None:
    write(tmp_path, bad="x = 1\nif x\n    pass\n")
    problem = problem_of(tmp_path, "bad.py")
    assert (problem.code, problem.file, problem.line) == ("NBF002", "bad.py", 2)


def test_an_exception_while_importing_is_a_problem_with_the_line_that_led_to_it(
    tmp_path: Path,
) -> None:
    write(
        tmp_path, helper="def fail(): raise RuntimeError('no')", bad="import helper\nhelper.fail()"
    )
    problem = problem_of(tmp_path, "bad.py")
    assert problem.message == "Importing the file raised RuntimeError: no."
    assert (problem.code, problem.file, problem.line) == ("NBF001", "bad.py", 2)


def test_a_file_that_leaves_python_is_a_problem(tmp_path: Path) -> None:
    write(tmp_path, bad="import sys\nsys.exit(3)")
    assert "SystemExit: 3" in problem_of(tmp_path, "bad.py").message


def test_an_unknown_argument_in_a_file_is_a_problem_at_its_line(tmp_path: Path) -> None:
    write(tmp_path, bad="from nbflow import DAG\n\nDAG('d', shedule='@daily')")
    problem = problem_of(tmp_path, "bad.py")
    assert (problem.code, problem.file, problem.line) == ("NBF101", "bad.py", 3)


def test_a_file_that_is_not_there_is_a_problem(tmp_path: Path) -> None:
    assert problem_of(tmp_path, "gone.py").message == "There is no such file."


def test_a_file_that_failed_is_imported_anew_when_corrected(tmp_path: Path) -> None:
    write(tmp_path, sales="1 / 0")
    problem_of(tmp_path, "sales.py")
    write(tmp_path, sales=SALES)
    assert dag_ids(tmp_path, "sales.py") == ["sales"]


def test_loading_a_file_leaves_no_bytecode_that_could_hide_a_quick_edit(tmp_path: Path) -> None:
    load_dags(write(tmp_path, sales=SALES), "sales.py")
    assert list(tmp_path.rglob("*.pyc")) == []


# --- live DAGs ------------------------------------------------------------------------------------


def test_a_live_dag_is_found_by_its_token() -> None:
    dag = DAG("d")
    assert live_dag(register_live(dag)) is dag


def test_a_live_dag_that_nobody_holds_is_gone() -> None:
    with DAG("d") as dag:
        EmptyOperator(task_id="a")
    token = register_live(dag)
    del dag
    gc.collect()
    with pytest.raises(NotFoundError, match="not in this process any more"):
        live_dag(token)


def test_a_package_that_is_not_there_is_named_with_the_way_to_get_it(tmp_path: Path) -> None:
    folder = write(tmp_path, a="import no_such_package.part", b="from airflow.sdk import DAG")

    assert "`pip install no_such_package`" in problem_of(folder, "a.py").fix
    assert "Write `nbflow` for the module" in problem_of(folder, "b.py").fix


def test_a_name_that_nbflow_does_not_have_is_answered_with_the_closest(tmp_path: Path) -> None:
    folder = write(tmp_path, a="from nbflow import NotebokOperator")

    assert "Did you mean 'NotebookOperator'" in problem_of(folder, "a.py").fix
