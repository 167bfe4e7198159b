"""Secrets become *** in any text, however it was cut."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from nbflow.core.json import Json
from nbflow.core.masking import MaskedBytes, MaskedStream, Masker

SECRET = "hunter2-hunter3"


def test_a_secret_is_hidden_wherever_it_stands() -> None:
    assert Masker([SECRET]).text(f"a {SECRET} b{SECRET}") == "a *** b***"


def test_it_is_hidden_as_it_stands_in_uris_and_json_too() -> None:
    masker = Masker(['p@ss"word'])
    assert masker.text("postgres://me:p%40ss%22word@host") == "postgres://me:***@host"
    assert masker.text('{"password": "p@ss\\"word"}') == '{"password": "***"}'


def test_lines_of_a_key_are_hidden_one_by_one() -> None:
    masker = Masker(["-----BEGIN KEY-----\nabcdefghijkl\n-----END KEY-----"])
    assert masker.text("line: abcdefghijkl") == "line: ***"


def test_short_and_ordinary_words_are_not_hidden() -> None:
    assert Masker(["on", "true", "None", ""]).text("on true None") == "on true None"


def test_a_secret_inside_a_longer_one_leaves_nothing_of_it() -> None:
    assert Masker(["hunter2", "hunter2andmore"]).text("hunter2andmore hunter2") == "*** ***"


def test_json_is_hidden_in_keys_and_values() -> None:
    value: Json = {SECRET: [SECRET, 1, None], "k": {"a": f"x{SECRET}"}}
    assert Masker([SECRET]).json(value) == {"***": ["***", 1, None], "k": {"a": "x***"}}


@given(cuts=st.lists(st.integers(0, 60), max_size=8))
def test_however_a_stream_is_cut_the_secret_is_hidden(cuts: list[int]) -> None:
    text = f"before {SECRET} between hunter {SECRET}{SECRET[:5]} after"
    edges = [0, *sorted(cuts), len(text)]
    stream = MaskedStream(Masker([SECRET]))
    shown = [stream.feed(text[a:b]) for a, b in pairwise(edges)]
    assert "".join([*shown, stream.end()]) == "before *** between hunter ***hunte after"


@given(cut=st.integers(0, 40))
def test_bytes_are_hidden_too_and_others_pass_as_they_are(cut: int) -> None:
    data = b"\xff\x00 " + "pässwörd".encode() + b" \xfe"
    stream = MaskedBytes(Masker(["pässwörd"]))
    shown = stream.feed(data[:cut]) + stream.feed(data[cut:]) + stream.end()
    assert shown == b"\xff\x00 *** \xfe"


def test_what_cannot_be_the_beginning_of_a_secret_is_shown_at_once() -> None:
    stream = MaskedStream(Masker([SECRET]))
    assert stream.feed("a line\n") == "a line\n"
