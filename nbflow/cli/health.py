"""`nbflow health`: is anybody at work?"""

from __future__ import annotations

import typer

from nbflow import app
from nbflow.cli.output import (
    Output,
    OutputOption,
    StoreOption,
    age,
    counted,
    errors_as_sentences,
    rows,
    show,
)
from nbflow.cli.project import project
from nbflow.views.health import health as read_health
from nbflow.views.shapes import Health, SchedulerHealth


def health(store: StoreOption = None, output: OutputOption = Output.TABLE) -> None:
    """Say whether a scheduler is alive and what the cluster looks like.

    Exit code 1 if none is alive.
    """
    with errors_as_sentences(output):
        found = read_health(project(store).database, app.utc_now())
    show(found, output, lambda: rows(("", ""), _lines(found), ""))
    if not found.scheduler.alive:
        raise typer.Exit(1)


def _lines(found: Health) -> list[list[object]]:
    cluster = found.cluster
    places = "-"
    if cluster:
        where = f" at {cluster.address}" if cluster.address else ""
        workers = counted(len(cluster.workers), "worker")
        places = f"{cluster.kind}{where}: {workers}, {cluster.used} of {cluster.slots} slots taken"
    return [
        ["scheduler", _alive(found.scheduler)],
        ["cluster", places],
        ["store", found.database],
        ["runs", f"{found.running} running, {found.queued} queued"],
        ["files with problems", found.import_errors],
        ["version", found.version],
    ]


def _alive(scheduler: SchedulerHealth) -> str:
    seen = age(scheduler.last_heartbeat)
    if scheduler.alive:
        return f"alive on {scheduler.hostname}, last heartbeat {seen}"
    if scheduler.last_heartbeat:
        return f"none alive, last heartbeat {seen}. Start one: nbflow scheduler"
    return "none has ever run on this store. Start one: nbflow scheduler"
