"""What core decided is written whole: rows, tries, values, and a journal line for every state."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import timedelta

import pytest
from sqlalchemy import delete

from nbflow.core.effects import CancelAttempt, Effect, TaskChanged
from nbflow.core.errors import NbflowError
from nbflow.core.events import CancelRun, Cleared, Event, Marked, RetryDue, RunStarted
from nbflow.core.lifecycle import advance
from nbflow.core.orders import Outcome, ValueRef
from nbflow.core.snapshot import DagRun, TaskInstance
from nbflow.core.states import Reason, RunState, TaskState
from nbflow.store import browsing, journal, runs
from nbflow.store.browsing import Try
from nbflow.store.database import Database
from nbflow.store.journal import Change
from nbflow.store.tables import DagRunRow, Row, TaskInstanceRow, ValueRow, table_of
from tests.store.builders import (
    LATER,
    NOW,
    a_run,
    begun,
    create,
    dispatched,
    finished,
    happen,
    load,
    started,
    success,
)

KEY = ("load", -1)
BROKEN = Outcome(
    TaskState.FAILED,
    Reason.CELL_ERROR,
    "KeyError: 'day'",
    traceback="Traceback: ...",
    cell=3,
    output_notebook="file:///a/out.ipynb",
    log="file:///a/log.txt",
    peak_memory=2**33,
)


def lines(database: Database, after: int = 0) -> list[Change]:
    with database.reading() as session:
        return journal.after(session, after)


def cursor(database: Database) -> int:
    with database.reading() as session:
        return journal.last_cursor(session)


def tries(database: Database, run_pk: int) -> list[Try]:
    with database.reading() as session:
        return browsing.tries(session, run_pk, KEY)


def values(database: Database, run_pk: int) -> dict[str, object]:
    with database.reading() as session:
        found = runs.values_of(session, run_pk, ["load"])
    return {key: ref.json for key, ref in found.get("load", {}).items()}


@pytest.mark.parametrize(
    ("value", "row"),
    [(TaskInstance, TaskInstanceRow), (DagRun, DagRunRow), (ValueRef, ValueRow)],
)
def test_every_field_of_core_has_its_column(value: type, row: type[Row]) -> None:
    assert {f.name for f in fields(value)} <= set(table_of(row).c.keys())


def test_every_state_of_a_task_gets_a_line_in_order(database: Database) -> None:
    run = begun(database, "load")
    before = cursor(database)
    happen(database, run, dispatched("load"), started("load"), finished("load"), now=LATER)
    told = [
        (line.kind, line.task_id, line.map_index, line.state) for line in lines(database, before)
    ]
    assert told == [
        ("task", "load", -1, "queued"),
        ("task", "load", -1, "running"),
        ("task", "load", -1, "success"),
        ("run", None, None, "success"),
    ]
    assert {(line.dag_id, line.run_id, line.at) for line in lines(database, before)} == {
        ("sales", "one", LATER)
    }


def test_a_line_says_which_try_and_why(database: Database) -> None:
    run = begun(database, "load")
    happen(database, run, dispatched("load"), finished("load", BROKEN))
    line = next(line for line in lines(database) if line.state == "failed")
    assert line.data == {"try_number": 1, "reason": "cell_error", "message": "KeyError: 'day'"}


def test_a_line_says_who_asked_for_it(database: Database) -> None:
    run = begun(database, "load")
    before = cursor(database)
    effects = advance(run.snapshot, [CancelRun(message="Cancelled by ana.")], NOW)
    with database.transaction() as session:
        runs.apply_effects(session, run.id, effects, actor="ana")
    told = lines(database, before)
    assert {line.actor for line in told} == {"ana"}
    assert [(line.kind, line.state, line.data.get("cancelling")) for line in told] == [
        ("run", "running", "cancelled"),
        ("task", "cancelled", None),
        ("run", "cancelled", "cancelled"),
    ]


def test_a_change_that_is_no_change_of_state_gets_no_line(database: Database) -> None:
    run = begun(database, "load")
    happen(database, run, dispatched("load"))
    before = cursor(database)
    happen(database, run, Cleared((KEY,)))
    assert load(database).snapshot.instances[KEY].restart
    assert lines(database, before) == []


def test_a_try_is_in_the_history_from_the_moment_it_was_handed_out(database: Database) -> None:
    run = begun(database, "load")
    happen(database, run, dispatched("load", "a1"))
    (found,) = tries(database, run.id)
    assert (found.attempt_id, found.try_number, found.state) == ("a1", 1, TaskState.QUEUED)
    assert (found.queued_at, found.started_at, found.ended_at) == (NOW, None, None)


@pytest.mark.parametrize("in_one_batch", [True, False])
def test_a_try_keeps_how_it_went(database: Database, *, in_one_batch: bool) -> None:
    run = begun(database, "load")
    steps: list[Event] = [
        dispatched("load"),
        started("load", worker="w7"),
        finished("load", BROKEN),
    ]
    for events in [steps] if in_one_batch else [[step] for step in steps]:
        happen(database, run, *events)
    (found,) = tries(database, run.id)
    names = [f.name for f in fields(Try) if f.name in {f.name for f in fields(Outcome)}]
    assert {n: getattr(found, n) for n in names} == {n: getattr(BROKEN, n) for n in names}
    assert (found.worker, found.started_at, found.ended_at) == ("w7", NOW, NOW)


def test_every_try_stays_in_the_history(database: Database) -> None:
    run = begun(database, "load")
    lost = Outcome(TaskState.FAILED, Reason.KERNEL_DIED)
    happen(database, run, dispatched("load", "a1"), finished("load", lost, "a1"))
    later = NOW + timedelta(hours=1)
    happen(database, run, RetryDue(KEY), dispatched("load", "a2"), now=later)
    happen(database, run, finished("load", None, "a2"), now=later)
    found = [(t.try_number, t.attempt_id, t.state, t.reason) for t in tries(database, run.id)]
    assert found == [
        (2, "a2", TaskState.SUCCESS, None),
        (1, "a1", TaskState.FAILED, Reason.KERNEL_DIED),
    ]


def test_an_attempt_that_was_marked_over_ends_as_cancelled(database: Database) -> None:
    run = begun(database, "load")
    happen(database, run, dispatched("load"), started("load"))
    happen(database, run, Marked((KEY,), TaskState.SUCCESS))
    assert [(t.state, t.reason) for t in tries(database, run.id)] == [
        (TaskState.CANCELLED, Reason.MARKED)
    ]


def test_user_text_that_no_database_takes_does_not_stop_the_scheduler(database: Database) -> None:
    run = begun(database, "load")
    nasty = replace(BROKEN, message="a\x00b", traceback="\ud800" * 3, log="file:///\x00")
    happen(database, run, dispatched("load"), finished("load", nasty))
    (found,) = tries(database, run.id)
    assert (found.message, found.traceback) == ("a\ufffdb", "\ufffd" * 3)
    assert load(database).snapshot.instances[KEY].message == "a\ufffdb"


def test_values_of_a_later_try_replace_those_of_an_earlier(database: Database) -> None:
    run = begun(database, "load")
    happen(database, run, dispatched("load", "a1"), finished("load", success(a=1, b=2), "a1"))
    happen(database, run, Cleared((KEY,)))
    assert values(database, run.id) == {}
    happen_again(database, run)
    assert values(database, run.id) == {"b": 3}


def happen_again(database: Database, run: runs.ActiveRun) -> None:
    happen(database, run, RunStarted())
    happen(database, run, dispatched("load", "a2"), finished("load", success(b=3), "a2"))


def test_values_of_a_try_that_was_cleared_in_the_same_batch_are_gone(database: Database) -> None:
    run = begun(database, "load")
    happen(
        database,
        run,
        dispatched("load", "a1"),
        finished("load", success(a=1), "a1"),
        Cleared((KEY,)),
    )
    assert values(database, run.id) == {}
    happen_again(database, run)
    assert values(database, run.id) == {"b": 3}


def test_a_run_that_was_cleared_is_active_again(database: Database) -> None:
    run = begun(database, "load")
    happen(database, run, dispatched("load"), finished("load", BROKEN))
    assert load(database).snapshot.run.state is RunState.FAILED
    happen(database, run, Cleared((KEY,)))
    with database.reading() as session:
        assert [r.snapshot.run.state for r in runs.load_active(session)] == [RunState.QUEUED]


def test_an_effect_for_the_executor_alone_writes_nothing(database: Database) -> None:
    run = begun(database, "load")
    before = cursor(database)
    with database.transaction() as session:
        runs.apply_effects(session, run.id, [CancelAttempt(KEY, "a1")])
        runs.apply_effects(session, run.id, [])
    assert cursor(database) == before


def test_a_task_instance_that_is_not_there_is_a_defect_and_stores_nothing(
    database: Database,
) -> None:
    run = begun(database, "load", "clean")
    with database.transaction() as session:
        tasks = table_of(TaskInstanceRow)
        session.execute(delete(tasks).where(tasks.c.task_id == "clean"))
    before = cursor(database)
    with pytest.raises(NbflowError, match=r"was to change 2 rows .* and found 1"):
        happen(database, run, dispatched("load"), dispatched("clean"))
    assert cursor(database) == before
    assert tries(database, run.id) == []


def test_several_runs_are_written_together(database: Database) -> None:
    first = begun(database, "load", run_id="one")
    create(database, a_run("two"))
    second = load(database, "two")
    changed = replace(second.snapshot.instances[KEY], state=TaskState.SCHEDULED, scheduled_at=NOW)
    effects: dict[int, list[Effect]] = {
        first.id: advance(first.snapshot, [dispatched("load")], NOW),
        second.id: [TaskChanged(second.snapshot.instances[KEY], changed, NOW)],
    }
    with database.transaction() as session:
        runs.apply_all(session, effects)
    states = [load(database, name).snapshot.instances[KEY].state for name in ("one", "two")]
    assert states == [TaskState.QUEUED, TaskState.SCHEDULED]
    assert [line.run_id for line in lines(database)[-2:]] == ["one", "two"]
