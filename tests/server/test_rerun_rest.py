"""What the REST API does to runs a second time: clearing, marks, notes, repetition, backfills."""

from __future__ import annotations

from nbflow.core.dag import Task, TaskKind
from nbflow.core.json import JsonObject
from nbflow.store.database import Database
from tests.scheduler.stage import a_dag, save, start_run
from tests.server.conftest import BeginWork
from tests.server.screen import Api

RUN = ("dags", "d", "runs", "r")
DAILY = {"kind": "cron", "cron": "0 0 * * *", "timezone": "UTC"}
DATES = {"from_date": "2026-02-01T00:00:00Z", "to_date": "2026-02-03T00:00:00Z"}


async def test_a_backfill_is_planned_made_and_paused(
    api: Api, database: Database, begin_work: BeginWork
) -> None:
    save(database, a_dag("a", timetable=DAILY))
    begin_work()
    plan = await api.post("dags", "d", "backfills", body=DATES)
    assert (plan.status, plan.json["request_id"], len(plan.json["dates"])) == (200, None, 3)

    asked = {**DATES, "max_active_runs": 1, "dry_run": False}
    made = await api.post("dags", "d", "backfills", body=asked)
    assert made.status == 202
    listed = await api.until(lambda found: found["backfills"], "backfills")
    (one,) = listed["backfills"]
    assert (one["dag_id"], one["total"], one["state"]) == ("d", 3, "running")

    paused = await api.patch("backfills", str(one["id"]), body={"state": "paused"})
    assert paused.status == 202
    detail = await api.until(
        lambda found: found["backfill"]["state"] == "paused", "backfills", str(one["id"])
    )
    assert [date["step"] for date in detail["dates"]] == ["create"] * 3


async def test_a_backfill_that_cannot_be_is_refused_in_a_sentence(
    api: Api, database: Database
) -> None:
    save(database, a_dag("a"))
    answer = await api.post("dags", "d", "backfills", body=DATES)
    assert (answer.status, "no dates to fill" in answer.message) == (409, True)
    assert (await api.get("backfills", "7")).status == 404


async def test_tasks_and_runs_are_marked_with_a_preview(api: Api, database: Database) -> None:
    start_run(database, a_dag("a>b"))
    tasks = await api.post(*RUN, "mark", body={"tasks": ["b"], "state": "success"})
    run = await api.post(*RUN, "mark", body={"state": "failed"})
    assert tasks.json["keys"] == [["b", -1]]
    assert run.json["runs"] == [
        {
            "dag_id": "d",
            "run_id": "r",
            "state": "queued",
            "logical_date": "2026-03-02T12:00:00+00:00",
            "created_at": "2026-03-02T12:00:00+00:00",
            "keys": [["a", -1], ["b", -1]],
            "before": ["none", "none"],
            "after": ["skipped", "skipped"],
            "added": [],
            "removed": [],
            "released": [],
        }
    ]


async def test_many_runs_are_cleared_by_their_states(api: Api, database: Database) -> None:
    start_run(database, a_dag("a>b"))
    body = {"tasks": ["a+"], "states": ["queued"]}
    answer = await api.post("dags", "d", "clear", body=body)
    assert [one["run_id"] for one in answer.json["runs"]] == ["r"]


async def test_a_run_is_noted_forced_repeated_and_deleted(
    api: Api, database: Database, begin_work: BeginWork
) -> None:
    start_run(database, a_dag("a>b"))
    begin_work()
    assert (await api.put(*RUN, "note", body={"note": "Odd."})).status == 202
    noted = await api.until(lambda found: found["run"]["note"], *RUN)
    assert noted["run"]["note"] == "Odd."
    forced = await api.post(*RUN, "run-tasks", body={"tasks": ["b"]})
    assert forced.json["keys"] == [["b", -1]]
    again = await api.post(*RUN, "rerun", body={"tasks": ["a"]})
    detail = await api.until(
        lambda found: found["run"]["rerun_of"], "dags", "d", "runs", again.json["run_id"]
    )
    assert detail["run"]["tasks"] == ["a"]
    assert (await api.delete(*RUN)).status == 409


async def test_a_new_run_can_be_looked_at_before_it_is_asked_for(
    api: Api, database: Database
) -> None:
    params: JsonObject = {"key": {"default": None, "schema": {"format": "password"}}}
    start_run(database, a_dag("a>b", params=params))
    given = {"params": {"key": "s3cret"}, "dry_run": True}
    rerun = await api.post(*RUN, "rerun", body={**given, "tasks": ["a"]})
    assert (rerun.status, rerun.json["request_id"]) == (200, None)
    assert (rerun.json["tasks"], rerun.json["params"]) == (["a"], {"key": "***"})
    trigger = await api.post("dags", "d", "runs", body={**given, "tasks": ["+b"]})
    assert (trigger.json["tasks"], trigger.json["rerun_of"]) == (["a", "b"], None)
    assert (await api.get("dags", "d", "versions", "1")).json["params"] == params


async def test_what_a_deleted_run_takes_with_it_is_counted(api: Api, database: Database) -> None:
    start_run(database, a_dag("a>b"))
    contents = (await api.get(*RUN, "contents")).json
    assert (contents["instances"], contents["tries"], contents["values"]) == (2, 0, 0)


async def test_versions_are_listed_shown_and_compared(api: Api, database: Database) -> None:
    save(database, a_dag("a>b"))
    save(database, a_dag("a>c"))
    listed = await api.get("dags", "d", "versions")
    assert [one["number"] for one in listed.json["versions"]] == [2, 1]
    shown = await api.get("dags", "d", "versions", "1")
    assert [task["task_id"] for task in shown.json["tasks"]] == ["a", "b"]
    assert [file["path"] for file in shown.json["files"]] == ["d.py"]
    compared = await api.get("dags", "d", "diff", old=1, new=2)
    assert [one["text"] for one in compared.json["changes"]][:2] == [
        "tasks.c added",
        "tasks.b removed",
    ]
    assert (await api.get("dags", "d", "versions", "7")).status == 404


async def test_a_recursive_clear_previews_the_runs_of_other_dags(
    api: Api, database: Database
) -> None:
    marks: JsonObject = {"external_dag_id": "child", "external_task_id": "b"}
    mark = Task("mark", TaskKind.EMPTY, payload=marks)
    start_run(database, a_dag("mark", tasks=[mark]))
    start_run(database, a_dag("a>b", dag_id="child"))
    body = {"tasks": ["mark"], "recursive": True, "dry_run": True}
    answer = await api.post(*RUN, "clear", body=body)
    assert [(run["dag_id"], run["keys"]) for run in answer.json["runs"]] == [
        ("d", [["mark", -1]]),
        ("child", [["b", -1]]),
    ]
