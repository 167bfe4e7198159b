"""What an attempt prints, as lines for a terminal."""

from __future__ import annotations

from pathlib import Path

from nbflow.core.json import Json, JsonObject
from nbflow.runtime.artifacts import ArtifactStore
from nbflow.runtime.attempt_files import AttemptFiles
from nbflow.runtime.live import LiveEvents
from nbflow.runtime.printed import AttemptPrinting, PrintedLines

STARTED: JsonObject = {"event": "cell_started", "cell": "a", "index": 0, "title": "x", "at": "noon"}
FINISHED: JsonObject = {
    "event": "cell_finished",
    "cell": "a",
    "state": "success",
    "duration": 1.0,
    "at": "one",
}


def output(kind: str, **more: Json) -> JsonObject:
    return {"event": "output", "cell": "a", "output": {"output_type": kind, **more}}


def stream(text: str, name: str = "stdout") -> JsonObject:
    return output("stream", name=name, text=text)


def lines(*events: JsonObject, most: int = 10) -> tuple[list[str], str]:
    printed = PrintedLines("log.txt", most)
    printed.feed([STARTED, *events])
    return printed.take()


def test_a_line_is_unfinished_until_it_ends() -> None:
    assert lines(stream("one\ntw")) == (["one"], "tw")
    assert lines(stream("one\ntw"), stream("o\n")) == (["one", "two"], "")
    assert lines(stream("one\ntw"), FINISHED) == (["one", "tw"], "")


def test_a_progress_bar_stays_one_line() -> None:
    bar = [stream(f"\r{step}%", "stderr") for step in range(100)]
    assert lines(*bar) == ([], "99%")
    assert lines(*bar, stream("\rdone\n", "stderr")) == (["done"], "")


def test_a_bar_on_one_stream_is_not_torn_by_lines_on_the_other() -> None:
    assert lines(stream("\r1%", "stderr"), stream("said\n"), stream("\r2%", "stderr")) == (
        ["said"],
        "2%",
    )


def test_results_and_errors_are_shown_as_text_with_their_colours() -> None:
    shown, _ = lines(
        output("execute_result", data={"text/plain": "42", "text/html": "<b>42</b>"}),
        output("display_data", data={"image/png": "aGk="}),
        output("error", ename="E", evalue="e", traceback=["\x1b[31mE\x1b[0m: e"]),
    )
    assert shown == ["42", "[image/png]", "\x1b[31mE\x1b[0m: e"]


def test_a_display_that_is_updated_is_shown_as_it_ends() -> None:
    began = {**output("display_data", data={"text/plain": "0 of 2"}), "display_id": "d"}
    later: JsonObject = {"event": "update_display", "display_id": "d", "metadata": {}}
    events = [began, {**later, "data": {"text/plain": "1 of 2"}}]
    assert lines(*events) == ([], "1 of 2")
    assert lines(*events, {**later, "data": {"text/plain": "2 of 2"}}, FINISHED) == (["2 of 2"], "")


def test_what_a_cell_prints_beyond_its_share_is_counted_and_the_next_has_its_own() -> None:
    many = stream("".join(f"{number}\n" for number in range(1500)))
    assert lines(many, most=2) == (["0", "1"], "… 1,498 more lines so far")
    assert lines(many, FINISHED, STARTED, stream("next\n"), most=2) == (
        ["0", "1", "… 1,498 more lines, see log.txt", "next"],
        "",
    )


def test_an_error_is_shown_however_much_was_printed() -> None:
    shown, _ = lines(
        stream("1\n2\n3\n"), output("error", ename="E", evalue="", traceback=["E"]), most=1
    )
    assert shown == ["1", "E"]


def test_nothing_moves_the_cursor_or_renames_the_terminal() -> None:
    nasty = "\x1b[2J\x1b]0;title\x07\x1b[31mred\x1b[0m\x07\x1b\n"
    assert lines(stream(nasty)) == (["\x1b[31mred\x1b[0m"], "")


def test_a_log_is_read_where_there_are_no_events_and_all_of_it_in_the_end(tmp_path: Path) -> None:
    printing = AttemptPrinting(
        AttemptFiles(ArtifactStore(str(tmp_path))), "log.txt", has_events=False
    )
    assert printing.look(is_over=False).lines == []
    (tmp_path / "log.txt").write_text("one\ntwo")
    assert printing.look(is_over=False).lines == ["one"]
    assert printing.look(is_over=True).lines == ["two"]


def test_events_are_read_as_they_come(tmp_path: Path) -> None:
    store = ArtifactStore(str(tmp_path))
    live = LiveEvents(store)
    printing = AttemptPrinting(AttemptFiles(store), "log.txt", has_events=True)
    live.emit(STARTED)
    live.emit(stream("one\ntw"))
    live.flush()
    seen = printing.look(is_over=False)
    assert (seen.lines, seen.unfinished) == (["one"], "tw")
    live.emit(stream("o\n"))
    live.close()
    assert printing.look(is_over=True).lines == ["two"]
