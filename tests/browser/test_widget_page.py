"""The widget's module in a page that knows nothing of JupyterLab, as VS Code, Colab and marimo have
it: all it may rely on is anywidget's contract.
"""

from __future__ import annotations

import json

from playwright.sync_api import Page, Route, expect

from nbflow import DAG, EmptyOperator
from nbflow.views.dags import group_views, task_views
from nbflow.widgets.dag_widget import STATIC
from nbflow.widgets.shown import dag_shown

HOST = "http://widget.test/"
PAGE = """<!doctype html><link rel="stylesheet" href="widget.css"><div id="here"></div>
<script type="module">
import widget from './widget.js';
const traits = TRAITS, listeners = {};
window.model = {
  get: name => traits[name],
  set: (name, value) => {
    traits[name] = value;
    (listeners['change:' + name] ?? []).forEach(listener => listener());
  },
  save_changes: () => undefined,
  send: () => undefined,
  on: (event, listener) => (listeners[event] ??= new Set()).add(listener),
  off: (event, listener) => listeners[event]?.delete(listener),
  heard: () => Object.values(listeners).reduce((sum, all) => sum + all.size, 0)
};
window.stop = widget.render({ model: window.model, el: document.getElementById('here') });
</script>"""


def test_the_widget_needs_a_page_and_a_model_and_nothing_else(page: Page) -> None:
    with DAG("sales") as dag:
        EmptyOperator(task_id="extract") >> EmptyOperator(task_id="load")
    built = dag.to_core()
    shown = dag_shown(built.dag_id, task_views(built), group_views(built))
    serve(page, shown)

    page.goto(HOST)

    node = page.locator('.jp-nbflow-node[data-task-id="load"]')
    expect(node).to_be_visible()
    expect(node.locator(".jp-nbflow-node-box")).not_to_have_css("stroke", "none")
    running = {"state": "running", "message": "", "instances": 1, "finished": 0}
    times = {"started_at": None, "ended_at": None}
    page.evaluate("states => window.model.set('states', states)", {"load": {**running, **times}})
    load = page.locator('.jp-nbflow-node[data-task-id="load"][data-state="running"]')
    load.click()
    page.wait_for_function("window.model.get('selected') === 'load'")
    page.evaluate("window.stop()")
    expect(page.locator("#here > *")).to_have_count(0)
    assert page.evaluate("window.model.heard()") == 0


def serve(page: Page, dag: dict[str, object]) -> None:
    """The page and the two files that anywidget hands on, and nothing else."""
    traits = {
        "dag": dag,
        "states": {},
        "run": None,
        "log_text": "",
        "selected": "",
        "problem": "",
        "in_kernel": False,
    }
    bodies = {
        "": ("text/html", PAGE.replace("TRAITS", json.dumps(traits))),
        "widget.js": ("text/javascript", (STATIC / "widget.js").read_text("utf-8")),
        "widget.css": ("text/css", (STATIC / "widget.css").read_text("utf-8")),
    }

    def answer(route: Route) -> None:
        name = route.request.url.removeprefix(HOST)
        kind, body = bodies.get(name, ("text/plain", ""))
        route.fulfill(status=200 if name in bodies else 404, content_type=kind, body=body)

    page.route(f"{HOST}**", answer)
