"""What chatty notebooks cost: `python -m benchmarks.live [CASE ...] [--output json]`.

Each case is one cell, run as a task of ours and by `papermill.execute_notebook`, in a process of
its own each time. Times are those of the cell alone, as either writes it into the notebook, so that
our warm kernel gives no advantage. `sent` is what a browser that follows the task is sent.
papermill gives up on some cases, after 60 s without the end of the output.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import re
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path

import nbformat
from nbclient.exceptions import CellTimeoutError

from benchmarks.measures import temporary_folder

_IMAGE = """
import base64, os
from IPython.display import Image, display
head = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
for number in range(2000):
    display(Image(head + os.urandom(3000), format="png"))
"""
CASES = {
    "nothing": "pass",
    "200,000 prints": "for number in range(200_000):\n    print('line', number)",
    "50,000 prints, flushed each": "for n in range(50_000):\n    print('line', n, flush=True)",
    "one output of 50 MB": "print('x' * 79 + '\\n' + ('y' * 79 + '\\n') * 625_000)",
    "one line of 50 MB": "print('x' * 50_000_000)",
    "50 MB in 5,000 prints": "for n in range(5_000):\n    print('z' * 10_000, flush=True)",
    "20,000 steps of a progress bar": (
        "import sys\n"
        "for n in range(20_000):\n"
        "    sys.stderr.write(f'\\r{n / 200:.0f}% |{\"#\" * (n // 500):40}| {n}/20000')\n"
        "    sys.stderr.flush()"
    ),
    "5,000 updates of a display": (
        "from IPython.display import display\n"
        "shown = display('begin', display_id=True)\n"
        "for n in range(5_000):\n"
        "    shown.update({'n': n})"
    ),
    "2,000 pictures": _IMAGE,
}


@dataclass(frozen=True)
class Took:
    """One cell: seconds of the cell and of the whole, the most memory of the process that ran it
    (not the kernel) in MiB, and the size of what it left behind in MB.
    """

    seconds: float
    whole: float
    memory: int
    notebook: float
    sent: float = 0.0
    log: float = 0.0


def ours(path: Path, folder: Path) -> Took:
    from benchmarks.notebooks import NotebookTask  # noqa: PLC0415 - only one of the two sides

    with closing(NotebookTask(path, folder)) as task:
        task.wait_until_warm()
        began = time.monotonic()
        task.run()
        whole = time.monotonic() - began
    (left,) = (folder / "artifacts").iterdir()
    files = {file.name: file.stat().st_size / 1e6 for file in left.iterdir()}
    return _took(left / "output.ipynb", whole, files["events.jsonl"], files["log.txt"])


def papermills(path: Path, folder: Path) -> Took:
    import papermill  # noqa: PLC0415 - likewise

    began = time.monotonic()
    # Of its own accord it gives up on output that is 4 s late.
    with contextlib.suppress(CellTimeoutError):
        papermill.execute_notebook(
            str(path),
            str(folder / "out.ipynb"),
            kernel_name="python3",
            progress_bar=False,
            iopub_timeout=60,
        )
    return _took(folder / "out.ipynb", time.monotonic() - began)


def _took(notebook: Path, whole: float, sent: float = 0.0, log: float = 0.0) -> Took:
    cell = nbformat.read(notebook, as_version=4).cells[0]
    size = notebook.stat().st_size / 1e6
    return Took(cell.metadata.papermill.duration, whole, _most_memory(), size, sent, log)


def _most_memory() -> int:
    """Of this process so far, in MiB."""
    told = Path("/proc/self/status").read_text()
    return int(re.findall(r"VmHWM:\s+(\d+)", told)[0]) // 1024


SIDES = {"nbflow": ours, "papermill": papermills}


def apart(case: str, side: str) -> Took:
    """One case on one side, in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.live", case, "--side", side]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(done.stderr)
    return Took(**json.loads(done.stdout))


def rows(cases: Sequence[str]) -> Iterator[tuple[str, Took, Took]]:
    for case in cases:
        yield case, apart(case, "nbflow"), apart(case, "papermill")


def here(case: str, side: str) -> Took:
    """One case on one side, in this process."""
    with temporary_folder() as name:
        folder = Path(name)
        path = folder / "chatty.ipynb"
        cells = [nbformat.v4.new_code_cell(CASES[case])]
        nbformat.write(nbformat.v4.new_notebook(cells=cells), path)
        return SIDES[side](path, folder)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("cases", nargs="*", metavar="CASE", help=", ".join(CASES))
    parser.add_argument("--side", choices=SIDES)
    parser.add_argument("--output", choices=["table", "json"], default="table")
    told = parser.parse_args()
    cases = told.cases or list(CASES)
    if told.side:
        print(json.dumps(asdict(here(cases[0], told.side))))
        return
    found = []
    for case, mine, theirs in rows(cases):
        found.append({"case": case, "nbflow": asdict(mine), "papermill": asdict(theirs)})
        if told.output == "table":
            print(
                f"{case:32} cell {mine.seconds:6.2f} s, papermill {theirs.seconds:6.2f} s "
                f"({mine.seconds / max(theirs.seconds, 0.001):5.2f})   "
                f"memory {mine.memory} / {theirs.memory} MiB   notebook {mine.notebook:.1f} / "
                f"{theirs.notebook:.1f} MB   sent {mine.sent:.1f} MB   log {mine.log:.1f} MB",
                flush=True,
            )
    if told.output == "json":
        print(json.dumps(found, indent=2))


if __name__ == "__main__":
    main()
