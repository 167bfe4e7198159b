"""Notebooks as the screen beside them shows them: the DAG they would be, and the one they are."""

from __future__ import annotations

from collections.abc import Sequence

from nbflow.core.dag import Dag
from nbflow.core.errors import Problem
from nbflow.core.timetables import timetable_from_json
from nbflow.store import dags as dag_store
from nbflow.store.database import Database
from nbflow.views.dags import group_views, task_views
from nbflow.views.shapes import CellLinkView, CellView, NotebookDag, NotebookView


def notebook_view(
    database: Database,
    file: str,
    dag_id: str,
    dag: Dag | None,
    *,
    cells: Sequence[CellView],
    links: Sequence[CellLinkView],
    problems: Sequence[Problem],
    is_found: bool,
) -> NotebookView:
    """A notebook whose path is `file`; `dag` is None for one with errors."""
    return NotebookView(
        dag_id=dag_id,
        is_broken=dag is None,
        tasks=[] if dag is None else task_views(dag),
        groups=[] if dag is None else group_views(dag),
        cells=list(cells),
        links=list(links),
        problems=list(problems),
        params={} if dag is None else {name: dict(spec) for name, spec in dag.params.items()},
        schedule="" if dag is None else timetable_from_json(dag.timetable).describe(),
        timezone="UTC" if dag is None else str(dag.timetable.get("timezone") or "UTC"),
        dag=_stored(database, file, dag_id),
        is_found=is_found,
    )


def _stored(database: Database, file: str, dag_id: str) -> NotebookDag | None:
    with database.reading() as session:
        owner = dag_store.owner_of(session, dag_id)
        if owner is None:
            return None
        stored = dag_store.current_version(session, dag_id)
        added = owner in dag_store.added_files(session)
    paused = stored is not None and stored.paused
    if owner != file:
        return NotebookDag(dag_id, "other", owner, paused)
    return NotebookDag(dag_id, "added" if added else "found", owner, paused)
