"""The DAG of a file, for `run_dag`: of a notebook, or of Python that is not imported here."""

from __future__ import annotations

import os
from pathlib import Path

from nbflow.authoring import discovery
from nbflow.core.dag import Dag
from nbflow.core.errors import DefinitionError, NotFoundError
from nbflow.core.orders import SourceBundle


def dag_of_file(file: str | os.PathLike[str]) -> tuple[Dag, SourceBundle]:
    """The only DAG that a file defines, and what its tasks are made of.

    Raises NotFoundError, and DefinitionError with everything that is wrong with the file.
    """
    path = Path(file)
    if not path.is_file():
        raise NotFoundError(f"There is no file {path}. Check its path.")
    parsed = discovery.from_path(path)
    errors = [problem for problem in parsed.problems if problem.severity == "error"]
    if errors:
        raise DefinitionError(errors)
    if len(parsed.dags) != 1:
        there = ", ".join(dag.dag_id for dag in parsed.dags) or "none"
        raise NotFoundError(f"{path} is to define one DAG, and defines {there}.")
    return parsed.dags[0], parsed.bundle
