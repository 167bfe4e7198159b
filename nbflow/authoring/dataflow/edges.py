"""Between cells: which cell's value another one uses, what must come before what, and which cells
must share a kernel.

Notebook order makes versions of every name: a cell uses the version of the last cell before it that
wrote the name. Three kinds of finding: a `Use` (a value travels), an `Order` (something outside the
names), a `Bond` (what is shared cannot be sent).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from nbflow.authoring.dataflow.bonds import BondFinder
from nbflow.authoring.dataflow.cells import CellReader
from nbflow.authoring.dataflow.facts import CellFacts
from nbflow.authoring.dataflow.flow import Flow
from nbflow.authoring.dataflow.orders import OrderFinder
from nbflow.authoring.dataflow.setup import Setup, find_setup
from nbflow.authoring.dataflow.source import CellSource
from nbflow.authoring.dataflow.uses import UseFinder


def read_cells(
    sources: Iterable[CellSource], stateless: Sequence[str] = ()
) -> tuple[dict[int, CellFacts], CellReader]:
    """The facts about each cell, read in notebook order, and the reader, which knows all things
    they make.
    """
    reader = CellReader(stateless)
    return {source.index: reader.read(source) for source in sources}, reader


def find_flow(
    sources: Sequence[CellSource],
    *,
    forced_setup: Sequence[int] = (),
    declared: Sequence[int] = (),
    stateless: Sequence[str] = (),
    stuck: Mapping[tuple[int, str], str] | None = None,
) -> Flow:
    """The dataflow of a notebook, given its code cells in order (those to be skipped left out).

    `forced_setup` are cells declared to be setup, `declared` cells that are tasks even if they look
    like setup. `stuck` says why the value of a name cannot be sent, as a cell left it in a run.
    """
    code = [source for source in sources if not source.is_empty]
    facts, reader = read_cells(code, stateless)
    setup = find_setup(facts, reader.heap, forced_setup)
    last = max((index for index, found in facts.items() if found.shows_history), default=-1)
    counted = [index for index in facts if index <= last]
    work = tuple(_work(facts, setup, [*declared, *counted]))
    by_index = {source.index: source for source in code}
    cells = (by_index, facts, setup, work)
    uses, missing = UseFinder(*cells).find()
    bonds = BondFinder(*cells, uses, stuck or {}).find()
    orders = OrderFinder(*cells, uses).find()
    return Flow(*cells, tuple(uses.values()), orders, bonds, tuple(missing))


def _work(facts: Mapping[int, CellFacts], setup: Setup, declared: Sequence[int]) -> Iterator[int]:
    """The cells that are more than setup. After others, `import *` is: it may hide their names."""
    has_begun = False
    for index, found in facts.items():
        if index in declared or not setup.is_whole(index) or (found.has_star and has_begun):
            has_begun = True
            yield index
