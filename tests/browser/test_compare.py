"""Two runs compared, and a run taken away as a page."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import expect

from tests.browser.screen import Screen


def test_a_run_is_compared_with_the_last_success_and_exported(screen: Screen) -> None:
    site, page = screen.site, screen.page
    runs = []
    for last in (2, 3):
        runs.append(site.trigger("counting", last=last))
        site.wait_for_run("counting", runs[-1], "success")

    dag = screen.open_dag("counting")
    dag.wait_for_run("success", runs[-1])
    dag.root.get_by_test_id("nbflow-compare-run").click()
    comparison = page.get_by_test_id("nbflow-comparison")
    expect(comparison.get_by_role("region", name="Params")).to_contain_text("last23")
    added = comparison.locator('tr[data-kind="added"]')
    expect(added).to_contain_text("number 2")

    screen.open_dag("counting").root.get_by_role("button", name="Notebook").click()
    with page.expect_download() as download:
        page.get_by_text("Export as HTML").click()
    assert download.value.suggested_filename == "counting.html"
    assert "number 2" in Path(download.value.path()).read_text()
