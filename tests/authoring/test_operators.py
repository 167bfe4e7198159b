"""Operators: what their arguments become in the spec, and what running them does."""

from __future__ import annotations

import inspect
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import cloudpickle
import pytest

from nbflow import (
    DAG,
    BaseOperator,
    BashOperator,
    BranchPythonOperator,
    EmptyOperator,
    NotebookOperator,
    PythonOperator,
    ShortCircuitOperator,
    Skip,
    get_current_context,
    task,
)
from nbflow.authoring.context import Context
from nbflow.core.dag import Decides, Edge, Task, TaskKind
from nbflow.core.errors import DefinitionError, NbflowError
from tests.authoring.running import run


def only_task(dag: DAG) -> Task:
    (built,) = dag.to_core().tasks
    return built


def nothing() -> None: ...


# --- the spec -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Kind:
    name: str
    make: Callable[[], BaseOperator]
    kind: TaskKind
    decides: Decides | None = None


KINDS = [
    Kind("EmptyOperator", lambda: EmptyOperator(task_id="t"), TaskKind.EMPTY),
    Kind("BashOperator", lambda: BashOperator(task_id="t", bash_command="true"), TaskKind.BASH),
    Kind(
        "PythonOperator",
        lambda: PythonOperator(task_id="t", python_callable=nothing),
        TaskKind.PYTHON,
    ),
    Kind(
        "BranchPythonOperator",
        lambda: BranchPythonOperator(task_id="t", python_callable=nothing),
        TaskKind.PYTHON,
        Decides.BRANCH,
    ),
    Kind(
        "ShortCircuitOperator",
        lambda: ShortCircuitOperator(task_id="t", python_callable=nothing),
        TaskKind.PYTHON,
        Decides.SHORT_CIRCUIT,
    ),
]


@pytest.mark.parametrize("case", KINDS, ids=lambda case: case.name)
def test_each_operator_says_how_it_is_run_and_what_it_decides(case: Kind) -> None:
    with DAG("d") as dag:
        case.make()
    built = only_task(dag)
    assert (built.operator, built.kind, built.decides) == (case.name, case.kind, case.decides)


def test_a_bash_task_carries_its_command_with_templates_as_written() -> None:
    with DAG("d") as dag:
        BashOperator(task_id="t", bash_command="echo {{ ds }}", env={"N": 1}, cwd=Path("/data"))
    assert only_task(dag).payload == {
        "command": "echo {{ ds }}",
        "env": {"N": 1},
        "append_env": True,
        "cwd": "/data",
        "skip_on_exit_code": [99],
    }


def test_a_notebook_task_carries_its_parameters_with_marks_for_values(tmp_path: Path) -> None:
    notebook = tmp_path / "report.ipynb"
    notebook.touch()
    with DAG("d") as dag:
        rows = PythonOperator(task_id="rows", python_callable=nothing)
        parameters = {"day": "{{ ds }}", "rows": [rows.output, rows.output["path"]]}
        NotebookOperator(task_id="report", notebook=notebook, parameters=parameters)
    assert dag.to_core().by_id["report"].payload == {
        "notebook": str(notebook),
        "parameters": {
            "day": "{{ ds }}",
            "rows": [{"$value": ["rows", "return_value"]}, {"$value": ["rows", "path"]}],
        },
        "kernel_name": None,
    }


def test_a_value_in_an_argument_is_a_certain_edge_that_says_why() -> None:
    with DAG("d") as dag:
        rows = PythonOperator(task_id="rows", python_callable=nothing)
        mail = PythonOperator(task_id="mail", python_callable=print, op_args=[rows.output["path"]])
        rows >> mail
    built = dag.to_core()
    why = "mail uses the value 'path' of rows."
    assert built.edges == (Edge("rows", "mail", "certain", ("path",), why),)
    assert built.by_id["mail"].reads == ("rows",)


def test_an_output_inside_a_string_is_found_too() -> None:
    with DAG("d") as dag:
        rows = PythonOperator(task_id="rows", python_callable=nothing)
        BashOperator(task_id="mail", bash_command=f"mail {rows.output['path']}")
    (edge,) = dag.to_core().edges
    assert (edge.upstream, edge.kind, edge.names) == ("rows", "certain", ("path",))


@pytest.mark.parametrize(
    "text", ["{{ ti.xcom_pull('a') }}", "{{ task_instance.xcom_pull(task_ids=['a', 'b']) }}"]
)
def test_a_template_that_pulls_values_reads_every_ancestor(text: str) -> None:
    with DAG("d") as dag:
        a, b, c = (EmptyOperator(task_id=name) for name in "abc")
        a >> b >> BashOperator(task_id="t", bash_command=text) >> c
    assert dag.to_core().by_id["t"].reads == ("a", "b")


def takes_ti(ti: object) -> None: ...


def takes_everything(**context: object) -> None: ...


def asks_for_its_context() -> object:
    return get_current_context()


@pytest.mark.parametrize("function", [takes_ti, takes_everything, asks_for_its_context])
def test_a_function_that_may_pull_values_reads_every_ancestor(
    function: Callable[..., object],
) -> None:
    with DAG("d") as dag:
        EmptyOperator(task_id="a") >> PythonOperator(task_id="t", python_callable=function)
    assert dag.to_core().by_id["t"].reads == ("a",)


def test_a_function_that_cannot_pull_values_reads_none_but_its_arguments() -> None:
    with DAG("d") as dag:
        EmptyOperator(task_id="a") >> PythonOperator(task_id="t", python_callable=nothing)
    assert dag.to_core().by_id["t"].reads == ()


# --- names of arguments ---------------------------------------------------------------------------


def test_an_unknown_argument_is_refused_with_the_closest_names_and_the_line() -> None:
    with pytest.raises(DefinitionError) as caught:
        EmptyOperator(task_id="t", retry=3, pol="small")  # type: ignore[call-arg]
    line = inspect.currentframe().f_lineno - 1  # type: ignore[union-attr]  # CPython has frames
    retry, pol = caught.value.problems
    assert "Did you mean 'retries'" in retry.fix
    assert "'pool'" in pol.fix
    assert (retry.file, retry.line) == (__file__, line)


class Copy(BaseOperator):
    template_fields = ("source",)

    def __init__(self, source: object, mode: str = "fast", **options: object) -> None:
        super().__init__(**options)  # type: ignore[arg-type]  # as people write it
        self.source = source
        self.mode = mode

    def execute(self, context: Context) -> object:
        return self.source, self.mode, context["ds"]


def test_an_operator_of_ones_own_takes_all_options_and_default_args() -> None:
    with DAG("d", default_args={"mode": "slow", "retries": 4}) as dag:
        Copy(task_id="t", source="x", pool="small")
    built = only_task(dag)
    assert (built.kind, built.operator) == (TaskKind.PYTHON, "Copy")
    assert (built.pool, built.retry.retries) == ("small", 4)
    assert run(dag.get_task("t"), ds="2026-01-01") == ("x", "slow", "2026-01-01")


def test_an_operator_of_ones_own_refuses_unknown_arguments_too() -> None:
    with pytest.raises(DefinitionError, match="Did you mean 'source'"):
        Copy(task_id="t", sorce="x")  # type: ignore[call-arg]


def test_a_subclass_with_its_own_execute_is_run_by_calling_it() -> None:
    class Loud(BashOperator):
        def execute(self, context: Context) -> object:
            return str(super().execute(context)).upper()

    with DAG("d") as dag:
        loud = Loud(task_id="t", bash_command="echo {{ ds }}-day")
    assert only_task(dag).kind is TaskKind.PYTHON
    assert run(loud, ds="new-year") == "NEW-YEAR-DAY"


def test_the_signature_of_an_operator_shows_the_options_of_all() -> None:
    names = list(inspect.signature(NotebookOperator).parameters)
    assert names[:2] == ["task_id", "notebook"]
    assert {"parameters", "retries", "trigger_rule"} <= set(names)


# --- running --------------------------------------------------------------------------------------


def test_arguments_are_resolved_however_deep_and_the_operator_stays_as_it_was() -> None:
    with DAG("d"):
        rows = EmptyOperator(task_id="rows").output
        operator = PythonOperator(
            task_id="t",
            python_callable=lambda *args, where: (args, where),
            op_args=["{{ ds }}", [rows, {"n": (rows["n"], 7)}]],
            op_kwargs={"where": {"path": "/data/{{ ds }}"}},
        )
    values = {("rows", "return_value"): [1, 2], ("rows", "n"): 2}
    args = ("D", [[1, 2], {"n": (2, 7)}])
    assert run(operator, values, ds="D") == (args, {"path": "/data/D"})
    assert operator.op_args[0] == "{{ ds }}"


def test_context_variables_fill_the_arguments_that_name_them() -> None:
    def stamp(prefix: str, ds: str, run_id: str = "none") -> str:
        return f"{prefix} {ds} {run_id}"

    operator = PythonOperator(task_id="t", python_callable=stamp, op_args=["on"])
    assert run(operator, ds="2026-01-01", run_id="r1", ts="x") == "on 2026-01-01 r1"


def test_what_a_person_passes_comes_before_the_context() -> None:
    def stamp(ds: str, **context: object) -> list[object]:
        return [ds, sorted(context)]

    operator = PythonOperator(task_id="t", python_callable=stamp, op_kwargs={"ds": "mine"})
    assert run(operator, ds="theirs", ti=None) == ["mine", ["ti"]]


def test_a_function_that_has_no_signature_is_called_with_its_arguments() -> None:
    operator = PythonOperator(task_id="t", python_callable=max, op_args=[3, 5])
    assert run(operator, ds="x") == 5


def test_the_current_context_is_there_while_the_task_runs_and_only_then() -> None:
    operator = PythonOperator(task_id="t", python_callable=lambda: get_current_context()["ds"])
    assert run(operator, ds="today") == "today"
    with pytest.raises(NbflowError, match="inside a task's function"):
        get_current_context()


def test_several_outputs_are_handed_on_by_name() -> None:
    def stats() -> dict[str, int]:
        return {"n": 3, "m": 4}

    operator = PythonOperator(task_id="t", python_callable=stats)
    result = {"n": 3, "m": 4}
    assert operator.values_of(result) == {"n": 3, "m": 4, "return_value": result}


def test_one_output_is_handed_on_as_the_return_value() -> None:
    operator = PythonOperator(task_id="t", python_callable=nothing)
    assert operator.values_of({"n": 3}) == {"return_value": {"n": 3}}


def test_several_outputs_that_are_no_dict_are_an_error_that_says_what_to_do() -> None:
    operator = PythonOperator(task_id="t", python_callable=nothing, multiple_outputs=True)
    with pytest.raises(TypeError, match="a dict with text keys, not list"):
        operator.values_of([1])


def test_a_subclass_of_bash_operator_fails_and_skips_by_exit_code() -> None:
    class Shell(BashOperator):
        def execute(self, context: Context) -> object:
            return super().execute(context)

    with pytest.raises(subprocess.CalledProcessError):
        run(Shell(task_id="t", bash_command="exit 3"))
    with pytest.raises(Skip, match="exit code 99"):
        run(Shell(task_id="t", bash_command="exit 99"))


def test_an_operator_without_execute_says_what_is_missing() -> None:
    class Idle(BaseOperator): ...

    with pytest.raises(NotImplementedError, match=r"Idle has no execute\(context\)"):
        run(Idle(task_id="t"))


# --- values that are not there yet ----------------------------------------------------------------


def test_looping_over_an_output_is_refused_with_what_to_do_instead() -> None:
    with DAG("d"):
        rows = EmptyOperator(task_id="rows").output
    with pytest.raises(TypeError, match="output of task 'rows' is not known before it has run"):
        list(rows)


def test_the_ids_a_task_comes_after_include_those_in_its_arguments() -> None:
    with DAG("d"):
        a, b = EmptyOperator(task_id="a"), EmptyOperator(task_id="b")
        c = PythonOperator(task_id="c", python_callable=print, op_args=[a.output])
        b >> c
    assert c.upstream_task_ids == {"a", "b"}


# --- pickling -------------------------------------------------------------------------------------


def test_a_pickled_operator_runs_elsewhere_and_takes_no_graph_along() -> None:
    with DAG("d"):
        big = PythonOperator(task_id="big", python_callable=nothing, op_args=["x" * 100_000])

        @task
        def double(n: int) -> int:
            return 2 * n

        doubled = double(big.output["n"]).operator
    pickled = cloudpickle.dumps({"double": doubled})
    assert len(pickled) < 20_000
    again = cloudpickle.loads(pickled)["double"]
    assert again.dag is None
    assert run(again, {("big", "n"): 21}) == 42
