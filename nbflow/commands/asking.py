"""What every verb needs: who asks, the clock, the row in `requests`, and the answer to it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timezone

from nbflow.core import params as param_rules
from nbflow.core.backfill import PlannedRun, missing_values
from nbflow.core.dag import Dag
from nbflow.core.errors import DefinitionError, NotFoundError, RequestError
from nbflow.core.events import TaskKey
from nbflow.core.json import Json, JsonObject
from nbflow.core.rerun import Affected, NewRun
from nbflow.core.selection import select_tasks
from nbflow.store import dags as dag_store
from nbflow.store import requests as request_store
from nbflow.store import runs as run_store
from nbflow.store.dags import StoredDag
from nbflow.store.database import Database, Session
from nbflow.store.requests import Answer
from nbflow.store.runs import ActiveRun


@dataclass(frozen=True)
class Receipt:
    """A request was written down as `request_id`; `run_id` names the run it makes or touches.

    `affected` says what happens in which run, `keys` the same for all of them together; `planned`
    are the runs of a backfill, `new` is the run that is made.
    """

    request_id: int | None
    run_id: str | None = None
    keys: tuple[TaskKey, ...] = ()
    affected: tuple[Affected, ...] = ()
    planned: tuple[PlannedRun, ...] = ()
    new: NewRun | None = None


def schema_errors(schema: JsonObject, value: Json) -> Iterable[param_rules.SchemaError]:
    """What a JSON Schema library finds wrong with a value."""
    from jsonschema import Draft202012Validator  # noqa: PLC0415 - takes a second to import

    validator = Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER)
    return validator.iter_errors(value)


def _utc_now() -> datetime:
    return datetime.now(timezone.utc)


@dataclass(frozen=True)
class Asking:
    """One who asks: `actor` is the user's name and `door` where they came in (`cli`, `rest`,
    `widget`, `python`), both kept in the audit journal.
    """

    database: Database
    actor: str = ""
    clock: Callable[[], datetime] = field(default=_utc_now)
    door: str = "python"

    def answer(self, receipt: Receipt, timeout: float) -> Answer | None:
        """What the scheduler answers to a request within `timeout` seconds; None if it does not."""
        if receipt.request_id is None:
            return None
        return request_store.wait_for_answer(self.database, receipt.request_id, timeout)

    def _ask(self, session: Session, verb: str, payload: JsonObject) -> int:
        now = self.clock()
        return request_store.put(session, verb, payload, self.actor, now, door=self.door)

    def _dag(self, session: Session, dag_id: str) -> StoredDag:
        stored = dag_store.current_version(session, dag_id)
        if stored is None:
            raise NotFoundError(
                f"There is no DAG {dag_id!r}. `nbflow dags list` shows the ones there are."
            )
        return stored

    def _run(self, session: Session, dag_id: str, run_id: str) -> ActiveRun:
        run = run_store.load_run(session, dag_id, run_id)
        if run is None:
            raise NotFoundError(f"There is no run {run_id!r} of DAG {dag_id!r}.")
        return run


def checked_params(dag: Dag, given: JsonObject | None) -> JsonObject:
    """`given` with the defaults of the DAG. Raises DefinitionError listing all that do not fit."""
    values, problems = param_rules.validate(dag.params, given or {}, schema_errors)
    if problems:
        raise DefinitionError(problems)
    return values


def selected_tasks(dag: Dag, texts: Iterable[str]) -> tuple[str, ...]:
    """The tasks of a run that is to be made of these alone.

    Raises RequestError where one of them reads what none of them hands on.
    """
    chosen = select_tasks(texts, dag)
    missing = missing_values(dag, chosen)
    if missing:
        raise RequestError(missing)
    return chosen
