"""Finding a DAG by what a person typed: the path of a file, or the id of a DAG in the project; and
reading params.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from nbflow.authoring import discovery
from nbflow.authoring.discovery import ParsedFile
from nbflow.core import params as param_rules
from nbflow.core.dag import Dag
from nbflow.core.errors import DefinitionError, NotFoundError, Problem
from nbflow.core.json import Json, JsonObject
from nbflow.core.orders import SourceBundle
from nbflow.core.spelling import did_you_mean
from nbflow.settings import Settings

FILE_ENDINGS = (".py", ".ipynb", ".md")

ParamOption = Annotated[
    list[str] | None, typer.Option("--param", "-p", help="A param as key=value; repeatable.")
]

NoCacheOption = Annotated[
    bool, typer.Option("--no-cache", help="Execute all of it, whatever the cache has.")
]


@dataclass(frozen=True)
class FoundDag:
    """A DAG, the code it is made of, and the file that defines it with what to warn of in it."""

    dag: Dag
    bundle: SourceBundle
    file: str
    warnings: list[Problem]


def find_dag(settings: Settings, target: str, dag_id: str | None = None) -> FoundDag:
    """The DAG in the file `target`, or the one of that id in the project's DAG folders.

    Raises DefinitionError with every problem of the file, NotFoundError if there is no such DAG.
    """
    path = Path(target)
    if path.suffix in FILE_ENDINGS and not path.exists():
        raise NotFoundError(f"There is no file {target}. Check its path.")
    if path.is_file():
        if path.suffix not in FILE_ENDINGS:
            raise NotFoundError(
                f"{target} is neither a notebook (.ipynb, .md) nor a Python file (.py). Name one."
            )
        return _choose(discovery.from_path(path, timeout=settings.parse_timeout), dag_id)
    return _in_project(settings, target)


def _choose(parsed: ParsedFile, dag_id: str | None) -> FoundDag:
    errors = [problem for problem in parsed.problems if problem.severity == "error"]
    wanted = [dag for dag in parsed.dags if dag_id in (None, dag.dag_id)]
    if errors and not wanted:
        raise DefinitionError(errors)
    names = [dag.dag_id for dag in parsed.dags]
    if not names:
        raise NotFoundError(f"{parsed.path} defines no DAG.")
    if not wanted:
        hint = did_you_mean(dag_id or "", names)
        raise NotFoundError(f"{parsed.path} defines no DAG {dag_id!r}. {hint}")
    if len(wanted) > 1:
        raise NotFoundError(
            f"{parsed.path} defines several DAGs: choose one with --dag: {', '.join(names)}."
        )
    warnings = [problem for problem in parsed.problems if problem.severity == "warning"]
    return FoundDag(wanted[0], parsed.bundle, parsed.path, warnings)


def _in_project(settings: Settings, dag_id: str) -> FoundDag:
    roots, names, broken = settings.dag_paths, list[str](), list[str]()
    files = discovery.scan(roots, {}).changed
    likely = [path for path in files if _mentions(path, dag_id)]
    others = [path for path in files if path not in likely]
    for some in (likely, others):
        for parsed in list(discovery.parse_files(some, roots, settings.parse_timeout)):
            if dag_id in (dag.dag_id for dag in parsed.dags):
                return _choose(parsed, dag_id)
            names += [dag.dag_id for dag in parsed.dags]
            broken += [parsed.path] if parsed.problems else []
    folders = ", ".join(map(str, settings.dags))
    hint = did_you_mean(dag_id, names)
    if broken:
        hint += f" Some files have problems, which `nbflow dags lint` tells: {', '.join(broken)}."
    raise NotFoundError(f"{dag_id!r} is neither a file nor a DAG in {folders}. {hint}")


def _mentions(path: Path, dag_id: str) -> bool:
    """Whether the file holds the id as it stands, or is named so, as a notebook's DAG is."""
    try:
        return dag_id in path.stem or dag_id.encode() in path.read_bytes()
    except OSError:
        return False


def read_params(spec: Mapping[str, JsonObject], texts: Sequence[str] | None) -> dict[str, Json]:
    """The params typed as `key=value`, as the types that the DAG asks for by its `spec`."""
    pairs: dict[str, str] = {}
    for text in texts or ():
        name, equals, value = text.partition("=")
        if not equals or not name.strip():
            raise typer.BadParameter(
                f"{text!r} is not of the form key=value.", param_hint="--param"
            )
        pairs[name.strip()] = value
    return param_rules.from_text(spec, pairs)
