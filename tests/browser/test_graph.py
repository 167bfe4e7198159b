"""The graph of a DAG: finding, turning, marking, saving; and what many changes leave behind."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import CDPSession, Page, WebSocketRoute, expect

from tests.browser.screen import DagPage, Screen
from tests.browser.services import eventually

UPDATES = 1000


def test_a_graph_is_searched_turned_and_marked_and_a_new_page_remembers_how(
    screen: Screen,
) -> None:
    run = screen.site.trigger("grouped")
    screen.site.wait_for_run("grouped", run, "success")
    page = screen.open_dag("grouped")
    page.wait_for("load.first", "success")

    page.root.get_by_role("button", name="Find a task").click()
    page.root.get_by_test_id("nbflow-graph-search").fill("second")
    expect(page.root.locator("[data-found]")).to_have_attribute("data-task-id", "load.deep.second")
    expect(page.node("start")).to_have_attribute("data-dimmed", "true")
    screen.page.keyboard.press("Escape")
    expect(page.node("load.deep.second")).to_be_focused()

    page.root.get_by_role("button", name="From the top down").click()
    page.root.get_by_role("button", name="Critical path", exact=True).click()
    expect(page.root.get_by_test_id("nbflow-critical-path")).to_contain_text("Critical path")
    eventually(lambda: stands_above(page, "start", "end"), "the graph goes from the top down")

    screen.open(reset="")
    again = screen.open_dag("grouped")
    expect(again.root.get_by_test_id("nbflow-critical-path")).to_be_visible()
    expect(again.root.get_by_role("button", name="From left to right")).to_be_visible()


def stands_above(page: DagPage, upper: str, lower: str) -> bool:
    above, below = (page.node(task).bounding_box() for task in (upper, lower))
    return above is not None and below is not None and above["y"] + above["height"] < below["y"]


def test_a_graph_is_saved_as_a_picture(screen: Screen, tmp_path: Path) -> None:
    page = screen.open_dag("grouped")
    expect(page.node("start")).to_be_visible()

    svg = saved(screen.page, page, "SVG", tmp_path / "graph.svg")
    texts = {element.text for element in ET.fromstring(svg.read_bytes()).iter()}
    assert {"start", "first", "second", "end"} <= texts
    png = saved(screen.page, page, "PNG", tmp_path / "graph.png")
    assert png.read_bytes().startswith(b"\x89PNG")


def saved(page: Page, dag: DagPage, kind: str, path: Path) -> Path:
    dag.root.get_by_role("button", name="Save as a picture").click()
    with page.expect_download() as download:
        dag.root.get_by_role("menuitem", name=kind).click()
    download.value.save_as(path)
    return path


# -- what changes leave behind ---------------------------------------------------------------------


@dataclass
class Tapped:
    """The feed of the page, with changes of our own among those of the server."""

    route: WebSocketRoute | None = None
    cursor: int = 0
    changes: list[dict[str, Any]] = field(default_factory=list)

    def tap(self, route: WebSocketRoute) -> None:
        self.route = route
        server = route.connect_to_server()

        def take(message: str | bytes) -> None:
            said = json.loads(message)
            if said["op"] == "changes":
                # What goes on elsewhere has numbers of the server, lower than ours by then.
                self.cursor = max(self.cursor, said["cursor"])
                self.changes += [c for c in said["changes"] if c["kind"] == "task"]
            route.send(message)

        server.on_message(take)

    def has_heard(self, task_id: str, run_id: str) -> bool:
        return any((c["task_id"], c["run_id"]) == (task_id, run_id) for c in self.changes)

    def tell(self, task_id: str, run_id: str, state: str) -> None:
        """As if the scheduler had brought the task into this state."""
        assert self.route is not None
        known = next(c for c in self.changes if (c["task_id"], c["run_id"]) == (task_id, run_id))
        self.cursor += 1
        change = {**known, "cursor": self.cursor, "state": state}
        self.route.send(json.dumps({"op": "changes", "cursor": self.cursor, "changes": [change]}))


def test_a_thousand_changes_leave_nothing_behind(
    screen: Screen, record_property: Callable[[str, object], None]
) -> None:
    tapped = Tapped()
    screen.page.route_web_socket(lambda url: "/nbflow/" in url, tapped.tap)
    screen.page.reload()
    page = screen.open_dag("grouped")
    run_id = screen.site.trigger("grouped")
    page.wait_for_run("success", run_id)
    eventually(lambda: heard(screen.page, tapped, run_id), "the feed has told of the run")
    devtools = screen.page.context.new_cdp_session(screen.page)
    change_often(tapped, page, run_id, UPDATES // 10)  # what is kept anyway is there now
    before = held(devtools)

    change_often(tapped, page, run_id, UPDATES)

    after = held(devtools)
    grown = (after["JSHeapUsedSize"] - before["JSHeapUsedSize"]) / 2**20
    grown_by = {name: after[name] - before[name] for name in ("Nodes", "JSEventListeners")}
    record_property("heap growth over 1,000 changes, MiB", round(grown, 2))
    print(f"After {UPDATES} changes: heap {grown:+.2f} MiB, {grown_by}")  # noqa: T201
    assert grown < 8
    # Not one more for each change: JupyterLab has some of its own.
    assert grown_by["Nodes"] < UPDATES / 2
    assert grown_by["JSEventListeners"] < UPDATES / 2


def heard(page: Page, tapped: Tapped, run_id: str) -> bool:
    page.evaluate("0")  # messages are passed on while the page is spoken to
    return tapped.has_heard("load.first", run_id)


def change_often(tapped: Tapped, page: DagPage, run_id: str, times: int) -> None:
    """Change the state of a task so often, ten times a frame or so, and end as it began."""
    for number in range(times // 10):
        for state in ("running", "success") * 5:
            tapped.tell("load.first", run_id, state)
        tapped.tell("load.first", run_id, "failed" if number % 2 else "skipped")
        page.wait_for("load.first", "failed" if number % 2 else "skipped")
    tapped.tell("load.first", run_id, "success")
    page.wait_for("load.first", "success")


def held(devtools: CDPSession) -> dict[str, float]:
    """What the page holds once what nobody needs has been collected."""
    devtools.send("Performance.enable")
    for _ in range(3):
        devtools.send("HeapProfiler.collectGarbage")
    metrics = devtools.send("Performance.getMetrics")["metrics"]
    return {metric["name"]: metric["value"] for metric in metrics}
