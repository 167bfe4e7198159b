"""Writes what `lifecycle.advance` decided: rows and journal lines, whole batches per statement.

Every change of state gets its line in the journal; a row only keeps the last. Nothing is written
here that core did not decide.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BindParameter,
    Executable,
    Update,
    bindparam,
    delete,
    func,
    insert,
    select,
    update,
)

from nbflow.core import effects as fx
from nbflow.core.assets import AssetEvent
from nbflow.core.cache_entry import CacheEntry
from nbflow.core.dag import Task
from nbflow.core.effects import Effect
from nbflow.core.errors import NbflowError
from nbflow.core.events import TaskKey
from nbflow.core.json import Json, JsonObject
from nbflow.core.orders import Outcome, ValueRef
from nbflow.core.snapshot import TaskInstance
from nbflow.core.states import RunState, TaskState
from nbflow.store import assets, cache, journal
from nbflow.store.database import Session
from nbflow.store.journal import Change
from nbflow.store.tables import DagRunRow, TaskInstanceRow, TryRow, ValueRow, table_of

_RUNS = table_of(DagRunRow)
_TASKS = table_of(TaskInstanceRow)
_TRIES = table_of(TryRow)
_VALUES = table_of(ValueRow)

Values = dict[str, object]
"""The columns of one row."""

_InstanceRef = tuple[int, str, int]
"""A task instance across runs: primary key of its run, task id, map index."""


def apply_effects(
    session: Session, run_pk: int, effects: Sequence[Effect], actor: str | None = None
) -> None:
    """Store what was decided in one run. `actor` is the person behind it, for the journal."""
    apply_all(session, {run_pk: effects}, actor)


def apply_all(
    session: Session,
    effects: Mapping[int, Iterable[Effect]],
    actor: str | None = None,
    names: Mapping[int, tuple[str, str]] | None = None,
) -> None:
    """Store what was decided in these runs, by primary key, in as many statements as for one.

    `names` are the dag id and run id of each, if the caller knows them.
    """
    batch = _Batch(actor)
    if names is None:
        found = session.execute(_NAMES, {"run_pks": list(effects)})
        names = {run_pk: (dag_id, run_id) for run_pk, dag_id, run_id in found}
    for run_pk, of_run in effects.items():
        if run_pk not in names:
            raise NbflowError(f"There is no run {run_pk} in the store to write effects of.")
        batch.turn_to(run_pk, *names[run_pk])
        for effect in of_run:
            batch.add(effect)
    batch.write(session)


class _Batch:
    """Rows to be written, collected from effects in their order, one list for each statement."""

    def __init__(self, actor: str | None) -> None:
        self._actor = actor
        self._run: tuple[int, str, str] = (0, "", "")
        self.runs: dict[int, Values] = {}
        self.tasks: dict[_InstanceRef, Values] = {}
        self.created: dict[_InstanceRef, Values] = {}
        self.dropped: dict[_InstanceRef, Values] = {}
        self.started: dict[str, Values] = {}
        self.continued: dict[str, Values] = {}
        self.running: dict[str, Values] = {}
        self.ended: dict[str, Values] = {}
        self.decided: dict[str, Values] = {}
        self.emptied: dict[_InstanceRef, Values] = {}
        self.values: dict[_InstanceRef, list[Values]] = {}
        self.asset_events: list[AssetEvent] = []
        self.kept: list[CacheEntry] = []
        self.used: list[tuple[int, CacheEntry]] = []
        self.lines: list[Change] = []

    def turn_to(self, run_pk: int, dag_id: str, run_id: str) -> None:
        """The effects that follow are those of this run."""
        self._run = (run_pk, dag_id, run_id)

    def add(self, effect: Effect) -> None:
        if isinstance(effect, fx.TaskChanged):
            self._task_changed(effect)
        elif isinstance(effect, fx.TaskExpanded):
            self._task_expanded(effect)
        elif isinstance(effect, fx.RunChanged):
            self._run_changed(effect)
        elif isinstance(effect, fx.TryStarted):
            self._try_started(effect)
        elif isinstance(effect, fx.TryRunning):
            self._try_running(effect)
        elif isinstance(effect, fx.TryEnded):
            values = _outcome(effect.outcome, effect.at)
            self._of_try(self.ended, effect.attempt_id).update(values)
        elif isinstance(effect, fx.TryDecided):
            self._try_decided(effect)
        elif isinstance(effect, fx.ValuesStored):
            self._values_stored(effect)
        elif not isinstance(effect, fx.CancelAttempt):
            self._came_to_pass(effect)

    def write(self, session: Session) -> None:
        _update(session, _UPDATE_RUN, self.runs)
        _write(session, _DROP_TASK, self.dropped.values())
        _write(session, _INSERT_TASK, self.created.values())
        _update(session, _UPDATE_TASK, self.tasks)
        _write(session, _INSERT_TRY, self.started.values())
        _update(session, _CONTINUE_TRY, self.continued)
        _update(session, _TRY_RUNNING, self.running)
        _update(session, _TRY_ENDED, self.ended)
        _update(session, _TRY_DECIDED, self.decided)
        _write(session, _EMPTY_VALUES, self.emptied.values())
        _write(session, _INSERT_VALUE, (row for rows in self.values.values() for row in rows))
        assets.emit(session, self.asset_events)
        cache.keep(session, self.kept)
        cache.use(session, self.used)
        journal.append(session, self.lines)

    # -- one kind of effect each -------------------------------------------------------------------

    def _task_changed(self, effect: fx.TaskChanged) -> None:
        before, after = effect.before, effect.after
        ref = (self._run[0], *after.key)
        worker = self.tasks.get(ref, {}).get("worker")
        if after.state is TaskState.QUEUED:
            worker = ""
        values = {name: getattr(after, name) for name in _TASK_FIELDS}
        if ref in self.created:
            self.created[ref].update(values)
            if effect.after.state is TaskState.QUEUED:
                self.created[ref]["worker"] = ""
        else:
            self.tasks[ref] = {**_where(ref), **values, "worker": worker}
        if after.state is TaskState.NONE:
            self._empty(ref)  # cleared: nobody may read what it handed on before
        if after.state is not before.state:
            self._line("task", after.state, effect.at, _about(after, before.state), after.key)

    def _task_expanded(self, effect: fx.TaskExpanded) -> None:
        run_pk, task_id = self._run[0], effect.task.task_id
        if effect.instead:
            ref = (run_pk, task_id, -1)
            self.tasks.pop(ref, None)
            self.created.pop(ref, None)
            self.dropped[ref] = _where(ref)
        for one in effect.created:
            ref = (run_pk, *one.key)
            values = {name: getattr(one, name) for name in _TASK_FIELDS}
            place = {"run_pk": run_pk, "task_id": task_id, "map_index": one.map_index}
            self.created[ref] = {
                **place,
                **values,
                **columns_of_task(effect.task, effect.weight),
                "worker": "",
            }
        first = effect.created[0].map_index if effect.created else 0
        about: dict[str, Json] = {
            "first": first,
            "length": len(effect.created),
            "instead": effect.instead,
        }
        self._line("mapped", TaskState.NONE, effect.at, about, (task_id, -1))

    def _run_changed(self, effect: fx.RunChanged) -> None:
        run_pk = self._run[0]
        values = {name: getattr(effect.after, name) for name in _RUN_FIELDS}
        self.runs[run_pk] = {"b_run_pk": run_pk, **values}
        before, after = effect.before, effect.after
        if (before.state, before.cancelling) != (after.state, after.cancelling):
            about: dict[str, Json] = {"message": after.message} if after.message else {}
            if after.cancelling:
                about["cancelling"] = str(after.cancelling)
            self._line("run", after.state, effect.at, about)

    def _try_started(self, effect: fx.TryStarted) -> None:
        row = _new_try(self._run[0], effect)
        before = effect.continues
        if before is None or before in self.started:
            self.started.pop(before or "", None)
            self.started[effect.attempt_id] = row
            return
        # The row of the look before becomes that of this one, whatever else was to change in it.
        self.running.pop(before, None)
        self.ended.pop(before, None)
        self.continued[effect.attempt_id] = {
            "b_attempt_id": before,
            **{name: row[name] for name in _CONTINUED_FIELDS},
        }

    def _try_decided(self, effect: fx.TryDecided) -> None:
        outcome = effect.outcome
        told = {"state": outcome.state, "reason": outcome.reason, "message": outcome.message}
        values = {**told, "ended_at": effect.at}
        if effect.attempt_id in self.started:
            self.started[effect.attempt_id].update(values)
        else:
            self.decided[effect.attempt_id] = {"b_attempt_id": effect.attempt_id, **values}

    def _try_running(self, effect: fx.TryRunning) -> None:
        values = {"state": TaskState.RUNNING, "worker": effect.worker, "started_at": effect.at}
        self._of_try(self.running, effect.attempt_id).update(values)
        ref = (self._run[0], *effect.key)
        for rows in (self.tasks, self.created):
            if ref in rows:
                rows[ref]["worker"] = effect.worker

    def _values_stored(self, effect: fx.ValuesStored) -> None:
        ref = (self._run[0], *effect.key)
        # A first try has nothing to replace, which saves most batches a statement.
        if (self.tasks.get(ref) or self.created.get(ref, {})).get("try_number") != 1:
            self._empty(ref)
        self.values[ref] = [_value_row(ref, key, value) for key, value in effect.values.items()]

    def _came_to_pass(
        self, effect: fx.AssetsUpdated | fx.DeadlinePassed | fx.ResultKept | fx.ResultUsed
    ) -> None:
        """What is written down beside the states."""
        if isinstance(effect, fx.ResultKept):
            self.kept.append(effect.entry)
            return
        if isinstance(effect, fx.ResultUsed):
            self.used.append((self._run[0], effect.entry))
            return
        if isinstance(effect, fx.DeadlinePassed):
            about = {"name": effect.name, "due_at": effect.due_at.isoformat()}
            self._line("deadline", effect.run.state, effect.at, about)
            return
        _, dag_id, run_id = self._run
        self.asset_events += [
            AssetEvent(
                one.asset, effect.at, one.extra, dag_id, run_id, *effect.key, aliases=one.aliases
            )
            for one in effect.emissions
        ]

    def _of_try(self, updates: dict[str, Values], attempt_id: str) -> Values:
        """The row to change: the one about to be inserted, or an update of the stored one."""
        if attempt_id in self.started:
            return self.started[attempt_id]
        return updates.setdefault(attempt_id, {"b_attempt_id": attempt_id})

    def _empty(self, ref: _InstanceRef) -> None:
        """Forget the values of earlier tries."""
        self.values.pop(ref, None)
        self.emptied[ref] = _where(ref)

    def _line(
        self,
        kind: str,
        state: TaskState | RunState,
        at: datetime,
        data: JsonObject,
        key: TaskKey | tuple[None, None] = (None, None),
    ) -> None:
        _, dag_id, run_id = self._run
        task_id, map_index = key
        line = Change(at, kind, dag_id, run_id, task_id, map_index, str(state), self._actor, data)
        self.lines.append(line)


# -- rows ------------------------------------------------------------------------------------------


def columns_of_task(task: Task, weight: int) -> Values:
    """What a row of `task_instances` repeats of its task, so that slots are counted from rows."""
    return {
        "pool": task.pool,
        "pool_slots": task.pool_slots,
        "priority_weight": weight,
    }


def _where(ref: _InstanceRef) -> Values:
    run_pk, task_id, map_index = ref
    return {"b_run_pk": run_pk, "b_task_id": task_id, "b_map_index": map_index}


def _about(instance: TaskInstance, before: TaskState) -> dict[str, Json]:
    """What a line says of a task instance besides its state."""
    about: dict[str, Json] = {"try_number": instance.try_number}
    if instance.map_index >= 0:
        about["before"] = str(before)  # so that who only counts instances can go on counting
    if instance.reason:
        about["reason"] = str(instance.reason)
    if instance.message:
        about["message"] = instance.message
    if instance.map_name:
        about["map_name"] = instance.map_name
    return about


def _new_try(run_pk: int, effect: fx.TryStarted) -> Values:
    task_id, map_index = effect.key
    return {
        "attempt_id": effect.attempt_id,
        "run_pk": run_pk,
        "task_id": task_id,
        "map_index": map_index,
        "try_number": effect.try_number,
        "worker": "",
        "queued_at": effect.at,
        "started_at": None,
        **_outcome(Outcome(TaskState.QUEUED), None),
    }


def _outcome(outcome: Outcome, ended_at: datetime | None) -> Values:
    plain = {name: getattr(outcome, name) for name in _OUTCOME_FIELDS}
    kernel = None if outcome.kernel is None else outcome.kernel.to_json()
    return {"ended_at": ended_at, **plain, "kernel": kernel}


def _value_row(ref: _InstanceRef, key: str, value: ValueRef) -> Values:
    run_pk, task_id, map_index = ref
    place = {"run_pk": run_pk, "task_id": task_id, "map_index": map_index, "key": key}
    return {**place, **{name: getattr(value, name) for name in _VALUE_FIELDS}}


def _write(session: Session, statement: Executable, rows: Iterable[Values]) -> int:
    """Execute `statement` for each of these rows; returns how many it found or made."""
    given = list(rows)
    return session.execute(statement, given).rowcount if given else 0


def _update(session: Session, statement: Update, rows: Mapping[Any, Values]) -> None:
    """As `_write`, for rows that must be there. `Any`: the keys are only shown."""
    found = _write(session, statement, rows.values())
    if found != len(rows):
        raise NbflowError(
            f"The store was to change {len(rows)} rows by {str(statement).split(' SET ')[0]!r} "
            f"and found {found}. The first of them: {list(rows)[:3]}."
        )


# -- statements ------------------------------------------------------------------------------------

_TASK_FIELDS = tuple(f.name for f in fields(TaskInstance) if f.name not in ("task_id", "map_index"))
_RUN_FIELDS = (
    "state",
    "message",
    "cancelling",
    "started_at",
    "ended_at",
    "note",
    "backfill_id",
    "missed_deadlines",
    "requeued_at",
)
_OUTCOME_FIELDS = (
    "state",
    "reason",
    "message",
    "traceback",
    "cell",
    "output_notebook",
    "log",
    "peak_memory",
    "rendered",
    "names_read",
)
_VALUE_FIELDS = tuple(f.name for f in fields(ValueRef))


def _given(names: Iterable[str]) -> dict[str, BindParameter[Any]]:
    return {name: bindparam(name) for name in names}


_NAMES = select(_RUNS.c.id, _RUNS.c.dag_id, _RUNS.c.run_id).where(
    _RUNS.c.id.in_(bindparam("run_pks", expanding=True))
)
_UPDATE_RUN = update(_RUNS).where(_RUNS.c.id == bindparam("b_run_pk")).values(_given(_RUN_FIELDS))
_UPDATE_TASK = (
    update(_TASKS)
    .where(
        _TASKS.c.run_pk == bindparam("b_run_pk"),
        _TASKS.c.task_id == bindparam("b_task_id"),
        _TASKS.c.map_index == bindparam("b_map_index"),
    )
    .values(
        **_given(_TASK_FIELDS),
        worker=func.coalesce(bindparam("worker", type_=_TASKS.c.worker.type), _TASKS.c.worker),
    )
)
_DROP_TASK = delete(_TASKS).where(
    _TASKS.c.run_pk == bindparam("b_run_pk"),
    _TASKS.c.task_id == bindparam("b_task_id"),
    _TASKS.c.map_index == bindparam("b_map_index"),
)
_INSERT_TASK = insert(_TASKS)
_INSERT_TRY = insert(_TRIES)
_INSERT_VALUE = insert(_VALUES)
_OF_TRY = update(_TRIES).where(_TRIES.c.attempt_id == bindparam("b_attempt_id"))
_TRY_RUNNING = _OF_TRY.values(_given(("state", "worker", "started_at")))
_TRY_ENDED = _OF_TRY.values(_given((*_OUTCOME_FIELDS, "kernel", "ended_at")))
_CONTINUED_FIELDS = (
    "attempt_id",
    "worker",
    "queued_at",
    "started_at",
    *_OUTCOME_FIELDS,
    "kernel",
    "ended_at",
)
_CONTINUE_TRY = _OF_TRY.values(_given(_CONTINUED_FIELDS))
_TRY_DECIDED = _OF_TRY.values(_given(("state", "reason", "message", "ended_at")))
_EMPTY_VALUES = delete(_VALUES).where(
    _VALUES.c.run_pk == bindparam("b_run_pk"),
    _VALUES.c.task_id == bindparam("b_task_id"),
    _VALUES.c.map_index == bindparam("b_map_index"),
)
