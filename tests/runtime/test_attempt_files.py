"""What an attempt leaves behind, read while it grows."""

from __future__ import annotations

import json
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from nbflow.runtime.artifacts import ArtifactStore
from nbflow.runtime.attempt_files import AttemptFiles
from nbflow.runtime.live import EVENTS_FILE, NOTEBOOK_FILE
from nbflow.runtime.logs import LOG_FILE


@pytest.fixture(params=["local", "remote"])
def files(request: pytest.FixtureRequest, tmp_path: Path) -> AttemptFiles:
    """The files of an attempt: in a folder, and in a store that is not on this machine."""
    url = str(tmp_path) if request.param == "local" else f"memory://{tmp_path}"
    return AttemptFiles(ArtifactStore(url))


def write(files: AttemptFiles, name: str, data: bytes) -> None:
    files.store.write(name, data)


def an_event(cell: str, text: str) -> dict[str, object]:
    output = {"output_type": "stream", "name": "stdout", "text": text}
    return {"event": "output", "cell": cell, "output": output}


def as_lines(*events: dict[str, object]) -> bytes:
    return b"".join(json.dumps(event).encode() + b"\n" for event in events)


def a_notebook(*ids: str, ended: bool) -> bytes:
    end = {"papermill": {"end_time": "2026-03-01T06:00:00+00:00" if ended else None}}
    made = new_notebook(cells=[new_code_cell("x", id=one) for one in ids], metadata=end)
    return str(nbformat.writes(made)).encode()


def test_what_is_not_there_yet_is_empty(files: AttemptFiles) -> None:
    assert (files.log().text, files.log().at_end) == ("", True)
    assert (files.events().events, files.log_end(), files.whole_log()) == ([], "", "")
    assert files.notebook() is None


def test_a_log_is_read_piece_by_piece_without_breaking_a_character(files: AttemptFiles) -> None:
    write(files, LOG_FILE, "aé€".encode())

    parts, offset = [], 0
    while True:
        part = files.log(offset, limit=4)
        parts.append(part.text)
        offset = part.next_offset
        if part.at_end:
            break

    assert parts == ["aé", "€"]
    assert files.whole_log() == "aé€"


def test_bytes_that_are_no_text_do_not_hold_up_a_log(files: AttemptFiles) -> None:
    write(files, LOG_FILE, b"a\xffb")

    assert files.log().text == "a\ufffdb"


def test_the_end_of_a_log_begins_with_a_whole_line(files: AttemptFiles) -> None:
    write(files, LOG_FILE, b"first line\nsecond\nthird\n")

    assert files.log_end(limit=16) == "second\nthird\n"
    assert files.log_end() == "first line\nsecond\nthird\n"


def test_of_a_last_line_that_is_too_long_the_end_is_shown(files: AttemptFiles) -> None:
    write(files, LOG_FILE, b"x" * 100 + b"end")

    assert files.log_end(limit=10) == "xxxxxxxend"


def test_events_come_whole(files: AttemptFiles) -> None:
    one, two = an_event("c", "1"), an_event("c", "2")
    write(files, EVENTS_FILE, as_lines(one, two)[:-5])

    part = files.events()

    assert part.events == [one]
    assert part.next_offset == len(as_lines(one))


def test_an_event_larger_than_a_chunk_comes_too(files: AttemptFiles) -> None:
    large, small = an_event("c", "x" * 1000), an_event("c", "y")
    write(files, EVENTS_FILE, as_lines(large, small))

    part = files.events(0, limit=64)

    assert part.events == [large, small]
    assert part.at_end


def test_the_notebook_of_an_attempt_that_runs_has_the_outputs_so_far(files: AttemptFiles) -> None:
    write(files, NOTEBOOK_FILE, a_notebook("c", ended=False))
    write(files, EVENTS_FILE, as_lines(an_event("c", "so far\n")))

    found = files.notebook()

    assert found is not None
    assert found.notebook.cells[0].outputs[0].text == "so far\n"
    assert found.next_offset == len(as_lines(an_event("c", "so far\n")))


def test_no_cell_runs_any_more_in_the_notebook_of_an_attempt_whose_worker_was_lost(
    files: AttemptFiles,
) -> None:
    write(files, NOTEBOOK_FILE, a_notebook("c", ended=False))
    write(files, EVENTS_FILE, as_lines({"event": "cell_started", "cell": "c"}))

    states = [
        found.notebook.cells[0].metadata.nbflow.state
        for found in (files.notebook(), files.notebook(is_over=True))
        if found is not None
    ]

    assert states == ["running", "died"]


def test_the_notebook_of_an_attempt_that_has_ended_is_the_one_it_saved(files: AttemptFiles) -> None:
    write(files, NOTEBOOK_FILE, a_notebook("c", ended=True))
    write(files, EVENTS_FILE, as_lines(an_event("c", "not again\n")))

    found = files.notebook()

    assert found is not None
    assert found.notebook.cells[0].outputs == []
