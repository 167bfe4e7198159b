"""What a notebook in JupyterLab shows of a DAG: a picture of it, and live views."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_output
from playwright.sync_api import Locator, Page, expect

from nbflow import DAG, EmptyOperator
from nbflow.widgets.dag_widget import WIDGET_VIEW
from tests.browser import project
from tests.browser.screen import Screen
from tests.browser.services import Site

# The toolbar says "idle" before the kernel can be talked to.
RUN_ALL = """async () => {
  const { sessionContext } = window.jupyterapp.shell.currentWidget;
  await sessionContext.ready;
  await sessionContext.session.kernel.info;
  void window.jupyterapp.commands.execute('notebook:run-all-cells');
}"""


DRAWN = """\
import nbflow

with nbflow.DAG("drawn") as dag:
    nbflow.EmptyOperator(task_id="first") >> nbflow.EmptyOperator(task_id="second")
"""
WATCHED = """\
import nbflow

run = nbflow.trigger("patient")
display(run.watch())
run.wait()"""

RunCell = Callable[[str], Locator]

# A cell that keeps the kernel busy until the run has ended.
BOARD = """
import time
from IPython.display import display
from nbflow.widgets import dashboard

board = dashboard("patient")
display(board)
run_id = board.trigger()
while board.view.run is None or board.view.run["state"] != "success":
    time.sleep(0.05)
"""


@pytest.fixture
def run_cell(page: Page, site: Site) -> Iterator[RunCell]:
    """Opens a notebook of one cell in JupyterLab, runs it, and gives the cell."""

    def run(source: str) -> Locator:
        nbformat.write(project.notebook([new_code_cell(source)]), site.folder / "mine.ipynb")
        Screen(page, site).open("mine.ipynb", reset="")
        cell = page.locator(".jp-CodeCell")
        expect(cell).to_be_visible()
        page.evaluate(RUN_ALL)
        return cell

    yield run
    page.evaluate("window.jupyterapp.shell.currentWidget.sessionContext.shutdown()")


def test_a_dag_is_displayed_as_a_picture(run_cell: RunCell) -> None:
    picture = run_cell(DRAWN + "dag").locator(".jp-OutputArea-output img")

    expect(picture).to_be_visible()
    assert picture.evaluate("image => image.decode().then(() => image.naturalWidth)") > 100


def test_the_view_of_a_dag_is_its_graph(run_cell: RunCell) -> None:
    graph = run_cell(DRAWN + "dag.view()").locator(".jp-nbflow-graph")

    expect(graph.locator('.jp-nbflow-node[data-task-id="first"]')).to_be_visible()
    expect(graph.locator('.jp-nbflow-node[data-task-id="second"]')).to_be_visible()
    expect(graph.locator('.jp-nbflow-edge-hit[data-source="first"]')).to_have_count(1)


def test_a_view_that_went_with_its_kernel_is_a_picture(screen: Screen, site: Site) -> None:
    with DAG("drawn") as dag:
        EmptyOperator(task_id="first") >> EmptyOperator(task_id="second")
    gone = {"version_major": 2, "version_minor": 0, "model_id": "gone"}
    shown = new_output("display_data", {**dag.view().as_picture(), WIDGET_VIEW: gone})
    cell = new_code_cell("dag.view()", outputs=[shown])
    nbformat.write(project.notebook([cell]), site.folder / "closed.ipynb")

    screen.open("closed.ipynb", reset="")

    output = screen.page.locator(".jp-OutputArea-output")
    expect(output.locator("img")).to_have_attribute("alt", re.compile("DAG drawn: 2 tasks"))
    expect(output).to_have_text("")


def test_a_dashboard_runs_a_dag_and_is_live_while_the_kernel_is_busy(
    run_cell: RunCell, site: Site
) -> None:
    (site.folder / "gate").unlink(missing_ok=True)
    cell = run_cell(BOARD)
    board = cell.locator(".widget-vbox").first
    expect(board.locator("select")).to_be_visible()
    expect(cell.locator(".jp-InputPrompt")).to_have_text("[*]:")

    expect(
        board.locator('.jp-nbflow-node[data-task-id="wait"][data-state="running"]')
    ).to_be_visible()
    expect(cell.locator(".jp-InputPrompt")).to_have_text("[*]:")
    (site.folder / "gate").touch()

    expect(
        board.locator('.jp-nbflow-node[data-task-id="pass_through"][data-state="success"]')
    ).to_be_visible()
    expect(board.locator("select option").nth(1)).to_contain_text("success")


def test_the_view_of_a_run_is_live_while_the_kernel_waits_for_it(
    run_cell: RunCell, site: Site
) -> None:
    (site.folder / "gate").unlink(missing_ok=True)
    cell = run_cell(WATCHED)
    expect(
        cell.locator('.jp-nbflow-node[data-task-id="wait"][data-state="running"]')
    ).to_be_visible()
    # The log comes from the server: the kernel would hear of the choice when the cell has ended.
    cell.locator('.jp-nbflow-node[data-task-id="wait"]').click()
    expect(cell.get_by_role("log")).to_contain_text("the gate is shut")
    expect(cell.locator(".jp-InputPrompt")).to_have_text("[*]:")

    (site.folder / "gate").touch()

    # What ended leaves a picture: it is what the saved notebook keeps.
    expect(cell.locator(".jp-OutputArea")).to_contain_text("'success'")
    expect(cell.locator(".jp-InputPrompt")).to_have_text(re.compile(r"\[\d+\]:"))
    expect(cell.locator(".jp-OutputArea-output img").first).to_be_visible()
