"""A task that says very much: the page goes on, and shows the end of it."""

from __future__ import annotations

from collections.abc import Iterator

import nbformat
import pytest
from nbformat.v4 import new_code_cell
from playwright.sync_api import expect

from tests.browser import project
from tests.browser.screen import Screen
from tests.browser.services import Site, eventually

PRINTS = "for i in range(200_000):\n    print('line', i)"


@pytest.fixture
def chatty(site: Site) -> Iterator[str]:
    """A DAG of one cell with 200,000 prints; gone after the test."""
    path = site.folder / "dags" / "chatty.ipynb"
    cells = [new_code_cell(PRINTS, metadata={"tags": ["task:talk"]})]
    nbformat.write(project.notebook(cells, nbflow={"dag_id": "chatty"}), path)

    def is_read() -> bool:
        return "chatty" in {one["dag_id"] for one in site.get("dags")["dags"]}

    eventually(is_read, "chatty is read")
    yield "chatty"
    path.unlink()
    eventually(lambda: not is_read(), "chatty is gone")


def test_of_two_hundred_thousand_prints_the_page_holds_the_end_alone(
    screen: Screen, chatty: str
) -> None:
    run_id = screen.site.trigger(chatty)
    drawer = screen.open_dag(chatty).open_task("talk")
    log = drawer.tab("Log")
    screen.site.wait_for_run(chatty, run_id, "success")

    # Only the last block is looked at: a failure that tells all lines is read by nobody.
    expect(log.locator(".jp-nbflow-log-block").last).to_contain_text("line 199999")
    expect(drawer.tab("Notebook").locator(".jp-nbflow-outputs")).to_contain_text("line 199999")
    assert screen.page.locator("*").count() < 10_000
    assert len(screen.page.locator("body").inner_text()) < 2_000_000
