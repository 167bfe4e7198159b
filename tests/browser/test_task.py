"""A task beside the graph: its log and notebook as they grow, its tries, and what it waits for."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.screen import Screen


def test_the_log_of_a_running_task_grows(screen: Screen) -> None:
    gate = screen.site.folder / "gate"
    gate.unlink(missing_ok=True)
    screen.site.trigger("patient")
    drawer = screen.open_dag("patient").open_task("wait")
    drawer.wait_for("running")

    log = drawer.tab("Log")
    expect(log).to_contain_text("the gate is shut")
    expect(log).to_contain_text("Live")
    gate.touch()

    expect(log).to_contain_text("the gate is open")
    drawer.wait_for("success")
    expect(log).to_contain_text("Complete")


def test_a_task_that_waits_says_why(screen: Screen) -> None:
    gate = screen.site.folder / "gate"
    gate.unlink(missing_ok=True)
    screen.site.trigger("patient")
    patient = screen.open_dag("patient")
    patient.wait_for("wait", "running")

    drawer = patient.open_task("pass_through")

    unmet = drawer.tab("Why not running").locator('[data-met="false"]')
    expect(unmet.first).to_contain_text("wait")
    gate.touch()
    drawer.wait_for("success")
    expect(drawer.root.get_by_role("tab", name="Why not running")).to_have_count(0)


def test_the_executed_notebook_of_a_task_shows_its_plot(screen: Screen) -> None:
    screen.site.wait_for_run("squares", screen.site.trigger("squares"), "success")

    drawer = screen.open_dag("squares").open_task("plot")

    plot = drawer.tab("Notebook").locator("img")
    expect(plot).to_be_visible()
    assert plot.evaluate("image => image.decode().then(() => image.naturalWidth)") > 100
    expect(drawer.root.get_by_test_id("nbflow-notebook")).to_contain_text("axes.plot(squares")


def test_the_notebook_of_a_running_task_grows(screen: Screen) -> None:
    gate = screen.site.folder / "gate"
    gate.unlink(missing_ok=True)
    run_id = screen.site.trigger("growing")
    screen.site.wait_for_task("growing", run_id, "work", "running")
    notebook = screen.open_dag("growing").open_task("work").tab("Notebook")
    cells = notebook.locator(".jp-nbflow-cell")

    expect(cells.nth(0)).to_contain_text("begun")
    expect(cells.nth(1)).to_have_attribute("data-state", "running")
    expect(cells.nth(2).locator(".jp-nbflow-outputs")).to_have_count(0)
    gate.touch()

    expect(cells.nth(1)).to_have_attribute("data-state", "success")
    expect(cells.nth(2).locator(".jp-nbflow-outputs")).to_contain_text("gone on")


def test_a_task_tells_of_its_tries(screen: Screen) -> None:
    (screen.site.folder / "delivery.txt").unlink(missing_ok=True)
    screen.site.wait_for_run("fragile", screen.site.trigger("fragile"), "failed")

    drawer = screen.open_dag("fragile").open_task("load")

    expect(drawer.root).to_contain_text("delivery.txt")
    tries = drawer.tab("Tries")
    expect(tries).to_contain_text("Try 1")
    expect(tries.locator("pre")).to_contain_text("FileNotFoundError")


def test_the_executed_notebook_of_a_run_opens_as_a_document(screen: Screen) -> None:
    screen.site.wait_for_run("squares", screen.site.trigger("squares"), "success")
    squares = screen.open_dag("squares")

    squares.run.get_by_role("button", name="Notebook").click()

    document = screen.page.locator(".jp-nbflow-reader, .jp-NotebookPanel").last
    expect(document).to_contain_text("[0, 1, 4, 9, 16, 25]")
    expect(document.locator("img")).to_be_visible()
