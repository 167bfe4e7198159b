"""The engine as papermill calls it, alone and with a warm kernel: one test for each trap."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from copy import deepcopy
from io import StringIO
from pathlib import Path
from typing import Any, cast

import nbformat
import papermill
import psutil
import pytest
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from nbformat import NotebookNode
from papermill.engines import papermill_engines
from papermill.exceptions import PapermillExecutionError

from nbflow.core.json import JsonObject
from nbflow.runtime.kernels import KernelPool
from nbflow.runtime.notebook_run import EngineOptions, NotebookEnd
from tests.runtime.notebook_attempts import NOTEBOOKS, is_gone


@pytest.fixture(scope="module")
def pool() -> Iterator[KernelPool]:
    with KernelPool(2) as pool:
        yield pool


class Executed:
    """A notebook that went through the engine with a warm kernel."""

    def __init__(self) -> None:
        self.saved: list[NotebookNode] = []
        self.ends: list[NotebookEnd] = []
        self.events: list[JsonObject] = []

    @property
    def nb(self) -> NotebookNode:
        """As it was saved last."""
        return self.saved[-1]

    @property
    def end(self) -> NotebookEnd:
        (end,) = self.ends
        return end

    @property
    def states(self) -> dict[str, str]:
        return {c.id: c.metadata.nbflow.state for c in self.nb.cells if c.cell_type == "code"}

    @property
    def statuses(self) -> list[tuple[str, object]]:
        """What papermill's own metadata says: status and exception of each cell."""
        about = (cell.metadata.papermill for cell in self.nb.cells)
        return [(one.status, one.exception) for one in about]

    def cell(self, cell_id: str) -> NotebookNode:
        return cast(NotebookNode, next(c for c in self.nb.cells if c.id == cell_id))


def execute(pool: KernelPool, name: str, **settings: Any) -> Executed:
    """Run a notebook of `notebooks/` by papermill with a kernel of `pool`."""
    ran = Executed()
    kernel = pool.take()
    options = EngineOptions(
        kernel=kernel,
        on_event=ran.events.append,
        on_end=ran.ends.append,
        save=lambda nb: ran.saved.append(deepcopy(nb)),
        **settings.pop("options", {}),
    )
    try:
        papermill.execute_notebook(
            str(NOTEBOOKS / f"{name}.ipynb"),
            None,
            engine_name="nbflow",
            progress_bar=False,
            options=options,
            **settings,
        )
    except PapermillExecutionError:
        # What papermill makes of error outputs; the engine has told its own end before.
        assert ran.ends
    finally:
        pool.release(kernel)
    return ran


# ------------------------------------------------------------------------- by papermill's own doors


def test_papermill_finds_the_engine_by_its_entry_point() -> None:
    assert papermill_engines.get_engine("nbflow").nb_kernel_name is not None


@pytest.mark.parametrize("first", ["papermill", "nbflow.runtime.engine"])
def test_papermill_and_the_engine_can_be_imported_in_any_order(first: str) -> None:
    code = (
        f"import {first}; from papermill.engines import papermill_engines; "
        "from nbflow.runtime.engine import NbflowEngine; "
        "assert papermill_engines.get_engine('nbflow') is NbflowEngine"
    )

    subprocess.run([sys.executable, "-c", code], check=True)


def test_importing_nbflow_does_not_import_papermill() -> None:
    code = "import sys, nbflow; assert not {'papermill', 'jupyter_client'} & set(sys.modules)"

    subprocess.run([sys.executable, "-c", code], check=True)


def test_papermills_command_runs_a_notebook_with_the_engine(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "papermill", "--engine", "nbflow", "-p", "factor", "3"]
    paths = [str(NOTEBOOKS / "parameters_and_outputs.ipynb"), str(tmp_path / "out.ipynb")]

    ran = subprocess.run([*command, *paths], capture_output=True, text=True, check=False)

    assert ran.returncode == 0, ran.stderr
    nb = nbformat.read(tmp_path / "out.ipynb", as_version=4)
    assert nb.cells[-1].metadata.nbflow.state == "success"
    assert "Executing" in ran.stderr


def test_without_a_kernel_the_engine_starts_one_in_the_current_folder_and_ends_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "here.txt").write_text("")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("NBFLOW_TEST_COLOUR", "blue")
    children = set(psutil.Process().children())

    nb = papermill.execute_notebook(
        str(NOTEBOOKS / "tells_where_it_is.ipynb"), None, engine_name="nbflow", progress_bar=False
    )

    assert nb.cells[0].outputs[0].text == f"{tmp_path}\n\nblue\n"
    assert all(is_gone(child.pid) for child in set(psutil.Process().children()) - children)


def test_alone_the_engine_raises_what_nbclient_would(tmp_path: Path) -> None:
    def run(name: str, **settings: object) -> None:
        papermill.execute_notebook(
            str(NOTEBOOKS / f"{name}.ipynb"),
            str(tmp_path / f"{name}.ipynb"),
            engine_name="nbflow",
            progress_bar=False,
            **settings,
        )

    with pytest.raises(PapermillExecutionError, match="ZeroDivisionError"):
        run("second_cell_raises")
    with pytest.raises(CellTimeoutError):
        run("second_cell_sleeps", execution_timeout=3.0)
    with pytest.raises(DeadKernelError, match="SIGKILL"):
        run("second_cell_is_killed")
    # papermill adds a banner to a notebook that failed; ids still tell the cells.
    nb = nbformat.read(tmp_path / "second_cell_raises.ipynb", as_version=4)
    states = {cell.id: cell.metadata.get("nbflow", {}).get("state") for cell in nb.cells}
    assert (states["raises"], states["after"]) == ("failed", "not-run")


def test_streams_are_repeated_where_papermill_is_asked_to(pool: KernelPool) -> None:
    out, err = StringIO(), StringIO()

    execute(pool, "three_cells_that_print", stdout_file=out, stderr_file=err)

    assert (out.getvalue(), err.getvalue()) == ("one\ntwo 1\n", "")


# ----------------------------------------------------------------------------- states that are true


def test_a_failed_cell_is_failed_and_those_after_it_are_not_run(pool: KernelPool) -> None:
    ran = execute(pool, "second_cell_raises")

    assert ran.states == {"first": "success", "raises": "failed", "after": "not-run"}
    assert ran.statuses == [("completed", False), ("failed", True), ("pending", None)]
    assert ran.nb.metadata.papermill.exception is True
    assert (ran.end.state, ran.end.cell_id) == ("failed", "raises")
    assert (ran.end.ename, ran.end.evalue) == ("ZeroDivisionError", "division by zero")


def test_a_cell_whose_own_time_is_up_is_not_called_completed(pool: KernelPool) -> None:
    ran = execute(pool, "second_cell_sleeps", execution_timeout=3.0)

    assert ran.states == {"first": "success", "sleeps": "timeout", "after": "not-run"}
    assert ran.statuses == [("completed", False), ("failed", True), ("pending", None)]
    assert ran.nb.metadata.papermill.exception is True


def test_a_cell_whose_kernel_dies_is_not_called_completed(pool: KernelPool) -> None:
    ran = execute(pool, "second_cell_is_killed")

    assert ran.states == {"first": "success", "dies": "died", "after": "not-run"}
    assert ran.statuses == [("completed", False), ("failed", True), ("pending", None)]
    assert ran.end.death is not None
    assert ran.end.death.exit_code == -9


def test_an_error_that_a_tag_allows_does_not_fail_the_notebook(pool: KernelPool) -> None:
    ran = execute(pool, "error_is_allowed_by_tag")

    assert ran.end == NotebookEnd("success")
    assert ran.states == {"allowed": "success", "after": "success"}
    assert json.loads(nbformat.writes(ran.nb))["cells"][0]["outputs"][0]["output_type"] == "error"


def test_a_cell_that_a_tag_skips_is_called_skipped(pool: KernelPool) -> None:
    ran = execute(pool, "cells_are_skipped_by_tag")

    assert ran.states == {"skipped": "skipped", "too": "skipped", "ran": "success"}
    assert ran.statuses[0] == ("pending", None)
    assert ran.cell("skipped").outputs == []


def test_leaving_early_in_good_order_skips_the_rest(pool: KernelPool) -> None:
    ran = execute(pool, "second_cell_exits_well")

    assert (ran.end.state, ran.end.exited) == ("success", True)
    assert ran.states == {"first": "success", "exits": "success", "after": "skipped"}
    assert ran.nb.metadata.papermill.exception is None


def test_the_metadata_names_the_kernel_that_really_ran(pool: KernelPool) -> None:
    ran = execute(pool, "kernel_is_not_installed", kernel_name="python3")

    assert ran.nb.metadata.kernelspec.name == "python3"
    assert ran.nb.metadata.language_info.version.startswith(f"{sys.version_info[0]}.")


def test_the_end_of_a_notebook_waits_for_no_kernel_info(pool: KernelPool) -> None:
    ran = execute(pool, "kernel_info_is_not_answered")

    assert ran.end.state == "success"
    assert ran.cell("silences").outputs[0].text == "said\n"


# ------------------------------------------------------------------------------------------ outputs


def test_much_printing_stays_one_output_and_does_not_time_out(pool: KernelPool) -> None:
    ran = execute(pool, "prints_two_hundred_thousand_lines")

    (output,) = ran.cell("chatty").outputs
    assert ran.end.state == "success"
    assert output.text == "".join(f"{n}\n" for n in range(200_000))


def test_output_beyond_the_limit_is_left_out_with_a_note(pool: KernelPool) -> None:
    ran = execute(pool, "prints_more_than_allowed", options={"output_limit": 50_000})

    kept, note = ran.cell("floods").outputs
    assert len(kept.text) == 50_000
    assert "a cell may have 0.05 MB of output" in note.text
    assert "MB were left out]" in note.text
    assert ran.cell("after").outputs[0].text == "quiet\n"


def test_a_progress_bar_leaves_its_last_state(pool: KernelPool) -> None:
    ran = execute(pool, "draws_a_progress_bar")

    (output,) = ran.cell("bar").outputs
    assert output.text == "100 %\n"


def test_displays_can_be_cleared_and_updated_from_a_later_cell(pool: KernelPool) -> None:
    ran = execute(pool, "display_is_updated_and_cleared")

    (shown,) = ran.cell("shows").outputs
    assert shown.data["text/plain"] == "'final'"


def test_what_goes_on_in_the_background_prints_into_the_cell_that_started_it(
    pool: KernelPool,
) -> None:
    ran = execute(pool, "background_task_prints_after_its_cell")

    assert ran.cell("starts").outputs[0].text == "from the background\n"
    assert ran.cell("ends").outputs[0].text == "from the second cell\n"


# ------------------------------------------------------------------------------------------ telling


def test_events_tell_of_every_cell_in_order(pool: KernelPool) -> None:
    ran = execute(pool, "second_cell_raises")

    told = [(event["event"], event.get("cell")) for event in ran.events]
    assert told == [
        ("notebook_started", None),
        ("cell_started", "first"),
        ("output", "first"),
        ("cell_finished", "first"),
        ("cell_started", "raises"),
        ("output", "raises"),
        ("cell_finished", "raises"),
        ("notebook_finished", None),
    ]
    assert ran.events[-2]["state"] == "failed"
    assert ran.events[-1]["state"] == "failed"


def test_notebooks_side_by_side_do_not_mix_what_they_tell(pool: KernelPool) -> None:
    told: dict[str, list[JsonObject]] = {}

    def run(name: str) -> None:
        told[name] = execute(pool, name).events

    names = ["three_cells_that_print", "draws_a_progress_bar"]
    threads = [threading.Thread(target=run, args=(name,)) for name in names]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)

    cells = {name: {e["cell"] for e in events if "cell" in e} for name, events in told.items()}
    assert cells == {names[0]: {"one", "two", "three"}, names[1]: {"bar"}}


# ------------------------------------------------------------------------------------------- saving


def test_a_quick_notebook_is_not_saved_at_every_cell(pool: KernelPool) -> None:
    ran = execute(pool, "three_cells_that_print")

    states = [nb.cells[1].metadata.nbflow.state for nb in ran.saved]
    assert (states[0], states[-1]) == ("not-run", "success")
    assert len(states) < 4


def test_a_silent_cell_is_saved_while_it_runs(pool: KernelPool) -> None:
    ran = execute(pool, "second_cell_sleeps", autosave_cell_every=0.1, execution_timeout=3.0)

    states = [nb.cells[1].metadata.nbflow.state for nb in ran.saved]
    assert list(dict.fromkeys(states)) == ["not-run", "running", "timeout"]
