"""The command line as a whole: what it lists, what it imports, how it answers wrong usage."""

from __future__ import annotations

import subprocess
import sys

import pytest
from typer.testing import CliRunner

from nbflow import __version__
from nbflow.cli.main import COMMANDS, GROUPS, make_cli
from tests.cli.conftest import Nbflow
from tests.processes import NBFLOW

HEAVY = (
    "sqlalchemy",
    "pydantic",
    "distributed",
    "papermill",
    "jsonschema",
    "IPython",
    "jupyter_server",
)
IMPORTED = f"""
import sys
from nbflow.cli import main
sys.argv = ["nbflow", *sys.argv[1:]]
try:
    main.app_entry()
except SystemExit:
    pass
print("imported:", *(name for name in {HEAVY!r} if name in sys.modules))
"""


def imported_by(*arguments: str) -> set[str]:
    """Which of the heavy packages a command imports."""
    out = subprocess.run(
        [sys.executable, "-c", IMPORTED, *arguments], capture_output=True, text=True, check=True
    ).stdout
    return set(out.splitlines()[-1].split()[1:])


def test_help_lists_every_command_with_its_first_sentence() -> None:
    out = CliRunner().invoke(make_cli("none"), ["--help"], env={"COLUMNS": "200"}).stdout
    for name, words in {**COMMANDS, **GROUPS}.items():
        [line] = [line for line in out.splitlines() if line.strip("│ ").startswith(f"{name} ")]
        assert words in line


@pytest.mark.parametrize("name", COMMANDS)
def test_the_first_sentence_is_that_of_the_command_itself(name: str) -> None:
    out = CliRunner().invoke(make_cli(), [name, "--help"], env={"COLUMNS": "200"}).stdout
    assert COMMANDS[name] in out


def test_help_imports_nothing_heavy() -> None:
    assert imported_by("--help") == set()
    assert imported_by("--version") <= {"pydantic"}, "by typer itself"


def test_a_command_that_asks_the_store_imports_neither_dask_nor_papermill(nbflow: Nbflow) -> None:
    assert imported_by("dags", "list", "--help") <= {"sqlalchemy", "pydantic"}


def test_the_version_is_printed(nbflow: Nbflow) -> None:
    assert nbflow("--version").out == f"{__version__}\n"


def test_a_mistyped_command_is_answered_with_the_closest_one() -> None:
    done = subprocess.run([*NBFLOW, "rnu"], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "Did you mean 'run'?" in done.stderr


def test_a_shell_completes_commands_of_any_group() -> None:
    asked = {"_NBFLOW_COMPLETE": "complete_bash", "COMP_WORDS": "nbflow dags pa", "COMP_CWORD": "2"}
    text = "from nbflow.cli.main import app_entry; import sys; sys.argv = ['nbflow']; app_entry()"
    out = subprocess.run(
        [sys.executable, "-c", text], capture_output=True, text=True, check=False, env=asked
    ).stdout
    assert out.split() == ["pause"]
