"""Notebooks that wait: for something to become true, and for a person, from the file to the end."""

from __future__ import annotations

from pathlib import Path

import pytest

from nbflow.core.errors import DefinitionError, NotFoundError
from nbflow.testing import run_dag
from tests.authoring.test_notebook_gates import text
from tests.authoring.test_notebooks import cell, write

EXAMPLE = Path(__file__).parents[2] / "example_notebooks" / "weigh_and_ask.ipynb"

SENSOR = """
with open("looks.txt", "a") as file:
    print("look", file=file)
looks = open("looks.txt").read().count("look")
looks > 1
"""
FORM = {"approval": {"params": {"limit": {"default": 5, "schema": {"type": "integer"}}}}}


def a_notebook(folder: Path) -> Path:
    cells = [
        cell(SENSOR, "sensor:arrived", nbflow={"poke_interval": 30}),
        cell("print('looks:', looks)", "task:load"),
        text("Publish {{ ds_nodash }}?", "approval:publish", nbflow=FORM),
        cell("print('limit:', limit)", "task:report"),
    ]
    return write(folder / "gates.ipynb", cells)


def test_a_notebook_looks_asks_and_goes_on_with_the_answer(tmp_path: Path) -> None:
    answer = {"publish": {"chosen": "Approve", "params": {"limit": 3}}}
    found = run_dag(a_notebook(tmp_path), answers=answer, logical_date="2026-01-31")
    assert found.state == "success"
    assert "looks: 2" in found.task("load").log
    assert "limit: 3" in found.task("report").log
    assert (tmp_path / "looks.txt").read_text() == "look\nlook\n"


def test_the_example_waits_for_its_file_and_reports_in_the_unit_a_person_wants() -> None:
    answer = {"publish": {"chosen": "Approve", "params": {"unit": "g"}}}
    found = run_dag(EXAMPLE, answers=answer)
    assert found.state == "success"
    assert [found.states[one] for one in ("survey", "publish")] == ["success", "success"]
    assert "Gentoo: 5,076.00 g on average, of 123" in found.task("report").log


def test_what_stands_below_a_question_is_skipped_when_a_person_rejects(tmp_path: Path) -> None:
    found = run_dag(a_notebook(tmp_path), answers={"publish": "Reject"})
    assert found.states["load"] == "success"
    assert found.states["publish"] == "success"
    assert found.states["report"] == "skipped"


def test_a_value_that_is_neither_true_nor_false_fails_the_sensor(tmp_path: Path) -> None:
    odd = "class Odd:\n    def __bool__(self):\n        raise ValueError\nOdd()"
    path = write(tmp_path / "odd.ipynb", [cell(odd, "sensor:s")])
    found = run_dag(path)
    assert found.states == {"s": "failed"}
    assert "neither true nor false: ValueError" in found.task("s").message


BREAKS_ONCE = """
with open("looks.txt", "a") as file:
    print("look", file=file)
if open("looks.txt").read().count("look") == 1:
    raise OSError("the disk is away")
True
"""
FAILS = "from nbflow import Fail\nraise Fail('never again')\nTrue"


@pytest.mark.parametrize(
    ("source", "options", "state", "said"),
    [
        (BREAKS_ONCE, {}, "failed", "OSError: the disk is away"),
        (BREAKS_ONCE, {"silent_fail": True}, "success", ""),
        (BREAKS_ONCE, {"never_fail": True}, "skipped", "counts as a skip: OSError: the disk"),
        (FAILS, {"silent_fail": True}, "failed", "never again"),
        (FAILS, {"soft_fail": True}, "skipped", "counts as a skip: never again"),
    ],
)
def test_an_error_in_a_look_means_what_the_sensor_says(
    tmp_path: Path, source: str, options: dict[str, bool], state: str, said: str
) -> None:
    path = write(tmp_path / "s.ipynb", [cell(source, "sensor:s", nbflow=options)])
    found = run_dag(path)
    assert found.states == {"s": state}
    assert said in found.task("s").message


def test_run_dag_tells_what_is_wrong_with_a_file(tmp_path: Path) -> None:
    path = write(tmp_path / "bad.ipynb", [cell("x = 1", "sensor:s")])
    with pytest.raises(DefinitionError, match="can never be true"):
        run_dag(path)
    with pytest.raises(NotFoundError, match="There is no file"):
        run_dag(tmp_path / "none.ipynb")
