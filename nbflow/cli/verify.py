"""`nbflow dags verify`: a notebook run both ways, as a DAG and from top to bottom, has to show the
same.
"""

from __future__ import annotations

from contextlib import closing
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from nbflow import app
from nbflow.cli.definitions import ParamOption, find_dag
from nbflow.cli.one_run import OneRun, RunSummary, checked_params
from nbflow.cli.output import Output, OutputOption, counted, errors_as_sentences, show
from nbflow.core.errors import NotFoundError
from nbflow.core.json import JsonObject
from nbflow.settings import load

SHOWN = 200


def verify(
    notebook: Annotated[Path, typer.Argument(help="A notebook whose cells are tasks.")],
    param: ParamOption = None,
    output: OutputOption = Output.TABLE,
) -> None:
    """Run a notebook as a DAG and from top to bottom, and compare what each cell shows.

    Addresses, times and durations may differ, and numbers in their last digits; stderr is left
    out. Exit code 1 if anything else does.
    """
    with errors_as_sentences(output):
        settings = load().settings
        found = find_dag(settings, str(notebook))
        params = checked_params(found, param)
        with (
            closing(OneRun(settings, "inline", None, output, stream=False)) as one_run,
            one_run.carried_out(found, param, no_cache=True) as (summary, _, _),
        ):
            if summary.output_notebook is None:
                raise NotFoundError(f"The cells of {notebook} are no tasks: nothing to compare.")
            result = _compared(summary, notebook, params)
    show(result, output, lambda: _in_words(result, notebook))
    if result.differences:
        raise typer.Exit(1)


@dataclass(frozen=True)
class Comparison:
    """How the two ways compare; times are in seconds."""

    dag_id: str
    state: str
    tasks: int
    seconds_as_dag: float | None
    seconds_in_order: float
    differences: list[dict[str, object]]


def _compared(summary: RunSummary, notebook: Path, params: JsonObject) -> Comparison:
    differing, took = app.differs_in_order(str(summary.output_notebook), notebook, params)
    return Comparison(
        summary.dag_id,
        summary.state,
        len(summary.tasks),
        _seconds(summary),
        round(took, 3),
        [asdict(one) for one in differing],
    )


def _seconds(summary: RunSummary) -> float | None:
    if summary.started_at is None or summary.ended_at is None:
        return None
    began, ended = map(datetime.fromisoformat, (summary.started_at, summary.ended_at))
    return round((ended - began).total_seconds(), 3)


def _in_words(result: Comparison, notebook: Path) -> Text:
    times = (
        f"{counted(result.tasks, 'task')}: {result.seconds_as_dag} s as a DAG, "
        f"{result.seconds_in_order} s from top to bottom.\n"
    )
    if not result.differences:
        return Text(f"{notebook}: both ways show the same. {times}")
    text = Text(f"{notebook}: {counted(len(result.differences), 'difference')}. {times}")
    for one in result.differences:
        text.append(f"\nCell {one['cell']}, {one['what']}\n", style="bold red")
        for way, side in (("as a DAG", "first"), ("top to bottom", "second")):
            text.append(f"  {way}: {str(one[side])[:SHOWN].strip() or 'nothing'}\n")
    return text
