"""`@task` and its kinds: with and without arguments, called, overridden, linked, and run."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import cloudpickle
import pytest

from nbflow import DAG, EmptyOperator, NotebookOperator, Skip, XComArg, dag, task
from nbflow.authoring.task_function import TaskFunction
from nbflow.core.dag import Decides, TaskKind
from nbflow.core.errors import DefinitionError, Problem
from tests.authoring.running import run


@task
def add(a: int, b: int = 1) -> int:
    """The sum of two numbers."""
    return a + b


def ids_and_edges(dag: DAG) -> tuple[list[str], set[tuple[str, str]]]:
    built = dag.to_core()
    return [t.task_id for t in built.tasks], {(e.upstream, e.downstream) for e in built.edges}


def problems_of(broken: pytest.ExceptionInfo[DefinitionError]) -> list[Problem]:
    return broken.value.problems


# --- making tasks ---------------------------------------------------------------------------------


def test_a_call_makes_a_task_of_the_functions_name_and_gives_its_output() -> None:
    with DAG("d") as made:
        called = add(1, b=2)
    assert isinstance(called, XComArg)
    built = made.to_core().by_id["add"]
    assert (built.kind, built.operator, built.doc) == (
        TaskKind.PYTHON,
        "@task",
        "The sum of two numbers.",
    )
    assert run(called.operator) == 3


def test_arguments_of_the_decorator_are_the_tasks() -> None:
    @task(task_id="sum", retries=3, trigger_rule="all_done", pool="small")
    def total() -> None: ...

    with DAG("d") as made:
        total()
    built = made.to_core().by_id["sum"]
    assert (built.retry.retries, str(built.trigger_rule), built.pool) == (3, "all_done", "small")


def test_calls_of_one_function_are_numbered() -> None:
    with DAG("d") as made:
        add(add(add(1)))
    assert made.task_ids == ["add", "add__1", "add__2"]
    assert ids_and_edges(made)[1] == {("add", "add__1"), ("add__1", "add__2")}


def test_each_dag_numbers_its_own_tasks() -> None:
    with DAG("one") as one:
        add(1)
    with DAG("two") as two:
        add(1)
    assert (one.task_ids, two.task_ids) == (["add"], ["add"])


def test_an_output_passed_on_is_an_edge_however_deep_it_lies() -> None:
    with DAG("d") as made:
        first = add.override(task_id="first")(1)
        add.override(task_id="last")({"numbers": [first]})
    assert ids_and_edges(made) == (["first", "last"], {("first", "last")})


def test_override_changes_one_use_and_leaves_the_function_as_it_was() -> None:
    with DAG("d") as made:
        add.override(retries=7)(1)
        add(1)
    assert [t.retry.retries for t in made.to_core().tasks] == [7, 0]


def test_a_task_function_can_name_its_dag_instead() -> None:
    made = DAG("d")

    @task(dag=made)
    def step() -> None: ...

    step()
    assert made.task_ids == ["step"]


@pytest.mark.parametrize("decorate", [task, task.branch, task.short_circuit, task.bash])
def test_an_unknown_argument_is_refused_where_it_stands_with_the_closest_name(
    decorate: Callable[..., object],
) -> None:
    with pytest.raises(DefinitionError) as broken:
        decorate(retires=3)
    (problem,) = problems_of(broken)
    assert "Did you mean 'retries'" in problem.fix
    assert problem.file == __file__


def test_override_refuses_unknown_arguments_too() -> None:
    with pytest.raises(DefinitionError, match="Did you mean 'pool'"):
        add.override(pol="small")


# --- calling outside a DAG ------------------------------------------------------------------------


def test_a_call_outside_every_dag_says_where_it_belongs() -> None:
    with pytest.raises(DefinitionError, match="outside a DAG") as broken:
        add(1)
    assert "add.function(...)" in problems_of(broken)[0].fix


def test_the_function_itself_can_be_tried() -> None:
    assert add.function(1, 2) == 3


def test_inside_a_running_task_a_call_is_just_a_call() -> None:
    @task
    def three_times(n: int) -> object:
        return add(n, add(n, n))

    with DAG("d"):
        called = three_times(5)
    assert run(called.operator) == 15


# --- linking --------------------------------------------------------------------------------------


def test_called_tasks_stand_on_both_sides_of_the_arrows() -> None:
    with DAG("d") as made:
        first = EmptyOperator(task_id="first")
        first >> add(1) >> [add(2), add(3)] >> EmptyOperator(task_id="last")
    ids, edges = ids_and_edges(made)
    assert len(ids) == 5
    assert edges == {
        ("first", "add"),
        ("add", "add__1"),
        ("add", "add__2"),
        ("add__1", "last"),
        ("add__2", "last"),
    }


def test_the_name_of_a_function_stands_for_the_one_task_made_from_it() -> None:
    @task
    def load() -> None: ...

    @task
    def mail() -> None: ...

    with DAG("d") as made:
        load()
        load >> mail
        mail >> EmptyOperator(task_id="done")
    assert ids_and_edges(made) == (["load", "mail", "done"], {("load", "mail"), ("mail", "done")})


def test_the_name_of_a_function_that_made_several_tasks_is_ambiguous() -> None:
    with DAG("d"):
        add(1)
        add(2)
        with pytest.raises(DefinitionError, match="any of 'add', 'add__1'"):
            add >> EmptyOperator(task_id="done")


# --- the other kinds ------------------------------------------------------------------------------


def test_branch_and_short_circuit_say_what_they_decide() -> None:
    @task.branch
    def choose() -> str:
        return "done"

    @task.short_circuit(retries=1)
    def go_on() -> bool:
        return True

    with DAG("d") as made:
        go_on() >> choose() >> EmptyOperator(task_id="done")
    tasks = made.to_core().by_id
    assert (tasks["choose"].operator, tasks["choose"].decides) == ("@task.branch", Decides.BRANCH)
    assert tasks["go_on"].decides is Decides.SHORT_CIRCUIT
    assert tasks["go_on"].retry.retries == 1


def test_a_bash_function_returns_a_command_that_is_rendered_and_run(tmp_path: Path) -> None:
    @task.bash(env={"WHO": "{{ ds }}"}, cwd=tmp_path)
    def greet(word: str) -> str:
        return f'echo "{word} $WHO {{{{ ds }}}}"; pwd >&2; echo {word}'

    with DAG("d"):
        called = greet("hello")
    assert run(called.operator, ds="today") == "hello"


def test_a_bash_function_can_skip_by_its_exit_code() -> None:
    @task.bash(skip_on_exit_code=3)
    def leave() -> str:
        return "exit 3"

    with DAG("d"):
        called = leave()
    with pytest.raises(Skip):
        run(called.operator)


def test_a_bash_function_that_returns_no_text_is_told_so() -> None:
    @task.bash
    def leave() -> int:
        return 3

    with DAG("d"):
        called = leave()
    with pytest.raises(TypeError, match="a shell command as text, not int"):
        run(called.operator)


def test_a_notebook_functions_arguments_are_the_notebooks_parameters(tmp_path: Path) -> None:
    (tmp_path / "report.ipynb").touch()

    @task.notebook(tmp_path / "report.ipynb", retries=1)
    def report(region: str, ds: str, limit: int = 10) -> None:
        """What was sold."""

    with DAG("d") as made:
        report(add(1))
    built = made.to_core().by_id["report"]
    assert (built.kind, built.doc, built.retry.retries) == (TaskKind.NOTEBOOK, "What was sold.", 1)
    assert built.payload["parameters"] == {
        "region": {"$value": ["add", "return_value"]},
        "ds": "{{ ds }}",
        "limit": 10,
    }


def test_a_notebook_function_with_a_body_gets_a_warning(tmp_path: Path) -> None:
    (tmp_path / "report.ipynb").touch()

    @task.notebook(tmp_path / "report.ipynb")
    def report(region: str) -> object:
        return {"region": region}

    with DAG("d") as made:
        report("EU")
    (warning,) = made.problems()
    assert (warning.severity, warning.task_id) == ("warning", "report")
    assert "its body is never run" in warning.message


# --- values ---------------------------------------------------------------------------------------


def plain() -> int:
    return 1


def named() -> dict[str, int]:
    return {"a": 1}


def by_number() -> dict[int, int]:
    return {1: 1}


@pytest.mark.parametrize(
    ("function", "several"), [(plain, False), (named, True), (by_number, False)]
)
def test_a_function_annotated_to_return_a_dict_with_text_keys_hands_on_several_values(
    function: Callable[..., object], several: bool
) -> None:
    with DAG("d"):
        operator = task(function)().operator
    handed_on = operator.values_of({"a": 1})
    assert ("a" in handed_on) is several


def test_an_argument_of_a_dag_function_is_the_runs_param_inside_a_task() -> None:
    @dag
    def sales(start: int = 1) -> None:
        add(start, 2)

    called = sales().get_task("add")
    assert run(called, params={"start": 40}) == 42


def test_an_argument_of_a_dag_function_is_marked_in_a_notebooks_parameters(tmp_path: Path) -> None:
    (tmp_path / "n.ipynb").touch()

    @dag
    def sales(region: str = "EU") -> None:
        NotebookOperator(task_id="n", notebook=tmp_path / "n.ipynb", parameters={"region": region})

    assert sales().to_core().by_id["n"].payload["parameters"] == {"region": {"$param": "region"}}


# --- pickling -------------------------------------------------------------------------------------


def test_a_task_function_can_be_pickled_as_the_functions_that_name_it_are() -> None:
    with DAG("d") as made:

        @task(retries=2, dag=made)
        def step(n: int) -> int:
            return n + 1

        step(1)
    again: TaskFunction = cloudpickle.loads(cloudpickle.dumps(step))
    assert again.function(1) == 2
    with DAG("e") as other:
        again(1)
    assert other.to_core().by_id["step"].retry.retries == 2
