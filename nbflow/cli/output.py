"""How commands speak: tables for people, JSON for programs, errors as sentences on stderr with exit
code 1 (2 for wrong usage).
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, is_dataclass
from datetime import datetime, timezone
from enum import Enum
from typing import Annotated

import typer
from pydantic import ValidationError
from rich.console import Console, RenderableType
from rich.table import Table
from rich.text import Text

from nbflow.core.errors import DefinitionError, NbflowError, Problem
from nbflow.picture import SYMBOLS

STYLES = {
    "success": "green",
    "failed": "bold red",
    "upstream_failed": "dark_orange3",
    "running": "blue",
    "queued": "bright_black",
    "scheduled": "yellow",
    "up_for_retry": "yellow",
    "skipped": "magenta",
    "cancelled": "red",
    "none": "bright_black",
}


class Output(str, Enum):
    """The two forms of output."""

    TABLE = "table"
    JSON = "json"


OutputOption = Annotated[Output, typer.Option("--output", "-o", help="Form of the output.")]


def console() -> Console:
    """Where tables go; made anew so that it follows a redirected stdout."""
    return Console(file=sys.stdout)


def notes() -> Console:
    """Where everything goes that is not the result."""
    return Console(file=sys.stderr)


def show(result: object, output: Output, table: Callable[[], object]) -> None:
    """Print `result` as JSON, or what `table` makes of it for a person."""
    if output is Output.JSON:
        sys.stdout.write(json.dumps(_plain(result), indent=2, ensure_ascii=False) + "\n")
    else:
        console().print(table())


def rows(
    title: str, columns: Sequence[str], lines: Sequence[Sequence[object]], empty: str
) -> RenderableType:
    """A table, or the sentence `empty` where there is nothing to show."""
    if not lines:
        return Text(empty, style="bright_black")
    made = Table(*columns, title=title or None, title_justify="left", box=None, pad_edge=False)
    for line in lines:
        made.add_row(*(cell if isinstance(cell, Text) else Text(_words(cell)) for cell in line))
    return made


def state_text(state: str) -> Text:
    """A state with its symbol, in its colour."""
    return Text(f"{SYMBOLS.get(state, '?')} {state}", style=STYLES.get(state, ""))


def age(instant: str | None, now: datetime | None = None) -> str:
    """How long ago, or in how long: `3 min ago`, `in 2 h`."""
    if instant is None:
        return ""
    seconds = (
        (now or datetime.now(timezone.utc)) - datetime.fromisoformat(instant)
    ).total_seconds()
    text = duration(abs(seconds))
    return f"{text} ago" if seconds >= 0 else f"in {text}"


def duration(seconds: float) -> str:
    """A duration in the unit a person would use."""
    if seconds < 60:
        return f"{seconds:.1f} s"
    for size, unit, limit in ((60, "min", 3600), (3600, "h", 86400)):
        if seconds < limit:
            return f"{seconds / size:.0f} {unit}"
    return f"{seconds / 86400:.0f} d"


def between(start: str | None, end: str | None) -> str:
    """The duration from `start` to `end`; nothing while one of them is missing."""
    if start is None or end is None:
        return ""
    return duration((datetime.fromisoformat(end) - datetime.fromisoformat(start)).total_seconds())


@contextmanager
def errors_as_sentences(output: Output = Output.TABLE) -> Iterator[None]:
    """Turn what nbflow raises into a message and exit code 1; anything else is a defect and keeps
    its traceback.
    """
    try:
        yield
    except DefinitionError as error:
        print_problems(error.problems, output)
        raise typer.Exit(1) from error
    except NbflowError as error:
        _print_error(str(error), output)
        raise typer.Exit(1) from error
    except ValidationError as error:
        for line in error.errors():
            name = ".".join(map(str, line["loc"]))
            _print_error(f"The setting {name} is {line['input']!r}: {line['msg']}.", output)
        raise typer.Exit(2) from error


def print_problems(problems: Sequence[Problem], output: Output) -> None:
    """All problems at once, each with its place and its fix."""
    if output is Output.JSON:
        found = {"error": {"problems": [problem.to_json() for problem in problems]}}
        sys.stdout.write(json.dumps(found, indent=2) + "\n")
        return
    for problem in problems:
        text = Text(
            f"{problem.severity}: ", style="bold red" if problem.severity == "error" else "yellow"
        )
        place = f"{problem.place}: " if problem.place else ""
        text.append(f"{place}{problem.message}", style="default")
        notes().print(text.append(f"\n  {problem.fix}  [{problem.code}]", style="bright_black"))


def _print_error(message: str, output: Output) -> None:
    if output is Output.JSON:
        sys.stdout.write(json.dumps({"error": {"message": message}}, indent=2) + "\n")
    else:
        notes().print(Text("error: ", style="bold red").append(message, style="default"))


def _words(value: object) -> str:
    return "" if value is None else str(value)


def _plain(value: object) -> object:
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    if isinstance(value, list):
        return [_plain(one) for one in value]
    if isinstance(value, dict):
        return {key: _plain(one) for key, one in value.items()}
    return value
