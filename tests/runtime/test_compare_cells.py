"""Which cells of two runs differ, as text to read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from nbflow.runtime.badges import RunFacts, with_badges
from nbflow.runtime.compare_cells import (
    MOST_CELLS,
    MOST_DIFF,
    CellDifference,
    compare_cells,
    compare_texts,
)


def printed(text: str) -> NotebookNode:
    return NotebookNode(new_output("stream", name="stdout", text=text))


def picture(data: str) -> NotebookNode:
    return NotebookNode(new_output("display_data", data={"image/png": data}))


def cell(
    code: str, *outputs: NotebookNode, cell_id: str = "", state: str = "success"
) -> NotebookNode:
    about = {"nbflow": {"task_id": "load", "state": state}}
    made = new_code_cell(code, outputs=list(outputs), metadata=about, execution_count=1)
    made["id"] = cell_id or "c"
    return cast(NotebookNode, made)


def notebook(*cells: NotebookNode) -> NotebookNode:
    return cast(NotebookNode, new_notebook(cells=list(cells)))


def compared(before: NotebookNode, after: NotebookNode) -> list[CellDifference]:
    found, left_out = compare_cells(before, after)
    assert left_out == 0
    return found


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("<Box at 0x7f63339a8890>", "<Box at 0x7f10c676c012>"),
        ("took 1.25 s", "took 3 s"),
        ("2026-03-01 06:00:00 done", "2026-03-02 06:00:01 done"),
        ("at 2026-03-01T06:00:00.123+00:00", "at 2026-03-02T07:10:00Z"),
    ],
)
def test_what_differs_in_any_two_runs_is_no_difference(before: str, after: str) -> None:
    assert compared(notebook(cell("x", printed(before))), notebook(cell("x", printed(after)))) == []


def test_numbers_of_cells_and_execution_are_no_difference() -> None:
    one, other = cell("x", printed("1"), cell_id="a"), cell("x", printed("1"), cell_id="b")
    other.execution_count = 9
    assert compared(notebook(one), notebook(other)) == []


def test_another_output_is_told_line_by_line() -> None:
    before = cell("x", printed("at 10:00:00\nrows 5\nend\n"))
    after = cell("x", printed("at 11:11:11\nrows 7\nend\n"))

    [found] = compared(notebook(before), notebook(after))

    assert (found.change, found.task_id, found.source) == ("changed", "load", "")
    assert [output.what for output in found.outputs] == ["stdout"]
    assert found.outputs[0].diff.splitlines()[2:] == [
        "@@ -1,3 +1,3 @@",
        " at 10:00:00",
        "-rows 5",
        "+rows 7",
        " end",
    ]


def test_an_output_more_leaves_the_others_the_same() -> None:
    before = cell("x", picture("one"), printed("end"))
    after = cell("x", printed("new"), picture("one"), printed("end"))
    [found] = compared(notebook(before), notebook(after))
    assert [output.what for output in found.outputs] == ["stdout", "stdout"]


def test_pictures_are_told_in_words() -> None:
    told = [
        compared(notebook(cell("x", *before)), notebook(cell("x", *after)))[0].outputs[0].diff
        for before, after in (
            ([picture("one")], [picture("two")]),
            ([], [picture("two")]),
            ([picture("one")], []),
        )
    ]
    assert told == ["Another picture.", "A new picture.", "The picture is gone."]


@pytest.mark.parametrize("ids", [("a", "b", "c", "d"), ("cell-0", "cell-1", "cell-2", "cell-3")])
def test_cells_are_found_again_where_others_were_put_in_and_taken_out(ids: Sequence[str]) -> None:
    before = notebook(
        cell("import x", cell_id=ids[0]),
        cell("gone = 1\nprint(gone)", cell_id=ids[1]),
        cell("rows = load()\nclean(rows)\nprint(rows)", cell_id=ids[2]),
    )
    old = ids[0].startswith("cell-")  # ids are places, so that they name other cells now
    after = notebook(
        new_markdown_cell("# New text"),
        cell("import x", cell_id=ids[0]),
        cell("rows = load()\nclean(rows)\nprint(len(rows))", cell_id=ids[1 if old else 2]),
        cell("train(model, depth=4)", cell_id=ids[2 if old else 3]),
    )

    found = {(one.change, one.before, one.after) for one in compared(before, after)}

    assert found == {("removed", 1, None), ("changed", 2, 2), ("added", None, 3)}


def test_a_changed_cell_shows_its_code_as_a_diff() -> None:
    [found] = compared(notebook(cell("a = 1\nb = 2")), notebook(cell("a = 1\nb = 3")))
    assert found.source.splitlines()[3:] == [" a = 1", "-b = 2", "+b = 3"]


def test_what_a_cell_shows_that_only_one_run_reached_is_not_compared() -> None:
    before = notebook(cell("x", printed("5")))
    after = notebook(cell("x", state="not-run"))
    assert compared(before, after) == []


def test_badges_and_parameters_of_a_run_are_no_cells() -> None:
    one = notebook(cell("x", printed("1")))
    other = with_badges(notebook(cell("x", printed("1"))), RunFacts("d", "r", "success"), {})
    injected = cell("p = 2", cell_id="p")
    injected.metadata["tags"] = ["injected-parameters"]
    other.cells.insert(0, injected)
    assert compared(one, other) == []


def test_large_outputs_are_bounded() -> None:
    before = cell("x", printed("\n".join(f"line {i} of it" for i in range(50_000))))
    after = cell("x", printed("\n".join(f"row {i} of it" for i in range(50_000))))
    [found] = compared(notebook(before), notebook(after))
    assert len(found.outputs[0].diff) < MOST_DIFF + 10

    late = cell("x", printed(before.outputs[0].text + "\nlast"))
    [found] = compared(notebook(before), notebook(late))
    assert "more lines" in found.outputs[0].diff


def test_of_many_cells_that_differ_the_rest_is_counted() -> None:
    places = range(MOST_CELLS + 5)
    before = [cell("x", printed("1"), cell_id=f"c{i}") for i in places]
    after = [cell("x", printed("2"), cell_id=f"c{i}") for i in places]
    found, left_out = compare_cells(notebook(*before), notebook(*after))
    assert (len(found), left_out) == (MOST_CELLS, 5)


def test_logs_are_compared_by_the_same_rules() -> None:
    assert compare_texts("12:00:00 read 5 rows\n", "13:00:01 read 5 rows\n") == ""
    assert "+13:00:01 read 7 rows" in compare_texts(
        "12:00:00 read 5 rows\n", "13:00:01 read 7 rows\n"
    )
