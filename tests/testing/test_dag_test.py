"""`dag.test()`, `run_task` and the stubs: what an author uses at the desk."""

from __future__ import annotations

import os
import sys
from datetime import datetime, timezone
from pathlib import Path
from types import FrameType

import pexpect
import pytest

from nbflow import DAG, BashOperator, Param, PythonOperator, task
from nbflow.core.errors import NbflowError
from nbflow.testing import connections, run_dag, run_task, variables

ROOT = Path(__file__).parents[2]
DAY = datetime(2026, 3, 1, tzinfo=timezone.utc)

FILE = """
from nbflow import DAG, task

with DAG("desk") as dag:

    @task
    def extract():
        rows = [1, 2, 3]
        breakpoint()
        return rows

    @task
    def total(rows):
        print("total is", sum(rows))

    total(extract())

if __name__ == "__main__":
    dag.test()
"""


def a_line(answer: int = 1) -> DAG:
    with DAG("line", params={"n": Param(answer, type="integer")}) as dag:

        @task
        def first(params: dict[str, int], ds: str) -> dict[str, object]:
            return {"n": params["n"], "ds": ds}

        @task
        def second(found: dict[str, object]) -> object:
            return found["n"]

        second(first())
    return dag


def test_a_debugger_stops_in_task_code_with_its_names(tmp_path: Path) -> None:
    """A real pdb on a real terminal."""
    (tmp_path / "desk.py").write_text(FILE)
    child = pexpect.spawn(
        sys.executable,
        ["desk.py"],
        cwd=str(tmp_path),
        env={**os.environ, "PYTHONPATH": str(ROOT), "TERM": "dumb"},
        encoding="utf-8",
        timeout=60,
    )
    child.expect_exact("(Pdb) ")
    child.sendline("p sum(rows)")
    child.expect_exact("6")
    child.expect_exact("(Pdb) ")
    child.sendline("rows.append(4)")
    child.expect_exact("(Pdb) ")
    child.sendline("continue")
    child.expect_exact("total is 10")
    child.expect_exact("desk: success")
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 0


def test_task_code_runs_in_this_process_and_thread() -> None:
    seen = []

    def trace(frame: FrameType, event: str, _: object) -> None:
        if event == "call" and frame.f_code.co_filename == __file__:
            seen.append(frame.f_code.co_name)

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        result = a_line().test()
    finally:
        sys.settrace(before)
    assert result.state == "success"
    assert {"first", "second"} <= set(seen)


def test_every_task_is_summed_up_in_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    with DAG("sums") as dag:
        task(task_id="good")(int)()

        @task
        def bad() -> None:
            raise ValueError("no rows")

        bad()
    dag.test()
    out = capsys.readouterr().out
    assert "sums: failed" in out
    assert "good  success" in out
    assert "bad   failed  ValueError: no rows" in out


def test_the_date_and_the_conf_are_those_given() -> None:
    result = a_line().test(logical_date=DAY, run_conf={"n": 7})
    assert result.values["first"] == {"n": 7, "ds": "2026-03-01"}


def test_tasks_that_match_the_pattern_succeed_without_being_run() -> None:
    with DAG("marked") as dag:

        @task
        def wait_for_days() -> None:
            raise AssertionError("it was run")

        @task
        def after() -> str:
            return "ran"

        wait_for_days() >> after()
    result = dag.test(mark_success_pattern="wait_.*")
    assert (result.state, result.values) == ("success", {"after": "ran"})
    assert "mark_success_pattern" in result.task("wait_for_days").message


def test_pools_that_are_nowhere_hold_nothing_up() -> None:
    with DAG("pooled") as dag:
        BashOperator(task_id="a", bash_command="echo done", pool="gpu", pool_slots=5)
    assert run_dag(dag).state == "success"


def test_a_run_that_cannot_go_on_says_what_it_waits_for() -> None:
    with DAG("stuck") as dag:
        task(task_id="a", pool="default_pool", pool_slots=1000)(int)()
    with pytest.raises(NbflowError, match="so it can never run"):
        run_dag(dag)


# -- one task alone --------------------------------------------------------------------------------


def test_a_task_runs_alone_with_the_values_it_is_given() -> None:
    dag = a_line()
    assert run_task(dag.get_task("second"), {"first": {"n": 5}}).value == 5
    assert run_task(dag.get_task("first"), params={"n": 3}, logical_date=DAY).value == {
        "n": 3,
        "ds": "2026-03-01",
    }


def test_a_task_outside_of_a_dag_runs_as_well() -> None:
    assert run_task(PythonOperator(task_id="p", python_callable=lambda: "x")).value == "x"


def test_a_failing_task_is_a_result_too() -> None:
    def bad() -> None:
        raise ValueError("no")

    result = run_task(PythonOperator(task_id="bad", python_callable=bad))
    assert (result.state, result.message) == ("failed", "ValueError: no")


def test_a_task_that_others_would_have_skipped_runs_alone() -> None:
    with DAG("ruled"):
        before = task(task_id="before")(int)()
        last = task(task_id="last", trigger_rule="all_failed")(lambda: "ran")()
        before >> last
    assert run_task(last).value == "ran"


def test_a_missing_value_is_asked_for() -> None:
    with pytest.raises(LookupError, match=r"values=\{'first': ...\}"):
        run_task(a_line().get_task("second"))


def test_what_is_no_task_is_refused() -> None:
    @task
    def add(a: int) -> int:
        return a

    with pytest.raises(TypeError, match="an operator, or"):
        run_task(add)  # type: ignore[arg-type]  # which is the point


# -- stubs -----------------------------------------------------------------------------------------


def test_stubs_are_there_inside_and_gone_outside() -> None:
    with connections({"db": "sqlite:///x.db", "api": {"host": "h"}}), variables({"region": "EU"}):
        assert os.environ["NBFLOW_CONN_DB"] == "sqlite:///x.db"
        assert os.environ["NBFLOW_CONN_API"] == '{"host": "h"}'
        with variables({"region": "US"}):
            assert os.environ["NBFLOW_VAR_REGION"] == "US"
        assert os.environ["NBFLOW_VAR_REGION"] == "EU"
    assert not {"NBFLOW_CONN_DB", "NBFLOW_VAR_REGION"} & os.environ.keys()
