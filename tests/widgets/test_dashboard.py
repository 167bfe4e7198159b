"""A dashboard: runs to pick from, a form of params, and the run that is looked at."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from ipywidgets.widgets.widget import _instances

from nbflow import app
from nbflow.core.errors import NotFoundError, RequestError
from nbflow.core.json import JsonObject
from nbflow.settings import Settings
from nbflow.store.database import Database
from nbflow.widgets import Dashboard, RunWidget, dashboard
from nbflow.widgets.params_form import ParamsForm
from tests.scheduler.stage import a_dag, save, start_run
from tests.widgets.conftest import BeginWork
from tests.widgets.waiting import eventually

PARAMS: dict[str, JsonObject] = {
    "region": {"default": "EU", "schema": {"enum": ["EU", "US"]}},
    "limit": {"default": 10, "schema": {"type": "integer"}},
    "note": {"default": None, "schema": {"type": ["string", "null"]}},
    "days": {"default": [1, 2], "schema": {"type": "array"}},
    "full": {"default": False, "schema": {"type": "boolean"}},
}


@pytest.fixture
def board(database: Database, settings: Settings) -> Iterator[Dashboard]:
    save(database, a_dag("a>b", params=PARAMS))
    board = Dashboard(settings, database, "d")
    yield board
    board.close()


def picked(board: Dashboard) -> list[str]:
    return [run_id for _, run_id in board.picker.options]


def test_a_run_is_asked_for_with_what_the_form_holds(board: Dashboard, database: Database) -> None:
    assert board.box.children[-1] is board.view
    board.form.fields["limit"].value = 3

    run_id = board.trigger()

    assert board.run_id == run_id
    assert isinstance(board.view, RunWidget)
    assert board.box.children[-1] is board.view
    assert board.picker.value == run_id


def test_runs_that_others_start_can_be_picked(
    board: Dashboard, database: Database, begin_work: BeginWork
) -> None:
    assert board.box.children
    before = board.view
    start_run(database, a_dag("a>b", params=PARAMS), run_id="later")
    at_work = begin_work()  # it finds the run at its start

    assert eventually(lambda: "later" in picked(board))
    assert board.view is before

    board.picker.value = "later"
    assert eventually(lambda: at_work.hands.running == ["a"])
    assert eventually(lambda: board.view.states.get("a", {}).get("state") == "running")
    at_work.finish("a")
    assert eventually(lambda: board.view.states["a"]["state"] == "success")


def test_a_param_that_does_not_fit_is_said_beside_the_form(board: Dashboard) -> None:
    assert board.box.children
    board.form.fields["days"].value = "[1,"

    board.button.click()

    assert "days&#x27; is no JSON" in board.message.value
    assert board.run_id == ""


def test_a_form_gives_what_differs_from_the_defaults() -> None:
    form = ParamsForm(PARAMS)
    assert form.value == {}

    form.fields["region"].value = "US"
    form.fields["note"].value = "by hand"
    form.fields["days"].value = "[7]"
    form.fields["full"].value = True

    assert form.value == {"region": "US", "note": "by hand", "days": [7], "full": True}


def test_json_that_cannot_be_read_names_its_param() -> None:
    form = ParamsForm(PARAMS)
    form.fields["days"].value = "seven"

    with pytest.raises(RequestError, match="'days' is no JSON"):
        _ = form.value


def test_where_nobody_looks_it_is_a_picture(board: Dashboard) -> None:
    bundle = board._repr_mimebundle_()

    assert bundle["image/svg+xml"].startswith("<svg")
    assert set(bundle) == {"image/svg+xml", "text/html", "text/plain"}


def test_a_dag_that_the_project_does_not_have_is_named(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    app.open_database(settings)

    with pytest.raises(NotFoundError, match="There is no DAG 'nowhere'"):
        dashboard("nowhere")


def test_closing_it_ends_what_follows(board: Dashboard) -> None:
    assert board.box.children
    following = board._following
    assert following is not None

    board.close()

    assert not following.is_alive


def test_what_is_closed_is_held_by_nobody(board: Dashboard, database: Database) -> None:
    start_run(database, a_dag("a", params=PARAMS), run_id="seen")
    before = set(_instances)
    made = Dashboard(board._settings, database, "d")
    assert made.box.children
    made.choose("seen")
    assert set(_instances) - before

    made.close()

    assert not set(_instances) - before
