"""Which cells of two executed notebooks differ, in their code or in what they have shown, as text
to read. Pure.

nbdime says which cell of one is which of the other; `differences` says which outputs count as the
same. Everything is bounded: what is too long or too much is left out, and counted.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from nbdime import diff_notebooks
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_notebook

from nbflow.runtime.badges import is_badge
from nbflow.runtime.differences import INJECTED, is_same, masked, shown_outputs
from nbflow.runtime.outputs import plain_text
from nbflow.runtime.record import tags_of

MOST_LINES = 1_000
"""So many lines of each text are compared."""
MOST_DIFF = 20_000
"""So many characters of one diff are kept."""
MOST_CELLS = 200

_STAMP = re.compile(
    r"\b\d{4}-\d{2}-\d{2}[T ]\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?"
)

_PLACE = re.compile(r"cell-\d+")


@dataclass(frozen=True)
class OutputDifference:
    """What an output of a cell shows otherwise: its kind, and a diff; of pictures, a sentence."""

    what: str
    diff: str


@dataclass(frozen=True)
class CellDifference:
    """A cell that is new, gone, or differs. `before` and `after` are its places among all cells of
    each notebook that are their author's, None where it is not there; `source` is a unified diff,
    empty if the code is the same.
    """

    change: Literal["added", "removed", "changed"]
    cell_id: str
    task_id: str
    before: int | None
    after: int | None
    source: str
    outputs: tuple[OutputDifference, ...]


def compare_cells(before: NotebookNode, after: NotebookNode) -> tuple[list[CellDifference], int]:
    """The code cells that differ, in the order of `after`, and how many more do.

    What a cell has shown is compared if both have run it; that one has not, its task says.
    """
    old, new = list(_code_cells(before)), list(_code_cells(after))
    found: list[CellDifference] = []
    for i, j in _pairs([cell for _, cell in old], [cell for _, cell in new]):
        one = None if i is None else old[i]
        other = None if j is None else new[j]
        difference = _of_pair(one, other)
        if difference is not None:
            found.append(difference)
    return found[:MOST_CELLS], max(0, len(found) - MOST_CELLS)


def compare_texts(before: str, after: str) -> str:
    """A unified diff of two logs; empty where they differ only as any two runs do."""
    return "" if _is_same("stdout", before, after) else _told("stdout", before, after)


def _code_cells(nb: NotebookNode) -> Iterator[tuple[int, NotebookNode]]:
    own = [cell for cell in nb.cells if INJECTED not in tags_of(cell) and not is_badge(cell)]
    for place, cell in enumerate(own):
        if cell.cell_type == "code" and cell.source.strip():
            yield place, cell


def _pairs(
    old: Sequence[NotebookNode], new: Sequence[NotebookNode]
) -> Iterator[tuple[int | None, int | None]]:
    """Which cell of `old` is which of `new`, as nbdime sees it from their code."""
    if [cell.source for cell in old] == [cell.source for cell in new]:
        yield from zip(range(len(old)), range(len(new)), strict=True)
        return
    steps = [step for top in diff_notebooks(_bare(old), _bare(new)) for step in top.diff]
    i = j = 0
    for step in steps:
        while i < step.key:
            yield i, j
            i, j = i + 1, j + 1
        if step.op == "addrange":
            for _ in step.valuelist:
                yield None, j
                j += 1
        elif step.op == "removerange":
            for _ in range(step.length):
                yield i, None
                i += 1
    while i < len(old):
        yield i, j
        i, j = i + 1, j + 1


def _bare(cells: Sequence[NotebookNode]) -> NotebookNode:
    """Only ids and code: outputs are compared by other rules, and may be large."""
    bare: NotebookNode = new_notebook()
    bare.cells = [_bare_cell(cell) for cell in cells]
    return bare


def _bare_cell(cell: NotebookNode) -> NotebookNode:
    bare: NotebookNode = new_code_cell(cell.source)
    # An id that an older notebook was given when it was read is only the cell's place in it.
    if _PLACE.fullmatch(cell.get("id", "cell-0")):
        del bare["id"]
    else:
        bare["id"] = cell["id"]
    return bare


def _of_pair(
    one: tuple[int, NotebookNode] | None, other: tuple[int, NotebookNode] | None
) -> CellDifference | None:
    before, old = one or (None, None)
    after, new = other or (None, None)
    source = _diff("" if old is None else old.source, "" if new is None else new.source)
    outputs = () if _not_run(old) or _not_run(new) else tuple(_outputs(old, new))
    shown = new if new is not None else old
    if shown is None or not (source or outputs):
        return None
    return CellDifference(
        "added" if old is None else "removed" if new is None else "changed",
        str(shown.get("id", "")),
        str(shown.metadata.get("nbflow", {}).get("task_id", "")),
        before,
        after,
        source,
        outputs,
    )


def _not_run(cell: NotebookNode | None) -> bool:
    return cell is not None and cell.metadata.get("nbflow", {}).get("state") == "not-run"


def _outputs(old: NotebookNode | None, new: NotebookNode | None) -> Iterator[OutputDifference]:
    """The outputs that differ. Those of one kind are compared in their order, so that one more does
    not make all that follow differ.
    """
    first = [] if old is None else list(shown_outputs(old))
    second = [] if new is None else list(shown_outputs(new))
    for what in dict.fromkeys(kind for kind, _ in [*first, *second]):
        texts = [[text for kind, text in shown if kind == what] for shown in (first, second)]
        for place in range(max(map(len, texts))):
            one, other = (some[place] if place < len(some) else "" for some in texts)
            if not _is_same(what, one, other):
                yield OutputDifference(what, _told(what, one, other))


def _is_same(what: str, one: str, other: str) -> bool:
    return one == other or is_same(what, _without_stamps(one), _without_stamps(other))


def _told(what: str, one: str, other: str) -> str:
    if not what.startswith("image/"):
        return _diff(one, other) or "They differ further down."
    if not one or not other:
        return "A new picture." if other else "The picture is gone."
    return "Another picture."


def _without_stamps(text: str) -> str:
    return _STAMP.sub("<time>", text)


def _diff(one: str, other: str) -> str:
    """A unified diff of the first lines of each, without names; lines that say the same are shown
    as `one` has them.
    """
    if one == other:
        return ""
    old, new = _lines(one), _lines(other)
    known: dict[str, str] = {}
    for line in old:
        known.setdefault(_key(line), line)
    new = [known.get(_key(line), line) for line in new]
    lines = difflib.unified_diff(old, new, "before", "after", lineterm="")
    text = "\n".join(lines)
    return text if len(text) <= MOST_DIFF else f"{text[:MOST_DIFF]}\n…"


def _lines(text: str) -> list[str]:
    lines = plain_text(text).splitlines()
    left = len(lines) - MOST_LINES
    return lines if left <= 0 else [*lines[:MOST_LINES], f"… and {left} more lines"]


def _key(line: str) -> str:
    """What two lines have in common that say the same."""
    return masked(_without_stamps(line))
