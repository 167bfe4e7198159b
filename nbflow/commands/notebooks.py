"""What can be asked about a notebook as its file is now: that it becomes a DAG of the project, and
that it runs.

What a DAG is, is no run state: the definition is stored at once, by whoever asks, in one
transaction with the request for a run, so that the run is one of what was seen.
"""

from __future__ import annotations

from collections.abc import Collection

from nbflow.commands.asking import Receipt, checked_params, selected_tasks
from nbflow.commands.dags import DagVerbs
from nbflow.core import rerun
from nbflow.core.dag import Dag
from nbflow.core.errors import DefinitionError, NotFoundError, RequestError
from nbflow.core.json import JsonObject
from nbflow.store import dags as dag_store
from nbflow.store import requests as request_store
from nbflow.store.dag_files import ReadFile
from nbflow.store.database import Session


class NotebookVerbs(DagVerbs):
    """The verbs about notebooks. `read` is what reading the file gave."""

    def add_notebook(self, read: ReadFile, *, is_found: bool) -> Receipt:
        """Make the notebook a DAG of the project, or renew the one it is. Unless it `is_found` in
        a folder of DAGs, its file is remembered. Raises DefinitionError with what is wrong with it.
        """
        with self.database.transaction() as session:
            dag = self._stored(session, read, is_found=is_found)
            payload: JsonObject = {"dag_id": dag.dag_id, "file": read.path}
            return self._done(session, "add_notebook", payload, f"{dag.dag_id} is up to date.")

    def remove_notebook(self, file: str) -> Receipt:
        """Forget a file that a person has named: its DAG runs no more, its history stays. Raises
        NotFoundError.
        """
        with self.database.transaction() as session:
            if file not in dag_store.added_files(session):
                raise NotFoundError(f"Nobody has added {file} to the DAGs of the project.")
            dag_store.mark_added(session, file, added=False)
            gone = dag_store.forget_file(session, file, self.clock())
            payload: JsonObject = {"dag_id": gone[0], "file": file}
            return self._done(session, "remove_notebook", payload, f"{file} is no DAG any more.")

    def run_notebook(
        self,
        read: ReadFile,
        params: JsonObject | None = None,
        *,
        is_found: bool,
        tasks: Collection[str] | None = None,
        note: str = "",
        dry_run: bool = False,
    ) -> Receipt:
        """Ask for a run of the notebook as its file is now, which adds it as `add_notebook` does.

        With `dry_run` nothing is asked for or stored: the receipt says what the run would be.
        """
        if dry_run:
            dag = _the_dag(read)
            only = None if tasks is None else selected_tasks(dag, tasks)
            values = checked_params(dag, params)
            return Receipt(None, "", new=rerun.new_run(dag, "", values, only))
        with self.database.transaction() as session:
            dag = self._stored(session, read, is_found=is_found)
            return self._trigger(session, dag.dag_id, params, note=note, tasks=tasks)

    def _stored(self, session: Session, read: ReadFile, *, is_found: bool) -> Dag:
        dag = _the_dag(read)
        owner = dag_store.owner_of(session, dag.dag_id)
        if owner not in (None, read.path):
            raise RequestError(
                f"The DAG id {dag.dag_id!r} is taken by {owner}. Give the notebook another dag_id "
                "in its metadata `nbflow`, or rename it."
            )
        dag_store.save_files(session, [read], self.clock())
        dag_store.mark_added(session, read.path, added=not is_found)
        return dag

    def _done(self, session: Session, verb: str, payload: JsonObject, message: str) -> Receipt:
        """Write down what was asked for and has been done, which wakes the scheduler."""
        request_id = self._ask(session, verb, payload)
        request_store.answer(session, request_id, "done", message, {}, self.clock())
        return Receipt(request_id)


def _the_dag(read: ReadFile) -> Dag:
    if not read.dags:
        raise DefinitionError([p for p in read.problems if p.severity == "error"])
    return read.dags[0]
