"""Notebooks run both ways in real kernels: as DAGs and as whole notebooks, by one scheduler, with
tasks side by side. `python -m benchmarks.dataflow --kernels` runs all of the corpus.
"""

from __future__ import annotations

import copy
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from time import monotonic

import nbformat
from nbformat import NotebookNode

from nbflow import app
from nbflow.authoring.discovery import ParsedFile, parse_files
from nbflow.runtime.artifacts import read_url
from nbflow.runtime.differences import Difference, differences, told_elsewhere
from nbflow.settings import Settings, load
from nbflow.store.database import Database
from nbflow.views.runs import newest_tries, run_detail
from tests.corpus.both_ways import LIBRARIES, shape_of
from tests.corpus.source import Shape, Source

LONGEST = 600.0
"""So many seconds all of them together may take before something must be wrong."""

WHOLE = """
from nbflow import DAG, NotebookOperator

with DAG("whole_{name}"):
    NotebookOperator(task_id="whole", notebook="{name}.ipynb")
"""
Ran = tuple[str, str]


@dataclass(frozen=True)
class InKernels:
    """What came of a notebook as a DAG: its state, how much of it can run at once, how many of its
    tasks did run side by side at some time, and what differs from its run as a whole.
    """

    name: str
    state: str
    found: Shape
    at_once: int
    differences: list[Difference]


def run_in_kernels(sources: Sequence[Source], *, slots: int = 4) -> dict[str, InKernels]:
    """Run each both ways, and compare."""
    with tempfile.TemporaryDirectory(prefix="nbflow-corpus-") as made:
        folder = Path(made).resolve()
        parsed = _written(sources, folder)
        with _site(folder, slots) as (settings, database):
            runs = _run_all(settings, database, list(parsed.values()))
            return {
                source.name: _compare(source, parsed, settings, database, runs, folder)
                for source in sources
            }


def summary(ran: Mapping[str, InKernels], seconds: float) -> str:
    """Both figures in a sentence: wrong results, and how much ran side by side."""
    wrong = sum(len(one.differences) for one in ran.values())
    tasks = sum(one.found.tasks for one in ran.values())
    wide = sum(one.found.width > 1 for one in ran.values())
    at_once = sum(one.at_once > 1 for one in ran.values())
    return (
        f"{len(ran)} notebooks in real kernels, {tasks} tasks, {seconds:.0f} s: {wrong} wrong "
        f"results; {wide} notebooks may run tasks side by side, {at_once} did."
    )


# --- both ways ------------------------------------------------------------------------------------


def _written(sources: Sequence[Source], folder: Path) -> dict[str, ParsedFile]:
    """Each notebook in two folders of its own with names of one length; the DAGs in them."""
    files: dict[str, Path] = {}
    for source in sources:
        ways = [folder / way / source.name for way in ("dag", "row")]
        for way in ways:
            way.mkdir(parents=True)
        files[source.name] = source.write(ways[0])
        _without_skipped(source).write(ways[1])
        whole = ways[1] / "whole.py"
        whole.write_text(WHOLE.format(name=source.name), encoding="utf-8")
        files[f"whole_{source.name}"] = whole
    found = parse_files(list(files.values()), [path.parent for path in files.values()])
    parsed = dict(zip(files, found, strict=True))
    for each in parsed.values():
        assert len(each.dags) == 1, each.problems
    return parsed


def _without_skipped(source: Source) -> Source:
    nb = copy.deepcopy(source.notebook)
    nb.cells = [cell for cell in nb.cells if "skip" not in cell.metadata.get("tags", [])]
    return Source(source.name, source.title, nb, None, None)


@contextmanager
def _site(folder: Path, slots: int) -> Iterator[tuple[Settings, Database]]:
    modules = [name for name in LIBRARIES if name != "sqlite3"]
    changes = {
        "executor": "inline",
        "data": folder / "data",
        "store": "",
        "artifacts": "",
        "slots": slots,
        "preload": modules,
        "warm_kernels": slots,
    }
    settings = load(folder).settings.model_copy(update=changes)
    with app.open_database(settings) as database:
        yield settings, database


def _run_all(
    settings: Settings, database: Database, parsed: Sequence[ParsedFile]
) -> dict[str, str]:
    """Every DAG once, to the end; the ids of the runs."""
    runs: dict[str, str] = {}
    for each in parsed:
        (dag,) = each.dags
        runs[dag.dag_id] = app.create_run(
            database, dag, each.bundle, file=each.path, params={}, no_cache=True
        )
    left, ended = set(runs.values()), Event()

    def finished(run: object) -> None:
        left.discard(run.snapshot.run.run_id)  # type: ignore[attr-defined] # the store's run
        if not left:
            ended.set()

    deadline = monotonic() + LONGEST
    with closing(app.make_runner(settings)) as runner:
        runner.expect_kernels(len(runs))
        scheduler = app.make_scheduler(
            settings,
            database,
            app.make_executor(settings, runner),
            watch_dags=False,
            on_run_finished=finished,
        )
        scheduler.run_until(lambda: ended.is_set() or monotonic() > deadline)
    assert not left, f"{len(left)} runs did not end within {LONGEST:.0f} s."
    return runs


def _compare(
    source: Source,
    parsed: Mapping[str, ParsedFile],
    settings: Settings,
    database: Database,
    runs: Mapping[str, str],
    folder: Path,
) -> InKernels:
    (dag,) = parsed[source.name].dags
    detail = run_detail(database, dag.dag_id, runs[dag.dag_id])
    url = app.keep_assembled(settings, database, dag.dag_id, runs[dag.dag_id])
    whole = newest_tries(database, f"whole_{source.name}", runs[f"whole_{source.name}"])
    in_order = _read(whole["whole", -1].output_notebook)
    as_dag = told_elsewhere(_read(url), folder / "dag", folder / "row")
    as_dag.cells = [c for c in as_dag.cells if "skip" not in c.metadata.get("tags", [])]
    times = [(i.started_at, i.ended_at) for i in detail.instances if i.started_at and i.ended_at]
    return InKernels(
        source.name,
        detail.run.state,
        shape_of(dag),
        _most_at_once(times),
        differences(as_dag, in_order),
    )


def _most_at_once(times: Sequence[Ran]) -> int:
    return max((sum(a <= start < b for a, b in times) for start, _ in times), default=0)


def _read(url: str | None) -> NotebookNode:
    assert url is not None, "The run has left no notebook."
    read: NotebookNode = nbformat.reads(read_url(url).decode(), as_version=4)
    return read
