"""Home: what goes on at a glance, and all DAGs worked by keyboard; the audit and the settings."""

from __future__ import annotations

from playwright.sync_api import Locator, expect

from tests.browser.screen import Screen
from tests.browser.services import Site


def test_home_leads_to_what_failed_and_is_worked_by_keyboard(screen: Screen, site: Site) -> None:
    run_id = site.trigger("fragile")
    site.wait_for_run("fragile", run_id, "failed")
    home = open_home(screen)
    expect(home.locator('[data-tile="scheduler"]')).to_contain_text("Alive")

    # Search, then by arrow into the list, and a favourite by its key.
    screen.page.keyboard.press("/")
    search = home.get_by_role("searchbox")
    expect(search).to_be_focused()
    search.fill("night")
    row = home.locator('[role="row"][data-dag-id="nightly"]')
    expect(home.locator('[role="row"][data-dag-id]')).to_have_count(1)
    screen.page.keyboard.press("ArrowDown")
    expect(row).to_be_focused()
    screen.page.keyboard.press("f")
    expect(row.get_by_role("button", name="Favourite: nightly")).to_have_attribute(
        "aria-pressed", "true"
    )

    # The failed run names its task, one click away.
    failed = home.locator(f'[data-card="failed"] [data-run-id="{run_id}"]')
    expect(failed).to_contain_text("load")
    failed.get_by_role("button", name="fragile").first.click()
    page = screen.dag_page("fragile")
    expect(page.root.locator('[data-testid="nbflow-task"][data-task-id="load"]')).to_be_visible()


def test_the_audit_tells_who_asked_for_what_and_settings_their_origin(
    screen: Screen, site: Site
) -> None:
    site.wait_for_run("counting", site.trigger("counting"), "success")
    admin = open_admin(screen, "audit")
    admin.get_by_role("combobox", name="Kind").select_option("trigger")
    found = admin.locator('[data-testid="nbflow-audit"] tr[data-verb="trigger"]')
    expect(found.filter(has_text="counting").first).to_contain_text("Done")

    admin.get_by_role("tab", name="Settings").click()
    executor = admin.locator('tr[data-setting="executor"]')
    expect(executor).to_contain_text("inline")
    expect(executor).to_contain_text("nbflow.toml")


def open_home(screen: Screen) -> Locator:
    """Home by its command, as the palette and the launcher have it."""
    screen.page.evaluate("window.jupyterapp.commands.execute('nbflow:open-home')")
    home = screen.page.get_by_test_id("nbflow-home")
    expect(home.get_by_test_id("nbflow-home-dags")).to_be_visible()
    home.get_by_role("heading", name="Home").click()
    row = home.locator('[role="row"][tabindex="0"]').first
    row.focus()
    expect(row).to_be_focused()
    return home


def open_admin(screen: Screen, tab: str) -> Locator:
    screen.page.evaluate(
        "tab => window.jupyterapp.commands.execute('nbflow:open-administration', {tab})", tab
    )
    admin = screen.page.get_by_test_id("nbflow-admin")
    expect(admin).to_be_visible()
    return admin
