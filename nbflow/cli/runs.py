"""`nbflow runs`: list, show, cancel, clear, mark, rerun, note, delete, watch; the notebook of a run
and its export are in `run_notebooks.py`.
"""

from __future__ import annotations

import sys
from dataclasses import asdict
from functools import partial
from typing import Annotated, Literal

import typer

from nbflow.cli.again import (
    DownstreamOption,
    DryRunOption,
    FutureOption,
    LatestOption,
    NoteOption,
    OnlyFailedOption,
    OnlyRunningOption,
    PastOption,
    RecursiveOption,
    SelectOption,
    UpstreamOption,
    YesOption,
    moment,
    preview_and_ask,
    show_plan,
)
from nbflow.cli.asking import asks
from nbflow.cli.definitions import NoCacheOption, ParamOption, read_params
from nbflow.cli.output import (
    Output,
    OutputOption,
    StoreOption,
    StreamOption,
    age,
    between,
    counted,
    errors_as_sentences,
    rows,
    show,
    state_text,
)
from nbflow.cli.progress import follow, run_table, shown
from nbflow.cli.project import Project, project
from nbflow.cli.run_diff import diff
from nbflow.cli.run_names import DagArgument, RunArgument, newest
from nbflow.cli.run_notebooks import export, notebook
from nbflow.cli.several import RunsArgument, ask_for_runs
from nbflow.commands import Runs
from nbflow.views.dags import params_of
from nbflow.views.previews import run_contents
from nbflow.views.run_filters import ANY_RUN, run_filter
from nbflow.views.runs import run_detail, run_list
from nbflow.views.shapes import RunContents, RunDetail, RunView

runs = typer.Typer(no_args_is_help=True)

RunMark = Literal["success", "failed"]


@runs.command("list")
def list_(
    dag_id: Annotated[str | None, typer.Argument(help="Only runs of this DAG.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=500)] = 25,
    before: Annotated[int | None, typer.Option(help="Continue a listing.")] = None,
    state: Annotated[
        list[str] | None, typer.Option(help="Only runs in this state (of those).")
    ] = None,
    type_: Annotated[
        list[str] | None, typer.Option("--type", help="Only runs of this type (of those).")
    ] = None,
    since: Annotated[
        str | None, typer.Option(help="Only runs from this logical date on, such as 2026-03-01.")
    ] = None,
    until: Annotated[str | None, typer.Option(help="Only runs until this one, inclusive.")] = None,
    search: Annotated[str, typer.Option(help="Only runs with this in id, note or message.")] = "",
    store: StoreOption = None,
    output: OutputOption = Output.TABLE,
) -> None:
    """List runs, newest first."""
    with errors_as_sentences(output):
        here = project(store)
        first = None if since is None else moment(here, dag_id or "", since)
        last = None if until is None else moment(here, dag_id or "", until, end=True)
        chosen = run_filter(state or (), type_ or (), first, last, search)
        page = run_list(here.database, dag_id, before, limit, chosen)
    columns = ("DAG", "RUN", "STATE", "TYPE", "DUE", "TOOK")
    empty = "No runs yet. Start one: nbflow dags trigger DAG_ID"
    if chosen != ANY_RUN:
        empty = "No such runs. Ask for others: nbflow runs list --help"
    show(page, output, lambda: rows(columns, [_line(run) for run in page.runs], empty))


def _line(run: RunView) -> list[object]:
    took = between(run.started_at, run.ended_at)
    return [run.dag_id, run.run_id, state_text(run.state), run.run_type, age(run.run_after), took]


@runs.command("show")
def show_(
    dag_id: DagArgument,
    run_id: RunArgument = None,
    store: StoreOption = None,
    output: OutputOption = Output.TABLE,
) -> None:
    """Show one run with the state of every task."""
    with errors_as_sentences(output):
        detail = _detail(project(store), dag_id, run_id)
    show(detail, output, lambda: run_table(detail))


@runs.command()
@asks
def cancel(
    dag_id: DagArgument,
    run_ids: RunsArgument = None,
    store: StoreOption = None,
    output: OutputOption = Output.TABLE,
) -> None:
    """End runs: what runs in them is ended by force, what waits will not start."""
    with errors_as_sentences(output):
        here = project(store)
        if run_ids and len(run_ids) > 1:
            ask_for_runs(dag_id, run_ids, partial(here.commands.cancel, dag_id), output)
            return
        run = newest(here, dag_id, run_ids[0] if run_ids else None)
        receipt = here.commands.cancel(dag_id, run)
        asked = {"dag_id": dag_id, "run_id": run}
        here.tell(receipt, asked, f"Run {run} is being cancelled.", output)


SinceOption = Annotated[
    str | None, typer.Option(help="All runs from this logical date on, such as 2026-03-01.")
]
UntilOption = Annotated[str | None, typer.Option(help="All runs until this one, inclusive.")]
StateOption = Annotated[
    list[str] | None, typer.Option("--state", help="All runs in this state (of those).")
]


@runs.command()
@asks
def clear(
    dag_id: DagArgument,
    run_id: RunArgument = None,
    task: SelectOption = None,
    upstream: UpstreamOption = False,
    downstream: DownstreamOption = False,
    only_failed: OnlyFailedOption = False,
    only_running: OnlyRunningOption = False,
    past: PastOption = False,
    future: FutureOption = False,
    recursive: RecursiveOption = False,
    since: SinceOption = None,
    until: UntilOption = None,
    state: StateOption = None,
    latest: LatestOption = False,
    note: NoteOption = None,
    dry_run: DryRunOption = False,
    yes: YesOption = False,
    store: StoreOption = None,
    output: OutputOption = Output.TABLE,
) -> None:
    """Run tasks again; without --task, those that failed and what depends on them."""
    with errors_as_sentences(output):
        here = project(store)
        chosen: str | Runs
        if since or until or state:
            first = None if since is None else moment(here, dag_id, since)
            last = None if until is None else moment(here, dag_id, until, end=True)
            chosen = Runs(first, last, tuple(state or ()))
        else:
            chosen = newest(here, dag_id, run_id)
        ask_for = partial(
            here.commands.clear,
            dag_id,
            chosen,
            task,
            upstream=upstream,
            downstream=downstream,
            only_failed=only_failed,
            only_running=only_running,
            past=past,
            future=future,
            recursive=recursive,
            latest=latest,
            note=note,
        )
        asked = {"dag_id": dag_id, "run_id": chosen if isinstance(chosen, str) else None}
        preview_and_ask(here, ask_for, asked, "Run again", dry_run=dry_run, yes=yes, output=output)


@runs.command()
@asks
def mark(
    dag_id: DagArgument,
    state: Annotated[RunMark, typer.Argument(help="What the run is to count as.")],
    run_id: RunArgument = None,
    dry_run: DryRunOption = False,
    yes: YesOption = False,
    store: StoreOption = None,
    output: OutputOption = Output.TABLE,
) -> None:
    """Let a run count as a success or a failure, which settles its tasks."""
    with errors_as_sentences(output):
        here = project(store)
        run = newest(here, dag_id, run_id)
        ask_for = partial(here.commands.mark_run, dag_id, run, state)
        asked = {"dag_id": dag_id, "run_id": run}
        preview_and_ask(
            here, ask_for, asked, f"Mark {state}", dry_run=dry_run, yes=yes, output=output
        )


@runs.command()
@asks
def rerun(
    dag_id: DagArgument,
    run_id: RunArgument = None,
    param: ParamOption = None,
    task: SelectOption = None,
    latest: LatestOption = False,
    note: Annotated[str, typer.Option(help="Why: kept with the new run.")] = "",
    no_cache: NoCacheOption = False,
    dry_run: DryRunOption = False,
    store: StoreOption = None,
    output: OutputOption = Output.TABLE,
) -> None:
    """Make a new run like this one, with other params or of some tasks only."""
    with errors_as_sentences(output):
        here = project(store)
        run = newest(here, dag_id, run_id)
        given = read_params(params_of(here.database, dag_id) or {}, param)
        receipt = here.commands.rerun(
            dag_id,
            run,
            given,
            task,
            latest=latest,
            note=note,
            no_cache=no_cache,
            dry_run=dry_run,
        )
        if dry_run:
            show_plan(receipt, output)
            return
        asked = {"dag_id": dag_id, "run_id": receipt.run_id, "rerun_of": run}
        here.tell(receipt, asked, f"Run {receipt.run_id} repeats {run} with changes.", output)


@runs.command("note")
@asks
def note_(
    dag_id: DagArgument,
    note: Annotated[str, typer.Argument(help='The note; "" takes it away.')],
    run_id: RunArgument = None,
    store: StoreOption = None,
    output: OutputOption = Output.TABLE,
) -> None:
    """Keep a note on a run."""
    with errors_as_sentences(output):
        here = project(store)
        run = newest(here, dag_id, run_id)
        receipt = here.commands.note(dag_id, run, note)
        here.tell(receipt, {"dag_id": dag_id, "run_id": run}, "The note is kept.", output)


@runs.command()
@asks
def delete(
    dag_id: DagArgument,
    run_ids: Annotated[list[str], typer.Argument(metavar="RUN_ID...", help="Which runs.")],
    dry_run: DryRunOption = False,
    yes: YesOption = False,
    store: StoreOption = None,
    output: OutputOption = Output.TABLE,
) -> None:
    """Forget finished runs, with their tries, values, notebooks and logs."""
    with errors_as_sentences(output):
        here = project(store)
        if len(run_ids) > 1:
            _delete_several(here, dag_id, run_ids, output, dry_run=dry_run, yes=yes)
            return
        run_id = run_ids[0]
        contents = run_contents(here.database, dag_id, run_id)
        if dry_run:
            show(contents, output, lambda: f"Would delete run {run_id}: {_left(contents)}.")
            return
        if output is Output.TABLE and sys.stdin.isatty() and not yes:
            typer.confirm(f"Delete run {run_id}: {_left(contents)}?", abort=True)
        receipt = here.commands.delete_run(dag_id, run_id)
        asked = {"dag_id": dag_id, "run_id": run_id}
        here.tell(receipt, asked, f"Run {run_id} is deleted.", output)


def _delete_several(
    here: Project, dag_id: str, run_ids: list[str], output: Output, *, dry_run: bool, yes: bool
) -> None:
    """The same for several: all of them are named before the question."""
    asks_first = output is Output.TABLE and sys.stdin.isatty() and not yes
    if dry_run or asks_first:
        contents = [(name, run_contents(here.database, dag_id, name)) for name in run_ids]
        told = {"runs": [{"run_id": name, **asdict(one)} for name, one in contents]}
        lines = [f"Would delete run {name}: {_left(one)}." for name, one in contents]
        show(told, output, lambda: "\n".join(lines))
    if dry_run:
        return
    if asks_first:
        typer.confirm(f"Delete these {len(run_ids)} runs?", abort=True)
    ask_for_runs(dag_id, run_ids, partial(here.commands.delete_run, dag_id), output)


def _left(contents: RunContents) -> str:
    """`3 attempts, 2 logs, 1 value`; what there is none of is not named."""
    counts = [
        (contents.instances, "task instance"),
        (contents.tries, "attempt"),
        (contents.logs, "log"),
        (contents.notebooks, "notebook"),
        (contents.values, "value"),
        (contents.notes, "note"),
    ]
    return ", ".join(counted(number, noun) for number, noun in counts if number)


@runs.command()
def watch(
    dag_id: DagArgument,
    run_id: RunArgument = None,
    stream: StreamOption = None,
    store: StoreOption = None,
    output: OutputOption = Output.TABLE,
) -> None:
    """Follow a run until it has ended.

    Exit code 0 if it succeeded.
    """
    with errors_as_sentences(output):
        here = project(store)
        detail = _detail(here, dag_id, run_id)
        with shown(detail, output, stream) as screen:
            detail = follow(here.settings, here.database, detail, screen, lambda: False)
    show(detail, output, lambda: f"{dag_id}: {detail.run.state}")
    if detail.run.state != "success":
        raise typer.Exit(1)


runs.command()(notebook)
runs.command()(export)
runs.command()(diff)


def _detail(here: Project, dag_id: str, run_id: str | None) -> RunDetail:
    return run_detail(here.database, dag_id, newest(here, dag_id, run_id))
