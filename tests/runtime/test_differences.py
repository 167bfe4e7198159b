"""What counts as the same output of two runs, and what does not."""

from __future__ import annotations

import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from nbflow.runtime.differences import Difference, differences


def stdout(text: str) -> NotebookNode:
    return NotebookNode(new_output("stream", name="stdout", text=text))


def shown(**data: str) -> NotebookNode:
    by_kind = {kind.replace("_", "/"): text for kind, text in data.items()}
    return NotebookNode(new_output("display_data", data=by_kind))


def notebook(*outputs: list[NotebookNode]) -> NotebookNode:
    cells = [new_code_cell("x", outputs=each) for each in outputs]
    return NotebookNode(new_notebook(cells=cells))


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("<Box at 0x7f63339a8890>", "<Box at 0x7f10c676c012>"),
        ("<Result object at 7f63339a8890, None>", "<Result object at 7f10c676c012, None>"),
        ("took 1.25 s", "took 3 s"),
        ("12 ms ± 3 µs per loop", "9 ms ± 1 µs per loop"),
        ("12:04:05.123 done", "12:04:09 done"),
        ("0.30000000000000004", "0.3"),
        ("mean 1e-05", "mean 0.00001"),
        ("\x1b[31mred\x1b[0m", "red"),
        ("the end\n", "the end"),
        ("memory usage: 2.7 KB", "memory usage: 6.8+ KB"),
        ('File "/tmp/ipykernel_11/24.py", line 2', 'File "/tmp/ipykernel_12/35.py", line 2'),
    ],
)
def test_what_differs_in_any_two_runs_is_the_same(first: str, second: str) -> None:
    assert differences(notebook([stdout(first)]), notebook([stdout(second)])) == []


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("1", "2"),
        ("0.3", "0.300001"),
        ("[1, 2]", "[2, 1]"),
        ("x1", "y1"),
        ("usage: 2.7 KB", "usage: 6.8 KB"),
        ("", "something"),
    ],
)
def test_everything_else_is_a_difference(first: str, second: str) -> None:
    [found] = differences(notebook([stdout(first)]), notebook([stdout(second)]))

    assert found == Difference(0, "stdout", first, second)


def test_pieces_of_a_stream_are_one_text_and_stderr_does_not_count() -> None:
    warned = new_output("stream", name="stderr", text="careful")

    first = notebook([stdout("a"), warned, stdout("b")])

    assert differences(first, notebook([stdout("ab")])) == []


def test_a_picture_is_compared_by_its_bytes() -> None:
    first = notebook([shown(image_png="AAAA", text_plain="<Figure>")])
    second = notebook([shown(image_png="BBBB", text_plain="<Figure>")])

    assert differences(first, first) == []
    assert differences(first, second) == [Difference(0, "image/png", "a picture", "a picture")]


def test_an_output_that_is_missing_is_told() -> None:
    first, second = notebook([]), notebook([shown(text_plain="3")])

    assert differences(first, second) == [Difference(0, "text/plain", "", "3")]


def test_cells_after_an_error_are_not_compared() -> None:
    error = new_output("error", ename="ValueError", evalue="no", traceback=[])

    assert differences(notebook([error], [stdout("1")]), notebook([error], [])) == []


def test_cells_are_counted_without_those_that_were_put_in() -> None:
    first = notebook([stdout("1")])
    injected = new_code_cell("n = 1", metadata={"tags": ["injected-parameters"]})
    first.cells = [new_markdown_cell("# Title"), injected, *first.cells]

    [found] = differences(first, notebook([stdout("2")]))

    assert found.cell == 1
