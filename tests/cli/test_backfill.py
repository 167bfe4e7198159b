"""`nbflow backfill`, and what `nbflow runs` and `nbflow tasks` do to runs a second time."""

from __future__ import annotations

from nbflow.store import requests
from tests.cli.conftest import HELLO, Nbflow
from tests.processes import Project

MARCH = ("--from", "2026-03-01", "--to", "2026-03-03")


def test_a_dry_run_lists_the_dates_and_asks_for_nothing(ran: Project, nbflow: Nbflow) -> None:
    plan = nbflow("backfill", "hello", *MARCH, "--dry-run", "--output", "json").json
    assert [one["step"] for one in plan["dates"]] == ["create"] * 3
    assert plan["dates"][0]["logical_date"] == "2026-03-01T06:00:00+00:00"
    assert nbflow("backfill", "create", "hello", *MARCH, "--dry-run").out.count("create") == 3
    assert "No backfills yet." in nbflow("backfill", "list").out


def test_a_backfill_is_asked_for_and_says_what_it_will_do(ran: Project, nbflow: Nbflow) -> None:
    done = nbflow("backfill", "hello", *MARCH, "--yes", "-p", "name=you", "--output", "json").json
    assert done["request_id"] is not None
    assert len(done["plan"]["dates"]) == 3


def test_a_backfill_may_do_without_the_cache(ran: Project, nbflow: Nbflow) -> None:
    made = nbflow("backfill", "hello", *MARCH, "--yes", "--no-cache", "--output", "json").json
    with ran.database.reading() as session:
        (asked,) = [one for one in requests.pending(session) if one.id == made["request_id"]]
    assert asked.payload["no_cache"] is True


def test_wrong_dates_are_told_with_the_form_they_have(ran: Project, nbflow: Nbflow) -> None:
    done = nbflow("backfill", "hello", "--from", "yesterday", "--to", "2026-03-03")
    assert done.code == 1
    assert "'yesterday' is no date. Write 2026-03-31, or 2026-03-31T06:00" in done.err


def test_a_backfill_that_is_not_there_is_told(ran: Project, nbflow: Nbflow) -> None:
    for verb in ("pause", "unpause", "cancel", "show"):
        assert "There is no backfill 7." in nbflow("backfill", verb, "7").err


def test_tasks_are_marked_with_a_preview(ran: Project, nbflow: Nbflow) -> None:
    arguments = ("tasks", "mark", "hello", "failed", "+count")
    assert nbflow(*arguments, "--dry-run").out == "Would mark failed: greet, count.\n"
    assert nbflow(*arguments, "--yes", "-o", "json").json["tasks"] == ["greet", "count"]


def test_tasks_of_many_runs_are_cleared_by_their_dates(ran: Project, nbflow: Nbflow) -> None:
    found = nbflow("runs", "clear", "hello", "-s", "count", "--since", "2026-01-01", "--dry-run")
    assert found.out == "Would run again: count.\n"
    none = nbflow("runs", "clear", "hello", "-s", "count", "--until", "2020-01-01", "--dry-run")
    assert none.out == "Would run again: nothing.\n"


def test_a_run_is_marked_noted_repeated_and_its_tasks_are_forced(
    ran: Project, nbflow: Nbflow
) -> None:
    run_id = ran.run_ids("hello")[0]
    assert nbflow("runs", "mark", "hello", "failed", "--dry-run").code == 0
    assert nbflow("runs", "note", "hello", "Odd.", "-o", "json").json["run_id"] == run_id
    again = nbflow("runs", "rerun", "hello", "-p", "name=you", "-o", "json").json
    assert again["rerun_of"] == run_id
    assert nbflow("tasks", "run", "hello", "count", "--dry-run").out == "Would run now: count.\n"
    assert nbflow("tasks", "note", "hello", "count", "Odd.").code == 0
    assert nbflow("runs", "delete", "hello", run_id, "--yes").code == 0


def test_only_selected_tasks_are_run(project: Project, nbflow: Nbflow) -> None:
    project.write("dags/hello.py", HELLO)
    done = nbflow("run", "hello", "--select", "greet", "--output", "json").json
    assert [(one["task_id"], one["state"]) for one in done["tasks"]] == [("greet", "success")]
    refused = nbflow("run", "hello", "--select", "count")
    assert "'count' reads what 'greet' hands on" in refused.err
    wrong = nbflow("run", "hello", "--select", "+cuont")
    assert "character 2: DAG 'hello' has no task 'cuont'. Did you mean 'count'?" in wrong.err
