"""What can be asked about runs: that they end, and that their tasks run again."""

from __future__ import annotations

from collections.abc import Collection

from nbflow.commands.asking import Asking, Receipt
from nbflow.core import selection
from nbflow.core.errors import RequestError
from nbflow.core.json import Json


class RunVerbs(Asking):
    """The verbs about runs."""

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
