"""Notebooks written as text, by jupytext: Python files with percent cells (`# %%`), and Markdown
files that say they are notebooks. Which file is one, its cells, and where they stand in it.

A Python file that makes a DAG object stays a DAG file, whatever cells an editor sees in it.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from nbflow.core.errors import Problem

if TYPE_CHECKING:
    from nbformat import NotebookNode

ENDINGS = (".py", ".md")

_PERCENT = re.compile(r"^# ?%%(?:[ \t]|$)", re.MULTILINE)
_HEADER = re.compile(
    r"\A(?:#\s*)?---\s*\n(?P<yaml>.*?)\n(?:#\s*)?---\s*$", re.DOTALL | re.MULTILINE
)
_JUPYTERS = re.compile(r"^(?:#\s*)?(?:jupyter|jupytext|kernelspec)\s*:", re.MULTILINE)
_MYST = re.compile(r"^`{3,}\{code-cell\}", re.MULTILINE)
_MAKES_DAGS = frozenset({"DAG", "dag", "asset"})
_PYTHON = {"name": "python3", "display_name": "Python 3", "language": "python"}


def is_text_notebook(path: Path) -> bool:
    """Whether `path` is a notebook written as text; False for a file that cannot be read."""
    if path.suffix not in ENDINGS:
        return False
    try:
        text = path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return False
    return says_so(text, path.suffix)


def says_so(text: str, ending: str) -> bool:
    """The same of a text: one with percent cells or Jupyter's header; in Python, without a DAG."""
    header = _HEADER.match(text)
    has_header = header is not None and _JUPYTERS.search(header["yaml"]) is not None
    if ending != ".py":
        return has_header
    return (has_header or _PERCENT.search(text) is not None) and not _makes_dags(text)


def read_text(text: str, ending: str) -> NotebookNode:
    """The notebook that `text` is, in format 4.5. Cells are called by their place, as the text has
    no names for them. Raises ValueError if it cannot be read.
    """
    # Only who writes notebooks as text waits for these.
    import jupytext  # noqa: PLC0415 - see above
    from nbformat import NotebookNode  # noqa: PLC0415 - see above

    try:
        nb: NotebookNode = jupytext.reads(text, fmt=_format(text, ending))
    # jupytext has no errors of its own: it lets those of its parsers through.
    except Exception as error:
        raise ValueError(f"jupytext cannot read it: {error}") from error
    for place, cell in enumerate(nb.cells):
        cell["id"] = f"cell-{place}"
    nb.metadata.pop("jupytext", None)
    if ending == ".py":
        nb.metadata.setdefault("kernelspec", NotebookNode(_PYTHON))
    nb.nbformat, nb.nbformat_minor = 4, 5
    return nb


def _format(text: str, ending: str) -> str:
    if ending == ".py":
        return "py:percent"
    return "md:myst" if _MYST.search(text) else "md"


def as_ipynb(name: str) -> str:
    """The path of the notebook that the file `name` is, or becomes for workers."""
    stem, _, ending = name.rpartition(".")
    return f"{stem}.ipynb" if f".{ending}" in ENDINGS else name


def first_lines(text: str, nb: NotebookNode) -> list[int | None]:
    """The line of the file, from 1, at which each cell of `nb` begins; None where it is not found.

    Magics stand in the file as comments, as does all that is no code.
    """
    lines = text.split("\n")
    begin, found = 0, list[int | None]()
    for cell in nb.cells:
        source = cell.source.split("\n") if cell.source.strip() else []
        place = _find(lines, source, begin) if source else None
        found.append(None if place is None else place + 1)
        begin = begin if place is None else place + len(source)
    return found


def read_file(path: Path) -> NotebookNode:
    """The notebook in the text file `path`. Raises OSError and ValueError."""
    return read_text(path.read_text(encoding="utf-8"), path.suffix)


def in_file(problems: Sequence[Problem], path: Path, nb: NotebookNode) -> list[Problem]:
    """`problems` of cells as those of lines of the file, which is what an editor jumps to."""
    begins = first_lines(path.read_text(encoding="utf-8"), nb)
    return [_at_line(problem, begins) for problem in problems]


def _at_line(problem: Problem, begins: Sequence[int | None]) -> Problem:
    if problem.cell is None or (begin := begins[problem.cell]) is None:
        return problem
    return replace(problem, cell=None, line=begin + (problem.line or 1) - 1)


def _find(lines: Sequence[str], source: Sequence[str], begin: int) -> int | None:
    last = len(lines) - len(source)
    for place in range(begin, last + 1):
        if all(_says(lines[place + n], line) for n, line in enumerate(source)):
            return place
    return None


def _says(line: str, wanted: str) -> bool:
    return line == wanted or line.rstrip() in (f"# {wanted}".rstrip(), wanted.rstrip())


def _makes_dags(text: str) -> bool:
    """Whether a Python file names what DAGs are made by, from nbflow."""
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError):
        return False  # its cells will say what is wrong with them
    for node in ast.walk(tree):
        names = set[str]()
        if isinstance(node, ast.ImportFrom) and (node.module or "").partition(".")[0] == "nbflow":
            names = {alias.name for alias in node.names}
        elif isinstance(node, ast.Attribute) and ast.unparse(node.value) == "nbflow":
            names = {node.attr}
        if names & _MAKES_DAGS:
            return True
    return False
