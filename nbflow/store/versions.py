"""The versions a DAG has had: their list, their specs, their text. Read-only."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, func, select

from nbflow.core.dag import Dag
from nbflow.store import sources
from nbflow.store.dags import read_dags
from nbflow.store.database import Session
from nbflow.store.tables import DagRow, DagRunRow, DagVersionRow, table_of

_DAGS, _VERSIONS, _RUNS = table_of(DagRow), table_of(DagVersionRow), table_of(DagRunRow)


@dataclass(frozen=True)
class ListedVersion:
    """One version of a DAG: its number, since when it exists, and how many runs execute it."""

    number: int
    created_at: datetime
    is_current: bool
    runs: int
    dag: Dag


@dataclass(frozen=True)
class VersionText:
    """A version with the text it was made of, by paths inside the bundle."""

    number: int
    dag: Dag
    files: Mapping[str, bytes]


def current_of_bundles(session: Session, digests: Collection[str]) -> Mapping[str, list[Dag]]:
    """The current versions of DAGs that were made of these bundles, by the bundle's digest."""
    if not digests:
        return {}
    is_current = and_(_VERSIONS.c.dag_id == _DAGS.c.dag_id, _VERSIONS.c.number == _DAGS.c.version)
    columns = (_VERSIONS.c.id, _VERSIONS.c.fingerprint, _VERSIONS.c.bundle_digest)
    rows = session.execute(
        select(*columns)
        .join_from(_DAGS, _VERSIONS, is_current)
        .where(_VERSIONS.c.bundle_digest.in_(digests))
    ).all()
    dags = read_dags(session, {row.id: row.fingerprint for row in rows})
    found: defaultdict[str, list[Dag]] = defaultdict(list)
    for row in rows:
        found[row.bundle_digest].append(dags[row.id])
    return found


def versions(session: Session, dag_id: str, limit: int) -> list[ListedVersion]:
    """The newest versions of a DAG, newest first."""
    runs = (
        select(func.count())
        .where(_RUNS.c.version_id == _VERSIONS.c.id)
        .correlate(_VERSIONS)
        .scalar_subquery()
    )
    columns = (_VERSIONS.c.id, _VERSIONS.c.number, _VERSIONS.c.fingerprint, _VERSIONS.c.created_at)
    rows = session.execute(
        select(*columns, (_DAGS.c.version == _VERSIONS.c.number).label("current"), runs.label("n"))
        .join_from(_VERSIONS, _DAGS, _DAGS.c.dag_id == _VERSIONS.c.dag_id)
        .where(_VERSIONS.c.dag_id == dag_id)
        .order_by(_VERSIONS.c.number.desc())
        .limit(limit)
    ).all()
    dags = read_dags(session, {row.id: row.fingerprint for row in rows})
    return [
        ListedVersion(row.number, row.created_at, bool(row.current), int(row.n), dags[row.id])
        for row in rows
    ]


def version_text(session: Session, dag_id: str, number: int) -> VersionText | None:
    """A version with its text; None if there is none of that number."""
    columns = (_VERSIONS.c.id, _VERSIONS.c.fingerprint, _VERSIONS.c.bundle_digest)
    row = session.execute(
        select(*columns).where(_VERSIONS.c.dag_id == dag_id, _VERSIONS.c.number == number)
    ).one_or_none()
    if row is None:
        return None
    dag = read_dags(session, {row.id: row.fingerprint})[row.id]
    return VersionText(number, dag, sources.files_of(session, row.bundle_digest))
