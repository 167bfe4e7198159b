"""The cache in the administration, and what is done to several runs at once."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.conftest import AddDag
from tests.browser.screen import Screen
from tests.browser.test_administration import open_admin

KEPT = """
from nbflow import DAG, task

with DAG("DAG_ID", cache=True):

    @task
    def load():
        return [1, 2, 3]

    @task
    def total(rows):
        return sum(rows)

    total(load())
"""


def test_results_are_found_looked_at_and_forgotten_and_runs_are_marked_together(
    screen: Screen, add_dag: AddDag
) -> None:
    dag_id = add_dag("kept", KEPT)
    for _ in range(2):
        screen.site.wait_for_run(dag_id, screen.site.trigger(dag_id), "success")

    admin = open_admin(screen, "cache")
    admin.get_by_role("searchbox").fill(dag_id)
    results = admin.locator("tr[data-key]")
    expect(results).to_have_count(2)
    load = admin.locator('tr[data-task="load"]')
    expect(load).to_contain_text("by 1 run")
    load.get_by_role("button", name="load", exact=True).click()
    expect(admin.get_by_test_id("nbflow-cache-values")).to_contain_text("[1, 2, 3]")

    admin.get_by_role("checkbox", name="Choose all").check()
    admin.get_by_test_id("nbflow-cache-forget").click()
    expect(screen.dialog).to_contain_text(f"{dag_id}: total")
    screen.dialog.get_by_role("button", name="Forget").click()
    expect(admin).to_contain_text("Nothing fits")

    page = screen.open_dag(dag_id)
    page.root.get_by_role("tab", name="Runs").click()
    runs = page.root.get_by_test_id("nbflow-runs")
    rows = runs.locator("tbody tr")
    expect(rows).to_have_count(2)
    runs.get_by_role("checkbox", name="Choose all of these runs").check()
    runs.get_by_test_id("nbflow-bulk-failed").click()
    expect(runs.get_by_test_id("nbflow-bulk")).to_contain_text("2 runs count as failed")
    runs.get_by_test_id("nbflow-bulk-confirm").click()
    expect(runs.get_by_test_id("nbflow-bulk")).to_have_count(0)
    expect(rows.filter(has_text="Failed")).to_have_count(2)
