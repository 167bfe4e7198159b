"""What reading a DAG file gave, written down: DAG versions, which DAGs are active, and problems.

A DAG gets a new version when what it means changes: its spec, or the code that would run
(`sources.meaning`). A change of comments, layout or notebook outputs makes none; the version then
points to the newer text, so that the screen shows what the author sees. Going back to an earlier
meaning makes the earlier version current again.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from sqlalchemy import delete, func, insert, or_, select, update

from nbflow.core.dag import Dag
from nbflow.core.errors import Problem
from nbflow.core.json import JsonObject
from nbflow.core.orders import SourceBundle
from nbflow.store import journal, sources
from nbflow.store.database import Session
from nbflow.store.journal import Change
from nbflow.store.tables import (
    AnyRow,
    DagRow,
    DagVersionRow,
    ImportErrorRow,
    insert_into,
    table_of,
)

_DAGS = table_of(DagRow)
_VERSIONS = table_of(DagVersionRow)
_ERRORS = table_of(ImportErrorRow)

DUPLICATE_DAG = "NBF401"

_FROM_FILE = (
    "file",
    "version",
    "active",
    "source",
    "description",
    "owner",
    "tags",
    "timetable",
    "task_count",
    "updated_at",
)
"""What reading a file changes of a known DAG: not its being paused, nor since when it exists."""


@dataclass(frozen=True)
class FileProblem:
    """A problem of a DAG file, and when the file was read that has it."""

    problem: Problem
    seen_at: datetime


def save_file(
    session: Session,
    file: str,
    dags: Sequence[Dag],
    bundle: SourceBundle,
    problems: Sequence[Problem],
    now: datetime,
) -> list[str]:
    """Store what reading `file` gave; returns the ids of DAGs that changed, came or went.

    A DAG missing from `dags` becomes inactive, unless an error in `problems` explains why it is
    missing: then its last good version stays. A DAG whose id another file has taken is refused
    with a problem of its own.
    """
    ids = {dag.dag_id for dag in dags}
    before = _known(session, file, ids)
    mine, duplicates = _claim(file, dags, before)
    versions = _versions(session, mine, bundle)
    _save_versions(session, file, versions, bundle, now)
    changed = [v for v in versions if not _is_current(v, file, before.get(v.dag.dag_id))]
    journal.append(session, [_changed(version, now) for version in changed])
    of_file = {dag_id for dag_id, row in before.items() if row.active and row.file == file}
    gone = _unexplained(of_file - ids, problems)
    _deactivate(session, gone, now)
    _save_problems(session, file, [*problems, *duplicates], now)
    return [*(version.dag.dag_id for version in changed), *gone]


def forget_file(session: Session, file: str, now: datetime) -> list[str]:
    """A file is gone: its DAGs become inactive, their history stays. Returns their ids."""
    gone = select(_DAGS.c.dag_id).where(_DAGS.c.file == file, _DAGS.c.active)
    dag_ids = sorted(session.scalars(gone))
    _deactivate(session, dag_ids, now)
    _save_problems(session, file, [], now)
    return dag_ids


def import_errors(session: Session) -> list[FileProblem]:
    """The problems of all DAG files, warnings included, by file."""
    rows = session.execute(select(_ERRORS).order_by(_ERRORS.c.file, _ERRORS.c.id))
    return [FileProblem(Problem(**row.problem), row.seen_at) for row in rows]


def files_to_read_again(session: Session) -> list[str]:
    """Files that were refused a DAG whose id is free now: they are to be parsed and saved again."""
    taken = select(_DAGS.c.dag_id).where(_DAGS.c.dag_id == _ERRORS.c.dag_id, _DAGS.c.active)
    waiting = select(_ERRORS.c.file).where(_ERRORS.c.code == DUPLICATE_DAG, ~taken.exists())
    return list(session.scalars(waiting.distinct().order_by(_ERRORS.c.file)))


# -- whose DAG it is -------------------------------------------------------------------------------


def _known(session: Session, file: str, dag_ids: Collection[str]) -> dict[str, AnyRow]:
    """The rows of these DAGs, and of all that the file has defined, by id."""
    of_file_or_ids = or_(_DAGS.c.file == file, _DAGS.c.dag_id.in_(dag_ids))
    return {row.dag_id: row for row in session.execute(select(_DAGS).where(of_file_or_ids))}


def _claim(
    file: str, dags: Sequence[Dag], before: Mapping[str, AnyRow]
) -> tuple[list[Dag], list[Problem]]:
    """The DAGs that are the file's to define, and a problem for each of the others."""
    owners = {i: row.file for i, row in before.items() if row.active and row.file != file}
    mine: list[Dag] = []
    problems: list[Problem] = []
    for dag in dags:
        if dag.dag_id in owners:
            problems.append(_duplicate(file, dag.dag_id, owners[dag.dag_id]))
        else:
            owners[dag.dag_id] = file
            mine.append(dag)
    return mine, problems


def _duplicate(file: str, dag_id: str, owner: str) -> Problem:
    return Problem(
        DUPLICATE_DAG,
        f"The DAG id {dag_id!r} is already taken by {owner}.",
        "Give one of the two DAGs another dag_id.",
        file=file,
        dag_id=dag_id,
    )


def _unexplained(missing: set[str], problems: Sequence[Problem]) -> list[str]:
    """Which DAGs are missing from a file although no error of it says why."""
    errors = {problem.dag_id for problem in problems if problem.severity == "error"}
    return [] if None in errors else sorted(missing - errors)


def _deactivate(session: Session, dag_ids: Sequence[str], now: datetime) -> None:
    if dag_ids:
        gone = update(_DAGS).where(_DAGS.c.dag_id.in_(dag_ids))
        session.execute(gone.values(active=False, updated_at=now))
        journal.append(session, [Change(now, "dag", i, state="inactive") for i in dag_ids])


# -- versions --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Version:
    """A version that is to be current. `id` is None for one that has to be written."""

    dag: Dag
    fingerprint: str
    number: int
    id: int | None


def _versions(session: Session, dags: Sequence[Dag], bundle: SourceBundle) -> list[_Version]:
    """The version of each DAG: one there has been, or the next number."""
    if not dags:
        return []
    meaning = sources.meaning(bundle)
    prints = {dag.dag_id: _fingerprint(dag, meaning) for dag in dags}
    of_dags = _VERSIONS.c.dag_id.in_(prints)
    newest = select(_VERSIONS.c.dag_id, func.max(_VERSIONS.c.number)).where(of_dags)
    numbers = {row[0]: row[1] for row in session.execute(newest.group_by(_VERSIONS.c.dag_id))}
    same = select(_VERSIONS.c.dag_id, _VERSIONS.c.id, _VERSIONS.c.number).where(
        of_dags, _VERSIONS.c.fingerprint.in_(prints.values())
    )
    there = {row.dag_id: (row.number, row.id) for row in session.execute(same)}
    return [
        _Version(dag, prints[i], *there.get(i, (numbers.get(i, 0) + 1, None)))
        for i, dag in ((dag.dag_id, dag) for dag in dags)
    ]


def _fingerprint(dag: Dag, meaning: str) -> str:
    return sha256(f"{dag.fingerprint()} {meaning}".encode()).hexdigest()


def _is_current(version: _Version, file: str, before: AnyRow | None) -> bool:
    """Whether the DAG already was what the file says."""
    now = (True, version.number, file)
    return before is not None and (before.active, before.version, before.file) == now


def _changed(version: _Version, now: datetime) -> Change:
    return Change(now, "dag", version.dag.dag_id, state="changed", data={"version": version.number})


def _save_versions(
    session: Session, file: str, versions: list[_Version], bundle: SourceBundle, now: datetime
) -> None:
    if not versions:
        return
    sources.save_bundle(session, bundle, now)
    upsert = insert_into(session, _DAGS)
    latest = {name: upsert.excluded[name] for name in _FROM_FILE}
    session.execute(
        upsert.on_conflict_do_update(index_elements=["dag_id"], set_=latest),
        [_dag_values(file, version, now) for version in versions],
    )
    new = [_version_values(version, bundle, now) for version in versions if version.id is None]
    if new:
        session.execute(insert(_VERSIONS), new)
    _point_to_newer_text(session, [v.id for v in versions if v.id is not None], bundle)


def _dag_values(file: str, version: _Version, now: datetime) -> dict[str, object]:
    dag = version.dag
    return {
        "dag_id": dag.dag_id,
        "file": file,
        "version": version.number,
        "active": True,
        "paused": dag.paused_upon_creation,
        "source": dag.source,
        "description": dag.description,
        "owner": dag.owner,
        "tags": dag.tags,
        "timetable": dag.timetable,
        "task_count": len(dag.tasks),
        "created_at": now,
        "updated_at": now,
    }


def _version_values(version: _Version, bundle: SourceBundle, now: datetime) -> dict[str, object]:
    return {
        "dag_id": version.dag.dag_id,
        "number": version.number,
        "fingerprint": version.fingerprint,
        "spec": version.dag.to_json(),
        "bundle_digest": bundle.digest,
        "root": bundle.root,
        "created_at": now,
    }


def _point_to_newer_text(session: Session, version_ids: list[int], bundle: SourceBundle) -> None:
    """Let versions that mean the same as before have the text the author sees now."""
    these = _VERSIONS.c.id.in_(version_ids)
    columns = (_VERSIONS.c.bundle_digest, _VERSIONS.c.root)
    before = {tuple(row) for row in session.execute(select(*columns).where(these))}
    if before - {(bundle.digest, bundle.root)}:
        newer = {"bundle_digest": bundle.digest, "root": bundle.root}
        session.execute(update(_VERSIONS).where(these).values(newer))
        sources.delete_unused(session, {digest for digest, _ in before} - {bundle.digest})


# -- problems --------------------------------------------------------------------------------------


def _save_problems(session: Session, file: str, problems: Sequence[Problem], now: datetime) -> None:
    """Replace the problems of a file; the journal gets a line when they are others than before."""
    stored = select(_ERRORS.c.problem).where(_ERRORS.c.file == file).order_by(_ERRORS.c.id)
    if list(session.scalars(stored)) == [problem.to_json() for problem in problems]:
        return
    session.execute(delete(_ERRORS).where(_ERRORS.c.file == file))
    if problems:
        session.execute(insert(_ERRORS), [_problem_values(file, p, now) for p in problems])
    data: JsonObject = {"file": file, "count": len(problems)}
    journal.append(session, [Change(now, "import_errors", data=data)])


def _problem_values(file: str, problem: Problem, now: datetime) -> dict[str, object]:
    return {
        "file": file,
        "code": problem.code,
        "severity": problem.severity,
        "dag_id": problem.dag_id,
        "problem": problem.to_json(),
        "seen_at": now,
    }
