"""Everything can be reached and done with the keyboard alone."""

from __future__ import annotations

from playwright.sync_api import Locator, Page, expect

from tests.browser.screen import Screen
from tests.browser.services import eventually


def test_a_dag_is_found_and_triggered_by_keys_alone(screen: Screen) -> None:
    keys = screen.page.keyboard
    palette = screen.page.locator(".jp-ModalCommandPalette")
    eventually(lambda: _found(palette, "Show DAGs", screen.page), "the palette finds it")
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


def test_from_home_through_the_past_of_a_dag_to_a_task_by_keys_alone(screen: Screen) -> None:
    keys = screen.page.keyboard
    screen.site.wait_for_run("grouped", screen.site.trigger("grouped"), "success")
    screen.page.evaluate("window.jupyterapp.commands.execute('nbflow:open-home')")
    home = screen.page.get_by_test_id("nbflow-home")
    row = home.locator('[role="row"][tabindex="0"]').first
    row.focus()
    expect(row).to_be_focused()
    keys.press("/")
    expect(home.get_by_role("searchbox")).to_be_focused()
    keys.type("grouped")
    expect(home.locator('[role="row"][data-dag-id]')).to_have_count(1)
    keys.press("ArrowDown")
    expect(home.locator('[role="row"][data-dag-id="grouped"]')).to_be_focused()
    keys.press("Enter")
    grouped = screen.dag_page("grouped")
    grouped.wait_for_run("success")

    # From tab to tab by arrows, and from one on into what it shows.
    def tab(name: str) -> Locator:
        return grouped.root.locator(f'.jp-nbflow-tab[data-tab="{name}"]')

    _tab_to(screen.page, tab("graph"))
    keys.press("ArrowRight")
    expect(tab("grid")).to_have_attribute("aria-selected", "true")
    grid = grouped.root.get_by_test_id("nbflow-grid")
    expect(grid.locator('[data-task-id="start"]')).to_be_visible()
    _tab_to(screen.page, grid)
    keys.press("ArrowDown")
    keys.press("Enter")
    drawer = grouped.root.get_by_test_id("nbflow-task")
    expect(drawer).to_be_visible()

    tab("grid").focus()
    keys.press("ArrowRight")
    expect(tab("gantt")).to_have_attribute("aria-selected", "true")
    rows = grouped.root.get_by_test_id("nbflow-gantt")
    group = rows.locator('[data-group-id="load"] > button')
    _tab_to(screen.page, group)
    keys.press("Enter")
    expect(group).to_have_attribute("aria-expanded", "false")
    expect(rows.locator('[data-task-id="load.first"]')).to_have_count(0)
    _tab_to(screen.page, rows.locator('[data-task-id="end"] > button'))
    keys.press("Enter")
    expect(drawer).to_have_attribute("data-task-id", "end")

    tab("runs").focus()
    keys.press("Enter")
    table = grouped.root.get_by_test_id("nbflow-runs")
    chosen = table.locator("tbody tr").first
    _tab_to(screen.page, chosen.get_by_role("checkbox"))
    keys.press("Space")
    expect(grouped.root.get_by_test_id("nbflow-bulk-delete")).to_be_visible()


def _found(palette: Locator, command: str, page: Page) -> bool:
    """Whether the palette is there and its Enter would run the command.

    What JupyterLab has no ears for yet is lost, and a launcher that comes late takes the focus and
    so closes the palette: then a person, too, begins anew.
    """
    if not palette.is_visible():
        page.keyboard.press("Control+Shift+C")
    try:
        expect(palette.locator("input")).to_be_focused(timeout=10_000)
        page.keyboard.press("Control+A")
        page.keyboard.type(command)
        expect(palette.locator(".lm-mod-active")).to_contain_text(command, timeout=10_000)
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
