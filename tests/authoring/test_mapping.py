"""Mapped tasks as a person writes them, and what becomes of them in a run."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from nbflow import (
    DAG,
    BaseOperator,
    BashOperator,
    EmptyOperator,
    NotebookOperator,
    PokeReturnValue,
    PythonOperator,
    PythonSensor,
    Skip,
    TaskGroup,
    get_current_context,
    task,
    task_group,
)
from nbflow.authoring.map_sources import MappingError
from nbflow.core.dag import Dag
from nbflow.core.errors import DefinitionError
from nbflow.testing import RunResult, run_dag


@task
def double(x: int) -> int:
    return x * 2


@task
def pair(x: object, y: object) -> list[object]:
    return [x, y]


@task
def collected(values: list[object]) -> list[object]:
    return list(values)


def the_states(result: RunResult, task_id: str) -> list[str]:
    return [t.state for t in result.tasks.values() if t.view.task_id == task_id]


# --- what instances get ---------------------------------------------------------------------------


def test_each_instance_gets_one_element_and_what_comes_after_gets_all_results_in_order() -> None:
    with DAG("d") as dag:
        collected(double.expand(x=[3, 1, 2]))
    result = run_dag(dag)
    assert result.states == {
        "double[0]": "success",
        "double[1]": "success",
        "double[2]": "success",
        "collected": "success",
    }
    assert result.values["double"] == [6, 2, 4]
    assert result.values["double[1]"] == 2
    assert result.values["collected"] == [6, 2, 4]


def test_several_arguments_make_every_combination_and_partial_ones_are_the_same_for_all() -> None:
    @task
    def show(x: int, y: str, day: str) -> str:
        return f"{x}{y} {day}"

    with DAG("d") as dag:
        show.partial(day="{{ macros.ds_add('2026-01-01', 1) }}").expand(x=[1, 2], y=["a", "b"])
    assert run_dag(dag).values["show"] == [
        "1a 2026-01-02",
        "1b 2026-01-02",
        "2a 2026-01-02",
        "2b 2026-01-02",
    ]


def test_values_known_only_at_run_time() -> None:
    @task
    def numbers() -> list[int]:
        return [1, 2, 3]

    with DAG("d") as dag:
        collected(double.expand(x=numbers()))
    assert run_dag(dag).values["collected"] == [2, 4, 6]


def test_elements_of_a_dict_are_its_pairs() -> None:
    @task
    def prices() -> dict[str, int]:
        return {"tea": 2, "cake": 3}

    @task
    def told(x: tuple[str, int]) -> str:
        name, price = x
        return f"{name}={price}"

    with DAG("d") as dag:
        told.expand(x=prices())
        told.override(task_id="literal").expand(x={"milk": 1})
    result = run_dag(dag)
    assert result.values["told"] == ["tea=2", "cake=3"]
    assert result.values["literal"] == ["milk=1"]


def test_a_mapped_task_is_mapped_over_another() -> None:
    with DAG("d") as dag:
        double.override(task_id="again").expand(x=double.expand(x=[1, 2]))
    assert run_dag(dag).values["again"] == [4, 8]


def test_map_zip_and_concat_make_new_lists() -> None:
    @task
    def numbers() -> list[int]:
        return [1, 2, 3]

    with DAG("d") as dag:
        found = numbers()
        collected.override(task_id="a").expand(values=found.zip(["x", "y"]))
        collected.override(task_id="b").expand(values=found.zip(["x"], fillvalue="-"))
        double.override(task_id="c").expand(x=found.concat([10]).map(lambda x: x + 1))
        collected.override(task_id="d")(found.map(str))
    values = run_dag(dag).values
    assert values["a"] == [[1, "x"], [2, "y"]]
    assert values["b"] == [[1, "x"], [2, "-"], [3, "-"]]
    assert values["c"] == [4, 6, 8, 22]
    assert values["d"] == ["1", "2", "3"]


def test_skip_inside_map_skips_the_instance_and_its_value_is_left_out() -> None:
    def only_even(x: int) -> int:
        if x % 2:
            raise Skip(f"{x} is odd")
        return x

    @task(trigger_rule="none_failed")
    def total(values: list[int]) -> int:
        return sum(values)

    @task
    def numbers() -> list[int]:
        return [1, 2, 3, 4]

    with DAG("d") as dag:
        total(double.expand(x=numbers().map(only_even)))
    result = run_dag(dag)
    assert the_states(result, "double") == ["skipped", "success", "skipped", "success"]
    assert result.values["total"] == 12


def test_expand_kwargs_gives_each_instance_its_own_arguments() -> None:
    with DAG("d") as dag:
        pair.expand_kwargs([{"x": 1, "y": 2}, {"x": "{{ map_index }}", "y": None}])
    assert run_dag(dag).values["pair"] == [[1, 2], ["1", None]]


def test_over_nothing_the_task_is_skipped_and_a_tolerant_one_after_it_gets_an_empty_list() -> None:
    @task
    def nothing() -> list[int]:
        return []

    @task(trigger_rule="none_failed")
    def count(values: list[int]) -> int:
        return len(values)

    with DAG("d") as dag:
        count(double.expand(x=nothing()))
    result = run_dag(dag)
    assert result.states == {"nothing": "success", "double": "skipped", "count": "success"}
    assert result.values["count"] == 0


def test_what_is_no_list_fails_the_mapped_task_with_a_sentence() -> None:
    @task
    def number() -> int:
        return 3

    with DAG("d") as dag:
        double.expand(x=number())
    failed = run_dag(dag).task("double")
    assert (failed.state, failed.reason) == ("failed", "not_mappable")
    assert (
        failed.message
        == "double is mapped over what number returned, which is neither a list nor a dict."
    )


def test_text_of_other_tasks_is_no_template() -> None:
    @task
    def texts() -> list[str]:
        return ["{{ ds }}", "{% broken"]

    with DAG("d") as dag:
        collected.expand(values=texts().map(lambda text: [text]))
        echo = BashOperator.partial(task_id="echo").expand(
            env=texts().map(lambda t: {"T": t}), bash_command=['echo "$T"']
        )
        collected.override(task_id="echoed")(echo.output)
    result = run_dag(dag)
    assert result.values["collected"] == [["{{ ds }}"], ["{% broken"]]
    assert result.values["echoed"] == ["{{ ds }}", "{% broken"]


def test_an_instance_knows_its_index_and_others_are_asked_by_theirs() -> None:
    @task
    def index(x: str, ti: object) -> str:
        return f"{x}{ti.map_index}"  # type: ignore[attr-defined]  # a TaskInstanceView

    @task
    def some(of: object) -> object:
        ti = get_current_context()["ti"]
        one = ti.xcom_pull("index", map_indexes=1)
        return [one, ti.xcom_pull("index", map_indexes=[0, 2]), list(ti.xcom_pull("index"))]

    with DAG("d") as dag:
        some(index.expand(x=["a", "b", "c"]))
    assert run_dag(dag).values["some"] == ["b1", ["a0", "c2"], ["a0", "b1", "c2"]]


def test_a_template_names_each_instance_also_by_what_the_task_puts_into_the_context() -> None:
    @task(map_index_template="{{ x }} of {{ made_up }}")
    def named(x: int) -> None:
        get_current_context()["made_up"] = "all"  # type: ignore[index]  # a dict, as in Airflow

    with DAG("d") as dag:
        named.expand(x=[7, 8])
    tasks = run_dag(dag).tasks
    assert [t.view.map_name for t in tasks.values()] == ["7 of all", "8 of all"]


# --- operators ------------------------------------------------------------------------------------


class Greet(BaseOperator):
    template_fields = ("greeting",)

    def __init__(self, name: str, greeting: str = "Hello", **options: object) -> None:
        super().__init__(**options)  # type: ignore[arg-type]  # TaskOptions
        self.name = name.upper()
        self.greeting = greeting

    def execute(self, context: object) -> str:
        return f"{self.greeting} {self.name}"


def test_operators_that_people_write_are_mapped_as_any_other() -> None:
    with DAG("d") as dag:
        Greet.partial(task_id="greet", greeting="{{ 'Hi' }}").expand(name=["ann", "bob"])
    assert run_dag(dag).values["greet"] == ["Hi ANN", "Hi BOB"]


def test_python_operators_are_mapped_over_their_arguments() -> None:
    def add(a: int, b: int) -> int:
        return a + b

    with DAG("d") as dag:
        PythonOperator.partial(task_id="add", python_callable=add).expand(op_args=[(1, 2), (3, 4)])
    assert run_dag(dag).values["add"] == [3, 7]


def test_shell_commands_are_mapped_with_templates_in_them() -> None:
    with DAG("d") as dag:
        BashOperator.partial(task_id="echo").expand(bash_command=["echo a", "echo {{ map_index }}"])
        BashOperator.partial(task_id="env").expand_kwargs(
            [{"bash_command": "echo $A", "env": {"A": "1"}}, {"bash_command": "echo none"}]
        )
    result = run_dag(dag)
    assert result.values["echo"] == ["a", "1"]
    assert result.values["env"] == ["1", "none"]


def test_default_args_reach_mapped_operators() -> None:
    with DAG("d", default_args={"retries": 3, "greeting": "Hey"}) as dag:
        Greet.partial(task_id="greet").expand(name=["ann"])
    assert dag.to_core().tasks[0].retry.retries == 3
    assert run_dag(dag).values["greet"] == ["Hey ANN"]


def test_a_parameter_sweep_over_a_notebook_is_one_line(tmp_path: Path) -> None:
    """What it looks like in the spec; it runs in the journeys."""
    notebook = tmp_path / "train.ipynb"
    notebook.write_text("{}")
    with DAG("d") as dag:
        NotebookOperator.partial(task_id="train", notebook=notebook).expand(
            parameters=[{"rate": 0.1}, {"rate": "{{ ds }}"}]
        )
    train = dag.to_core().tasks[0]
    assert train.payload["parameters"] == {"$element": "parameters"}
    assert train.expansion is not None
    assert train.expansion.inputs[0][1]["items"] == [{"rate": 0.1}, {"rate": "{{ ds }}"}]


def test_the_spec_of_a_mapped_task_survives_json() -> None:
    with DAG("d") as dag:
        double.expand(x=pair(1, 2).zip([1]).concat([2]))
    built = dag.to_core()
    assert Dag.from_json(built.to_json()) == built


# --- groups ---------------------------------------------------------------------------------------


def test_a_mapped_group_runs_one_line_of_tasks_for_each_element() -> None:
    @task_group
    def line(x: int, factor: int) -> object:
        return pair(double(x), factor)

    @task
    def numbers() -> list[int]:
        return [1, 2]

    with DAG("d") as dag:
        collected(line.partial(factor=5).expand(x=numbers()))
    result = run_dag(dag)
    assert result.values["collected"] == [[2, 5], [4, 5]]
    assert {"line.double[0]", "line.pair[1]"} <= result.states.keys()


def test_in_a_mapped_group_a_failure_ends_its_own_line() -> None:
    @task
    def picky(x: int) -> int:
        if x == 2:
            raise ValueError(x)
        return x

    @task_group
    def line(x: int) -> object:
        return double(picky(x))

    with DAG("d") as dag:
        line.expand(x=[1, 2, 3])
    result = run_dag(dag)
    assert the_states(result, "line.double") == ["success", "upstream_failed", "success"]


def test_what_stands_before_and_after_a_mapped_group_sees_it_as_one() -> None:
    @task_group
    def line(x: int) -> None:
        double(x)

    with DAG("d") as dag:
        group = line.expand(x=[1, 2])
        EmptyOperator(task_id="before") >> group >> EmptyOperator(task_id="after")
    assert {(e.upstream, e.downstream) for e in dag.to_core().edges} == {
        ("before", "line.double"),
        ("line.double", "after"),
    }
    assert run_dag(dag).states["after"] == "success"


def test_mapping_inside_a_mapped_group_is_refused_with_a_sentence() -> None:
    @task_group
    def line(x: int) -> None:
        double.expand(x=[1, x])

    with DAG("d") as dag:
        line.expand(x=[1, 2])
    (problem,) = dag.problems()
    assert "mapping within mapping" in problem.message


# --- misuse ---------------------------------------------------------------------------------------


def wrongly(what: str) -> None:
    outside: Mapping[str, object] = {
        "nothing": double.expand,
        "a number": lambda: double.expand(x=3),
        "text": lambda: double.expand(x="abc"),
        "an unknown argument": lambda: double.expand(y=[1]),
        "twice": lambda: pair.partial(x=1).expand(x=[1], y=[2]),
        "kwargs of a dict": lambda: pair.expand_kwargs({"x": 1}),
        "kwargs of numbers": lambda: pair.expand_kwargs([1, 2]),
        "an operator's unknown argument": lambda: Greet.partial(task_id="g").expand(nme=["a"]),
        "a group's unknown argument": lambda: task_group(pair.function).expand(z=[1]),
    }
    outside[what]()  # type: ignore[operator]  # each is a function


@pytest.mark.parametrize(
    ("what", "message"),
    [
        ("nothing", "@task 'double' is expanded over nothing."),
        ("a number", "@task 'double': x is 3, of type int, which cannot be mapped over."),
        ("text", "@task 'double': x is 'abc', of type str, which cannot be mapped over."),
        ("an unknown argument", "takes no argument 'y'."),
        ("twice", "'x' is given to partial() and mapped as well."),
        ("kwargs of a dict", "expand_kwargs() got a dict, not a list of dicts."),
        ("kwargs of numbers", "expand_kwargs() got the element 1."),
        ("an operator's unknown argument", "takes no argument 'nme'."),
        ("a group's unknown argument", "takes no argument 'z'."),
    ],
)
def test_misuse_is_told_in_one_sentence_at_its_place(what: str, message: str) -> None:
    with DAG("d"), pytest.raises(MappingError) as caught:
        wrongly(what)
    (problem,) = caught.value.problems
    assert message in problem.message
    assert problem.file == __file__


def test_a_missing_argument_is_a_problem_of_the_dag() -> None:
    with DAG("d") as dag:
        pair.expand(x=[1])
    (problem,) = dag.problems()
    assert problem.code == "NBF205"
    assert "missing 'y'" in problem.message


def test_expanding_outside_a_dag_is_refused() -> None:
    with pytest.raises(DefinitionError, match="outside a DAG"):
        double.expand(x=[1])


def test_kwargs_that_a_task_makes_are_checked_when_they_are_known() -> None:
    @task
    def wrong() -> list[dict[str, int]]:
        return [{"z": 1}]

    with DAG("d") as dag:
        pair.expand_kwargs(wrong())
        BashOperator.partial(task_id="b").expand_kwargs(wrong())
    result = run_dag(dag)
    assert "takes no argument 'z'" in result.task("pair[0]").message
    assert "takes no argument 'z'" in result.task("b[0]").message


def test_a_plain_group_cannot_be_taken_for_a_mapped_one() -> None:
    with DAG("d") as dag, TaskGroup("plain"):
        double.expand(x=[1])
    assert dag.to_core().tasks[0].task_id == "plain.double"
    assert run_dag(dag).states == {"plain.double[0]": "success"}


def test_mapped_sensors_look_again_as_often_as_they_are_told() -> None:
    def is_there(x: int) -> bool:
        return x > 0

    with DAG("d") as dag:
        PythonSensor.partial(
            task_id="wait", python_callable=is_there, poke_interval=7, timeout=60
        ).expand(op_args=[[1], [2]])

        @task.sensor(poke_interval=9)
        def ready(x: int) -> PokeReturnValue:
            return PokeReturnValue(is_done=True, xcom_value=x)

        ready.expand(x=[5, 6])
    policies = [t.poke for t in dag.to_core().tasks]
    assert [p.poke_interval for p in policies if p is not None] == [7, 9]
    assert run_dag(dag).values["ready"] == [5, 6]


def test_an_element_of_a_group_can_stand_inside_a_text() -> None:
    @task
    def say(text: str) -> str:
        return text

    @task_group
    def line(x: str) -> None:
        say(f"hi {x}")
        BashOperator(task_id="echo", bash_command=f"echo {x}")

    with DAG("d") as dag:
        line.expand(x=["p", "q"])
    values = run_dag(dag).values
    assert (values["line.say"], values["line.echo"]) == (["hi p", "hi q"], ["p", "q"])


def test_templates_of_mapped_commands_know_the_macros_of_the_dag() -> None:
    with DAG("d", user_defined_macros={"f": lambda x: f"<{x}>"}) as dag:
        BashOperator.partial(task_id="b").expand(bash_command=["echo '{{ f(map_index) }}'"])
    assert run_dag(dag).values["b"] == ["<0>"]
