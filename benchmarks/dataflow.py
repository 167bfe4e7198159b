"""How much of the corpus runs at once, and how much of it wrongly: `python -m benchmarks.dataflow`.

Every notebook is run from top to bottom and by tasks in several orders that the edges allow; what
differs is a wrong result. With `--kernels` they run in real kernels instead, tasks side by side, by
the scheduler that `nbflow run` uses. Beside the tasks found and how many of them run side by side
at most stands the best possible, where somebody has worked it out by hand.
"""

from __future__ import annotations

import argparse
import re
from time import monotonic

from tests.corpus.in_kernels import run_in_kernels, summary
from tests.corpus.run import Ran, run
from tests.corpus.source import FOLDER, Shape, Source, corpus


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--orders", type=int, default=3, help="orders in which tasks are run")
    parser.add_argument("--write", action="store_true", help="write what is found into the corpus")
    parser.add_argument("--kernels", action="store_true", help="run them in real kernels")
    parser.add_argument("names", nargs="*", help="only these notebooks")
    given = parser.parse_args()
    sources = [s for s in corpus() if not given.names or s.name in given.names]
    if given.kernels:
        _in_kernels(sources)
        return
    ran = run(sources, orders=given.orders)
    print(
        f"{'notebook':26} {'cells':>5} {'tasks':>5} {'wide':>4} {'best tasks':>11} {'best wide':>9}"
    )
    for source in sources:
        print(_row(source, ran[source.name]))
        if given.write:
            _write(source, ran[source.name].found)
    print(_summary(sources, ran, given.orders))


def _in_kernels(sources: list[Source]) -> None:
    began = monotonic()
    ran = run_in_kernels(sources)
    for one in ran.values():
        told = "" if one.state == "success" else f"  {one.state}"
        print(f"{one.name:26} {one.found}, {one.at_once} at once{told}")
        for difference in one.differences:
            print(f"    WRONG {difference}")
    print(summary(ran, monotonic() - began))


def _row(source: Source, ran: Ran) -> str:
    found, best = ran.found, source.best
    by_hand = f"{best.tasks:>11} {best.width:>9}" if best else f"{'':>11} {'':>9}"
    wrong = f"  {len(ran.differences)} WRONG" if ran.differences else ""
    row = f"{source.name:26} {source.code_cells:>5} {found.tasks:>5} {found.width:>4} {by_hand}"
    return f"{row}{wrong}"


def _summary(sources: list[Source], ran: dict[str, Ran], orders: int) -> str:
    judged = [(ran[s.name].found, s.best) for s in sources if s.best is not None]
    wrong = sum(len(one.differences) for one in ran.values())
    wide = sum(one.found.width > 1 for one in ran.values())
    cells = sum(source.code_cells for source in sources)
    ran_as = f"{len(sources)} notebooks, {cells} cells, {orders} orders"
    lines = [f"{ran_as}: {wrong} wrong results; {wide} notebooks run something side by side."]
    if judged:
        tasks, best_tasks = sum(f.tasks for f, _ in judged), sum(b.tasks for _, b in judged)
        width, best_width = sum(f.width for f, _ in judged), sum(b.width for _, b in judged)
        lines.append(
            f"Of {len(judged)} worked out by hand: {tasks} of {best_tasks} tasks found, "
            f"{width} of {best_width} side by side."
        )
    return "\n".join(lines)


def _write(source: Source, found: Shape) -> None:
    path = FOLDER / f"{source.name}.py"
    title, rest = path.read_text(encoding="utf-8").split("\n", 1)
    rest = re.sub(r"\A# found: .*\n", "", rest)
    path.write_text(f"{title}\n# found: {found}\n{rest}", encoding="utf-8")


if __name__ == "__main__":
    main()
