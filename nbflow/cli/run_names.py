"""How commands name a run, by its DAG and its id, or the newest; and a task instance in it."""

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
TaskArgument = Annotated[str, typer.Argument(help="The id of the task.")]
RunOption = Annotated[str | None, typer.Option("--run", help="The run; the newest by default.")]
IndexOption = Annotated[int, typer.Option("--map-index", help="Which instance of a mapped task.")]
TryOption = Annotated[
    int | None, typer.Option("--try", min=1, help="Which try; the newest by default.")
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
