"""`nbflow assets`: list, show, events, lineage, emit."""

from __future__ import annotations

import json
from typing import Annotated

import typer
from rich.console import Group
from rich.text import Text

from nbflow.cli.asking import asks
from nbflow.cli.output import (
    Output,
    OutputOption,
    StoreOption,
    age,
    errors_as_sentences,
    rows,
    show,
)
from nbflow.cli.project import project
from nbflow.core.errors import RequestError
from nbflow.core.json import JsonObject
from nbflow.views.assets import asset_detail, asset_events, asset_list, lineage
from nbflow.views.shapes import AssetDetail, AssetEventView, AssetView

assets = typer.Typer(no_args_is_help=True)


@assets.command("list")
def list_(
    search: Annotated[str, typer.Option(help="Part of a name or URI.")] = "",
    store: StoreOption = None,
    output: OutputOption = Output.TABLE,
) -> None:
    """List the assets, what makes them, what uses them, and which DAGs they schedule."""
    with errors_as_sentences(output):
        found = asset_list(project(store).database, search).assets
    empty = "No assets yet. Name one: @task(outlets=[Asset('orders')])"
    columns = ("ASSET", "URI", "LAST EVENT", "MADE BY", "USED BY", "SCHEDULES")
    show(found, output, lambda: rows(columns, [_line(one) for one in found], empty))


def _line(asset: AssetView) -> list[object]:
    return [
        asset.name,
        "" if asset.uri == asset.name else asset.uri,
        age(asset.last_event),
        [f"{one.dag_id}.{one.task_id}" for one in asset.producers],
        [f"{one.dag_id}.{one.task_id}" for one in asset.consumers],
        asset.schedules,
    ]


@assets.command("show")
def show_(
    asset: Annotated[str, typer.Argument(help="The name or the URI of an asset.")],
    limit: Annotated[int, typer.Option(min=1, help="How many events.")] = 10,
    store: StoreOption = None,
    output: OutputOption = Output.TABLE,
) -> None:
    """Show an asset with its newest events and the runs they brought about."""
    with errors_as_sentences(output):
        found = asset_detail(project(store).database, asset, limit)
    show(found, output, lambda: _described(found))


def _described(found: AssetDetail) -> Group:
    asset = found.asset
    makers = ", ".join(f"{one.dag_id}.{one.task_id}" for one in asset.producers) or "no task"
    about = [
        f"{asset.name}  {'' if asset.uri == asset.name else asset.uri}".rstrip(),
        f"Made by {makers}.",
        f"Schedules {', '.join(asset.schedules) or 'no DAG'}.",
    ]
    columns = ("WHEN", "BY", "EXTRA", "RUNS")
    lines = [_event_line(event) for event in found.events]
    return Group(Text("\n".join(about)), rows(columns, lines, "No events yet."))


def _event_line(event: AssetEventView) -> list[object]:
    source = f"{event.source_dag_id}.{event.source_task_id}" if event.source_dag_id else ""
    return [
        age(event.at),
        source or event.actor or "the API",
        event.extra or "",
        [f"{run.dag_id} {run.run_id}" for run in event.runs],
    ]


@assets.command()
def events(
    asset: Annotated[str | None, typer.Argument(help="Only those of this asset.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=500, help="How many.")] = 25,
    before: Annotated[int | None, typer.Option(help="Continue a listing.")] = None,
    store: StoreOption = None,
    output: OutputOption = Output.TABLE,
) -> None:
    """List the events of all assets, or of one, newest first, and the runs they brought about."""
    with errors_as_sentences(output):
        database = project(store).database
        name = None if asset is None else asset_detail(database, asset, 1).asset.name
        page = asset_events(database, name, before, limit)
    lines = [[one.asset, *_event_line(one)] for one in page.events]
    columns = ("ASSET", "WHEN", "BY", "EXTRA", "RUNS")
    show(page, output, lambda: rows(columns, lines, "No events yet."))


@assets.command("lineage")
def lineage_(store: StoreOption = None, output: OutputOption = Output.TABLE) -> None:
    """Show who makes which asset, and who uses it or waits for it."""
    with errors_as_sentences(output):
        found = lineage(project(store).database)
    names = {node.id: node.name for node in found.nodes}
    lines = [[names[one.source], one.role, names[one.target]] for one in found.edges]
    show(found, output, lambda: rows(("FROM", "AS", "TO"), lines, "No assets yet."))


@assets.command()
@asks
def emit(
    asset: Annotated[str, typer.Argument(help="The name or the URI of an asset.")],
    extra: Annotated[str, typer.Option(help="JSON about what was made.")] = "{}",
    store: StoreOption = None,
    output: OutputOption = Output.TABLE,
) -> None:
    """Say that an asset was made outside of nbflow, which schedules the DAGs that wait for it."""
    with errors_as_sentences(output):
        about = _read_extra(extra)
        here = project(store)
        receipt = here.commands.emit(asset, about)
        here.tell(receipt, {"asset": asset, "extra": about}, f"{asset} has news.", output)


def _read_extra(text: str) -> JsonObject:
    try:
        found = json.loads(text)
    except ValueError as error:
        raise RequestError(
            f"--extra is no JSON: {error}. Write it like '{{\"rows\": 42}}'."
        ) from error
    if not isinstance(found, dict):
        raise RequestError("--extra has to be a JSON object, like '{\"rows\": 42}'.")
    return found
