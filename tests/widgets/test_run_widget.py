"""A view follows a run, and stops following."""

from __future__ import annotations

import gc
import threading
from collections.abc import Callable, Iterator
from time import monotonic
from weakref import ref

import pytest

from nbflow import app
from nbflow.commands import Commands
from nbflow.core.errors import NotFoundError
from nbflow.core.orders import artifact_folder
from nbflow.settings import Settings
from nbflow.store.database import Database
from nbflow.widgets import RunWidget, watch_run
from nbflow.widgets.run_source import RunSource, Seen
from tests.scheduler.stage import BAD, a_dag, save, start_run
from tests.widgets.conftest import BeginWork
from tests.widgets.waiting import eventually, seen_by

Watch = Callable[..., RunWidget]


@pytest.fixture
def watch(database: Database, settings: Settings) -> Iterator[Watch]:
    """Opens a view of the run r of the DAG d; it is closed with the test."""
    opened: list[RunWidget] = []

    def watch(run_id: str = "r") -> RunWidget:
        widget = watch_run(settings, database, "d", run_id)
        opened.append(widget)
        return widget

    yield watch
    for widget in opened:
        widget.close()


def words(widget: RunWidget) -> dict[str, str]:
    return {task_id: state["state"] for task_id, state in widget.states.items()}


def state_of(widget: RunWidget) -> str:
    return "" if widget.run is None else str(widget.run["state"])


def is_watching(widget: RunWidget) -> bool:
    return widget.is_watching


def test_the_traits_follow_a_run(watch: Watch, database: Database, begin_work: BeginWork) -> None:
    start_run(database, a_dag("a>b"))
    at_work = begin_work()
    widget = watch()

    seen_by(widget, lambda: words(widget) == {"a": "running", "b": "none"})
    at_work.finish("a")
    seen_by(widget, lambda: words(widget) == {"a": "success", "b": "running"})
    at_work.finish("b", BAD)
    seen_by(widget, lambda: state_of(widget) == "failed")

    assert widget.dag["dag_id"] == "d"
    assert [task["task_id"] for task in widget.dag["tasks"]] == ["a", "b"]
    assert widget.states["b"]["message"] == "ValueError: no"


def test_a_page_without_a_server_cancels_by_a_message(
    watch: Watch, database: Database, begin_work: BeginWork
) -> None:
    start_run(database, a_dag("a"))
    begin_work()
    widget = watch()
    seen_by(widget, lambda: words(widget) == {"a": "running"})
    cancel: dict[str, object] = {"method": "custom", "content": {"verb": "cancel"}}

    widget._handle_msg({"content": {"data": cancel}, "buffers": []})
    seen_by(widget, lambda: state_of(widget) == "cancelled")
    widget._handle_msg({"content": {"data": cancel}, "buffers": []})

    assert widget.problem == "Run r has already ended: cancelled."


def test_the_thread_ends_with_the_run(
    watch: Watch, database: Database, begin_work: BeginWork
) -> None:
    start_run(database, a_dag("a"))
    at_work = begin_work()
    widget = watch()
    seen_by(widget, lambda: words(widget) == {"a": "running"})

    at_work.finish("a")
    seen_by(widget, lambda: state_of(widget) == "success")

    assert eventually(lambda: not is_watching(widget))


def test_the_thread_ends_when_the_view_is_closed(watch: Watch, database: Database) -> None:
    start_run(database, a_dag("a"))
    widget = watch()
    assert is_watching(widget)

    widget.close()

    assert not is_watching(widget)
    widget.close()  # and again


def test_the_thread_ends_when_nobody_holds_the_view(settings: Settings, database: Database) -> None:
    start_run(database, a_dag("a"))
    widget = watch_run(settings, database, "d", "r")
    there = ref(widget)

    del widget

    assert eventually(lambda: gc.collect() >= 0 and there() is None)
    assert eventually(lambda: "nbflow-watch" not in {t.name for t in threading.enumerate()})


def test_a_run_that_has_ended_needs_no_thread(
    watch: Watch, database: Database, begin_work: BeginWork
) -> None:
    start_run(database, a_dag("a"))
    at_work = begin_work()
    eventually(lambda: at_work.hands.running == ["a"])
    at_work.finish("a")
    first = watch()
    seen_by(first, lambda: state_of(first) == "success")

    later = watch()

    assert not later.is_watching
    assert words(later) == {"a": "success"}


def test_a_run_that_was_asked_for_is_seen_as_its_dag_until_it_is_there(
    watch: Watch, database: Database, begin_work: BeginWork
) -> None:
    save(database, a_dag("a>b"))
    run_id = Commands(database, "ana").trigger("d").run_id
    widget = watch(run_id)
    before = (widget.run, widget.states, len(widget.dag["tasks"]))

    begin_work()

    seen_by(widget, lambda: words(widget) == {"a": "running", "b": "none"})
    assert before == (None, {}, 2)


def test_a_dag_that_is_not_there_cannot_be_watched(watch: Watch) -> None:
    with pytest.raises(NotFoundError, match="no DAG 'd'"):
        watch()


def test_a_view_says_when_nobody_is_at_work(watch: Watch, database: Database) -> None:
    start_run(database, a_dag("a"))

    assert "No scheduler is alive" in watch().problem


def test_the_log_of_the_selected_task_is_shown(
    watch: Watch, database: Database, settings: Settings, begin_work: BeginWork
) -> None:
    start_run(database, a_dag("a"))
    at_work = begin_work()
    widget = watch()
    seen_by(widget, lambda: words(widget) == {"a": "running"})
    [attempt] = at_work.hands.live
    files = app.attempt_files(artifact_folder(settings.artifacts_url, "d", "r", "a", attempt))
    files.store.append("log.txt", b"so far\n")

    widget.selected = "a"

    seen_by(widget, lambda: widget.log_text == "so far\n")


def test_many_changes_are_shown_a_few_times_a_second(
    watch: Watch, database: Database, begin_work: BeginWork
) -> None:
    names = [f"t{number}" for number in range(20)]
    start_run(database, a_dag(*names))
    at_work = begin_work()
    widget = watch()
    shown: list[object] = []
    widget.observe(shown.append, "states")
    began = monotonic()

    for name in names:
        eventually(lambda name=name: name in at_work.hands.running)  # type: ignore[misc]
        at_work.finish(name)
    seen_by(widget, lambda: state_of(widget) == "success")

    assert len(shown) <= (monotonic() - began) / 0.2 + 2


class Breaking(RunSource):
    """A source that breaks once the view is there, as only a defect of ours could."""

    def look(self, selected: str = "") -> Seen:
        if threading.current_thread() is not threading.main_thread():
            raise ZeroDivisionError("no such luck")
        return super().look(selected)


def test_a_view_that_cannot_go_on_says_so_and_prints_nothing(
    settings: Settings, database: Database, capfd: pytest.CaptureFixture[str]
) -> None:
    start_run(database, a_dag("a"))
    widget = RunWidget(Breaking(settings, database, "d", "r"))

    seen_by(widget, lambda: "ZeroDivisionError: no such luck" in widget.problem)

    assert eventually(lambda: not is_watching(widget))
    assert capfd.readouterr() == ("", "")
