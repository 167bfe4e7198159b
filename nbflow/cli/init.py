"""`nbflow init`: a folder becomes a project."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from nbflow.cli.output import Output, OutputOption, errors_as_sentences, show
from nbflow.core.errors import NbflowError
from nbflow.settings import PROJECT_FILE

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


def init(
    folder: Annotated[Path, typer.Argument(help="The project's folder.")] = Path(),
    output: OutputOption = Output.TABLE,
) -> None:
    """Make a folder an nbflow project: a settings file and a first DAG.

    Files that exist are left alone.
    """
    wanted = {folder / PROJECT_FILE: SETTINGS, folder / "dags" / "hello.py": EXAMPLE}
    with errors_as_sentences(output):
        made = _write({path: text for path, text in wanted.items() if not path.exists()})
    done = f"Made {' and '.join(made)}." if made else "Everything was there already."
    go = f"cd {folder} && " if folder != Path() else ""
    show(
        {"created": made},
        output,
        lambda: f"{done}\nNext: {go}nbflow run dags/hello.py\nThen: nbflow standalone",
    )


def _write(files: dict[Path, str]) -> list[str]:
    try:
        for path, text in files.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise NbflowError(f"The project cannot be made: {error}.") from error
    return [str(path) for path in files]
