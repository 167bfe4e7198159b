"""What the store forgets by itself, and what it never does."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import insert

from nbflow.commands import Commands
from nbflow.core.states import RunState
from nbflow.scheduler.retention import KEPT_RUNS, Retention
from nbflow.store import journal
from nbflow.store.database import Database
from nbflow.store.retention import forget_old, old_runs
from nbflow.store.tables import AssetEventRow, AssetQueueRow, DagRunRow, table_of
from tests.scheduler.conftest import MakeScheduler
from tests.scheduler.stage import START, Clock, Hands, a_dag, run_ids, run_state, save, start_run

OLD = START - timedelta(days=40)
KEPT_FROM = START - timedelta(days=30)


def put_events(database: Database, asset: str, *at: datetime) -> None:
    rows = [
        {"asset": asset, "at": one, "extra": {}, "source_map_index": -1, "aliases": ()}
        for one in at
    ]
    with database.transaction() as session:
        session.execute(insert(table_of(AssetEventRow)), rows)


def events(database: Database) -> list[tuple[str, datetime]]:
    table = table_of(AssetEventRow)
    with database.reading() as session:
        found = session.execute(table.select().order_by(table.c.id))
        return [(row.asset, row.at) for row in found]


def test_the_newest_event_of_an_asset_stays_and_what_somebody_waits_for(
    database: Database,
) -> None:
    save(database, a_dag("a"))
    put_events(database, "often", OLD, OLD, START)
    put_events(database, "once", OLD)
    put_events(database, "awaited", OLD, OLD)
    waits = {"dag_id": "d", "kind": "asset", "name": "awaited", "at": OLD}
    with database.transaction() as session:
        session.execute(insert(table_of(AssetQueueRow)), [waits])
        assert not forget_old(session, KEPT_FROM, 100)
    assert events(database) == [
        ("often", START),
        ("once", OLD),
        ("awaited", OLD),
        ("awaited", OLD),
    ]


def test_no_more_than_a_bound_is_forgotten_at_once(database: Database) -> None:
    put_events(database, "often", *[OLD] * 5, START)
    with database.transaction() as session:
        assert forget_old(session, KEPT_FROM, 3)
        assert not forget_old(session, KEPT_FROM, 3)
    assert events(database) == [("often", START)]


def test_a_scheduler_forgets_old_lines_and_answers_and_no_runs(
    database: Database, make_scheduler: MakeScheduler, hands: Hands, clock: Clock
) -> None:
    save(database, a_dag("a"))
    scheduler = make_scheduler()
    scheduler._retention = Retention(30)
    Commands(database, "ben", clock).trigger("d", run_id="r")
    scheduler.tick()
    hands.finish("a")
    scheduler.tick()
    clock.pass_(days=31)
    scheduler.tick()
    scheduler.tick()
    with database.reading() as session:
        old = [one for one in journal.after(session, 0) if one.at < clock.now - timedelta(days=30)]
    assert old == []
    assert run_state(database) == "success"


def test_nothing_is_forgotten_without_a_number(database: Database) -> None:
    put_events(database, "often", OLD, START)
    with database.transaction() as session:
        Retention(None).forget_old(session, START)
    assert len(events(database)) == 2


def test_old_runs_go_with_their_artifacts_and_the_newest_of_a_dag_stay(
    database: Database, make_scheduler: MakeScheduler, hands: Hands, clock: Clock
) -> None:
    ids = [f"r{number:02}" for number in range(KEPT_RUNS + 2)]
    save(database, a_dag("a"))
    scheduler = make_scheduler(schedules=False)
    discarded: list[str] = []
    scheduler._discard = discarded.extend
    scheduler._retention = Retention(None, 30, "artifacts")
    for run_id in ids:
        Commands(database, "ben", clock).trigger("d", run_id=run_id)
        scheduler.tick()
        hands.finish("a")
        scheduler.tick()
    clock.pass_(days=31)
    scheduler.tick()
    assert sorted(run_ids(database)) == ids[2:]
    assert sorted(discarded) == ["artifacts/runs/d/r00", "artifacts/runs/d/r01"]


def test_the_last_success_of_a_dag_stays_however_old_it_is(database: Database) -> None:
    save(database, a_dag("a"))
    for number, state in enumerate(("success", "success", "failed", "failed")):
        start_run(database, a_dag("a"), f"r{number}", START + timedelta(minutes=number))
        table = table_of(DagRunRow)
        change = table.update().where(table.c.run_id == f"r{number}")
        with database.transaction() as session:
            session.execute(change.values(state=RunState(state), ended_at=OLD))
    with database.reading() as session:
        found = old_runs(session, KEPT_FROM, 1, 100)
        assert [one.run_id for one in found] == ["r0", "r2"]
        assert [one.run_id for one in old_runs(session, KEPT_FROM, 1, 1)] == ["r0"]
        assert old_runs(session, OLD, 1, 100) == []
        assert old_runs(session, KEPT_FROM, 4, 100) == []
