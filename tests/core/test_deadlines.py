"""When a run should have ended, and which deadlines it has not missed yet."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta, timezone

import pytest

from nbflow.core.dag import Dag
from nbflow.core.deadlines import Deadline, averages, deadline_from_json, pending
from nbflow.core.snapshot import DagRun
from nbflow.core.states import RunState

NOON = datetime(2026, 3, 2, 12, tzinfo=timezone.utc)
HOUR = timedelta(hours=1)
RUN = DagRun("d", "r", created_at=NOON, logical_date=NOON - HOUR)

QUEUED = Deadline("q", "queued_at", 1800)
LOGICAL = Deadline("l", "logical_date", 7200)
FIXED = Deadline("f", "fixed", 60, NOON)


@pytest.mark.parametrize(
    ("deadline", "minutes"), [(QUEUED, 30), (LOGICAL, 60), (FIXED, 1)], ids=["q", "l", "f"]
)
def test_a_deadline_counts_from_its_reference(deadline: Deadline, minutes: int) -> None:
    assert deadline.due_at(RUN) == NOON + timedelta(minutes=minutes)
    assert deadline_from_json(deadline.to_json()) == deadline


def test_a_cleared_run_counts_from_when_it_was_queued_again() -> None:
    again = replace(RUN, requeued_at=NOON + 5 * HOUR)
    assert QUEUED.due_at(again) == NOON + 5 * HOUR + HOUR / 2
    assert LOGICAL.due_at(again) is None
    assert FIXED.due_at(again) is None


def test_a_deadline_is_pending_until_it_is_missed_or_the_run_ends() -> None:
    dag = Dag("d", deadlines=(QUEUED.to_json(), LOGICAL.to_json()))
    assert [one.name for one, _ in pending(dag, RUN)] == ["q", "l"]
    assert [one.name for one, _ in pending(dag, replace(RUN, missed_deadlines=("q",)))] == ["l"]
    assert list(pending(dag, replace(RUN, state=RunState.SUCCESS))) == []


USUAL = Deadline("u", "average_runtime", 60, max_runs=3, min_runs=2)


@pytest.mark.parametrize(
    ("runtimes", "average"),
    [([], None), ([600], None), ([600, 1200], 900), ([60, 120, 180, 9999], 120)],
)
def test_an_average_runtime_is_one_of_the_newest_runs_if_there_are_enough(
    runtimes: list[float], average: float | None
) -> None:
    found = averages(Dag("d", deadlines=(USUAL.to_json(), QUEUED.to_json())), runtimes)
    assert found == ({} if average is None else {"u": average})
    due = USUAL.due_at(replace(RUN, average_runtimes=found))
    assert due == (None if average is None else NOON + timedelta(seconds=average + 60))
    assert deadline_from_json(USUAL.to_json()) == USUAL


def test_a_deadline_reads_in_words() -> None:
    assert USUAL.describe() == "0:01:00 after the time that its runs take on average"
    assert QUEUED.describe() == "0:30:00 after it was queued"
    assert LOGICAL.describe() == "2:00:00 after its logical date"
    assert Deadline("f", "fixed", 0, NOON).describe() == "2026-03-02 12:00 UTC"
