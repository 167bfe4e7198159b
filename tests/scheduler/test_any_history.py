"""Whatever people, workers and clocks do, and whenever the scheduler dies: what must always hold.

Random DAGs, limits, outcomes, clears, marks, cancels, lost workers and restarts, over the real loop
and a real store. `NBFLOW_LONG_HISTORIES=1` tries many more and longer ones.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections import Counter
from datetime import timedelta
from pathlib import Path
from random import Random

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from nbflow.commands import Commands
from nbflow.core.dag import Dag, Edge, Task, TaskKind
from nbflow.core.errors import RequestError
from nbflow.core.limits import Taken
from nbflow.core.orders import Outcome
from nbflow.core.retries import RetryPolicy
from nbflow.core.snapshot import TaskInstance
from nbflow.core.states import Reason, RunState, TaskState
from nbflow.core.trigger_rules import TriggerRule
from nbflow.core.weights import WeightRule
from nbflow.scheduler.loop import Scheduler
from nbflow.scheduler.settings import SchedulerSettings
from nbflow.store import browsing, journal, pools, queue
from nbflow.store.database import Database
from nbflow.store.pools import Pool
from nbflow.store.runs import ActiveRun, load_run
from nbflow.views.runs import task_instance_detail
from tests.databases import sqlite_file
from tests.scheduler.stage import BAD, OK, START, Clock, Hands, save

SLOTS = 3
LOST = Outcome(TaskState.FAILED, Reason.WORKER_LOST, "The worker is gone.")
SKIPPED = Outcome(TaskState.SKIPPED, Reason.SKIPPED_BY_CALL)
LONG = bool(os.environ.get("NBFLOW_LONG_HISTORIES"))

Ref = tuple[str, str, tuple[str, int]]


def a_random_dag(dag_id: str, rng: Random) -> Dag:
    """One to five tasks, with whatever holds tasks back."""
    names = [f"t{n}" for n in range(rng.randint(1, 5))]
    edges = [Edge(a, b) for i, b in enumerate(names) for a in names[:i] if rng.random() < 0.4]
    tasks = tuple(
        Task(
            name,
            TaskKind.EMPTY if rng.random() < 0.15 else TaskKind.PYTHON,
            trigger_rule=rng.choice([TriggerRule.ALL_SUCCESS] * 3 + list(TriggerRule)),
            retry=RetryPolicy(retries=rng.randint(0, 1), infra_retries=1),
            pool=rng.choice(["default_pool", "small"]),
            pool_slots=rng.randint(1, SLOTS),
            priority_weight=rng.randint(0, 3),
            weight_rule=rng.choice(list(WeightRule)),
            max_active_tis_per_dag=rng.choice([None, None, 1]),
            depends_on_past=rng.random() < 0.2,
            wait_for_downstream=rng.random() < 0.1,
        )
        for name in names
    )
    return Dag(
        dag_id,
        tasks,
        tuple(edges),
        max_active_runs=rng.randint(1, 2),
        max_active_tasks=rng.choice([None, 1, 2]),
        max_active_tasks_per_dag=rng.choice([None, 2]),
        file=f"{dag_id}.py",
    )


class AnyHistory(RuleBasedStateMachine):
    """A store, a cluster that outlives schedulers, and people who ask for things."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="nbflow-history-"))
        self.database = Database(sqlite_file(self.folder))
        self.clock, self.hands = Clock(), Hands(slots=4)
        self.ana = Commands(self.database, "ana", self.clock)
        self.days = 0
        self.finished: dict[Ref, TaskInstance] = {}
        self.known: list[ActiveRun] = []
        self.scheduler = self._a_scheduler()

    @initialize(seed=st.integers(0, 2**32))
    def begin(self, seed: int) -> None:
        rng = Random(seed)
        self.dags = [a_random_dag(f"d{n}", rng) for n in range(rng.randint(1, 2))]
        save(self.database, *self.dags)
        with self.database.transaction() as session:
            pools.save(session, Pool("small", SLOTS))
        self.trigger(0)

    # -- what happens ------------------------------------------------------------------------------

    @rule(which=st.integers(0, 9))
    def trigger(self, which: int) -> None:
        """Somebody asks for a run."""
        self.days += 1
        dag = self.dags[which % len(self.dags)]
        self.ana.trigger(dag.dag_id, logical_date=START + timedelta(days=self.days))
        self._look()

    @precondition(lambda self: self.hands.live)
    @rule(which=st.integers(0, 9), outcome=st.sampled_from([OK, OK, OK, BAD, LOST, SKIPPED]))
    def end_an_attempt(self, which: int, outcome: Outcome) -> None:
        """A worker reports, or is lost."""
        live = sorted(self.hands.live, key=self._place)  # ids of attempts are never the same
        self.hands.end(live[which % len(live)], outcome)
        self._look()

    @rule(
        seed=st.integers(0, 2**16), how=st.sampled_from(["clear", "success", "failed", "skipped"])
    )
    def touch_tasks(self, seed: int, how: str) -> None:
        """Somebody clears or marks some tasks of a run."""
        rng, run = Random(seed), self._some_run(seed)
        names = [t.task_id for t in run.snapshot.dag.tasks if rng.random() < 0.5] or ["t0"]
        about = run.snapshot.run
        self._touched(run)
        try:
            if how == "clear":
                self.ana.clear(about.dag_id, about.run_id, names, downstream=rng.random() < 0.5)
            else:
                self.ana.mark(about.dag_id, about.run_id, names, how)
        except RequestError:
            return  # it made no sense, and was refused in a sentence
        self._look()

    @rule(which=st.integers(0, 9))
    def cancel(self, which: int) -> None:
        """Somebody cancels a run."""
        run = self._some_run(which)
        if not run.snapshot.run.state.is_finished:
            self.ana.cancel(run.snapshot.run.dag_id, run.snapshot.run.run_id)
            self._look()

    @rule(minutes=st.sampled_from([1, 10]))
    def time_passes(self, minutes: int) -> None:
        self.clock.pass_(minutes=minutes)
        self._look()

    @rule(cluster_too=st.booleans())
    def restart(self, cluster_too: bool) -> None:
        """The scheduler dies, with what it had in memory, and perhaps the cluster with it."""
        if cluster_too:
            self.hands.lose_everything()
        self.clock.pass_(minutes=1)  # until its lease is free
        self.scheduler = self._a_scheduler()
        self._look()

    # -- what always holds -------------------------------------------------------------------------

    @invariant()
    def an_instance_has_one_live_attempt_at_most(self) -> None:
        orders = [self.hands.orders[attempt] for attempt in self.hands.live]
        places = Counter((o.run.dag_id, o.run.run_id, o.task.task_id) for o in orders)
        assert all(count == 1 for count in places.values()), places

    @invariant()
    def rows_and_cluster_agree_on_what_is_alive(self) -> None:
        live = {
            instance.attempt_id
            for run in self._runs()
            for instance in run.snapshot.instances.values()
            if instance.state.holds_slot
        }
        assert live == self.hands.live

    @invariant()
    def slots_equal_rows_and_stay_within_their_pool(self) -> None:
        with self.database.reading() as session:
            taken = Taken.of(queue.active(session))
            known = pools.slots(session)
        rows: Counter[str] = Counter()
        for run in self._runs():
            for instance in run.snapshot.instances.values():
                if instance.state.holds_slot:
                    task = run.snapshot.task(instance.key)
                    rows[task.pool] += task.pool_slots
        assert rows == +taken.slots
        assert all(taken.slots[name] <= slots for name, slots in known.items())

    @invariant()
    def limits_of_runs_dags_and_tasks_are_kept(self) -> None:
        active: Counter[tuple[str, ...]] = Counter()
        for run in self._runs():
            about, dag = run.snapshot.run, run.snapshot.dag
            live = [i for i in run.snapshot.instances.values() if i.state.holds_slot]
            assert len(live) <= (dag.max_active_tasks or len(live))
            active[about.dag_id,] += len(live)
            active.update((about.dag_id, one.task_id) for one in live)
        for dag in self.dags:
            assert active[dag.dag_id,] <= (dag.max_active_tasks_per_dag or 99)
            for task in dag.tasks:
                assert active[dag.dag_id, task.task_id] <= (task.max_active_tis_per_dag or 99)

    @invariant()
    def finished_work_is_untouched(self) -> None:
        """Unless a person touched it: then it is looked at anew from now on."""
        for run in self._runs():
            about = run.snapshot.run
            for key, now in run.snapshot.instances.items():
                ref = (about.dag_id, about.run_id, key)
                before = self.finished.get(ref)
                if before is not None:
                    assert (now.state, now.attempt_id) == (before.state, before.attempt_id)
                if now.state is TaskState.SUCCESS:
                    self.finished[ref] = now

    @invariant()
    def runs_end_with_their_tasks(self) -> None:
        for run in self._runs():
            states = [i.state for i in run.snapshot.instances.values()]
            ended = all(state.is_finished for state in states)
            state = run.snapshot.run.state
            assert state.is_finished == (ended and state is not RunState.QUEUED), (state, states)

    @invariant()
    def the_journal_agrees_with_the_states(self) -> None:
        with self.database.reading() as session:
            lines = journal.after(session, 0, limit=100_000)
        last = {
            (line.dag_id, line.run_id, line.task_id): line.state
            for line in lines
            if line.kind == "task"
        }
        for run in self._runs():
            about = run.snapshot.run
            for key, instance in run.snapshot.instances.items():
                told = last.get((about.dag_id, about.run_id, key[0]), "none")
                assert told == instance.state, (about.run_id, key)

    @invariant()
    def who_waits_can_say_why(self) -> None:
        """Asked of one task at a time, as a person would."""
        waiting = [
            (run, i) for run in self._runs() for i in run.snapshot.instances.values() if _waits(i)
        ]
        if waiting:
            self._check_why(*waiting[len(self.hands.ever_started) % len(waiting)])

    def teardown(self) -> None:
        """Everything that can end does, and what cannot has a reason."""
        try:
            if hasattr(self, "dags"):
                self._work_off()
                for run in self._runs():
                    for instance in run.snapshot.instances.values():
                        if _waits(instance):
                            self._check_why(run, instance)
        finally:
            self.scheduler.leader.step_down()
            self.database.close()
            shutil.rmtree(self.folder)

    # -- means -------------------------------------------------------------------------------------

    def _a_scheduler(self) -> Scheduler:
        options = SchedulerSettings(str(self.folder / "artifacts"), schedules=False)
        return Scheduler(self.database, self.hands, options, clock=self.clock)

    def _look(self) -> None:
        for _ in range(3):
            self.clock.pass_(seconds=6)
            self.scheduler.tick()
        self.known = []

    def _work_off(self) -> None:
        """Let whatever runs succeed until nothing moves."""
        for _ in range(500):
            for attempt in sorted(self.hands.live):
                self.hands.end(attempt, OK)
            self.clock.pass_(minutes=10)
            self._look()
            book = self.scheduler.book
            if not self.hands.live and (book is None or book.next_retry_at is None):
                return
        raise AssertionError("It never comes to rest.")

    def _place(self, attempt: str) -> tuple[str, str, str]:
        order = self.hands.orders[attempt]
        return (order.run.dag_id, str(order.run.logical_date), order.task.task_id)

    def _check_why(self, run: ActiveRun, instance: TaskInstance) -> None:
        about = run.snapshot.run
        found = task_instance_detail(
            self.database, about.dag_id, about.run_id, *instance.key, now=self.clock()
        )
        assert [c for c in found.why if not c.met], (about, instance, found.why)

    def _runs(self) -> list[ActiveRun]:
        if not self.known:  # the same until the scheduler has looked again
            with self.database.reading() as session:
                named = [one.run for one in browsing.runs(session, None, None, 500)]
                found = [load_run(session, run.dag_id, run.run_id) for run in named]
            self.known = [run for run in found if run is not None]
        return self.known

    def _some_run(self, which: int) -> ActiveRun:
        runs = self._runs()
        return runs[which % len(runs)]

    def _touched(self, run: ActiveRun) -> None:
        about = run.snapshot.run
        for ref in list(self.finished):
            if ref[:2] == (about.dag_id, about.run_id):
                del self.finished[ref]


def _waits(instance: TaskInstance) -> bool:
    return not instance.state.is_finished and instance.state is not TaskState.RUNNING


TestAnyHistory = AnyHistory.TestCase
TestAnyHistory.settings = settings(
    max_examples=400 if LONG else 12,
    stateful_step_count=60 if LONG else 20,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
