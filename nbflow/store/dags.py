"""DAGs as they are now, and their versions. What a DAG file says is written in `dag_files.py`."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from threading import Lock
from typing import cast

from sqlalchemy import and_, select, update

from nbflow.core.dag import Dag
from nbflow.core.errors import NotFoundError
from nbflow.core.json import Json, JsonObject
from nbflow.core.orders import SourceBundle
from nbflow.core.timetable import DagRunInfo
from nbflow.store import journal, sources
from nbflow.store.dag_files import (
    FileProblem,
    ReadFile,
    added_files,
    files_to_read_again,
    forget_file,
    import_errors,
    mark_added,
    owner_of,
    save_file,
    save_files,
)
from nbflow.store.database import Session
from nbflow.store.journal import Change
from nbflow.store.tables import AnySelect, DagRow, DagVersionRow, table_of

__all__ = [
    "FileProblem",
    "ReadFile",
    "StoredDag",
    "active_among",
    "active_dags",
    "added_files",
    "current_version",
    "files_to_read_again",
    "forget_file",
    "held_dags",
    "import_errors",
    "known_dags",
    "load_version",
    "mark_added",
    "owner_of",
    "read_dags",
    "save_calendar",
    "save_file",
    "save_files",
    "set_paused",
    "skip_run",
]

_DAGS = table_of(DagRow)
_VERSIONS = table_of(DagVersionRow)

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
    held: bool
    calendar: Json
    created_at: datetime
    updated_at: datetime
    last_logical_date: datetime | None
    last_run_after: datetime | None


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


def active_among(session: Session, dag_ids: Collection[str]) -> list[StoredDag]:
    """Those of these DAGs that a file defines now, by their ids."""
    if not dag_ids:
        return []
    return _stored(session, _current().where(_DAGS.c.active, _DAGS.c.dag_id.in_(dag_ids)))


def held_dags(session: Session) -> frozenset[str]:
    """The DAGs that are paused with their runs held."""
    return frozenset(session.scalars(select(_DAGS.c.dag_id).where(_DAGS.c.held)))


def load_version(session: Session, version_id: int) -> tuple[Dag, SourceBundle]:
    """The DAG of a version and the code it runs. Raises NotFoundError."""
    columns = (_VERSIONS.c.fingerprint, _VERSIONS.c.bundle_digest, _VERSIONS.c.root)
    row = session.execute(select(*columns).where(_VERSIONS.c.id == version_id)).one_or_none()
    if row is None:
        raise NotFoundError(f"There is no DAG version {version_id}.")
    dag = read_dags(session, {version_id: row.fingerprint})[version_id]
    return dag, SourceBundle(
        row.bundle_digest, sources.files_of(session, row.bundle_digest), row.root
    )


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


def _current() -> AnySelect:
    is_current = and_(_VERSIONS.c.dag_id == _DAGS.c.dag_id, _VERSIONS.c.number == _DAGS.c.version)
    chosen = select(
        _VERSIONS.c.id,
        _VERSIONS.c.fingerprint,
        _DAGS.c.version,
        _DAGS.c.file,
        _DAGS.c.active,
        _DAGS.c.paused,
        _DAGS.c.held,
        _DAGS.c.calendar,
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
    session: Session,
    dag_id: str,
    paused: bool,
    actor: str | None,
    now: datetime,
    *,
    hold: bool = False,
    why: str = "",
) -> None:
    """Stop, or go on with, creating scheduled runs of a DAG; with `hold` nothing more of its runs
    is started either. The journal says `why`. Raises NotFoundError.
    """
    changed = update(_DAGS).where(_DAGS.c.dag_id == dag_id).values(paused=paused, held=hold)
    if not session.execute(changed).rowcount:
        raise NotFoundError(f"There is no DAG {dag_id!r}.")
    state = "paused" if paused else "unpaused"
    data: dict[str, Json] = {"hold": hold, **({"message": why} if why else {})}
    line = Change(now, "dag", dag_id, state=state, actor=actor, data=data)
    journal.append(session, [line])


def save_calendar(session: Session, dag_id: str, calendar: Json) -> None:
    """Keep what the timetable of a DAG was asked for ahead of time."""
    session.execute(update(_DAGS).where(_DAGS.c.dag_id == dag_id).values(calendar=calendar))


def skip_run(session: Session, dag_id: str, info: DagRunInfo, now: datetime) -> None:
    """Pass over what was due of a schedule up to `info`, because older runs were active."""
    moved = update(_DAGS).where(_DAGS.c.dag_id == dag_id)
    session.execute(
        moved.values(last_logical_date=info.logical_date, last_run_after=info.run_after)
    )
    due = info.run_after.isoformat()
    data = {"run_after": due, "message": "Skipped, because older runs of the DAG were active."}
    journal.append(session, [Change(now, "run_skipped", dag_id, state="skipped", data=data)])
