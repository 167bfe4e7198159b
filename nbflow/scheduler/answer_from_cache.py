"""Ready task instances whose result is known already need no worker: they succeed with it.

What makes a result the same is in `core/cache.py`. Here the key of each is made once while it is
ready, entries are looked up, and what became of them goes into the cache's store.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import uuid4

from nbflow.core import cache, params
from nbflow.core import effects as fx
from nbflow.core.cache import Given
from nbflow.core.cache_entry import CacheEntry
from nbflow.core.events import Dispatched, FoundInCache, TaskKey
from nbflow.core.json import Json
from nbflow.core.lifecycle import Settle
from nbflow.core.orders import TaskOrder
from nbflow.executors.base import DASK, ExecutorInfo
from nbflow.scheduler.advance_runs import InstanceRef, RunBook
from nbflow.scheduler.look_for_files import FileDesk
from nbflow.scheduler.order_values import values_for
from nbflow.store import cache as cache_store
from nbflow.store.database import Database, Session
from nbflow.store.runs import ActiveRun

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class CacheSettings:
    """How results are used again.

    `verify` is the part of all hits (0 to 1) that is executed all the same and compared.
    `environment` describes what is installed for a kernel of that name, or for tasks without one;
    on workers elsewhere what they tell counts instead. `keep` is how long `shared` keeps results,
    None for ever. `shared` opens a store whose entries are used
    besides the scheduler's own; `is_there` tells whether the artifact store still has these URLs,
    and is asked beside the scheduler's thread where one `is_far`.
    """

    verify: float = 0.0
    environment: Callable[[str | None], str] = lambda _: ""
    shared: Callable[[], Database] | None = None
    is_there: Callable[[Collection[str]], bool] = lambda _: True
    keep: timedelta | None = None
    is_far: Callable[[str], bool] = lambda _: False


class AnswerFromCache:
    """Remembers the keys of what is ready; thrown away with the scheduler's other memory."""

    def __init__(
        self,
        settings: CacheSettings,
        workers: Callable[[], ExecutorInfo],
        wake: Callable[[], None],
    ) -> None:
        self._settings = settings
        self._workers = workers
        self._files = FileDesk(settings.is_there, wake)
        self.awaited: set[InstanceRef] = set()
        """What cannot start before it is known whether its result is still there."""
        self._keys: dict[InstanceRef, tuple[str, str]] = {}  # with the environment it is for
        self._to_verify: dict[InstanceRef, Mapping[str, Json]] = {}
        self._opened: Database | None = None

    def forget(self) -> None:
        """Nothing that was ready is known any more."""
        self._keys.clear()
        self._to_verify.clear()
        self._files.forget()
        self.awaited.clear()

    def answer(
        self,
        session: Session,
        book: RunBook,
        held: Collection[InstanceRef],
        now: datetime,
        settle: Settle,
    ) -> bool:
        """Let ready task instances succeed whose result is known. Returns whether any did."""
        # Most DAGs keep no results: then this costs nothing, however much is ready.
        if not any(run.snapshot.dag.keeps_results for run in book.runs.values()):
            self.awaited.clear()
            return False
        self._keys = {ref: key for ref, key in self._keys.items() if ref in book.ready}
        new = [
            ref
            for ref in book.ready
            if ref not in held
            and ref not in self._keys
            and ref[1][0] in book.runs[ref[0]].snapshot.dag.keeps_results
            # What a person has edited is not what the key of the version stands for.
            and ref[1][0] not in book.runs[ref[0]].snapshot.run.edits
        ]
        self._make_keys(session, book, new)
        self.awaited.intersection_update(self._keys)
        again = [ref for ref in self.awaited if ref not in held]
        self.awaited.difference_update(again)
        taken = self._look_up(session, book, [*new, *again])
        for (run_pk, key), entry in taken.items():
            event = FoundInCache(key, uuid4().hex, entry)
            book.advance(book.runs[run_pk], [event], now, settle)
        return bool(taken)

    def dispatched(self, run_pk: int, order: TaskOrder) -> Dispatched:
        """What happens to a task instance that goes to a worker: its result will be kept."""
        key = (order.task.task_id, order.map_index)
        ref = (run_pk, key)
        cached = self._to_verify.pop(ref, None)
        made, environment = self._keys.pop(ref, (None, ""))
        if made is not None and order.task.cache is not None:
            # While it waited for a slot, workers with other packages may have come.
            made = made if self._is_still(order.task.cache.kernel, environment) else None
        return Dispatched(key, order.attempt_id, made, cached)

    def share(self, effects: Iterable[tuple[ActiveRun, Sequence[fx.Effect]]]) -> None:
        """Let other stores know the results that this one has got, after the commit."""
        if self._settings.shared is None:
            return
        kept = [e.entry for _, found in effects for e in found if isinstance(e, fx.ResultKept)]
        shared = self._shared() if kept else None
        if shared is not None:
            with shared.transaction() as session:
                cache_store.keep(session, kept)
                if self._settings.keep is not None:
                    before = max(entry.at for entry in kept) - self._settings.keep
                    cache_store.forget_before(session, before)

    def _shared(self) -> Database | None:
        if self._opened is None and self._settings.shared is not None:
            self._opened = self._settings.shared()
        return self._opened

    # -- keys --------------------------------------------------------------------------------------

    def _make_keys(self, session: Session, book: RunBook, refs: Sequence[InstanceRef]) -> None:
        by_run: dict[int, list[TaskKey]] = {}
        for run_pk, key in refs:
            by_run.setdefault(run_pk, []).append(key)
        environments: dict[str | None, str | None] = {}
        for run_pk, keys in by_run.items():
            run = book.runs[run_pk]
            values = values_for(session, run, keys)
            for key in keys:
                task = run.snapshot.task(key)
                assert task.cache is not None  # what `keeps_results` means
                kernel = task.cache.kernel
                if kernel not in environments:
                    environments[kernel] = self._environment(kernel)
                environment = environments[kernel]
                if environment is None:
                    continue  # nobody knows what its result would be a result of
                found = values[key]
                given = Given(
                    params.for_task(run.snapshot.dag.params, task.params, run.snapshot.run.params),
                    found.values,
                    found.mapped_values,
                    found.elements,
                    cache.made_before(run.snapshot, key),
                )
                made = cache.cache_key(
                    task, task.cache, run.snapshot.run, key[1], given, environment
                )
                self._keys[run_pk, key] = (made, environment)

    def _environment(self, kernel: str | None) -> str | None:
        """Of all workers that may get the task, where these are processes elsewhere, else of this
        one. None as long as one of them has not told it.
        """
        executor = self._workers()
        if executor.kind != DASK:
            return self._settings.environment(kernel)
        told = [_told(worker, kernel) for worker in executor.workers]
        known = {environment for environment in told if environment}
        return " ".join(sorted(known)) if all(told) and known else None

    def _is_still(self, kernel: str | None, environment: str) -> bool:
        is_elsewhere = self._workers().kind == DASK
        return not is_elsewhere or self._environment(kernel) == environment

    # -- entries -----------------------------------------------------------------------------------

    def _look_up(
        self, session: Session, book: RunBook, refs: Sequence[InstanceRef]
    ) -> dict[InstanceRef, CacheEntry]:
        """Those of `refs` that are answered, with their results. Who was cleared, or is tried
        again, is executed.
        """
        asked = [
            ref
            for ref in refs
            if ref in self._keys and book.runs[ref[0]].snapshot.instances[ref[1]].try_number == 0
        ]
        entries = self._entries(session, {self._keys[ref][0] for ref in asked})
        taken: dict[InstanceRef, CacheEntry] = {}
        there = self._are_there(entries.values())
        for ref in asked:
            entry = entries.get(self._keys[ref][0])
            run = book.runs[ref[0]].snapshot.run
            use = cache.use_of(entry, ref[1], run, self._settings.verify)
            if entry is not None and use != "execute" and entry.key not in there:
                self.awaited.add(ref)
            elif entry is not None and not there.get(entry.key):
                continue
            elif entry is not None and use == "take":
                taken[ref] = entry
            elif entry is not None and use == "verify":
                self._to_verify[ref] = cache.to_verify(entry)
        return taken

    def _entries(self, session: Session, keys: Collection[str]) -> dict[str, CacheEntry]:
        found = cache_store.find(session, keys) if keys else {}
        missing = set(keys) - found.keys()
        shared = self._shared() if missing else None
        if shared is not None:
            with shared.reading() as other:
                found.update(cache_store.find(other, missing))
        return found

    def _are_there(self, entries: Collection[CacheEntry]) -> dict[str, bool]:
        """Whether the files of these are, by key; those that have to be looked for are left out
        until it is known.
        """
        far = [e for e in entries if any(self._settings.is_far(url) for url in e.urls)]
        known = self._files.look(far)
        names = {entry.key for entry in far}
        near = (entry for entry in entries if entry.key not in names)
        return {**known, **{entry.key: self._settings.is_there(entry.urls) for entry in near}}


def _told(worker: Mapping[str, Json], kernel: str | None) -> str:
    """What the worker says is installed for a kernel; empty if it has not said it."""
    environments = worker.get("environments")
    found = environments.get(kernel or "") if isinstance(environments, Mapping) else None
    return str(found or "")
