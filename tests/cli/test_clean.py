"""`nbflow db clean`: what is old is shown, and goes."""

from __future__ import annotations

import os
from datetime import datetime, timedelta, timezone

from nbflow.store.tables import DagRunRow, table_of
from tests.cli.conftest import Nbflow
from tests.processes import Project

OLD = datetime(2020, 1, 1, tzinfo=timezone.utc)


def test_old_runs_and_folders_are_shown_before_they_go(ran: Project, nbflow: Nbflow) -> None:
    assert nbflow("run", "hello", "--store", str(ran.database.url)).code == 0
    assert nbflow("run", "hello").code == 0
    (left,) = (one.parent for one in (ran.folder / ".nbflow" / "runs").glob("*/nbflow.db"))
    runs = table_of(DagRunRow)
    with ran.database.transaction() as session:
        session.execute(runs.update().values(ended_at=OLD))
    for file in left.glob("nbflow.db*"):
        os.utime(file, (OLD.timestamp(), OLD.timestamp()))
    oldest = ran.run_ids("hello")[-1]

    arguments = ("db", "clean", "--keep", "1", "--output", "json")
    shown = nbflow(*arguments, "--dry-run").json
    assert shown == {"runs": [["hello", oldest]], "folders": [str(left)], "dry_run": True}
    assert nbflow("db", "clean", "--dry-run").out.startswith("Would delete 0 runs and 1 folder.")
    assert left.exists()

    asked = nbflow(*arguments).json
    assert not left.exists()
    request = nbflow("requests", "show", str(asked["request_id"]), "--output", "json").json
    assert (request["verb"], request["run_id"]) == ("delete_run", oldest)


def test_what_is_young_stays(ran: Project, nbflow: Nbflow) -> None:
    assert nbflow("db", "clean", "--yes").out == "Deleted 0 runs and 0 folders.\n"
    ran.write("nbflow.toml", "retention_run_days = 0\n")
    done = nbflow("db", "clean")
    assert (done.code, "use --older-than DAYS" in done.err) == (1, True)


def test_days_can_be_less_than_one(ran: Project, nbflow: Nbflow) -> None:
    moment = datetime.now(timezone.utc) - timedelta(hours=2)
    with ran.database.transaction() as session:
        session.execute(table_of(DagRunRow).update().values(ended_at=moment))
    found = nbflow("db", "clean", "--older-than", "0.05", "--dry-run", "--output", "json").json
    assert found["runs"] == []  # the last success stays
