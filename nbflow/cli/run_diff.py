"""`nbflow runs diff`: what differs between two runs, for a person."""

from __future__ import annotations

import json
from typing import Annotated

import typer
from rich.console import Group, RenderableType
from rich.text import Text

from nbflow import app
from nbflow.cli.output import (
    Output,
    OutputOption,
    StoreOption,
    counted,
    duration,
    errors_as_sentences,
    rows,
    show,
    state_text,
)
from nbflow.cli.project import project
from nbflow.cli.run_names import DagArgument, RunArgument, newest
from nbflow.views.shapes import CellChange, ParamChange, RunDiff, TaskChange

_STYLES = {"+": "green", "-": "red", "@": "cyan"}
_SIGNS = {"added": "+", "removed": "-", "changed": "~"}
_SHOWN_LINES = 30


def diff(
    dag_id: DagArgument,
    run_id: RunArgument = None,
    other: Annotated[
        str | None,
        typer.Argument(help="The run to compare with; the last success before it by default."),
    ] = None,
    task: Annotated[
        str | None,
        typer.Option(
            help="This task alone, by default against the last run in which it succeeded."
        ),
    ] = None,
    everything: Annotated[
        bool, typer.Option("--all", help="All tasks, and differences in full length.")
    ] = False,
    store: StoreOption = None,
    output: OutputOption = Output.TABLE,
) -> None:
    """Show what differs between two runs: params, tasks, and what cells have shown.

    Addresses, times and durations in outputs may differ, and numbers in their last digits; stderr
    is left out.
    """
    with errors_as_sentences(output):
        here = project(store)
        run = newest(here, dag_id, run_id)
        found = app.compare_runs(here.settings, here.database, dag_id, run, other, task)
    show(found, output, lambda: _in_words(found, everything=everything))


def _in_words(found: RunDiff, *, everything: bool) -> RenderableType:
    lines = _SHOWN_LINES if not everything else None
    parts: list[RenderableType] = [_runs(found)]
    for title, some in (
        ("DAG", found.version_changes),
        ("Params", [_param(one) for one in found.params]),
    ):
        if some:
            parts += [Text(f"\n{title}", style="bold"), Text("\n".join(f"  {one}" for one in some))]
    tasks = [one for one in found.tasks if everything or _differs(one)]
    if tasks:
        columns = ("TASK", "BEFORE", "AFTER", "TOOK BEFORE", "TOOK AFTER", "")
        parts += [Text(), rows(columns, [_task(one) for one in tasks], "")]
    parts += [_cell(one, lines) for one in found.cells]
    if found.left_out:
        parts.append(Text(f"\nand {counted(found.left_out, 'more cell')} that differ"))
    parts += [Text(note, style="yellow") for note in found.notes]
    if not (
        any(map(_differs, found.tasks)) or found.cells or found.params or found.version_changes
    ):
        parts.append(Text("They show the same."))
    return Group(*parts)


def _differs(one: TaskChange) -> bool:
    return one.kind != "same" or one.pace != ""


def _runs(found: RunDiff) -> RenderableType:
    lines = [
        [name, one.run_id, state_text(one.state), _took(seconds), f"version {one.version}"]
        for name, one, seconds in (
            ("before", found.before, found.before_seconds),
            ("after", found.after, found.after_seconds),
        )
    ]
    return rows(("", "", "", "", ""), lines, "")


def _param(one: ParamChange) -> str:
    before, after = json.dumps(one.before), json.dumps(one.after)
    if one.kind == "changed":
        return f"{one.name}: {before} -> {after}"
    return f"{_SIGNS[one.kind]} {one.name}: {after if one.kind == 'added' else before}"


def _task(one: TaskChange) -> list[object]:
    name = one.task_id if one.map_index < 0 else f"{one.task_id}[{one.map_index}]"
    words = one.message if one.kind == "changed" else one.pace
    return [
        name,
        state_text(one.before_state) if one.before_state else "",
        state_text(one.after_state) if one.after_state else "",
        _took(one.before_seconds),
        _took(one.after_seconds),
        words,
    ]


def _took(seconds: float | None) -> str:
    return "" if seconds is None else duration(seconds)


def _cell(one: CellChange, most: int | None) -> Text:
    place = "log" if one.cell is None else f"cell {one.cell}"
    text = Text(f"\n{_SIGNS[one.kind]} {place}", style="bold")
    text.append(f" of {one.task_id}" if one.task_id else "", style="bold")
    if one.source:
        text.append("\n  code\n", style="bright_black").append(_lines(one.source, most))
    for shown in one.outputs:
        text.append(f"\n  {shown.what}\n", style="bright_black").append(_lines(shown.diff, most))
    return text


def _lines(diff: str, most: int | None) -> Text:
    """A unified diff in its colours, without its names."""
    lines = [line for line in diff.split("\n") if not line.startswith(("--- before", "+++ after"))]
    text = Text()
    for line in lines[:most]:
        text.append(f"    {line}\n", style=_STYLES.get(line[:1], ""))
    left = 0 if most is None else len(lines) - most
    text.append(f"    and {counted(left, 'more line')}: --all\n" if left > 0 else "")
    text.rstrip()
    return text
