"""What a view holds: the DAG, the states of its tasks, and a picture of both."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from shutil import copytree, ignore_patterns

import ipywidgets
import pytest

import nbflow
from nbflow import Label, TaskGroup, picture
from nbflow.authoring.dag import DAG
from nbflow.authoring.operators import EmptyOperator
from nbflow.core.errors import DefinitionError
from nbflow.views.shapes import TaskInstanceView
from nbflow.widgets import DagWidget
from nbflow.widgets.shown import states_shown

PACKAGE = Path(nbflow.__file__).parent


def a_written_dag() -> DAG:
    with DAG("sales") as dag:
        EmptyOperator(task_id="extract") >> EmptyOperator(task_id="load")
    return dag


def an_instance(task_id: str, state: str, index: int = -1) -> TaskInstanceView:
    times = ("2026-03-01T06:00:00+00:00", f"2026-03-01T06:00:0{index + 2}+00:00")
    ended = times[1] if state == "success" else None
    return TaskInstanceView(
        task_id, index, state, None, f"{state} {index}", 1, None, None, times[0], ended, None
    )


def test_a_dag_is_viewed_as_it_is_written() -> None:
    view = a_written_dag().view()

    assert isinstance(view, DagWidget)
    assert view.dag["dag_id"] == "sales"
    assert [(t["task_id"], t["upstream"]) for t in view.dag["tasks"]] == [
        ("extract", []),
        ("load", ["extract"]),
    ]
    assert (view.states, view.run) == ({}, None)


def test_a_dag_that_is_wrong_is_not_viewed() -> None:
    with DAG("sales", schedule="every day") as dag:
        EmptyOperator(task_id="extract")

    with pytest.raises(DefinitionError, match="every day"):
        dag.view()


def test_what_was_displayed_is_a_picture_of_dag_and_states() -> None:
    view = a_written_dag().view()
    before = view.as_picture()
    view.run = {"state": "running"}
    view.states = states_shown([an_instance("extract", "success"), an_instance("load", "running")])

    after = view.as_picture()

    assert ">extract<" in before["image/svg+xml"]
    assert "✓ extract" in after["image/svg+xml"]
    assert "▶ load" in after["text/plain"]
    assert set(after) == {"text/plain", "text/html", "image/svg+xml"}


def test_the_picture_of_a_view_has_the_groups_and_the_words_on_edges() -> None:
    with DAG("sales") as dag:
        extract = EmptyOperator(task_id="extract")
        with TaskGroup("load", tooltip="Into the warehouse"):
            extract >> Label("new rows") >> EmptyOperator(task_id="write")

    assert dag.view().as_picture() == picture.bundle(dag.to_core())


def test_instances_of_a_mapped_task_are_summed_up() -> None:
    shown = states_shown(
        [
            an_instance("load", "success", 0),
            an_instance("load", "failed", 1),
            an_instance("load", "running", 2),
        ]
    )

    assert shown == {
        "load": {
            "state": "failed",
            "message": "failed 1",
            "instances": 3,
            "finished": 2,
            "started_at": "2026-03-01T06:00:00+00:00",
            "ended_at": None,
            "try_number": 1,
            "map_index": 1,
        }
    }


def test_where_nobody_looks_there_is_no_connection_until_another_widget_needs_one() -> None:
    view = a_written_dag().view()
    assert view.comm is None

    box = ipywidgets.VBox([view])

    assert box.children == (view,)
    assert box.get_state("children")["children"] == [f"IPY_MODEL_{view.model_id}"]
    box.close()
    view.close()


def test_a_view_that_is_closed_still_is_a_picture() -> None:
    view = a_written_dag().view()
    view.close()

    assert "extract" in view.as_picture()["image/svg+xml"]
    view.close()  # and again


def test_where_the_front_end_is_not_built_the_drawing_is_shown_with_the_way_to_build_it(
    tmp_path: Path,
) -> None:
    copytree(PACKAGE, tmp_path / "nbflow", ignore=ignore_patterns("static", "labextension"))
    code = """
from nbflow import DAG
from nbflow.authoring.operators import EmptyOperator
with DAG("sales") as dag:
    EmptyOperator(task_id="extract")
view = dag.view()
print("npm run build" in view._esm, view.drawing.startswith("<svg"), "drawing" in view.keys)
"""
    answer = subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True, cwd=tmp_path
    )

    assert answer.stdout.split() == ["True", "True", "True"]
