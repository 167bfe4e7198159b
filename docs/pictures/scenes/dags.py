"""Home, and the page of a DAG."""

from __future__ import annotations

from collections.abc import Mapping

from playwright.sync_api import expect

from docs.pictures.scenes.moves import ORDERS, SEASONS, alone, dag, do
from docs.pictures.scenes.scene import Place, Scene
from tests.browser.screen import Screen


def home(screen: Screen) -> None:
    alone(screen)
    do(screen, "open-home")
    shown = screen.page.get_by_test_id("nbflow-home")
    expect(shown.locator(f'[role="row"][data-dag-id="{SEASONS}"]')).to_be_visible()


def panel(screen: Screen) -> None:
    """The page of a DAG with the executed notebook of a task beside its graph."""
    shown = screen.open_dag(SEASONS)
    shown.wait_for_run("success")
    notebook = shown.open_task("draw_trend").tab("Notebook")
    expect(notebook.locator("code span").first).to_be_attached()  # its colours come later
    expect(notebook.locator("img")).to_be_visible()
    notebook.locator("img").scroll_into_view_if_needed()


def first_use(screen: Screen) -> None:
    alone(screen)
    do(screen, "open-home")
    expect(screen.page.get_by_test_id("nbflow-first-use")).to_be_visible()


# -- the page of a DAG -----------------------------------------------------------------------------


def graph(screen: Screen) -> None:
    page = dag(screen, ORDERS)
    expect(page.node("check_totals")).to_be_visible()


def large_graph(screen: Screen) -> None:
    """It opens at what failed, near enough to read."""
    page = dag(screen, "archive")
    expect(page.root.locator('.jp-nbflow-node[data-state="failed"]')).to_be_visible()
    expect(page.root.get_by_test_id("nbflow-minimap")).to_be_visible()


def grid(screen: Screen) -> None:
    shown = dag(screen, ORDERS, "Grid").root.get_by_test_id("nbflow-grid")
    expect(shown.locator('[data-state="failed"]').first).to_be_visible()


def gantt(screen: Screen) -> None:
    shown = dag(screen, SEASONS, "Gantt").root.get_by_test_id("nbflow-gantt")
    expect(shown.locator(".jp-nbflow-gantt-bar").first).to_be_visible()


def durations(screen: Screen) -> None:
    shown = dag(screen, ORDERS, "Durations").root.get_by_test_id("nbflow-durations")
    expect(shown).to_be_visible()


def calendar(screen: Screen) -> None:
    shown = dag(screen, ORDERS, "Calendar").root.get_by_test_id("nbflow-calendar")
    expect(shown).to_be_visible()


def runs(screen: Screen) -> None:
    shown = dag(screen, ORDERS, "Runs").root.get_by_test_id("nbflow-runs")
    expect(shown.locator("tr").nth(5)).to_be_visible()


def versions(screen: Screen) -> None:
    shown = dag(screen, ORDERS, "Versions").root.get_by_test_id("nbflow-versions")
    shown.get_by_role("list").first.get_by_role("button").first.click()
    expect(shown).to_contain_text("more than ever")


def details(screen: Screen) -> None:
    dag(screen, ORDERS, "Details")


def backfills(screen: Screen) -> None:
    shown = dag(screen, ORDERS, "Backfills").root
    shown.locator("tr[data-backfill]").get_by_role("button", expanded=False).click()
    expect(shown.get_by_role("list", name="Dates").get_by_role("listitem").first).to_be_visible()


def assets(screen: Screen) -> None:
    dag(screen, ORDERS, "Assets")


SCENES: Mapping[str, Scene] = {
    "panel": Scene(panel),
    "home": Scene(home),
    "first-use": Scene(first_use, 640, Place.EMPTY),
    "graph": Scene(graph, 620),
    "large-graph": Scene(large_graph, 760),
    "grid": Scene(grid, 680),
    "gantt": Scene(gantt, 560),
    "durations": Scene(durations, 640),
    "calendar": Scene(calendar, 560),
    "runs": Scene(runs, 620),
    "assets": Scene(assets, 560),
    "versions": Scene(versions, 640),
    "details": Scene(details, 640),
    "backfills": Scene(backfills, 620),
}
