"""Whoever plans notebooks is told of values that could not be handed on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from nbflow.scheduler.loop import Scheduler
from nbflow.scheduler.settings import SchedulerSettings
from nbflow.store.database import Database
from nbflow.store.runs import ActiveRun
from tests.scheduler.stage import BAD, Clock, Hands, a_dag, start_run


def test_a_failure_tells_which_values_stay_where_they_are(database: Database) -> None:
    told: list[tuple[str, str, Mapping[str, str]]] = []

    def learn(run: ActiveRun, task_id: str, stuck: Mapping[str, str]) -> None:
        told.append((run.snapshot.run.run_id, task_id, stuck))

    hands = Hands()
    scheduler = Scheduler(
        database, hands, SchedulerSettings("/artifacts"), clock=Clock(), learn=learn
    )
    start_run(database, a_dag("a>b", "c>d"))
    scheduler.tick()
    hands.finish("c", BAD)
    hands.finish("a", replace(BAD, stuck={"x": "a lock"}))
    scheduler.tick()
    scheduler.tick()
    assert told == [("r", "a", {"x": "a lock"})]
