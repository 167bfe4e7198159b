"""`nbflow backfill`: create (or just `nbflow backfill DAG`), list, show, pause, unpause, cancel."""

from __future__ import annotations

import sys
from typing import Annotated, Any, Literal

import typer
from typer.core import TyperGroup

from nbflow.cli.again import DryRunOption, SelectOption, YesOption, moment, names
from nbflow.cli.asking import asks
from nbflow.cli.definitions import NoCacheOption, ParamOption, read_params
from nbflow.cli.output import (
    Output,
    OutputOption,
    StoreOption,
    age,
    counted,
    errors_as_sentences,
    rows,
    show,
    state_text,
)
from nbflow.cli.project import project
from nbflow.commands import Receipt
from nbflow.views.backfills import backfill_detail, backfill_list, backfill_plan
from nbflow.views.dags import params_of
from nbflow.views.shapes import BackfillDate, BackfillDetail, BackfillPlan, BackfillView


class _CreateByDefault(TyperGroup):
    """`nbflow backfill sales --from ...` is `nbflow backfill create sales --from ...`."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:  # noqa: ANN401 - own copy of click
        if args and args[0] not in self.commands and not args[0].startswith("-"):
            args = ["create", *args]
        return super().parse_args(ctx, args)


backfill = typer.Typer(no_args_is_help=True, cls=_CreateByDefault)

BackfillArgument = Annotated[int, typer.Argument(metavar="ID", help="The number of the backfill.")]
Reprocess = Literal["none", "failed", "completed"]


@backfill.command()
@asks
def create(
    dag_id: Annotated[str, typer.Argument(help="The id of the DAG.")],
    from_: Annotated[str, typer.Option("--from", help="The first date, such as 2026-03-01.")],
    to: Annotated[str, typer.Option("--to", help="The last date, inclusive.")],
    reprocess: Annotated[
        Reprocess, typer.Option(help="Which dates that have a run are done again.")
    ] = "none",
    max_active_runs: Annotated[int, typer.Option(min=1, help="Runs side by side.")] = 10,
    backwards: Annotated[bool, typer.Option("--backwards", help="The latest date first.")] = False,
    select: SelectOption = None,
    param: ParamOption = None,
    no_cache: NoCacheOption = False,
    dry_run: DryRunOption = False,
    yes: YesOption = False,
    store: StoreOption = None,
    output: OutputOption = Output.TABLE,
) -> None:
    """Make the runs that the schedule has between two dates."""
    with errors_as_sentences(output):
        here = project(store)
        first = moment(here, dag_id, from_)
        last = moment(here, dag_id, to, end=True)
        params = read_params(params_of(here.database, dag_id) or {}, param) or None

        def ask_for(*, dry_run: bool) -> Receipt:
            return here.commands.backfill(
                dag_id,
                first,
                last,
                reprocess=reprocess,
                max_active_runs=max_active_runs,
                run_backwards=backwards,
                params=params,
                tasks=select,
                no_cache=no_cache,
                dry_run=dry_run,
            )

        preview = ask_for(dry_run=True)
        plan = backfill_plan(dag_id, preview.planned, preview.affected, None)
        if dry_run:
            show(plan, output, lambda: rows(("DATE", "RUN", "", "WHY"), _planned(plan), ""))
            return
        if output is Output.TABLE and sys.stdin.isatty() and not yes:
            typer.confirm(f"{_summary(plan)} Go on?", abort=True)
        receipt = ask_for(dry_run=False)
        asked = {"dag_id": dag_id, "plan": plan}
        words = f"{_summary(plan)} Follow it: nbflow backfill list {dag_id}"
        here.tell(receipt, asked, words, output)


def _planned(plan: BackfillPlan) -> list[list[object]]:
    return [[_day(one), one.run_id, one.step, _why(one)] for one in plan.dates]


def _why(one: BackfillDate) -> str:
    again = ", ".join(names(tuple(one.keys)))
    return f"{one.why} Again: {again}." if again else one.why


def _summary(plan: BackfillPlan) -> str:
    steps = [one.step for one in plan.dates]
    parts = [
        f"{counted(steps.count(step), 'run')} {words}"
        for step, words in (("create", "new"), ("rerun", "again"), ("leave", "left alone"))
        if step in steps
    ]
    return f"{', '.join(parts)}."


def _day(one: BackfillDate) -> str:
    return one.logical_date.removesuffix("+00:00").replace("T00:00:00", "")


@backfill.command("list")
def list_(
    dag_id: Annotated[str | None, typer.Argument(help="Only those of this DAG.")] = None,
    store: StoreOption = None,
    output: OutputOption = Output.TABLE,
) -> None:
    """List backfills, newest first, with how far each is."""
    with errors_as_sentences(output):
        found = backfill_list(project(store).database, dag_id)
    columns = ("ID", "DAG", "FROM", "TO", "STATE", "DONE", "RUNS", "CREATED")
    empty = "No backfills yet. Make one: nbflow backfill DAG --from DATE --to DATE"
    show(found, output, lambda: rows(columns, [_line(one) for one in found.backfills], empty))


def _line(one: BackfillView) -> list[object]:
    ended = sum(one.counts.get(state, 0) for state in ("success", "failed", "cancelled"))
    done = f"{ended + one.left} of {one.total}"
    counts = ", ".join(f"{count} {state}" for state, count in sorted(one.counts.items()))
    dates = [one.from_date[:10], one.to_date[:10]]
    return [one.id, one.dag_id, *dates, state_text(one.state), done, counts, age(one.created_at)]


@backfill.command("show")
def show_(
    backfill_id: BackfillArgument,
    store: StoreOption = None,
    output: OutputOption = Output.TABLE,
) -> None:
    """Show one backfill with all its dates."""
    with errors_as_sentences(output):
        detail = backfill_detail(project(store).database, backfill_id)
    show(detail, output, lambda: rows(("DATE", "RUN", "", "STATE"), _dates(detail), ""))


def _dates(detail: BackfillDetail) -> list[list[object]]:
    return [
        [_day(one), one.run_id, one.step, state_text(one.state or "waiting")]
        for one in detail.dates
    ]


@backfill.command()
@asks
def pause(
    backfill_id: BackfillArgument, store: StoreOption = None, output: OutputOption = Output.TABLE
) -> None:
    """Let no more runs of a backfill begin; those that run go on."""
    with errors_as_sentences(output):
        here = project(store)
        receipt = here.commands.pause_backfill(backfill_id)
        here.tell(receipt, {"id": backfill_id}, f"Backfill {backfill_id} is paused.", output)


@backfill.command()
@asks
def unpause(
    backfill_id: BackfillArgument, store: StoreOption = None, output: OutputOption = Output.TABLE
) -> None:
    """Let a paused backfill go on."""
    with errors_as_sentences(output):
        here = project(store)
        receipt = here.commands.unpause_backfill(backfill_id)
        here.tell(receipt, {"id": backfill_id}, f"Backfill {backfill_id} goes on.", output)


@backfill.command()
@asks
def cancel(
    backfill_id: BackfillArgument,
    running: Annotated[bool, typer.Option("--running", help="End what runs too.")] = False,
    store: StoreOption = None,
    output: OutputOption = Output.TABLE,
) -> None:
    """End a backfill: no more runs are made, those that wait are cancelled."""
    with errors_as_sentences(output):
        here = project(store)
        receipt = here.commands.cancel_backfill(backfill_id, running=running)
        here.tell(receipt, {"id": backfill_id}, f"Backfill {backfill_id} is cancelled.", output)
