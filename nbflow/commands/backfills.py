"""What can be asked about backfills: a new one, with a dry run first, and that one pauses, goes on
or ends.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from nbflow.commands.asking import Asking, Receipt, checked_params
from nbflow.core import backfill as rules
from nbflow.core.backfill import Backfill, BackfillState, PlannedRun, Reprocess, Step
from nbflow.core.errors import NotFoundError, RequestError
from nbflow.core.json import Json, JsonObject
from nbflow.core.rerun import Affected
from nbflow.core.selection import select_tasks
from nbflow.store import backfills as backfill_store
from nbflow.store import runs as run_store
from nbflow.store.database import Session


class BackfillVerbs(Asking):
    """The verbs about backfills."""

    def backfill(
        self,
        dag_id: str,
        from_date: datetime,
        to_date: datetime,
        *,
        reprocess: str = "none",
        max_active_runs: int = rules.DEFAULT_MAX_ACTIVE_RUNS,
        run_backwards: bool = False,
        params: JsonObject | None = None,
        tasks: Collection[str] | None = None,
        no_cache: bool = False,
        dry_run: bool = False,
    ) -> Receipt:
        """Ask for the runs that the schedule of `dag_id` has between both dates, inclusive.

        `reprocess` says what happens to dates that have a run: none, failed or completed ones run
        again. `max_active_runs` is a limit apart from the DAG's. `tasks` are selection expressions.
        With `no_cache` all of it is executed. With `dry_run` nothing is asked for: `planned` of the
        receipt lists every run, and `affected` what runs again in those there are.

        Raises RequestError in a sentence where the dates, the selection or another backfill stand
        against it, DefinitionError for params.
        """
        with self.database.transaction() as session:
            wanted = self._wanted(
                session,
                dag_id,
                (from_date, to_date),
                reprocess=reprocess,
                max_active_runs=max_active_runs,
                run_backwards=run_backwards,
                params=params,
                tasks=tasks,
                no_cache=no_cache,
            )
            conflict = rules.conflict(wanted, backfill_store.active(session))
            if conflict:
                raise RequestError(conflict)
            planned = self._planned(session, wanted, changes_params=bool(params))
            affected = _affected(session, wanted, planned)
            self._check_values(session, wanted, planned)
            if dry_run:
                return Receipt(None, affected=affected, planned=planned)
            if all(one.step is Step.LEAVE for one in planned):
                raise RequestError(_nothing_to_do(wanted, planned))
            asked = {**_payload(wanted), "changes_params": bool(params)}
            request = self._ask(session, "backfill", asked)
            return Receipt(request, affected=affected, planned=planned)

    def pause_backfill(self, backfill_id: int) -> Receipt:
        """Ask for no more runs of a backfill to begin; those that run go on."""
        return self._set_state(backfill_id, BackfillState.PAUSED)

    def unpause_backfill(self, backfill_id: int) -> Receipt:
        """Ask for a paused backfill to go on."""
        return self._set_state(backfill_id, BackfillState.RUNNING)

    def cancel_backfill(self, backfill_id: int, *, running: bool = False) -> Receipt:
        """Ask for a backfill to end: runs that wait are cancelled, with `running` all of them."""
        return self._set_state(backfill_id, BackfillState.CANCELLED, running=running)

    def _set_state(
        self, backfill_id: int, state: BackfillState, *, running: bool = False
    ) -> Receipt:
        with self.database.transaction() as session:
            found = backfill_store.read(session, backfill_id)
            if found is None:
                raise NotFoundError(
                    f"There is no backfill {backfill_id}. `nbflow backfill list` shows them."
                )
            if not found.state.is_active or found.state is state:
                raise RequestError(f"Backfill {backfill_id} is {found.state} already.")
            payload: dict[str, Json] = {
                "dag_id": found.dag_id,
                "backfill_id": backfill_id,
                "state": str(state),
                "running": running,
            }
            return Receipt(self._ask(session, "backfill_state", payload))

    def _wanted(
        self,
        session: Session,
        dag_id: str,
        dates: tuple[datetime, datetime],
        *,
        reprocess: str,
        max_active_runs: int,
        run_backwards: bool,
        params: JsonObject | None,
        tasks: Collection[str] | None,
        no_cache: bool,
    ) -> Backfill:
        dag = self._dag(session, dag_id).dag
        if reprocess not in [*map(str, Reprocess)]:
            raise RequestError(f"reprocess is {reprocess!r}: say {', '.join(Reprocess)}.")
        if max_active_runs < 1:
            raise RequestError(f"max_active_runs is {max_active_runs}: at least one run is needed.")
        if run_backwards and any(task.depends_on_past for task in dag.tasks):
            raise RequestError(
                f"Tasks of DAG {dag_id!r} depend on the run before, so it cannot be filled "
                "backwards."
            )
        return Backfill(
            id=0,
            dag_id=dag_id,
            from_date=dates[0],
            to_date=dates[1],
            reprocess=Reprocess(reprocess),
            max_active_runs=max_active_runs,
            run_backwards=run_backwards,
            params=checked_params(dag, params),
            tasks=None if tasks is None else select_tasks(tasks, dag),
            actor=self.actor,
            no_cache=no_cache,
        )

    def _planned(
        self, session: Session, wanted: Backfill, *, changes_params: bool
    ) -> tuple[PlannedRun, ...]:
        dag = self._dag(session, wanted.dag_id).dag
        infos = rules.dates(dag, wanted.from_date, wanted.to_date, self.clock())
        first, last = infos[0].logical_date, infos[-1].logical_date
        there = run_store.runs_of_dates(session, wanted.dag_id, first, last)
        return rules.plan(
            infos,
            there,
            wanted.reprocess,
            run_backwards=wanted.run_backwards,
            new_params="new" if changes_params else None,
        )

    def _check_values(
        self, session: Session, wanted: Backfill, planned: Collection[PlannedRun]
    ) -> None:
        """Raise if new runs would be made of tasks that read what others hand on."""
        new = any(one.step is Step.CREATE for one in planned)
        if new and wanted.tasks is not None:
            missing = rules.missing_values(self._dag(session, wanted.dag_id).dag, wanted.tasks)
            if missing:
                raise RequestError(missing)


def _affected(
    session: Session, wanted: Backfill, planned: Collection[PlannedRun]
) -> tuple[Affected, ...]:
    """What runs again in the runs there are, in the order of the plan."""
    again = [one.run_id for one in planned if one.step is Step.RERUN]
    runs = run_store.load_runs(session, wanted.dag_id, again) if again else []
    found = {run.snapshot.run.run_id: rules.runs_again(wanted, run.snapshot) for run in runs}
    return tuple(found[run_id] for run_id in again if run_id in found)


def _nothing_to_do(wanted: Backfill, planned: Collection[PlannedRun]) -> str:
    said = f"All {len(planned)} dates have a run already"
    if wanted.reprocess is Reprocess.COMPLETED:
        return f"{said}, which has not ended."
    choices = "failed, completed" if wanted.reprocess is Reprocess.NONE else "completed"
    return f"{said}. To run them again, choose what to reprocess: {choices}."


def _payload(wanted: Backfill) -> dict[str, Json]:
    return {
        "dag_id": wanted.dag_id,
        "from_date": wanted.from_date.isoformat(),
        "to_date": wanted.to_date.isoformat(),
        "reprocess": str(wanted.reprocess),
        "max_active_runs": wanted.max_active_runs,
        "run_backwards": wanted.run_backwards,
        "params": wanted.params,
        "tasks": None if wanted.tasks is None else [*wanted.tasks],
        "no_cache": wanted.no_cache,
    }
