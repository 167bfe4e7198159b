"""`nbflow scheduler`: one scheduler, until it is told to stop."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable
from threading import Thread
from typing import Annotated, Literal

import typer

from nbflow import app
from nbflow.cli.interrupts import on_interrupt
from nbflow.cli.output import StoreOption, errors_as_sentences
from nbflow.cli.project import project

TALKATIVE = ("distributed", "alembic", "watchfiles", "asyncio", "tornado")
"""Libraries whose every step does not interest who reads a scheduler's log."""


def scheduler(
    store: StoreOption = None,
    executor: Annotated[
        Literal["inline", "dask"] | None, typer.Option(help="Where tasks run.")
    ] = None,
    dask_address: Annotated[str | None, typer.Option(help="A running Dask scheduler.")] = None,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Log every step.")] = False,
    until_eof: Annotated[
        bool, typer.Option("--until-eof", help="Stop at the end of standard input.", hidden=True)
    ] = False,
) -> None:
    """Run a scheduler until it is told to stop (Ctrl-C, SIGTERM)."""
    with errors_as_sentences():
        here = project(store, executor=executor, dask_address=dask_address)
        made = app.make_scheduler(here.settings, here.database, app.make_executor(here.settings))
        # After Dask is imported, which sets levels of its own.
        _set_up_logging(verbose=verbose)
        if until_eof:
            Thread(target=_at_end_of_input, args=(made.stop,), daemon=True).start()
        with on_interrupt(made.stop):
            made.run_forever()


def _set_up_logging(*, verbose: bool) -> None:
    logging.basicConfig(
        level=logging.DEBUG if verbose else logging.INFO,
        format="%(asctime)s %(levelname)s %(message)s",
    )
    for name in () if verbose else TALKATIVE:
        logging.getLogger(name).setLevel(logging.WARNING)


def _at_end_of_input(stop: Callable[[], None]) -> None:
    sys.stdin.read()
    stop()
