"""How outputs join: streams, terminal habits, sizes, plain text."""

from __future__ import annotations

from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st
from nbformat import NotebookNode
from nbformat.v4 import new_output, output_from_msg

from nbflow.runtime.outputs import (
    GrowingStreams,
    GrowingText,
    as_plain_text,
    collapsed,
    join_text,
    output_of,
    size_of,
)

TERMINAL_TEXT = st.text(alphabet="ab\n\r\x08")


def stream(text: str, name: str = "stdout") -> NotebookNode:
    return cast(NotebookNode, new_output("stream", name=name, text=text))


def joined(*outputs: NotebookNode) -> list[tuple[str, str]]:
    result: list[NotebookNode] = []
    streams = GrowingStreams()
    for output in outputs:
        if output.output_type == "stream":
            streams.add("cell", result, output)
        else:
            result.append(output)
    streams.settle()
    return [(o.get("name", o.output_type), o.get("text", "")) for o in result]


def test_a_stream_goes_on_until_something_else_comes() -> None:
    display = new_output("display_data", data={"text/plain": "x"})

    assert joined(stream("a"), stream("b"), stream("!", "stderr"), display, stream("c")) == [
        ("stdout", "ab"),
        ("stderr", "!"),
        ("display_data", ""),
        ("stdout", "c"),
    ]


@pytest.mark.parametrize(
    ("chunks", "seen"),
    [
        (["10 %", "\r20 %", "\r30 %\n"], "30 %\n"),
        (["10 %\r", "20 %\r", "30 %"], "30 %"),
        (["done\n", "\r1", "\r2"], "done\n2"),
        (["windows\r\n", "lines\r\n"], "windows\nlines\n"),
        (["abc\b\bX"], "aX"),
        (["ab", "\b\b\b\bc"], "\b\bc"),
    ],
)
def test_text_goes_back_within_its_line_as_on_a_terminal(chunks: list[str], seen: str) -> None:
    text = ""
    for chunk in chunks:
        text = join_text(text, chunk)

    assert text == seen


@given(st.lists(st.text(alphabet="ab\n\r"), max_size=6))
def test_where_the_text_is_cut_into_chunks_does_not_matter(chunks: list[str]) -> None:
    text = ""
    for chunk in chunks:
        text = join_text(text, chunk)

    assert text == join_text("", "".join(chunks))


@given(st.lists(TERMINAL_TEXT, max_size=6))
def test_growing_text_is_what_joining_makes_of_it(chunks: list[str]) -> None:
    growing, text = GrowingText(), ""
    for chunk in chunks:
        growing.add(chunk)
        text = join_text(text, chunk)

    assert (str(growing), growing.size) == (text, len(text))


@given(TERMINAL_TEXT, TERMINAL_TEXT)
def test_text_without_what_it_overwrites_has_the_same_effect(before: str, text: str) -> None:
    before = join_text("", before)

    assert join_text(before, collapsed(text)) == join_text(before, text)


def test_of_a_progress_bar_only_the_last_step_is_left() -> None:
    steps = "".join(f"\r{step} %" for step in range(100))

    assert collapsed(f"begin\n{steps}") == "begin\n99 %"
    assert collapsed(steps) == "\r99 %"


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        ("stream", {"name": "stderr", "text": "x"}),
        ("display_data", {"data": {"text/plain": "x"}, "metadata": {"a": {"b": 1}}}),
        (
            "execute_result",
            {"data": {"application/json": [1]}, "metadata": {}, "execution_count": 3},
        ),
        ("error", {"ename": "E", "evalue": "e", "traceback": ["E: e"]}),
    ],
)
def test_outputs_are_those_that_nbformat_makes(kind: str, content: dict[str, object]) -> None:
    message = {"header": {"msg_type": kind}, "content": content}
    output = output_of(message)

    assert output == output_from_msg(message)
    assert type(output) is NotebookNode


def test_messages_that_show_nothing_are_no_outputs() -> None:
    assert output_of({"header": {"msg_type": "comm_open"}, "content": {}}) is None


def test_plain_text_has_no_colours_and_names_what_has_no_text() -> None:
    error = new_output("error", ename="E", evalue="e", traceback=["\x1b[31mE\x1b[0m: e"])
    picture = new_output("display_data", data={"image/png": "aGk="})

    assert as_plain_text(error) == "E: e\n"
    assert as_plain_text(picture) == "[image/png]\n"
    assert as_plain_text(stream("\x1b[1mbold\x1b[0m")) == "bold"


def test_the_size_of_an_output_is_that_of_its_data() -> None:
    data = {"text/plain": "12345", "application/json": {"a": [1, 2]}}

    assert size_of(new_output("display_data", data=data)) == 5 + len('{"a": [1, 2]}')
