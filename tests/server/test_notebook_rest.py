"""Notebooks in the editor over REST: their preview, and runs of them wherever they are."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from nbflow.scheduler.load_dags import DagLoader
from nbflow.server.preview_desk import PreviewDesk
from nbflow.store import dags as dag_store
from nbflow.store.database import Database
from tests.at_work import AtWork
from tests.server.screen import Api

BeginWork = Callable[[], AtWork]

KERNEL = {"name": "python3", "display_name": "Python 3", "language": "python"}


def a_notebook(*sources: str, **settings: object) -> dict[str, Any]:  # nbformat's form
    nb = new_notebook(cells=[new_code_cell(source) for source in sources])
    nb.metadata["kernelspec"] = KERNEL
    if settings:
        nb.metadata["nbflow"] = settings
    return dict(nb)


@pytest.fixture
def folder(jp_root_dir: Path) -> Path:
    return jp_root_dir


def save(path: Path, *sources: str, **settings: object) -> None:
    path.parent.mkdir(exist_ok=True)
    nbformat.write(nbformat.from_dict(a_notebook(*sources, **settings)), path)


async def test_a_preview_is_of_what_is_sent(api: Api, folder: Path) -> None:
    save(folder / "mine.ipynb", "old = open('a')")
    sent = a_notebook("a = open('a').read()", "print(a, b)", schedule="0 6 * * 1-5")

    view = (await api.post("notebooks/preview", body={"path": "mine.ipynb", "notebook": sent})).json

    assert (view["dag_id"], view["is_broken"], view["dag"]) == ("mine", False, None)
    assert [cell["index"] for cell in view["cells"]] == [0, 1]
    assert [link["name"] for link in view["links"]] == ["a"]
    assert [(p["code"], p["cell"]) for p in view["problems"]] == [("NBF510", 1)]
    assert "weekdays" in view["schedule"]


async def test_a_preview_of_broken_code_says_where(api: Api, folder: Path) -> None:
    save(folder / "mine.ipynb", "a = 1")

    answer = await api.post(
        "notebooks/preview", body={"path": "mine.ipynb", "notebook": a_notebook("a = (")}
    )

    assert answer.status == 200
    assert answer.json["is_broken"]
    assert [(p["code"], p["cell"]) for p in answer.json["problems"]] == [("NBF002", 0)]


@pytest.mark.parametrize("path", ["../outside.ipynb", "notes.txt", "nowhere.ipynb"])
async def test_only_notebooks_that_the_server_shows_are_read(
    api: Api, folder: Path, path: str
) -> None:
    save(folder.parent / "outside.ipynb", "a = 1")
    (folder / "notes.txt").write_text("notes")

    answer = await api.post("notebooks/runs", body={"path": path, "dry_run": True})

    assert answer.status in (404, 409)


async def test_a_notebook_anywhere_runs_and_becomes_a_dag(
    api: Api, folder: Path, begin_work: BeginWork
) -> None:
    begin_work()
    save(folder / "work" / "mine.ipynb", "a = open('a').read()", "print(a)")

    plan = (await api.post("notebooks/runs", body={"path": "work/mine.ipynb"})).json

    detail = await api.until(lambda _: True, "dags", "mine", "runs", plan["run_id"])
    assert [task["task_id"] for task in detail["tasks"]] == plan["tasks"]
    preview = {"path": "work/mine.ipynb", "notebook": a_notebook("print(1)")}
    view = (await api.post("notebooks/preview", body=preview)).json
    assert view["dag"] == {
        "dag_id": "mine",
        "place": "added",
        "file": "work/mine.ipynb",
        "paused": False,
    }


async def test_what_a_run_of_some_tasks_would_be_is_told_without_storing_anything(
    api: Api, folder: Path
) -> None:
    save(folder / "mine.ipynb", "a = open('a').read()", "b = open('b').read()", "print(a)")
    body = {"path": "mine.ipynb", "tasks": ["+b"], "dry_run": True}

    plan = (await api.post("notebooks/runs", body=body)).json

    assert plan["tasks"] == ["b"]
    assert (await api.get("dags", "mine")).status == 404


async def test_an_id_that_another_file_has_is_refused(api: Api, folder: Path) -> None:
    save(folder / "one.ipynb", "print(1)", dag_id="same")
    save(folder / "two.ipynb", "print(2)", dag_id="same")
    assert (await api.put("notebooks", body={"path": "one.ipynb"})).status == 200

    answer = await api.put("notebooks", body={"path": "two.ipynb"})

    assert answer.status == 409
    assert "one.ipynb" in answer.message
    assert "dag_id" in answer.message


async def test_a_notebook_with_errors_is_not_run(api: Api, folder: Path) -> None:
    save(folder / "mine.ipynb", "a = (")

    answer = await api.post("notebooks/runs", body={"path": "mine.ipynb"})

    assert answer.status == 400
    assert [problem["code"] for problem in answer.json["problems"]] == ["NBF002"]


async def test_an_added_notebook_is_watched_until_it_is_removed(
    api: Api, folder: Path, database: Database
) -> None:
    save(folder / "mine.ipynb", "print(1)")
    await api.put("notebooks", body={"path": "mine.ipynb"})
    with database.reading() as session:
        added = dag_store.added_files(session)

    loader = DagLoader([folder / "dags"], lambda: None)
    loader.look_at(added)
    read = [file.path for found in loader.scan() for file in found.parsed]

    assert read == [str(folder / "mine.ipynb")]
    removed = await api.delete("notebooks", path="mine.ipynb")
    again = await api.delete("notebooks", path="mine.ipynb")
    assert (removed.status, again.status) == (200, 404)
    assert not (await api.get("dags", "mine")).json["dag"]["active"]


def test_what_was_read_before_a_notebook_was_saved_counts_no_more(tmp_path: Path) -> None:
    path = tmp_path / "mine.ipynb"
    save(path, "print(1)")
    loader = DagLoader([], lambda: None)
    loader.look_at([str(path)])
    first = list(loader.scan())

    save(path, "print(1)", schedule="0 6 * * 1-5")
    for found in first:
        loader.found(found)

    assert [one.parsed for one in loader.take()] == [[]]
    assert [file.path for found in loader.scan() for file in found.parsed] == [str(path)]


async def test_a_notebook_in_a_folder_of_dags_is_not_added_but_found(
    api: Api, folder: Path, database: Database
) -> None:
    save(folder / "dags" / "mine.ipynb", "print(1)", dag_id="mine")

    await api.put("notebooks", body={"path": "dags/mine.ipynb"})

    with database.reading() as session:
        assert dag_store.owner_of(session, "mine") == str(folder / "dags" / "mine.ipynb")
        assert dag_store.added_files(session) == []


def test_the_process_that_reads_previews_ends_when_nobody_asks() -> None:
    desk = PreviewDesk()
    desk.ask(lambda server: None)
    assert desk.is_at_work

    desk.close()

    assert not desk.is_at_work


async def test_an_added_notebook_is_renewed_when_it_is_saved(api: Api, folder: Path) -> None:
    save(folder / "mine.ipynb", "print(1)")
    await api.put("notebooks", body={"path": "mine.ipynb"})
    save(folder / "mine.ipynb", "print(1)", schedule="0 6 * * 1-5")

    await api.put("notebooks", body={"path": "mine.ipynb"})

    assert "weekdays" in (await api.get("dags", "mine")).json["dag"]["schedule"]
