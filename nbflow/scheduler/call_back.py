"""Calls back: what happened in runs becomes callbacks and notifications that are due, orders for
the executor and letters for the notifier, and endings.

A callback is stored in the transaction of its occasion, marked as sent in one before its order goes
out, and never sent twice: what may have begun when a scheduler was lost counts as lost. Callbacks
never take more than half of the executor, so that hanging ones hold up no task.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import uuid4

from nbflow.core.callbacks import Happened, what_happened
from nbflow.core.dag import Task, TaskKind
from nbflow.core.effects import Effect
from nbflow.core.events import TaskKey
from nbflow.core.json import Json
from nbflow.core.notifications import Target, masked, message_names, targets
from nbflow.core.orders import (
    CallbackOrder,
    Outcome,
    ReportKind,
    Source,
    TaskOrder,
    TaskReport,
    artifact_folder,
)
from nbflow.core.snapshot import RunSnapshot, TaskInstance
from nbflow.core.states import TaskState
from nbflow.executors.base import Executor
from nbflow.scheduler.advance_runs import RunBook
from nbflow.scheduler.make_orders import run_info
from nbflow.scheduler.notify import Job, Notifier, NotifySettings
from nbflow.store import callbacks as callback_store
from nbflow.store import runs as run_store
from nbflow.store.callbacks import Ending, Named, StoredCallback
from nbflow.store.database import Session
from nbflow.store.runs import ActiveRun

MOST_VALUES = 200
"""A callback may read the values of so many tasks; of a larger DAG only its own task's."""

_FOLDER = "callbacks"


@dataclass(frozen=True)
class CallbackSettings:
    """`timeout` and `heartbeat` are in seconds, `artifacts` is the root of the artifact store.

    Without `notify` nobody is notified, whatever DAGs say: a run in a test writes no mail.
    """

    artifacts: str
    timeout: float = 60.0
    heartbeat: float = 5.0
    notify: NotifySettings | None = None


@dataclass(frozen=True)
class Pending:
    """A callback that has not ended, with its run."""

    named: Named
    run: ActiveRun

    @property
    def id(self) -> str:
        return self.named.callback.callback_id


class CallBack:
    """The callbacks that have not ended: `due` ones in order, and those that were `sent`."""

    def __init__(
        self,
        settings: CallbackSettings,
        source: Callable[[Session, int], Source],
        wake: Callable[[], None],
    ) -> None:
        self._settings = settings
        self._source = source
        self.notifier = None if settings.notify is None else Notifier(settings.notify, wake)
        self._letters: list[Job] = []
        self.due: dict[str, Pending] = {}
        self.sent: dict[str, Pending] = {}

    @property
    def is_idle(self) -> bool:
        """Whether nothing is due or under way."""
        return not (self.due or self.sent)

    def forget(self) -> None:
        """Memory may be ahead of the store: `recover` reads it again."""
        self.due.clear()
        self.sent.clear()
        self._letters.clear()

    def recover(self, session: Session, book: RunBook, executor: Executor, now: datetime) -> None:
        """Take over from an earlier scheduler: what is due, and what the executor still has."""
        self.forget()
        for named in callback_store.unfinished(session):
            run = book.find(named.dag_id, named.run_id)
            run = run or run_store.load_run(session, named.dag_id, named.run_id)
            if run is not None:
                table = self.sent if named.callback.state == "sent" else self.due
                table[named.callback.callback_id] = Pending(named, run)
        adopted = executor.adopt(tuple(self.sent)) if self.sent else set()
        if self.notifier is not None:
            adopted |= {one for one in self.sent if self.notifier.has(one)}
        gone = [self.sent.pop(one) for one in list(self.sent) if one not in adopted]
        why = "It was sent, and its worker or the scheduler was lost: it may or may not have run."
        endings = [(one.named, Ending(one.id, "lost", why)) for one in gone]
        callback_store.ended(session, endings, now)

    def note(self, session: Session, effects: Iterable[tuple[ActiveRun, Sequence[Effect]]]) -> None:
        """Store the callbacks and notifications that became due by what was decided."""
        happened = [
            (run, one)
            for run, of_run in effects
            if run.snapshot.dag.calls_back or self._hears_of_every_dag
            for one in what_happened(of_run)
        ]
        self.tell(session, happened)

    @property
    def _hears_of_every_dag(self) -> bool:
        return self.notifier is not None and self.notifier.settings.is_about_every_dag

    def tell(self, session: Session, happened: Iterable[tuple[ActiveRun, Happened]]) -> None:
        """The same for what happened otherwise, such as a deadline that was missed."""
        new = [Pending(named, run) for run, one in happened for named in self._wanted(run, one)]
        callback_store.add(session, [one.named for one in new])
        self.due.update({one.id: one for one in new})

    def _wanted(self, run: ActiveRun, one: Happened) -> list[Named]:
        """A row for each function and each address that wants to know."""
        names = [("callback", name) for name in _callbacks(run, one)]
        letters = self._targets(run, one.key, str(one.occasion))
        return _rows(run, one, names) + _rows(
            run, one, [("notify", masked(t.url)) for t in letters]
        )

    def _targets(self, run: ActiveRun, key: TaskKey | None, occasion: str) -> list[Target]:
        if self.notifier is None:
            return []
        dag, project = run.snapshot.dag, self.notifier.settings
        if key is None:
            return targets((*dag.notify, project.runs), occasion)
        task = dag.by_id.get(key[0])
        return targets((*(() if task is None else task.notify), project.tasks), occasion)

    def take_reports(self, session: Session, reports: Sequence[TaskReport], now: datetime) -> None:
        """Store how callbacks ended."""
        endings = []
        for report in reports:
            if report.kind is ReportKind.FINISHED and report.outcome is not None:
                one = self.sent.pop(report.attempt_id, None)
                if one is not None:
                    endings.append((one.named, _ending(one.id, report.outcome)))
        for end in [] if self.notifier is None else self.notifier.drain():
            one = self.sent.pop(end.callback_id, None)
            if one is not None:
                endings.append((one.named, end))
        callback_store.ended(session, endings, now)

    def hand_out(self, session: Session, executor: Executor, now: datetime) -> list[TaskOrder]:
        """Mark callbacks as sent, and give the orders that go out after the commit."""
        if not self.due:
            return []
        places = max(1, executor.slots().total // 2) - sum(map(_is_call, self.sent.values()))
        calls = [one for one in self.due.values() if _is_call(one)][: max(0, places)]
        letters = [one for one in self.due.values() if not _is_call(one)]
        callback_store.sent(session, [one.named for one in (*calls, *letters)], now)
        for one in (*calls, *letters):
            self.sent[one.id] = self.due.pop(one.id)
        self._letters += [self._letter(one) for one in letters]
        return [self._order(session, one) for one in calls]

    def post(self) -> None:
        """Hand the notifications that were marked as sent to those who send; after the commit."""
        letters, self._letters = self._letters, []
        if self.notifier is not None:
            for letter in letters:
                self.notifier.send(letter)

    @property
    def at_work(self) -> int:
        """How many callbacks the executor has."""
        return sum(map(_is_call, self.sent.values()))

    @property
    def look_again(self) -> float | None:
        """Seconds until a notification has taken too long; None if none is on its way."""
        return None if self.notifier is None else self.notifier.look_again

    def _letter(self, one: Pending) -> Job:
        it, run = one.named.callback, one.run.snapshot.run
        key = None if it.task_id is None else (it.task_id, it.map_index)
        found = self._targets(one.run, key, it.occasion)
        # Settings may have changed since it became due: then nobody of that name is found.
        target = next(
            (t for t in found[it.position :] if masked(t.url) == it.name), Target(it.name)
        )
        link = (
            ""
            if self.notifier is None
            else self.notifier.settings.link_to(run.dag_id, run.run_id, it.task_id)
        )
        about_run: dict[str, Json] = {
            "dag_id": run.dag_id,
            "run_id": run.run_id,
            "run_type": str(run.run_type),
            "logical_date": None if run.logical_date is None else run.logical_date.isoformat(),
        }
        about_task: dict[str, Json] = {
            "task_id": it.task_id,
            "map_index": it.map_index,
            "try_number": it.try_number,
        }
        names = message_names(about_run, about_task, it.occasion, it.facts, link)
        return Job(it.callback_id, target, names)

    def _order(self, session: Session, one: Pending) -> TaskOrder:
        it, snapshot = one.named.callback, one.run.snapshot
        task, about = _subject(it, snapshot)
        read = _readable(snapshot, task)
        run = snapshot.run
        folder = (run.dag_id, run.run_id, f"{_FOLDER}/{it.task_id or ''}", it.callback_id)
        return TaskOrder(
            attempt_id=it.callback_id,
            task=replace(task, reads=read, resources={}),
            run=run_info(run, snapshot.dag),
            source=self._source(session, one.run.version_id),
            artifacts=artifact_folder(self._settings.artifacts, *folder),
            value_store=f"{self._settings.artifacts}/values",
            try_number=it.try_number or about.try_number,
            map_index=about.map_index,
            values=run_store.values_of(session, one.run.id, read) if read else {},
            heartbeat=self._settings.heartbeat,
            callback=CallbackOrder(
                it.occasion,
                it.position,
                it.task_id is None,
                it.attempt_id or about.attempt_id,
                {**it.facts, "task_state": str(about.state)},
                self._settings.timeout,
            ),
        )


def _is_call(one: Pending) -> bool:
    return one.named.callback.kind == "callback"


def _callbacks(run: ActiveRun, one: Happened) -> tuple[str, ...]:
    """The functions that the DAG, or the task, wants to be called on this occasion."""
    dag = run.snapshot.dag
    if one.key is None:
        return dag.callbacks.get(str(one.occasion), ())
    task = dag.by_id.get(one.key[0])
    return () if task is None else task.callbacks.get(str(one.occasion), ())


def _rows(run: ActiveRun, one: Happened, wanted: Sequence[tuple[str, str]]) -> list[Named]:
    names = run.snapshot.run
    task_id, map_index = one.key or (None, -1)
    rows = [
        StoredCallback(
            uuid4().hex,
            run.id,
            kind,
            str(one.occasion),
            position,
            name,
            task_id,
            map_index,
            one.try_number,
            one.attempt_id,
            one.at,
            one.facts,
        )
        for position, (kind, name) in enumerate(wanted)
        if kind != "callback" or one.position in (None, position)
    ]
    return [Named(row, names.dag_id, names.run_id) for row in rows]


def _subject(it: StoredCallback, snapshot: RunSnapshot) -> tuple[Task, TaskInstance]:
    """The task the callback hears of: its own; for a run one that failed, else the last to end."""
    if it.task_id is not None:
        key: TaskKey = (it.task_id, it.map_index)
        found = snapshot.instances.get(key) or TaskInstance(*key)
        return snapshot.dag.by_id[it.task_id], found
    ended = [one for one in snapshot.instances.values() if one.ended_at is not None]
    failed = [one for one in ended if one.state is TaskState.FAILED]
    last = max(failed or ended, key=lambda one: one.ended_at or it.due_at, default=None)
    if last is None or last.task_id not in snapshot.dag.by_id:
        return Task(_FOLDER, TaskKind.PYTHON), TaskInstance(_FOLDER)
    return snapshot.dag.by_id[last.task_id], last


def _readable(snapshot: RunSnapshot, task: Task) -> tuple[str, ...]:
    everything = tuple(snapshot.dag.by_id)
    return everything if len(everything) <= MOST_VALUES else (task.task_id,)


def _ending(callback_id: str, outcome: Outcome) -> Ending:
    good = outcome.state is TaskState.SUCCESS
    return Ending(
        callback_id,
        "success" if good else "failed",
        outcome.message,
        outcome.traceback,
        outcome.log,
    )
