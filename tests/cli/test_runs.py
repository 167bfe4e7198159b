"""`nbflow runs` and `nbflow tasks`: looking at what ran, and asking for it again."""

from __future__ import annotations

from tests.cli.conftest import Nbflow
from tests.processes import Project


def test_runs_are_listed_newest_first_and_page_by_page(ran: Project, nbflow: Nbflow) -> None:
    assert nbflow("run", "hello", "--store", str(ran.database.url)).code == 0
    page = nbflow("runs", "list", "--limit", "1", "--output", "json").json
    newer = page["runs"][0]["run_id"]
    rest = nbflow("runs", "list", "--before", str(page["before"]), "--output", "json").json
    assert [newer, *(run["run_id"] for run in rest["runs"])] == ran.run_ids("hello")
    assert "✓ success" in nbflow("runs", "list", "hello").out


def test_runs_are_listed_by_state_type_and_date(ran: Project, nbflow: Nbflow) -> None:
    def listed(*options: str) -> int:
        return len(nbflow("runs", "list", *options, "--output", "json").json["runs"])

    assert listed("--state", "success", "--state", "failed", "--type", "manual") == 1
    assert listed("--state", "failed") == 0
    assert (listed("--since", "2026-01-01"), listed("--until", "2026-01-01")) == (1, 0)
    assert nbflow("runs", "list", "--search", "nowhere").out.startswith("No such runs.")
    refused = nbflow("runs", "list", "--state", "fail")
    assert (refused.code, "Did you mean" in refused.err) == (1, True)


def test_a_run_is_shown_with_its_tasks(ran: Project, nbflow: Nbflow) -> None:
    out = nbflow("runs", "show", "hello").out
    assert out.startswith("hello  ✓ success")
    assert "greet  ✓ success" in out
    detail = nbflow("runs", "show", "hello", "--output", "json").json
    assert [one["task_id"] for one in detail["instances"]] == ["greet", "count"]


def test_a_run_that_is_over_is_not_watched_for_long(ran: Project, nbflow: Nbflow) -> None:
    done = nbflow("runs", "watch", "hello")
    assert done.code == 0
    assert done.out.splitlines()[-1] == "hello: success"


def test_clearing_can_be_previewed(ran: Project, nbflow: Nbflow) -> None:
    arguments = ("runs", "clear", "hello", "-t", "greet", "--downstream")
    assert nbflow(*arguments, "--dry-run").out == "Would run again: greet, count.\n"
    cleared = nbflow(*arguments, "--yes", "--output", "json").json
    assert (cleared["tasks"], cleared["answer"]) == (["greet", "count"], None)


def test_what_goes_with_a_run_is_said_before_it_is_deleted(ran: Project, nbflow: Nbflow) -> None:
    (run_id,) = ran.run_ids("hello")
    said = nbflow("runs", "delete", "hello", run_id, "--dry-run").out
    assert said.startswith(f"Would delete run {run_id}: 2 task instances, 2 attempts, 2 logs")
    assert ran.run_ids("hello") == [run_id]


def test_several_runs_are_deleted_and_those_refused_say_why(ran: Project, nbflow: Nbflow) -> None:
    (run_id,) = ran.run_ids("hello")
    planned = nbflow("runs", "delete", "hello", run_id, run_id, "--dry-run").out.splitlines()
    assert [line.startswith(f"Would delete run {run_id}") for line in planned] == [True, True]

    done = nbflow("runs", "delete", "hello", run_id, "gone", "--yes", "--output", "json")
    assert done.code == 1
    assert [(one["run_id"], one["done"]) for one in done.json["results"]] == [
        (run_id, True),
        ("gone", False),
    ]
    refused = nbflow("runs", "cancel", "hello", run_id, "gone")
    assert (refused.code, "2 runs refused" in refused.err) == (1, True)
    assert "has already ended" in refused.out


def test_a_rerun_can_be_previewed(ran: Project, nbflow: Nbflow) -> None:
    assert "Would run greet" in nbflow("runs", "rerun", "hello", "-t", "greet", "--dry-run").out
    assert "Would run greet, count" in nbflow("dags", "trigger", "hello", "--dry-run").out


def test_nothing_to_resume_is_said(ran: Project, nbflow: Nbflow) -> None:
    done = nbflow("runs", "clear", "hello", "--yes")
    assert done.code == 1
    assert "Nothing in run" in done.err


def test_an_unknown_task_is_answered_with_those_there_are(ran: Project, nbflow: Nbflow) -> None:
    done = nbflow("runs", "clear", "hello", "-t", "gret", "--yes")
    assert done.code == 1
    assert "Did you mean 'greet'?" in done.err


def test_a_dag_without_runs_says_how_to_start_one(nbflow: Nbflow) -> None:
    done = nbflow("runs", "show", "hello")
    assert done.err == (
        "error: DAG 'hello' has no runs yet. Start one: nbflow dags trigger hello\n"
    )


def test_tasks_are_listed_with_states_and_reasons(ran: Project, nbflow: Nbflow) -> None:
    assert "✓ success" in nbflow("tasks", "list", "hello").out
    assert [one["try_number"] for one in nbflow("tasks", "list", "hello", "-o", "json").json] == [
        1,
        1,
    ]


def test_the_log_of_a_task_is_printed_as_it_is(ran: Project, nbflow: Nbflow) -> None:
    assert "Hello, world!\n" in nbflow("tasks", "logs", "hello", "greet").out
    log = nbflow("tasks", "logs", "hello", "greet", "--output", "json").json
    assert (log["task_id"], log["try_number"]) == ("greet", 1)


def test_the_log_of_an_unknown_task_is_an_error(ran: Project, nbflow: Nbflow) -> None:
    done = nbflow("tasks", "logs", "hello", "gret")
    assert done.code == 1
    assert "Did you mean 'greet'?" in done.err


def test_why_says_that_a_finished_task_does_not_wait(ran: Project, nbflow: Nbflow) -> None:
    assert "greet is not waiting: it is success." in nbflow("tasks", "why", "hello", "greet").out
