"""The measurements, each with its reference taken in the same run. Times in seconds."""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import nbformat
from distributed import Client

from benchmarks.stage import Stage

BIN = Path(sys.executable).parent


@dataclass(frozen=True)
class Figure:
    """One row: ours, the reference, their ratio, and the budget in words."""

    what: str
    ours: str
    reference: str
    ratio: float
    budget: str


def median(values: Sequence[float]) -> float:
    return statistics.median(values)


def p95(values: Sequence[float]) -> float:
    return sorted(values)[int(len(values) * 0.95)]


def _when(*_: object) -> list[float]:
    return [time.time(), time.time()]


def hand_off(stage: Stage, client: Client) -> Figure:
    """A chain of 21 no-ops: end of a body to start of the next, every state durable."""
    ours: list[float] = []
    reference: list[float] = []
    for _ in range(3):
        _, times = stage.run("chain")
        in_order = [times[f"t{i}"] for i in range(21)]
        ours += [later[0] - earlier[1] for earlier, later in pairwise(in_order)]
        done = [client.submit(_when, pure=False).result() for _ in range(21)]
        reference += [later[0] - earlier[1] for earlier, later in pairwise(done)]
    return Figure(
        "hand-off, end of body to start of next",
        f"{median(ours) * 1e3:.1f} ms, p95 {p95(ours) * 1e3:.0f} ms",
        f"{median(reference) * 1e3:.1f} ms (Dask, client-driven)",
        median(ours) / median(reference),
        "<= 15 ms median, <= 60 ms p95",
    )


def trigger(stage: Stage, client: Client) -> Figure:
    """From asking for a run to the first line of user code."""
    ours = []
    reference = []
    for _ in range(10):
        asked, times = stage.run("one")
        ours.append(times["t0"][0] - asked)
        start = time.time()
        reference.append(client.submit(_when, pure=False).result()[0] - start)
    return Figure(
        "trigger to first line of user code",
        f"{median(ours) * 1e3:.0f} ms",
        f"{median(reference) * 1e3:.1f} ms (Dask submit)",
        median(ours) / median(reference),
        "<= 100 ms median",
    )


def throughput(stage: Stage, client: Client) -> Figure:
    """1,000 independent no-ops, thread isolation, every state durable when the run ends."""
    ours = []
    reference = []
    for _ in range(3):
        start = time.time()
        stage.run("wide")
        ours.append(1000 / (time.time() - start))
        start = time.time()
        client.gather([client.submit(_when, pure=False) for _ in range(1000)])
        reference.append(1000 / (time.time() - start))
    return Figure(
        "1,000 independent no-ops",
        f"{median(ours):.0f}/s",
        f"{median(reference):.0f}/s (raw client.submit)",
        median(ours) / median(reference),
        "ratio >= 0.60",
    )


def notebook(folder: Path) -> Figure:
    """A 3-cell notebook on a warm kernel, against papermill.execute_notebook in this process."""
    import papermill  # noqa: PLC0415 - slow, and only this one needs it

    from benchmarks.notebooks import NotebookTask  # noqa: PLC0415 - likewise

    path = three_cells(folder)
    with closing(NotebookTask(path, folder)) as task:
        ours = _times(task.run, 10, before=task.wait_until_warm)
    run = lambda: papermill.execute_notebook(  # noqa: E731 - one line
        str(path), str(folder / "out.ipynb"), progress_bar=False
    )
    reference = _times(run, 5)
    return Figure(
        "3-cell notebook, warm pool",
        f"{median(ours) * 1e3:.0f} ms",
        f"{median(reference) * 1e3:.0f} ms (papermill.execute_notebook)",
        median(reference) / median(ours),
        "<= 100 ms and >= 8x faster",
    )


def command(folder: Path) -> Figure:
    """A fresh `nbflow run` of that notebook against the `papermill` command, processes included."""
    path = three_cells(folder)
    out = str(folder / "cli.ipynb")
    ours = _times(_process(BIN / "nbflow", "run", str(path), cwd=folder), 5)
    papermill = _process(BIN / "papermill", "--no-progress-bar", str(path), out, cwd=folder)
    reference = _times(papermill, 5)
    return Figure(
        "fresh `nbflow run`",
        f"{median(ours):.2f} s",
        f"{median(reference):.2f} s (papermill command)",
        median(ours) / median(reference),
        "ratio <= 1",
    )


def three_cells(folder: Path) -> Path:
    """The notebook everything is measured with."""
    v4 = nbformat.v4
    cells = [v4.new_code_cell(code) for code in ("x = 1", "y = x + 1", "print(x + y)")]
    spec = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    path = folder / "three_cells.ipynb"
    nbformat.write(v4.new_notebook(cells=cells, metadata=spec), path)
    return path


def _times(
    run: Callable[[], object], count: int, before: Callable[[], None] = lambda: None
) -> list[float]:
    """How long `run` takes, `count` times after one that does not count."""
    found = []
    for _ in range(count + 1):
        before()
        start = time.perf_counter()
        run()
        found.append(time.perf_counter() - start)
    return found[1:]


def _process(*command: object, cwd: Path) -> Callable[[], object]:
    words = [str(word) for word in command]
    return lambda: subprocess.run(words, cwd=cwd, check=True, capture_output=True)


def temporary_folder() -> tempfile.TemporaryDirectory[str]:
    return tempfile.TemporaryDirectory(prefix="nbflow-benchmark-")
