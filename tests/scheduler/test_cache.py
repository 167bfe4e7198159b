"""The scheduler takes results from the cache instead of handing tasks to workers."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from nbflow.commands import Commands
from nbflow.core.cache_policy import CachePolicy
from nbflow.core.dag import Dag, Edge, Task, TaskKind
from nbflow.core.events import Cleared
from nbflow.core.orders import Outcome, inline
from nbflow.core.snapshot import DagRun, TaskInstance
from nbflow.core.states import Reason, TaskState
from nbflow.executors.base import DASK
from nbflow.scheduler.answer_from_cache import CacheSettings
from nbflow.scheduler.loop import Scheduler
from nbflow.scheduler.settings import SchedulerSettings
from nbflow.store import browsing, retention, runs
from nbflow.store import cache as cache_store
from nbflow.store import dags as dag_store
from nbflow.store.database import Database
from tests.scheduler.stage import BAD, START, Clock, Hands, a_dag, save, states

URL = "file:///values/ab.npy"


def cached(task_id: str, code: str = "1", **fields: object) -> Task:
    task = Task(task_id, TaskKind.PYTHON, cache=CachePolicy(code))
    return replace(task, **fields)  # type: ignore[arg-type]  # names of fields of Task


def two_tasks(load: str = "1", train: str = "1") -> Dag:
    tasks = (cached("load", load), cached("train", train, reads=("load",)))
    edge = Edge("load", "train", "certain", ("return_value",))
    return replace(a_dag(tasks=tasks), edges=(edge,))


class Stage:
    """A scheduler over a store that outlives it, with hands for workers."""

    def __init__(self, database: Database, **settings: object) -> None:
        self.database, self.clock, self.hands = database, Clock(), Hands()
        self.discarded: list[str] = []
        cache = CacheSettings(**{"environment": lambda _: "env", **settings})  # type: ignore[arg-type]  # its fields
        self.scheduler = Scheduler(
            database,
            self.hands,
            SchedulerSettings("/artifacts", cache=cache),
            clock=self.clock,
            discard=self.discarded.extend,
        )

    def delete(self, run_id: str) -> list[str]:
        """Delete a run; what may go of the artifact store."""
        self.discarded.clear()
        Commands(self.database, "ana").delete_run("d", run_id)
        self.scheduler.tick()
        return sorted(self.discarded)

    def attempt(self, run_id: str, task_id: str) -> str:
        return str(self.instance(run_id, task_id).attempt_id)

    def run(self, dag: Dag, run_id: str, value: object = 1, **fields: object) -> list[str]:
        """A run to its end; each task that is executed returns `value`. Says which were."""
        self.begin(dag, run_id, **fields)
        return self.go_on(value)

    def begin(self, dag: Dag, run_id: str, **fields: object) -> None:
        """A run of which nothing has been done yet."""
        save(self.database, dag)
        run = DagRun(dag.dag_id, run_id, run_after=START, created_at=START)
        run = replace(run, **fields)  # type: ignore[arg-type]  # names of fields of DagRun
        with self.database.transaction() as session:
            stored = dag_store.current_version(session, dag.dag_id)
            assert stored is not None
            runs.create_run(session, run, stored.version_id, dag)
            if self.scheduler.book is not None:
                self.scheduler.book.take_in(session, run)

    def go_on(self, value: object = 1) -> list[str]:
        """Do what there is to do; each task that is executed returns `value`, or has that outcome.
        Says which were.
        """
        made = value if isinstance(value, Outcome) else returned(value)
        before = len(self.hands.ever_started)
        for _ in range(20):
            self.scheduler.tick()
            for task_id in self.hands.running:
                self.hands.finish(task_id, made)
        return self.hands.ever_started[before:]

    def instance(self, run_id: str, task_id: str) -> TaskInstance:
        with self.database.reading() as session:
            found = runs.load_run(session, "d", run_id)
            assert found is not None
            return found.snapshot.instances[task_id, -1]


def returned(value: object) -> Outcome:
    values = {"return_value": inline(value)}  # type: ignore[arg-type]  # JSON
    log = "/artifacts/log.txt"
    return Outcome(TaskState.SUCCESS, values=values, output_notebook="/nb.ipynb", log=log)


def test_a_second_run_takes_the_results_of_the_first(database: Database) -> None:
    stage = Stage(database)
    assert stage.run(two_tasks(), "one") == ["load", "train"]
    assert stage.run(two_tasks(), "two") == []
    assert states(database, "two") == {"load": "success", "train": "success"}


def test_what_comes_from_the_cache_says_from_where(database: Database) -> None:
    stage = Stage(database)
    stage.run(two_tasks(), "one")
    stage.run(two_tasks(), "two")
    found = stage.instance("two", "train")
    assert found.reason is Reason.CACHED
    assert found.message == "From the cache: train of run one, 2026-03-02 12:00 UTC."
    assert found.cached is not None
    assert found.cached["run_id"] == "one"


def test_its_values_notebook_and_log_are_those_of_the_origin(database: Database) -> None:
    stage = Stage(database)
    stage.run(two_tasks(), "one", value=7)
    stage.run(two_tasks(), "two")
    with database.reading() as session:
        run = browsing.run(session, "d", "two")
        assert run is not None
        values = runs.all_values(session, run.id)["train", -1]
        attempt = browsing.newest_tries(session, run.id)["train", -1]
    assert values["return_value"].json == 7
    assert (attempt.output_notebook, attempt.log) == ("/nb.ipynb", "/artifacts/log.txt")


def test_changed_code_is_executed_and_what_depends_on_an_unchanged_value_is_not(
    database: Database,
) -> None:
    stage = Stage(database)
    stage.run(two_tasks(), "one")
    assert stage.run(two_tasks(load="2"), "two") == ["load"]


def test_another_input_is_another_result(database: Database) -> None:
    stage = Stage(database)
    stage.run(two_tasks(), "one")
    assert stage.run(two_tasks(load="2"), "two", value=2) == ["load", "train"]


def test_other_params_are_another_result(database: Database) -> None:
    stage = Stage(database)
    stage.run(two_tasks(), "one", params={"day": 1})
    assert stage.run(two_tasks(), "two", params={"day": 2}) == ["load", "train"]
    assert stage.run(two_tasks(), "three", params={"day": 1}) == []


def test_another_environment_is_another_result(database: Database) -> None:
    Stage(database).run(two_tasks(), "one")
    later = Stage(database, environment=lambda _: "pandas 3")
    later.scheduler.leader.forget()
    stolen = Clock()
    stolen.pass_(hours=1)
    later.scheduler.clock = stolen
    assert later.run(two_tasks(), "two") == ["load", "train"]


def test_the_outcome_of_what_was_not_kept_on_purpose_is_not_used(database: Database) -> None:
    stage = Stage(database)
    task = Task("load", TaskKind.PYTHON, cache=CachePolicy("1", why_not="It reads a variable."))
    stage.run(a_dag(tasks=[task]), "one")
    assert stage.run(a_dag(tasks=[task]), "two") == ["load"]


def test_a_run_may_do_without_the_cache_and_refreshes_it(database: Database) -> None:
    stage = Stage(database)
    stage.run(two_tasks(), "one", value=1)
    assert stage.run(two_tasks(), "two", value=2, no_cache=True) == ["load", "train"]
    stage.run(two_tasks(), "three")
    assert stage.instance("three", "load").cached == stage_origin(stage, "two", "load")


def stage_origin(stage: Stage, run_id: str, task_id: str) -> object:
    instance = stage.instance(run_id, task_id)
    assert instance.cache_key is not None
    with stage.database.reading() as session:
        entry = cache_store.find(session, [instance.cache_key])[instance.cache_key]
    assert entry.run_id == run_id
    return entry.origin


def test_what_a_person_clears_is_executed(database: Database) -> None:
    stage = Stage(database)
    stage.run(two_tasks(), "one")
    stage.run(two_tasks(), "two")
    book = stage.scheduler.book
    assert book is not None
    with database.transaction() as session:
        run = runs.load_run(session, "d", "two")
        assert run is not None
        book.take(run)
        book.advance(run, [Cleared((("load", -1),))], START)
        book.store(session)
    assert stage.go_on() == ["load"]
    assert stage.instance("two", "load").cached is None


def test_a_sample_is_executed_to_verify_and_agrees(database: Database) -> None:
    stage = Stage(database, verify=1.0)
    stage.run(two_tasks(), "one")
    assert stage.run(two_tasks(), "two") == ["load", "train"]
    found = stage.instance("two", "load")
    assert found.message == "Executed to verify the cache: the same as in run one."
    assert found.reason is None


def test_a_result_that_comes_out_otherwise_is_reported(database: Database) -> None:
    stage = Stage(database, verify=1.0)
    stage.run(two_tasks(), "one", value=1)
    stage.run(two_tasks(), "two", value=2)
    found = stage.instance("two", "load")
    assert found.cached is not None
    assert found.cached["differs"] == ["return_value"]
    assert "return_value came out otherwise than in run one" in found.message


def test_a_result_whose_files_are_gone_is_made_again(database: Database) -> None:
    stage = Stage(database, is_there=lambda _: False)
    stage.run(two_tasks(), "one")
    assert stage.run(two_tasks(), "two") == ["load", "train"]


def test_what_comes_after_an_executed_task_by_order_alone_is_executed(database: Database) -> None:
    stage = Stage(database)
    plain = Task("write", TaskKind.PYTHON)
    dag = a_dag("write>read", tasks=[plain, cached("read")])
    stage.run(dag, "one")
    assert stage.run(dag, "two") == ["write", "read"]


def test_what_comes_after_a_cached_task_by_order_alone_is_not(database: Database) -> None:
    stage = Stage(database)
    dag = a_dag("write>start", "start>read", tasks=[cached("write"), EMPTY, cached("read")])
    stage.run(dag, "one")
    assert stage.run(dag, "two") == []


EMPTY = Task("start", TaskKind.EMPTY)


def test_a_cached_task_takes_no_slot(database: Database) -> None:
    stage = Stage(database)
    stage.run(two_tasks(), "one")
    stage.hands.total = 0
    stage.run(two_tasks(), "two")
    assert states(database, "two") == {"load": "success", "train": "success"}


def test_a_deleted_run_leaves_what_others_use_and_its_results_are_still_found(
    database: Database,
) -> None:
    stage = Stage(database)
    dag = a_dag(tasks=[cached("load"), Task("plain", TaskKind.PYTHON)])
    stage.run(dag, "one")
    stage.run(dag, "two")
    plain = stage.attempt("one", "plain")
    assert stage.delete("one") == [f"/artifacts/runs/d/one/plain/{plain}"]
    assert stage.run(dag, "three") == ["plain"]


def test_with_the_last_run_that_uses_it_a_result_is_forgotten_with_its_files(
    database: Database,
) -> None:
    stage = Stage(database)
    dag = a_dag(tasks=[cached("load")])
    stage.run(dag, "one")
    stage.run(dag, "two")
    load = stage.attempt("one", "load")
    assert stage.delete("one") == []
    assert stage.delete("two") == [f"/artifacts/runs/d/one/load/{load}", "/artifacts/runs/d/two"]
    assert stage.run(dag, "three") == ["load"]


def test_a_cleared_run_may_go_on_without_the_cache(database: Database) -> None:
    stage = Stage(database)
    stage.run(two_tasks(), "one")
    stage.run(two_tasks(), "two", only=("load",))
    Commands(database, "ana").clear("d", "two", ["load"], no_cache=True)

    assert stage.go_on() == ["load"]
    with database.reading() as session:
        found = runs.load_run(session, "d", "two")
        assert found is not None
        assert found.snapshot.run.no_cache


def test_a_run_like_another_one_may_do_without_the_cache(database: Database) -> None:
    stage = Stage(database)
    stage.run(two_tasks(), "one")
    commands = Commands(database, "ana")
    commands.rerun("d", "one", new_run_id="again")
    assert stage.go_on() == []
    commands.rerun("d", "one", new_run_id="anew", no_cache=True)
    assert stage.go_on() == ["load", "train"]


def test_what_a_backfill_runs_again_without_the_cache_is_executed(database: Database) -> None:
    stage = Stage(database)
    daily = {"kind": "cron", "cron": "0 0 * * *", "timezone": "UTC"}
    dag = replace(two_tasks(), timetable=daily, start_date=START - timedelta(days=9))
    stage.run(dag, "one")
    # Other code of `load` that returns the same: only `train` can be answered.
    save(database, replace(dag, tasks=two_tasks(load="2").tasks))
    commands = Commands(database, "ana", stage.clock)
    day = START.replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=2)
    commands.backfill("d", day, day)
    stage.scheduler.tick()
    stage.scheduler.tick()
    stage.hands.finish("load", BAD)
    stage.scheduler.tick()
    stage.scheduler.tick()

    commands.backfill("d", day, day, reprocess="failed", no_cache=True)
    assert stage.go_on() == ["load", "train"]


def test_results_are_found_where_the_same_is_installed_on_all_workers(database: Database) -> None:
    stage = Stage(database)
    stage.hands.kind = DASK
    ran: list[list[str]] = []
    for n, installed in enumerate((["a"], ["a", "a"], ["b"], ["a", "b"], ["b", "a"], [])):
        stage.hands.workers = [{"environments": {"": name}} for name in installed]
        ran.append(stage.run(two_tasks(), str(n)))
    both: list[str] = ["load", "train"]
    assert ran == [both, [], both, both, [], both]


def test_what_runs_where_nobody_has_told_what_is_installed_is_not_kept(database: Database) -> None:
    stage = Stage(database)
    stage.hands.kind, stage.hands.workers = DASK, [{"environments": {}}]
    assert stage.run(two_tasks(), "one") == ["load", "train"]
    assert stage.run(two_tasks(), "two") == ["load", "train"]
    with database.reading() as session:
        assert cache_store.read(session, limit=10) == []


def test_results_are_forgotten_with_the_rest_of_the_old(database: Database) -> None:
    stage = Stage(database)
    stage.run(two_tasks(), "one")
    with database.transaction() as session:
        retention.forget_old(session, START + timedelta(days=1), limit=10)
    assert stage.run(two_tasks(), "two") == ["load", "train"]


def test_a_person_clears_the_cache_of_a_task_of_a_dag_or_of_all(database: Database) -> None:
    stage = Stage(database)
    commands = Commands(database, "ana")
    stage.run(two_tasks(), "one")
    assert commands.clear_cache("d", "train") == 1
    assert stage.run(two_tasks(), "two") == ["train"]
    assert commands.clear_cache("other") == 0
    assert commands.clear_cache() == 2
    assert stage.run(two_tasks(), "three") == ["load", "train"]
