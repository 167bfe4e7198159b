"""What can be asked about a DAG: a run of it now, and that its schedule stops or goes on."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import uuid4

from nbflow.commands.asking import Asking, Receipt, checked_params, selected_tasks
from nbflow.core import rerun
from nbflow.core.json import Json, JsonObject
from nbflow.store.database import Session
from nbflow.store.runs import refuse_second


class DagVerbs(Asking):
    """The verbs about DAGs."""

    def trigger(
        self,
        dag_id: str,
        params: JsonObject | None = None,
        logical_date: datetime | None = None,
        *,
        run_id: str | None = None,
        note: str = "",
        tasks: Collection[str] | None = None,
        dry_run: bool = False,
        no_cache: bool = False,
    ) -> Receipt:
        """Ask for a run of `dag_id` now, of all its tasks or of what `tasks` select. With
        `no_cache` all of it is executed.

        With `dry_run` nothing is asked for: the receipt says what the run would be.

        Raises DefinitionError listing every param that does not fit, RequestError for a run id or
        a logical date that another run has.
        """
        with self.database.transaction() as session:
            return self._trigger(
                session,
                dag_id,
                params,
                logical_date,
                run_id=run_id,
                note=note,
                tasks=tasks,
                dry_run=dry_run,
                no_cache=no_cache,
            )

    def pause(self, dag_id: str, *, hold: bool = False) -> Receipt:
        """Ask for no more scheduled runs of this DAG. Runs in progress go on; with `hold` what runs
        of them ends, and nothing more is started until the DAG is unpaused.
        """
        return self._set_paused(dag_id, paused=True, hold=hold)

    def unpause(self, dag_id: str) -> Receipt:
        """Ask for the schedule of this DAG to go on."""
        return self._set_paused(dag_id, paused=False)

    def _trigger(
        self,
        session: Session,
        dag_id: str,
        params: JsonObject | None,
        logical_date: datetime | None = None,
        *,
        run_id: str | None = None,
        note: str = "",
        tasks: Collection[str] | None = None,
        dry_run: bool = False,
        no_cache: bool = False,
    ) -> Receipt:
        """As `trigger`, in a transaction that does more."""
        stored = self._dag(session, dag_id)
        only = None if tasks is None else selected_tasks(stored.dag, tasks)
        now = self.clock()
        run_id = run_id or f"manual__{now.isoformat(timespec='seconds')}_{uuid4().hex[:6]}"
        refuse_second(session, dag_id, run_id, logical_date)
        values = checked_params(stored.dag, params)
        new = rerun.new_run(stored.dag, run_id, values, only)
        if dry_run:
            return Receipt(None, run_id, new=new)
        payload: dict[str, Json] = {
            "dag_id": dag_id,
            "run_id": run_id,
            "params": values,
            "logical_date": None if logical_date is None else logical_date.isoformat(),
            "note": note,
            "only": None if only is None else [*only],
            "no_cache": no_cache,
        }
        return Receipt(self._ask(session, "trigger", payload), run_id, new=new)

    def _set_paused(self, dag_id: str, *, paused: bool, hold: bool = False) -> Receipt:
        with self.database.transaction() as session:
            self._dag(session, dag_id)
            payload: dict[str, Json] = {"dag_id": dag_id, "paused": paused, "hold": hold}
            return Receipt(self._ask(session, "pause", payload))
