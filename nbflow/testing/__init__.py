"""Tools for testing DAGs, shipped: run a DAG in this process and look at what became of every task.

`run_dag` executes in waves, as Airflow's `dag.test()` does: every scheduled task finishes before
rules are looked at again, one task at a time, in this very thread, so a debugger stops where the
author looks. Time between retries is skipped, not waited for.
"""

from __future__ import annotations

import json
import os
import re
import tempfile
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from functools import partial
from hashlib import sha256
from pathlib import Path
from re import Pattern
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, cast

import cloudpickle

from nbflow import app
from nbflow.authoring import displays, loading
from nbflow.authoring.fields import as_moment
from nbflow.authoring.operators import BaseOperator, XComArg
from nbflow.authoring.references import ValueReference
from nbflow.commands import Commands, schema_errors
from nbflow.core import params as param_rules
from nbflow.core.connections import Connection
from nbflow.core.dag import Dag, Edge, Task, TaskKind
from nbflow.core.errors import DefinitionError, NbflowError, RequestError
from nbflow.core.json import JsonObject
from nbflow.core.orders import (
    OF_THE_DAG,
    RETURN_VALUE,
    LiveSource,
    Outcome,
    PickledSource,
    Source,
    TaskOrder,
    ValueRef,
)
from nbflow.core.poking import last_look
from nbflow.core.secrets import Secrets
from nbflow.core.states import RunState, TaskState
from nbflow.core.trigger_rules import TriggerRule
from nbflow.executors.answering import AnsweringExecutor, KnownOutcome
from nbflow.executors.base import Executor
from nbflow.executors.inline import InlineExecutor
from nbflow.scheduler.advance_runs import RunBook
from nbflow.scheduler.loop import Scheduler, SchedulerSettings
from nbflow.settings import Settings, load
from nbflow.store import browsing
from nbflow.store.database import Database
from nbflow.testing.files import dag_of_file
from nbflow.testing.neighbours import Neighbours, neighbours_of
from nbflow.testing.results import RunResult, TaskResult, read_result
from nbflow.views.questions import questions
from nbflow.views.runs import run_detail, task_instance_detail
from nbflow.views.shapes import QuestionView

if TYPE_CHECKING:
    from nbflow.authoring.dag import DAG

__all__ = [
    "RunResult",
    "TaskResult",
    "connections",
    "run_and_show",
    "run_and_tell",
    "run_dag",
    "run_task",
    "variables",
]


Follow: TypeAlias = Callable[[Settings, Database, str, str], AbstractContextManager[object]]
"""Called with a run that is about to be executed, and left when it has ended."""


def _unfollowed(*_: object) -> AbstractContextManager[object]:
    return nullcontext()


def run_dag(
    dag: DAG | str | os.PathLike[str],
    executor: Literal["inline", "dask"] = "inline",
    params: JsonObject | None = None,
    logical_date: date | str | None = None,
    waves: bool = True,
    *,
    follow: Follow = _unfollowed,
    variables: Mapping[str, object] | None = None,
    connections: Mapping[str, Connection | str] | None = None,
    answers: Mapping[str, Answer] | None = None,
    mark_success_pattern: str | Pattern[str] | None = None,
    dags: Iterable[DAG] | None = None,
) -> RunResult:
    """Run `dag`, or the DAG of a notebook or another file, once, here and now, to its end.

    `logical_date` is a datetime, a date or ISO text; without a zone it is in UTC.
    Raises DefinitionError, with every problem, if the DAG or the params are wrong. A task that
    fails raises nothing: look at `RunResult.state` and `RunResult.states`. Without `waves` the
    inline executor runs tasks side by side in threads, as `nbflow run` does. Tasks whose id begins
    with what `mark_success_pattern` matches succeed without being run. `follow` is for screens.

    `variables` and `connections` (objects, or URIs) stand before those of the project in the
    current folder. What tasks set is kept in `RunResult.variables` alone.

    Time is not waited for: it is skipped, between the looks of a sensor too. `answers` holds, by
    task id, what people answer to tasks that ask: an option, a list of them, or
    `{"chosen": [...], "params": {...}}`; else the defaults count. Raises RequestError for a
    question that has neither.

    `dags` are other DAGs that may be triggered, and whose runs may be waited for: such a run of
    the same logical date is made. By default those of the same file that the DAG needs. What
    became of their runs is in `RunResult.others`.
    """
    options: dict[str, Any] = {"executor": executor, "waves": waves, "follow": follow}
    secrets = TestSecrets(variables or {}, connections or {})
    outcome = None if mark_success_pattern is None else _marking(mark_success_pattern)
    if isinstance(dag, (str, os.PathLike)):
        built, bundle = dag_of_file(dag)
        alone = _Where(bundle, secrets, outcome, answers or {})
        return _carry_out(built, alone, params, logical_date, **options)
    where = _Where(
        _source(dag, executor),
        secrets,
        outcome,
        answers or {},
        dag,
        Neighbours({one: _source(one, executor) for one in neighbours_of(dag, dags)}),
    )
    return _carry_out(dag.to_core(), where, params, logical_date, **options)


def run_task(
    task: BaseOperator | XComArg,
    values: Mapping[str, object] | None = None,
    params: JsonObject | None = None,
    logical_date: date | str | None = None,
) -> TaskResult:
    """Run one task alone, whatever stands around it in its DAG: `run_task(load, {"extract": 3})`.

    `values` are what the tasks it reads from return, by their id; a dict also under its keys.
    Raises DefinitionError for what is wrong with its DAG or the params, and LookupError for a value
    that it reads and was not given.
    """
    given = dict(values or {})
    operator = _operator(task)
    dag = cast("DAG | None", operator.dag) or _dag_of(operator)
    _check_given(operator, given)
    alone = _alone(dag.to_core(), operator.task_id, given)

    def answer(order: TaskOrder) -> Outcome | None:
        if order.task.task_id == operator.task_id:
            return None
        return Outcome(TaskState.SUCCESS, values=_refs(given[order.task.task_id], order))

    where = _Where(_source(dag, "inline"), TestSecrets({}, {}), answer)
    return _carry_out(alone, where, params, logical_date).task(operator.task_id)


@contextmanager
def connections(stubs: Mapping[str, object]) -> Iterator[None]:
    """Inside, these connections are what tasks find, before any store or secrets backend: `{"db":
    "sqlite:///x.db"}`, a URI, or a dict of a connection's fields.
    """
    with _environment({f"NBFLOW_CONN_{k.upper()}": _text(v) for k, v in stubs.items()}):
        yield


@contextmanager
def variables(stubs: Mapping[str, object]) -> Iterator[None]:
    """Inside, these variables are what tasks find; what is no text becomes JSON."""
    with _environment({f"NBFLOW_VAR_{k.upper()}": _text(v) for k, v in stubs.items()}):
        yield


def run_and_tell(dag: DAG, use_executor: bool = False, **options: Any) -> RunResult:  # noqa: ANN401 - those of run_dag
    """`DAG.test()`: run it, and print what became of every task."""
    if use_executor:
        options = {"executor": load().settings.executor, "waves": False, **options}
    result = run_dag(dag, **options)
    print(result.summary())  # noqa: T201 - for the person who called it
    return result


def run_and_show(dag: DAG, params: JsonObject | None = None, **options: Any) -> RunResult:  # noqa: ANN401 - those of run_dag
    """`DAG.run()`: like `nbflow run`, and a notebook shows how far it is."""
    shown = {"waves": False, "follow": displays.find("follow")}
    return run_dag(dag, params=params, **{**shown, **options})


# -- carrying out ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Where:
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


def _carry_out(
    built: Dag,
    where: _Where,
    params: JsonObject | None,
    logical_date: date | str | None,
    *,
    executor: Literal["inline", "dask"] = "inline",
    waves: bool = True,
    follow: Follow = _unfollowed,
) -> RunResult:
    values, problems = param_rules.validate(built.params, params or {}, schema_errors)
    if problems:
        raise DefinitionError(problems)
    with tempfile.TemporaryDirectory(prefix="nbflow-test-") as folder:
        settings = Settings(home=Path(folder), executor=executor, warm_kernels=0)
        with app.open_database(settings) as database:
            app.provide_pools(database, built, private=True)
            at = _instant(logical_date) or app.utc_now()
            if where.tested is not None:
                where.neighbours.settle(database, where.tested, at)
            run_id = app.create_run(
                database,
                built,
                where.source,
                file=built.file or "<memory>",
                params=values,
                logical_date=at,
            )
            with follow(settings, database, built.dag_id, run_id):
                if executor == "inline" and waves:
                    people = _People(database, built.dag_id, run_id, where.answers)
                    _run_waves(settings, database, where, people)
                else:
                    _run_on(settings, database, where)
            result = read_result(database, built.dag_id, run_id)
            others = [one for dag in where.neighbours.dags for one in _runs_of(database, dag)]
            return replace(result, variables=where.secrets.set_by_tasks, others=others)


def _instant(given: date | str | None) -> datetime | None:
    """The instant in UTC that a person gave. Raises RequestError for what is none."""
    moment = None if given is None else as_moment(given)
    if given is not None and moment is None:
        raise RequestError(
            f"logical_date is {given!r}, which is no date. Use a datetime, a date, or ISO text "
            "such as '2026-01-31T06:00'."
        )
    return moment


def _runs_of(database: Database, dag: DAG) -> list[RunResult]:
    with database.reading() as session:
        found = browsing.runs(session, dag.dag_id, None, 500)
    return [read_result(database, dag.dag_id, one.run.run_id) for one in found][::-1]


def _source(dag: DAG, executor: str) -> Source:
    """The DAG's code: the objects themselves here, pickled for workers elsewhere."""
    if executor == "inline":
        return LiveSource(loading.register_live(dag))
    parts = {task.task_id: task for task in dag.tasks}
    operators = cloudpickle.dumps({**parts, OF_THE_DAG: dag.callbacks})
    return PickledSource(sha256(operators).hexdigest(), operators)


class TestSecrets:
    """Variables and connections for one run: given ones first, then those of the project.

    What tasks set stays here: a test changes nothing in the project.
    """

    __test__ = False  # for pytest: no class of tests

    def __init__(
        self, variables: Mapping[str, object], connections: Mapping[str, Connection | str]
    ) -> None:
        self._variables = {
            key: value if isinstance(value, str) else json.dumps(value)
            for key, value in variables.items()
        }
        self._connections = {
            conn_id: (Connection.from_text(c, conn_id) if isinstance(c, str) else c).as_json()
            for conn_id, c in connections.items()
        }
        self.set_by_tasks: dict[str, str | None] = {}

    def __call__(self, names: Collection[str]) -> Secrets:
        given = Secrets(self._variables, self._connections).with_variables(self.set_by_tasks)
        here = given.only(names)
        there = {*(f"var.{k}" for k in here.variables), *(f"conn.{k}" for k in here.connections)}
        rest = set(names) - there - set(here.missing)
        found = app.secrets_of_project(sorted(rest)) if rest else Secrets()
        return Secrets(
            {**found.variables, **here.variables},
            {**found.connections, **here.connections},
            {**found.missing, **here.missing},
        )

    def change(self, changed: Mapping[str, str | None], actor: str, now: datetime) -> None:
        """Keep what a task has set for those after it."""
        self.set_by_tasks |= changed


class _SkippingClock:
    """The time of day, moved on by `skip_to` over what would have to be waited for."""

    def __init__(self) -> None:
        self._ahead = timedelta()

    def __call__(self) -> datetime:
        return app.utc_now() + self._ahead

    def skip_to(self, instant: datetime) -> None:
        self._ahead += max(timedelta(), instant - self())


Answer: TypeAlias = "str | Sequence[str] | Mapping[str, Any]"  # Any: JSON


@dataclass(frozen=True)
class _People:
    """Whoever answers what the tasks of one run ask."""

    database: Database
    dag_id: str
    run_id: str
    answers: Mapping[str, Answer]

    def is_over(self) -> bool:
        """Whether the run has ended, so that nobody is asked any more."""
        return _is_finished(self.database, self.dag_id, self.run_id)

    def answer(self, question: QuestionView) -> bool:
        """Answer, if there is something to say; else the time limit decides, if there is one."""
        given = self.answers.get(question.task_id, question.defaults)
        if given is None and question.until is not None:
            return False
        if given is None:
            raise RequestError(
                f"Task {question.task_id} asks: {question.subject} Say what a person would answer, "
                f"for example answers={{{question.task_id!r}: {question.options[0]!r}}}."
            )
        chosen, params = (given, {}) if not isinstance(given, Mapping) else _parts(given)
        commands = Commands(self.database, next(iter(question.assigned_users), "test"))
        where = (question.dag_id, question.run_id, question.task_id)
        several = [chosen] if isinstance(chosen, str) else list(chosen)
        commands.answer_question(*where, several, params, question.map_index)
        return True

    def answer_all(self) -> bool:
        """Answer everything that is asked. Returns whether anything was."""
        asked = questions(self.database, self.dag_id).questions
        return sum(self.answer(one) for one in asked) > 0


def _parts(answer: Mapping[str, Any]) -> tuple[str | Sequence[str], JsonObject]:
    return answer["chosen"], answer.get("params") or {}


LOOKS_IN_VAIN = 100


def _run_waves(settings: Settings, database: Database, where: _Where, people: _People) -> None:
    clock = _SkippingClock()
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
                if idle > _IDLE_TICKS and _is_finished(database, people.dag_id, people.run_id):
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


def _run_on(settings: Settings, database: Database, where: _Where) -> None:
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


def _is_over(scheduler: Scheduler, people: _People) -> bool:
    """Whether the run has ended, and those of other DAGs that it brought about."""
    ended = _is_finished(people.database, people.dag_id, people.run_id)
    return ended and scheduler.callbacks.is_idle and not (scheduler.book and scheduler.book.runs)


def _is_finished(database: Database, dag_id: str, run_id: str) -> bool:
    with database.reading() as session:
        run = browsing.run(session, dag_id, run_id)
    return run is None or RunState(run.run.state).is_finished


# -- one task alone, and what it is given ----------------------------------------------------------


def _operator(task: BaseOperator | XComArg) -> BaseOperator:
    operator = getattr(task, "operator", task)
    if isinstance(operator, BaseOperator):
        return operator
    raise TypeError(
        f"{task!r} is no task. Give an operator, or what a call of a function under @task gives "
        "inside its DAG."
    )


def _dag_of(operator: BaseOperator) -> DAG:
    from nbflow.authoring.dag import DAG  # noqa: PLC0415 - not for those who only import us

    dag = DAG("one_task")
    dag.add_task(operator)
    return dag


def _check_given(operator: BaseOperator, given: Mapping[str, object]) -> None:
    read = {r.task_id for r in operator.references() if isinstance(r, ValueReference)}
    missing = sorted((read | {task_id for task_id, _ in operator.pulls()}) - given.keys())
    if missing:
        raise LookupError(
            f"Task {operator.task_id!r} reads what {', '.join(missing)} returns: give it, "
            f"run_task(..., values={{{missing[0]!r}: ...}})."
        )


def _alone(dag: Dag, task_id: str, given: Mapping[str, object]) -> Dag:
    """The DAG with this task, after stand-ins for those whose values were given."""
    task = replace(dag.by_id[task_id], trigger_rule=TriggerRule.ALL_SUCCESS, group=None, role="")
    others = [name for name in given if name != task_id]
    stand_ins = tuple(Task(name, TaskKind.PYTHON) for name in others)
    reads = tuple(dict.fromkeys((*task.reads, *others)))
    edges = tuple(Edge(name, task_id) for name in others)
    return replace(dag, tasks=(*stand_ins, replace(task, reads=reads)), edges=edges, groups=())


def _refs(value: object, order: TaskOrder) -> dict[str, ValueRef]:
    from nbflow.runtime.values import dump_value  # noqa: PLC0415 - as above

    named = value if isinstance(value, Mapping) else {}
    keys = {str(key): one for key, one in named.items()}
    found = {**keys, RETURN_VALUE: value}
    return {key: dump_value(one, order.value_store) for key, one in found.items()}


def _marking(pattern: str | Pattern[str]) -> KnownOutcome:
    matches = re.compile(pattern).match

    def answer(order: TaskOrder) -> Outcome | None:
        if matches(order.task.task_id) is None:
            return None
        return Outcome(TaskState.SUCCESS, message="Not run: it matches mark_success_pattern.")

    return answer


@contextmanager
def _environment(texts: Mapping[str, str]) -> Iterator[None]:
    before = {name: os.environ.get(name) for name in texts}
    os.environ.update(texts)
    try:
        yield
    finally:
        for name, text in before.items():
            os.environ.pop(name, None)
            if text is not None:
                os.environ[name] = text


def _text(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value)
