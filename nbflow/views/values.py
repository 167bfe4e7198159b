"""What the tasks of a run handed on, as a person sees it. Looking inside is the runtime's."""

from __future__ import annotations

from nbflow.core.errors import NotFoundError
from nbflow.core.events import TaskKey
from nbflow.core.orders import ValueRef
from nbflow.core.spelling import did_you_mean
from nbflow.store import runs as run_store
from nbflow.store.database import Database
from nbflow.views.shapes import RunValue, RunValues


def run_values(database: Database, dag_id: str, run_id: str) -> RunValues:
    """Every value of a run, by task."""
    with database.reading() as session:
        run = run_store.load_run(session, dag_id, run_id)
        if run is None:
            raise NotFoundError(f"There is no run {run_id!r} of DAG {dag_id!r}.")
        found = run_store.all_values(session, run.id)
    values = [value_view(key, name, ref) for key, of in found.items() for name, ref in of.items()]
    place = run.snapshot.dag.graph.position
    values.sort(key=lambda one: (place.get(one.task_id, -1), one.map_index, one.key))
    return RunValues(dag_id, run_id, values)


def find_value(database: Database, dag_id: str, run_id: str, key: TaskKey, name: str) -> ValueRef:
    """The value `name` of a task instance. Raises NotFoundError with those there are."""
    with database.reading() as session:
        run = run_store.load_run(session, dag_id, run_id)
        if run is None:
            raise NotFoundError(f"There is no run {run_id!r} of DAG {dag_id!r}.")
        found = run_store.values_of_instance(session, run.id, key)
    if name not in found:
        what = f"Task {key[0]!r} of run {run_id}" + ("" if key[1] < 0 else f", index {key[1]},")
        if not found:
            raise NotFoundError(f"{what} handed on nothing.")
        raise NotFoundError(f"{what} handed on no {name!r}. {did_you_mean(name, found)}")
    return found[name]


def value_view(key: TaskKey, name: str, ref: ValueRef) -> RunValue:
    """A value as a line of a list."""
    return RunValue(key[0], key[1], name, ref.type, ref.preview, ref.size, ref.digest)
