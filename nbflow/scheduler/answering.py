"""One request while it is answered: what it says, and what a verb may touch to carry it out."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from nbflow.core.dag import Dag
from nbflow.core.errors import NotFoundError, RequestError
from nbflow.core.events import TaskKey
from nbflow.core.json import Json, JsonObject
from nbflow.core.states import RunState, TaskState
from nbflow.executors.base import Executor
from nbflow.scheduler.advance_runs import RunBook
from nbflow.store import runs as run_store
from nbflow.store.database import Session
from nbflow.store.requests import Request
from nbflow.store.runs import ActiveRun


@dataclass(frozen=True)
class Answering:
    """What a verb may touch while its request is answered."""

    session: Session
    book: RunBook
    request: Request
    now: datetime
    artifacts: str = ""
    executor: Executor | None = None

    @property
    def payload(self) -> JsonObject:
        return self.request.payload

    def text(self, name: str) -> str:
        value = self.payload.get(name)
        if not isinstance(value, str):
            raise RequestError(f"The request to {self.request.verb} needs {name!r}, a text.")
        return value

    def run(self) -> ActiveRun:
        """The run the request names, from memory or, when it has finished, from the store."""
        dag_id, run_id = self.text("dag_id"), self.text("run_id")
        found = self.book.find(dag_id, run_id) or run_store.load_run(self.session, dag_id, run_id)
        if found is None:
            raise NotFoundError(f"There is no run {run_id!r} of DAG {dag_id!r}.")
        return found

    def flag(self, name: str) -> bool:
        return bool(self.payload.get(name))

    def optional_text(self, name: str) -> str | None:
        return self.text(name) if self.payload.get(name) is not None else None

    def names(self, name: str) -> tuple[str, ...] | None:
        """A list of texts; None where it is left out."""
        value = self.payload.get(name)
        return tuple(map(str, value)) if isinstance(value, list) else None

    def mapping(self, name: str) -> JsonObject:
        """An object of JSON; empty where it is left out."""
        value = self.payload.get(name) or {}
        if not isinstance(value, Mapping):
            raise RequestError(
                f"The request to {self.request.verb} gives {name!r}, which is no object."
            )
        return value

    def edits(self, name: str) -> Mapping[str, Mapping[str, str]]:
        """Sources of cells by task and cell; empty where they are left out."""
        found: dict[str, Mapping[str, str]] = {}
        for task_id, cells in self.mapping(name).items():
            if not isinstance(cells, Mapping) or not all(
                isinstance(s, str) for s in cells.values()
            ):
                raise RequestError(
                    f"The request to {self.request.verb} gives {name!r} of {task_id!r}, "
                    "which are no sources by cell."
                )
            found[task_id] = {cell_id: str(source) for cell_id, source in cells.items()}
        return found

    def whole(self, name: str) -> int:
        """A whole number."""
        value = self.payload.get(name)
        if not isinstance(value, int) or isinstance(value, bool):
            raise RequestError(
                f"The request to {self.request.verb} needs {name!r}, a whole number."
            )
        return value

    def word(self, name: str, known: Collection[TaskState | RunState]) -> str:
        """One of the words that make sense here."""
        value = self.text(name)
        if value not in map(str, known):
            raise RequestError(
                f"The request to {self.request.verb} cannot have {value!r} as {name}: say "
                f"{', '.join(map(str, known))}."
            )
        return value

    def tasks(self, name: str, dag: Dag) -> tuple[str, ...] | None:
        """Ids of tasks of `dag`; None where they are left out."""
        found = self.names(name)
        unknown = sorted(set(found or ()) - dag.by_id.keys())
        if unknown:
            raise NotFoundError(f"DAG {dag.dag_id} has no task {', '.join(map(repr, unknown))}.")
        return found

    @property
    def actor(self) -> str:
        return self.request.actor or ""

    def runs(self) -> list[tuple[ActiveRun, tuple[TaskKey, ...]]]:
        """The runs the request names, each with the task instances it names in it."""
        return self._named(self.text("dag_id"), self.payload.get("runs"))

    def runs_of_others(self) -> list[tuple[ActiveRun, tuple[TaskKey, ...]]]:
        """The same for the runs of other DAGs that come with them."""
        others = self.mapping("others").items()
        return [one for dag_id, named in others for one in self._named(dag_id, named)]

    def _named(self, dag_id: str, named: Json) -> list[tuple[ActiveRun, tuple[TaskKey, ...]]]:
        pairs = cast("list[tuple[str, list[tuple[str, int]]]]", named or [])
        wanted = {run_id: _keys(keys) for run_id, keys in pairs}
        found = self._find(dag_id, list(wanted))
        for run in found:
            _refuse_unknown(run, wanted[run.snapshot.run.run_id])
        return [(run, wanted[run.snapshot.run.run_id]) for run in found]

    def _find(self, dag_id: str, run_ids: Sequence[str]) -> list[ActiveRun]:
        known = {run_id: self.book.find(dag_id, run_id) for run_id in run_ids}
        missing = [run_id for run_id, run in known.items() if run is None]
        loaded = run_store.load_runs(self.session, dag_id, missing) if missing else []
        known |= {run.snapshot.run.run_id: run for run in loaded}
        gone = [run_id for run_id, run in known.items() if run is None]
        if gone or not known:
            raise NotFoundError(f"There is no run {', '.join(gone)!r} of DAG {dag_id!r}.")
        return [run for run in known.values() if run is not None]


def _keys(pairs: Sequence[tuple[str, int]]) -> tuple[TaskKey, ...]:
    return tuple((str(task_id), int(index)) for task_id, index in pairs)


def _refuse_unknown(run: ActiveRun, keys: Sequence[TaskKey]) -> None:
    unknown = sorted({key[0] for key in keys if key not in run.snapshot.instances})
    if unknown:
        raise RequestError(
            f"No such task instances in run {run.snapshot.run.run_id}: {', '.join(unknown)}."
        )
