"""A soak: a thousand notebooks through scheduler, Dask and warm kernels, and what processes hold
before, between and after: `python -m benchmarks.soak [--tasks 1000] [--output json]`.

Flat means that the end holds no more than the second tenth: the first fills caches and pools.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

import psutil

from benchmarks import measures
from benchmarks.stage import Stage, stage

_DAG = """
from nbflow import DAG, NotebookOperator

with DAG("soak"):
    for number in range({tasks}):
        NotebookOperator(task_id=f"n{{number}}", notebook="three_cells.ipynb")
"""
RUNS = 10
MORE_MEMORY, MORE_FILES, MORE_PROCESSES = 1.10, 8, 2
"""How much more than after the second tenth counts as a leak: a factor, and numbers."""


@dataclass(frozen=True)
class Held:
    """What this process and all below it hold; memory in MiB. Kernels come and go, so that of the
    processes that stay is shown apart.
    """

    tasks: int
    seconds: float
    memory: float
    memory_of_lasting: float
    files: int
    processes: int
    threads: int


def soak(folder: Path, tasks: int) -> Iterator[Held]:
    """What is held at the start and after each of RUNS runs, with `tasks` notebooks in all."""
    dags = folder / "dags"
    dags.mkdir()
    measures.three_cells(dags)
    (dags / "soak.py").write_text(_DAG.format(tasks=tasks // RUNS))
    with stage(folder, dags=dags, workers=1, threads=2, warm_kernels=2) as ready:
        began = time.monotonic()
        yield _held(0, began)
        for run in range(1, RUNS + 1):
            ready.finish("soak")
            _settled(ready)
            yield _held(run * (tasks // RUNS), began)


def leaks(found: list[Held]) -> list[str]:
    """What grew between the second tenth and the end."""
    before, after = found[2], found[-1]
    grown = {
        "memory of the processes that stay": (
            after.memory_of_lasting > before.memory_of_lasting * MORE_MEMORY
        ),
        "files": after.files > before.files + MORE_FILES,
        "processes": after.processes > before.processes + MORE_PROCESSES,
    }
    return [name for name, has in grown.items() if has]


def _settled(ready: Stage) -> None:
    """Return when the used kernels have ended and new ones stand ready, or after a while."""
    deadline = time.monotonic() + 20
    while len(_kernels()) != ready.warm_kernels and time.monotonic() < deadline:
        time.sleep(0.1)


def _kernels() -> list[psutil.Process]:
    found = []
    for process in psutil.Process().children(recursive=True):
        with suppress(psutil.NoSuchProcess):
            if process.name() == "nbflow-kernel":
                found.append(process)
    return found


def _held(tasks: int, began: float) -> Held:
    me = psutil.Process()
    memory = lasting = 0.0
    files = processes = threads = 0
    kernels = {process.pid for process in _kernels()}
    for process in [me, *me.children(recursive=True)]:
        with suppress(psutil.NoSuchProcess):
            own = process.memory_full_info().pss / 2**20
            memory += own
            lasting += 0.0 if process.pid in kernels else own
            files += process.num_fds()
            threads += process.num_threads()
            processes += 1
    return Held(
        tasks,
        round(time.monotonic() - began, 1),
        round(memory, 1),
        round(lasting, 1),
        files,
        processes,
        threads,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tasks", type=int, default=1000)
    parser.add_argument("--output", choices=["table", "json"], default="table")
    told = parser.parse_args()
    found = []
    with measures.temporary_folder() as folder:
        for held in soak(Path(folder), told.tasks):
            found.append(held)
            if told.output == "table":
                print("  ".join(f"{name} {value}" for name, value in asdict(held).items()))
                sys.stdout.flush()
    grown = leaks(found)
    if told.output == "json":
        sys.stdout.write(json.dumps({"held": [asdict(h) for h in found], "leaks": grown}) + "\n")
    else:
        print(f"Grew: {', '.join(grown)}." if grown else "Flat.")
    sys.exit(1 if grown else 0)


if __name__ == "__main__":
    main()
