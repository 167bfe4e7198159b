"""A notebook as a DAG while it is being edited: its cells, its edges, what is wrong with it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from nbflow.authoring import discovery
from nbflow.authoring.notebook_preview import preview
from nbflow.authoring.parse_server import ParseServer
from nbflow.authoring.previews import NotebookPreview

PYTHON = {"name": "python3", "display_name": "Python 3", "language": "python"}


def text_of(*cells: nbformat.NotebookNode, language: str = "python") -> str:
    kernel = {**PYTHON, "language": language}
    nb = new_notebook(cells=list(cells), metadata={"kernelspec": kernel})
    return str(nbformat.writes(nb))


def tagged(source: str, *tags: str) -> nbformat.NotebookNode:
    made: nbformat.NotebookNode = new_code_cell(source, metadata={"tags": list(tags)})
    return made


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "sales.ipynb"


def previewed(path: Path, *sources: str) -> NotebookPreview:
    return preview(text_of(*map(new_code_cell, sources)), path, path.parent)


def test_the_text_counts_and_not_the_file(path: Path) -> None:
    path.write_text(text_of(new_code_cell("old = 1")))

    found = previewed(path, "open('a')", "open('b')")

    assert (found.dag_id, found.dag is not None) == ("sales", True)
    assert [cell.index for cell in found.cells] == [0, 1]


def test_every_code_cell_says_what_it_is_to_the_dag(path: Path) -> None:
    text = text_of(
        new_markdown_cell("# Sales"),
        tagged("region = 'EU'", "parameters"),
        new_code_cell("import json"),
        tagged("rows = open(region).read()", "task:load"),
        tagged("1 / 0", "skip"),
        tagged("import csv\nprint(csv, rows)", "task:show"),
    )

    found = preview(text, path, path.parent)

    assert [(cell.index, cell.role, cell.task_id, cell.has_setup) for cell in found.cells] == [
        (1, "parameters", None, False),
        (2, "setup", None, False),
        (3, "task", "load", False),
        (4, "skipped", None, False),
        (5, "task", "show", True),
    ]


def test_links_between_cells_say_the_name_the_line_and_why(path: Path) -> None:
    found = previewed(path, "rows = open('a').read()", "\nprint(rows)")

    (link,) = found.links
    assert (link.upstream, link.downstream, link.name, link.line) == (0, 1, "rows", 2)
    assert link.kind == "certain"
    assert "`rows`" in link.why


def test_code_that_cannot_be_read_is_a_problem_with_its_cell_and_line(path: Path) -> None:
    found = previewed(path, "a = open('a')", "b = (\n")

    assert found.dag is None
    assert [(p.code, p.cell, p.line is not None) for p in found.problems] == [("NBF002", 1, True)]
    assert [cell.index for cell in found.cells] == [0, 1]


def test_what_is_no_notebook_is_a_problem_too(path: Path) -> None:
    found = preview("{}", path, path.parent)

    assert [problem.code for problem in found.problems] == ["NBF501"]


def test_what_keeps_cells_apart_is_told_while_one_writes(path: Path) -> None:
    found = previewed(path, "from math import *\na = open('a').read()", "print(a)", "print(a, pi)")

    assert "NBF513" in {problem.code for problem in found.problems}


def test_all_cells_of_another_language_are_one_task(path: Path) -> None:
    text = text_of(new_code_cell("x <- 1"), new_code_cell("print(x)"), language="R")

    found = preview(text, path, path.parent)

    assert [cell.task_id for cell in found.cells] == ["notebook", "notebook"]


# -- in a process of its own -----------------------------------------------------------------------


@pytest.fixture(scope="module")
def server() -> Iterator[ParseServer]:
    with ParseServer(notebooks=True) as server:
        yield server


def test_a_preview_is_the_same_from_another_process(path: Path, server: ParseServer) -> None:
    text = text_of(new_code_cell("a = open('a').read()"), new_code_cell("print(a)"))

    found = discovery.preview_notebook(text, path, [], server=server)

    assert found == preview(text, path, path.parent)


def test_a_scan_finds_a_notebook_only_in_its_folders_and_if_it_names_us(tmp_path: Path) -> None:
    dags = tmp_path / "dags"
    (dags / ".hidden").mkdir(parents=True)
    ours, plain = '{"metadata": {"nbflow": {}}}', '{"metadata": {}}'
    for name, text in {
        "dags/ours.ipynb": ours,
        "dags/plain.ipynb": plain,
        "dags/.hidden/ours.ipynb": ours,
        "ours.ipynb": ours,
    }.items():
        (tmp_path / name).write_text(text)

    found = {
        path.relative_to(tmp_path).as_posix()
        for path in tmp_path.rglob("*.ipynb")
        if discovery.finds(path, [dags])
    }

    assert found == {"dags/ours.ipynb"}
    assert discovery.finds(tmp_path / "ours.ipynb", [tmp_path / "ours.ipynb"])
