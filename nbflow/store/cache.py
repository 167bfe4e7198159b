"""Results that may stand for running a task again, under their keys, and which runs use them.

An entry lives as long as a run does that made or used it: with the last one it is forgotten, and
what it needs of the artifact store may go. What makes a key is in `core/cache.py`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, NamedTuple, cast

from sqlalchemy import ColumnElement, delete, exists, func, insert, or_, select

from nbflow.core.assets import emission_from_json
from nbflow.core.cache_entry import CacheEntry
from nbflow.core.orders import Outcome, ValueRef
from nbflow.core.states import TaskState
from nbflow.store.database import Session
from nbflow.store.tables import (
    CacheEntryRow,
    CacheUseRow,
    CacheValueRow,
    DagRunRow,
    TryRow,
    columns_like,
    insert_into,
    table_of,
)

_ENTRIES, _VALUES = table_of(CacheEntryRow), table_of(CacheValueRow)
_USES, _TRIES, _RUNS = table_of(CacheUseRow), table_of(TryRow), table_of(DagRunRow)

Values = dict[str, object]

_AT_ONCE = 500
"""Databases limit how much a statement may name."""


class AttemptName(NamedTuple):
    """Whose folder in the artifact store it is."""

    dag_id: str
    run_id: str
    task_id: str
    attempt_id: str


@dataclass(frozen=True)
class Forgotten:
    """What becomes of artifacts when a run is deleted. Where other runs use some of its own,
    `attempts` are those that may go, else None: all of it may. Nobody needs those of `released`
    any more, whose own runs are gone.
    """

    attempts: tuple[AttemptName, ...] | None
    released: tuple[AttemptName, ...]


def find(session: Session, keys: Collection[str]) -> dict[str, CacheEntry]:
    """The entries of these keys that there are."""
    wanted = sorted(set(keys))
    found: dict[str, CacheEntry] = {}
    for start in range(0, len(wanted), _AT_ONCE):
        found.update(_find(session, wanted[start : start + _AT_ONCE]))
    return found


def _find(session: Session, keys: Sequence[str]) -> dict[str, CacheEntry]:
    values: dict[str, dict[str, ValueRef]] = {}
    columns = columns_like(_VALUES, ValueRef)
    query = select(_VALUES.c.cache_key, _VALUES.c.name, *columns)
    for key, name, *ref in session.execute(query.where(_VALUES.c.cache_key.in_(keys))):
        values.setdefault(key, {})[name] = ValueRef(*ref)
    names = [field.name for field in fields(CacheEntry) if field.name != "outcome"]
    rows = session.execute(
        select(*(_ENTRIES.c[name] for name in names), _ENTRIES.c.result).where(
            _ENTRIES.c.key.in_(keys)
        )
    )
    found: dict[str, CacheEntry] = {}
    for row in rows:
        *about, result = row
        outcome = _outcome(result, values.get(row.key, {}))
        entry = CacheEntry(**dict(zip(names, about, strict=True)), outcome=outcome)
        found[entry.key] = entry
    return found


def keep(session: Session, entries: Iterable[CacheEntry]) -> None:
    """Write these entries, each in place of what was under its key."""
    found = list({entry.key: entry for entry in entries}.values())
    if not found:
        return
    gone = delete(_VALUES).where(_VALUES.c.cache_key.in_([entry.key for entry in found]))
    session.execute(gone)
    new = insert_into(session, _ENTRIES)
    changed = {c.name: new.excluded[c.name] for c in _ENTRIES.c if c.name != "key"}
    session.execute(
        new.on_conflict_do_update(index_elements=["key"], set_=changed), [_row(e) for e in found]
    )
    values = [row for entry in found for row in _value_rows(entry)]
    if values:
        session.execute(insert(_VALUES), values)


def use(session: Session, uses: Iterable[tuple[int, CacheEntry]]) -> None:
    """Remember which runs, by primary key, use the artifacts of which attempts."""
    rows = [
        {"run_pk": run_pk, **AttemptName(e.dag_id, e.run_id, e.task_id, e.attempt_id)._asdict()}
        for run_pk, e in uses
    ]
    if rows:
        session.execute(insert_into(session, _USES).on_conflict_do_nothing(), rows)


@dataclass(frozen=True)
class CacheName:
    """An entry, and the task instance it came from."""

    key: str
    dag_id: str
    run_id: str
    task_id: str
    map_index: int
    at: datetime


@dataclass(frozen=True)
class KeptResult:
    """An entry as a person sees it: how many values it has, their bytes, and how many runs use it
    besides the one that made it.
    """

    name: CacheName
    values: int
    size: int
    used_by: int


def read(
    session: Session,
    dag_id: str | None = None,
    task_id: str | None = None,
    key: str | None = None,
    *,
    search: str = "",
    limit: int,
) -> list[KeptResult]:
    """The newest entries, of that DAG, task or key only if they are named, and with `search` in a
    name if there is one.
    """
    of_entry = _VALUES.c.cache_key == _ENTRIES.c.key
    uses = select(func.count()).where(_USES.c.attempt_id == _ENTRIES.c.attempt_id)
    query = select(
        *columns_like(_ENTRIES, CacheName),
        select(func.count()).where(of_entry).scalar_subquery(),
        select(func.coalesce(func.sum(_VALUES.c.size), 0)).where(of_entry).scalar_subquery(),
        uses.scalar_subquery(),
    )
    newest = (_ENTRIES.c.at.desc(), _ENTRIES.c.key)
    wanted = [*_named(dag_id, task_id, key), *_found(search)]
    query = query.where(*wanted).order_by(*newest).limit(limit)
    return [KeptResult(CacheName(*row[:-3]), *row[-3:]) for row in session.execute(query)]


def keys_that_begin(session: Session, text: str, limit: int = 2) -> list[str]:
    """The first keys that begin with `text`, which a person has typed."""
    begins = _ENTRIES.c.key.startswith(text, autoescape=True)
    return list(session.scalars(select(_ENTRIES.c.key).where(begins).limit(limit)))


def forget(
    session: Session,
    dag_id: str | None = None,
    task_id: str | None = None,
    key: str | None = None,
) -> int:
    """Forget entries: all of them, those of a DAG, of a task, or the one of that key. How many.

    Their files stay as long as runs have them.
    """
    return session.execute(delete(_ENTRIES).where(*_named(dag_id, task_id, key))).rowcount


def forget_keys(session: Session, keys: Collection[str]) -> int:
    """Forget the entries of these keys. How many there were."""
    wanted = sorted(set(keys))
    return sum(
        session.execute(
            delete(_ENTRIES).where(_ENTRIES.c.key.in_(wanted[start : start + _AT_ONCE]))
        ).rowcount
        for start in range(0, len(wanted), _AT_ONCE)
    )


def forget_before(session: Session, before: datetime, limit: int = 1000) -> int:
    """Forget the oldest entries that were made before that. How many."""
    old = select(_ENTRIES.c.key).where(_ENTRIES.c.at < before).order_by(_ENTRIES.c.at).limit(limit)
    return session.execute(delete(_ENTRIES).where(_ENTRIES.c.key.in_(old))).rowcount


def _named(dag_id: str | None, task_id: str | None, key: str | None) -> list[ColumnElement[bool]]:
    entries = _ENTRIES.c
    pairs = ((entries.dag_id, dag_id), (entries.task_id, task_id), (entries.key, key))
    return [column == name for column, name in pairs if name is not None]


def _found(search: str) -> list[ColumnElement[bool]]:
    """Each word of it is somewhere in a name, or begins the key; case does not count."""
    entries = _ENTRIES.c
    names = (entries.dag_id, entries.task_id, entries.run_id)
    return [
        or_(
            entries.key.startswith(word, autoescape=True),
            *(name.icontains(word, autoescape=True) for name in names),
        )
        for word in search.split()
    ]


def forget_run(session: Session, run_pk: int) -> Forgotten:
    """Forget the entries that no run is left for without this one, which is about to go."""
    made = select(_TRIES.c.attempt_id).where(_TRIES.c.run_pk == run_pk)
    by_others = select(_USES.c.attempt_id).where(_USES.c.run_pk != run_pk)
    alive = exists().where(_TRIES.c.attempt_id == _USES.c.attempt_id)
    columns = [_USES.c[name] for name in AttemptName._fields]
    released = session.execute(
        select(*columns).where(
            _USES.c.run_pk == run_pk, ~alive, _USES.c.attempt_id.not_in(by_others)
        )
    )
    result = Forgotten(_to_go(session, run_pk), tuple(AttemptName(*row) for row in released))
    gone = {one.attempt_id for one in result.released}
    mine = _ENTRIES.c.attempt_id.in_(made) & _ENTRIES.c.attempt_id.not_in(by_others)
    session.execute(delete(_ENTRIES).where(mine | _ENTRIES.c.attempt_id.in_(gone)))
    return result


def _to_go(session: Session, run_pk: int) -> tuple[AttemptName, ...] | None:
    """The attempts of a run whose folders may go, None if no other run uses any of them."""
    used = exists().where(_USES.c.attempt_id == _TRIES.c.attempt_id, _USES.c.run_pk != run_pk)
    columns = (_RUNS.c.dag_id, _RUNS.c.run_id, _TRIES.c.task_id, _TRIES.c.attempt_id)
    query = select(*columns, used).join(_RUNS, _RUNS.c.id == _TRIES.c.run_pk)
    found = session.execute(query.where(_TRIES.c.run_pk == run_pk)).all()
    if not any(row[-1] for row in found):
        return None
    return tuple(AttemptName(*row[:-1]) for row in found if not row[-1])


# -- rows ------------------------------------------------------------------------------------------

_RESULT = ("short_circuit", "output_notebook", "log", "map_name", "message")


def _row(entry: CacheEntry) -> Values:
    outcome = entry.outcome
    result = {
        **{name: getattr(outcome, name) for name in _RESULT},
        "follow": None if outcome.follow is None else list(outcome.follow),
        "rendered": dict(outcome.rendered),
        "emissions": [one.to_json() for one in outcome.emissions],
    }
    names = (field.name for field in fields(CacheEntry) if field.name != "outcome")
    return {**{name: getattr(entry, name) for name in names}, "result": result}


def _outcome(result: object, values: Mapping[str, ValueRef]) -> Outcome:
    raw = cast("dict[str, Any]", result)  # as `_row` wrote it
    return Outcome(
        TaskState.SUCCESS,
        values=values,
        follow=None if raw["follow"] is None else tuple(raw["follow"]),
        rendered=raw["rendered"],
        emissions=tuple(map(emission_from_json, raw["emissions"])),
        **{name: raw[name] for name in _RESULT},
    )


def _value_rows(entry: CacheEntry) -> Iterable[Values]:
    names = [field.name for field in fields(ValueRef)]
    for name, ref in entry.outcome.values.items():
        columns = {column: getattr(ref, column) for column in names}
        yield {"cache_key": entry.key, "name": name, **columns}
