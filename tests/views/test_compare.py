"""Two runs side by side, or one task of theirs."""

from __future__ import annotations

from datetime import timedelta

import pytest

from nbflow.core.errors import NotFoundError
from nbflow.store.database import Database
from nbflow.views.compare import run_diff
from tests.scheduler.conftest import MakeScheduler
from tests.scheduler.stage import BAD, OK, START, Clock, Hands, a_dag, start_run


def test_a_task_is_compared_with_the_last_run_in_which_it_succeeded(
    database: Database, make_scheduler: MakeScheduler, hands: Hands, clock: Clock
) -> None:
    for day in range(3):
        start_run(database, a_dag("a", "b"), f"day{day}", START + timedelta(seconds=day))
    clock.pass_(seconds=3)
    scheduler = make_scheduler()
    scheduler.tick()
    for outcome in (OK, BAD, BAD):
        hands.finish("a")
        hands.finish("b", outcome)
    scheduler.tick()

    of_a = run_diff(database, "d", "day2", task_id="a")
    of_b = run_diff(database, "d", "day2", task_id="b")

    assert (of_a.before.run_id, of_b.before.run_id) == ("day1", "day0")
    assert [(one.task_id, one.kind) for one in of_a.tasks] == [("a", "same")]
    assert [(one.task_id, one.kind) for one in of_b.tasks] == [("b", "changed")]
    with pytest.raises(NotFoundError, match="Task 'b' of DAG 'd' succeeded in no run before day0"):
        run_diff(database, "d", "day0", task_id="b")
