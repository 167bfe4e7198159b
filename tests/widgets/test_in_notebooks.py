"""What notebooks show and keep, in real kernels: before a person, and executed for nobody."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from jupyter_client.blocking.client import BlockingKernelClient
from jupyter_client.manager import KernelManager, start_new_kernel
from nbclient import NotebookClient
from nbconvert import HTMLExporter
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_notebook

from nbflow.widgets.dag_widget import WIDGET_VIEW

SVG = "image/svg+xml"
PICTURE = re.compile(r'<img[^>]+src="data:image/svg\+xml;base64')
LIVE_VIEW = re.compile(r"<script[^>]+widget-view\+json")
DAG = """
from nbflow import DAG, task
with DAG("sales") as dag:
    @task
    def extract():
        print("rows read")
        return 3

    @task
    def load(rows):
        return rows + 1

    load(extract())
"""

# -- nobody looks ----------------------------------------------------------------------------------


def execute(*cells: str, env: dict[str, str] | None = None) -> NotebookNode:
    """Execute a notebook as nbconvert and papermill do."""
    notebook = new_notebook(cells=[new_code_cell(source) for source in cells])
    client = NotebookClient(notebook, kernel_name="python3", timeout=60)
    return client.execute(env={**os.environ, **(env or {})})


@pytest.fixture(scope="module")
def headless() -> NotebookNode:
    """A notebook that shows everything there is to show, executed for nobody."""
    compose = "import ipywidgets; box = ipywidgets.VBox([dag.view()]); view = dag.view()"
    return execute(
        DAG, "dag", "dag.view()", "result = dag.run()", "result.watch()", compose, "view"
    )


@pytest.mark.parametrize("cell", [1, 2, 3, 4, 6])
def test_a_notebook_executed_for_nobody_holds_pictures(headless: NotebookNode, cell: int) -> None:
    output = headless.cells[cell].outputs[-1]

    assert output.data[SVG].startswith("<svg")
    assert output.data["text/html"].startswith("<img")
    assert "extract" in output.data["text/plain"]
    assert WIDGET_VIEW not in output.data


def test_a_page_made_of_a_notebook_shows_pictures(headless: NotebookNode) -> None:
    page, _ = HTMLExporter().from_notebook_node(headless)

    assert len(PICTURE.findall(page)) == 5
    assert not LIVE_VIEW.search(page)


def test_a_page_made_of_a_notebook_that_was_looked_at_shows_the_picture(
    headless: NotebookNode,
) -> None:
    looked_at = deepcopy(headless.cells[2])
    view = {"version_major": 2, "version_minor": 0, "model_id": "gone"}
    looked_at.outputs[-1].data[WIDGET_VIEW] = view

    page, _ = HTMLExporter().from_notebook_node(new_notebook(cells=[looked_at]))

    assert PICTURE.search(page)


def test_a_run_leaves_the_picture_of_its_end(headless: NotebookNode) -> None:
    shown = headless.cells[3].outputs[-1]

    assert "✓ extract" in shown.data[SVG]
    assert "✓ load" in shown.data[SVG]


def test_nobody_is_told_of_widgets() -> None:
    notebook = execute(DAG, "dag.view()", "dag.run().watch()")

    assert "widgets" not in notebook.metadata


def test_a_task_of_nbflow_has_no_onlooker_whatever_its_kernel_thinks() -> None:
    ask = "from nbflow.widgets.onlooker import onlooker; print(onlooker().value)"
    notebook = execute(ask, env={"NBFLOW_ATTEMPT_ID": "x"})

    assert notebook.cells[0].outputs[0].text == "reader of the file\n"


# -- a person looks --------------------------------------------------------------------------------


Content = dict[str, Any]
"""The content of a message, JSON as the kernel sends it."""


@dataclass(frozen=True)
class FrontEnd:
    """A kernel with a person before it: input may be asked for, and comms are heard."""

    client: BlockingKernelClient

    def run(
        self,
        code: str,
        on_message: Callable[[str, Content], None] = lambda *_: None,
        ends: str = "ok",
    ) -> list[tuple[str, Content]]:
        """Run a cell; the messages that came of it, by kind, in their order."""
        heard: list[tuple[str, Content]] = []

        def hear(message: dict[str, Any]) -> None:
            heard.append((message["header"]["msg_type"], message["content"]))
            on_message(*heard[-1])

        reply = self.client.execute_interactive(
            code, allow_stdin=True, output_hook=hear, timeout=60
        )
        assert reply["content"].get("ename", "ok") == ends, reply["content"]
        return heard


@pytest.fixture(scope="module")
def kernel() -> Iterator[tuple[KernelManager, BlockingKernelClient]]:
    manager, client = start_new_kernel(kernel_name="python3")
    yield manager, client
    client.stop_channels()
    manager.shutdown_kernel(now=True)


@pytest.fixture
def front_end(kernel: tuple[KernelManager, BlockingKernelClient]) -> FrontEnd:
    front_end = FrontEnd(kernel[1])
    front_end.run(DAG)
    return front_end


def test_a_person_sees_a_live_view_and_the_notebook_keeps_a_picture(front_end: FrontEnd) -> None:
    heard = front_end.run("dag.view()")

    [shown] = [content["data"] for kind, content in heard if kind == "display_data"]
    opened = [content for kind, content in heard if kind == "comm_open"]
    view = next(c["data"]["state"] for c in opened if "dag" in c["data"]["state"])
    assert shown[WIDGET_VIEW]["model_id"] in {content["comm_id"] for content in opened}
    assert shown[SVG].startswith("<svg")
    assert view["dag"]["dag_id"] == "sales"
    assert [task["task_id"] for task in view["dag"]["tasks"]] == ["extract", "load"]
    assert view["_esm"]


def test_a_run_is_shown_while_the_kernel_is_busy_with_it(front_end: FrontEnd) -> None:
    heard = front_end.run("result = dag.run()")

    kinds = [kind for kind, _ in heard]
    updates = [content["data"]["state"] for kind, content in heard if kind == "comm_msg"]
    states = [update["states"] for update in updates if "states" in update]
    last = [content["data"] for kind, content in heard if kind == "update_display_data"]
    opened = [content["data"]["state"] for kind, content in heard if kind == "comm_open"]
    assert [state["in_kernel"] for state in opened if "in_kernel" in state] == [True]
    assert kinds.index("display_data") < kinds.index("comm_msg")
    assert {task: one["state"] for task, one in states[-1].items()} == {
        "extract": "success",
        "load": "success",
    }
    assert "✓ load" in last[-1][SVG]
    assert WIDGET_VIEW not in last[-1]


def test_the_screen_changes_while_a_task_keeps_the_kernel_busy(
    front_end: FrontEnd, tmp_path: Path
) -> None:
    seen = tmp_path / "seen"
    front_end.run(
        f"""
import pathlib, time
with DAG("waits") as waits:
    @task
    def until_it_is_seen():
        while not pathlib.Path({str(seen)!r}).exists():
            time.sleep(0.01)

    until_it_is_seen()
"""
    )

    def touch_when_seen(kind: str, content: Content) -> None:
        if shows_running(kind, content):
            seen.touch()

    # It would never end if the screen only changed between cells.
    front_end.run("result = waits.run()", touch_when_seen)


def test_interrupting_the_kernel_ends_the_run(
    front_end: FrontEnd, kernel: tuple[KernelManager, BlockingKernelClient]
) -> None:
    front_end.run(
        """
import time
with DAG("endless") as endless:
    @task
    def runs():
        while True:
            time.sleep(0.01)

    runs()
"""
    )

    interrupted: list[Content] = []

    def interrupt_when_seen(kind: str, content: Content) -> None:
        if shows_running(kind, content) and not interrupted:
            interrupted.append(content)
            kernel[0].interrupt_kernel()

    heard = front_end.run("endless.run()", interrupt_when_seen, ends="KeyboardInterrupt")
    threads = front_end.run("import threading; print(*(t.name for t in threading.enumerate()))")

    assert [kind for kind, _ in heard].count("update_display_data") == 1
    assert "nbflow-watch" not in next(c["text"] for kind, c in threads if kind == "stream")


def test_nothing_is_printed_but_what_tasks_print(front_end: FrontEnd) -> None:
    heard = front_end.run("result = dag.run()\nview = result.watch()\nview.close()")

    assert [c["text"] for kind, c in heard if kind == "stream"] == ["rows read\n"]


def test_the_log_of_the_selected_task_is_in_the_view_of_a_result(front_end: FrontEnd) -> None:
    front_end.run("result = dag.run()\nview = result.watch()\nview.selected = 'extract'")

    heard = front_end.run("print(view.log_text)")

    [text] = [content["text"] for kind, content in heard if kind == "stream"]
    assert "rows read" in text


def shows_running(kind: str, content: Content) -> bool:
    """Whether this message brings to the screen that a task runs."""
    states = content.get("data", {}).get("state", {}).get("states", {})
    return kind == "comm_msg" and "running" in {one["state"] for one in states.values()}
