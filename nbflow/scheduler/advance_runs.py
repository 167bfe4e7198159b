"""The active runs in memory, and the one way their state changes: events in, effects decided by
core, stored, then applied here.

Only the lease holder has a `RunBook`. It is a cache of rows that nobody else writes, filled from
the store when leadership begins and thrown away when anything goes wrong, so that memory and store
can never disagree for longer than one transaction.
"""

from __future__ import annotations

from collections.abc import Collection, Container, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timezone
from heapq import heappop, heappush

from nbflow.core import effects as fx
from nbflow.core.backfill import Backfill
from nbflow.core.events import Event, RetryDue, TaskKey
from nbflow.core.lifecycle import Settle, advance
from nbflow.core.limits import Candidate, candidate
from nbflow.core.mapping import MAX_MAP_LENGTH
from nbflow.core.snapshot import DagRun, TaskInstance
from nbflow.core.states import RunState, TaskState
from nbflow.scheduler.watch_runs import Watch
from nbflow.store.database import Session
from nbflow.store.effects import apply_all
from nbflow.store.runs import ActiveRun, load_run

_NEVER = datetime.max.replace(tzinfo=timezone.utc)

_LOOKED_AT_LATER = frozenset(
    {TaskState.UP_FOR_RETRY, TaskState.UP_FOR_RESCHEDULE, TaskState.DEFERRED}
)

InstanceRef = tuple[int, TaskKey]
"""A task instance across runs: (primary key of its run, its key inside the run)."""


@dataclass
class AfterCommit:
    """What to tell the executor once the transaction stands (intent before effect)."""

    cancel: list[str] = field(default_factory=list)
    finished: list[ActiveRun] = field(default_factory=list)
    asset_events: bool = False
    effects: list[tuple[ActiveRun, list[fx.Effect]]] = field(default_factory=list)
    discard: list[str] = field(default_factory=list)

    def add(self, other: AfterCommit) -> None:
        self.cancel += other.cancel
        self.finished += other.finished
        self.asset_events |= other.asset_events
        self.effects += other.effects
        self.discard += other.discard


class RunBook:
    """Every unfinished run, indexed by what the scheduler asks for: attempts, ready task instances,
    retry times.
    """

    def __init__(
        self,
        active: Iterable[ActiveRun] = (),
        backfills: Iterable[Backfill] = (),
        max_map_length: int = MAX_MAP_LENGTH,
    ) -> None:
        self._max_map_length = max_map_length
        self.backfills = {backfill.id: backfill for backfill in backfills}
        self.dates_wait: dict[int, bool] = {}
        """Whether some dates of a backfill wait to be dealt with, once that has been looked up."""
        self._by_backfill: dict[int, set[int]] = {}
        self._flushed = AfterCommit()
        self.runs: dict[int, ActiveRun] = {}
        self.attempts: dict[str, InstanceRef] = {}
        self.ready: dict[InstanceRef, Candidate | None] = {}
        self._retries: list[tuple[datetime, InstanceRef]] = []
        self.watch = Watch()
        self._by_name: dict[tuple[str, str], int] = {}
        self._effects: dict[int, list[fx.Effect]] = {}
        for run in active:
            self.add(run)

    def add(self, run: ActiveRun) -> None:
        self.runs[run.id] = run
        self._by_name[(run.snapshot.run.dag_id, run.snapshot.run.run_id)] = run.id
        self.watch.note_new_run(run.snapshot.run)
        self._index_backfill(run)
        for instance in run.snapshot.instances.values():
            self._index(run.id, instance)

    def take_in(self, session: Session, created: DagRun) -> None:
        """Add a run that was just created, unless it is known or has ended."""
        if self.find(created.dag_id, created.run_id) is not None:
            return
        run = load_run(session, created.dag_id, created.run_id)
        if run is not None and not run.snapshot.run.state.is_finished:
            self.add(run)

    def drop(self, run_pk: int) -> None:
        run = self.runs.pop(run_pk)
        del self._by_name[(run.snapshot.run.dag_id, run.snapshot.run.run_id)]
        self._by_backfill.get(run.snapshot.run.backfill_id or 0, set()).discard(run_pk)

    def take(self, run: ActiveRun) -> None:
        """A finished run that a person touches becomes active again."""
        if run.id not in self.runs:
            self.add(run)

    def replace(self, run: ActiveRun) -> None:
        """The run as it was read again, in place of what was known of it."""
        if run.id in self.runs:
            self.drop(run.id)
        self.add(run)

    def find(self, dag_id: str, run_id: str) -> ActiveRun | None:
        run_pk = self._by_name.get((dag_id, run_id))
        return None if run_pk is None else self.runs[run_pk]

    def of_dag(self, dag_id: str) -> list[ActiveRun]:
        return [run for run in self.runs.values() if run.snapshot.run.dag_id == dag_id]

    def of_backfill(self, backfill_id: int) -> list[ActiveRun]:
        """Its runs that have not ended."""
        found = [self.runs[pk] for pk in sorted(self._by_backfill.get(backfill_id, ()))]
        return [run for run in found if not run.snapshot.run.state.is_finished]

    def active_runs(self, dag_id: str) -> list[ActiveRun]:
        """The runs of a DAG that count when the next one is due, the oldest first: none of a
        backfill, which has a limit of its own, and none that is being ended.
        """
        found = [
            run
            for run in self.of_dag(dag_id)
            if run.snapshot.run.backfill_id not in self.backfills
            and not run.snapshot.run.cancelling
        ]
        return sorted(found, key=lambda r: (r.snapshot.run.run_after or _NEVER, r.id))

    def queued_runs(self) -> list[ActiveRun]:
        """Runs waiting to begin, the oldest first."""
        waiting = [r for r in self.runs.values() if r.snapshot.run.state == RunState.QUEUED]
        return sorted(waiting, key=lambda r: (r.snapshot.run.run_after or _NEVER, r.id))

    def running_runs(self, dag_id: str) -> int:
        """How many there are, those of active backfills, which have a limit of their own, left
        out.
        """
        return sum(
            r.snapshot.run.state == RunState.RUNNING
            and r.snapshot.run.backfill_id not in self.backfills
            for r in self.of_dag(dag_id)
        )

    # -- changing ----------------------------------------------------------------------------------

    def advance(
        self, run: ActiveRun, events: Iterable[Event], now: datetime, settle: Settle = Settle.FULLY
    ) -> None:
        """Let `events` happen to `run` in memory; `store` writes what followed from them."""
        effects = advance(run.snapshot, events, now, settle, self._max_map_length)
        fx.apply(run.snapshot, effects)
        self._effects.setdefault(run.id, []).extend(effects)
        self.watch.note(run.snapshot.run, effects)
        self._index_backfill(run)
        for effect in effects:
            if isinstance(effect, fx.TaskChanged):
                self._index(run.id, effect.after)

    def store(self, session: Session, actor: str | None = None) -> AfterCommit:
        """Write everything decided since the last call, in the caller's transaction."""
        after, self._flushed = self._flushed, AfterCommit()
        if self._effects:
            apply_all(session, self._effects, actor, dict(map(self._name, self._effects)))
        for run_pk, effects in self._effects.items():
            after.effects.append((self.runs[run_pk], effects))
            after.asset_events |= any(isinstance(e, fx.AssetsUpdated) for e in effects)
            after.cancel += [e.attempt_id for e in effects if isinstance(e, fx.CancelAttempt)]
            if self.runs[run_pk].snapshot.run.state.is_finished:
                if any(map(_ends_a_run, effects)):
                    after.finished.append(self.runs[run_pk])
                self.drop(run_pk)
        self._effects.clear()
        return after

    def _name(self, run_pk: int) -> tuple[int, tuple[str, str]]:
        run = self.runs[run_pk].snapshot.run
        return run_pk, (run.dag_id, run.run_id)

    def discard(self, urls: Iterable[str]) -> None:
        """What these name in the artifact store belongs to nothing any more, once this stands."""
        self._flushed.discard += urls

    def flush(self, session: Session) -> None:
        """Write what was decided so far; `store` tells of it too."""
        self._flushed = self.store(session)

    def _index_backfill(self, run: ActiveRun) -> None:
        if run.snapshot.run.backfill_id is not None:
            self._by_backfill.setdefault(run.snapshot.run.backfill_id, set()).add(run.id)

    def _index(self, run_pk: int, instance: TaskInstance) -> None:
        ref = (run_pk, instance.key)
        if instance.state == TaskState.SCHEDULED:
            self.ready[ref] = None
        else:
            self.ready.pop(ref, None)
        if instance.state in _LOOKED_AT_LATER and instance.next_try_at is not None:
            heappush(self._retries, (instance.next_try_at, ref))
        task = self.runs[run_pk].snapshot.dag.by_id.get(instance.task_id)
        if task is None:  # a task that the DAG had before the run moved to another version
            self.watch.forget(ref)
        else:
            self.watch.index(ref, task, instance)
        if instance.attempt_id is None:
            return
        if instance.is_with_executor:
            self.attempts[instance.attempt_id] = ref
        else:
            self.attempts.pop(instance.attempt_id, None)

    # -- the queue ---------------------------------------------------------------------------------

    def ready_of(self, dag_ids: Collection[str]) -> list[InstanceRef]:
        """The ready task instances of these DAGs."""
        if not dag_ids:
            return []
        return [ref for ref in self.ready if self.runs[ref[0]].snapshot.run.dag_id in dag_ids]

    def candidates(self, now: datetime, held: Container[InstanceRef] = ()) -> Iterator[Candidate]:
        """The ready task instances that are not `held`; each is described once while it waits."""
        for ref, known in self.ready.items():
            if ref not in held:
                one = known or self._candidate(ref, now)
                self.ready[ref] = one
                yield one

    def _candidate(self, ref: InstanceRef, now: datetime) -> Candidate:
        snapshot = self.runs[ref[0]].snapshot
        return candidate(ref[0], snapshot.run, snapshot.dag, ref[1], now)

    # -- due times ---------------------------------------------------------------------------------

    @property
    def next_retry_at(self) -> datetime | None:
        return self._retries[0][0] if self._retries else None

    @property
    def has_waits_to_look_at(self) -> bool:
        """Whether something has changed that others wait for, since `look_at_waits`."""
        return self.watch.has_news

    def take_due_retries(self, now: datetime) -> dict[int, list[Event]]:
        due: dict[int, list[Event]] = {}
        while self._retries and self._retries[0][0] <= now:
            _, (run_pk, key) = heappop(self._retries)
            run = self.runs.get(run_pk)
            at = None if run is None else run.snapshot.instances[key].next_try_at
            if at is not None and at <= now:
                due.setdefault(run_pk, []).append(RetryDue(key))
        return due

    def look_at_waits(self, session: Session, now: datetime) -> AfterCommit:
        """Store what was decided, and let those go on that waited for it; until none is left."""
        after = self.store(session)
        while found := self.watch.look(session):
            for run_pk, events in found.items():
                if run_pk in self.runs:
                    self.advance(self.runs[run_pk], events, now)
            after.add(self.store(session))
        return after


def _ends_a_run(effect: fx.Effect) -> bool:
    """Not so a note on a run that has ended."""
    if not isinstance(effect, fx.RunChanged):
        return False
    return effect.after.state.is_finished and not effect.before.state.is_finished
