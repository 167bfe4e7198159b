"""Sensors and questions among the cells of a notebook: what they become, and what waits."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest

from nbflow.core.dag import Decides, TaskKind
from tests.authoring.test_notebooks import Read, cell, read


def text(source: str, *tags: str, **metadata: object) -> nbformat.NotebookNode:
    made: nbformat.NotebookNode = nbformat.v4.new_markdown_cell(
        source, metadata={"tags": list(tags), **metadata}
    )
    return made


ABOVE = cell("rows = [1, 2]\nprint(rows)", "task:load")
BELOW = cell("print(sum(rows))", "task:report")


def sales(folder: Path, question: nbformat.NotebookNode) -> Read:
    return read(folder, ABOVE, question, BELOW, cell("print('sent')", "task:send"))


def test_a_question_stands_between_the_cells_above_and_those_below(tmp_path: Path) -> None:
    got = sales(tmp_path, text("## Publish the sales?\nLook at the **plot**.", "approval:publish"))
    assert got.problems == []
    assert got.arrows == {"load>report", "load>publish", "publish>report", "publish>send"}
    task = got.dag.by_id["publish"]
    assert (task.kind, task.operator, task.decides) == (
        TaskKind.QUESTION,
        "ApprovalOperator",
        Decides.SHORT_CIRCUIT,
    )
    assert task.cells == (1,)
    assert task.waits_for is not None
    assert task.waits_for["subject"] == "Publish the sales?"
    assert task.waits_for["body"] == "Look at the **plot**."


def test_the_edges_of_a_question_explain_themselves(tmp_path: Path) -> None:
    got = sales(tmp_path, text("Publish?", "approval:publish"))
    whys = {(e.upstream, e.downstream): (e.kind, e.why) for e in got.dag.edges}
    assert whys["load", "publish"] == (
        "declared",
        "The question `publish` is asked once the cells above it have run.",
    )
    assert whys["publish", "report"] == ("declared", "Cell 2 stands below the question `publish`.")


def test_only_the_first_tasks_below_wait_for_the_answer_themselves(tmp_path: Path) -> None:
    got = read(
        tmp_path,
        cell("print(1)", "task:a"),
        text("Go on?", "approval:ok"),
        cell("b = 2\nprint(b)", "task:b"),
        cell("print(b)", "task:c"),
    )
    assert got.arrows == {"a>ok", "ok>b", "b>c"}


def test_a_chain_of_cells_is_not_one_task_across_a_question(tmp_path: Path) -> None:
    got = read(
        tmp_path,
        cell("x = 1\nprint(x)"),
        text("Go on?", "approval"),
        cell("print(x + 1)"),
    )
    assert [task.task_id for task in got.dag.tasks] == ["x", "go_on", "cell_2"]
    assert got.arrows == {"x>go_on", "go_on>cell_2", "x>cell_2"}


def test_whoever_is_declared_to_come_after_a_question_waits_alone(tmp_path: Path) -> None:
    got = read(
        tmp_path,
        cell("print(1)", "task:load"),
        text("Publish?", "approval:publish", "after:load"),
        cell("print(2)", "task:draft"),
        cell("print(3)", "after:publish"),
    )
    assert got.arrows == {"load>publish", "publish>cell_3"}


def test_a_question_after_a_task_below_is_asked_when_that_has_run(tmp_path: Path) -> None:
    got = read(
        tmp_path,
        cell("print(1)", "task:load"),
        text("Publish?", "approval:publish", "after:plot"),
        cell("print(2)", "task:plot"),
        cell("print(3)", "task:send"),
    )
    assert got.arrows == {"plot>publish", "publish>send"}


def test_everything_an_approval_takes_stands_in_the_metadata(tmp_path: Path) -> None:
    asked = {
        "name": "publish",
        "response_timeout": 3600,
        "defaults": "Reject",
        "assigned_users": ["ana"],
        "fail_on_reject": True,
        "params": {"limit": {"default": 3, "schema": {"type": "integer", "minimum": 1}}},
    }
    got = sales(tmp_path, text("Publish?", nbflow={"approval": asked, "group": "people"}))
    task = got.dag.by_id["publish"]
    assert task.group == "people"
    assert task.poke is not None
    assert task.poke.timeout == 3600
    assert task.waits_for is not None
    assert task.waits_for["defaults"] == ["Reject"]
    assert task.waits_for["assigned_users"] == ["ana"]
    assert task.waits_for["stop_fails"] is True
    assert task.waits_for["params"] == {
        "limit": {"default": 3, "schema": {"type": "integer", "minimum": 1}}
    }


def test_what_a_person_fills_in_is_a_name_for_the_cells_below(tmp_path: Path) -> None:
    form = {"approval": {"params": {"limit": 3}}}
    got = read(
        tmp_path,
        cell("print(1)", "task:load"),
        text("How many?", "approval:ask", nbflow=form),
        cell("print(limit)", "task:show"),
    )
    assert got.problems == []
    assert got.dag.by_id["show"].payload["inputs"] == {"limit": "ask"}
    names = {(e.upstream, e.downstream): e.names for e in got.dag.edges if e.names}
    assert names == {("ask", "show"): ("limit",)}


def test_a_question_with_templates_has_a_worker_fill_them_in(tmp_path: Path) -> None:
    got = sales(tmp_path, text("Publish {{ ds }}?", "approval:publish"))
    task = got.dag.by_id["publish"]
    assert task.waits_for is None
    assert task.payload["question"]["subject"] == "Publish {{ ds }}?"  # type: ignore[index,call-overload]  # JSON


@pytest.mark.parametrize(
    ("above", "below", "source"),
    [
        (cell("limit = 5\nprint(limit)", "task:load"), [], "ask"),
        (cell("limit = 5", "parameters"), [], "ask"),
        (cell("print(0)", "task:load"), [cell("limit = 7\nprint(limit)", "task:own")], "own"),
    ],
)
def test_what_a_person_fills_in_is_the_value_for_the_cells_below_until_one_sets_it_anew(
    tmp_path: Path, above: nbformat.NotebookNode, below: list[nbformat.NotebookNode], source: str
) -> None:
    asks = text("How many?", "approval:ask", nbflow={"approval": {"params": {"limit": 3}}})
    report = cell("print(limit)", "task:report")
    got = read(tmp_path, above, asks, *below, report)
    assert got.problems == []
    assert got.dag.by_id["report"].payload["inputs"] == {"limit": source}


def test_a_sensor_looks_until_it_is_true_and_holds_what_stands_below(tmp_path: Path) -> None:
    got = read(
        tmp_path,
        cell("print(1)", "task:first"),
        cell("from pathlib import Path", "setup"),
        cell(
            "file = Path('in.csv')\nfile.exists()",
            "sensor:file",
            nbflow={"poke_interval": 30, "timeout": 600, "soft_fail": True},
        ),
        cell("print(file.name)", "task:read"),
        cell("print(2)", "task:other"),
    )
    assert got.problems == []
    task = got.dag.by_id["file"]
    assert (task.kind, task.operator) == (TaskKind.CELLS, "sensor")
    assert task.poke is not None
    assert (task.poke.poke_interval, task.poke.timeout, task.poke.soft_fail) == (30, 600, True)
    assert got.arrows == {"file>read", "file>other"}
    assert [e.names for e in got.dag.edges if e.names] == [("file",)]


def test_the_magic_makes_a_sensor_too(tmp_path: Path) -> None:
    got = read(
        tmp_path,
        cell("%%task ready --sensor --poke-interval 5 --soft-fail\n1 + 1"),
        cell("print(1)", "task:go", "after:ready"),
        cell("print(2)", "task:other"),
    )
    assert got.problems == []
    poke = got.dag.by_id["ready"].poke
    assert poke is not None
    assert (poke.poke_interval, poke.soft_fail) == (5, True)
    assert got.arrows == {"ready>go"}


@pytest.mark.parametrize(
    ("wrong", "code", "words"),
    [
        (cell("x = 1", "sensor:s"), "NBF523", "its last line is no expression"),
        (cell("1;", "sensor:s"), "NBF523", "the semicolon hides"),
        (cell("1", "sensor:s", "setup"), "NBF521", "neither setup"),
        (cell("1", "task:s", nbflow={"poke_interval": 3}), "NBF521", "only a sensor looks again"),
        (cell("1", nbflow={"sensor": {"poke": 3}}), "NBF101", "There is no setting 'poke'"),
        (cell("1", "approval:s"), "NBF520", "A code cell cannot be an approval"),
        (text("Is it?", "sensor:s"), "NBF521", "A cell of text cannot be a sensor"),
        (text("", "approval:s"), "NBF520", "An approval needs a text"),
        (text("A?", "approval:load"), "NBF525", "has the name of another task"),
        (text("A?", nbflow={"approval": {"default": "Reject"}}), "NBF101", "no setting 'default'"),
        (text("A?", nbflow={"approval": {"params": 3}}), "NBF522", "params are 3"),
        (text("A?", nbflow={"approval": {"defaults": "Yes"}}), "NBF221", "'Yes' is no option"),
        (text("A?", "approval", "after:laod"), "NBF203", "'laod', which no cell declares"),
    ],
)
def test_wrong_use_is_told_with_its_cell(
    tmp_path: Path, wrong: nbformat.NotebookNode, code: str, words: str
) -> None:
    got = sales(tmp_path, wrong)
    assert got.dags == []
    (problem,) = got.problems
    assert (problem.code, problem.cell) == (code, 1)
    assert words in problem.message


def test_a_sensor_that_shares_its_kernel_with_a_later_cell_is_refused(tmp_path: Path) -> None:
    got = read(
        tmp_path,
        cell("rows = (n for n in range(3))\nTrue", "sensor:s"),
        cell("print(next(rows))"),
        cell("print(1)", "task:other"),
    )
    assert [(p.code, p.cell) for p in got.problems] == [("NBF524", 0)]


def test_a_question_that_has_to_come_before_cells_above_it_warns(tmp_path: Path) -> None:
    got = read(
        tmp_path,
        cell("rows = (n for n in range(3))"),
        text("Go on?", "approval:ok"),
        cell("print(next(rows))"),
    )
    assert [(p.severity, p.code, p.cell) for p in got.problems] == [("warning", "NBF526", 1)]
    assert {(e.upstream, e.downstream) for e in got.dag.edges} == {("ok", got.dag.tasks[0].task_id)}


def test_notebooks_in_other_languages_have_no_gates(tmp_path: Path) -> None:
    bash = {"name": "bash", "display_name": "Bash", "language": "bash"}
    got = read(tmp_path, cell("true", "sensor:s"), text("A?", "approval"), kernel=bash)
    errors = [(p.code, p.cell) for p in got.problems if p.severity == "error"]
    assert errors == [("NBF521", 0), ("NBF520", 1)]


def test_gates_hold_up_each_other_without_edges_that_say_nothing_new(tmp_path: Path) -> None:
    got = read(
        tmp_path,
        cell("1 + 1", "sensor:file"),
        cell("print(1)", "task:load"),
        text("Publish?", "approval:publish"),
        cell("2 + 2", "sensor:late"),
        text("Really?", "approval:sure"),
        cell("print(2)", "task:send"),
    )
    assert got.arrows == {
        "file>load",
        "load>publish",
        "publish>late",
        "late>sure",
        "sure>send",
    }
