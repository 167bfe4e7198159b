"""The grid of a DAG: a whole past on one screen, by pointer and by keys, and what happens now."""

from __future__ import annotations

from playwright.sync_api import Locator, expect

from tests.browser.conftest import WritePast
from tests.browser.screen import Screen

RUNS, TASKS = 200, 500
MOST_NODES = 8000
"""Many times what a screen shows; two hundred runs of five hundred tasks are a hundred thousand."""


def cell(grid: Locator, task_id: str, run_id: str) -> Locator:
    """A square, which has to be drawn. Its column stays as long as no run comes."""
    column = grid.locator(f'[data-run-id="{run_id}"]').get_attribute("data-column")
    return grid.locator(f'[data-task-id="{task_id}"] [data-column="{column}"]')


def test_a_great_past_is_looked_through_without_drawing_all_of_it(
    screen: Screen, write_past: WritePast
) -> None:
    runs = write_past("wide", runs=RUNS, tasks=TASKS)
    screen.open(reset="", nbflow="wide", **{"nbflow-view": "grid"})
    wide = screen.dag_page("wide")
    grid = wide.root.get_by_test_id("nbflow-grid")
    expect(grid).to_have_attribute("aria-rowcount", str(TASKS + 1))
    expect(cell(grid, "t000", runs[-1])).to_have_attribute("data-state", "success")

    # To the oldest run: each page is fetched when the left end comes near.
    grid.focus()
    while int(grid.get_attribute("aria-colcount") or 0) < RUNS + 1:
        before = grid.get_attribute("aria-colcount")
        grid.evaluate("element => (element.scrollLeft = 0)")
        expect(grid).not_to_have_attribute("aria-colcount", before or "")
    grid.evaluate("element => { element.scrollLeft = 0; element.scrollTop = 1e6; }")

    expect(cell(grid, f"t{TASKS - 1}", runs[9])).to_have_attribute("data-state", "failed")
    drawn = grid.evaluate("element => element.querySelectorAll('*').length")
    assert drawn < MOST_NODES

    cell(grid, f"t{TASKS - 1}", runs[9]).click()
    wide.wait_for_run("failed", runs[9])
    expect(wide.root.get_by_test_id("nbflow-task")).to_contain_text(f"t{TASKS - 1}")
    # The keys go on from there: up to the task above, and with Enter into it.
    screen.page.keyboard.press("ArrowUp")
    screen.page.keyboard.press("Enter")
    expect(wide.root.get_by_test_id("nbflow-task")).to_contain_text(f"t{TASKS - 2}")


def test_the_grid_follows_a_run_and_is_there_again_after_a_reload(screen: Screen) -> None:
    gate = screen.site.folder / "gate"
    gate.unlink(missing_ok=True)
    patient = screen.open_dag("patient")
    patient.root.get_by_role("tab", name="Grid").click()
    run_id = screen.site.trigger("patient")
    patient.wait_for_run("running", run_id)
    grid = patient.root.get_by_test_id("nbflow-grid")

    expect(cell(grid, "wait", run_id)).to_have_attribute("data-state", "running")
    gate.touch()
    expect(cell(grid, "pass_through", run_id)).to_have_attribute("data-state", "success")

    with screen.layout_saved("grid.states", "failed"):
        patient.root.get_by_role("button", name="Failed", exact=True).click()
    screen.open()
    again = screen.dag_page("patient").root
    expect(again.get_by_role("tab", name="Grid")).to_have_attribute("aria-selected", "true")
    failed = again.get_by_role("button", name="Failed", exact=True)
    expect(failed).to_have_attribute("aria-pressed", "true")
