"""A failed task repaired in its notebook: the living kernel, the edit, the run that goes on."""

from __future__ import annotations

from playwright.sync_api import Locator, expect

from tests.browser.screen import Screen


def fill_cell(cell: Locator, source: str) -> None:
    editor = cell.locator(".cm-content").first
    editor.fill(source)
    expect(editor).to_be_focused()


# The toolbar says "idle" before the kernel can be talked to.
KERNEL_IS_READY = """async () => {
  const { sessionContext } = window.jupyterapp.shell.currentWidget;
  await sessionContext.ready;
  await sessionContext.session.kernel.info;
}"""


def test_a_failed_task_is_debugged_in_its_own_kernel_and_resumed_with_the_edit(
    screen: Screen,
) -> None:
    site, page = screen.site, screen.page
    run_id = site.trigger("ratios")
    site.wait_for_run("ratios", run_id, "failed")
    ratios = screen.open_dag("ratios")
    drawer = ratios.open_task("divide")
    expect(drawer.root.get_by_test_id("nbflow-names-read")).to_contain_text("[4, 1, 0]")

    drawer.root.get_by_test_id("nbflow-debug").click()

    notebook = page.locator(".jp-NotebookPanel")
    failed = notebook.locator(".jp-CodeCell").filter(has_text="total / row")
    expect(failed).to_contain_text("ZeroDivisionError")
    expect(notebook.locator('.jp-Notebook-ExecutionIndicator[data-status="idle"]')).to_be_visible()
    page.evaluate(KERNEL_IS_READY)
    fill_cell(failed, "print(total, ratios := [total / row for row in rows if row])")
    page.keyboard.press("Shift+Enter")
    expect(notebook).to_contain_text("5 [1.25, 5.0]")

    notebook.get_by_role("button", name="Resume run").click()

    page.get_by_role("button", name="Show the run").click()
    ratios.wait_for("report", "success")
    (newest, first) = site.get("dags", "ratios", "runs")["runs"][:2]
    assert (newest["rerun_of"], newest["edited"], first["run_id"]) == (run_id, ["divide"], run_id)
