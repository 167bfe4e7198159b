"""Tools for testing DAGs, shipped: run a DAG in this process and look at what became of every task.

`run_dag` executes in waves, as Airflow's `dag.test()` does: every scheduled task finishes before
rules are looked at again, one task at a time, in this very thread, so a debugger stops where the
author looks. Time between retries is skipped, not waited for.
"""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from datetime import date, datetime
from hashlib import sha256
from pathlib import Path
from re import Pattern
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, cast

import cloudpickle

from nbflow import app
from nbflow.authoring import displays, loading
from nbflow.authoring.fields import as_moment
from nbflow.authoring.operators import BaseOperator, XComArg
from nbflow.commands import schema_errors
from nbflow.core import params as param_rules
from nbflow.core.connections import Connection
from nbflow.core.dag import Dag
from nbflow.core.errors import DefinitionError, RequestError
from nbflow.core.json import JsonObject
from nbflow.core.orders import (
    OF_THE_DAG,
    LiveSource,
    Outcome,
    PickledSource,
    Source,
    TaskOrder,
)
from nbflow.core.states import TaskState
from nbflow.executors.answering import KnownOutcome
from nbflow.settings import Settings, load
from nbflow.store import browsing
from nbflow.store.database import Database
from nbflow.testing.execution import Where, run_in_waves, run_side_by_side
from nbflow.testing.files import dag_of_file
from nbflow.testing.neighbours import Neighbours, neighbours_of
from nbflow.testing.one_task import alone_in, check_given, dag_around, operator_of, references_to
from nbflow.testing.people import Answer, People
from nbflow.testing.results import RunResult, TaskResult, read_result
from nbflow.testing.secrets import TestSecrets, connections, variables

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
        alone = Where(bundle, secrets, outcome, answers or {})
        return _carry_out(built, alone, params, logical_date, **options)
    where = Where(
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
    operator = operator_of(task)
    dag = cast("DAG | None", operator.dag) or dag_around(operator)
    check_given(operator, given)
    alone = alone_in(dag.to_core(), operator.task_id, given)

    def answer(order: TaskOrder) -> Outcome | None:
        if order.task.task_id == operator.task_id:
            return None
        return Outcome(TaskState.SUCCESS, values=references_to(given[order.task.task_id], order))

    where = Where(_source(dag, "inline"), TestSecrets({}, {}), answer)
    return _carry_out(alone, where, params, logical_date).task(operator.task_id)


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


def _carry_out(
    built: Dag,
    where: Where,
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
                    people = People(database, built.dag_id, run_id, where.answers)
                    run_in_waves(settings, database, where, people)
                else:
                    run_side_by_side(settings, database, where)
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


def _marking(pattern: str | Pattern[str]) -> KnownOutcome:
    matches = re.compile(pattern).match

    def answer(order: TaskOrder) -> Outcome | None:
        if matches(order.task.task_id) is None:
            return None
        return Outcome(TaskState.SUCCESS, message="Not run: it matches mark_success_pattern.")

    return answer
