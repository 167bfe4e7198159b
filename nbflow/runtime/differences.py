"""Where two executed copies of a notebook differ in what a reader sees. Pure functions.

Addresses, durations and times of day differ between any two runs, floating-point numbers in their
last digits, and the memory that a table takes (`df.info()`) by the look-ups made in it before: they
count as equal. What is written to stderr is left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from math import isclose
from pathlib import Path

from nbformat import NotebookNode, from_dict

from nbflow.core.json import Json
from nbflow.runtime.badges import is_badge
from nbflow.runtime.outputs import plain_text
from nbflow.runtime.record import tags_of

INJECTED = "injected-parameters"
CLOSE = 1e-9
"""The relative difference up to which two numbers are the same."""

_ADDRESS = re.compile(r"\b0x[0-9a-fA-F]{6,}\b|(?<=object at )[0-9a-fA-F]{8,}\b")
_CLOCK = re.compile(r"\b\d{1,2}:\d{2}:\d{2}(?:[.,]\d+)?\b")
_DURATION = re.compile(r"\b\d+(?:\.\d+)?(?:e[-+]?\d+)?\s?(?:ns|µs|μs|us|ms|s|sec|seconds|min)\b")
_MEMORY = re.compile(r"(?<=\bmemory usage: )[\d.]+\+? (?:bytes|[KMGTP]B)")
_KERNEL_FILE = re.compile(r"(?<=ipykernel_)\d+/\d+(?=\.py\b)")
_NUMBER = re.compile(r"[-+]?(?:\d+\.\d*|\.\d+|\d+)(?:[eE][-+]?\d+)?")


@dataclass(frozen=True)
class Difference:
    """One output that differs, in the code cell at the index `cell` of the first notebook, from 0.

    `what` is the kind of output ("stdout", "error", or a MIME type); `first` and `second` are its
    text in each, empty where there is none, or a word for what is no text.
    """

    cell: int
    what: str
    first: str
    second: str


def differences(first: NotebookNode, second: NotebookNode) -> list[Difference]:
    """All that differs, in the order of the cells, up to the first that raises in `second`.

    Raises ValueError if the notebooks do not have the same code cells.
    """
    pairs = zip_longest(_code_cells(first), _code_cells(second))
    found: list[Difference] = []
    for one, other in pairs:
        if one is None or other is None:
            raise ValueError("The notebooks do not have the same code cells.")
        found += _of_cell(one[0], list(shown_outputs(one[1])), list(shown_outputs(other[1])))
        if any(output.output_type == "error" for output in other[1].outputs):
            break  # what comes after it was not run
    return found


def _code_cells(nb: NotebookNode) -> list[tuple[int, NotebookNode]]:
    own = [cell for cell in nb.cells if INJECTED not in tags_of(cell) and not is_badge(cell)]
    return [(index, cell) for index, cell in enumerate(own) if cell.cell_type == "code"]


def _of_cell(
    index: int, first: Sequence[tuple[str, str]], second: Sequence[tuple[str, str]]
) -> Iterator[Difference]:
    nothing = ("", "")
    for (what, text), (other_what, other_text) in zip_longest(first, second, fillvalue=nothing):
        if what != other_what or not is_same(what, text, other_text):
            yield Difference(index, what or other_what, _told(what, text), _told(what, other_text))


def shown_outputs(cell: NotebookNode) -> Iterator[tuple[str, str]]:
    """What kind and what text each output of a cell has; neighbours on stdout are one."""
    printed = ""
    for output in cell.outputs:
        if output.output_type == "stream":
            printed += output.text if output.name == "stdout" else ""
            continue
        if printed:
            yield "stdout", printed
            printed = ""
        if output.output_type == "error":
            yield "error", f"{output.ename}: {output.evalue}"
        else:
            yield _richest(output.data)
    if printed:
        yield "stdout", printed


def _richest(data: NotebookNode) -> tuple[str, str]:
    """A picture says more than its description, a description more than markup."""
    for kind in sorted(data):
        if kind.startswith("image/"):
            return kind, str(data[kind])
    kind = "text/plain" if "text/plain" in data else min(data, default="")
    return kind, str(data.get(kind, ""))


def _told(what: str, text: str) -> str:
    return "a picture" if what.startswith("image/") and text else text


def is_same(what: str, first: str, second: str) -> bool:
    """Whether two texts say the same, but for what differs in any two runs."""
    if first == second:
        return True
    if what.startswith("image/"):
        return False
    one, other = _plain(first), _plain(second)
    if _NUMBER.split(one) != _NUMBER.split(other):
        return False
    numbers = zip(_NUMBER.findall(one), _NUMBER.findall(other), strict=True)
    return all(a == b or isclose(float(a), float(b), rel_tol=CLOSE) for a, b in numbers)


def told_elsewhere(nb: NotebookNode, folder: Path, other: Path) -> NotebookNode:
    """A copy of `nb`, run in `folder`, that tells the paths in it as if it had run in `other`."""

    def told(part: Json) -> Json:
        if isinstance(part, str):
            return part.replace(str(folder), str(other))
        if isinstance(part, list):
            return [told(each) for each in part]
        if isinstance(part, Mapping):
            return {key: told(each) for key, each in part.items()}
        return part

    moved: NotebookNode = from_dict(told(nb))
    return moved


def masked(text: str) -> str:
    """`text` without what differs in any two runs, numbers to the digits that count."""
    return _NUMBER.sub(lambda found: f"{float(found.group()):.9g}", _plain(text))


def _plain(text: str) -> str:
    text = _ADDRESS.sub("<address>", plain_text(text))
    text = _KERNEL_FILE.sub("<cell>", _MEMORY.sub("<memory>", text))
    return _DURATION.sub("<duration>", _CLOCK.sub("<time>", text)).rstrip()
