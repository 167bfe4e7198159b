"""What is on each picture, and how a person gets there."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

from playwright.sync_api import Locator, expect

from tests.browser.screen import DagPage, Screen, TaskDrawer

NOTEBOOK = "example_notebooks/penguins.ipynb"
SEASONS, ORDERS, REPORT = "co2_seasons", "daily_orders", "sales_report"


@dataclass(frozen=True)
class Scene:
    """How to get there, and the height of the window in pixels."""

    show: Callable[[Screen], object]
    height: int = 900


# -- moves -----------------------------------------------------------------------------------------


def _alone(screen: Screen) -> None:
    """Without the list of DAGs at the left."""
    screen.page.evaluate("window.jupyterapp.shell.collapseLeft()")


def _do(screen: Screen, command: str, **args: object) -> None:
    screen.page.evaluate(
        "([id, args]) => void window.jupyterapp.commands.execute('nbflow:' + id, args)",
        [command, args],
    )


def _dag(screen: Screen, dag_id: str, view: str | None = None) -> DagPage:
    """The page of a DAG alone, with one of its tabs."""
    _alone(screen)
    _do(screen, "open-dag", dag_id=dag_id)
    page = screen.dag_page(dag_id)
    expect(page.root.get_by_test_id("nbflow-run").first).to_be_visible()
    if view is not None:
        page.root.get_by_role("tab", name=view).click()
    return page


def _task(screen: Screen, dag_id: str, task_id: str, tab: str) -> Locator:
    drawer = _dag(screen, dag_id).open_task(task_id)
    return drawer.tab(tab)


def _failed_run(screen: Screen, dag_id: str) -> DagPage:
    """The page of a DAG at the newest of its runs that failed."""
    runs = screen.site.get("dags", dag_id, "runs")["runs"]
    run_id = next(one["run_id"] for one in runs if one["state"] == "failed")
    _alone(screen)
    _do(screen, "open-dag", dag_id=dag_id, run_id=run_id)
    page = screen.dag_page(dag_id)
    page.wait_for_run("failed", run_id)
    return page


def _newest(screen: Screen, dag_id: str) -> str:
    return str(screen.site.get("dags", dag_id, "runs")["runs"][0]["run_id"])


def _admin(screen: Screen, tab: str, test_id: str | None = None) -> Locator:
    _alone(screen)
    _do(screen, "open-administration")
    admin = screen.page.get_by_test_id("nbflow-admin")
    admin.get_by_role("tab", name=tab).click()
    if test_id is not None:
        expect(admin.get_by_test_id(test_id)).to_be_visible()
    return admin


# -- overviews -------------------------------------------------------------------------------------


def home(screen: Screen) -> None:
    _alone(screen)
    _do(screen, "open-home")
    shown = screen.page.get_by_test_id("nbflow-home")
    expect(shown.locator(f'[role="row"][data-dag-id="{SEASONS}"]')).to_be_visible()


def panel(screen: Screen) -> None:
    """The page of a DAG with the executed notebook of a task beside its graph."""
    shown = screen.open_dag(SEASONS)
    shown.wait_for_run("success")
    notebook = shown.open_task("draw_trend").tab("Notebook")
    expect(notebook.locator("img")).to_be_visible()
    notebook.locator("img").scroll_into_view_if_needed()


# -- the page of a DAG -----------------------------------------------------------------------------


def graph(screen: Screen) -> None:
    page = _dag(screen, ORDERS)
    expect(page.node("check_totals")).to_be_visible()


def grid(screen: Screen) -> None:
    shown = _dag(screen, ORDERS, "Grid").root.get_by_test_id("nbflow-grid")
    expect(shown.locator('[data-state="failed"]').first).to_be_visible()


def gantt(screen: Screen) -> None:
    shown = _dag(screen, SEASONS, "Gantt").root.get_by_test_id("nbflow-gantt")
    expect(shown.locator(".jp-nbflow-gantt-bar").first).to_be_visible()


def durations(screen: Screen) -> None:
    shown = _dag(screen, ORDERS, "Durations").root.get_by_test_id("nbflow-durations")
    expect(shown).to_be_visible()


def calendar(screen: Screen) -> None:
    shown = _dag(screen, ORDERS, "Calendar").root.get_by_test_id("nbflow-calendar")
    expect(shown).to_be_visible()


def runs(screen: Screen) -> None:
    shown = _dag(screen, ORDERS, "Runs").root.get_by_test_id("nbflow-runs")
    expect(shown.locator("tr").nth(5)).to_be_visible()


def versions(screen: Screen) -> None:
    shown = _dag(screen, ORDERS, "Versions").root.get_by_test_id("nbflow-versions")
    shown.get_by_role("list").first.get_by_role("button").first.click()
    expect(shown).to_contain_text("more than ever")


def details(screen: Screen) -> None:
    _dag(screen, ORDERS, "Details")


def backfills(screen: Screen) -> None:
    shown = _dag(screen, ORDERS, "Backfills").root
    shown.locator("tr[data-backfill]").get_by_role("button", expanded=False).click()
    expect(shown.get_by_role("list", name="Dates").get_by_role("listitem").first).to_be_visible()


def assets(screen: Screen) -> None:
    _dag(screen, ORDERS, "Assets")


# -- one task --------------------------------------------------------------------------------------


def failure(screen: Screen) -> None:
    page = _failed_run(screen, SEASONS)
    node = page.root.locator('.jp-nbflow-node[data-state="failed"]').first
    task_id = str(node.get_attribute("data-task-id"))
    drawer = page.open_task(task_id)
    expect(drawer.root.get_by_test_id("nbflow-failure")).to_be_visible()


def log(screen: Screen) -> None:
    drawer = _mapped(screen)
    expect(drawer.tab("Log").get_by_test_id("nbflow-log")).to_contain_text("connecting")


def _mapped(screen: Screen) -> TaskDrawer:
    page = _dag(screen, ORDERS)
    group = page.root.locator('[data-group-id="extract"]').first
    if not page.node("extract.fetch").is_visible():
        group.click()
    return page.open_task("extract.fetch")


def values(screen: Screen) -> None:
    expect(_task(screen, ORDERS, "check_totals", "Values")).to_contain_text("total")


def resources(screen: Screen) -> None:
    _task(screen, SEASONS, "draw_trend", "Resources")


def question(screen: Screen) -> None:
    page = _dag(screen, REPORT)
    page.open_task("approve")
    expect(screen.page.get_by_test_id("nbflow-question")).to_contain_text("Totals look")


# -- dialogs ---------------------------------------------------------------------------------------


def trigger(screen: Screen) -> None:
    _dag(screen, ORDERS)
    _do(screen, "trigger-with", dag_id=ORDERS)
    form = screen.page.get_by_test_id("nbflow-trigger-form")
    expect(form.get_by_label("At most, in thousands")).to_be_visible()


def clear(screen: Screen) -> None:
    page = _failed_run(screen, ORDERS)
    run_id = page.root.get_by_test_id("nbflow-run").first.get_attribute("data-run-id")
    _do(screen, "clear", dag_id=ORDERS, run_id=run_id)
    expect(screen.page.get_by_test_id("nbflow-affected")).to_contain_text("check_totals")


def backfill_form(screen: Screen) -> None:
    page = _dag(screen, ORDERS, "Backfills")
    page.root.get_by_test_id("nbflow-new-backfill").click()
    screen.dialog.get_by_label("From").fill("2026-01-05")
    screen.dialog.get_by_label("To, inclusive").fill("2026-01-07")
    preview = screen.dialog.get_by_test_id("nbflow-backfill-preview")
    expect(preview.get_by_role("listitem")).to_have_count(3)


def compare(screen: Screen) -> None:
    _alone(screen)
    _do(screen, "compare-runs", dag_id=SEASONS, run_id=_newest(screen, SEASONS))
    expect(screen.page.get_by_test_id("nbflow-comparison")).to_contain_text("draw_trend")


# -- notebooks -------------------------------------------------------------------------------------


def _notebook(screen: Screen) -> Locator:
    screen.open(NOTEBOOK, reset="")
    panel_ = screen.page.locator(".jp-NotebookPanel")
    panel_.get_by_role("button", name="DAG", exact=True).click()
    preview = screen.page.get_by_test_id("nbflow-preview")
    expect(preview.locator(".jp-nbflow-node").nth(1)).to_be_visible()
    return preview


def notebook_preview(screen: Screen) -> None:
    """A notebook with its graph beside it."""
    _notebook(screen).locator(".jp-nbflow-node").nth(1).click()
    expect(screen.page.locator(".jp-nbflow-cell-task").first).to_be_visible()


def schedule(screen: Screen) -> None:
    _notebook(screen)
    _do(screen, "schedule-notebook")
    form = screen.page.get_by_test_id("nbflow-schedule-form")
    form.get_by_role("textbox").first.fill("30 7 * * 1-5")
    meaning = screen.page.get_by_test_id("nbflow-schedule-meaning")
    expect(meaning).to_contain_text("At 07:30")


# -- what all DAGs share ---------------------------------------------------------------------------


def cluster(screen: Screen) -> None:
    _alone(screen)
    screen.site.trigger(SEASONS, first_year=1975)
    _do(screen, "open-cluster")
    shown = screen.page.get_by_test_id("nbflow-cluster")
    expect(shown.get_by_role("button", name=f"{SEASONS} · ").first).to_be_visible()
    expect(shown.locator(".jp-nbflow-measured").first).to_contain_text("%")


def scale(screen: Screen) -> None:
    _alone(screen)
    _do(screen, "open-cluster")
    screen.page.get_by_test_id("nbflow-cluster").get_by_role(
        "button", name=re.compile("^Scale")
    ).click()
    expect(screen.dialog).to_be_visible()


def connection(screen: Screen) -> None:
    admin = _admin(screen, "Connections", "nbflow-connections")
    admin.get_by_role("button", name="Change warehouse").click()
    expect(screen.dialog).to_be_visible()


def settings(screen: Screen) -> None:
    admin = _admin(screen, "Settings", "nbflow-settings")
    admin.get_by_role("searchbox").fill("dask")


SCENES: Mapping[str, Scene] = {
    "panel": Scene(panel),
    "home": Scene(home),
    "graph": Scene(graph, 620),
    "grid": Scene(grid, 680),
    "gantt": Scene(gantt, 560),
    "durations": Scene(durations, 640),
    "calendar": Scene(calendar, 560),
    "runs": Scene(runs, 620),
    "assets": Scene(assets, 560),
    "versions": Scene(versions, 640),
    "details": Scene(details, 640),
    "backfills": Scene(backfills, 620),
    "failure": Scene(failure, 760),  # the traceback below names folders of this machine
    "log": Scene(log, 620),
    "values": Scene(values, 560),
    "resources": Scene(resources, 620),
    "question": Scene(question, 620),
    "trigger": Scene(trigger, 820),
    "clear": Scene(clear, 760),
    "backfill-form": Scene(backfill_form, 900),
    "compare": Scene(compare, 760),
    "notebook-preview": Scene(notebook_preview),
    "schedule": Scene(schedule, 760),
    "cluster": Scene(cluster, 480),
    "scale": Scene(scale, 560),
    "pools": Scene(partial(_admin, tab="Pools", test_id="nbflow-pools"), 480),
    "variables": Scene(partial(_admin, tab="Variables", test_id="nbflow-variables"), 480),
    "connection": Scene(connection, 900),
    "asset-list": Scene(partial(_admin, tab="Assets", test_id="nbflow-assets"), 480),
    "lineage": Scene(partial(_admin, tab="Lineage", test_id="nbflow-lineage"), 560),
    "import-errors": Scene(partial(_admin, tab="Import errors"), 480),
    "cache": Scene(partial(_admin, tab="Cache", test_id="nbflow-cache"), 480),
    "audit": Scene(partial(_admin, tab="Audit", test_id="nbflow-audit"), 560),
    "settings": Scene(settings, 560),
}
