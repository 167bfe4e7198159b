"""DAGs that stop at their first failure, and DAGs that are paused when they keep failing."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count

import pytest

from nbflow.commands import Commands
from nbflow.store import journal
from nbflow.store.database import Database
from nbflow.views.dags import dag_detail
from tests.scheduler.conftest import MakeScheduler
from tests.scheduler.stage import BAD, OK, Clock, Hands, a_dag, run_state, start_run, states

TWICE = a_dag("a", max_consecutive_failed_runs=2)


Run = Callable[[bool], None]


@pytest.fixture
def run(database: Database, make_scheduler: MakeScheduler, hands: Hands, clock: Clock) -> Run:
    """Runs the DAG once, well or badly."""
    numbers = count()

    def once(well: bool) -> None:
        clock.pass_(minutes=1)  # the lease of the scheduler before runs out
        start_run(database, TWICE, f"r{next(numbers)}", clock.now)
        scheduler = make_scheduler()
        scheduler.tick()
        hands.finish("a", OK if well else BAD)
        scheduler.tick()

    return once


def is_paused(database: Database, clock: Clock) -> bool:
    return dag_detail(database, "d", clock.now).dag.paused


def test_a_dag_is_paused_after_so_many_failures_in_a_row_and_the_journal_says_why(
    run: Run, database: Database, clock: Clock
) -> None:
    run(False)
    assert not is_paused(database, clock)

    run(False)

    assert is_paused(database, clock)
    with database.reading() as session:
        said = [line.data for line in journal.after(session, 0) if line.state == "paused"]
    assert [line and line["message"] for line in said] == [
        "Its last 2 runs failed (max_consecutive_failed_dag_runs)."
    ]


def test_a_success_in_between_begins_the_count_anew(
    run: Run, database: Database, clock: Clock
) -> None:
    for well in (False, True, False):
        run(well)

    assert not is_paused(database, clock)


def test_what_failed_before_a_person_unpaused_the_dag_counts_with_the_next_failure(
    run: Run, database: Database, clock: Clock
) -> None:
    run(False)
    run(False)
    Commands(database, "ana", clock).unpause("d")

    run(False)

    assert is_paused(database, clock)


def test_the_first_failure_ends_a_run_that_fails_fast(
    database: Database, make_scheduler: MakeScheduler, hands: Hands
) -> None:
    start_run(database, a_dag("a>x", "b>y", "c", fail_fast=True))
    scheduler = make_scheduler()
    scheduler.tick()

    hands.finish("c")
    hands.finish("a", BAD)
    for _ in range(3):
        scheduler.tick()

    assert hands.cancelled == ["b"]
    assert states(database) == {
        "a": "failed",
        "b": "cancelled",
        "c": "success",
        "x": "cancelled",
        "y": "cancelled",
    }
    assert run_state(database) == "failed"
