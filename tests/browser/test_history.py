"""The past of a DAG: a run in time, durations, the calendar, and a table of runs to act upon."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.conftest import WritePast
from tests.browser.screen import Screen


def test_the_past_is_seen_in_time_by_duration_by_day_and_as_a_table(
    screen: Screen, write_past: WritePast
) -> None:
    runs = write_past("past", runs=10, tasks=3)
    screen.open(reset="", nbflow="past", **{"nbflow-view": "gantt"})
    past = screen.dag_page("past")
    past.wait_for_run("failed", runs[-1])

    bars = past.root.get_by_test_id("nbflow-gantt").locator("[data-task-id]")
    expect(bars).to_have_count(3)
    expect(bars.locator('.jp-nbflow-gantt-bar[data-state="failed"]')).to_have_count(1)
    past.root.get_by_test_id("nbflow-gantt-in").click()

    past.root.get_by_role("tab", name="Durations").click()
    durations = past.root.get_by_test_id("nbflow-durations")
    expect(durations.locator(".jp-nbflow-time")).to_have_count(10)
    # Nine runs took from 60 to 68 seconds.
    expect(durations.get_by_role("definition").first).to_have_text("1 m 04 s")
    expect(durations.locator('tr[data-task-id="t002"]')).to_contain_text("1")

    past.root.get_by_role("tab", name="Calendar").click()
    calendar = past.root.get_by_test_id("nbflow-calendar")
    day = calendar.locator('[data-day="2026-01-05"]')
    expect(day).to_have_text("10")
    expect(day).to_have_attribute("data-state", "failed")
    day.click()

    table = past.root.get_by_test_id("nbflow-runs")
    rows = table.locator("tbody tr")
    expect(rows).to_have_count(10)
    table.get_by_role("button", name="Failed", exact=True).click()
    expect(rows).to_have_count(1)

    rows.get_by_role("checkbox").click()
    past.root.get_by_test_id("nbflow-bulk-delete").click()
    expect(past.root.get_by_test_id("nbflow-bulk")).to_contain_text("1 run is forgotten")
    past.root.get_by_test_id("nbflow-bulk-confirm").click()
    expect(rows).to_have_count(0)

    table.get_by_role("button", name="Failed", exact=True).click()
    expect(rows).to_have_count(9)
    newer, older = rows.nth(0), rows.nth(2)
    earlier = older.get_attribute("data-run-id") or ""
    newer.get_by_role("checkbox").click()
    older.get_by_role("checkbox").click()
    past.root.get_by_test_id("nbflow-compare-two").click()
    expect(screen.page.get_by_test_id("nbflow-comparison").get_by_role("combobox")).to_have_value(
        earlier
    )
