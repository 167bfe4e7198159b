"""How commands name a run: by its DAG and its id, or the newest."""

from __future__ import annotations

from typing import Annotated

import typer

from nbflow.cli.project import Project
from nbflow.core.errors import NotFoundError
from nbflow.views.runs import run_list

DagArgument = Annotated[str, typer.Argument(help="The id of the DAG.")]
RunArgument = Annotated[
    str | None, typer.Argument(help="The id of the run; the newest by default.")
]


def newest(here: Project, dag_id: str, run_id: str | None) -> str:
    """`run_id`, or the id of the newest run of the DAG."""
    if run_id is not None:
        return run_id
    found = run_list(here.database, dag_id, limit=1).runs
    if not found:
        raise NotFoundError(
            f"DAG {dag_id!r} has no runs yet. Start one: nbflow dags trigger {dag_id}"
        )
    return found[0].run_id
