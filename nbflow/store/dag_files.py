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
from typing import Protocol

from sqlalchemy import bindparam, delete, func, insert, or_, select, update

from nbflow.core.dag import Dag
from nbflow.core.errors import Problem
from nbflow.core.orders import SourceBundle
from nbflow.store import assets, journal, sources
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

DUPLICATE_DAG = "NBF006"

_FROM_FILE = (
    "file",
    "version",
    "active",
    "source",
    "display_name",
    "description",
    "owner",
    "tags",
    "timetable",
    "task_count",
    "start_date",
    "end_date",
    "updated_at",
)
"""What reading a file changes of a known DAG: not its being paused, nor since when it exists."""


@dataclass(frozen=True)
class FileProblem:
    """A problem of a DAG file, the path of the file, and when it was read."""

    path: str
    problem: Problem
    seen_at: datetime


class ReadFile(Protocol):
    """What reading a DAG file gave: its absolute path, its DAGs, their code, and its problems."""

    @property
    def path(self) -> str: ...
    @property
    def dags(self) -> Sequence[Dag]: ...
    @property
    def bundle(self) -> SourceBundle: ...
    @property
    def problems(self) -> Sequence[Problem]: ...


def save_files(session: Session, read: Sequence[ReadFile], now: datetime) -> list[str]:
    """Store what reading these files gave; returns the ids of DAGs that changed, came or went.

    A DAG missing from its file becomes inactive, unless an error among the file's problems explains
    why it is missing: then its last good version stays. A DAG whose id another file has taken is
    refused with a problem of its own.
    """
    files = {file.path: file for file in read}
    ids = {dag.dag_id for file in read for dag in file.dags}
    before = _known(session, files, ids)
    claims, duplicates = _claim(files, before)
    disputed = assets.find_conflicts(session, {p: f.dags for p, f in files.items()})
    versions = _versions(session, claims)
    _save_versions(session, versions, now)
    changed = [v for v in versions if not _is_current(v, before.get(v.dag.dag_id))]
    assets.save_references(session, [version.dag for version in changed], now)
    journal.append(session, [_changed(version, now) for version in changed])
    gone = sorted(_gone(files, before) - {version.dag.dag_id for version in versions})
    _deactivate(session, gone, now)
    found = {path: [*file.problems, *duplicates[path]] for path, file in files.items()}
    for problem in disputed:
        found[problem.file or ""].append(problem)
    _save_problems(session, found, now)
    return [*(version.dag.dag_id for version in changed), *gone]


def save_file(
    session: Session,
    file: str,
    dags: Sequence[Dag],
    bundle: SourceBundle,
    problems: Sequence[Problem],
    now: datetime,
) -> list[str]:
    """As `save_files`, for one file."""
    return save_files(session, [_OneFile(file, dags, bundle, problems)], now)


@dataclass(frozen=True)
class _OneFile:
    path: str
    dags: Sequence[Dag]
    bundle: SourceBundle
    problems: Sequence[Problem]


def forget_file(session: Session, file: str, now: datetime) -> list[str]:
    """A file is gone: its DAGs become inactive, their history stays. Returns their ids."""
    gone = select(_DAGS.c.dag_id).where(_DAGS.c.file == file, _DAGS.c.active)
    dag_ids = sorted(session.scalars(gone))
    _deactivate(session, dag_ids, now)
    _save_problems(session, {file: []}, now)
    return dag_ids


def mark_added(session: Session, file: str, *, added: bool) -> None:
    """Remember whether a person has named the file, so that it is looked at wherever it is."""
    session.execute(update(_DAGS).where(_DAGS.c.file == file).values(added=added))


def added_files(session: Session) -> list[str]:
    """The files that people have named, as far as they define DAGs now."""
    named = select(_DAGS.c.file).where(_DAGS.c.added, _DAGS.c.active)
    return list(session.scalars(named.distinct().order_by(_DAGS.c.file)))


def owner_of(session: Session, dag_id: str) -> str | None:
    """The file that defines the DAG now, None if none does."""
    found: str | None = session.scalar(
        select(_DAGS.c.file).where(_DAGS.c.dag_id == dag_id, _DAGS.c.active)
    )
    return found


def import_errors(session: Session) -> list[FileProblem]:
    """The problems of all DAG files, warnings included, by file."""
    rows = session.execute(select(_ERRORS).order_by(_ERRORS.c.file, _ERRORS.c.id))
    return [FileProblem(row.file, Problem(**row.problem), row.seen_at) for row in rows]


def files_to_read_again(session: Session) -> list[str]:
    """Files that were refused a DAG whose id is free now: they are to be parsed and saved again."""
    taken = select(_DAGS.c.dag_id).where(_DAGS.c.dag_id == _ERRORS.c.dag_id, _DAGS.c.active)
    waiting = select(_ERRORS.c.file).where(_ERRORS.c.code == DUPLICATE_DAG, ~taken.exists())
    return list(session.scalars(waiting.distinct().order_by(_ERRORS.c.file)))


# -- whose DAG it is -------------------------------------------------------------------------------


def _known(session: Session, files: Collection[str], dag_ids: Collection[str]) -> dict[str, AnyRow]:
    """The rows of these DAGs, and of all that these files have defined, by id."""
    of_files_or_ids = or_(_DAGS.c.file.in_(files), _DAGS.c.dag_id.in_(dag_ids))
    return {row.dag_id: row for row in session.execute(select(_DAGS).where(of_files_or_ids))}


def _claim(
    files: Mapping[str, ReadFile], before: Mapping[str, AnyRow]
) -> tuple[list[tuple[ReadFile, Dag]], Mapping[str, list[Problem]]]:
    """The DAGs that are their file's to define, and for each file the problems with the others."""
    free = _gone(files, before)
    owners = {i: row.file for i, row in before.items() if row.active and i not in free}
    claims: list[tuple[ReadFile, Dag]] = []
    problems: dict[str, list[Problem]] = {path: [] for path in files}
    for path, file in files.items():
        own: set[str] = set()
        for dag in file.dags:
            if owners.setdefault(dag.dag_id, path) == path and dag.dag_id not in own:
                claims.append((file, dag))
                own.add(dag.dag_id)
            else:
                problems[path].append(_duplicate(path, dag.dag_id, owners[dag.dag_id]))
    return claims, problems


def _gone(files: Mapping[str, ReadFile], before: Mapping[str, AnyRow]) -> set[str]:
    """The DAGs that are missing from the file they were in, and no error of it says why."""
    defined = {path: {dag.dag_id for dag in file.dags} for path, file in files.items()}
    errors = {
        path: {problem.dag_id for problem in file.problems if problem.severity == "error"}
        for path, file in files.items()
    }
    return {
        dag_id
        for dag_id, row in before.items()
        if row.active
        and row.file in files
        and dag_id not in defined[row.file]
        and not errors[row.file] & {dag_id, None}
    }


def _duplicate(file: str, dag_id: str, owner: str) -> Problem:
    return Problem(
        DUPLICATE_DAG,
        f"The DAG id {dag_id!r} is already taken by {owner}.",
        "Give one of the two DAGs another dag_id.",
        file=file,
        dag_id=dag_id,
    )


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
    file: str
    bundle: SourceBundle
    fingerprint: str
    number: int
    id: int | None


def _versions(session: Session, claims: Sequence[tuple[ReadFile, Dag]]) -> list[_Version]:
    """The version of each DAG: one there has been, or the next number."""
    if not claims:
        return []
    meanings = {file.path: sources.meaning(file.bundle) for file, _ in claims}
    prints = {dag.dag_id: _fingerprint(dag, meanings[file.path]) for file, dag in claims}
    of_dags = _VERSIONS.c.dag_id.in_(prints)
    newest = select(_VERSIONS.c.dag_id, func.max(_VERSIONS.c.number)).where(of_dags)
    numbers = {row[0]: row[1] for row in session.execute(newest.group_by(_VERSIONS.c.dag_id))}
    same = select(_VERSIONS.c.dag_id, _VERSIONS.c.id, _VERSIONS.c.number).where(
        of_dags, _VERSIONS.c.fingerprint.in_(prints.values())
    )
    there = {row.dag_id: (row.number, row.id) for row in session.execute(same)}
    return [
        _Version(
            dag,
            file.path,
            file.bundle,
            prints[dag.dag_id],
            *there.get(dag.dag_id, (numbers.get(dag.dag_id, 0) + 1, None)),
        )
        for file, dag in claims
    ]


def _fingerprint(dag: Dag, meaning: str) -> str:
    return sha256(f"{dag.fingerprint()} {meaning}".encode()).hexdigest()


def _is_current(version: _Version, before: AnyRow | None) -> bool:
    """Whether the DAG already was what its file says."""
    now = (True, version.number, version.file)
    return before is not None and (before.active, before.version, before.file) == now


def _changed(version: _Version, now: datetime) -> Change:
    return Change(now, "dag", version.dag.dag_id, state="changed", data={"version": version.number})


def _save_versions(session: Session, versions: list[_Version], now: datetime) -> None:
    if not versions:
        return
    sources.save_bundles(session, [version.bundle for version in versions], now)
    upsert = insert_into(session, _DAGS)
    latest = {name: upsert.excluded[name] for name in _FROM_FILE}
    session.execute(
        upsert.on_conflict_do_update(index_elements=["dag_id"], set_=latest),
        [_dag_values(version, now) for version in versions],
    )
    new = [_version_values(version, now) for version in versions if version.id is None]
    if new:
        session.execute(insert(_VERSIONS), new)
    _point_to_newer_text(session, {v.id: v.bundle for v in versions if v.id is not None})


def _dag_values(version: _Version, now: datetime) -> dict[str, object]:
    dag = version.dag
    return {
        "dag_id": dag.dag_id,
        "file": version.file,
        "version": version.number,
        "active": True,
        "paused": dag.paused_upon_creation,
        "source": dag.source,
        "display_name": dag.display_name,
        "description": dag.description,
        "owner": dag.owner,
        "tags": dag.tags,
        "timetable": dag.timetable,
        "task_count": len(dag.tasks),
        "start_date": dag.start_date,
        "end_date": dag.end_date,
        "created_at": now,
        "updated_at": now,
    }


def _version_values(version: _Version, now: datetime) -> dict[str, object]:
    return {
        "dag_id": version.dag.dag_id,
        "number": version.number,
        "fingerprint": version.fingerprint,
        "spec": version.dag.to_json(),
        "bundle_digest": version.bundle.digest,
        "root": version.bundle.root,
        "created_at": now,
    }


def _point_to_newer_text(session: Session, bundles: Mapping[int, SourceBundle]) -> None:
    """Let versions that mean the same as before have the text the author sees now."""
    columns = (_VERSIONS.c.id, _VERSIONS.c.bundle_digest, _VERSIONS.c.root)
    older = [
        row
        for row in session.execute(select(*columns).where(_VERSIONS.c.id.in_(bundles)))
        if (row.bundle_digest, row.root) != (bundles[row.id].digest, bundles[row.id].root)
    ]
    if older:
        newer = [
            {"b_id": row.id, "digest": bundles[row.id].digest, "root": bundles[row.id].root}
            for row in older
        ]
        session.execute(_POINT_TO, newer)
        sources.delete_unused(session, {row.bundle_digest for row in older})


_POINT_TO = (
    update(_VERSIONS)
    .where(_VERSIONS.c.id == bindparam("b_id"))
    .values(bundle_digest=bindparam("digest"), root=bindparam("root"))
)


# -- problems --------------------------------------------------------------------------------------


def _save_problems(session: Session, found: Mapping[str, Sequence[Problem]], now: datetime) -> None:
    """Replace the problems of these files, {path: problems}.

    The journal gets a line for each file whose problems are others than before.
    """
    columns = (_ERRORS.c.file, _ERRORS.c.problem)
    stored: dict[str, list[object]] = {path: [] for path in found}
    of_files = select(*columns).where(_ERRORS.c.file.in_(found)).order_by(_ERRORS.c.id)
    for file, problem in session.execute(of_files):
        stored[file].append(problem)
    others = [p for p in found if stored[p] != [problem.to_json() for problem in found[p]]]
    if not others:
        return
    session.execute(delete(_ERRORS).where(_ERRORS.c.file.in_(others)))
    new = [_problem_values(path, problem, now) for path in others for problem in found[path]]
    if new:
        session.execute(insert(_ERRORS), new)
    journal.append(session, [_problems_changed(path, len(found[path]), now) for path in others])


def _problems_changed(file: str, count: int, now: datetime) -> Change:
    return Change(now, "import_errors", data={"file": file, "count": count})


def _problem_values(file: str, problem: Problem, now: datetime) -> dict[str, object]:
    return {
        "file": file,
        "code": problem.code,
        "severity": problem.severity,
        "dag_id": problem.dag_id,
        "problem": problem.to_json(),
        "seen_at": now,
    }
