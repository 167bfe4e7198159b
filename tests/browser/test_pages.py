"""Pages of a DAG as a person has left them: side by side, after a reload, and as they are set."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

from playwright.sync_api import Locator, Response, expect

from tests.browser.screen import Screen, TaskDrawer

SETTINGS = "/lab/api/settings/nbflow-labextension:model"
PUT = """([url, raw]) => {
  const xsrf = document.cookie.match(/_xsrf=([^;]*)/)?.[1] ?? '';
  return fetch(url, { method: 'PUT', headers: { 'X-XSRFToken': xsrf }, body: raw })
    .then(answer => answer.status);
}"""


def test_two_pages_of_a_dag_stand_side_by_side_and_are_there_again_as_they_were(
    screen: Screen,
) -> None:
    page = screen.page
    run_id = screen.site.trigger("greet")
    greet = screen.open_dag("greet")
    greet.wait_for_run("success", run_id)
    drawer = greet.open_task("count")
    drawer.tab("Log")
    with screen.layout_saved("graph.view"):
        greet.root.get_by_role("button", name="Zoom in").click()
    nearer = zoom(greet.root)

    greet.root.get_by_test_id("nbflow-dag-more").click()
    page.get_by_role("menuitem", name="Open Another Page of This DAG").click()
    first, second = greet.root.first, greet.root.last
    expect(greet.root).to_have_count(2)
    expect(second).to_be_visible()
    second.get_by_role("tab", name="Runs").click()
    with screen.layout_saved("runs.states", "failed"):
        second.get_by_role("button", name="Failed", exact=True).click()
    expect(first.get_by_role("tab", name="Graph")).to_have_attribute("aria-selected", "true")

    screen.open()

    expect(greet.root).to_have_count(2)
    graph = greet.root.filter(has=page.locator('[data-view="graph"]'))
    runs = greet.root.filter(has=page.locator('[data-view="runs"]'))
    expect(runs.get_by_role("button", name="Failed", exact=True)).to_have_attribute(
        "aria-pressed", "true"
    )
    again = TaskDrawer(graph, "count").root
    expect(again.get_by_role("tab", name="Log")).to_have_attribute("aria-selected", "true")
    expect(graph.locator(CAMERA)).to_have_attribute("transform", nearer)


def test_pages_of_two_dags_are_each_live_with_a_drawer_of_their_own_over_a_reload(
    screen: Screen,
) -> None:
    page = screen.page
    greet, nightly = screen.open_dag("greet"), screen.open_dag("nightly")
    page.evaluate(SPLIT)
    expect(greet.root).to_be_visible()
    expect(nightly.root).to_be_visible()
    greeted, swept = screen.site.trigger("greet"), screen.site.trigger("nightly")
    greet.wait_for_run("success", greeted)
    nightly.wait_for_run("success", swept)

    greet.open_task("count").tab("Log")
    with page.expect_response(keeps("tries")):
        nightly.open_task("sweep").tab("Tries")
    screen.open()

    for dag, task_id, tab in ((greet, "count", "Log"), (nightly, "sweep", "Tries")):
        drawer = TaskDrawer(dag.root, task_id).root
        expect(drawer.get_by_role("tab", name=tab)).to_have_attribute("aria-selected", "true")


def test_pages_begin_and_ask_as_they_are_set_to(screen: Screen) -> None:
    page = screen.page
    chosen = {"defaultView": "grid", "confirmDestructive": False}
    address = screen.site.base + SETTINGS
    assert page.evaluate(PUT, [address, json.dumps({"raw": json.dumps(chosen)})]) == 204
    try:
        run_id = screen.site.trigger("sleeper")
        screen.site.wait_for_task("sleeper", run_id, "sleep", "running")
        screen.open(reset="")
        sleeper = screen.open_dag("sleeper")
        tab = sleeper.root.get_by_role("tab", name="Grid")
        expect(tab).to_have_attribute("aria-selected", "true")
        sleeper.root.get_by_test_id("nbflow-cancel-run").click()
        sleeper.wait_for_run("cancelled", run_id)
    finally:
        page.evaluate(PUT, [address, json.dumps({"raw": "{}"})])


def test_tabs_that_have_no_room_are_in_a_menu(screen: Screen) -> None:
    greet = screen.open_dag("greet")
    screen.page.set_viewport_size({"width": 700, "height": 800})

    greet.root.get_by_role("button", name="All tabs").click()
    expect(greet.root.get_by_role("menuitemradio", name="Graph")).to_be_focused()
    greet.root.get_by_role("menuitemradio", name="Details").click()

    details = greet.root.get_by_role("tab", name="Details")
    expect(details).to_have_attribute("aria-selected", "true")
    expect(details).to_be_focused()
    expect(details).to_be_in_viewport()
    expect(greet.root.get_by_role("menu")).to_have_count(0)


SPLIT = """() => {
  const { shell } = window.jupyterapp;
  shell.add(shell.currentWidget, 'main', { mode: 'split-right' });
}"""
CAMERA = ".jp-nbflow-graph-canvas > g"


def keeps(word: str) -> Callable[[Response], bool]:
    """Whether JupyterLab has kept a layout with this in it: it saves a moment after each change."""
    return lambda answer: (
        "/lab/api/workspaces" in answer.url and word in (answer.request.post_data or "")
    )


def zoom(page: Locator) -> re.Pattern[str]:
    """How near the graph is, as its transform says it, to two digits."""
    said = page.locator(CAMERA).get_attribute("transform") or ""
    return re.compile(re.escape(said[said.index("scale(") :][:10]))
