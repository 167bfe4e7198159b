"""The same for many over REST: one request with a list, and what came of each."""

from __future__ import annotations

from nbflow.core.json import JsonObject
from nbflow.scheduler.loop import Scheduler
from nbflow.scheduler.settings import SchedulerSettings
from nbflow.store import requests as request_store
from nbflow.store.database import Database
from tests.scheduler.stage import BAD, Clock, Hands, a_dag, save, start_run, states
from tests.server.screen import Api

DAG = a_dag("a>b")


def the_runs(*run_ids: str, **more: object) -> JsonObject:
    return {"runs": [{"dag_id": "d", "run_id": run_id} for run_id in run_ids], **more}  # type: ignore[dict-item]  # JSON


def failed_runs(database: Database, *run_ids: str) -> None:
    """Runs that have ended: a failed, so that b did not run."""
    hands = Hands()
    scheduler = Scheduler(database, hands, SchedulerSettings("/artifacts"), clock=Clock())
    for run_id in run_ids:
        start_run(database, DAG, run_id)
    for _ in range(3):
        scheduler.tick()
        for task_id in hands.running:
            hands.finish(task_id, BAD)
    assert states(database, run_ids[-1]) == {"a": "failed", "b": "upstream_failed"}
    scheduler.leader.step_down()


def asked(database: Database) -> list[str]:
    with database.reading() as session:
        return sorted(one.verb for one in request_store.newest(session, 100))


async def test_each_run_is_asked_for_and_those_refused_say_why(
    api: Api, database: Database
) -> None:
    for run_id in ("one", "two"):
        start_run(database, DAG, run_id)
    answer = await api.post("bulk", "runs", "cancel", body=the_runs("one", "gone", "two"))

    assert answer.status == 202
    results = answer.json["results"]
    assert [one["done"] for one in results] == [True, False, True]
    assert "gone" in results[1]["message"]
    assert asked(database) == ["cancel", "cancel"]


async def test_what_would_run_again_is_said_of_each_before_it_is_asked_for(
    api: Api, database: Database
) -> None:
    failed_runs(database, "one", "two")
    path = ("bulk", "runs", "clear")
    planned = (await api.post(*path, body=the_runs("one", "two", "one"))).json["results"]
    assert [(one["run_id"], one["affected"]) for one in planned] == [("one", 2), ("two", 2)]
    assert asked(database) == []

    done = await api.post(*path, body=the_runs("one", "two", dry_run=False))
    assert [one["done"] for one in done.json["results"]] == [True, True]
    assert asked(database) == ["clear", "clear"]


async def test_a_run_in_which_nothing_failed_is_left_alone(api: Api, database: Database) -> None:
    start_run(database, DAG, "one")
    answer = await api.post("bulk", "runs", "clear", body=the_runs("one", dry_run=False))
    (one,) = answer.json["results"]
    assert (one["done"], one["affected"], asked(database)) == (True, 0, [])


async def test_runs_are_marked_and_forgotten_together(api: Api, database: Database) -> None:
    failed_runs(database, "one", "two")
    marked = await api.post("bulk", "runs", "mark", body=the_runs("one", "two", state="success"))
    assert [one["done"] for one in marked.json["results"]] == [True, True]
    deleted = await api.post("bulk", "runs", "delete", body=the_runs("one", "two"))
    assert [one["done"] for one in deleted.json["results"]] == [True, True]
    assert asked(database) == ["delete_run", "delete_run", "mark_run", "mark_run"]


async def test_dags_are_paused_and_triggered_together(api: Api, database: Database) -> None:
    save(database, DAG, a_dag("a", dag_id="e"))
    body: JsonObject = {"dag_ids": ["d", "e", "gone"]}
    made = (await api.post("bulk", "dags", "trigger", body=body)).json["results"]
    assert [(one["dag_id"], one["done"], bool(one["run_id"])) for one in made] == [
        ("d", True, True),
        ("e", True, True),
        ("gone", False, False),
    ]
    paused = await api.post("bulk", "dags", "pause", body={**body, "paused": True})
    assert [one["done"] for one in paused.json["results"]] == [True, True, False]
    assert asked(database) == ["pause", "pause", "trigger", "trigger"]


async def test_a_list_has_an_end(api: Api) -> None:
    too_many = the_runs(*(str(number) for number in range(201)))
    assert (await api.post("bulk", "runs", "cancel", body=too_many)).status == 400
    assert (await api.post("bulk", "runs", "cancel", body={"runs": []})).status == 400
