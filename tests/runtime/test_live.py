"""Live events: how they are written while a task runs, and what a reader makes of them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import cast

import nbformat
import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from nbflow.core.json import Json, JsonObject
from nbflow.runtime.artifacts import ArtifactStore
from nbflow.runtime.kernels import KernelPool
from nbflow.runtime.live import EVENTS_FILE, LiveEvents, notebook_at, parse_events
from tests.runtime.notebook_attempts import NOTEBOOKS, Attempts, wait_until


@pytest.fixture
def store(tmp_path: Path) -> ArtifactStore:
    return ArtifactStore(str(tmp_path))


def started(cell: str = "a") -> JsonObject:
    return {"event": "cell_started", "cell": cell, "index": 0, "title": "x = 1", "at": "noon"}


def finished(cell: str = "a", state: str = "success") -> JsonObject:
    return {"event": "cell_finished", "cell": cell, "state": state, "duration": 0.5, "at": "one"}


def printed(text: str, cell: str = "a", name: str = "stdout") -> JsonObject:
    output: Json = {"output_type": "stream", "name": name, "text": text}
    return {"event": "output", "cell": cell, "output": output}


def failed(cell: str = "a") -> JsonObject:
    output: Json = {
        "output_type": "error",
        "ename": "E",
        "evalue": "e",
        "traceback": ["\x1b[31mE: e\x1b[0m"],
    }
    return {"event": "output", "cell": cell, "output": output}


def written(
    store: ArtifactStore, events: list[JsonObject], limit: int = 10_000
) -> list[JsonObject]:
    """What `events.jsonl` holds after these events."""
    live = LiveEvents(store, limit)
    for event in events:
        live.emit(event)
    live.close()
    return parse_events(store.read(EVENTS_FILE))


# ------------------------------------------------------------------------------------------ writing


def test_chatty_output_is_joined_before_it_is_written(store: ArtifactStore) -> None:
    events = written(store, [started(), *[printed(f"{n}\n") for n in range(3)], finished()])

    assert events == [started(), printed("0\n1\n2\n"), finished()]


def test_output_waits_a_moment_and_then_is_there_for_readers(store: ArtifactStore) -> None:
    live = LiveEvents(store)
    live.emit(started())
    live.emit(printed("hello\n"))
    before = parse_events(store.read(EVENTS_FILE))

    wait_until(lambda: live.tick() is None)

    assert before == [started()]
    assert parse_events(store.read(EVENTS_FILE)) == [started(), printed("hello\n")]
    live.close()


def test_streams_and_cells_are_not_mixed_when_joined(store: ArtifactStore) -> None:
    events = [printed("a"), printed("b", name="stderr"), printed("c"), printed("d", cell="b")]

    assert written(store, events) == events


def test_a_cell_that_prints_for_ever_stops_growing_the_file_but_its_error_is_kept(
    store: ArtifactStore,
) -> None:
    flood = [started(), *[printed("x" * 100, name=n) for n in ("stdout", "stderr") * 10]]

    events = written(store, [*flood, failed(), finished(), started("b"), printed("y", "b")], 500)

    assert len(events) < len(flood)
    assert events[-4:] == [failed(), finished(), started("b"), printed("y", "b")]


def cleared(cell: str = "a") -> JsonObject:
    return {"event": "clear_output", "cell": cell}


def updated(text: str) -> JsonObject:
    data: Json = {"text/plain": text}
    return {"event": "update_display", "display_id": "d", "data": data, "metadata": {}}


def test_of_a_progress_bar_that_is_redrawn_faster_than_written_the_last_step_counts(
    store: ArtifactStore,
) -> None:
    bar = [printed(f"\r{step} %", name="stderr") for step in range(1000)]

    assert written(store, [started(), *bar, finished()]) == [
        started(),
        printed("\r999 %", name="stderr"),
        finished(),
    ]
    assert store.size("log.txt") < 200


def test_of_a_display_that_is_updated_faster_than_written_the_last_look_counts(
    store: ArtifactStore,
) -> None:
    many = [updated(str(step)) for step in range(1000)]

    assert written(store, [started(), *many, finished()]) == [started(), many[-1], finished()]


def test_output_that_is_cleared_before_it_was_written_is_not_written(store: ArtifactStore) -> None:
    many = [one for step in range(1000) for one in (cleared(), printed(f"{step}\n"))]

    events = written(store, [started(), printed("first\n"), *many, finished()])

    assert events == [started(), cleared(), printed("999\n"), finished()]


def test_a_cell_that_has_had_its_share_still_shows_how_its_display_ends(
    store: ArtifactStore,
) -> None:
    flood = [printed("x" * 100, name=name) for name in ("stdout", "stderr") * 10]

    events = written(store, [started(), *flood, updated("1"), updated("2"), finished()], 500)

    assert events[-2:] == [updated("2"), finished()]
    assert "has written its share" in store.read("log.txt").decode()


def test_the_log_is_plain_text_with_a_line_per_cell(store: ArtifactStore) -> None:
    written(store, [started(), printed("\x1b[1mhello\x1b[0m\n"), failed(), finished("a", "failed")])

    assert store.read("log.txt").decode() == (
        "--- cell 0 at noon: x = 1\nhello\nE: e\n--- failed after 0.5 s\n"
    )


def test_an_unfinished_last_line_is_left_for_the_next_look() -> None:
    assert parse_events(b'{"event":"a"}\n{"event":"b"}\n{"ev') == [{"event": "a"}, {"event": "b"}]


# ------------------------------------------------------------------------------------------ folding


def source() -> NotebookNode:
    cells = [new_markdown_cell("# Title", id="t"), new_code_cell("x", id="a")]
    nb = new_notebook(cells=[*cells, new_code_cell("y", id="b")])
    return cast(NotebookNode, nb)


def outline(*ids: str) -> JsonObject:
    return {"event": "notebook_started", "cells": [{"id": id_} for id_ in ids]}


def test_a_notebook_is_shown_as_executed_so_far() -> None:
    nb = notebook_at(source(), [outline("t", "a", "b"), started("a"), printed("1"), printed("2")])

    assert [cell.id for cell in nb.cells] == ["t", "a", "b"]
    assert nb.cells[1].metadata.nbflow.state == "running"
    assert nb.cells[1].outputs[0].text == "12"
    assert nb.cells[2].metadata.nbflow.state == "not-run"


def test_folding_changes_neither_the_source_nor_the_events() -> None:
    before, events = source(), [outline("a"), printed("1"), printed("2")]

    notebook_at(before, events)

    assert before == source()
    assert events == [outline("a"), printed("1"), printed("2")]


def test_only_cells_that_take_part_are_shown_with_those_that_were_put_in() -> None:
    begun: JsonObject = {
        "event": "notebook_started",
        "cells": [{"id": "b"}, {"id": "new", "source": "# Parameters\nx = 1"}, {"id": "gone"}],
    }

    nb = notebook_at(source(), [begun, printed("hi", cell="new")])

    assert [cell.id for cell in nb.cells] == ["b", "new"]
    assert nb.cells[1].source == "# Parameters\nx = 1"
    assert nb.cells[1].outputs[0].text == "hi"


def test_displays_are_updated_and_outputs_cleared() -> None:
    output: Json = {"output_type": "display_data", "data": {"text/plain": "draft"}, "metadata": {}}
    shown: JsonObject = {"event": "output", "cell": "a", "output": output, "display_id": "d"}
    update: JsonObject = {
        "event": "update_display",
        "display_id": "d",
        "data": {"text/plain": "final"},
        "metadata": {},
    }
    cleared: JsonObject = {"event": "clear_output", "cell": "a"}

    nb = notebook_at(source(), [outline("a", "b"), printed("x"), cleared, shown, update])

    assert [output.data["text/plain"] for output in nb.cells[0].outputs] == ["final"]


@pytest.fixture(scope="module")
def pool() -> Iterator[KernelPool]:
    with KernelPool(1) as pool:
        yield pool


@pytest.mark.parametrize(
    "name",
    [
        "parameters_and_outputs",
        "second_cell_raises",
        "display_is_updated_and_cleared",
        "draws_a_progress_bar",
        "cells_are_skipped_by_tag",
    ],
)
def test_the_events_of_a_run_fold_into_the_notebook_that_was_saved(
    pool: KernelPool, tmp_path: Path, name: str
) -> None:
    ran = Attempts(pool, tmp_path).run(name, {"factor": 2} if name.startswith("param") else {})
    written = nbformat.read(NOTEBOOKS / f"{name}.ipynb", as_version=4)

    shown = notebook_at(written, ran.events)

    def visible(nb: NotebookNode) -> list[tuple[str, str, object, object]]:
        return [
            (c.id, c.source, c.get("outputs"), c.metadata.get("nbflow", {}).get("state"))
            for c in nb.cells
        ]

    assert visible(shown) == visible(ran.notebook)
    assert visible(notebook_at(ran.notebook, ran.events)) == visible(ran.notebook)
