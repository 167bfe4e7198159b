"""A run as it goes on: on a terminal a table redrawn as it changes, below what its tasks print;
elsewhere a line per task that ends; for programs nothing. Who asks for it gets what tasks print
everywhere.
"""

from __future__ import annotations

import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timezone
from threading import Event, Thread
from time import monotonic
from typing import Protocol

from rich.console import Console, ConsoleOptions, Group, RenderableType
from rich.live import Live
from rich.text import Text

from nbflow.cli.output import Output, between, console, notes, rows, say, state_text
from nbflow.cli.task_output import RunOutput
from nbflow.feed import Feed
from nbflow.settings import Settings
from nbflow.store.database import Database
from nbflow.views.runs import run_detail
from nbflow.views.shapes import CallbackView, RunDetail, TaskInstanceView

LOOK_SECONDS = 0.5
"""So often a run is looked at without being told of a change, should one be missed."""
PAUSE_SECONDS = 0.1
"""Changes of a quick run come by the hundred; the screen follows at a pace for eyes."""
FINISHED = frozenset({"success", "failed", "skipped", "upstream_failed", "removed", "cancelled"})
ACTIVE_RUNS = frozenset({"queued", "running"})
SPARE_LINES = 6
"""Lines of the terminal that the tasks leave to what stands around them."""
MOST_WRITING = 4
"""So many lines that are being written are shown at a time."""
WIDEST_NAME = 24
NAME_STYLES = ("cyan", "yellow", "green", "magenta", "blue", "bright_cyan", "bright_yellow")


# -- following -------------------------------------------------------------------------------------


class Screen(Protocol):
    """Where a run is shown. `wants_output` tells whether what its tasks print is to be shown."""

    wants_output: bool

    def update(self, detail: RunDetail) -> None:
        """The run stands like this now."""

    def note(self, words: str) -> None:
        """Something the user has to know now."""

    def printed(self, who: str, lines: Sequence[str]) -> None:
        """The task `who` has printed these lines."""

    def writing(self, who: str, line: str) -> None:
        """The line that the task is writing now; empty when there is none."""


@contextmanager
def shown(detail: RunDetail, output: Output, stream: bool | None = None) -> Iterator[Screen]:
    """A place to show the run while inside. `stream`: whether with what its tasks print."""
    if output is Output.JSON or not sys.stdout.isatty():
        lines = _Lines(detail, quiet=output is Output.JSON, stream=bool(stream))
        lines.update(detail)
        yield lines
    else:
        with Live(console=console(), vertical_overflow="visible") as live:
            table = _LiveTable(detail, live.console, stream=stream is not False)
            live.update(table)
            yield table
            live.refresh()


def follow(
    settings: Settings,
    database: Database,
    detail: RunDetail,
    screen: Screen,
    is_over: Callable[[], bool],
) -> RunDetail:
    """Show how the run stands whenever it changes, and what its tasks print, until it has ended or
    `is_over`.
    """
    output = RunOutput(settings, database, screen) if screen.wants_output else None
    look_at = 0.0
    with Feed(database) as feed:
        while detail.run.state in ACTIVE_RUNS and not is_over():
            if feed.next(LOOK_SECONDS if output is None else output.pace) or monotonic() >= look_at:
                detail = run_detail(database, detail.run.dag_id, detail.run.run_id)
                look_at = monotonic() + LOOK_SECONDS
                if output is not None:
                    output.attend(detail)
                    output.look()
                # What a task printed stands before the word that it has ended.
                screen.update(detail)
            elif output is not None:
                output.look()
            time.sleep(PAUSE_SECONDS)
    detail = run_detail(database, detail.run.dag_id, detail.run.run_id)
    if output is not None:
        output.attend(detail)
        output.finish()
    screen.update(detail)
    return detail


@contextmanager
def following(
    settings: Settings,
    database: Database,
    dag_id: str,
    run_id: str,
    output: Output,
    stream: bool | None,
) -> Iterator[Screen]:
    """Show the run while inside, from a thread of its own; for a program only notes are shown, and
    what it has asked for.
    """
    detail = run_detail(database, dag_id, run_id)
    with shown(detail, output, stream) as screen:
        if output is Output.JSON and not screen.wants_output:
            yield screen
            return
        stop = Event()
        arguments = (settings, database, detail, screen, stop.is_set)
        thread = Thread(target=follow, args=arguments, daemon=True)
        thread.start()
        try:
            yield screen
        finally:
            stop.set()
            thread.join(timeout=30)


class _Lines:
    """Prints a line for each task that ends, once, unless it is to be `quiet`; with `stream` also
    what tasks print, for programs beside the result.
    """

    def __init__(self, detail: RunDetail, *, quiet: bool, stream: bool) -> None:
        self._quiet = quiet
        self._told: set[tuple[str, int, int]] = set()
        self._names = _Names(detail)
        self.wants_output = stream

    def note(self, words: str) -> None:
        say(words, notes())

    def printed(self, who: str, lines: Sequence[str]) -> None:
        prefix = self._names.padded(who)
        text = "\n".join(f"{prefix} | {Text.from_ansi(line).plain}" for line in lines)
        say(text, notes() if self._quiet else None)

    def writing(self, who: str, line: str) -> None:
        """Nothing moves here: the line comes when it is whole."""

    def update(self, detail: RunDetail) -> None:
        for one in () if self._quiet else detail.instances:
            key = (one.task_id, one.map_index, one.try_number)
            if one.state in (*FINISHED, "up_for_retry") and key not in self._told:
                self._told.add(key)
                took = between(one.started_at, one.ended_at)
                how = f"{one.state} in {took}" if took else one.state
                say(": ".join(part for part in (name_of(one), how, one.message) if part))


class _LiveTable:
    """Drawn anew several times a second, so that the time of what runs goes on. What tasks print
    goes above it.
    """

    def __init__(self, detail: RunDetail, above: Console, *, stream: bool) -> None:
        self._detail = detail
        self._note = ""
        self._above = above
        self._names = _Names(detail)
        self._writing: dict[str, str] = {}
        self.wants_output = stream

    def update(self, detail: RunDetail) -> None:
        self._detail = detail

    def note(self, words: str) -> None:
        self._note = words

    def printed(self, who: str, lines: Sequence[str]) -> None:
        say(Text("\n").join(self._line(who, line) for line in lines), self._above)

    def writing(self, who: str, line: str) -> None:
        # Another thread draws: what it iterates over is replaced, never changed.
        others = {name: text for name, text in self._writing.items() if name != who}
        self._writing = {**others, who: line} if line else others

    def __rich_console__(self, _: Console, options: ConsoleOptions) -> Iterator[RenderableType]:
        writing = list(self._writing.items())[:MOST_WRITING]
        for who, line in writing:
            text = self._line(who, line)
            text.no_wrap, text.overflow = True, "ellipsis"
            yield text
        height = options.size.height - SPARE_LINES - len(writing)
        yield run_table(self._detail, max(5, height))
        if self._note and self._detail.run.state in ACTIVE_RUNS:
            yield Text(self._note, style="yellow")

    def _line(self, who: str, line: str) -> Text:
        name = Text(f"{self._names.padded(who)} | ", style=self._names.style(who))
        return Text.assemble(name, Text.from_ansi(line))


class _Names:
    """Names of tasks at the beginning of lines: as wide as each other, each in its colour."""

    def __init__(self, detail: RunDetail) -> None:
        widths = [len(task.task_id) + 4 * task.mapped for task in detail.tasks]
        self._width = min(WIDEST_NAME, max(widths, default=0))
        self._styles: dict[str, str] = {}

    def padded(self, who: str) -> str:
        return who.ljust(self._width)

    def style(self, who: str) -> str:
        return self._styles.setdefault(who, NAME_STYLES[len(self._styles) % len(NAME_STYLES)])


# -- the table -------------------------------------------------------------------------------------


def run_table(detail: RunDetail, most: int = 1000) -> RenderableType:
    """The run with its tasks; of more than `most`, those that are at work or went wrong."""
    run = detail.run
    head = Text.assemble((run.dag_id, "bold"), "  ", state_text(_state(detail)))
    took = between(run.started_at, run.ended_at or _now())
    head.append(f"  {took}  {run.run_id}", style="bright_black")
    instances = _worth_showing(detail.instances, most)
    columns = ("TASK", "STATE", "TRY", "TOOK", "")
    parts: list[RenderableType] = [head, rows(columns, [_line(one) for one in instances], "")]
    if len(instances) < len(detail.instances):
        counts = ", ".join(f"{count} {state}" for state, count in run.counts.items())
        parts.append(Text(f"{len(detail.instances)} tasks: {counts}", style="bright_black"))
    if run.message:
        parts.append(Text(run.message, style="bright_black"))
    if run.rerun_of:
        edited = f", with edited cells of {', '.join(run.edited)}" if run.edited else ""
        parts.append(Text(f"A rerun of {run.rerun_of}{edited}.", style="bright_black"))
    parts += [
        Text(f"Deadline missed: {one.text} ({one.due_at}).", style="yellow")
        for one in detail.deadlines
        if one.missed
    ]
    if detail.callbacks:
        parts.append(Text(_counted(detail.callbacks), style="bright_black"))
    parts += [_told(one) for one in detail.callbacks if one.state in ("failed", "lost")]
    return Group(*parts)


def _counted(callbacks: Sequence[CallbackView]) -> str:
    """`Callbacks and notifications: 3 success, 1 failed.`"""
    counts = Counter(one.state for one in callbacks)
    words = ", ".join(f"{count} {state}" for state, count in counts.items())
    return f"Callbacks and notifications: {words}."


def _told(one: CallbackView) -> Text:
    """One line for a callback or notification that went wrong."""
    whose = one.task_id or "the run"
    word = "Notification" if one.kind == "notify" else "Callback"
    return Text(
        f"{word} {one.name} on {one.occasion} of {whose}: {one.state}. {one.message}",
        style="yellow",
    )


def name_of(instance: TaskInstanceView) -> str:
    """The task's id, with its index if it is mapped."""
    index = "" if instance.map_index < 0 else f"[{instance.map_index}]"
    return f"{instance.task_id}{index}"


def _worth_showing(instances: list[TaskInstanceView], most: int) -> list[TaskInstanceView]:
    if len(instances) <= most:
        return instances
    return [one for one in instances if one.state not in ("success", "none", "skipped")][:most]


def _state(detail: RunDetail) -> str:
    return "cancelling" if detail.run.cancelling else detail.run.state


def _line(instance: TaskInstanceView) -> list[object]:
    end = instance.ended_at or _now()
    return [
        name_of(instance),
        state_text(instance.state),
        instance.try_number if instance.try_number > 1 else "",
        between(instance.started_at, end),
        Text(instance.message, style="bright_black", overflow="ellipsis", no_wrap=True),
    ]


def _now() -> str:
    return datetime.now(timezone.utc).isoformat()
