"""What many scenes begin with."""

from __future__ import annotations

from playwright.sync_api import Locator, expect

from tests.browser.screen import DagPage, Screen

SEASONS, ORDERS, REPORT = "co2_seasons", "daily_orders", "sales_report"
STOCK = "stock_levels"
NOTEBOOK = "example_notebooks/penguins.ipynb"


def alone(screen: Screen) -> None:
    """Without the list of DAGs at the left."""
    screen.page.evaluate("window.jupyterapp.shell.collapseLeft()")


def do(screen: Screen, command: str, **args: object) -> None:
    screen.page.evaluate(
        "([id, args]) => void window.jupyterapp.commands.execute('nbflow:' + id, args)",
        [command, args],
    )


def dag(screen: Screen, dag_id: str, view: str | None = None) -> DagPage:
    """The page of a DAG alone, with one of its tabs."""
    alone(screen)
    do(screen, "open-dag", dag_id=dag_id)
    page = screen.dag_page(dag_id)
    expect(page.root.get_by_test_id("nbflow-run").first).to_be_visible()
    if view is not None:
        page.root.get_by_role("tab", name=view).click()
    return page


def task(screen: Screen, dag_id: str, task_id: str, tab: str) -> Locator:
    drawer = dag(screen, dag_id).open_task(task_id)
    return drawer.tab(tab)


def failed_run(screen: Screen, dag_id: str) -> DagPage:
    """The page of a DAG at the newest of its runs that failed."""
    runs = screen.site.get("dags", dag_id, "runs")["runs"]
    run_id = next(one["run_id"] for one in runs if one["state"] == "failed")
    alone(screen)
    do(screen, "open-dag", dag_id=dag_id, run_id=run_id)
    page = screen.dag_page(dag_id)
    page.wait_for_run("failed", run_id)
    return page


def newest(screen: Screen, dag_id: str) -> str:
    return str(screen.site.get("dags", dag_id, "runs")["runs"][0]["run_id"])


def open_admin(screen: Screen, tab: str, test_id: str | None = None) -> Locator:
    alone(screen)
    do(screen, "open-administration")
    admin = screen.page.get_by_test_id("nbflow-admin")
    admin.get_by_role("tab", name=tab).click()
    if test_id is not None:
        expect(admin.get_by_test_id(test_id)).to_be_visible()
    return admin
