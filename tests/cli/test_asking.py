"""Commands that ask the scheduler for something wait for its answer, unless told not to."""

from __future__ import annotations

import typer
from typer.testing import CliRunner

from nbflow.cli.asking import asks, waits_for_answer
from nbflow.cli.output import Output, OutputOption
from tests.cli.conftest import Nbflow
from tests.processes import Project

cli = typer.Typer()


@cli.command()
@asks
def command(name: str, output: OutputOption = Output.TABLE) -> None:
    """Say whether the answer is waited for."""
    typer.echo(f"{name} {output.value} {waits_for_answer()}")


def test_a_command_that_asks_waits_unless_it_is_told_not_to() -> None:
    run = CliRunner()
    assert run.invoke(cli, ["a"]).output == "a table True\n"
    assert run.invoke(cli, ["a", "--no-wait", "-o", "json"]).output == "a json False\n"
    assert waits_for_answer()
    assert "Form of the output" in run.invoke(cli, ["--help"]).output


def test_clearing_tasks_takes_all_that_clearing_runs_takes(ran: Project, nbflow: Nbflow) -> None:
    arguments = ("tasks", "clear", "hello", "greet", "--latest", "--note", "again", "--dry-run")
    assert nbflow(*arguments).out == "Would run again: greet.\n"
    only = nbflow("tasks", "clear", "hello", "greet", "count", "--only-failed", "--dry-run")
    assert only.out == "Would run again: nothing.\n"


def test_what_was_asked_for_is_listed_with_what_became_of_it(ran: Project, nbflow: Nbflow) -> None:
    asked = nbflow("tasks", "clear", "hello", "greet", "--yes", "--no-wait", "-o", "json").json
    shown = nbflow("requests", "show", str(asked["request_id"]))
    assert (shown.code, shown.out) == (0, "clear: pending. Nobody has answered it yet.\n")
    (one,) = nbflow("requests", "list", "--output", "json").json["requests"]
    assert (one["verb"], one["dag_id"], one["state"]) == ("clear", "hello", "pending")
    unknown = nbflow("requests", "show", "77")
    assert (unknown.code, unknown.err) == (1, "error: There is no request 77.\n")
