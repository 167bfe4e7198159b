"""The context menu of the file browser: what it offers on notebooks, on DAG files, on others."""

from __future__ import annotations

from playwright.sync_api import Locator, Page, expect

from tests.browser.screen import Screen

OPEN_FOLDER = """path => window.jupyterapp.commands
  .execute('filebrowser:open-path', { path }).then(() => null)"""


def menu_of(page: Page, name: str) -> Locator:
    """The context menu of a file in the browser."""
    page.locator(".jp-DirListing-item").filter(has_text=name).click(button="right")
    menu = page.locator(".lm-Menu")
    expect(menu.get_by_text("Rename", exact=True)).to_be_visible()
    return menu


def test_a_file_is_offered_what_can_be_done_with_it_as_a_dag(screen: Screen) -> None:
    page = screen.page
    screen.open_panel()
    expect(screen.row("nightly")).to_be_visible()
    page.locator('li.lm-TabBar-tab[data-id="filebrowser"]').click()
    page.evaluate(OPEN_FOLDER, "dags")

    menu = menu_of(page, "squares.ipynb")
    for offered in ("Run as DAG", "Open DAG", "Schedule…", "Show as DAG, with Lint"):
        expect(menu.get_by_text(offered, exact=True)).to_be_visible()
    menu.press("Escape")
    expect(menu).to_have_count(0)

    menu = menu_of(page, "broken.py")
    expect(menu.get_by_text("Run as DAG", exact=True)).to_be_hidden()
    expect(menu.get_by_text("Open DAG", exact=True)).to_be_hidden()
    menu.press("Escape")
    expect(menu).to_have_count(0)

    menu = menu_of(page, "nightly.py")
    expect(menu.get_by_text("Run as DAG", exact=True)).to_be_visible()
    expect(menu.get_by_text("Schedule…", exact=True)).to_be_hidden()
    menu.get_by_text("Open DAG", exact=True).click()
    expect(screen.dag_page("nightly").node("sweep")).to_be_visible()
