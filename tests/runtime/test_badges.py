"""Badges: what a reader of an assembled notebook sees between its cells."""

from __future__ import annotations

from typing import cast

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from nbflow.runtime.assemble_tasks import LOG_LENGTH, TaskPages, assemble_tasks
from nbflow.runtime.badges import (
    LISTED_TASKS,
    RunFacts,
    TaskFacts,
    as_code,
    is_badge,
    took,
    with_badges,
)

TRAIN = TaskFacts("train", "failed", 1.5, 2, "ValueError: no rows")
REPORT = TaskFacts("report", "upstream_failed", None, 0, "Rule all_success: train failed.")
RUN = RunFacts(
    "sales", "r1", "failed", 75.0, "2026-03-01 06:00:00 UTC", {"region": "EU"}, [TRAIN, REPORT]
)
OWNERS = {"first": "train", "second": "train", "third": "train", "last": "report"}


def cell(cell_id: str, state: str = "success", **about: object) -> NotebookNode:
    made = new_code_cell("1", id=cell_id, metadata={"nbflow": {"state": state, **about}})
    return cast(NotebookNode, made)


def assembled(*cells: NotebookNode, run: RunFacts = RUN) -> NotebookNode:
    nb = with_badges(new_notebook(cells=list(cells)), run, OWNERS)
    nbformat.validate(nb)
    return nb


def badges(nb: NotebookNode) -> list[str]:
    return [cell.source for cell in nb.cells if is_badge(cell)]


def test_the_run_stands_at_the_top_with_its_params_and_its_tasks() -> None:
    [top] = badges(assembled())
    assert top == (
        "✗ **sales** · failed · 1 min 15 s\n\n"
        "Run `r1` · 2026-03-01 06:00:00 UTC\n\n"
        'Params: `region = "EU"`\n\n'
        "| task | state | took | tries |\n"
        "| --- | --- | --- | --- |\n"
        "| ✗ train | failed: `ValueError: no rows` | 1.50 s | 2 |\n"
        "| ⊘ report | upstream_failed |  |  |"
    )


def test_a_task_has_a_badge_where_it_begins_and_not_before_each_cell() -> None:
    nb = assembled(cell("first"), new_markdown_cell("more", id="m"), cell("second"))
    assert badges(nb)[1:] == ["✗ **train** · **failed** · 1.50 s · try 2"]
    assert [one.get("id") for one in nb.cells] == ["nbflow-run", "nbflow-0", "first", "m", "second"]


def test_the_cell_that_raised_stands_out_and_those_after_it_say_that_they_were_not_run() -> None:
    nb = assembled(
        cell("first"),
        cell("second", "failed", duration=0.2),
        cell("third", "not-run"),
        cell("last"),
    )
    assert badges(nb)[2] == (
        "> ✗ **train** · **failed** · 1.50 s · try 2 · raised here after 0.20 s\n>\n"
        "> `ValueError: no rows`"
    )
    assert badges(nb)[3].endswith("**not run**")


def test_a_cell_of_a_task_that_never_began_says_why() -> None:
    nb = assembled(cell("last", "not-run"))
    assert badges(nb)[1:] == ["⊘ **report** · upstream_failed · **not run**"]


def test_setup_and_cells_that_are_no_part_of_the_run_are_told_apart() -> None:
    nb = assembled(cell("imports", setup=True), cell("elsewhere", "not-run"))
    assert badges(nb)[1:] == [
        "✓ **setup** · at the start of every task",
        "no part of this run · **not run**",
    ]


def test_nothing_that_users_named_or_raised_acts_as_markup() -> None:
    odd = TaskFacts("a_b<img>", "failed", 1.0, 1, "x|y `<script>`\nsecond \x1b[31mred\x1b[0m")
    run = RunFacts("<b>", "r`1`", "failed", params={"p": "`</code><script>"}, tasks=[odd])
    [top] = badges(assembled(run=run))
    assert "\\<b\\>" in top
    assert "a\\_b\\<img\\>" in top
    assert "`x\\|y '<script>' second red`" in top
    assert top.count("`") % 2 == 0


def test_of_many_tasks_those_that_failed_are_listed_and_the_rest_is_counted() -> None:
    tasks = [TaskFacts(f"t{i}", "success") for i in range(LISTED_TASKS + 40)]
    run = RunFacts("d", "r", "failed", tasks=[*tasks, TRAIN])
    [top] = badges(assembled(run=run))
    assert "✗ train" in top
    assert top.count("\n| ") == LISTED_TASKS + 2
    assert top.endswith("and 41 more tasks")


def test_durations_are_told_to_the_digits_that_matter() -> None:
    told = [took(seconds) for seconds in (None, 0.0312, 12.4, 75.2, 7384)]
    assert told == ["", "0.03 s", "12 s", "1 min 15 s", "2 h 3 min"]


def test_a_long_message_is_cut() -> None:
    assert len(as_code("x" * 10_000)) < 250


def test_a_dag_of_functions_becomes_task_after_task_with_notebooks_and_logs() -> None:
    inner = new_notebook(
        cells=[new_code_cell("1", id="same", metadata={"papermill": {"status": "completed"}})],
        metadata={"kernelspec": {"name": "python3", "display_name": "Python 3"}},
    )
    pages = [
        TaskPages(TaskFacts("one", "success", 1.0, 1), inner),
        TaskPages(TaskFacts("two", "success", 1.0, 1), inner),
        TaskPages(TRAIN, log="```\nnot the end\n"),
    ]
    nb = assemble_tasks(RUN, pages, left_out=3)

    nbformat.validate(nb)
    assert [c.source for c in nb.cells if c.cell_type == "code"] == ["1", "1"]
    assert all("papermill" not in c.metadata for c in nb.cells)
    assert nb.cells[-2].source == "````text\n```\nnot the end\n````"
    assert nb.cells[-1].source == "and 3 more task instances"
    assert nb.metadata.kernelspec.name == "python3"


def test_of_a_long_log_the_end_is_shown() -> None:
    nb = assemble_tasks(RUN, [TaskPages(TRAIN, log="begin" + "x\n" * LOG_LENGTH + "the end")])
    assert "begin" not in nb.cells[-1].source
    assert "the end" in nb.cells[-1].source
