"""Task groups on the graph: boxes, closed to one node, remembered."""

from __future__ import annotations

from playwright.sync_api import Locator, expect

from tests.browser.screen import DagPage, Screen


def test_a_group_closes_to_one_node_with_the_state_of_its_tasks(screen: Screen) -> None:
    run = screen.site.trigger("grouped")
    screen.site.wait_for_run("grouped", run, "success")
    page = open_dag(screen)
    page.wait_for("load.first", "success")
    expect(page.root).to_contain_text("when there is news")

    head(page, "load", is_open=True).click()

    closed = head(page, "load", is_open=False)
    expect(closed).to_have_attribute("data-state", "success")
    expect(closed).to_have_attribute("aria-label", "Group load, 2 tasks, 2 success")
    expect(page.node("load.first")).to_have_count(0)
    expect(page.node("end")).to_be_visible()
    closed.click()
    expect(page.node("load.deep.second")).to_be_visible()


def test_the_keyboard_closes_a_group_and_a_new_page_remembers_it(screen: Screen) -> None:
    page = open_dag(screen)
    inner = head(page, "load.deep", is_open=True)
    inner.focus()

    screen.page.keyboard.press("Enter")

    expect(head(page, "load.deep", is_open=False)).to_be_focused()
    screen.open(reset="")
    again = open_dag(screen)
    expect(head(again, "load.deep", is_open=False)).to_be_visible()


def open_dag(screen: Screen) -> DagPage:
    screen.open_panel()
    return screen.open_dag("grouped")


def head(page: DagPage, group: str, *, is_open: bool) -> Locator:
    """What closes or opens a group."""
    state = "true" if is_open else "false"
    return page.root.locator(f'[data-stop-id="{group}"][aria-expanded="{state}"]')
