"""nbflow in Jupyter Notebook 7, whose shell has neither a dock nor a launcher nor a status bar."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell
from playwright.sync_api import Page, expect

from tests.browser import project, services
from tests.browser.screen import DagPage
from tests.browser.services import Site

CELLS = [
    new_markdown_cell("## Load"),
    new_code_cell("prices = [3, 4, 5]"),
    new_markdown_cell("## Add"),
    new_code_cell("total = sum(prices)"),
    new_markdown_cell("## Count"),
    new_code_cell("number = len(prices)"),
]


@pytest.fixture(scope="module")
def notebook7(site: Site, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A Jupyter Notebook on the project, whose scheduler is at work already."""
    home = tmp_path_factory.mktemp("notebook7")
    made = services.make_site(site.folder, home, app=services.NOTEBOOK)
    try:
        services.start_lab(made)
        yield made
    finally:
        made.lab.stop()


@pytest.fixture
def prices(notebook7: Site) -> Iterator[Path]:
    """An ordinary notebook that no folder of DAGs holds."""
    path = notebook7.folder / "prices.ipynb"
    nbformat.write(project.notebook(CELLS), path)
    yield path
    path.unlink()


def test_the_tree_view_leads_from_home_to_a_dag_and_a_run_of_it_that_a_reload_brings_back(
    page: Page, notebook7: Site
) -> None:
    page.goto(notebook7.notebook_url("tree"))
    page.get_by_role("tab", name="nbflow: Home").click()
    home = page.get_by_test_id("nbflow-home")
    home.get_by_role("button", name="greet", exact=True).click()

    greet = DagPage(page, "greet")
    greet.root.get_by_test_id("nbflow-trigger").click()
    form = page.get_by_test_id("nbflow-trigger-form")
    expect(form.get_by_label("name")).to_be_focused()  # a dialog takes the focus once it is open
    page.locator(".jp-Dialog .jp-mod-accept").click()
    greet.wait_for_run("success")
    greet.wait_for("done", "success")
    expect(page).to_have_title("greet")
    drawer = greet.open_task("count")
    expect(drawer.tab("Log")).to_contain_text("Ana counts 3")
    expect(page).to_have_url(re.compile(r"/tree\?.*nbflow=greet//count$"))

    page.reload()
    greet.wait_for_run("success")
    expect(drawer.root).to_be_visible()

    page.locator(".lm-MenuBar-item", has_text="nbflow").click()
    page.get_by_role("menuitem", name="Cluster", exact=True).click()
    expect(page.get_by_test_id("nbflow-cluster")).to_be_visible()
    expect(greet.root).to_be_hidden()


def test_a_notebook_is_a_dag_at_its_side_and_its_run_opens_in_another_tab_of_the_browser(
    page: Page, notebook7: Site, prices: Path
) -> None:
    page.goto(notebook7.notebook_url(f"notebooks/{prices.name}"))
    button = page.locator(".jp-NotebookPanel").get_by_role("button", name="DAG", exact=True)
    button.click()
    preview = page.get_by_test_id("nbflow-preview")
    add = preview.locator('.jp-nbflow-node[data-task-id="add"]')
    expect(add).to_be_visible()
    badge = page.locator('.jp-nbflow-cell-task[data-task-id="add"]')
    expect(badge).to_be_visible()

    preview.get_by_test_id("nbflow-preview-run").click()
    page.locator(".jp-Dialog .jp-mod-accept").click()
    expect(add).to_have_attribute("data-state", "success")
    expect(badge).to_have_attribute("data-state", "success")

    with page.expect_popup() as popup:
        preview.get_by_role("button", name="Open run").click()
    DagPage(popup.value, "prices").wait_for("add", "success")
    popup.value.close()

    button.click()
    expect(preview).to_have_count(0)
    expect(badge).to_have_count(0)
