"""From a notebook file to a DAG: declarations, settings, dataflow, and what is wrong with it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import nbformat
import pytest

from nbflow.authoring import notebooks
from nbflow.core.assets import leaf_from_json
from nbflow.core.dag import Dag, TaskKind
from nbflow.core.errors import Problem
from nbflow.core.timetables import timetable_from_json

PYTHON = {"name": "python3", "display_name": "Python 3", "language": "python"}


@dataclass(frozen=True)
class Read:
    """What `notebooks.read` said."""

    dags: list[Dag]
    problems: list[Problem]
    files: Mapping[str, bytes]

    @property
    def dag(self) -> Dag:
        assert self.dags, self.problems
        return self.dags[0]

    @property
    def arrows(self) -> set[str]:
        return {f"{edge.upstream}>{edge.downstream}" for edge in self.dag.edges}

    @property
    def told(self) -> list[tuple[str, str, int | None]]:
        return [(p.severity, p.code, p.cell) for p in self.problems]


def cell(code: str, *tags: str, **metadata: object) -> nbformat.NotebookNode:
    made: nbformat.NotebookNode = nbformat.v4.new_code_cell(
        code, metadata={"tags": list(tags), **metadata}
    )
    return made


def write(
    path: Path, cells: list[nbformat.NotebookNode], kernel: object = PYTHON, **settings: object
) -> Path:
    metadata = {"kernelspec": kernel} if kernel else {}
    nb = nbformat.v4.new_notebook(cells=cells, metadata=metadata)
    if settings:
        nb.metadata["nbflow"] = settings
    nbformat.write(nb, path)
    return path


def read(
    folder: Path, *cells: nbformat.NotebookNode, kernel: object = PYTHON, **settings: object
) -> Read:
    path = write(folder / "sales.ipynb", list(cells), kernel, **settings)
    return Read(*notebooks.read(path, folder))


def test_a_plain_notebook_is_a_dag_named_like_its_file(tmp_path: Path) -> None:
    got = read(
        tmp_path,
        cell("import math"),
        cell("x = math.sqrt(4)\nprint(x)"),
        cell("y = 2 * x\nprint(y)"),
        cell("print(x + 1)"),
    )
    assert got.dag.dag_id == "sales"
    assert len(got.dag.tasks) == 3
    assert got.dag.graph.leaves == tuple(t.task_id for t in got.dag.tasks[1:])
    assert got.problems == []


def test_the_setup_of_a_task_comes_before_its_cells(tmp_path: Path) -> None:
    got = read(tmp_path, cell("import math"), cell("print(math.pi)"))
    task = got.dag.tasks[0]
    nb = nbformat.reads(got.files["sales.ipynb"].decode(), as_version=4)
    ids = {c.id: c.source for c in nb.cells}
    setup, cells = (cast("list[str]", task.payload[part]) for part in ("setup", "cells"))
    assert [ids[i] for i in setup] == ["import math"]
    assert [ids[i] for i in cells] == ["print(math.pi)"]


def test_tags_name_tasks_and_their_order(tmp_path: Path) -> None:
    got = read(
        tmp_path, cell("print(1)", "task:first"), cell("print(2)", "task:second", "after:first")
    )
    assert got.arrows == {"first>second"}
    assert [t.task_id for t in got.dag.tasks] == ["first", "second"]


def test_the_magic_names_a_task_and_sets_its_options(tmp_path: Path) -> None:
    got = read(
        tmp_path,
        cell("%load_ext nbflow"),
        cell("%%task clean\nx = [1]\nprint(x)"),
        cell("%%task train --after clean --retries 2 --retry-delay 5\nprint(len(x))"),
    )
    train = got.dag.by_id["train"]
    assert (train.retry.retries, train.retry.delay.total_seconds()) == (2, 5.0)
    assert got.arrows == {"clean>train"}


def test_other_tags_of_its_cells_are_those_of_the_task(tmp_path: Path) -> None:
    got = read(
        tmp_path,
        cell("x = 1\nprint(x)", "task:a", "slow"),
        cell("%%task a --tags gpu slow\nprint(x)", "raises-exception"),
    )
    assert got.dag.by_id["a"].tags == ("slow", "gpu")


def test_the_magic_line_is_a_comment_when_the_cell_runs_so_that_lines_keep_their_numbers(
    tmp_path: Path,
) -> None:
    got = read(tmp_path, cell("%%task clean\nprint(1)"))
    nb = nbformat.reads(got.files["sales.ipynb"].decode(), as_version=4)
    assert nb.cells[0].source == "# %%task clean\nprint(1)"


def test_cell_metadata_declares_a_task(tmp_path: Path) -> None:
    got = read(tmp_path, cell("print(1)", nbflow={"task": "a", "retries": 3}))
    assert got.dag.by_id["a"].retry.retries == 3


def test_cells_of_one_name_are_one_task(tmp_path: Path) -> None:
    got = read(tmp_path, cell("x = 1\nprint(x)", "task:a"), cell("print(x)", "task:a"))
    assert [t.cells for t in got.dag.tasks] == [(0, 1)]


def test_a_value_between_tasks_is_an_input_with_its_reason(tmp_path: Path) -> None:
    got = read(tmp_path, cell("x = open.__name__\nprint(x)", "task:a"), cell("print(x)", "task:b"))
    b = got.dag.by_id["b"]
    assert (b.payload["inputs"], b.reads, got.dag.by_id["a"].payload["outputs"]) == (
        {"x": "a"},
        ("a",),
        ["x"],
    )
    edge = got.dag.edges[0]
    assert (edge.kind, edge.names) == ("certain", ("x",))
    assert "line 1" in edge.why


def test_settings_come_from_the_metadata_of_the_notebook(tmp_path: Path) -> None:
    got = read(
        tmp_path,
        cell("print(1)"),
        dag_id="daily",
        schedule="0 6 * * *",
        timezone="Europe/Paris",
        tags=["x"],
        default_args={"retries": 4},
    )
    assert got.dag.dag_id == "daily"
    assert got.dag.timetable["timezone"] == "Europe/Paris"
    assert got.dag.tasks[0].retry.retries == 4


def test_the_parameters_cell_gives_the_params_and_is_setup(tmp_path: Path) -> None:
    got = read(tmp_path, cell("region = 'EU'\nn = 3", "parameters"), cell("print(region, n)"))
    assert {k: v["default"] for k, v in got.dag.params.items()} == {"region": "EU", "n": 3}
    assert got.dag.tasks[0].cells == (1,)


def test_a_skipped_cell_is_no_part_of_the_dag(tmp_path: Path) -> None:
    got = read(tmp_path, cell("1 / 0", "skip"), cell("print(1)"))
    assert [t.cells for t in got.dag.tasks] == [(1,)]


def test_a_notebook_in_another_language_is_one_task(tmp_path: Path) -> None:
    shell = {"name": "bash", "display_name": "Bash", "language": "bash"}
    got = read(tmp_path, cell("echo hello"), kernel=shell)
    assert [(t.kind, t.payload["kernel_name"]) for t in got.dag.tasks] == [
        (TaskKind.NOTEBOOK, "bash")
    ]


def test_the_source_file_is_never_written(tmp_path: Path) -> None:
    path = write(tmp_path / "n.ipynb", [cell("%%task a\nprint(1)")])
    before = path.read_bytes()
    notebooks.read(path, tmp_path)
    assert path.read_bytes() == before


def test_modules_beside_the_notebook_are_part_of_the_bundle(tmp_path: Path) -> None:
    (tmp_path / "tools.py").write_text("import more\n")
    (tmp_path / "more.py").write_text("x = 1\n")
    got = read(tmp_path, cell("import tools\nprint(tools)"))
    assert sorted(got.files) == ["more.py", "sales.ipynb", "tools.py"]


def test_a_notebook_of_definitions_only_still_has_a_task(tmp_path: Path) -> None:
    got = read(tmp_path, cell("import math"), cell("def f():\n    return 1"))
    assert [t.cells for t in got.dag.tasks] == [(1,)]


def test_an_executed_notebook_is_a_source_like_any_other(tmp_path: Path) -> None:
    ran = {"state": "success", "duration": 0.1, "task_id": "a", "setup": False}
    got = read(tmp_path, cell("print(1)", nbflow=ran), run={"state": "success"}, tasks={})
    assert got.problems == []


# --- what is wrong with it ------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"cells": 3}', '{"nbformat": 4, "cells": [1]}', "\x00"]
)
def test_what_is_no_notebook_is_one_problem_with_a_fix(tmp_path: Path, text: str) -> None:
    path = tmp_path / "bad.ipynb"
    path.write_text(text)
    dags, problems, _ = notebooks.read(path, tmp_path)
    assert (dags, [(p.code, p.file) for p in problems]) == ([], [("NBF501", "bad.ipynb")])
    assert problems[0].fix


def test_a_syntax_error_is_told_with_cell_and_line(tmp_path: Path) -> None:
    got = read(tmp_path, cell("x = 1"), cell("y = 2\nif y\n    pass"))
    assert [(p.code, p.cell, p.line) for p in got.problems] == [("NBF002", 1, 2)]
    assert got.dags == []


def test_an_unknown_upstream_is_told_with_the_closest_name(tmp_path: Path) -> None:
    got = read(tmp_path, cell("print(1)", "task:clean"), cell("print(2)", "task:b", "after:claen"))
    assert got.told == [("error", "NBF203", 1)]
    assert "clean" in got.problems[0].fix


def test_a_cycle_of_declared_tasks_is_an_error(tmp_path: Path) -> None:
    got = read(
        tmp_path, cell("print(1)", "task:a", "after:b"), cell("print(2)", "task:b", "after:a")
    )
    assert got.dags == []
    assert {p.code for p in got.problems} == {"NBF202"}


def test_bad_settings_are_all_told_at_once(tmp_path: Path) -> None:
    got = read(tmp_path, cell("print(1)"), schedule="61 * * * *", timezone="Mars/Base", shedule="x")
    assert {p.code for p in got.problems} >= {"NBF101", "NBF301", "NBF302"}
    assert all(p.file == "sales.ipynb" and p.fix for p in got.problems)


def test_a_missing_or_unknown_kernel_is_a_warning(tmp_path: Path) -> None:
    assert read(tmp_path, cell("print(1)"), kernel=None).told == [("warning", "NBF502", None)]
    strange = {"name": "no-such-kernel", "display_name": "x", "language": "python"}
    assert read(tmp_path, cell("print(1)"), kernel=strange).told == [("warning", "NBF503", None)]


def test_a_notebook_without_code_is_an_error(tmp_path: Path) -> None:
    path = write(tmp_path / "empty.ipynb", [nbformat.v4.new_markdown_cell("# Nothing")])
    assert [p.code for p in notebooks.read(path, tmp_path)[1]] == ["NBF504"]


def test_two_names_for_one_cell_are_an_error(tmp_path: Path) -> None:
    got = read(tmp_path, cell("%%task a\nprint(1)", "task:b"))
    assert got.told == [("error", "NBF507", 0)]


def test_a_name_that_nothing_defines_is_a_warning(tmp_path: Path) -> None:
    got = read(tmp_path, cell("print(nowhere)"))
    assert got.told == [("warning", "NBF510", 0)]


def test_metadata_of_the_wrong_shape_is_an_error_and_no_crash(tmp_path: Path) -> None:
    path = write(tmp_path / "n.ipynb", [cell("print(1)", nbflow=7)])
    raw = json.loads(path.read_text())
    raw["metadata"]["nbflow"] = ["x"]
    path.write_text(json.dumps(raw))
    _, problems, _ = notebooks.read(path, tmp_path)
    assert {p.code for p in problems} == {"NBF506", "NBF508"}


def test_tasks_of_cells_may_be_in_groups(tmp_path: Path) -> None:
    dag = read(
        tmp_path,
        cell("%%task clean --group etl.load\nx = 1"),
        cell("y = x + 1", nbflow={"task": "train", "group": "etl"}),
    ).dag
    assert [(task.task_id, task.group) for task in dag.tasks] == [
        ("clean", "etl.load"),
        ("train", "etl"),
    ]
    assert [(g.group_id, g.parent, g.label) for g in dag.groups] == [
        ("etl", None, "etl"),
        ("etl.load", "etl", "load"),
    ]


def test_a_group_of_a_cell_has_to_be_an_id(tmp_path: Path) -> None:
    problems = read(tmp_path, cell("x = 1", nbflow={"task": "train", "group": "a b"})).problems
    assert any("The group 'a b' is no id" in problem.message for problem in problems)


def test_a_notebook_waits_for_assets_and_its_cells_make_some(tmp_path: Path) -> None:
    got = read(
        tmp_path,
        cell("%%task load --outlets raw clean\nx = 1"),
        cell("y = x", nbflow={"task": "use", "inlets": ["raw"], "outlets": "s3://lake/y"}),
        schedule={"any": ["orders", {"asset": {"name": "prices", "uri": "s3://p"}}]},
    )
    assert got.problems == []
    load, use = got.dag.tasks
    assert [leaf_from_json(one).name for one in load.outlets] == ["raw", "clean"]
    assert [leaf_from_json(one).name for one in use.outlets] == ["s3://lake/y"]
    assert [leaf_from_json(one).name for one in use.inlets] == ["raw"]
    words = timetable_from_json(got.dag.timetable).describe()
    assert words == "When there is news of orders or prices"


@pytest.mark.parametrize(
    ("schedule", "words"),
    [
        (["0 6 * * *", "0 18 * * *"], "At 06:00 every day; At 18:00 every day, UTC"),
        ({"kind": "delta", "seconds": 3600}, "Every hour"),
    ],
)
def test_a_notebook_may_have_several_crons_or_a_timetable(
    tmp_path: Path, schedule: object, words: str
) -> None:
    got = read(tmp_path, cell("x = 1"), schedule=schedule)
    assert timetable_from_json(got.dag.timetable).describe() == words


def test_an_asset_that_is_none_is_told_at_its_cell(tmp_path: Path) -> None:
    got = read(tmp_path, cell("x = 1", nbflow={"task": "t", "outlets": [{"some": 1}]}))
    (problem,) = got.problems
    assert (problem.code, problem.severity) == ("NBF601", "error")
    assert "outlets: {'some': 1} is no asset" in problem.message
