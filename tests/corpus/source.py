"""The notebooks of the corpus, read from text. See `notebooks/README.md` for the format."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

FOLDER = Path(__file__).parent / "notebooks"
_MARK = re.compile(r"^# %%(?: \[(?P<kind>\w+)\])?(?: tags=\[(?P<tags>.*)\])?[ ]*$")
_FACT = re.compile(r"^# (found|best): (\d+) tasks?, (\d+) wide$", re.MULTILINE)
_MAGIC = re.compile(r"^(\s*)# (?=[%!]|\w+ = [%!])", re.MULTILINE)


@dataclass(frozen=True)
class Shape:
    """How much of a notebook can run at once: its tasks, and how many of them side by side."""

    tasks: int
    width: int

    def __str__(self) -> str:
        return f"{self.tasks} task{'s'[: self.tasks != 1]}, {self.width} wide"


@dataclass(frozen=True)
class Source:
    """One notebook of the corpus. `found` and `best` are what its first lines say."""

    name: str
    title: str
    notebook: NotebookNode
    found: Shape | None
    best: Shape | None

    @property
    def code_cells(self) -> int:
        return sum(cell.cell_type == "code" for cell in self.notebook.cells)

    def write(self, folder: Path) -> Path:
        """Write it as a notebook file; the path."""
        path = folder / f"{self.name}.ipynb"
        nbformat.write(self.notebook, path)
        return path


def corpus() -> list[Source]:
    return [read(path) for path in sorted(FOLDER.glob("*.py"))]


def read(path: Path) -> Source:
    head, *cells = _split(path.read_text(encoding="utf-8"))
    facts = {kind: Shape(int(tasks), int(width)) for kind, tasks, width in _FACT.findall(head[1])}
    nb = new_notebook(cells=[_cell(*each) for each in cells])
    nb.metadata["kernelspec"] = {"name": "python3", "display_name": "python3", "language": "python"}
    for number, cell in enumerate(nb.cells):
        cell["id"] = f"{path.stem[:50]}-{number}"
    title = head[1].splitlines()[0].removeprefix("# ")
    return Source(path.stem, title, nb, facts.get("found"), facts.get("best"))


def _split(text: str) -> Iterator[tuple[re.Match[str] | None, str]]:
    """(mark, text under it) of each cell; first of what stands before the first mark."""
    mark, lines = None, list[str]()
    for line in text.splitlines():
        found = _MARK.match(line)
        if found is None:
            lines.append(line)
            continue
        yield mark, "\n".join(lines).strip("\n")
        mark, lines = found, []
    yield mark, "\n".join(lines).strip("\n")


def _cell(mark: re.Match[str] | None, text: str) -> NotebookNode:
    if mark is not None and mark["kind"] == "markdown":
        words: NotebookNode = new_markdown_cell(re.sub(r"^# ?", "", text, flags=re.MULTILINE))
        return words
    if text.startswith("# %%"):
        code = "\n".join(line.removeprefix("# ") for line in text.splitlines())
    else:
        code = _MAGIC.sub(r"\1", text)
    cell: NotebookNode = new_code_cell(code)
    if mark is not None and mark["tags"]:
        cell.metadata["tags"] = [tag.strip(' "') for tag in mark["tags"].split(",")]
    return cell
