"""What people asked for (rows in `requests`) becomes events and new runs.

One function per verb; a request that makes no sense is refused in a sentence.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from nbflow.core.assets import AssetEvent
from nbflow.core.errors import NotFoundError, RequestError
from nbflow.core.events import CancelRun, Cleared, Marked, TaskKey
from nbflow.core.json import Json, JsonObject
from nbflow.core.snapshot import DagRun
from nbflow.core.states import RunType, TaskState
from nbflow.scheduler.advance_runs import RunBook
from nbflow.store import assets as asset_store
from nbflow.store import dags as dag_store
from nbflow.store import requests as request_store
from nbflow.store import runs as run_store
from nbflow.store.database import Session
from nbflow.store.requests import Request
from nbflow.store.runs import ActiveRun

BATCH = 100


@dataclass(frozen=True)
class Answering:
    """What a verb may touch while its request is answered."""

    session: Session
    book: RunBook
    request: Request
    now: datetime

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


def answer_requests(session: Session, book: RunBook, now: datetime) -> set[str]:
    """Answer what is pending. Returns the ids of DAGs whose schedule has to be looked at again."""
    touched: set[str] = set()
    for request in request_store.pending(session, BATCH):
        answering = Answering(session, book, request, now)
        try:
            verb = _VERBS.get(request.verb)
            if verb is None:
                raise RequestError(f"There is no request called {request.verb!r}.")
            message = verb(answering)
        except RequestError as error:
            request_store.answer(session, request.id, "refused", str(error), {}, now)
        else:
            request_store.answer(session, request.id, "done", message, {}, now)
            touched.add(str(request.payload.get("dag_id", "")))
    return touched


def _trigger(a: Answering) -> str:
    dag_id, run_id = a.text("dag_id"), a.text("run_id")
    stored = dag_store.current_version(a.session, dag_id)
    if stored is None:
        raise NotFoundError(f"There is no DAG {dag_id!r}.")
    logical = a.payload.get("logical_date")
    logical_date = datetime.fromisoformat(logical) if isinstance(logical, str) else None
    run = DagRun(
        dag_id=dag_id,
        run_id=run_id,
        run_type=RunType.MANUAL,
        run_after=a.now,
        logical_date=logical_date or a.now,
        data_interval_start=logical_date or a.now,
        data_interval_end=logical_date or a.now,
        params=cast("Mapping[str, Json]", a.payload.get("params") or {}),
        created_at=a.now,
    )
    run_store.create_run(a.session, run, stored.version_id, stored.dag)
    a.book.take_in(a.session, run)
    return f"Run {run_id} was created."


def _cancel(a: Answering) -> str:
    run = a.run()
    if run.snapshot.run.state.is_finished:
        raise RequestError(f"The run has already ended: {run.snapshot.run.state}.")
    actor = a.request.actor or "somebody"
    # Who asks twice does not want to wait for teardowns either.
    again = run.snapshot.run.cancelling is not None
    cancel = CancelRun(message=f"Cancelled by {actor}.", teardowns_too=again)
    a.book.advance(run, [cancel], a.now)
    return "The run is being cancelled."


def _clear(a: Answering) -> str:
    run, keys = a.run(), _keys(a)
    _into_book(a.book, run)
    a.book.advance(run, [Cleared(keys)], a.now)
    return f"Cleared {len(keys)} task instances."


def _mark(a: Answering) -> str:
    run, keys = a.run(), _keys(a)
    _into_book(a.book, run)
    a.book.advance(run, [Marked(keys, TaskState(a.text("state")))], a.now)
    return f"Marked {len(keys)} task instances."


def _pause(a: Answering) -> str:
    paused = bool(a.payload.get("paused"))
    dag_store.set_paused(a.session, a.text("dag_id"), paused, a.request.actor, a.now)
    return "Paused." if paused else "Unpaused."


def _emit(a: Answering) -> str:
    asset = asset_store.find(a.session, a.text("asset"))
    if asset is None:
        raise NotFoundError(f"There is no asset {a.text('asset')!r}.")
    extra = cast("Mapping[str, Json]", a.payload.get("extra") or {})
    asset_store.emit(a.session, [AssetEvent(asset, a.now, extra, actor=a.request.actor)])
    return f"Asset {asset.name} has news."


def _into_book(book: RunBook, run: ActiveRun) -> None:
    """A finished run that a person touches becomes active again."""
    if run.id not in book.runs:
        book.add(run)


def _keys(a: Answering) -> tuple[TaskKey, ...]:
    raw = a.payload.get("keys")
    pairs = cast("list[tuple[str, int]]", raw if isinstance(raw, list) else [])
    keys = tuple((str(task_id), int(index)) for task_id, index in pairs)
    known = a.run().snapshot.instances
    unknown = sorted({key[0] for key in keys if key not in known})
    if not keys or unknown:
        raise RequestError(
            f"No such task instances in this run: {', '.join(unknown) or 'none were named'}."
        )
    return keys


_VERBS: Mapping[str, Callable[[Answering], str]] = {
    "trigger": _trigger,
    "cancel": _cancel,
    "clear": _clear,
    "mark": _mark,
    "pause": _pause,
    "emit": _emit,
}
