"""`nbflow values`: list, show."""

from __future__ import annotations

import json
from typing import Annotated

import typer
from rich.console import Group, RenderableType
from rich.text import Text

from nbflow import app
from nbflow.cli.output import Output, OutputOption, StoreOption, errors_as_sentences, rows, show
from nbflow.cli.project import project
from nbflow.cli.run_names import (
    DagArgument,
    IndexOption,
    RunArgument,
    RunOption,
    TaskArgument,
    newest,
)
from nbflow.core.orders import RETURN_VALUE
from nbflow.views.shapes import RunValue, ValueDetail
from nbflow.views.values import run_values

values = typer.Typer(no_args_is_help=True)


@values.command("list")
def list_(
    dag_id: DagArgument,
    run_id: RunArgument = None,
    store: StoreOption = None,
    output: OutputOption = Output.TABLE,
) -> None:
    """List what the tasks of a run handed on."""
    with errors_as_sentences(output):
        here = project(store)
        found = run_values(here.database, dag_id, newest(here, dag_id, run_id))
    columns = ("TASK", "KEY", "TYPE", "BYTES", "")
    lines = [_line(one) for one in found.values]
    show(found, output, lambda: rows(columns, lines, "The tasks of this run handed on nothing."))


def _line(one: RunValue) -> list[object]:
    task = one.task_id if one.map_index < 0 else f"{one.task_id}[{one.map_index}]"
    return [task, one.key, one.type, one.size, one.preview]


@values.command("show")
def show_(
    dag_id: DagArgument,
    task_id: TaskArgument,
    key: Annotated[str, typer.Argument(help="Which of its values.")] = RETURN_VALUE,
    run: RunOption = None,
    map_index: IndexOption = -1,
    store: StoreOption = None,
    output: OutputOption = Output.TABLE,
) -> None:
    """Show a value: JSON, the first rows of a table, shape and first numbers of an array."""
    with errors_as_sentences(output):
        here = project(store)
        run_id = newest(here, dag_id, run)
        found = app.value_detail(here.database, dag_id, run_id, (task_id, map_index), key)
    show(found, output, lambda: _shown(found))


def _shown(found: ValueDetail) -> RenderableType:
    if found.kind == "json" and not found.text:
        return json.dumps(found.json, indent=2, ensure_ascii=False)
    if found.kind == "table":
        size = Text(" x ".join(map(str, found.shape)), style="bright_black")
        columns = tuple(f"{name} ({kind})" for name, kind in found.columns)
        return Group(rows(columns, [list(row) for row in found.rows], "It has no rows."), size)
    if found.kind == "array":
        numbers = ", ".join(found.rows[0]) if found.rows else ""
        return f"{found.dtype} {' x '.join(map(str, found.shape))}: {numbers}"
    return found.text or found.value.preview
