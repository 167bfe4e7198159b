"""Run the benchmarks and print one table: `python -m benchmarks [--output json]`."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

from distributed import Client

from benchmarks import measures
from benchmarks.measures import Figure
from benchmarks.stage import stage


def figures(folder: Path) -> Iterator[Figure]:
    with stage(folder) as ready, Client(ready.address, set_as_default=False) as client:
        client.gather([client.submit(abs, i, pure=False) for i in range(50)])
        yield measures.hand_off(ready, client)
        yield measures.trigger(ready, client)
        yield measures.throughput(ready, client)
    yield measures.notebook(folder)
    yield measures.command(folder)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--output", choices=["table", "json"], default="table")
    wanted = parser.parse_args().output
    with measures.temporary_folder() as folder:
        found = list(figures(Path(folder)))
    if wanted == "json":
        sys.stdout.write(json.dumps([asdict(figure) for figure in found], indent=2) + "\n")
        return
    rows = [(f.what, f.ours, f.reference, f"{f.ratio:.2f}", f.budget) for f in found]
    heads = ("what", "nbflow", "reference", "ratio", "budget")
    widths = [max(len(row[i]) for row in [heads, *rows]) for i in range(len(heads))]
    for row in [heads, *rows]:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)))


if __name__ == "__main__":
    main()
