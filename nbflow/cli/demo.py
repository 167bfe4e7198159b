"""What `nbflow standalone --demo` shows: the example DAGs of this project run end to end on real
data, and it is said what happened.
"""

from __future__ import annotations

import threading

from rich.text import Text

from nbflow import app
from nbflow.cli.output import console
from nbflow.cli.progress import run_table
from nbflow.commands import Commands
from nbflow.settings import Settings
from nbflow.store.changes import Topic
from nbflow.store.database import Database
from nbflow.views.dags import dag_list, import_errors
from nbflow.views.runs import run_detail, run_list
from nbflow.views.shapes import DagView

PARSE_SECONDS = 120.0


def run_demo(settings: Settings, stopping: threading.Event) -> bool:
    """Trigger every DAG that is not scheduled to run by itself, and wait.

    Returns whether all succeeded.
    """
    say = console().print
    with app.open_database(settings) as database:
        dag_ids = _wait_for_dags(settings, database, stopping)
        say(
            Text(
                f"\nThe scheduler has read {len(dag_ids)} DAGs: {', '.join(dag_ids)}", style="bold"
            )
        )
        for error in import_errors(database):
            say(Text(f"{error.file} has problems: {error.problems}", style="red"))
        commands = Commands(database, "demo")
        asked = {dag_id: commands.trigger(dag_id).run_id or "" for dag_id in dag_ids}
        results = [
            _follow(settings, database, dag_id, run_id, stopping)
            for dag_id, run_id in asked.items()
        ]
    return bool(results) and all(results)


def _wait_for_dags(settings: Settings, database: Database, stopping: threading.Event) -> list[str]:
    """The ids of the DAGs in the project, once the scheduler has read all their files."""
    from nbflow.authoring import discovery  # noqa: PLC0415 - only the demo reads files itself

    expected = {str(path) for path in discovery.scan(settings.dag_paths, {}).changed}
    changes = database.changes(Topic.JOURNAL)
    found: list[DagView] = []
    try:
        for _ in range(int(PARSE_SECONDS)):
            found = dag_list(database, app.utc_now())
            files = {dag.file for dag in found} | {error.file for error in import_errors(database)}
            if len(files) >= len(expected) or stopping.is_set():
                break
            changes.wait(1.0)
    finally:
        changes.close()
    return [dag.dag_id for dag in found]


def _follow(
    settings: Settings, database: Database, dag_id: str, run_id: str, stopping: threading.Event
) -> bool:
    changes = database.changes(Topic.JOURNAL)
    try:
        while not stopping.is_set():
            runs = {run.run_id for run in run_list(database, dag_id).runs}
            if run_id in runs and run_detail(database, dag_id, run_id).run.ended_at is not None:
                break
            changes.wait(1.0)
        else:
            return False
    finally:
        changes.close()
    detail = run_detail(database, dag_id, run_id)
    console().print(run_table(detail), "")
    notebook = app.keep_assembled(settings, database, dag_id, run_id)
    if notebook:
        console().print(
            Text(f"  its notebook, executed: {notebook}\n", style="bright_black"), soft_wrap=True
        )
    return detail.run.state == "success"
