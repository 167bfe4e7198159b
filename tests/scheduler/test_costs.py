"""A tick asks the store as often with 5,000 task instances as with a few."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import event

from nbflow.core.dag import Dag, Edge, Task, TaskKind
from nbflow.store.database import Database
from tests.databases import sqlite_database as database
from tests.scheduler.conftest import MakeScheduler
from tests.scheduler.stage import START, Hands, start_run

__all__ = ["database"]

MOST = 30


@pytest.fixture
def statements(database: Database) -> Iterator[list[str]]:
    """Every statement sent to `database` from now on."""
    sent: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        sent.append(statement)

    engines = [database._writing, database._reading]
    for engine in engines:
        event.listen(engine, "before_cursor_execute", note)
    yield sent
    for engine in engines:
        event.remove(engine, "before_cursor_execute", note)


def a_wide_dag(width: int, dag_id: str) -> Dag:
    """`width` tasks between a first and a last one, each with its own past and limits."""
    middle = [f"t{n}" for n in range(width)]
    limits = {"max_active_tis_per_dag": 2, "depends_on_past": True, "pool_slots": 1}
    tasks = [Task(name, TaskKind.PYTHON, **limits) for name in middle]  # type: ignore[arg-type]  # names of fields of Task
    ends = [Task("first", TaskKind.PYTHON), Task("last", TaskKind.PYTHON)]
    edges = [Edge("first", name) for name in middle] + [Edge(name, "last") for name in middle]
    return Dag(dag_id, tuple(tasks + ends), tuple(edges), file=f"{dag_id}.py")


def ticks_of(
    database: Database, make_scheduler: MakeScheduler, sent: list[str], width: int
) -> list[int]:
    """How many statements each of the first ticks of two runs takes, with all that can happen."""
    dag = a_wide_dag(width, f"wide{width}")
    for day in (1, 2):
        start_run(database, dag, f"r{day}", START + timedelta(days=day))
    hands = Hands(slots=1_000)
    scheduler = make_scheduler(hands, schedules=False)
    counts = []
    for _ in range(6):
        sent.clear()
        scheduler.tick()
        counts.append(len(sent))
        for attempt in sorted(hands.live):
            hands.end(attempt)
    assert len(hands.ever_started) > width // 20
    scheduler.leader.step_down()
    return counts


def test_statements_of_a_tick_do_not_grow_with_the_run(
    database: Database, make_scheduler: MakeScheduler, statements: list[str]
) -> None:
    small = ticks_of(database, make_scheduler, statements, 20)
    large = ticks_of(database, make_scheduler, statements, 2_500)
    assert max(large) <= max(small) + 2
    assert max(large) <= MOST
