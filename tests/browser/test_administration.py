"""The administration: pools and variables are made, changed and deleted; secrets stay hidden."""

from __future__ import annotations

import secrets

from playwright.sync_api import Locator, expect

from tests.browser.screen import Screen


def test_a_pool_is_made_changed_and_deleted(screen: Screen) -> None:
    name = f"narrow-{secrets.token_hex(3)}"
    admin = open_admin(screen, "pools")
    admin.get_by_role("button", name="New pool").click()
    screen.dialog.get_by_label("Name").fill(name)
    screen.dialog.get_by_label("Slots", exact=True).fill("two")
    screen.accept()
    expect(screen.dialog.get_by_role("alert")).to_have_text("This is not a number.")
    screen.dialog.get_by_label("Slots", exact=True).fill("2")
    screen.accept()
    expect(row(admin, "pool", name)).to_contain_text("0 of 2")

    row(admin, "pool", name).get_by_role("button", name=f"Change {name}").click()
    screen.dialog.get_by_label("Slots", exact=True).fill("-1")
    screen.accept()
    expect(row(admin, "pool", name)).to_contain_text("no limit")

    row(admin, "pool", name).get_by_role("button", name=f"Delete {name}").click()
    screen.dialog.get_by_role("button", name="Delete").click()
    expect(row(admin, "pool", name)).to_have_count(0)


def test_a_variable_that_sounds_secret_is_set_anew_and_never_shown(screen: Screen) -> None:
    name = f"mail_password_{secrets.token_hex(3)}"
    admin = open_admin(screen, "variables")
    admin.get_by_role("button", name="New variable").click()
    screen.dialog.get_by_label("Name").fill(name)
    screen.dialog.get_by_label("Value").fill("tulips")
    screen.accept()

    made = row(admin, "variable", name)
    expect(made).to_contain_text("kept secret")
    expect(admin).not_to_contain_text("tulips")
    made.get_by_role("button", name=f"Change {name}").click()
    value = screen.dialog.get_by_label("New value")
    expect(value).to_have_value("")
    expect(value).to_have_attribute("type", "password")
    value.fill("roses")
    screen.accept()
    expect(screen.dialog).to_have_count(0)
    screen.site.delete("variables", name)


def test_files_with_problems_are_told_with_what_to_do(screen: Screen) -> None:
    admin = open_admin(screen, "errors")

    expect(admin.get_by_role("tabpanel")).to_contain_text("broken.py")


def open_admin(screen: Screen, tab: str) -> Locator:
    """The administration by its command, as the palette and the launcher have it."""
    screen.page.evaluate(
        "tab => window.jupyterapp.commands.execute('nbflow:open-administration', {tab})", tab
    )
    admin = screen.page.get_by_test_id("nbflow-admin")
    expect(admin).to_be_visible()
    return admin


def row(admin: Locator, kind: str, name: str) -> Locator:
    return admin.locator(f'tr[data-{kind}="{name}"]')
