"""Values that tasks handed on in other runs, for a task that asks for them by name.

Bounded: a few statements for each question, and no more runs than `NEWEST_RUNS` where it does not
say which. Runs are found by their dates, so history costs nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime

from sqlalchemy import ColumnElement, exists, select

from nbflow.core.elsewhere import ANY, NEWEST_RUNS, Pull
from nbflow.core.orders import OtherRun, ValueRef
from nbflow.core.snapshot import DagRun
from nbflow.store.database import Session
from nbflow.store.tables import DagRunRow, ValueRow, columns_like, table_of

_RUNS = table_of(DagRunRow)
_VALUES = table_of(ValueRow)


def values_elsewhere(session: Session, pull: Pull, asking: DagRun) -> list[OtherRun]:
    """The runs that answer a question of a task of the run `asking`, with the values it wants."""
    return list(_with_values(session, pull, _runs(session, pull, asking)))


def _runs(session: Session, pull: Pull, asking: DagRun) -> dict[int, OtherRun]:
    of_dag = _RUNS.c.dag_id == (pull.dag_id or asking.dag_id)
    if pull.prior:
        others = of_dag & ~((_RUNS.c.dag_id == asking.dag_id) & (_RUNS.c.run_id == asking.run_id))
        return _prior(session, pull, others, asking.logical_date or asking.run_after)
    if pull.run_id != ANY:
        return _newest(session, of_dag & (_RUNS.c.run_id == (pull.run_id or asking.run_id)), 1)
    return _newest(session, of_dag, NEWEST_RUNS)


def _prior(
    session: Session, pull: Pull, others: ColumnElement[bool], before: datetime | None
) -> dict[int, OtherRun]:
    """Up to a date: the newest run in which each task handed something on, or the newest runs."""
    dated = others & (_RUNS.c.logical_date <= before)
    undated = others & _RUNS.c.logical_date.is_(None) & (_RUNS.c.run_after <= before)
    found: dict[int, OtherRun] = {}
    for which in (dated, undated):
        for task_id in pull.task_ids:
            found |= _newest(session, which & _handed_on(pull, [task_id]), 1)
        if not pull.task_ids:
            found |= _newest(session, which, NEWEST_RUNS)
    return found


def _handed_on(pull: Pull, task_ids: Collection[str]) -> ColumnElement[bool]:
    this = exists().where(_VALUES.c.run_pk == _RUNS.c.id, _VALUES.c.task_id.in_(task_ids))
    return this if pull.key == ANY else this.where(_VALUES.c.key == pull.key)


def _newest(session: Session, which: ColumnElement[bool], limit: int) -> dict[int, OtherRun]:
    columns = (_RUNS.c.id, _RUNS.c.dag_id, _RUNS.c.run_id, _RUNS.c.logical_date, _RUNS.c.run_after)
    query = select(*columns).where(which)
    query = query.order_by(_RUNS.c.logical_date.desc(), _RUNS.c.id.desc()).limit(limit)
    rows = session.execute(query)
    return {row[0]: OtherRun(row[1], row[2], row[3] or row[4]) for row in rows}


def _with_values(session: Session, pull: Pull, runs: dict[int, OtherRun]) -> Iterator[OtherRun]:
    query = select(
        _VALUES.c.run_pk,
        _VALUES.c.task_id,
        _VALUES.c.map_index,
        _VALUES.c.key,
        *columns_like(_VALUES, ValueRef),
    ).where(_VALUES.c.run_pk.in_(runs))
    if pull.task_ids:
        query = query.where(_VALUES.c.task_id.in_(pull.task_ids))
    if pull.key != ANY:
        query = query.where(_VALUES.c.key == pull.key)
    values: dict[int, dict[tuple[str, int], dict[str, ValueRef]]] = {}
    for run_pk, task_id, index, key, *ref in session.execute(query) if runs else ():
        values.setdefault(run_pk, {}).setdefault((task_id, index), {})[key] = ValueRef(*ref)
    for run_pk, run in runs.items():
        yield OtherRun(run.dag_id, run.run_id, run.at, values.get(run_pk, {}))
