"""`nbflow dags verify`: notebooks run both ways, as DAGs and from top to bottom, have to show the
same.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from nbflow import app
from nbflow.authoring.text_notebooks import is_text_notebook
from nbflow.cli.definitions import ParamOption, find_dag
from nbflow.cli.one_run import OneRun, RunSummary, checked_params
from nbflow.cli.output import Output, OutputOption, counted, errors_as_sentences, show
from nbflow.core.errors import NotFoundError
from nbflow.core.json import JsonObject
from nbflow.settings import Settings, load

SHOWN = 200

InPlaceOption = Annotated[
    bool, typer.Option("--in-place", help="Run both ways in the notebook's folder, not in copies.")
]


def verify(
    notebooks: Annotated[
        list[Path], typer.Argument(help="Notebooks whose cells are tasks, or folders of such.")
    ],
    param: ParamOption = None,
    in_place: InPlaceOption = False,
    output: OutputOption = Output.TABLE,
) -> None:
    """Run notebooks as DAGs and from top to bottom, and compare what each cell shows.

    Each way runs in a copy of the notebook's folder of its own, so that neither sees files of the
    other. Addresses, times and durations may differ, and numbers in their last digits; stderr is
    left out. Exit code 1 if anything else does. Nobody is asked: of every question the first option
    is taken, with what its form has by default.
    """
    with errors_as_sentences(output):
        settings = load().settings
        paths = list(_notebooks(notebooks))
        found: list[Comparison] = []
        for path in paths:
            found.append(_compare(settings, path, param, output, in_place=in_place))
            if len(paths) > 1 and output is Output.TABLE:
                typer.echo(_in_words(found[-1], path).plain.rstrip())
    if len(paths) == 1:
        show(found[0], output, lambda: _in_words(found[0], paths[0]))
    else:
        show(_Comparisons(found), output, lambda: _in_sum(found))
    if any(one.differences for one in found):
        raise typer.Exit(1)


@dataclass(frozen=True)
class Comparison:
    """How the two ways compare; times are in seconds. `shared` are paths by which both ways used
    one file all the same.
    """

    dag_id: str
    state: str
    tasks: int
    seconds_as_dag: float | None
    seconds_in_order: float
    differences: list[dict[str, object]]
    shared: list[dict[str, object]]


@dataclass(frozen=True)
class _Comparisons:
    notebooks: list[Comparison]


def _notebooks(paths: Sequence[Path]) -> Iterator[Path]:
    for path in paths:
        if not path.is_dir():
            yield path
            continue
        inside = sorted(each for each in path.rglob("*") if _is_notebook(each, path))
        if not inside:
            raise NotFoundError(f"There is no notebook in {path}.")
        yield from inside


def _is_notebook(path: Path, folder: Path) -> bool:
    """Whether it is a notebook, be it written as text; of a pair that jupytext keeps the same, the
    notebook itself.
    """
    if _is_hidden(path, folder) or path.is_dir():
        return False
    if path.suffix == ".ipynb":
        return True
    return is_text_notebook(path) and not path.with_suffix(".ipynb").exists()


def _is_hidden(path: Path, folder: Path) -> bool:
    return any(part.startswith(".") for part in path.relative_to(folder).parts)


def _compare(
    settings: Settings,
    notebook: Path,
    param: Sequence[str] | None,
    output: Output,
    *,
    in_place: bool,
) -> Comparison:
    # Before anything is copied: a path that leads nowhere is told as it was typed.
    params = checked_params(find_dag(settings, str(notebook)), param)
    with _ways(notebook, in_place=in_place) as ways:
        found = find_dag(settings, str(ways.as_dag))
        with (
            closing(OneRun(settings, "inline", None, output, stream=False)) as one_run,
            one_run.carried_out(found, param, no_cache=True, agrees=True) as (summary, _, _),
        ):
            if summary.output_notebook is None:
                raise NotFoundError(f"The cells of {notebook} are no tasks: nothing to compare.")
            return _compared(summary, ways, params)


@contextmanager
def _ways(notebook: Path, *, in_place: bool) -> Iterator[app.Ways]:
    if in_place:
        yield app.Ways(notebook, notebook)
        return
    with tempfile.TemporaryDirectory(prefix="nbflow-verify-", ignore_cleanup_errors=True) as folder:
        yield app.copies_to_compare(notebook, Path(folder).resolve())


def _compared(summary: RunSummary, ways: app.Ways, params: JsonObject) -> Comparison:
    differing, took = app.differs_in_order(str(summary.output_notebook), ways, params)
    return Comparison(
        summary.dag_id,
        summary.state,
        len(summary.tasks),
        _seconds(summary),
        round(took, 3),
        [asdict(one) for one in differing],
        [asdict(one) for one in ways.shared],
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
    if result.differences:
        text = Text(f"{notebook}: {counted(len(result.differences), 'difference')}. {times}")
    else:
        text = Text(f"{notebook}: both ways show the same. {times}")
    for one in result.shared:
        text.append(
            f"Cell {one['cell']} names {one['path']}: both ways used that file, not copies.\n",
            style="yellow",
        )
    for one in result.differences:
        text.append(f"\nCell {one['cell']}, {one['what']}\n", style="bold red")
        for way, side in (("as a DAG", "first"), ("top to bottom", "second")):
            text.append(f"  {way}: {str(one[side])[:SHOWN].strip() or 'nothing'}\n")
    return text


def _in_sum(found: Sequence[Comparison]) -> Text:
    wrong = sum(len(one.differences) for one in found)
    several = sum(one.tasks > 1 for one in found)
    return Text(
        f"{counted(len(found), 'notebook')}, {counted(sum(one.tasks for one in found), 'task')}: "
        f"{counted(wrong, 'difference')}; {several} are more than one task."
    )
