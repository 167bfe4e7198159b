"""`nbflow dags versions` and `nbflow dags diff`: what a DAG was, and what changed."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.text import Text

from nbflow.cli.output import (
    Output,
    OutputOption,
    StoreOption,
    age,
    errors_as_sentences,
    rows,
    show,
)
from nbflow.cli.project import project
from nbflow.core.errors import RequestError
from nbflow.views.shapes import VersionDiff, VersionView
from nbflow.views.versions import version_diff, version_list

_STYLES = {"+": "green", "-": "red", "@": "cyan"}


def versions(
    dag_id: Annotated[str, typer.Argument(help="The id of the DAG.")],
    store: StoreOption = None,
    output: OutputOption = Output.TABLE,
) -> None:
    """List the versions of a DAG, newest first, with what each changed."""
    with errors_as_sentences(output):
        found = version_list(project(store).database, dag_id)
    columns = ("VERSION", "SINCE", "TASKS", "RUNS", "CHANGES")
    show(found, output, lambda: rows(columns, [_line(one) for one in found.versions], ""))


def _line(one: VersionView) -> list[object]:
    number = f"{one.number} (current)" if one.is_current else str(one.number)
    words = "; ".join(one.changes) or ("code" if one.number > 1 else "")
    return [number, age(one.created_at), one.task_count, one.runs, words]


def diff(
    dag_id: Annotated[str, typer.Argument(help="The id of the DAG.")],
    old: Annotated[
        int | None, typer.Argument(help="A version; the one before the newest if not given.")
    ] = None,
    new: Annotated[int | None, typer.Argument(help="Another; the newest if not given.")] = None,
    store: StoreOption = None,
    output: OutputOption = Output.TABLE,
) -> None:
    """Show what changed between two versions of a DAG: tasks, edges, schedule, and the text."""
    with errors_as_sentences(output):
        database = project(store).database
        newest = version_list(database, dag_id).versions[0].number
        if newest == 1:
            raise RequestError(f"DAG {dag_id!r} has one version only.")
        last = newest if new is None else new
        found = version_diff(database, dag_id, max(1, last - 1) if old is None else old, last)
    show(found, output, lambda: _text(found))


def _text(found: VersionDiff) -> Text:
    text = Text()
    for change in found.changes:
        text.append(f"{change.text}\n")
    for file in found.files:
        text.append("\n" if text else "")
        for line in file.diff.splitlines():
            text.append(f"{line}\n", style=_STYLES.get(line[:1], ""))
    text.rstrip()
    return text or Text("They are the same.")
