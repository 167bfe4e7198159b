"""Other DAGs in a test: those that a DAG triggers, and those whose runs it waits for."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from nbflow import app
from nbflow.authoring.control import TriggerDagRunOperator
from nbflow.authoring.dag import DAG
from nbflow.authoring.sensors import ExternalTaskSensor
from nbflow.commands import schema_errors
from nbflow.core import params as param_rules
from nbflow.core.errors import DefinitionError
from nbflow.core.orders import Source, SourceBundle
from nbflow.store import dags as dag_store
from nbflow.store.database import Database


@dataclass
class Neighbours:
    """The other DAGs of a test with their code; `sources` by the version they are stored as."""

    dags: dict[DAG, Source] = field(default_factory=dict)
    sources: dict[int, Source] = field(default_factory=dict)

    def settle(self, database: Database, tested: DAG, logical_date: datetime) -> None:
        """Store them, and a run of each whose runs somebody waits for and nobody triggers."""
        for dag, source in self.dags.items():
            built = dag.to_core()
            bundle = SourceBundle(f"tested-{dag.dag_id}")
            app.provide_pools(database, built, private=True)
            file = f"{built.file}/{dag.dag_id}"
            for at in _awaited(dag.dag_id, [tested, *self.dags], logical_date):
                values, problems = param_rules.validate(built.params, {}, schema_errors)
                if problems:
                    raise DefinitionError(problems)
                app.create_run(database, built, bundle, file=file, params=values, logical_date=at)
            with database.transaction() as session:
                dag_store.save_file(session, file, [built], bundle, [], app.utc_now())
                stored = dag_store.current_version(session, dag.dag_id)
            if stored is not None:
                self.sources[stored.version_id] = source


def neighbours_of(tested: DAG, given: Iterable[DAG] | None) -> list[DAG]:
    """The DAGs that were given, or those of the same file that the tested one needs."""
    known = _of_same_file(tested) if given is None else given
    by_id = {dag.dag_id: dag for dag in known if dag.dag_id != tested.dag_id}
    if given is not None:
        return list(by_id.values())
    found: dict[str, DAG] = {}
    todo = [tested]
    while todo:
        for name in {*_triggered(todo[0]), *(name for name, _ in _waits(todo[0]))}:
            if name in by_id and name not in found:
                found[name] = by_id[name]
                todo.append(by_id[name])
        todo.pop(0)
    return list(found.values())


def _of_same_file(tested: DAG) -> list[DAG]:
    file = tested.origin.file
    modules = [m for m in list(sys.modules.values()) if getattr(m, "__file__", None) == file]
    return [one for m in modules if file for one in vars(m).values() if isinstance(one, DAG)]


def _triggered(dag: DAG) -> Iterator[str]:
    """The ids of the DAGs that its tasks trigger."""
    for task in dag.tasks:
        if isinstance(task, TriggerDagRunOperator):
            yield task.trigger_dag_id


def _waits(dag: DAG) -> Iterator[tuple[str, timedelta]]:
    """The ids of the DAGs whose runs its tasks wait for, and how much earlier those are."""
    for task in dag.tasks:
        if isinstance(task, ExternalTaskSensor):
            delta = task.execution_delta
            yield task.external_dag_id, delta if isinstance(delta, timedelta) else timedelta()


def _awaited(dag_id: str, dags: Iterable[DAG], logical_date: datetime) -> list[datetime]:
    """The logical dates of the runs of a DAG that somebody waits for; none if it is triggered."""
    around = list(dags)
    if any(dag_id in _triggered(dag) for dag in around):
        return []
    waits = [wait for dag in around for wait in _waits(dag)]
    return sorted({logical_date - delta for name, delta in waits if name == dag_id})
