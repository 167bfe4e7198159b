"""Runs notebooks of the corpus both ways, some at a time, each lane in a process of its own that
has imported what the notebooks import: `python -m tests.corpus.run NAME...` is one lane.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from tests.corpus.source import Shape, Source, corpus

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Ran:
    """What came of one notebook. `failed` is the error that ended it from top to bottom;
    `differences` are as `nbflow.runtime.differences` has them.
    """

    name: str
    found: Shape
    differences: list[dict[str, Any]]
    failed: str


def run(sources: Sequence[Source], *, orders: int = 1, lanes: int = 2) -> dict[str, Ran]:
    """Every notebook from top to bottom, and by tasks in so many orders."""
    # The long ones first, dealt out in turn, so that the lanes end at about the same time.
    ordered = sorted(sources, key=lambda source: -source.code_cells)
    shares = [share for lane in range(lanes) if (share := ordered[lane::lanes])]
    processes = [_lane([source.name for source in share], orders) for share in shares]
    found = [ran for process in processes for ran in _told(process)]
    return {ran.name: ran for ran in found}


def _lane(names: Sequence[str], orders: int) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", __name__, "--orders", str(orders), *names]
    environment = {**os.environ, "PYTHONHASHSEED": "0", "OMP_NUM_THREADS": "1"}
    return subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True, encoding="utf-8"
    )


def _told(process: subprocess.Popen[str]) -> Iterator[Ran]:
    told, _ = process.communicate()
    assert process.returncode == 0, f"A lane ended with {process.returncode}."
    for line in told.splitlines():
        facts = json.loads(line)
        yield Ran(**{**facts, "found": Shape(**facts["found"])})


def _main() -> None:
    from tests.corpus.both_ways import compare, warm_up

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--orders", type=int, default=1)
    parser.add_argument("names", nargs="+")
    given = parser.parse_args()
    warm_up()
    gc.collect()
    gc.freeze()  # what is never looked at by the collector need not be copied by forks
    by_name = {source.name: source for source in corpus()}
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    for name in given.names:
        ran = compare(by_name[name], range(given.orders))
        out.write(json.dumps(asdict(ran)) + "\n")
        out.flush()


if __name__ == "__main__":
    _main()
