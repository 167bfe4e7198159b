"""`nbflow scheduler`: one scheduler, until it is told to stop."""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Callable
from datetime import datetime, timezone
from threading import Thread
from typing import Annotated, Literal

import typer

from nbflow import app
from nbflow.cli.interrupts import on_interrupt
from nbflow.cli.output import Output, OutputOption, StoreOption, errors_as_sentences
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
    output: OutputOption = Output.TABLE,
    until_eof: Annotated[
        bool, typer.Option("--until-eof", help="Stop at the end of standard input.", hidden=True)
    ] = False,
) -> None:
    """Run a scheduler until it is told to stop (Ctrl-C, SIGTERM).

    As JSON, each line of its log is an object.
    """
    with errors_as_sentences(output):
        here = project(store, executor=executor, dask_address=dask_address)
        made = app.make_scheduler(here.settings, here.database, app.make_executor(here.settings))
        # After Dask is imported, which sets levels of its own.
        _set_up_logging(output, verbose=verbose)
        if until_eof:
            Thread(target=_at_end_of_input, args=(made.stop,), daemon=True).start()
        with on_interrupt(made.stop):
            made.run_forever()


class _JsonLines(logging.Formatter):
    """A line of the log as a JSON object, with the word for what happened if it has one."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "at": datetime.fromtimestamp(record.created, timezone.utc).isoformat(),
            "level": record.levelname,
            "logger": record.name,
            "action": getattr(record, "action", None),
            "message": record.getMessage(),
        }
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        return json.dumps(line)


def _set_up_logging(output: Output, *, verbose: bool) -> None:
    handler = logging.StreamHandler()
    in_words = logging.Formatter("%(asctime)s %(levelname)s %(message)s")
    handler.setFormatter(_JsonLines() if output is Output.JSON else in_words)
    logging.basicConfig(level=logging.DEBUG if verbose else logging.INFO, handlers=[handler])
    for name in () if verbose else TALKATIVE:
        logging.getLogger(name).setLevel(logging.WARNING)


def _at_end_of_input(stop: Callable[[], None]) -> None:
    sys.stdin.read()
    stop()
