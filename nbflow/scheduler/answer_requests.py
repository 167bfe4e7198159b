"""What people asked for (rows in `requests`) becomes events and new runs.

One function per verb; a request that makes no sense is refused in a sentence. One that breaks its
verb ends the transaction with `CannotAnswer`, and is refused in one of its own.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TypeAlias

from nbflow.core.assets import AssetEvent
from nbflow.core.errors import DefinitionError, NbflowError, NotFoundError, RequestError
from nbflow.core.json import JsonObject
from nbflow.executors.base import CannotScale, Executor, Size
from nbflow.scheduler import (
    answer_about_backfills,
    answer_about_questions,
    answer_about_runs,
)
from nbflow.scheduler.advance_runs import RunBook
from nbflow.scheduler.answering import Answering
from nbflow.store import assets as asset_store
from nbflow.store import dags as dag_store
from nbflow.store import requests as request_store
from nbflow.store.database import Session, StoreUnavailable, is_trouble
from nbflow.store.leases import LeaseLost

log = logging.getLogger(__name__)

BATCH = 100

Said: TypeAlias = "str | tuple[str, JsonObject]"
"""What a verb answers: a sentence, and what it made, if that has to be told."""


class CannotAnswer(NbflowError):
    """Answering a request broke its verb. Nothing of the transaction may be kept: `refuse` the
    request in another one. The message is for the person who asked.
    """

    def __init__(self, request_id: int, message: str) -> None:
        self.request_id = request_id
        super().__init__(message)


def answer_requests(
    session: Session,
    book: RunBook,
    now: datetime,
    artifacts: str = "",
    executor: Executor | None = None,
) -> set[str]:
    """Answer what is pending. Returns the ids of DAGs whose schedule has to be looked at again.

    Raises CannotAnswer for a request that breaks its verb: memory and transaction are then in
    between, and both have to be thrown away.
    """
    touched: set[str] = set()
    for request in request_store.pending(session, BATCH):
        answering = Answering(session, book, request, now, artifacts, executor)
        try:
            verb = VERBS.get(request.verb)
            if verb is None:
                raise RequestError(f"There is no request called {request.verb!r}.")
            said = verb(answering)
        except (RequestError, DefinitionError) as error:
            request_store.answer(session, request.id, "refused", str(error), {}, now)
        except (StoreUnavailable, LeaseLost):
            raise
        # The boundary: anybody may have written the row, with whatever in it.
        except Exception as error:
            if is_trouble(error):
                raise
            log.exception("Request %s broke.", request.id, extra={"action": "request_broke"})
            raise CannotAnswer(request.id, _broken(request.verb, error)) from error
        else:
            message, made = said if isinstance(said, tuple) else (said, {})
            request_store.answer(session, request.id, "done", message, made, now)
            touched.add(str(request.payload.get("dag_id", "")))
    return touched


def refuse(session: Session, broken: CannotAnswer, now: datetime) -> None:
    """Answer the request with what went wrong."""
    request_store.answer(session, broken.request_id, "refused", str(broken), {}, now)


def _broken(verb: str, error: Exception) -> str:
    what = str(error).splitlines()[0] if str(error) else "no more is known"
    return (
        f"The request to {verb} cannot be carried out as it is written: "
        f"{type(error).__name__}: {what}. Nothing was changed. Ask again through the command line, "
        "the REST API or the screen, which check what they send."
    )


def _pause(a: Answering) -> str:
    paused = bool(a.payload.get("paused"))
    hold = paused and bool(a.payload.get("hold"))
    dag_store.set_paused(a.session, a.text("dag_id"), paused, a.request.actor, a.now, hold=hold)
    if hold:
        return "Paused. Its runs are held: nothing more of them is started."
    return "Paused." if paused else "Unpaused."


def _scale(a: Answering) -> str:
    size = Size(a.whole("minimum"), a.whole("maximum"))
    if a.executor is None:
        raise RequestError("Nothing runs here that could be scaled.")
    try:
        # Asked for before the commit: asking again, after a crash, changes nothing.
        a.executor.scale(size)
    except CannotScale as error:
        raise RequestError(str(error)) from error
    if size.is_fixed:
        return f"The cluster was told to have {size.minimum} workers."
    return f"The cluster was told to have {size.minimum} to {size.maximum} workers, as needed."


def _emit(a: Answering) -> str:
    asset = asset_store.find(a.session, a.text("asset"))
    if asset is None:
        raise NotFoundError(f"There is no asset {a.text('asset')!r}.")
    extra = a.mapping("extra")
    asset_store.emit(a.session, [AssetEvent(asset, a.now, extra, actor=a.request.actor)])
    return f"Asset {asset.name} has news."


VERBS: Mapping[str, Callable[[Answering], Said]] = {
    "pause": _pause,
    "trigger": answer_about_runs.trigger,
    "rerun": answer_about_runs.rerun,
    "cancel": answer_about_runs.cancel,
    "clear": answer_about_runs.clear,
    "mark": answer_about_runs.mark,
    "mark_run": answer_about_runs.mark_run,
    "force": answer_about_runs.force,
    "note": answer_about_runs.note,
    "answer": answer_about_questions.answer,
    "delete_run": answer_about_runs.delete_run,
    "backfill": answer_about_backfills.create,
    "backfill_state": answer_about_backfills.set_state,
    "emit": _emit,
    "scale": _scale,
}
