"""Backfills of a DAG: looked at before they are asked for, then followed date by date."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser import project
from tests.browser.conftest import AddDag
from tests.browser.screen import Screen


def test_a_backfill_is_previewed_started_and_followed(screen: Screen, add_dag: AddDag) -> None:
    page = screen.open_dag(add_dag("filled", project.SCHEDULED.replace("nightly", "DAG_ID")))
    page.root.get_by_role("tab", name="Backfills").click()
    page.root.get_by_test_id("nbflow-new-backfill").click()
    last = screen.dialog.locator('[data-param="to_date"]')
    screen.dialog.get_by_label("From").fill("2026-02-02")
    screen.dialog.get_by_label("To, inclusive").fill("2026-02-01")
    expect(last.get_by_role("alert")).to_contain_text("before the first day")
    screen.dialog.get_by_label("To, inclusive").fill("2026-02-03")
    expect(last.get_by_role("alert")).to_have_count(0)
    preview = screen.dialog.get_by_test_id("nbflow-backfill-preview")
    expect(preview.get_by_role("listitem")).to_have_count(2)
    expect(preview).to_contain_text("new run")

    screen.accept()

    row = page.root.locator("tr[data-backfill]")
    expect(row.locator('[role="progressbar"]')).to_have_attribute("aria-valuenow", "2")
    row.get_by_role("button", expanded=False).click()
    dates = page.root.get_by_role("list", name="Dates").get_by_role("listitem")
    expect(dates.filter(has_text="Success")).to_have_count(2)
