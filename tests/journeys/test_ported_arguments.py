"""Arguments of Airflow's files besides the common ones: they mean here what they mean there, or a
message says why not.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from nbflow import (
    DAG,
    BashOperator,
    BranchDayOfWeekOperator,
    EmptyOperator,
    NotebookOperator,
    PythonOperator,
    WeekDay,
    task,
)
from nbflow.core.errors import DefinitionError
from nbflow.testing import run_dag


def test_the_output_of_a_command_becomes_what_a_function_makes_of_it() -> None:
    with DAG("sizes") as dag:
        whole = BashOperator(
            task_id="whole",
            bash_command="echo '{\"n\": 3}'",
            output_processor=lambda line: {"n": line.count("n")},
        )
        BashOperator(
            task_id="keys",
            bash_command="echo a b",
            output_processor=lambda line: dict.fromkeys(line.split(), 1),
            multiple_outputs=True,
        )
        BashOperator(task_id="later", bash_command="echo {{ ti.xcom_pull('keys', key='b') }}")
        whole >> dag.get_task("keys") >> dag.get_task("later")

    ran = run_dag(dag)

    assert ran.state == "success", ran.states
    assert ran.values["whole"] == {"n": 1}
    assert ran.values["later"] == "1"


def test_functions_before_and_after_the_work_are_called(tmp_path: Path) -> None:
    said = tmp_path / "said"

    def before(context: dict[str, object]) -> None:
        said.write_text(f"before {context['task_instance_key_str']};")

    def after(_: object, result: object) -> None:
        said.write_text(said.read_text() + f"after {result}")

    with DAG("hooks") as dag:
        BashOperator(
            task_id="work", bash_command="echo done", pre_execute=before, post_execute=after
        )

    assert run_dag(dag).state == "success"
    assert said.read_text().startswith("before hooks__work__")
    assert said.read_text().endswith(";after done")


def test_an_operators_own_methods_before_and_after_are_called() -> None:
    class Counts(PythonOperator):
        seen: list[object]

        def pre_execute(self, context: object) -> None:
            self.seen = ["before"]

        def post_execute(self, context: object, result: object = None) -> None:
            assert [*self.seen, result] == ["before", 5]

    with DAG("methods") as dag:
        Counts(task_id="five", python_callable=lambda: 5)

    assert run_dag(dag).state == "success"


def test_mapped_tasks_keep_the_functions_around_their_work() -> None:
    def no_two(_: object, result: object) -> None:
        if result == "2":
            raise ValueError("two")

    with DAG("mapped") as dag:
        BashOperator.partial(task_id="say", post_execute=no_two).expand(
            bash_command=["echo 1", "echo 2"]
        )

    assert run_dag(dag).states == {"say[0]": "success", "say[1]": "failed"}


def test_a_notebook_has_no_functions_around_it(tmp_path: Path) -> None:
    with DAG("notebook") as dag:
        NotebookOperator(task_id="report", notebook="report.ipynb", post_execute=print)

    with pytest.raises(DefinitionError, match="has a post_execute, which nothing would call"):
        dag.to_core()


def test_templates_dict_is_rendered_and_given_to_the_function(tmp_path: Path) -> None:
    with DAG("templated") as dag:

        @task(templates_dict={"day": "{{ ds }}"})
        def show(templates_dict: dict[str, str]) -> str:
            return templates_dict["day"]

        show()

    ran = run_dag(dag, logical_date="2026-03-01")

    assert ran.values["show"] == "2026-03-01"


def test_moments_of_the_context_have_the_methods_of_pendulum() -> None:
    with DAG("moments") as dag:

        @task
        def before(logical_date: object) -> str:
            return logical_date.subtract(days=1).to_date_string()  # type: ignore[attr-defined,no-any-return] # pendulum's

        before() >> BashOperator(
            task_id="there",
            bash_command="echo {{ data_interval_end.in_timezone('Asia/Tokyo').hour }}",
        )

    ran = run_dag(dag, logical_date="2026-03-01T00:00")

    assert (ran.values["before"], ran.values["there"]) == ("2026-02-28", "9")


def test_days_of_the_week_are_named_by_a_word_of_an_enum() -> None:
    with DAG("weekend", start_date="2026-01-01") as dag:
        BranchDayOfWeekOperator(
            task_id="is_weekend",
            week_day={WeekDay.SATURDAY, WeekDay.SUNDAY},
            use_task_logical_date=True,
            follow_task_ids_if_true="rest",
            follow_task_ids_if_false="work",
        ) >> [EmptyOperator(task_id="rest"), EmptyOperator(task_id="work")]

    states = run_dag(dag, logical_date="2026-11-22").states  # a Sunday

    assert (states["rest"], states["work"]) == ("success", "skipped")


def test_a_branch_may_be_chosen_in_another_python() -> None:
    with DAG("elsewhere") as dag:

        @task.branch_external_python(python="python3")
        def choose() -> str:
            return "left"

        choose() >> [EmptyOperator(task_id="left"), EmptyOperator(task_id="right")]

    states = run_dag(dag).states

    assert (states["left"], states["right"]) == ("success", "skipped")


def test_arguments_that_mean_nothing_here_are_taken_with_a_warning() -> None:
    with DAG("plain", access_control={}, default_args={"owner": "ana", "run_as_user": "x"}) as dag:
        EmptyOperator(task_id="a", executor_config={"Kubernetes": {}})  # type: ignore[call-arg] # an argument of Airflow's

    told = {(p.severity, p.message) for p in dag.problems()}

    assert told == {
        ("warning", "'access_control' has no effect in nbflow."),
        ("warning", "'executor_config' has no effect in nbflow."),
        (
            "warning",
            "default_args has 'run_as_user', which no task of this DAG takes; it has no effect.",
        ),
    }
    assert dag.to_core().owner == "ana"


def test_a_dag_and_a_task_may_have_names_for_screens_besides_their_ids() -> None:
    with DAG("sales", dag_display_name="Ventes du jour") as dag:
        EmptyOperator(task_id="a", task_display_name="Chargement")

    built = dag.to_core()

    assert (built.display_name, built.by_id["a"].display_name) == ("Ventes du jour", "Chargement")
