"""A notebook that fails, repaired: looked into, reconstructed, resumed with an edited cell, and the
edit promoted to the source.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from io import StringIO
from pathlib import Path
from time import monotonic
from typing import Any

import nbformat
import pytest
from nbformat import NotebookNode
from rich.console import Console

from nbflow import app
from nbflow.app.repair import AttemptRef, Repair
from nbflow.cli.progress import run_table
from nbflow.commands import Commands
from nbflow.core.errors import RequestError
from nbflow.scheduler.loop import Scheduler
from nbflow.settings import Settings
from nbflow.store.database import Database
from nbflow.views.runs import run_detail, run_list, task_instance_detail
from tests.runtime.notebook_attempts import wait_gone

SOURCES = {
    "load": "import numpy as np\nrows = [4, 1, 0]\nmany = np.arange(5000)",
    "sum": "total = sum(rows)",
    "divide": "ratios = [total / row for row in rows]\nlargest = int(many.max())",
    "report": "print('best', max(ratios), largest)",
}
TASKS = {"load": "load", "sum": "divide", "divide": "divide", "report": "report"}


@pytest.fixture(autouse=True)
def stays_here(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Cells that are run in this process may go elsewhere: the next test begins where we did."""
    monkeypatch.chdir(tmp_path)


class Bench:
    """A project with the failing DAG, its scheduler, and the verbs of the one who repairs it."""

    def __init__(self, settings: Settings, database: Database, scheduler: Scheduler) -> None:
        self.settings, self.database, self.scheduler = settings, database, scheduler
        self.file = settings.dag_paths[0] / "ratios.ipynb"
        self.verbs = Commands(database, "chloé")
        self.repair = Repair(settings, database)

    def write(self, **changed: str) -> None:
        cells: list[dict[str, object]] = [
            {
                "cell_type": "code",
                "id": cell_id,
                "source": changed.get(cell_id, source),
                "metadata": {"tags": [f"task:{TASKS[cell_id]}"]},
                "outputs": [],
                "execution_count": None,
            }
            for cell_id, source in SOURCES.items()
        ]
        kernelspec = {"name": "python3", "display_name": "Python 3", "language": "python"}
        metadata = {"kernelspec": kernelspec, "nbflow": {"dag_id": "ratios"}}
        text = {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}
        self.file.write_text(json.dumps(text))

    def source(self) -> str:
        """What the cell that fails says in the notebook of the project now."""
        return str(nbformat.reads(self.file.read_text(), as_version=4).cells[2].source)

    def until(self, holds: Callable[[], bool]) -> None:
        """Let the scheduler work until it is so, at most a minute."""
        deadline = monotonic() + 60
        while not holds():
            assert monotonic() < deadline, "it did not come about"
            self.scheduler.run_once()
            self.scheduler._wake.wait(0.02)

    def run(self, run_id: str, state: str) -> str:
        """Wait for a run that was asked for to end like this."""

        def has_ended() -> bool:
            found = {one.run_id: one.state for one in run_list(self.database, "ratios").runs}
            return found.get(run_id) in ("success", "failed")

        self.until(has_ended)
        assert run_detail(self.database, "ratios", run_id).run.state == state
        return run_id

    def printed(self, run_id: str, task_id: str) -> str:
        nb = self.repair.executed(AttemptRef("ratios", run_id, task_id))
        return "".join(o.text for c in nb.cells for o in c.get("outputs", ()) if "text" in o)


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    (tmp_path / "dags").mkdir()
    # By URL, as of a store that is not on this machine.
    artifacts = (tmp_path / "artifacts").as_uri()
    settings = Settings(home=tmp_path, executor="inline", warm_kernels=0, artifacts=artifacts)
    with app.open_database(settings) as database:
        executor = app.make_executor(settings)
        scheduler = app.make_scheduler(settings, database, executor)
        made = Bench(settings, database, scheduler)
        made.write()
        executor.start(scheduler.wake)
        assert scheduler.loader is not None
        scheduler.loader._scan_and_tell()
        scheduler.run_once()
        try:
            yield made
        finally:
            executor.close()


def test_a_failed_notebook_is_repaired(bench: Bench) -> None:
    first = bench.run(str(bench.verbs.trigger("ratios").run_id), "failed")
    failed = AttemptRef("ratios", first, "divide")
    pid = _kernel_and_what_the_cell_read(bench, failed)
    _reconstructed(bench, failed)

    # A first edit fails in another way, and is edited once more.
    cells = {
        **SOURCES,
        "divide": "ratios = [total / row for row in rows if row]\nlargest = nothing",
    }
    second = _resumed(bench, failed, cells, "failed")
    cells["divide"] = cells["divide"].replace("nothing", "7")
    third = _resumed(bench, AttemptRef("ratios", second, "divide"), cells, "success")

    assert bench.printed(third, "report") == "best 5.0 7\n"
    instances = run_detail(bench.database, "ratios", third).instances
    assert [one.task_id for one in instances] == ["divide", "report"]
    assert bench.source() == SOURCES["divide"]

    bench.repair.promote(AttemptRef("ratios", third, "divide"), cells)
    assert bench.source() == cells["divide"]
    bench.write(divide="somebody = 'else'")
    with pytest.raises(RequestError, match=r"Cell 2 of .*ratios\.ipynb was changed after the run"):
        bench.repair.promote(failed, cells)

    bench.repair.end_kernel(failed, app.utc_now())
    wait_gone(pid)


def _kernel_and_what_the_cell_read(bench: Bench, failed: AttemptRef) -> int:
    detail = task_instance_detail(bench.database, "ratios", failed.run_id, "divide")
    [one] = detail.tries
    assert one.kernel is not None
    assert one.names_read["rows"] == "list of 3: [4, 1, 0]"
    assert one.names_read["many"].startswith("ndarray (5000,): array([")
    kept = bench.repair.kernel(failed, app.utc_now())
    debug = bench.repair.debug_notebook(failed, kept)
    assert debug.metadata.nbflow.repair.cell == 2
    assert [o.ename for o in debug.cells[-1].outputs] == ["ZeroDivisionError"]
    return kept.pid


def _reconstructed(bench: Bench, failed: AttemptRef) -> None:
    there = _names_after(bench.repair.reconstructed(failed))
    assert (there["rows"], there["many"].sum(), there["total"]) == ([4, 1, 0], 12497500, 5)
    finished = AttemptRef("ratios", failed.run_id, "load")
    assert _names_after(bench.repair.reconstructed(finished), 1)["rows"] == [4, 1, 0]


# `Any`: the names of a notebook hold values of any type.
def _names_after(nb: NotebookNode, cells: int = 2) -> dict[str, Any]:
    """What the cell of inputs and the first `cells - 1` of the task define."""
    names: dict[str, Any] = {}
    code = [cell for cell in nb.cells if cell.cell_type == "code"]
    assert all(not cell.outputs for cell in code)
    for cell in code[: cells + 1]:
        if "total / row" not in cell.source:
            exec(cell.source, names)  # a test's own source
    return names


def _resumed(bench: Bench, ref: AttemptRef, cells: dict[str, str], state: str) -> str:
    edits = bench.repair.edits(ref, cells)
    assert list(edits) == ["divide"]
    receipt = bench.verbs.resume("ratios", ref.run_id, {"divide": edits})
    run_id = bench.run(str(receipt.run_id), state)
    detail = run_detail(bench.database, "ratios", run_id)
    assert (detail.run.rerun_of, detail.run.edited) == (ref.run_id, ["divide"])
    terminal = Console(file=StringIO(), record=True, width=200)
    terminal.print(run_table(detail))
    assert f"A rerun of {ref.run_id}, with edited cells of divide." in terminal.export_text()
    return run_id


def test_what_cannot_be_repaired_is_refused_in_a_sentence(bench: Bench) -> None:
    bench.write(divide="ratios, largest = [1], 1")
    assert bench.scheduler.loader is not None
    bench.scheduler.loader._scan_and_tell()
    bench.scheduler.run_once()
    run_id = bench.run(str(bench.verbs.trigger("ratios").run_id), "success")
    ref = AttemptRef("ratios", run_id, "divide")

    with pytest.raises(RequestError, match=r"was not kept\. Reconstruct divide instead"):
        bench.repair.kernel(ref, app.utc_now())
    with pytest.raises(RequestError, match="has succeeded, and no cell was edited"):
        bench.verbs.resume("ratios", run_id)
    with pytest.raises(RequestError, match="No cell differs"):
        bench.repair.promote(ref, {"divide": "ratios, largest = [1], 1"})
