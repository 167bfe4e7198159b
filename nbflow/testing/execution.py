"""How a run under test is executed: in waves, one task at a time, or side by side."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

from nbflow import app
from nbflow.core.errors import NbflowError
from nbflow.core.orders import Source
from nbflow.core.poking import last_look
from nbflow.core.states import RunState, TaskState
from nbflow.executors.answering import AnsweringExecutor, KnownOutcome
from nbflow.executors.base import Executor
from nbflow.executors.inline import InlineExecutor
from nbflow.scheduler.advance_runs import RunBook
from nbflow.scheduler.loop import Scheduler
from nbflow.scheduler.settings import SchedulerSettings
from nbflow.settings import Settings
from nbflow.store import browsing
from nbflow.store.database import Database
from nbflow.testing.neighbours import Neighbours
from nbflow.testing.people import Answer, People
from nbflow.testing.secrets import TestSecrets
from nbflow.views.runs import run_detail, task_instance_detail

if TYPE_CHECKING:
    from nbflow.authoring.dag import DAG


class SkippingClock:
    """The time of day, moved on by `skip_to` over what would have to be waited for."""

    def __init__(self) -> None:
        self._ahead = timedelta()

    def __call__(self) -> datetime:
        return app.utc_now() + self._ahead

    def skip_to(self, instant: datetime) -> None:
        self._ahead += max(timedelta(), instant - self())


@dataclass(frozen=True)
class Where:
    """What tasks of a run are made of, what they may know, and which of them are not run."""

    source: Source
    secrets: TestSecrets
    outcome: KnownOutcome | None = None
    answers: Mapping[str, Answer] = field(default_factory=dict)
    tested: DAG | None = None
    neighbours: Neighbours = field(default_factory=Neighbours)

    def source_of(self, version_id: int) -> Source:
        return self.neighbours.sources.get(version_id, self.source)

    def executor(self, real: Executor) -> Executor:
        return real if self.outcome is None else AnsweringExecutor(real, self.outcome)


LOOKS_IN_VAIN = 100


def run_in_waves(settings: Settings, database: Database, where: Where, people: People) -> None:
    clock = SkippingClock()
    executor = where.executor(InlineExecutor(partial(app.make_runner, settings), wave=True))
    scheduler = Scheduler(
        database,
        executor,
        SchedulerSettings(
            settings.artifacts_url,
            waves=True,
            schedules=False,
            max_map_length=settings.max_map_length,
        ),
        clock=clock,
        sources=where.source_of,
        secrets=where.secrets,
    )
    executor.start(scheduler.wake)
    idle = 0
    try:
        while not _is_over(scheduler, people):
            scheduler.tick()
            book = scheduler.book
            if book is None or book.attempts or not book.runs:
                idle = 0
                continue
            if book.watch.asking and people.answer_all():
                continue
            if book.next_retry_at is not None:
                clock.skip_to(_end_of_vain_looks(book) or book.next_retry_at)
            else:
                idle += 1
                if idle > _IDLE_TICKS and is_finished(database, people.dag_id, people.run_id):
                    break  # what others wait for does not come about here
                _refuse_to_wait(database, people.dag_id, people.run_id, idle)
    finally:
        executor.close()
        scheduler.leader.step_down()


def _end_of_vain_looks(book: RunBook) -> datetime | None:
    """When the last look is due, if nothing is left but sensors that have looked many times: what
    they look for will hardly come about because a clock goes on.
    """
    waiting = [
        (run.snapshot.task(instance.key).poke, instance)
        for run in book.runs.values()
        for instance in run.snapshot.instances.values()
        if not instance.state.is_finished and instance.state is not TaskState.NONE
    ]
    ends = [
        last_look(policy, instance.waiting_since)
        for policy, instance in waiting
        if instance.pokes >= LOOKS_IN_VAIN
    ]
    given = [at for at in ends if at is not None]
    return min(given) if given and len(given) == len(waiting) else None


def _refuse_to_wait(database: Database, dag_id: str, run_id: str, idle: int) -> None:
    """Raise NbflowError once nothing moves any more, with what is waited for."""
    if idle <= _IDLE_TICKS:
        return
    detail = run_detail(database, dag_id, run_id)
    waiting = [i for i in detail.instances if not TaskState(i.state).is_finished]
    about = (
        task_instance_detail(database, dag_id, run_id, one.task_id, one.map_index)
        for one in waiting[:3]
    )
    words = [
        f"{found.instance.task_id}: {condition.text}"
        for found in about
        for condition in found.why
        if not condition.met
    ]
    raise NbflowError(f"The run cannot go on. {' '.join(words)}")


_IDLE_TICKS = 5


def run_side_by_side(settings: Settings, database: Database, where: Where) -> None:
    finished: list[object] = []
    scheduler = Scheduler(
        database,
        where.executor(app.make_executor(settings)),
        SchedulerSettings(
            settings.artifacts_url, schedules=False, max_map_length=settings.max_map_length
        ),
        sources=where.source_of,
        secrets=where.secrets,
        on_run_finished=finished.append,
    )
    scheduler.run_until(lambda: bool(finished) and not (scheduler.book and scheduler.book.runs))


def _is_over(scheduler: Scheduler, people: People) -> bool:
    """Whether the run has ended, and those of other DAGs that it brought about."""
    ended = is_finished(people.database, people.dag_id, people.run_id)
    return ended and scheduler.callbacks.is_idle and not (scheduler.book and scheduler.book.runs)


def is_finished(database: Database, dag_id: str, run_id: str) -> bool:
    with database.reading() as session:
        run = browsing.run(session, dag_id, run_id)
    return run is None or RunState(run.run.state).is_finished
