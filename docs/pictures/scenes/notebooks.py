"""Notebooks with what nbflow adds to them, and Jupyter Notebook 7."""

from __future__ import annotations

from collections.abc import Mapping

from playwright.sync_api import Locator, expect

from docs.pictures.scenes.moves import NOTEBOOK, SEASONS, alone, do
from docs.pictures.scenes.scene import Place, Scene
from tests.browser.screen import DagPage, Screen


def open_notebook(screen: Screen) -> Locator:
    screen.open(NOTEBOOK, reset="")
    panel_ = screen.page.locator(".jp-NotebookPanel")
    panel_.get_by_role("button", name="DAG", exact=True).click()
    preview = screen.page.get_by_test_id("nbflow-preview")
    expect(preview.locator(".jp-nbflow-node").nth(1)).to_be_visible()
    return preview


def notebook_preview(screen: Screen) -> None:
    """A notebook with its graph beside it."""
    open_notebook(screen).locator(".jp-nbflow-node").nth(1).click()
    expect(screen.page.locator(".jp-nbflow-cell-task").first).to_be_visible()


def schedule(screen: Screen) -> None:
    open_notebook(screen)
    do(screen, "schedule-notebook")
    form = screen.page.get_by_test_id("nbflow-schedule-form")
    form.get_by_role("textbox").first.fill("30 7 * * 1-5")
    meaning = screen.page.get_by_test_id("nbflow-schedule-meaning")
    expect(meaning).to_contain_text("At 07:30")


def inspector(screen: Screen) -> None:
    """The form of the chosen cell at the right."""
    open_notebook(screen)
    alone(screen)
    screen.page.locator(".jp-NotebookPanel .jp-CodeCell").nth(2).locator(".cm-content").click()
    screen.page.evaluate("void window.jupyterapp.commands.execute('property-inspector:show-panel')")
    form = screen.page.locator(".jp-PropertyInspector .jp-Collapse", has_text="nbflow: task")
    contents = form.locator(".jp-Collapse-contents")
    if not contents.is_visible():
        form.locator(".jp-Collapse-header").click()
    expect(contents.locator('input[id$="/nbflow/task"]')).to_be_visible()


def dashboard(screen: Screen) -> None:
    """The widgets, alive in a notebook of one's own."""
    screen.open("board.ipynb", reset="")
    alone(screen)
    expect(screen.page.locator(".jp-NotebookPanel .jp-CodeCell")).to_be_visible()
    screen.page.evaluate(RUN_ALL)
    board = screen.page.locator(".jp-CodeCell .widget-vbox").first
    board.locator(".jupyter-widget-Collapse-header", has_text="Params").click()
    expect(board.locator(".jupyter-widget-Collapse-contents select")).to_be_visible()
    board.locator('.jp-nbflow-node[data-task-id="load.write"]').click()
    expect(board.get_by_role("log")).to_contain_text("loading")
    screen.page.locator(".jp-NotebookPanel .jp-InputPrompt").last.click()


RUN_ALL = """async () => {
  const { sessionContext } = window.jupyterapp.shell.currentWidget;
  await sessionContext.ready;
  await sessionContext.session.kernel.info;
  void window.jupyterapp.commands.execute('notebook:run-all-cells');
}"""


# -- Jupyter Notebook 7 ----------------------------------------------------------------------------


def notebook7_home(screen: Screen) -> None:
    """The tab beside the files."""
    screen.page.get_by_role("tab", name="nbflow: Home").click()
    home = screen.page.get_by_test_id("nbflow-home")
    expect(home.locator(f'[role="row"][data-dag-id="{SEASONS}"]')).to_be_visible()


def notebook7_dag(screen: Screen) -> None:
    notebook7_home(screen)
    home = screen.page.get_by_test_id("nbflow-home")
    home.get_by_role("button", name=SEASONS, exact=True).first.click()
    page = DagPage(screen.page, SEASONS)
    page.wait_for_run("success")
    shown = page.open_task("draw_trend").tab("Notebook")
    expect(shown.locator("code span").first).to_be_attached()  # its colours come later
    expect(shown.locator("img")).to_be_visible()


SCENES: Mapping[str, Scene] = {
    "notebook-preview": Scene(notebook_preview),
    "inspector": Scene(inspector),
    "schedule": Scene(schedule, 760),
    "dashboard": Scene(dashboard, 1040),
    "notebook7-home": Scene(notebook7_home, 760, Place.NOTEBOOK),
    "notebook7-dag": Scene(notebook7_dag, 760, Place.NOTEBOOK),
}
