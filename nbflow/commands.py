"""The verbs: what a person can ask for, from any door. Each checks what can be checked now and
leaves a row in `requests`.

Nothing here changes run state: the scheduler does, when it answers the request. A verb that cannot
make sense raises a `RequestError` with a sentence at once, so that a person need not wait for the
scheduler to hear it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timezone
from uuid import uuid4

from nbflow.core import params as param_rules
from nbflow.core import selection
from nbflow.core.errors import DefinitionError, NotFoundError, RequestError
from nbflow.core.events import TaskKey
from nbflow.core.json import Json, JsonObject
from nbflow.store import dags as dag_store
from nbflow.store import requests as request_store
from nbflow.store import runs as run_store
from nbflow.store.dags import StoredDag
from nbflow.store.database import Database, Session
from nbflow.store.requests import Answer
from nbflow.store.runs import ActiveRun


@dataclass(frozen=True)
class Receipt:
    """A request was written down as `request_id`; `run_id` names the run it makes or touches."""

    request_id: int | None
    run_id: str | None = None
    keys: tuple[TaskKey, ...] = ()


def schema_errors(schema: JsonObject, value: Json) -> Iterable[param_rules.SchemaError]:
    """What a JSON Schema library finds wrong with a value."""
    from jsonschema import Draft202012Validator  # noqa: PLC0415 - takes a second to import

    return Draft202012Validator(schema).iter_errors(value)


def _utc_now() -> datetime:
    return datetime.now(timezone.utc)


@dataclass(frozen=True)
class Commands:
    """The verbs, on behalf of `actor` (the user's name, kept in the audit journal)."""

    database: Database
    actor: str = ""
    clock: Callable[[], datetime] = field(default=_utc_now)

    def trigger(
        self, dag_id: str, params: JsonObject | None = None, logical_date: datetime | None = None
    ) -> Receipt:
        """Ask for a run of `dag_id` now.

        Raises DefinitionError listing every param that does not fit.
        """
        now = self.clock()
        with self.database.transaction() as session:
            stored = self._dag(session, dag_id)
            values, problems = param_rules.validate(stored.dag.params, params or {}, schema_errors)
            if problems:
                raise DefinitionError(problems)
            run_id = f"manual__{now.isoformat(timespec='seconds')}_{uuid4().hex[:6]}"
            payload: dict[str, Json] = {
                "dag_id": dag_id,
                "run_id": run_id,
                "params": values,
                "logical_date": None if logical_date is None else logical_date.isoformat(),
            }
            return Receipt(self._ask(session, "trigger", payload), run_id)

    def cancel(self, dag_id: str, run_id: str) -> Receipt:
        """Ask for the run to be ended, with everything that runs in it."""
        with self.database.transaction() as session:
            run = self._run(session, dag_id, run_id)
            if run.snapshot.run.state.is_finished:
                raise RequestError(f"Run {run_id} has already ended: {run.snapshot.run.state}.")
            return Receipt(
                self._ask(session, "cancel", {"dag_id": dag_id, "run_id": run_id}), run_id
            )

    def clear(
        self,
        dag_id: str,
        run_id: str,
        tasks: Collection[str] | None = None,
        *,
        upstream: bool = False,
        downstream: bool = False,
        only_failed: bool = False,
        dry_run: bool = False,
    ) -> Receipt:
        """Ask for task instances to run again; without `tasks`, for what failed and what depends on
        it (resume).

        With `dry_run` nothing is asked for: `keys` of the receipt say what would run again.
        """
        with self.database.transaction() as session:
            snapshot = self._run(session, dag_id, run_id).snapshot
            if tasks is None:
                keys = selection.to_resume(snapshot)
            else:
                keys = selection.to_clear(
                    snapshot,
                    tasks,
                    upstream=upstream,
                    downstream=downstream,
                    only_failed=only_failed,
                )
            if dry_run:
                return Receipt(None, run_id, keys)
            if not keys:
                raise RequestError(
                    f"Nothing in run {run_id} has to run again. Name the tasks that are to."
                )
            named: list[Json] = [[task_id, index] for task_id, index in keys]
            payload: dict[str, Json] = {"dag_id": dag_id, "run_id": run_id, "keys": named}
            return Receipt(self._ask(session, "clear", payload), run_id, keys)

    def pause(self, dag_id: str) -> Receipt:
        """Ask for no more scheduled runs of this DAG; runs in progress go on."""
        return self._set_paused(dag_id, paused=True)

    def unpause(self, dag_id: str) -> Receipt:
        """Ask for the schedule of this DAG to go on."""
        return self._set_paused(dag_id, paused=False)

    def answer(self, receipt: Receipt, timeout: float) -> Answer | None:
        """What the scheduler answers to a request within `timeout` seconds; None if it does not."""
        if receipt.request_id is None:
            return None
        return request_store.wait_for_answer(self.database, receipt.request_id, timeout)

    def _set_paused(self, dag_id: str, *, paused: bool) -> Receipt:
        with self.database.transaction() as session:
            self._dag(session, dag_id)
            return Receipt(self._ask(session, "pause", {"dag_id": dag_id, "paused": paused}))

    def _ask(self, session: Session, verb: str, payload: JsonObject) -> int:
        return request_store.put(session, verb, payload, self.actor, self.clock())

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
