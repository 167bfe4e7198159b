"""What the REST API tells of mapped tasks: instances by page, one of them, and all in numbers."""

from __future__ import annotations

from nbflow.core.dag import Task, TaskKind
from nbflow.core.mapping import LITERAL, Expansion
from nbflow.store.database import Database
from tests.scheduler.stage import a_dag, start_run
from tests.server.conftest import BeginWork
from tests.server.screen import Api

RUN = ("dags", "d", "runs", "r")
RUNNING = {"running": 3}


async def test_the_instances_of_a_mapped_task_are_told(
    api: Api, database: Database, begin_work: BeginWork
) -> None:
    expansion = Expansion((("x", {"kind": LITERAL, "length": 3}),))
    start_run(database, a_dag("m>z", tasks=[Task("m", TaskKind.PYTHON, expansion=expansion)]))
    begin_work()
    run = await api.until(lambda found: found["mapped"].get("m", {}).get("counts") == RUNNING, *RUN)
    assert [task["mapped"] for task in run["tasks"]] == [True, False]

    page = await api.get(*RUN, "tasks", "m", "instances", limit="2")
    assert [one["map_index"] for one in page.json["instances"]] == [0, 1]
    assert (page.json["counts"], page.json["next"]) == (RUNNING, 1)
    one = await api.get(*RUN, "tasks", "m", map_index="2")
    assert one.json["instance"]["map_index"] == 2

    whole = await api.get(*RUN, "tasks", "m")
    assert (whole.status, "mapped into 3 instances" in whole.message) == (404, True)
    unknown = await api.get(*RUN, "tasks", "m", "instances", state="bad")
    assert (unknown.status, "no state 'bad'" in unknown.message) == (409, True)
