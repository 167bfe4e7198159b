"""What commands share that do something to runs a second time: which tasks and which runs, a
preview, a question, the request.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping
from datetime import datetime, time, timedelta, timezone
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from nbflow.cli.output import Output, show
from nbflow.cli.project import Project
from nbflow.commands import Receipt
from nbflow.core.errors import RequestError
from nbflow.core.events import TaskKey
from nbflow.core.rerun import Affected
from nbflow.views.dags import zone_of
from nbflow.views.previews import clear_preview, run_plan

SelectOption = Annotated[
    list[str] | None,
    typer.Option(
        "--task", "-t", "--select", "-s", help="Tasks: load, +train, load_*, state:failed, ..."
    ),
]
UpstreamOption = Annotated[bool, typer.Option("--upstream", help="With all upstream tasks.")]
DownstreamOption = Annotated[bool, typer.Option("--downstream", help="With all downstream tasks.")]
PastOption = Annotated[bool, typer.Option("--past", help="In all earlier runs too.")]
FutureOption = Annotated[bool, typer.Option("--future", help="In all later runs too.")]
RecursiveOption = Annotated[
    bool, typer.Option("--recursive", help="With what ExternalTaskMarkers mark in other DAGs.")
]
OnlyFailedOption = Annotated[
    bool, typer.Option("--only-failed", help="Of those, only the failed ones.")
]
OnlyRunningOption = Annotated[bool, typer.Option("--only-running", help="Of those, what runs.")]
LatestOption = Annotated[bool, typer.Option("--latest", help="On the current version of the DAG.")]
NoteOption = Annotated[str | None, typer.Option(help="Why: kept with the runs.")]
DryRunOption = Annotated[bool, typer.Option("--dry-run", help="Only say what would happen.")]
YesOption = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]

_SHOWN_RUNS = 20


def preview_and_ask(
    here: Project,
    ask_for: Callable[..., Receipt],
    asked: Mapping[str, object],
    verb: str,
    *,
    dry_run: bool,
    yes: bool,
    output: Output,
) -> None:
    """Show what `ask_for(dry_run=True)` says, ask at a terminal, then ask the scheduler for it.

    `verb` says what happens: "Run again", "Mark success".
    """
    preview = ask_for(dry_run=True)
    words = described(preview.affected, str(asked["dag_id"]))
    if output is Output.TABLE and sys.stdin.isatty() and preview.affected and not (dry_run or yes):
        typer.confirm(f"{verb}: {words}?", abort=True)
    shown: dict[str, object] = {**asked, "tasks": names(preview.keys), "dry_run": dry_run}
    shown["runs"] = clear_preview(preview.affected, None).runs
    if dry_run:
        nothing = {"request_id": None, "answer": None}
        show({**shown, **nothing}, output, lambda: f"{_would(verb)}: {words}.")
    else:
        here.tell(ask_for(), shown, f"{_does(verb)}: {words}.", output)


def show_plan(receipt: Receipt, output: Output) -> None:
    """Say what a run is going to be that is not asked for yet."""
    assert receipt.new is not None  # of verbs that make a run
    plan = run_plan(receipt.new, receipt.request_id)
    params = ", ".join(f"{name}={json.dumps(value)}" for name, value in plan.params.items())
    given = f" with {params}" if params else ""
    show(plan, output, lambda: f"Would run {', '.join(plan.tasks) or 'nothing'}{given}.")


def described(affected: tuple[Affected, ...], dag_id: str = "") -> str:
    """`b, c`, or with several runs `r1: b, c; r2: b`; and what a newer version brings. Runs of
    other DAGs than `dag_id` are told with their DAG.
    """
    if not affected:
        return "nothing"
    if len(affected) == 1:
        return _in_run(affected[0])
    parts = [f"{_title(one, dag_id)}: {_in_run(one)}" for one in affected[:_SHOWN_RUNS]]
    more = len(affected) - _SHOWN_RUNS
    return "; ".join([*parts, f"and {more} more runs"] if more > 0 else parts)


def _title(one: Affected, dag_id: str) -> str:
    return one.run_id if one.dag_id in ("", dag_id) else f"{one.dag_id} {one.run_id}"


def _in_run(one: Affected) -> str:
    words = ", ".join(names(one.keys)) or "nothing"
    extras = [
        f"{label} {', '.join(ids)}"
        for label, ids in (
            ("new:", one.added),
            ("removed:", one.removed),
            ("goes on:", tuple(names(one.released))),
        )
        if ids
    ]
    return f"{words} ({'; '.join(extras)})" if extras else words


def names(keys: tuple[TaskKey, ...]) -> list[str]:
    """`task_id`, or `task_id[i]`."""
    return [task_id if index < 0 else f"{task_id}[{index}]" for task_id, index in keys]


def _would(verb: str) -> str:
    return f"Would {verb[0].lower()}{verb[1:]}"


def _does(verb: str) -> str:
    first, _, rest = verb.partition(" ")
    return f"{first}s {rest}".rstrip()


def moment(here: Project, dag_id: str, text: str, *, end: bool = False) -> datetime:
    """A date or an instant that was typed, in the DAG's zone unless it names one.

    A date alone is its first moment, or with `end` its last.
    """
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise RequestError(
            f"{text!r} is no date. Write 2026-03-31, or 2026-03-31T06:00, or with a zone "
            "2026-03-31T06:00+02:00."
        ) from error
    if found.tzinfo is None:
        found = found.replace(tzinfo=ZoneInfo(zone_of(here.database, dag_id)))
    is_date = "T" not in text and ":" not in text
    if end and is_date and found.time() == time():
        found += timedelta(days=1, microseconds=-1)
    return found.astimezone(timezone.utc)
