"""A notebook becomes a DAG before one's eyes: the graph beside it, a run of it, its schedule."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell
from playwright.sync_api import Locator, Page, expect

from tests.browser import project
from tests.browser.screen import Screen
from tests.browser.services import Site, eventually

NAME = "orders by region.ipynb"
DAG_ID = "orders_by_region"
CELLS = [
    new_markdown_cell("## Load"),
    new_code_cell("from pathlib import Path\nrows = Path('rows.txt').read_text().split()"),
    new_markdown_cell("## East"),
    new_code_cell("east = rows[:1]"),
    new_markdown_cell("## West"),
    new_code_cell("west = rows[1:]"),
]

SET_SOURCE = """([place, source]) => {
  const { content } = window.jupyterapp.shell.currentWidget;
  content.widgets[place].model.sharedModel.setSource(source);
}"""


@pytest.fixture
def notebook(site: Site) -> Iterator[Path]:
    """An ordinary notebook somewhere below the server's root, which no folder of DAGs holds."""
    folder = site.folder / "work"
    folder.mkdir(exist_ok=True)
    (folder / "rows.txt").write_text("one two")
    path = folder / NAME
    nbformat.write(project.notebook(CELLS), path)
    yield path
    path.unlink()


@pytest.fixture
def preview(page: Page, site: Site, notebook: Path) -> Iterator[Locator]:
    """The notebook is open, and the button DAG of its toolbar has been pressed."""
    Screen(page, site).open(f"work/{notebook.name}", reset="")
    page.locator(".jp-NotebookPanel").get_by_role("button", name="DAG", exact=True).click()
    shown = page.get_by_test_id("nbflow-preview")
    expect(shown).to_be_visible()
    yield shown
    page.evaluate(
        "Promise.all([...window.jupyterapp.serviceManager.sessions.running()].map("
        "session => window.jupyterapp.serviceManager.sessions.shutdown(session.id)))"
    )


def node(preview: Locator, task_id: str) -> Locator:
    return preview.locator(f'.jp-nbflow-node[data-task-id="{task_id}"]')


def test_the_graph_follows_what_is_typed_and_survives_what_cannot_be_read(
    page: Page, preview: Locator
) -> None:
    expect(node(preview, "load")).to_be_visible()
    expect(node(preview, "east")).to_be_visible()
    expect(preview.locator('.jp-nbflow-edge-hit[data-source="load"]')).to_have_count(2)

    page.evaluate(SET_SOURCE, [5, "west = rows[1:] + east"])
    expect(preview.locator('.jp-nbflow-edge-hit[data-source="east"]')).to_have_count(1)

    page.evaluate(SET_SOURCE, [5, "west = ("])
    expect(preview.locator("[data-dimmed]")).to_be_visible()
    expect(node(preview, "east")).to_be_visible()
    expect(preview.get_by_test_id("nbflow-problems")).to_contain_text("cannot be read")
    lint = page.locator(".jp-NotebookPanel .jp-CodeCell .jp-nbflow-cell-lint")
    expect(lint).to_have_text("1 error")

    page.evaluate(SET_SOURCE, [5, "west = rows[1:]"])
    expect(preview.locator("[data-dimmed]")).to_have_count(0)
    expect(lint).to_have_count(0)

    # From a node to its cell, and from a cell to its node.
    node(preview, "west").click()
    expect(page.locator(".jp-NotebookPanel .jp-Cell.jp-mod-active")).to_contain_text("west =")
    page.locator('.jp-nbflow-cell-task[data-task-id="east"]').click()
    expect(node(preview, "east")).to_have_attribute("data-selected", "true")


def test_an_ordinary_notebook_is_run_and_scheduled_beside_itself(
    page: Page, site: Site, preview: Locator, notebook: Path
) -> None:
    expect(node(preview, "west")).to_be_visible()
    preview.get_by_test_id("nbflow-preview-run").click()
    page.locator(".jp-Dialog-button.jp-mod-accept").click()

    expect(node(preview, "west")).to_have_attribute("data-state", "success")
    badge = page.locator('.jp-NotebookPanel .jp-nbflow-cell-task[data-task-id="west"]')
    expect(badge).to_have_attribute("data-state", "success")
    expect(badge).to_contain_text("Success")

    preview.get_by_test_id("nbflow-preview-schedule").click()
    form = page.get_by_test_id("nbflow-schedule-form")
    form.locator('input[name="schedule"]').fill("0 25 * * *")
    expect(form.locator(".jp-nbflow-field-error")).to_contain_text("25")
    form.locator('input[name="schedule"]').fill("0 6 * * 1-5")
    meaning = form.get_by_test_id("nbflow-schedule-meaning")
    expect(meaning).to_contain_text("At 06:00 on weekdays")
    expect(meaning.locator("li")).to_have_count(5)
    accept = page.locator(".jp-Dialog-button.jp-mod-accept")
    expect(accept).to_have_attribute("aria-disabled", "false")
    accept.click()

    expect(page.locator(".jp-Dialog")).to_have_count(0)
    expect(preview).to_contain_text("At 06:00 on weekdays")
    eventually(lambda: "nbflow" in nbformat.read(notebook, 4).metadata, "the notebook is saved")
    settings = nbformat.read(notebook, 4).metadata["nbflow"]
    assert settings == {"schedule": "0 6 * * 1-5", "timezone": "UTC"}
    meant = "At 06:00 on weekdays"
    eventually(lambda: stored(site)["schedule"].startswith(meant), "the schedule is stored")

    preview.get_by_test_id("nbflow-preview-more").click()
    page.get_by_role("menuitem", name="Remove from DAGs").click()
    expect(preview).to_contain_text("not run yet")
    eventually(lambda: not stored(site)["active"], "the DAG is gone")


def stored(site: Site) -> Any:  # JSON
    return site.get("dags", DAG_ID)["dag"]


def test_the_property_inspector_says_what_a_cell_and_the_notebook_are(
    page: Page, preview: Locator
) -> None:
    expect(node(preview, "east")).to_be_visible()
    page.locator(".jp-NotebookPanel .jp-CodeCell").nth(1).locator(".cm-content").click()
    page.evaluate("void window.jupyterapp.commands.execute('property-inspector:show-panel')")

    of_cell = form(page, "nbflow: task")
    field(of_cell, "task").fill("first_region")
    field(of_cell, "retries").fill("2")
    expect(node(preview, "first_region")).to_be_visible()
    assert metadata_of(page, "cell") == {"task": "first_region", "retries": 2}

    field(of_cell, "retries").fill("-1")
    expect(of_cell).to_contain_text("must be >= 0")
    field(of_cell, "retries").fill("1")

    of_notebook = form(page, "nbflow: DAG")
    field(of_notebook, "schedule").fill("0 6 * * 1-5")
    expect(preview).to_contain_text("At 06:00 on weekdays")
    assert metadata_of(page, "notebook") == {"schedule": "0 6 * * 1-5"}

    field(of_notebook, "schedule").fill("0 25 * * *")
    expect(preview.get_by_test_id("nbflow-problems")).to_contain_text("25")


def test_selected_cells_are_run_with_what_they_need_and_nothing_else(
    page: Page, preview: Locator
) -> None:
    expect(node(preview, "east")).to_be_visible()
    notebook = page.locator(".jp-NotebookPanel")
    notebook.locator(".jp-CodeCell", has_text="east =").locator(".jp-InputPrompt").click()

    # In a narrow toolbar it stands behind the dots.
    button = page.locator('jp-button[data-command="nbflow:run-cells"]')
    if not button.is_visible():
        notebook.locator(".jp-Toolbar-responsive-opener jp-button").click()
    button.click()
    page.locator(".jp-Dialog-button.jp-mod-accept").click()

    expect(node(preview, "load")).to_have_attribute("data-state", "success")
    expect(node(preview, "east")).to_have_attribute("data-state", "success")
    expect(preview.get_by_test_id("nbflow-preview-run-line")).to_contain_text("Success")
    assert node(preview, "west").get_attribute("data-state") not in ("success", "running")


def form(page: Page, name: str) -> Locator:
    """One form of the Property Inspector, unfolded."""
    found = page.locator(".jp-PropertyInspector .jp-Collapse", has_text=name)
    contents = found.locator(".jp-Collapse-contents")
    if not contents.is_visible():
        found.locator(".jp-Collapse-header").click()
    expect(contents).to_be_visible()
    return contents


def field(of: Locator, name: str) -> Locator:
    """JupyterLab's forms name their fields by their ids, not by labels."""
    return of.locator(f'input[id$="/nbflow/{name}"]')


def metadata_of(page: Page, of: str) -> Any:  # JSON
    """What the open notebook says of itself, or of the cell that is chosen."""
    return page.evaluate(
        """of => {
          const { content } = window.jupyterapp.shell.currentWidget;
          const model = of === 'cell' ? content.activeCell.model : content.model;
          return model.getMetadata('nbflow');
        }""",
        of,
    )
