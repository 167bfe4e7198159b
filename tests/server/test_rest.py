"""What the REST API answers, and what it refuses in a sentence."""

from __future__ import annotations

from pathlib import Path

import pytest

from nbflow.core.assets import Asset
from nbflow.core.dag import Task, TaskKind
from nbflow.core.errors import Problem
from nbflow.core.json import JsonObject
from nbflow.core.orders import SourceBundle
from nbflow.core.timetables import AssetTimetable
from nbflow.settings import Settings
from nbflow.store import dags as dag_store
from nbflow.store import journal
from nbflow.store.database import Database
from tests.scheduler.stage import BAD, START, a_dag, save, start_run
from tests.server.conftest import BeginWork
from tests.server.screen import Api

DAG = ("dags", "d")
RUNS = (*DAG, "runs")
RUN = (*RUNS, "r")

# -- who is at work --------------------------------------------------------------------------------


async def test_nobody_is_at_work_in_a_new_project(api: Api) -> None:
    answer = await api.get("health")

    assert answer.status == 200
    assert answer.json["scheduler"]["alive"] is False
    assert answer.json["cluster"] is None


async def test_health_shows_the_scheduler_and_its_cluster(api: Api, begin_work: BeginWork) -> None:
    begin_work()
    health = await api.until(lambda h: h["cluster"], "health")

    assert health["scheduler"]["alive"] is True
    assert health["cluster"]["kind"] == "hands"
    assert health["cluster"]["slots"] == 8


# -- DAGs ------------------------------------------------------------------------------------------


async def test_the_dags_are_listed_with_the_cursor_of_their_feed(
    api: Api, database: Database
) -> None:
    save(database, a_dag("a>b", dag_id="one"), a_dag("c", dag_id="two"))

    answer = await api.get("dags")

    assert [dag["dag_id"] for dag in answer.json["dags"]] == ["one", "two"]
    assert answer.json["cursor"] > 0


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"search": "SAL"}, ["sales"]),
        ({"tag": "nightly"}, ["stock"]),
        ({"paused": "true"}, ["stock"]),
        ({"paused": "false"}, ["sales"]),
        # What JupyterLab adds to keep caches away, and clients to their polls.
        ({"1790000000000": "", "no_track_activity": "1"}, ["sales", "stock"]),
    ],
)
async def test_the_list_of_dags_is_narrowed_down(
    api: Api, database: Database, query: dict[str, str], found: list[str]
) -> None:
    stock = a_dag("a", dag_id="stock", tags=("nightly",), paused_upon_creation=True)
    save(database, a_dag("a", dag_id="sales"), stock)

    answer = await api.get("dags", **query)

    assert [dag["dag_id"] for dag in answer.json["dags"]] == found


async def test_a_dag_is_told_with_its_tasks_and_their_places(api: Api, database: Database) -> None:
    save(database, a_dag("a>b"))

    answer = await api.get(*DAG)

    tasks = [(t["task_id"], t["upstream"], t["layer"]) for t in answer.json["tasks"]]
    assert tasks == [("a", [], 0), ("b", ["a"], 1)]


async def test_a_dag_that_is_not_there_is_told_with_the_closest_name(
    api: Api, database: Database
) -> None:
    save(database, a_dag("a", dag_id="sales"))

    answer = await api.get("dags", "salse")

    assert answer.status == 404
    assert "'salse'" in answer.message
    assert "sales" in answer.message


async def test_a_dag_is_paused_by_the_scheduler(
    api: Api, database: Database, begin_work: BeginWork
) -> None:
    begin_work()
    save(database, a_dag("a"))

    answer = await api.patch(*DAG, body={"paused": True})

    assert answer.status == 202
    assert answer.json == {"request_id": 1, "run_id": None}
    await api.until(lambda d: d["dag"]["paused"], *DAG)


async def test_files_with_problems_are_told_with_place_and_fix(
    api: Api, database: Database, jp_root_dir: Path
) -> None:
    problem = Problem("NBF002", "Invalid syntax.", "Close the bracket.", file="x.py", line=3)
    file = str(jp_root_dir / "dags" / "x.py")
    with database.transaction() as session:
        dag_store.save_file(session, file, [], SourceBundle("b"), [problem], START)

    [found] = (await api.get("import-errors")).json["import_errors"]

    assert found["file"] == "dags/x.py"  # where the file browser of this server has it
    assert found["problems"] == [problem.to_json()]


# -- triggering ------------------------------------------------------------------------------------


async def test_a_triggered_run_has_its_id_at_once_and_exists_once_the_scheduler_has_answered(
    api: Api, database: Database, begin_work: BeginWork
) -> None:
    save(database, a_dag("a", params={"region": {"default": "EU", "schema": {"type": "string"}}}))

    receipt = await api.post(*RUNS, body={"params": {"region": "US"}})
    run = (*RUNS, receipt.json["run_id"])
    pending = await api.get(*run)
    begin_work()
    detail = await api.until(lambda r: r["instances"][0]["state"] == "running", *run)

    assert (receipt.status, pending.status) == (202, 404)
    assert "has not been created yet" in pending.message
    assert detail["run"]["params"] == {"region": "US"}


async def test_the_journal_says_who_asked(
    api: Api, database: Database, begin_work: BeginWork
) -> None:
    begin_work()
    save(database, a_dag("a"))

    receipt = await api.post(*RUNS)
    await api.until(bool, *RUNS, receipt.json["run_id"])

    with database.reading() as session:
        asked = journal.after(session, 0)
    [actor] = [change.actor for change in asked if change.kind == "request"]
    # Who comes with a token alone is given a name by Jupyter.
    assert actor is not None
    assert actor.startswith("Anonymous ")


async def test_a_logical_date_is_taken_as_it_is(
    api: Api, database: Database, begin_work: BeginWork
) -> None:
    begin_work()
    save(database, a_dag("a"))

    receipt = await api.post(*RUNS, body={"logical_date": "2026-03-01T07:00:00+01:00"})
    detail = await api.until(bool, *RUNS, receipt.json["run_id"])

    assert detail["run"]["logical_date"] == "2026-03-01T06:00:00+00:00"


async def test_params_that_break_their_schema_are_all_told(api: Api, database: Database) -> None:
    whole = {"default": 1, "schema": {"type": "integer"}}
    save(database, a_dag("a", params={"n": whole, "m": whole}))

    answer = await api.post(*RUNS, body={"params": {"n": "one", "m": "two"}})

    assert answer.status == 400
    assert len(answer.json["problems"]) == 2
    assert all(problem["fix"] for problem in answer.json["problems"])


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "Invalid JSON"),
        ("[]", "object"),
        ('{"parms": {}}', "parms"),
        ('{"logical_date": "2026-03-01T06:00:00"}', "timezone"),
        ('{"logical_date": "yesterday"}', "logical_date"),
    ],
)
async def test_a_body_that_does_not_fit_is_refused_in_a_sentence(
    api: Api, database: Database, text: str, said: str
) -> None:
    save(database, a_dag("a"))

    answer = await api.send("POST", *RUNS, text=text)

    assert answer.status == 400
    assert said in answer.message
    assert answer.json["problems"][0]["code"] == "NBF701"


async def test_a_dag_that_is_not_there_cannot_be_triggered(api: Api) -> None:
    answer = await api.post(*RUNS)

    assert answer.status == 404
    assert "There is no DAG 'd'" in answer.message


# -- runs ------------------------------------------------------------------------------------------


async def test_runs_come_page_by_page_newest_first(api: Api, database: Database) -> None:
    for number in range(5):
        start_run(database, a_dag("a"), f"r{number}")

    first = (await api.get(*RUNS, limit=2)).json
    second = (await api.get(*RUNS, limit=2, before=first["next"])).json
    last = (await api.get(*RUNS, limit=2, before=second["next"])).json

    pages = [[run["run_id"] for run in page["runs"]] for page in (first, second, last)]
    assert pages == [["r4", "r3"], ["r2", "r1"], ["r0"]]
    assert last["next"] is None


@pytest.mark.parametrize("query", [{"limit": "0"}, {"limit": "1000"}, {"before": "x"}, {"page": 2}])
async def test_a_page_that_makes_no_sense_is_refused(api: Api, query: dict[str, str]) -> None:
    answer = await api.get(*RUNS, **query)

    assert answer.status == 400
    assert next(iter(query)) in answer.message


async def test_a_run_is_found_whatever_its_id_is_made_of(api: Api, database: Database) -> None:
    run_id = "manual__2026-03-01T06:00:00+00:00_ä%2F b"
    start_run(database, a_dag("a"), run_id)

    answer = await api.get(*RUNS, run_id)

    assert answer.json["run"]["run_id"] == run_id


async def test_cancelling_ends_what_runs(
    api: Api, database: Database, begin_work: BeginWork
) -> None:
    start_run(database, a_dag("a>b"))
    begin_work()
    await api.until(lambda r: r["instances"][0]["state"] == "running", *RUN)

    answer = await api.post(*RUN, "cancel")
    detail = await api.until(lambda r: r["run"]["ended_at"], *RUN)

    assert answer.status == 202
    assert detail["run"]["state"] == "cancelled"


async def test_a_run_that_has_ended_cannot_be_cancelled(
    api: Api, database: Database, begin_work: BeginWork
) -> None:
    await a_failed_run(api, database, begin_work)

    answer = await api.post(*RUN, "cancel")

    assert answer.status == 409
    assert "has already ended: failed" in answer.message


async def test_clearing_says_first_what_would_run_again(
    api: Api, database: Database, begin_work: BeginWork
) -> None:
    await a_failed_run(api, database, begin_work)

    resume = await api.post(*RUN, "clear", body={"tasks": None})
    only = await api.post(*RUN, "clear", body={"tasks": ["b"], "upstream": True})

    assert resume.status == 200
    assert resume.json["keys"] == [["a", -1], ["b", -1]]
    assert (resume.json["dry_run"], resume.json["request_id"]) == (True, None)
    assert only.json["keys"] == [["a", -1], ["b", -1]]


async def test_what_is_cleared_runs_again(
    api: Api, database: Database, begin_work: BeginWork
) -> None:
    await a_failed_run(api, database, begin_work)

    answer = await api.post(*RUN, "clear", body={"tasks": ["a"], "dry_run": False})
    detail = await api.until(lambda r: r["instances"][0]["state"] == "running", *RUN)

    assert answer.status == 202
    assert answer.json["request_id"] is not None
    assert detail["run"]["state"] == "running"


async def test_clearing_a_task_that_is_not_there_is_refused(api: Api, database: Database) -> None:
    start_run(database, a_dag("extract>load"))

    answer = await api.post(*RUN, "clear", body={"tasks": ["laod"]})

    assert answer.status == 404
    assert "load" in answer.message


# -- tasks -----------------------------------------------------------------------------------------


async def test_a_waiting_task_says_why_it_does_not_run(
    api: Api, database: Database, begin_work: BeginWork
) -> None:
    start_run(database, a_dag("a>b"))
    begin_work()
    await api.until(lambda r: r["instances"][0]["state"] == "running", *RUN)

    detail = (await api.get(*RUN, "tasks", "b")).json

    [unmet] = [condition for condition in detail["why"] if not condition["met"]]
    assert "0 of 1 upstream tasks" in unmet["text"]
    assert detail["tries"] == []


async def test_a_failed_task_tells_its_tries(
    api: Api, database: Database, begin_work: BeginWork
) -> None:
    await a_failed_run(api, database, begin_work)

    detail = (await api.get(*RUN, "tasks", "a")).json

    [one] = detail["tries"]
    assert (one["try_number"], one["state"], one["message"]) == (1, "failed", "ValueError: no")


async def test_a_task_that_is_not_there_is_told_with_the_closest_name(
    api: Api, database: Database
) -> None:
    start_run(database, a_dag("extract>load"))

    for what in ((), ("log",), ("cells",), ("notebook",)):
        answer = await api.get(*RUN, "tasks", "laod", *what)
        assert answer.status == 404
        assert "load" in answer.message


async def test_a_task_that_has_not_begun_has_an_empty_log_that_is_not_complete(
    api: Api, database: Database
) -> None:
    start_run(database, a_dag("a"))

    log = await api.get(*RUN, "tasks", "a", "log")
    cells = await api.get(*RUN, "tasks", "a", "cells")

    assert log.json == {"text": "", "next_offset": 0, "complete": False}
    assert cells.json == {"events": [], "next_offset": 0, "complete": False}


async def test_a_task_that_will_never_run_has_an_empty_log_that_is_complete(
    api: Api, database: Database, begin_work: BeginWork
) -> None:
    await a_failed_run(api, database, begin_work)

    log = await api.get(*RUN, "tasks", "b", "log")

    assert log.json == {"text": "", "next_offset": 0, "complete": True}


async def test_a_function_has_no_notebook_and_says_where_its_output_is(
    api: Api, database: Database, begin_work: BeginWork
) -> None:
    await a_failed_run(api, database, begin_work)

    answer = await api.get(*RUN, "tasks", "a", "notebook")

    assert answer.status == 404
    assert "log" in answer.message


# -- the rest --------------------------------------------------------------------------------------


async def test_an_address_that_is_not_there_is_told_in_a_sentence(api: Api) -> None:
    answer = await api.get("dag", "d")

    assert answer.status == 404
    assert "'dag/d'" in answer.message


async def test_a_method_that_is_not_there_is_told_as_json(api: Api) -> None:
    answer = await api.post("health")

    assert answer.status == 405
    assert answer.message


async def test_nothing_is_written_before_somebody_asks(api: Api, jp_root_dir: Path) -> None:
    before = names_in(jp_root_dir)
    await api.get("health")
    after = names_in(jp_root_dir)

    assert before == {"nbflow.toml"}
    assert after == {"nbflow.toml", ".nbflow"}


async def test_a_store_that_does_not_answer_is_told_in_a_sentence(
    settings: Settings, api: Api
) -> None:
    (settings.home / "nbflow.toml").write_text('store = "postgresql://127.0.0.1:1/none"\n')

    answer = await api.get("health")

    assert answer.status == 503
    assert "does not answer" in answer.message


async def test_settings_that_are_wrong_are_told_until_they_are_right(
    settings: Settings, api: Api
) -> None:
    project_file = settings.home / "nbflow.toml"
    project_file.write_text("slots = 0\n")
    refused = await api.get("health")
    project_file.write_text("")

    assert refused.status == 503
    assert "slots" in refused.message
    assert (await api.get("health")).status == 200


async def test_a_folder_that_cannot_be_used_is_told_in_a_sentence(
    settings: Settings, api: Api
) -> None:
    (settings.home / "nbflow.toml").write_text('data = "nbflow.toml/data"\n')

    answer = await api.get("health")

    assert answer.status == 503
    assert "cannot be opened" in answer.message


def names_in(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


async def a_failed_run(api: Api, database: Database, begin_work: BeginWork) -> None:
    """The run r of the DAG d has ended: a failed, and b, which waited for it, did not run."""
    start_run(database, a_dag("a>b"))
    at_work = begin_work()
    await api.until(lambda r: r["instances"][0]["state"] == "running", *RUN)
    at_work.finish("a", BAD)
    await api.until(lambda r: r["run"]["state"] == "failed", *RUN)


# -- pools -----------------------------------------------------------------------------------------


async def test_pools_are_made_seen_and_deleted(api: Api, database: Database) -> None:
    made = await api.put("pools", "gpu", body={"slots": 2, "description": "Cards."})
    listed = await api.get("pools")
    gone = await api.delete("pools", "gpu")
    missing = await api.get("pools", "gpu")

    assert made.json["pool"]["slots"] == 2
    assert [pool["name"] for pool in listed.json["pools"]] == ["default_pool", "gpu"]
    assert (gone.status, missing.status) == (200, 404)


async def test_the_default_pool_is_not_deleted(api: Api) -> None:
    answer = await api.delete("pools", "default_pool")

    assert answer.status == 409
    assert "Set its slots instead" in answer.message


# -- schedules and assets --------------------------------------------------------------------------


async def test_a_schedule_is_explained_while_it_is_typed(api: Api) -> None:
    query = {"schedule": "30 6 * * 1", "timezone": "Europe/Paris", "limit": "2"}
    answer = await api.get("schedules", "preview", **query)

    assert answer.json["schedule"] == "At 06:30 on Monday, Europe/Paris"
    assert len(answer.json["next_runs"]) == 2
    assert all(run["local"].startswith("Monday") for run in answer.json["next_runs"])


async def test_a_schedule_that_is_none_comes_with_what_is_wrong(api: Api) -> None:
    answer = await api.get("schedules", "preview", schedule="every day")

    assert answer.status == 200
    assert answer.json["problems"][0]["fix"]


async def test_a_dag_says_which_assets_it_still_waits_for(
    api: Api, database: Database, begin_work: BeginWork
) -> None:
    waits = AssetTimetable(Asset("a") & Asset("b", "s3://lake/b")).to_json()
    save(database, a_dag("t", timetable=waits))
    begin_work()
    await api.post("assets", "b", "events", body={"extra": {"rows": 3}})
    found = await api.until(lambda s: "news of b" in s["text"], *DAG, "schedule")

    assert found["text"] == "It waits for news of a; since its last run there was news of b."
    events = await api.get("assets", "b", "events")
    assert [event["extra"] for event in events.json["events"]] == [{"rows": 3}]
    assert (await api.get("assets", "a")).json["asset"]["schedules"] == ["d"]
    assert len((await api.get("lineage")).json["edges"]) == 2


async def test_an_asset_that_nobody_knows_is_not_found(api: Api) -> None:
    answer = await api.post("assets", "nothing", "events", body={})

    assert answer.status == 404


# -- questions to people ---------------------------------------------------------------------------

ASK: JsonObject = {
    "kind": "answer",
    "subject": "Ship it?",
    "options": ["Yes", "No"],
    "params": {"size": {"default": 1, "schema": {"type": "integer"}}},
}


async def test_what_a_task_asks_is_listed_and_answered(
    api: Api, database: Database, begin_work: BeginWork
) -> None:
    start_run(database, a_dag("a>b", tasks=[Task("a", TaskKind.PYTHON, waits_for=ASK)]))
    begin_work()
    listed = await api.until(lambda q: q["questions"], "questions")
    assert listed["questions"][0]["options"] == ["Yes", "No"]
    assert (await api.get(*RUN, "tasks", "a")).json["question"] == listed["questions"][0]

    answer = await api.post(
        *RUN, "tasks", "a", "answer", body={"chosen": ["Yes"], "params": {"size": 2}}
    )
    detail = await api.until(lambda t: t["question"] is None, *RUN, "tasks", "a")

    assert answer.status == 202
    assert detail["instance"]["state"] == "success"


async def test_an_answer_that_does_not_fit_is_refused_in_a_sentence(
    api: Api, database: Database, begin_work: BeginWork
) -> None:
    start_run(database, a_dag("a>b", tasks=[Task("a", TaskKind.PYTHON, waits_for=ASK)]))
    begin_work()
    await api.until(lambda q: q["questions"], "questions")

    unknown = await api.post(*RUN, "tasks", "a", "answer", body={"chosen": ["Yse"]})
    form = await api.post(
        *RUN, "tasks", "a", "answer", body={"chosen": ["Yes"], "params": {"size": "big"}}
    )
    nothing = await api.post(*RUN, "tasks", "b", "answer", body={"chosen": ["Yes"]})

    assert (unknown.status, form.status, nothing.status) == (409, 400, 409)
    assert "Yes" in unknown.message
