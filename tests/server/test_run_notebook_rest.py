"""A run as one notebook, and as a file, over REST."""

from __future__ import annotations

import json
from datetime import timedelta

from nbflow.store.database import Database
from tests.scheduler.stage import START, a_dag, start_run
from tests.server.screen import Api

RUN = ("dags", "d", "runs", "r")


async def test_a_run_of_functions_is_a_notebook_too(api: Api, database: Database) -> None:
    start_run(database, a_dag("a"))

    notebook = (await api.get(*RUN, "notebook")).json

    assert "**d**" in notebook["cells"][0]["source"]
    assert "**a**" in notebook["cells"][1]["source"]


async def test_a_run_is_taken_away_as_a_file_that_cannot_act_as_a_page_of_the_server(
    api: Api, database: Database
) -> None:
    start_run(database, a_dag("a"))

    page = await api.file(*RUN, "export")
    notebook = await api.file(*RUN, "export", to="ipynb")

    assert page.headers["Content-Disposition"].startswith("attachment; ")
    assert page.headers["Content-Security-Policy"] == "sandbox"
    assert page.headers["Content-Type"].startswith("text/html")
    assert b"<html" in page.body
    assert json.loads(notebook.body)["nbformat"] == 4


async def test_what_cannot_be_exported_is_refused_in_a_sentence(
    api: Api, database: Database
) -> None:
    start_run(database, a_dag("a"))

    unknown = await api.get(*RUN, "export", to="pdf")
    nowhere = await api.get("dags", "d", "runs", "nowhere", "export")

    assert (unknown.status, nowhere.status) == (400, 404)
    assert "html" in unknown.message
    assert "nowhere" in nowhere.message


async def test_a_run_is_compared_with_another(api: Api, database: Database) -> None:
    start_run(database, a_dag("a>b"))
    start_run(database, a_dag("a>b>c"), run_id="later", now=START + timedelta(days=1))

    diff = (await api.get("dags", "d", "runs", "later", "diff", other="r")).json

    assert (diff["before"]["run_id"], diff["after"]["run_id"]) == ("r", "later")
    assert {task["task_id"]: task["kind"] for task in diff["tasks"]} == {
        "a": "same",
        "b": "same",
        "c": "added",
    }
    assert "tasks.c added" in diff["version_changes"]


async def test_where_nothing_succeeded_before_a_comparison_asks_for_the_other_run(
    api: Api, database: Database
) -> None:
    start_run(database, a_dag("a"))

    answer = await api.get(*RUN, "diff")

    assert answer.status == 404
    assert "Name the run to compare it with." in answer.message
