"""The drawer of a task."""

from __future__ import annotations

from collections.abc import Mapping

from playwright.sync_api import expect

from docs.pictures.scenes.moves import ORDERS, REPORT, SEASONS, STOCK, dag, failed_run, task
from docs.pictures.scenes.scene import Scene
from tests.browser.screen import Screen, TaskDrawer


def failure(screen: Screen) -> None:
    page = failed_run(screen, SEASONS)
    node = page.root.locator('.jp-nbflow-node[data-state="failed"]').first
    task_id = str(node.get_attribute("data-task-id"))
    drawer = page.open_task(task_id)
    expect(drawer.root.get_by_test_id("nbflow-failure")).to_be_visible()


def log(screen: Screen) -> None:
    drawer = mapped(screen)
    expect(drawer.tab("Log").get_by_test_id("nbflow-log")).to_contain_text("connecting")


def mapped(screen: Screen) -> TaskDrawer:
    page = dag(screen, ORDERS)
    group = page.root.locator('[data-group-id="extract"]').first
    if not page.node("extract.fetch").is_visible():
        group.click()
    return page.open_task("extract.fetch")


def values(screen: Screen) -> None:
    expect(task(screen, ORDERS, "check_totals", "Values")).to_contain_text("total")


def resources(screen: Screen) -> None:
    task(screen, SEASONS, "draw_trend", "Resources")


def question(screen: Screen) -> None:
    page = dag(screen, REPORT)
    page.open_task("approve")
    expect(screen.page.get_by_test_id("nbflow-question")).to_contain_text("Totals look")


def why(screen: Screen) -> None:
    """What comes after the question that nobody has answered yet."""
    expect(task(screen, REPORT, "send", "Why not running")).to_contain_text("approve")


def tries(screen: Screen) -> None:
    expect(task(screen, STOCK, "count_shelves", "Tries")).to_contain_text("Try 2")


def rendered(screen: Screen) -> None:
    expect(task(screen, STOCK, "count_shelves", "Rendered")).to_contain_text("Porto")


def about(screen: Screen) -> None:
    expect(task(screen, SEASONS, "decompose", "About")).to_contain_text("monthly")


SCENES: Mapping[str, Scene] = {
    "failure": Scene(failure, 760),  # the traceback below names folders of this machine
    "log": Scene(log, 620),
    "tries": Scene(tries, 620),
    "values": Scene(values, 560),
    "rendered": Scene(rendered, 560),
    "resources": Scene(resources, 560),
    "why": Scene(why, 620),
    "about": Scene(about, 620),
    "question": Scene(question, 620),
}
