"""Lists and pages as screens ask for them."""

from __future__ import annotations

from nbflow.core.states import RunState
from nbflow.store import browsing
from nbflow.store.database import Database
from tests.store.builders import (
    a_dag,
    a_run,
    begun,
    create,
    dispatched,
    finished,
    happen,
    save,
)


def made(database: Database, dag_id: str, number: int) -> None:
    save(database, a_dag(dag_id=dag_id), file=f"/project/{dag_id}.py")
    for n in range(number):
        create(database, a_run(f"run{n}", dag_id=dag_id))


def test_the_last_runs_of_each_dag_come_newest_first(database: Database) -> None:
    made(database, "many", 12)
    made(database, "few", 2)
    made(database, "none", 0)
    made(database, "unasked", 1)
    with database.reading() as session:
        found = browsing.last_runs(session, ["many", "few", "none"], 3)
    names = {dag_id: [run.run_id for run in runs] for dag_id, runs in found.items()}
    assert names == {"many": ["run11", "run10", "run9"], "few": ["run1", "run0"]}


def test_a_page_of_runs_goes_on_below_the_last_key(database: Database) -> None:
    made(database, "sales", 5)
    with database.reading() as session:
        first = browsing.runs(session, "sales", None, 2)
        rest = browsing.runs(session, "sales", first[-1].id, 10)
    assert [run.run.run_id for run in first + rest] == [f"run{n}" for n in (4, 3, 2, 1, 0)]


def test_a_run_in_a_list_says_how_many_tasks_are_in_each_state(database: Database) -> None:
    run = begun(database, "load", "clean", "report")
    happen(database, run, dispatched("load"), dispatched("clean"), finished("load"))
    with database.reading() as session:
        found = browsing.run(session, "sales", "one")
        active = browsing.active_counts(session)
    assert found is not None
    assert (found.counts, found.version) == ({"success": 1, "queued": 1, "scheduled": 1}, 1)
    assert active == {"sales": {str(RunState.RUNNING): 1}}


def test_a_search_finds_ids_and_descriptions_literally(database: Database) -> None:
    made(database, "Sales_EU", 0)
    made(database, "salesXEU", 0)
    with database.reading() as session:
        assert [dag.dag_id for dag in browsing.dags(session, "sales_e")] == ["Sales_EU"]
