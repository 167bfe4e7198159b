"""`nbflow dags`: what it shows of a file or the store, in words and as JSON."""

from __future__ import annotations

from tests.cli.conftest import HELLO, Nbflow
from tests.journeys.test_bad_input import notebook
from tests.processes import Project

WARNED = HELLO.replace('schedule="0 6 * * *"', 'schedule="61 6 * * *"')


def test_the_list_shows_schedule_next_and_last_run(ran: Project, nbflow: Nbflow) -> None:
    head, line = nbflow("dags", "list").out.splitlines()
    assert head.split() == ["DAG", "SCHEDULE", "NEXT", "RUN", "LAST", "RUN", "TASKS"]
    assert line.startswith("hello  At 06:00")
    assert "in " in line
    assert "✓ success" in line


def test_the_list_as_json_is_one_object_per_dag(ran: Project, nbflow: Nbflow) -> None:
    [dag] = nbflow("dags", "list", "--output", "json").json
    assert (dag["dag_id"], dag["tags"], dag["task_count"]) == ("hello", ["greeting"], 2)
    assert dag["last_runs"][0]["state"] == "success"
    assert nbflow("dags", "list", "--tag", "other", "--output", "json").json == []


def test_an_empty_list_says_what_to_do(nbflow: Nbflow) -> None:
    assert "Put a file into dags/ and start `nbflow scheduler`" in nbflow("dags", "list").out


def test_show_has_the_promised_shape(project: Project, nbflow: Nbflow) -> None:
    project.write("hello.py", HELLO)
    dag = nbflow("dags", "show", "hello.py", "--output", "json").json
    assert dag["dag_id"] == "hello"
    greet, count = dag["tasks"]
    assert (greet["task_id"], greet["cells"], greet["upstream"]) == ("greet", [], [])
    assert count["upstream"] == ["greet"]
    [edge] = count["edges"]
    assert (edge["from"], edge["kind"], edge["names"]) == ("greet", "certain", ["return_value"])


def test_show_draws_a_dag_of_the_project_by_its_id(project: Project, nbflow: Nbflow) -> None:
    project.write("dags/hello.py", HELLO)
    out = nbflow("dags", "show", "hello").out
    assert "greet" in out
    assert "count  <- greet" in out


def test_lint_has_the_promised_shape_and_exits_1_on_errors(
    project: Project, nbflow: Nbflow
) -> None:
    project.write("dags/hello.py", HELLO)
    bad = project.write("dags/bad.py", WARNED)
    done = nbflow("dags", "lint", "dags", "--output", "json")
    assert done.code == 1
    found, good = done.json["files"]
    assert (found["path"], found["dags"]) == (str(bad), [])
    [problem] = found["problems"]
    assert list(problem) == ["severity", "code", "cell", "line", "message", "fix"]
    assert (problem["severity"], problem["line"]) == ("error", 6)
    assert (good["dags"], good["problems"]) == (["hello"], [])


def test_lint_without_a_path_checks_the_project(project: Project, nbflow: Nbflow) -> None:
    project.write("dags/hello.py", HELLO)
    done = nbflow("dags", "lint")
    assert (done.code, done.out) == (0, "1 file, 0 problems.\n")


def test_lint_ends_with_1_on_warnings_where_it_is_strict(project: Project, nbflow: Nbflow) -> None:
    project.write("stars.ipynb", notebook("from math import *", "print(pi)", "print(e)"))
    assert nbflow("dags", "lint", "stars.ipynb").code == 0
    done = nbflow("dags", "lint", "stars.ipynb", "--strict")
    assert done.code == 1
    assert "NBF513" in done.out


def test_errors_are_those_of_the_store(ran: Project, nbflow: Nbflow) -> None:
    assert nbflow("dags", "errors").out == "No problems.\n"
    assert nbflow("dags", "errors", "--output", "json").json == []


def test_a_verb_without_a_scheduler_is_kept_and_says_so(ran: Project, nbflow: Nbflow) -> None:
    done = nbflow("dags", "pause", "hello")
    assert (done.code, done.out) == (0, "Asked for.\n")
    assert done.err == "No scheduler is alive to carry it out. Start one: nbflow scheduler\n"
    asked = nbflow("dags", "trigger", "hello", "-p", "name=Bea", "--output", "json").json
    assert (asked["dag_id"], asked["answer"]) == ("hello", None)
    assert asked["run_id"].startswith("manual__")


def test_several_dags_are_paused_at_once_and_each_that_is_refused_says_why(
    ran: Project, nbflow: Nbflow
) -> None:
    done = nbflow("dags", "pause", "hello", "nope")
    assert done.code == 1
    assert "There is no DAG 'nope'." in done.out
    assert done.err == "1 DAG refused.\n"
    found = nbflow("dags", "unpause", "hello", "nope", "--output", "json").json["results"]
    assert [(one["dag_id"], one["done"]) for one in found] == [("hello", True), ("nope", False)]


def test_an_unknown_dag_cannot_be_triggered(nbflow: Nbflow) -> None:
    done = nbflow("dags", "trigger", "nope", "--output", "json")
    assert done.code == 1
    assert "There is no DAG 'nope'." in done.json["error"]["message"]


def test_next_says_when_a_dag_runs_in_words_and_numbers(ran: Project, nbflow: Nbflow) -> None:
    out = nbflow("dags", "next", "hello", "--limit", "2").out
    assert out.startswith("At 06:00 every day, UTC. The next run is due on ")
    found = nbflow("dags", "next", "hello", "--limit", "2", "--output", "json").json
    assert [run["run_after"][11:16] for run in found["next_runs"]] == ["06:00", "06:00"]


def test_a_schedule_is_explained_before_it_is_used(project: Project, nbflow: Nbflow) -> None:
    out = nbflow("dags", "preview", "0 6 * * 1-5", "--timezone", "Europe/Paris").out
    assert out.startswith("At 06:00 on weekdays, Europe/Paris. The next run is due on ")
    both = nbflow("dags", "preview", '["0 6 * * *", "0 18 * * *"]', "-o", "json").json
    assert {run["run_after"][11:13] for run in both["next_runs"]} == {"06", "18"}


def test_a_schedule_that_is_none_is_refused(project: Project, nbflow: Nbflow) -> None:
    done = nbflow("dags", "preview", "61 6 * * *")
    assert done.code == 1
    assert "NBF30" in done.out
