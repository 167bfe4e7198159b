"""`nbflow run`: one run of one DAG, here and now, without a daemon.

Here is what has to be imported before the file can be read; carrying out the run is in
`one_run.py`, which is imported meanwhile.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import Annotated, Literal

import typer

from nbflow.cli.definitions import NoCacheOption, ParamOption, find_dag
from nbflow.cli.output import Output, OutputOption, StreamOption, errors_as_sentences
from nbflow.settings import load

ExecutorName = Literal["inline", "dask"]


def run(
    target: Annotated[
        str,
        typer.Argument(metavar="PATH_OR_DAG_ID", help="A notebook, a Python file, or a DAG's id."),
    ],
    param: ParamOption = None,
    executor: Annotated[ExecutorName, typer.Option(help="Where tasks run.")] = "inline",
    dag_id: Annotated[str | None, typer.Option("--dag", help="Which DAG of the file.")] = None,
    select: Annotated[
        list[str] | None,
        typer.Option("--select", "-s", help="Only these tasks: load, +train, load_*, ..."),
    ] = None,
    no_cache: NoCacheOption = False,
    store: Annotated[
        str | None,
        typer.Option(help="Keep the run in this store (SQLAlchemy URL), not in one of its own."),
    ] = None,
    stream: StreamOption = None,
    output: OutputOption = Output.TABLE,
) -> None:
    """Run a notebook or a DAG to its end, here and now, and print what happened.

    Exit code 0 if it succeeded, 130 if it was interrupted.
    """
    with errors_as_sentences(output), ThreadPoolExecutor(1) as reader:
        settings = load().settings
        reading = reader.submit(find_dag, settings, target, dag_id)
        # Takes as long as reading the file does, which goes on in a process of its own.
        from nbflow.cli.one_run import OneRun  # noqa: PLC0415

        with closing(OneRun(settings, executor, store, output, stream)) as one_run:
            one_run.get_ready(target)
            found = reading.result()
            code = one_run.carry_out(found, param, select, no_cache=no_cache)
    raise typer.Exit(code)
