"""`nbflow cluster`: show, scale."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.console import Group

from nbflow import app
from nbflow.cli.asking import asks
from nbflow.cli.output import (
    Output,
    OutputOption,
    StoreOption,
    errors_as_sentences,
    rows,
    show,
)
from nbflow.cli.project import project
from nbflow.views.cluster import cluster_detail
from nbflow.views.shapes import ClusterDetail, ClusterTask, ClusterWorker

cluster = typer.Typer(no_args_is_help=True)

ANSWER_SECONDS = 15.0
"""A cluster of other machines takes its time to say what it will do."""

_MIB = 2**20


@cluster.command("show")
def show_(store: StoreOption = None, output: OutputOption = Output.TABLE) -> None:
    """Show the workers, what they have to do, and what runs where."""
    with errors_as_sentences(output):
        found = cluster_detail(project(store).database, app.utc_now())
    show(found, output, lambda: _described(found))


def _described(found: ClusterDetail) -> Group:
    where = f" at {found.address}" if found.address else ""
    head = (
        f"{found.kind or 'no cluster known'}{where}: {found.used} of {found.slots} slots taken, "
        f"{found.queued} queued, {found.waiting} ready and waiting for a slot"
    )
    columns = ("WORKER", "SLOTS", "TAKEN", "CPU", "MEMORY", "KERNELS")
    workers = rows(columns, [_worker(one) for one in found.workers], "No workers.")
    tasks = rows(("TASK", "RUN", "WORKER"), [_task(one, found) for one in found.tasks], "Idle.")
    return Group(head, workers, tasks)


def _worker(one: ClusterWorker) -> list[object]:
    cpu = "-" if one.cpu is None else f"{one.cpu:.0f} %"
    memory = "-" if one.memory is None else f"{one.memory / _MIB:.0f} MiB"
    kernels = "-"
    if one.kernels_ready is not None:
        kernels = f"{one.kernels_ready} ready, {one.kernels_busy} busy"
        if one.kernels_kept:
            kernels += f", {one.kernels_kept} kept"
    return [one.name or one.address, one.slots, one.running, cpu, memory, kernels]


def _task(one: ClusterTask, found: ClusterDetail) -> list[object]:
    index = f"[{one.map_index}]" if one.map_index >= 0 else ""
    names = {worker.address: worker.name for worker in found.workers}
    worker = names.get(one.worker) or one.worker or "(queued)"
    return [f"{one.dag_id}.{one.task_id}{index}", one.run_id, worker]


@cluster.command()
@asks
def scale(
    workers: Annotated[int, typer.Argument(help="How many workers, or the fewest with --max.")],
    most: Annotated[
        int | None, typer.Option("--max", help="As many as the work needs, up to so many.")
    ] = None,
    store: StoreOption = None,
    output: OutputOption = Output.TABLE,
) -> None:
    """Have more workers, or fewer, where the cluster can. Busy ones are not taken away."""
    with errors_as_sentences(output):
        here = project(store)
        receipt = here.commands.scale_cluster(workers, most)
        asked = {"minimum": workers, "maximum": workers if most is None else most}
        here.tell(receipt, asked, None, output, seconds=ANSWER_SECONDS)
