"""Keeps files whose DAGs are others each time they are read from making a version each time.

Such a file takes the time, a random number or the order of a set into its DAG. A DAG that differs
from its stored version though its text does not is put aside and its file read twice more. Where
these differ, what moves is known: it makes no version, and the author is told.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from nbflow.authoring.discovery import ParsedFile
from nbflow.core.dag import Dag
from nbflow.core.errors import Problem
from nbflow.core.versions import is_covered, spec_changes
from nbflow.scheduler.load_dags import FoundChanges
from nbflow.store import versions as version_store
from nbflow.store.database import Session

MOVING = "NBF007"


def set_aside(
    session: Session, found: Sequence[FoundChanges]
) -> tuple[list[FoundChanges], list[str]]:
    """What can be stored, and the paths of files to be read twice more before they can."""
    doubted: list[str] = []
    kept: list[FoundChanges] = []
    for one in found:
        parsed: list[ParsedFile] = []
        for file, before in zip(one.parsed, _stored(session, one.parsed), strict=True):
            if file.moving is not None:
                parsed.append(_steady(file, before))
            elif any(_differ(dag, before) for dag in file.dags):
                doubted.append(file.path)
            else:
                parsed.append(file)
        kept.append(replace(one, parsed=parsed))
    return kept, doubted


def _stored(session: Session, files: Sequence[ParsedFile]) -> list[dict[str, Dag]]:
    """For each file, the current versions of its DAGs that were made of the very same text."""
    if not files:
        return []
    digests = {file.bundle.digest for file in files if file.dags}
    found = version_store.current_of_bundles(session, digests)
    return [
        {dag.dag_id: dag for dag in found.get(file.bundle.digest, ()) if dag.dag_id in _ids(file)}
        for file in files
    ]


def _ids(file: ParsedFile) -> set[str]:
    return {dag.dag_id for dag in file.dags}


def _differ(dag: Dag, before: dict[str, Dag]) -> bool:
    stored = before.get(dag.dag_id)
    return stored is not None and stored.fingerprint() != dag.fingerprint()


def _steady(file: ParsedFile, before: dict[str, Dag]) -> ParsedFile:
    """The file with what moves as it is stored, and a warning for each DAG that moves.

    What differs besides has another reason, such as a file that is read: that makes a version.
    """
    dags: list[Dag] = []
    problems = list(file.problems)
    for dag in file.dags:
        moving = sorted((file.moving or {}).get(dag.dag_id, ()))
        if moving:
            problems.append(_warning(file, dag.dag_id, moving))
        dags.append(_kept(dag, before.get(dag.dag_id), moving))
    return replace(file, dags=dags, problems=problems)


def _kept(dag: Dag, stored: Dag | None, moving: Sequence[str]) -> Dag:
    if stored is None or not moving:
        return dag
    changes = spec_changes(stored.to_json(), dag.to_json())
    return stored if all(is_covered(change.path, moving) for change in changes) else dag


def _warning(file: ParsedFile, dag_id: str, moving: Sequence[str]) -> Problem:
    more = f" and {len(moving) - 3} more" if len(moving) > 3 else ""
    return Problem(
        MOVING,
        f"The DAG {dag_id!r} is another one each time this file is read: "
        f"{', '.join(moving[:3])}{more} changes. The version that was stored first stays.",
        "Take the time, random numbers and sets out of the definition: use templates such as "
        "{{ ds }}, and sorted(...).",
        severity="warning",
        file=file.path,
        dag_id=dag_id,
    )
