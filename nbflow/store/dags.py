"""DAGs and their versions: what is stored when a DAG file was read, and what is active now.

A DAG gets a new version when what it means changes: its spec, or the code that would run
(`sources.meaning`). A change of comments, layout or notebook outputs makes none; the version then
points to the newer text, so that the screen shows what the author sees. Going back to an earlier
meaning makes the earlier version current again.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from threading import Lock
from typing import cast

from sqlalchemy import and_, delete, func, insert, or_, select, update

from nbflow.core.dag import Dag
from nbflow.core.errors import NotFoundError, Problem
from nbflow.core.json import JsonObject
from nbflow.core.orders import SourceBundle
from nbflow.store import journal, sources
from nbflow.store.database import Session
from nbflow.store.journal import Change
from nbflow.store.tables import (
    AnyRow,
    AnySelect,
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
REMEMBERED = 4096
"""How many DAG versions a process keeps in memory, read from their JSON."""


@dataclass(frozen=True)
class StoredDag:
    """The current version of a DAG. `last_...` are of its latest scheduled run, None before it."""

    dag: Dag
    version_id: int
    version: int
    file: str
    active: bool
    paused: bool
    created_at: datetime
    updated_at: datetime
    last_logical_date: datetime | None
    last_run_after: datetime | None


@dataclass(frozen=True)
class FileProblem:
    """A problem of a DAG file, and when the file was read that has it."""

    problem: Problem
    seen_at: datetime


# -- reading ---------------------------------------------------------------------------------------


def active_dags(session: Session) -> list[StoredDag]:
    """Every DAG that a file defines now, paused or not, by its id."""
    return _stored(session, _current().where(_DAGS.c.active))


def known_dags(session: Session) -> list[StoredDag]:
    """Every DAG there ever was, those without a file too, by its id."""
    return _stored(session, _current())


def current_version(session: Session, dag_id: str) -> StoredDag | None:
    """The DAG as last read; None if there never was one of that id."""
    found = _stored(session, _current().where(_DAGS.c.dag_id == dag_id))
    return found[0] if found else None


def load_version(session: Session, version_id: int) -> tuple[Dag, SourceBundle]:
    """The DAG of a version and the code it runs. Raises NotFoundError."""
    columns = (_VERSIONS.c.fingerprint, _VERSIONS.c.bundle_digest)
    row = session.execute(select(*columns).where(_VERSIONS.c.id == version_id)).one_or_none()
    if row is None:
        raise NotFoundError(f"There is no DAG version {version_id}.")
    dag = read_dags(session, {version_id: row.fingerprint})[version_id]
    return dag, sources.load_bundle(session, row.bundle_digest)


def read_dags(session: Session, fingerprints: Mapping[int, str]) -> dict[int, Dag]:
    """The DAGs of these versions, given as {version_id: fingerprint}.

    Asks the database only for what this process has not seen, and at most once.
    """
    known = _MEMORY.known(fingerprints.values())
    missing = [pk for pk, fingerprint in fingerprints.items() if fingerprint not in known]
    if missing:
        asked = select(_VERSIONS.c.fingerprint, _VERSIONS.c.spec).where(_VERSIONS.c.id.in_(missing))
        for fingerprint, spec in session.execute(asked):
            known[fingerprint] = Dag.from_json(cast("JsonObject", spec))
        _MEMORY.remember(known)
    return {pk: known[fingerprint] for pk, fingerprint in fingerprints.items()}


def import_errors(session: Session) -> list[FileProblem]:
    """The problems of all DAG files, warnings included, by file."""
    rows = session.execute(select(_ERRORS).order_by(_ERRORS.c.file, _ERRORS.c.id))
    return [FileProblem(Problem(**row.problem), row.seen_at) for row in rows]


def files_to_read_again(session: Session) -> list[str]:
    """Files that were refused a DAG whose id is free now: they are to be parsed and saved again."""
    taken = select(_DAGS.c.dag_id).where(
        _DAGS.c.dag_id == _ERRORS.c.dag_id, _DAGS.c.active, _DAGS.c.file != _ERRORS.c.file
    )
    waiting = select(_ERRORS.c.file).where(_ERRORS.c.code == DUPLICATE_DAG, ~taken.exists())
    return list(session.scalars(waiting.distinct().order_by(_ERRORS.c.file)))


def _current() -> AnySelect:
    is_current = and_(_VERSIONS.c.dag_id == _DAGS.c.dag_id, _VERSIONS.c.number == _DAGS.c.version)
    chosen = select(
        _VERSIONS.c.id,
        _VERSIONS.c.fingerprint,
        _DAGS.c.version,
        _DAGS.c.file,
        _DAGS.c.active,
        _DAGS.c.paused,
        _DAGS.c.created_at,
        _DAGS.c.updated_at,
        _DAGS.c.last_logical_date,
        _DAGS.c.last_run_after,
    )
    return chosen.join_from(_DAGS, _VERSIONS, is_current).order_by(_DAGS.c.dag_id)


def _stored(session: Session, query: AnySelect) -> list[StoredDag]:
    rows = session.execute(query).all()
    dags = read_dags(session, {row.id: row.fingerprint for row in rows})
    return [StoredDag(dags[row[0]], row[0], *row[2:]) for row in rows]


class _Memory:
    """DAGs by fingerprint, the latest used last. A fingerprint names a content: none goes stale."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._dags: OrderedDict[str, Dag] = OrderedDict()
        self._lock = Lock()

    def known(self, fingerprints: Iterable[str]) -> dict[str, Dag]:
        with self._lock:
            found = {f: self._dags[f] for f in fingerprints if f in self._dags}
            for fingerprint in found:
                self._dags.move_to_end(fingerprint)
            return found

    def remember(self, dags: Mapping[str, Dag]) -> None:
        with self._lock:
            self._dags.update(dags)
            while len(self._dags) > self._size:
                self._dags.popitem(last=False)


_MEMORY = _Memory(REMEMBERED)


# -- writing ---------------------------------------------------------------------------------------


def set_paused(
    session: Session, dag_id: str, paused: bool, actor: str | None, now: datetime
) -> None:
    """Stop, or go on with, creating scheduled runs of a DAG. Raises NotFoundError."""
    changed = update(_DAGS).where(_DAGS.c.dag_id == dag_id).values(paused=paused)
    if not session.execute(changed).rowcount:
        raise NotFoundError(f"There is no DAG {dag_id!r}.")
    state = "paused" if paused else "unpaused"
    journal.append(session, [Change(now, "dag", dag_id, state=state, actor=actor)])


def forget_file(session: Session, file: str, now: datetime) -> list[str]:
    """A file is gone: its DAGs become inactive, their history stays. Returns their ids."""
    gone = select(_DAGS.c.dag_id).where(_DAGS.c.file == file, _DAGS.c.active)
    dag_ids = sorted(session.scalars(gone))
    _deactivate(session, dag_ids, now)
    _save_problems(session, file, [], now)
    return dag_ids


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
    ids = [dag.dag_id for dag in dags]
    of_file_or_ids = or_(_DAGS.c.file == file, _DAGS.c.dag_id.in_(ids))
    before = {row.dag_id: row for row in session.execute(select(_DAGS).where(of_file_or_ids))}
    taken = {i: row.file for i, row in before.items() if row.active and row.file != file}
    mine = [dag for dag in dags if dag.dag_id not in taken]
    duplicates = [_duplicate(file, dag_id, taken[dag_id]) for dag_id in ids if dag_id in taken]
    versions = _versions(session, mine, sources.meaning(bundle))
    _save_versions(session, file, versions, bundle, now)
    changed = [v for v in versions if not _is_same(before.get(v.dag.dag_id), file, v.number)]
    lines = [
        Change(now, "dag", v.dag.dag_id, state="changed", data={"version": v.number})
        for v in changed
    ]
    journal.append(session, lines)
    gone = _unexplained(set(before) - set(taken) - set(ids), before, problems)
    _deactivate(session, gone, now)
    _save_problems(session, file, [*problems, *duplicates], now)
    return [*(v.dag.dag_id for v in changed), *gone]


@dataclass(frozen=True)
class _Version:
    """A version that is to be current. `id` is None for one that has to be written."""

    dag: Dag
    fingerprint: str
    number: int
    id: int | None


def _versions(session: Session, dags: Sequence[Dag], meaning: str) -> list[_Version]:
    """The version of each DAG: one there has been, or the next number."""
    if not dags:
        return []
    prints = {dag.dag_id: _fingerprint(dag, meaning) for dag in dags}
    of_dags = _VERSIONS.c.dag_id.in_(list(prints))
    newest = select(_VERSIONS.c.dag_id, func.max(_VERSIONS.c.number)).where(of_dags)
    newest = newest.group_by(_VERSIONS.c.dag_id)
    numbers = {row[0]: int(row[1]) for row in session.execute(newest)}
    same = select(_VERSIONS.c.dag_id, _VERSIONS.c.id, _VERSIONS.c.number).where(
        of_dags, _VERSIONS.c.fingerprint.in_(list(prints.values()))
    )
    there = {row.dag_id: row for row in session.execute(same)}
    return [
        _Version(dag, prints[dag_id], there[dag_id].number, there[dag_id].id)
        if (dag_id := dag.dag_id) in there
        else _Version(dag, prints[dag_id], numbers.get(dag_id, 0) + 1, None)
        for dag in dags
    ]


def _fingerprint(dag: Dag, meaning: str) -> str:
    return sha256(f"{dag.fingerprint()} {meaning}".encode()).hexdigest()


def _save_versions(
    session: Session, file: str, versions: list[_Version], bundle: SourceBundle, now: datetime
) -> None:
    if not versions:
        return
    sources.save_bundle(session, bundle, now)
    upsert = insert_into(session, _DAGS)
    latest = {name: upsert.excluded[name] for name in _FROM_SPEC}
    session.execute(
        upsert.on_conflict_do_update(index_elements=["dag_id"], set_=latest),
        [_dag_values(file, version, now) for version in versions],
    )
    new = [
        {
            "dag_id": version.dag.dag_id,
            "number": version.number,
            "fingerprint": version.fingerprint,
            "spec": version.dag.to_json(),
            "bundle_digest": bundle.digest,
            "created_at": now,
        }
        for version in versions
        if version.id is None
    ]
    if new:
        session.execute(insert(_VERSIONS), new)
    _point_to_newer_text(session, [v.id for v in versions if v.id is not None], bundle)


def _point_to_newer_text(session: Session, version_ids: list[int], bundle: SourceBundle) -> None:
    """Let versions that mean the same as before have the text the author sees now."""
    older = _VERSIONS.c.id.in_(version_ids) & (_VERSIONS.c.bundle_digest != bundle.digest)
    replaced = set(session.scalars(select(_VERSIONS.c.bundle_digest).where(older)))
    if replaced:
        session.execute(update(_VERSIONS).where(older).values(bundle_digest=bundle.digest))
        sources.delete_unused(session, replaced)


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


_FROM_SPEC = (
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


def _is_same(before: AnyRow | None, file: str, number: int) -> bool:
    return before is not None and before.active and before.version == number and before.file == file


def _unexplained(
    missing: set[str], before: Mapping[str, AnyRow], problems: Sequence[Problem]
) -> list[str]:
    """Which DAGs are missing from a file although no error of it says why."""
    errors = {problem.dag_id for problem in problems if problem.severity == "error"}
    if None in errors:
        return []
    return sorted(dag_id for dag_id in missing - errors if before[dag_id].active)


def _deactivate(session: Session, dag_ids: Sequence[str], now: datetime) -> None:
    if dag_ids:
        gone = update(_DAGS).where(_DAGS.c.dag_id.in_(dag_ids))
        session.execute(gone.values(active=False, updated_at=now))
        journal.append(session, [Change(now, "dag", i, state="inactive") for i in dag_ids])


def _duplicate(file: str, dag_id: str, other: str) -> Problem:
    return Problem(
        DUPLICATE_DAG,
        f"The DAG id {dag_id!r} is already taken by {other}.",
        "Give one of the two DAGs another dag_id.",
        file=file,
        dag_id=dag_id,
    )


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
