"""The notebook as written: read, cut down to a task's cells, asked for the names it hands on."""

from __future__ import annotations

from pathlib import Path
from typing import cast

import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_notebook

from nbflow.runtime.source_notebook import (
    BadNotebook,
    cut_out,
    index_of_cells,
    output_names,
    read_notebook,
)


def notebook(*cells: tuple[str, str, list[str]]) -> NotebookNode:
    """Cells of (id, source, tags)."""
    made = [new_code_cell(source, id=id_, metadata={"tags": tags}) for id_, source, tags in cells]
    return cast(NotebookNode, new_notebook(cells=made))


@pytest.mark.parametrize(
    ("source", "names"),
    [
        ("total = 1", ("total",)),
        ("a = b = 1\nc: int = 2\nd += 1", ("a", "b", "c", "d")),
        ("(a, [b, *c]) = values", ("a", "b", "c")),
        ("total", ("total",)),
        ("total, table", ("total", "table")),
        ("_scratch = 1\nkept = 2", ("kept",)),
        ("_asked_for", ("_asked_for",)),
        ("print(total)\nfor i in x:\n    y = i\nx.y = 1\nx[0] = 2", ()),
        ("%time total = 1", ()),
        ("files = !ls", ("files",)),
        ("total = ", ()),
    ],
)
def test_a_cell_tagged_outputs_names_what_it_assigns_and_what_it_mentions(
    source: str, names: tuple[str, ...]
) -> None:
    assert output_names(notebook(("a", source, ["outputs"]))) == names


def test_names_of_several_cells_are_handed_on_once() -> None:
    nb = notebook(("a", "x = 1", ["outputs"]), ("b", "y = 1", []), ("c", "x\nz = 1", ["outputs"]))

    assert output_names(nb) == ("x", "z")


def test_a_cut_has_setup_first_and_both_parts_in_the_order_of_the_notebook() -> None:
    nb = notebook(("a", "a", []), ("s", "s", []), ("b", "b", []), ("p", "p", ["parameters"]))

    cut = cut_out(nb, setup=["s"], cells=["b", "a"])

    assert [cell.id for cell in cut.cells] == ["s", "p", "a", "b"]


def test_a_parameters_cell_that_is_a_cell_of_the_task_comes_once() -> None:
    nb = notebook(("p", "p", ["parameters"]), ("a", "a", []))

    assert [cell.id for cell in cut_out(nb, [], ["p", "a"]).cells] == ["p", "a"]


def test_a_cut_shares_nothing_with_its_source() -> None:
    nb = notebook(("a", "a", []))

    cut_out(nb, [], ["a"]).cells[0].source = "changed"

    assert nb.cells[0].source == "a"


def test_a_cell_that_holds_the_setup_of_another_counts_as_that_one() -> None:
    nb = notebook(("a", "a", []), ("b-setup", "b", []), ("b", "b", []), ("c", "c", []))
    nb.cells[1].metadata["nbflow"] = {"setup_of": "b"}

    assert index_of_cells(nb) == {"a": 0, "b-setup": 1, "b": 1, "c": 2}


def test_cells_without_an_id_are_called_by_their_place(tmp_path: Path) -> None:
    path = tmp_path / "old.ipynb"
    cell = '{"cell_type": "code", "source": "1", "metadata": {}, "outputs": []}'
    path.write_text(f'{{"nbformat": 4, "nbformat_minor": 4, "metadata": {{}}, "cells": [{cell}]}}')

    assert read_notebook(path, "old.ipynb").cells[0].id == "cell-0"


@pytest.mark.parametrize(
    "text", ["", "[]", '{"cells": 1}', '{"nbformat": 9, "cells": []}', "\udcff"]
)
def test_what_is_no_notebook_is_refused_by_name(tmp_path: Path, text: str) -> None:
    path = tmp_path / "bad.ipynb"
    path.write_bytes(text.encode(errors="surrogateescape"))

    with pytest.raises(BadNotebook, match=r"^bad.ipynb: this"):
        read_notebook(path, "bad.ipynb")
