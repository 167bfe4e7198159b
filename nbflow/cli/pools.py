"""`nbflow pools`: list, show, set, delete."""

from __future__ import annotations

from typing import Annotated

import typer

from nbflow.cli.output import (
    Output,
    OutputOption,
    StoreOption,
    counted,
    errors_as_sentences,
    rows,
    show,
    state_text,
)
from nbflow.cli.project import project
from nbflow.core.dag import DEFAULT_POOL
from nbflow.views.pools import pool_detail, pool_list
from nbflow.views.shapes import PoolDetail, PoolView

pools = typer.Typer(no_args_is_help=True)

PoolArgument = Annotated[str, typer.Argument(help="The name of the pool.")]


@pools.command("list")
def list_(store: StoreOption = None, output: OutputOption = Output.TABLE) -> None:
    """List the pools, with the slots that are taken and the tasks that wait."""
    with errors_as_sentences(output):
        found = pool_list(project(store).database)
    columns = ("POOL", "SLOTS", "TAKEN", "RUNNING", "QUEUED", "DEFERRED", "WAITING", "")
    show(found, output, lambda: rows(columns, [_line(pool) for pool in found], ""))


def _line(pool: PoolView) -> list[object]:
    words = pool.description or ("" if pool.exists else f"Make it: nbflow pools set {pool.name} 1")
    counts = [pool.used, pool.running, pool.queued, pool.deferred, pool.waiting]
    return [pool.name, _slots(pool), *counts, words]


def _slots(pool: PoolView) -> str:
    if not pool.exists:
        return "missing"
    return "no limit" if pool.slots < 0 else str(pool.slots)


def _size(pool: PoolView) -> str:
    return counted(pool.slots, "slot") if pool.slots >= 0 else _slots(pool)


@pools.command("show")
def show_(
    pool: PoolArgument = DEFAULT_POOL,
    store: StoreOption = None,
    output: OutputOption = Output.TABLE,
) -> None:
    """Show one pool with the tasks that take its slots, or wait for some."""
    with errors_as_sentences(output):
        detail = pool_detail(project(store).database, pool)
    show(detail, output, lambda: rows(("TASK", "RUN", "STATE", "SLOTS"), _tasks(detail), "Idle."))


def _tasks(detail: PoolDetail) -> list[list[object]]:
    return [
        [
            f"{one.dag_id}.{one.task_id}" + (f"[{one.map_index}]" if one.map_index >= 0 else ""),
            one.run_id,
            state_text(one.state),
            one.slots,
        ]
        for one in detail.tasks
    ]


@pools.command("set", context_settings={"ignore_unknown_options": True})  # -1 is none
def set_(
    pool: PoolArgument,
    slots: Annotated[int, typer.Argument(help="How many; -1: no limit, 0: hold its tasks back.")],
    description: Annotated[str | None, typer.Option(help="What it is for.")] = None,
    include_deferred: Annotated[
        bool | None,
        typer.Option(
            "--include-deferred/--exclude-deferred",
            help="Whether tasks that wait without a worker keep their slots.",
        ),
    ] = None,
    store: StoreOption = None,
    output: OutputOption = Output.TABLE,
) -> None:
    """Make a pool, or change it."""
    with errors_as_sentences(output):
        here = project(store)
        here.commands.set_pool(pool, slots, description, include_deferred=include_deferred)
        detail = pool_detail(here.database, pool)
    show(detail.pool, output, lambda: f"Pool {pool}: {_size(detail.pool)}.")


@pools.command()
def delete(
    pool: PoolArgument, store: StoreOption = None, output: OutputOption = Output.TABLE
) -> None:
    """Delete a pool that no unfinished task names."""
    with errors_as_sentences(output):
        here = project(store)
        answer = here.commands.answer(here.commands.delete_pool(pool), 0)
    message = "" if answer is None else answer.message
    show({"pool": pool, "message": message}, output, lambda: message)
