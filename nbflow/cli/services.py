"""What keeps running: `nbflow scheduler`, `nbflow standalone`; and what gets one there: `nbflow
init`, `nbflow health`.
"""

from __future__ import annotations

import logging
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Literal

import typer

from nbflow import app
from nbflow.cli.output import Output, OutputOption, age, errors_as_sentences, rows, show
from nbflow.cli.project import StoreOption, project
from nbflow.cli.standalone import Standalone
from nbflow.settings import PROJECT_FILE
from nbflow.views.health import health as read_health
from nbflow.views.shapes import Health

EXAMPLE = """\
from nbflow import DAG, task

with DAG("hello", schedule="0 6 * * 1-5", timezone="UTC", params={"name": "world"}):

    @task
    def greet(params):
        print(f"Hello, {params['name']}!")
        return len(params["name"])

    @task
    def count(letters):
        print(f"That name has {letters} letters.")

    count(greet())
"""
SETTINGS = """\
# Settings of this nbflow project; `nbflow config show` lists them all with their origins.
dags = ["dags"]
executor = "dask"
"""


def scheduler(
    store: StoreOption = None,
    executor: Annotated[
        Literal["inline", "dask"] | None, typer.Option(help="Where tasks run.")
    ] = None,
    dask_address: Annotated[str | None, typer.Option(help="A running Dask scheduler.")] = None,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Log every step.")] = False,
) -> None:
    """Run a scheduler until it is told to stop (Ctrl-C, SIGTERM)."""
    logging.basicConfig(
        level=logging.DEBUG if verbose else logging.INFO, format="%(asctime)s %(message)s"
    )
    with errors_as_sentences():
        here = project(store, executor=executor, dask_address=dask_address)
        made = app.make_scheduler(here.settings, here.database, app.make_executor(here.settings))
        with stopping_on_signals(made.stop):
            made.run_forever()


def standalone(
    port: Annotated[int, typer.Option(help="Port of JupyterLab; a free one by default.")] = 0,
    browser: Annotated[bool, typer.Option(help="Open a browser.")] = True,
    demo: Annotated[
        bool, typer.Option("--demo", help="First run the examples, and say what happened.")
    ] = False,
    once: Annotated[bool, typer.Option("--once", help="With --demo: stop after that.")] = False,
    store: StoreOption = None,
) -> None:
    """Everything on this machine: store, Dask cluster, scheduler, and JupyterLab with the panel
    open.
    """
    with errors_as_sentences():
        here = project(store)
        _ = here.database
        services = Standalone(here.settings, port=port, browser=browser and not once)
        with stopping_on_signals(services.stop):
            code = services.run(demo=demo, once=once)
    raise typer.Exit(code)


def init(
    folder: Annotated[Path, typer.Argument(help="The project's folder.")] = Path(),
    output: OutputOption = Output.TABLE,
) -> None:
    """Make a folder an nbflow project: a settings file and a first DAG. Files that exist are left
    alone.
    """
    wanted = {folder / PROJECT_FILE: SETTINGS, folder / "dags" / "hello.py": EXAMPLE}
    made = [path for path in wanted if not path.exists()]
    for path in made:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(wanted[path], encoding="utf-8")
    names = [str(path) for path in made]
    done = f"Made {', '.join(names)}." if made else "Everything was there already."
    show(
        {"created": names},
        output,
        lambda: f"{done} Next: nbflow run dags/hello.py, or nbflow standalone.",
    )


def health(store: StoreOption = None, output: OutputOption = Output.TABLE) -> None:
    """Say whether a scheduler is alive and what the cluster looks like. Exit code 1 if none is."""
    with errors_as_sentences(output):
        found = read_health(project(store).database, app.utc_now())
    show(found, output, lambda: rows("", ("", ""), _health_lines(found), ""))
    if not found.scheduler.alive:
        raise typer.Exit(1)


def _health_lines(found: Health) -> list[list[object]]:
    scheduler = found.scheduler
    if scheduler.alive:
        alive = f"alive on {scheduler.hostname}, last heartbeat {age(scheduler.last_heartbeat)}"
    elif scheduler.last_heartbeat:
        since = age(scheduler.last_heartbeat)
        alive = f"none alive, last heartbeat {since}. Start one: nbflow scheduler"
    else:
        alive = "none has ever run on this store. Start one: nbflow scheduler"
    cluster = found.cluster
    places = (
        f"{cluster.kind} {cluster.address}: {cluster.used} of {cluster.slots} slots"
        if cluster
        else "-"
    )
    return [
        ["scheduler", alive],
        ["cluster", places],
        ["database", found.database],
        ["runs", f"{found.running} running, {found.queued} queued"],
        ["files with problems", found.import_errors],
        ["version", found.version],
    ]


@contextmanager
def stopping_on_signals(stop: Callable[[], None]) -> Iterator[None]:
    """Call `stop` on SIGTERM and SIGINT while inside; a second signal ends the process at once."""

    def handle(number: int, _: object) -> None:
        signal.signal(number, signal.SIG_DFL)
        stop()

    numbers = (signal.SIGTERM, signal.SIGINT)
    before = {number: signal.signal(number, handle) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
