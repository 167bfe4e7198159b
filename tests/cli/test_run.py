"""`nbflow run`: its result, its exit code, and what it says when something is wrong."""

from __future__ import annotations

from pathlib import Path

from tests.cli.conftest import HELLO, Nbflow
from tests.processes import Project

FAILS = """
from nbflow import DAG, task

with DAG("fails"):

    @task
    def divide():
        return 1 / 0

    @task
    def after(x):
        print(x)

    after(divide())
"""


def test_a_run_that_succeeds_says_so_task_by_task(project: Project, nbflow: Nbflow) -> None:
    project.write("hello.py", HELLO)
    done = nbflow("run", "hello.py")
    assert done.code == 0, done.err
    assert "greet: success in" in done.out
    assert "count: success in" in done.out
    assert "hello: success in" in done.out.splitlines()[-1]


def test_the_json_of_a_run_has_the_promised_shape(project: Project, nbflow: Nbflow) -> None:
    project.write("hello.py", HELLO)
    run = nbflow("run", "hello.py", "--output", "json").json
    assert list(run) == [
        *("dag_id", "run_id", "state", "started_at", "ended_at", "output_notebook", "tasks"),
    ]
    assert (run["dag_id"], run["state"], run["output_notebook"]) == ("hello", "success", None)
    greet, count = run["tasks"]
    promised = "task_id map_index state reason try_number started_at ended_at upstream"
    assert {*promised.split(), "output_notebook", "log"} <= set(greet)
    assert (greet["task_id"], greet["map_index"], greet["try_number"]) == ("greet", -1, 1)
    assert (count["upstream"], count["reason"]) == (["greet"], None)
    assert Path(greet["log"]).read_text().strip().endswith("Hello, world!")


def test_params_reach_the_tasks(project: Project, nbflow: Nbflow) -> None:
    project.write("hello.py", HELLO)
    run = nbflow("run", "hello.py", "-p", "name=Ana", "--output", "json").json
    assert "Hello, Ana!" in Path(run["tasks"][0]["log"]).read_text()
    assert "3 letters" in Path(run["tasks"][1]["log"]).read_text()


def test_a_failed_task_says_why_and_where_its_log_is(project: Project, nbflow: Nbflow) -> None:
    project.write("fails.py", FAILS)
    done = nbflow("run", "fails.py")
    assert done.code == 1
    assert "divide failed: ZeroDivisionError: division by zero" in done.out
    assert "return 1 / 0" in done.out
    log = next(line for line in done.out.splitlines() if line.startswith("  log: "))
    assert "ZeroDivisionError" in (project.folder / log.removeprefix("  log: ")).read_text()
    assert "after: upstream_failed" in done.out


def test_a_failed_run_is_told_as_json_too(project: Project, nbflow: Nbflow) -> None:
    project.write("fails.py", FAILS)
    done = nbflow("run", "fails.py", "--output", "json")
    assert done.code == 1
    states = {task["task_id"]: (task["state"], task["reason"]) for task in done.json["tasks"]}
    assert states == {"divide": ("failed", "task_error"), "after": ("upstream_failed", "upstream")}


def test_a_dag_of_the_project_is_run_by_its_id(project: Project, nbflow: Nbflow) -> None:
    project.write("dags/some_file.py", HELLO)
    assert nbflow("run", "hello", "--output", "json").json["dag_id"] == "hello"


def test_of_several_dags_in_a_file_one_is_chosen(project: Project, nbflow: Nbflow) -> None:
    project.write("two.py", HELLO + FAILS.replace("from nbflow import DAG, task", ""))
    unclear = nbflow("run", "two.py")
    assert unclear.code == 1
    assert "choose one with --dag: hello, fails" in unclear.err
    assert nbflow("run", "two.py", "--dag", "hello").code == 0


def test_trying_out_a_scheduled_dag_makes_one_run_only(project: Project, nbflow: Nbflow) -> None:
    text = HELLO.replace('"0 6 * * *"', '"* * * * *", start_date="2026-01-01", catchup=3')
    project.write("hello.py", text)
    store = f"sqlite:///{project.folder / 'kept.db'}"
    assert nbflow("run", "hello.py", "--store", store).code == 0
    runs = nbflow("runs", "list", "--store", store, "--output", "json").json["runs"]
    assert [run["run_type"] for run in runs] == ["manual"]


def test_runs_leave_no_trace_in_the_store_of_the_project(project: Project, nbflow: Nbflow) -> None:
    project.write("hello.py", HELLO)
    nbflow("run", "hello.py")
    assert nbflow("runs", "list", "--output", "json").json["runs"] == []
    assert (project.folder / ".nbflow" / ".gitignore").read_text() == "*\n"


# -- what is wrong ---------------------------------------------------------------------------------


def test_a_file_that_is_not_there_is_named(nbflow: Nbflow) -> None:
    done = nbflow("run", "missing.ipynb")
    assert (done.code, done.out) == (1, "")
    assert done.err == "error: There is no file missing.ipynb. Check its path.\n"


def test_an_unknown_dag_is_answered_with_the_closest_name(project: Project, nbflow: Nbflow) -> None:
    project.write("dags/hello.py", HELLO)
    done = nbflow("run", "helo", "--output", "json")
    assert done.code == 1
    assert "Did you mean 'hello'?" in done.json["error"]["message"]


def test_a_param_of_the_wrong_type_is_refused_before_anything_runs(
    project: Project, nbflow: Nbflow
) -> None:
    project.write("hello.py", HELLO.replace('"world", type="string"', '7, type="integer"'))
    done = nbflow("run", "hello.py", "-p", "name=Ana")
    assert done.code == 1
    assert "name" in done.err
    assert not (project.folder / ".nbflow" / "runs").exists()


def test_a_param_without_a_value_is_wrong_usage(project: Project, nbflow: Nbflow) -> None:
    project.write("hello.py", HELLO)
    done = nbflow("run", "hello.py", "-p", "name")
    assert done.code == 2
    assert "'name' is not of the form key=value." in done.err


def test_a_store_whose_scheduler_is_at_work_is_not_taken_from_it(
    project: Project, nbflow: Nbflow
) -> None:
    project.write("hello.py", HELLO)
    project.start_scheduler("--executor", "inline")
    done = nbflow("run", "hello.py", "--store", str(project.database.url))
    assert done.code == 1
    assert "A scheduler is alive on this store" in done.err
    assert "nbflow dags trigger" in done.err
