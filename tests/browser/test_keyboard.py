"""Everything can be reached and done with the keyboard alone."""

from __future__ import annotations

from playwright.sync_api import Locator, Page, expect

from tests.browser.screen import Screen
from tests.browser.services import eventually


def test_a_dag_is_found_and_triggered_by_keys_alone(screen: Screen) -> None:
    keys = screen.page.keyboard
    palette = screen.page.locator(".jp-ModalCommandPalette")
    eventually(lambda: _asked_for(palette, screen.page), "the palette opens")
    keys.type("Show DAGs")
    expect(palette.locator(".lm-mod-active")).to_contain_text("Show DAGs")
    keys.press("Enter")
    expect(screen.row("greet")).to_be_visible()

    _tab_to(screen.page, screen.panel.get_by_role("searchbox"))
    keys.type("greet")
    _tab_to(screen.page, screen.row("greet").locator(".jp-nbflow-row-name"))
    keys.press("Enter")
    greet = screen.dag_page("greet")
    _tab_to(screen.page, greet.root.get_by_test_id("nbflow-trigger"))
    keys.press("Enter")
    form = screen.page.get_by_test_id("nbflow-trigger-form")
    expect(form).to_be_visible()
    _tab_to(screen.page, form.get_by_label("How far"))
    keys.press("Control+A")
    keys.type("2")
    keys.press("Enter")

    greet.wait_for_run("success")
    greet.wait_for("near", "success")


def test_arrow_keys_walk_the_graph_and_enter_opens_a_task(screen: Screen) -> None:
    screen.site.wait_for_run("greet", screen.site.trigger("greet"), "success")
    greet = screen.open_dag("greet")
    greet.wait_for("count", "success")

    greet.node("count").focus()
    screen.page.keyboard.press("ArrowRight")
    expect(greet.node("is_far")).to_be_focused()
    screen.page.keyboard.press("Enter")

    drawer = greet.root.get_by_test_id("nbflow-task")
    expect(drawer).to_have_attribute("data-task-id", "is_far")


def _asked_for(palette: Locator, page: Page) -> bool:
    """Whether the palette is there and listens; what JupyterLab has no ears for yet is lost."""
    if not palette.is_visible():
        page.keyboard.press("Control+Shift+C")
    try:
        expect(palette.locator("input")).to_be_focused(timeout=10_000)
    except AssertionError:
        return False
    return True


def _tab_to(page: Page, wanted: Locator, limit: int = 60) -> None:
    """Press Tab until this has the focus."""
    for _ in range(limit):
        page.keyboard.press("Tab")
        if wanted.evaluate("element => element === document.activeElement"):
            return
    raise AssertionError(f"{limit} times the tab key, and never at {wanted}")
