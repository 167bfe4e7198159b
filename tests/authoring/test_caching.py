"""What the results of a task are found by, as its source tells."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from textwrap import dedent

import pytest

from nbflow.authoring import spec
from nbflow.authoring.loading import load_dags
from nbflow.core.cache_policy import CachePolicy
from nbflow.core.dag import Dag

Read = Callable[..., Dag]

PLAIN = """
    from nbflow import DAG, task
    import helper

    N = 3

    def scaled(x):
        return x * N

    with DAG("d"):

        @task(cache=True)
        def load(path):
            return scaled(helper.read(path))

        @task
        def other():
            return 1

        load("a.csv")
        other()
"""


@pytest.fixture
def read(tmp_path: Path) -> Read:
    """Reads the DAG of a file; `modules` stand beside it."""
    count = 0

    def read(text: str, helper: str = "def read(path): return 1\n") -> Dag:
        nonlocal count
        count += 1
        folder = tmp_path / str(count)
        folder.mkdir()
        (folder / "dag.py").write_text(dedent(text))
        (folder / "helper.py").write_text(helper)
        dag, problems = spec.build(load_dags(folder, "dag.py")[0], folder)
        assert dag is not None, problems
        return dag

    return read


def policy(dag: Dag, task_id: str = "load") -> CachePolicy:
    found = dag.by_id[task_id].cache
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("N = 3", "N =  3  # three"),
        ("@task(cache=True)", "@task(cache=True, retries=2)"),
        ("        return x * N", "        # scaled\n        return (x * N)"),
        ("return 1", "return 2"),
    ],
)
def test_layout_options_and_other_tasks_do_not_count(read: Read, old: str, new: str) -> None:
    assert policy(read(PLAIN)) == policy(read(PLAIN.replace(old, new)))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("N = 3", "N = 4"),
        ("x * N", "x + N"),
        ('load("a.csv")', 'load("b.csv")'),
        ("helper.read(path)", "helper.read(path) + 1"),
    ],
)
def test_what_the_function_uses_counts(read: Read, old: str, new: str) -> None:
    assert policy(read(PLAIN)) != policy(read(PLAIN.replace(old, new)))


def test_a_module_of_the_project_counts(read: Read) -> None:
    assert policy(read(PLAIN)) != policy(read(PLAIN, helper="def read(path): return 2\n"))


def test_a_module_that_is_imported_inside_the_function_counts(read: Read) -> None:
    text = PLAIN.replace("import helper\n", "").replace(
        "return scaled(", "import helper\n            return scaled("
    )
    assert policy(read(text)) != policy(read(text, helper="def read(path): return 2\n"))


def test_a_list_that_is_filled_in_the_file_counts(read: Read) -> None:
    text = PLAIN.replace("N = 3", "N = []\n    N.append(1)")
    assert policy(read(text)) != policy(read(text.replace("append(1)", "append(2)")))


def test_only_tasks_that_say_so_are_cached(read: Read) -> None:
    assert read(PLAIN).by_id["other"].cache is None


def test_a_dag_says_it_for_all_its_tasks_and_a_task_for_itself(read: Read) -> None:
    text = PLAIN.replace("@task(cache=True)", "@task(cache=False)")
    dag = read(text.replace('DAG("d")', 'DAG("d", cache=True)'))
    assert dag.by_id["load"].cache is None
    assert dag.by_id["other"].cache is not None


@pytest.mark.parametrize(
    ("arguments", "body", "reads"),
    [
        ("path", "return 1", ()),
        ("path, ds=None", "return ds", ("dates",)),
        ("path, **context", "return context['logical_date']", ("dates",)),
        ("path, ti=None", "return ti.run_id", ("run",)),
        ("path", "ds = 1; return ds", ()),
    ],
)
def test_what_it_asks_about_the_run_is_known(
    read: Read, arguments: str, body: str, reads: tuple[str, ...]
) -> None:
    text = PLAIN.replace("load(path)", f"load({arguments})").replace(
        "return scaled(helper.read(path))", body
    )
    assert policy(read(text)).reads == reads


def test_the_date_in_a_command_counts(read: Read) -> None:
    dag = read(
        """
        from nbflow import DAG, BashOperator
        with DAG("d", cache=True):
            BashOperator(task_id="load", bash_command="echo {{ ds }}")
        """
    )
    assert policy(dag).reads == ("dates",)


def test_a_task_that_reads_a_variable_is_not_cached_and_says_so(read: Read) -> None:
    text = PLAIN.replace("N = 3", "from nbflow import Variable")
    found = policy(read(text.replace("x * N", "Variable.get('n')")))
    assert "it reads var.n" in found.why_not


def test_a_sensor_is_never_cached(read: Read) -> None:
    dag = read(
        """
        from nbflow import DAG, FileSensor
        with DAG("d", cache=True):
            FileSensor(task_id="load", filepath="x")
        """
    )
    assert dag.by_id["load"].cache is None


def test_the_policy_survives_the_store(read: Read) -> None:
    dag = read(PLAIN)
    assert Dag.from_json(dag.to_json()) == dag
