"""What a screen sees of a task while it runs: real kernels and shells, followed live."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from threading import Thread
from typing import Any

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from nbflow import app
from nbflow.core.dag import Dag, Task, TaskKind
from nbflow.core.orders import SourceBundle
from nbflow.core.snapshot import DagRun
from nbflow.settings import Settings
from nbflow.store import dags as dag_store
from nbflow.store import runs as run_store
from nbflow.store.database import Database
from tests.scheduler.stage import START
from tests.server.screen import Api, Screen

Connect = Callable[[], Awaitable[Screen]]
TASK = ("dags", "d", "runs", "r", "tasks", "t")
BY_NAME = {"dag_id": "d", "run_id": "r", "task_id": "t"}
WAIT = "while [ ! -e {go} ]; do sleep 0.01; done"


@pytest.fixture
def go(tmp_path: Path) -> Path:
    """The file that a task waits for in the middle of its work."""
    return tmp_path / "go"


@pytest.fixture
def run(database: Database, settings: Settings) -> Iterator[Callable[..., None]]:
    """Starts a run r of a DAG d with these tasks, on a real scheduler and real workers."""
    inline = settings.model_copy(update={"executor": "inline", "warm_kernels": 0})
    with ExitStack() as life:

        def run(*tasks: Task, source: str = "python", **files: bytes) -> None:
            dag = Dag("d", tasks, file="d.ipynb", source=source)  # type: ignore[arg-type]
            bundle = SourceBundle("bundle", {f"{name}.ipynb": data for name, data in files.items()})
            with database.transaction() as session:
                dag_store.save_file(session, "d", [dag], bundle, [], START)
                stored = dag_store.current_version(session, "d")
                assert stored is not None
                asked = DagRun("d", "r", run_after=START, logical_date=START, created_at=START)
                run_store.create_run(session, asked, stored.version_id, dag)
            executor = app.make_executor(inline)
            scheduler = app.make_scheduler(inline, database, executor, watch_dags=False)
            thread = Thread(target=scheduler.run_forever)
            thread.start()
            life.callback(thread.join)
            life.callback(scheduler.stop)

        yield run


def a_command(command: str) -> Task:
    return Task("t", TaskKind.BASH, payload={"command": command})


def a_notebook(*cells: str) -> bytes:
    made = [new_code_cell(source, id=f"c{number}") for number, source in enumerate(cells)]
    kernelspec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    notebook = new_notebook(cells=made, metadata={"kernelspec": kernelspec})
    return str(nbformat.writes(notebook)).encode()


def outputs_of(notebook: Any) -> list[str]:
    return [
        "".join(o["text"] for o in cell["outputs"])
        for cell in notebook["cells"]
        if cell["cell_type"] == "code"
    ]


async def test_the_log_of_a_command_comes_while_it_runs(
    connect: Connect, run: Callable[..., None], go: Path
) -> None:
    run(a_command(f"echo before; {WAIT.format(go=go)}; echo äfter"))
    screen = await connect()
    await screen.say("follow", id="x", **BY_NAME)

    first = await screen.hear("log")
    go_on(go)
    rest = await screen.hear_all_until("log", complete=True)

    assert (first["id"], first["text"], first["complete"]) == ("x", "before\n", False)
    assert "".join(part["text"] for part in rest if part["op"] == "log") == "äfter\n"


async def test_the_cells_of_a_notebook_come_while_it_runs(
    connect: Connect, api: Api, run: Callable[..., None], go: Path
) -> None:
    wait = f"import pathlib, time\nwhile not pathlib.Path({str(go)!r}).exists(): time.sleep(0.01)"
    task = Task("t", TaskKind.NOTEBOOK, payload={"notebook": "nb.ipynb"})
    run(task, nb=a_notebook("print('one')", f"{wait}\nprint('two')"))
    screen = await connect()
    await screen.say("follow", id="x", **BY_NAME)

    await until_event(screen, "cell_started", "c1")
    half = (await api.get(*TASK, "notebook")).json
    go_on(go)
    rest = await screen.hear_all_until("cells", complete=True)
    whole = (await api.get(*TASK, "notebook")).json

    assert outputs_of(half) == ["one\n", ""]
    assert half["metadata"]["nbflow"]["live"]["complete"] is False
    assert outputs_of(whole) == ["one\n", "two\n"]
    assert whole["metadata"]["nbflow"]["live"] == {
        "next_offset": rest[-1]["next_offset"],
        "complete": True,
    }


async def test_who_has_the_notebook_follows_from_where_it_ends(
    connect: Connect, api: Api, run: Callable[..., None]
) -> None:
    task = Task("t", TaskKind.NOTEBOOK, payload={"notebook": "nb.ipynb"})
    run(task, nb=a_notebook("print('one')"))
    await ended(api)
    notebook = (await api.get(*TASK, "notebook")).json
    offset = notebook["metadata"]["nbflow"]["live"]["next_offset"]

    screen = await connect()
    await screen.say("follow", id="x", **BY_NAME, offset=offset)

    cells = await screen.hear("cells")
    assert (cells["events"], cells["complete"]) == ([], True)


async def test_log_and_cells_are_also_fetched_piece_by_piece(
    api: Api, run: Callable[..., None]
) -> None:
    task = Task("t", TaskKind.NOTEBOOK, payload={"notebook": "nb.ipynb"})
    run(task, nb=a_notebook("print('one')"))
    await ended(api)

    log = (await api.get(*TASK, "log", **{"try": 1})).json
    rest = (await api.get(*TASK, "log", offset=log["next_offset"])).json
    cells = (await api.get(*TASK, "cells")).json

    assert "one\n" in log["text"]
    assert rest == {"text": "", "next_offset": log["next_offset"], "complete": True}
    assert cells["complete"] is True
    assert cells["events"][0]["event"] == "notebook_started"


async def test_the_cells_of_a_dag_come_together_in_one_notebook(
    api: Api, run: Callable[..., None]
) -> None:
    def cell(task_id: str, cell_id: str) -> Task:
        return Task(task_id, TaskKind.CELLS, payload={"notebook": "d.ipynb", "cells": [cell_id]})

    run(cell("a", "c0"), cell("b", "c1"), source="notebook", d=a_notebook("print(1)", "print(2)"))
    await ended(api)

    notebook = (await api.get("dags", "d", "runs", "r", "notebook")).json

    assert outputs_of(notebook) == ["1\n", "2\n"]


async def test_who_follows_a_task_that_waits_hears_of_it_once_it_runs(
    connect: Connect, run: Callable[..., None], database: Database
) -> None:
    run(a_command("echo first"), Task("later", TaskKind.BASH, payload={"command": "echo x"}))
    screen = await connect()

    await screen.say("follow", id="x", dag_id="d", run_id="r", task_id="later")

    assert (await screen.hear("log", complete=True))["try_number"] == 1


async def test_a_screen_that_follows_no_more_hears_no_more(
    connect: Connect, run: Callable[..., None], go: Path
) -> None:
    run(a_command(f"echo before; {WAIT.format(go=go)}; echo after"))
    screen = await connect()
    await screen.say("follow", id="x", **BY_NAME)
    await screen.hear("log")

    await screen.say("unfollow", id="x")
    await screen.say("follow", id="y", **BY_NAME)
    await screen.hear("log", id="y")  # what was said before it has been heeded by then
    go_on(go)
    heard = await screen.hear_all_until("log", id="y", complete=True)

    assert {message["id"] for message in heard} == {"y"}


@pytest.mark.parametrize(
    ("wish", "said"),
    [
        ({**BY_NAME, "run_id": "none"}, "no run 'none'"),
        ({**BY_NAME, "task_id": "u"}, "no task 'u'"),
        ({**BY_NAME, "dag_id": "../.."}, "no run 'r'"),
    ],
)
async def test_what_is_not_there_cannot_be_followed(
    connect: Connect, run: Callable[..., None], wish: dict[str, str], said: str
) -> None:
    run(a_command("true"))
    screen = await connect()

    await screen.say("follow", id="x", **wish)

    error = await screen.hear("error", id="x")
    assert said in error["message"]


async def until_event(screen: Screen, name: str, cell: str) -> None:
    """Listen until this has happened to this cell."""
    wanted = {"event": name, "cell": cell}
    while True:
        events = (await screen.hear("cells"))["events"]
        if any(wanted.items() <= event.items() for event in events):
            return


def go_on(go: Path) -> None:
    """Let the task that waits for this file go on."""
    go.touch()


async def ended(api: Api) -> None:
    await api.until(lambda r: r["run"]["ended_at"], "dags", "d", "runs", "r")
