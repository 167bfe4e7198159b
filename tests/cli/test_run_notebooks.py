"""`nbflow runs notebook` and `nbflow runs export`."""

from __future__ import annotations

import json
from pathlib import Path

from tests.cli.conftest import Nbflow
from tests.processes import Project


def test_the_notebook_of_a_run_is_written_and_named(ran: Project, nbflow: Nbflow) -> None:
    told = nbflow("runs", "notebook", "hello", "--output", "json").json
    cells = json.loads(Path(told["notebook"]).read_text())["cells"]
    text = "\n".join("".join(cell["source"]) for cell in cells)
    assert "✓ **hello** · success" in text
    assert "Hello, world!" in text


def test_a_run_is_exported_as_a_page_that_shows_states_and_logs(
    ran: Project, nbflow: Nbflow
) -> None:
    done = nbflow("runs", "export", "hello")
    assert (done.code, done.out) == (0, "hello.html\n"), done.err
    page = (ran.folder / "hello.html").read_text()
    assert "<html" in page
    assert "Hello, world!" in page
    assert "<strong>greet</strong>" in page


def test_the_ending_of_the_file_says_what_is_exported(ran: Project, nbflow: Nbflow) -> None:
    assert nbflow("runs", "export", "hello", "-o", "copy.ipynb").code == 0
    assert json.loads((ran.folder / "copy.ipynb").read_text())["nbformat"] == 4


def test_a_file_that_cannot_be_written_is_told_in_a_sentence(ran: Project, nbflow: Nbflow) -> None:
    done = nbflow("runs", "export", "hello", "-o", "nowhere/page.html")
    assert (done.code, done.out) == (1, "")
    assert "nowhere/page.html cannot be written: No such file or directory." in done.err
