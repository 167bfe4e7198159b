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
from pathlib import Path
from typing import Annotated

import typer
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

_OTHER_SYMBOLS = {"paused": "‖", "finished": "✓", "waiting": "◌", "cancelling": "■"}
"""States of backfills and of runs that no task instance has."""

FILE_WIDTH = 1000
"""Where output goes to a file or a pipe nothing is folded: whoever reads it has no edge."""


class Output(str, Enum):
    """The two forms of output."""

    TABLE = "table"
    JSON = "json"


OutputOption = Annotated[Output, typer.Option("--output", "-o", help="Form of the output.")]
StreamOption = Annotated[
    bool | None,
    typer.Option(
        "--stream/--quiet",
        "-f/-q",
        help="Print what tasks print, while they run; by default on a terminal.",
        show_default=False,
    ),
]
StoreOption = Annotated[
    str | None,
    typer.Option("--store", help="SQLAlchemy URL of the store; the project's if not given."),
]


def console() -> Console:
    """Where tables go; made anew so that it follows a redirected stdout."""
    return Console(file=sys.stdout, width=None if sys.stdout.isatty() else FILE_WIDTH)


def notes() -> Console:
    """Where everything goes that is not the result."""
    return Console(file=sys.stderr, width=None if sys.stderr.isatty() else FILE_WIDTH)


def show(result: object, output: Output, table: Callable[[], RenderableType]) -> None:
    """Print `result` as JSON, or what `table` makes of it for a person."""
    if output is Output.JSON:
        _print_json(result)
    else:
        say(table())


def say(words: RenderableType, to: Console | None = None) -> None:
    """Print for a person. Text is taken as it is: ids and paths may hold what rich calls markup."""
    is_text = isinstance(words, (str, Text))
    (to or console()).print(words, markup=False, highlight=False, soft_wrap=is_text)


def _print_json(result: object) -> None:
    json.dump(_plain(result), sys.stdout, indent=2, ensure_ascii=False)
    sys.stdout.write("\n")


def _plain(value: object) -> object:
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    if isinstance(value, (list, tuple)):
        return [_plain(one) for one in value]
    if isinstance(value, dict):
        return {key: _plain(one) for key, one in value.items()}
    return value


# -- tables ----------------------------------------------------------------------------------------


def rows(columns: Sequence[str], lines: Sequence[Sequence[object]], empty: str) -> RenderableType:
    """A table, or the sentence `empty` where there is nothing to show."""
    if not lines:
        return Text(empty, style="bright_black")
    made = Table(box=None, pad_edge=False, show_header=any(columns))
    for name in columns:
        made.add_column(name, overflow="fold")
    for line in lines:
        made.add_row(*(cell if isinstance(cell, Text) else Text(_words(cell)) for cell in line))
    return made


def state_text(state: str) -> Text:
    """A state with its symbol, in its colour."""
    symbol = SYMBOLS.get(state) or _OTHER_SYMBOLS.get(state, "?")
    return Text(f"{symbol} {state}", style=STYLES.get(state, ""), no_wrap=True)


def _words(cell: object) -> str:
    if cell is None:
        return ""
    if isinstance(cell, list):
        return ", ".join(map(str, cell))
    return json.dumps(cell) if isinstance(cell, dict) else str(cell)


def counted(count: int, noun: str) -> str:
    """`1 problem`, `2 problems`."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def near(place: str) -> str:
    """A path as it looks from here."""
    path = Path(place)
    here = Path.cwd()
    return str(path.relative_to(here)) if path.is_relative_to(here) else place


# -- times -----------------------------------------------------------------------------------------

_UNITS = ((86400, "d"), (3600, "h"), (60, "min"), (1, "s"))


def age(instant: str | None, now: datetime | None = None) -> str:
    """How long ago, or in how long: `3 min ago`, `in 2 h`."""
    if instant is None:
        return ""
    seconds = _seconds(instant, (now or datetime.now(timezone.utc)).isoformat())
    text = duration(abs(seconds), parts=1)
    return f"{text} ago" if seconds >= 0 else f"in {text}"


def duration(seconds: float, parts: int = 2) -> str:
    """A duration in the units a person would use: `0.4 s`, `12 s`, `3 min 5 s`, `2 h 10 min`."""
    if seconds < 10:
        return f"{seconds:.1f} s"
    rest = round(seconds)
    words: list[str] = []
    for size, unit in _UNITS:
        count, rest = divmod(rest, size)
        if count or words:
            words.append(f"{count} {unit}")
    return " ".join(word for word in words[:parts] if not word.startswith("0 "))


def between(start: str | None, end: str | None) -> str:
    """The duration from `start` to `end`; nothing while one of them is missing."""
    return "" if start is None or end is None else duration(max(0.0, _seconds(start, end)))


def _seconds(start: str, end: str) -> float:
    return (datetime.fromisoformat(end) - datetime.fromisoformat(start)).total_seconds()


# -- errors ----------------------------------------------------------------------------------------


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
        print_error(str(error), output)
        raise typer.Exit(1) from error


def print_error(message: str, output: Output = Output.TABLE) -> None:
    """One or more sentences about what went wrong."""
    if output is Output.JSON:
        _print_json({"error": {"message": message, "problems": []}})
    else:
        say(Text("error: ", style="bold red").append(message, style="default"), notes())


def print_problems(problems: Sequence[Problem], output: Output = Output.TABLE) -> None:
    """All problems at once, each with its place and its fix."""
    if output is Output.JSON:
        message = "\n".join(map(str, problems))
        found = [problem.to_json() for problem in problems]
        _print_json({"error": {"message": message, "problems": found}})
    else:
        say(problems_text(problems), notes())


def problems_text(problems: Sequence[Problem]) -> Text:
    """The same for a person, two lines each."""
    text = Text()
    for problem in problems:
        style = "bold red" if problem.severity == "error" else "yellow"
        place = f"{problem.place}: " if problem.place else ""
        text.append(f"{problem.severity}: ", style=style).append(f"{place}{problem.message}\n")
        text.append(f"  {problem.fix}  [{problem.code}]\n", style="bright_black")
    text.rstrip()
    return text
