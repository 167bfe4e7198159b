"""Finding a DAG by what a person typed: the path of a file, or the id of a DAG in the project; and
reading params.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import typer

from nbflow.authoring import discovery
from nbflow.authoring.discovery import ParsedFile
from nbflow.core import params as param_rules
from nbflow.core.dag import Dag
from nbflow.core.errors import DefinitionError, NotFoundError
from nbflow.core.json import Json
from nbflow.core.orders import SourceBundle
from nbflow.core.spelling import did_you_mean
from nbflow.settings import Settings
from nbflow.store.database import Database
from nbflow.views.dags import params_of


@dataclass(frozen=True)
class FoundDag:
    """A DAG with the code it is made of and the file that defines it."""

    dag: Dag
    bundle: SourceBundle
    file: str


def find_dag(settings: Settings, target: str, dag_id: str | None = None) -> FoundDag:
    """The DAG in the file `target`, or the one of that id in the project's DAG folders.

    Raises DefinitionError with every problem of the file, NotFoundError if there is no such DAG.
    """
    path = Path(target)
    if path.exists():
        return _choose(discovery.from_path(path, timeout=settings.parse_timeout), dag_id)
    if path.suffix in (".py", ".ipynb"):
        raise NotFoundError(f"There is no file {target}.")
    return _in_project(settings, target)


def _choose(parsed: ParsedFile, dag_id: str | None) -> FoundDag:
    errors = [problem for problem in parsed.problems if problem.severity == "error"]
    wanted = [dag for dag in parsed.dags if dag_id in (None, dag.dag_id)]
    if errors and not wanted:
        raise DefinitionError(errors)
    names = [dag.dag_id for dag in parsed.dags]
    if not wanted:
        raise NotFoundError(
            f"{parsed.path} defines no DAG {dag_id!r}. {did_you_mean(dag_id or '', names)}"
        )
    if len(wanted) > 1:
        raise NotFoundError(
            f"{parsed.path} defines several DAGs: choose one with --dag: {', '.join(names)}."
        )
    return FoundDag(wanted[0], parsed.bundle, str(parsed.path))


def _in_project(settings: Settings, dag_id: str) -> FoundDag:
    roots = settings.dag_paths
    files = discovery.scan(roots, {}).changed
    names: list[str] = []
    for parsed in discovery.parse_files(files, roots, settings.parse_timeout):
        names += [dag.dag_id for dag in parsed.dags]
        if dag_id in names:
            return _choose(parsed, dag_id)
    raise NotFoundError(
        f"{dag_id!r} is neither a file nor a DAG in {', '.join(map(str, settings.dags))}. "
        f"{did_you_mean(dag_id, names)}"
    )


def params_from_text(dag: Dag, texts: Sequence[str]) -> dict[str, Json]:
    """The params typed as `key=value`, as the types the DAG asks for."""
    return param_rules.from_text(dag.params, _pairs(texts))


def read_params(database: Database, dag_id: str, texts: Sequence[str]) -> Mapping[str, Json]:
    """The same for a DAG in the store; one it does not know is the verb's business to refuse."""
    spec = params_of(database, dag_id)
    return dict(_pairs(texts)) if spec is None else param_rules.from_text(spec, _pairs(texts))


def _pairs(texts: Sequence[str]) -> dict[str, str]:
    pairs: dict[str, str] = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if not equals:
            raise typer.BadParameter(
                f"{text!r} is not of the form key=value.", param_hint="--param"
            )
        pairs[name.strip()] = value
    return pairs
