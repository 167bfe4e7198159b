"""Keeps the stored definitions in step with the DAG folders: a thread scans and parses (in
subprocesses), the loop stores what it found.

A broken file becomes import errors and never stops another DAG; its last good version stays active.
"""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from nbflow.authoring import discovery
from nbflow.authoring.discovery import ParsedFile
from nbflow.store import dags as dag_store
from nbflow.store.database import Session

log = logging.getLogger(__name__)

BATCH = 50
"""Files stored in one transaction: the first scan of a large folder must not hold up runs."""

RESCAN_SECONDS = 30
"""A full rescan at least this often, for filesystems that do not tell of changes."""


@dataclass
class FoundChanges:
    """What one scan found: files parsed anew, and files that are gone."""

    parsed: list[ParsedFile] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)


class DagLoader:
    """Start it, and `take` what it found whenever it wakes you. Safe to stop twice."""

    def __init__(
        self, roots: Sequence[Path], wake: Callable[[], None], timeout: float = 30.0
    ) -> None:
        self._roots = [root.resolve() for root in roots]
        self._wake = wake
        self._timeout = timeout
        self._added: list[Path] = []
        self._known: discovery.Known = {}
        self._again: set[Path] = set()
        self._doubted: set[Path] = set()
        self._found: queue.SimpleQueue[FoundChanges] = queue.SimpleQueue()
        self._stop = threading.Event()
        self._soon = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        self._thread = threading.Thread(target=self._run, name="nbflow-load-dags", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._stop.set()
        self._soon.set()
        if self._thread is not None:
            self._thread.join(timeout=self._timeout)

    def take(self) -> list[FoundChanges]:
        """Everything found since the last call."""
        taken: list[FoundChanges] = []
        while not self._found.empty():
            found = self._found.get()
            taken.append(replace(found, parsed=[p for p in found.parsed if not self._is_old(p)]))
        return taken

    def found(self, changes: FoundChanges) -> None:
        """Let `take` have what a scan found."""
        self._found.put(changes)
        self._wake()

    def _is_old(self, file: ParsedFile) -> bool:
        """Whether a file that a person has named was saved since it was scanned. Who saves one as a
        DAG has stored that already, and the next scan reads it again.
        """
        path = Path(file.path)
        return path in self._added and discovery.fingerprint(path) != self._known.get(path)

    def look_at(self, files: Iterable[str]) -> None:
        """Files outside the folders that people have named: they are scanned too."""
        self._added = [Path(file) for file in files]

    def read_again(self, files: Iterable[str]) -> None:
        """Parse these files in the next scan though they have not changed."""
        self._again.update(map(Path, files))

    def read_twice(self, files: Iterable[str]) -> None:
        """Parse these files twice, soon: their DAGs differ though they have not changed."""
        doubted = [Path(file) for file in files]
        self._doubted.update(doubted)
        if doubted:
            self._soon.set()

    def read_now(self, files: Iterable[str]) -> None:
        """Parse these files at once though they have not changed."""
        self.read_again(files)
        self._soon.set()

    def scan(self) -> Iterator[FoundChanges]:
        """One scan: what is gone, then what is new or changed, parsed a batch at a time."""
        again, self._again = self._again, set()
        changes = discovery.scan(
            [*self._roots, *self._added], {k: v for k, v in self._known.items() if k not in again}
        )
        self._known = changes.known
        if changes.gone:
            yield FoundChanges(gone=[str(path) for path in changes.gone])
        batch = FoundChanges()
        for file in discovery.parse_files(changes.changed, self._roots, self._timeout):
            batch.parsed.append(file)
            if len(batch.parsed) >= BATCH:
                yield batch
                batch = FoundChanges()
        doubted, self._doubted = self._doubted, set()
        for path in sorted(doubted & self._known.keys()):
            batch.parsed.append(discovery.parse_repeatedly(path, self._roots, self._timeout))
        if batch.parsed:
            yield batch

    def _run(self) -> None:
        self._scan_and_tell()
        while not self._stop.is_set():
            self._wait_for_change()
            self._soon.clear()
            if not self._stop.is_set():
                self._scan_and_tell()

    def _scan_and_tell(self) -> None:
        try:
            for found in self.scan():
                self.found(found)
        except OSError as error:
            # A folder that cannot be read now may be readable at the next scan; runs in progress go
            # on meanwhile.
            log.error("A DAG folder cannot be read: %s", error, extra={"action": "scan_failed"})

    def _wait_for_change(self) -> None:
        roots = [root for root in self._roots if root.is_dir()]
        if not roots:
            self._soon.wait(RESCAN_SECONDS)
            return
        # Only a scheduler that watches folders needs it, which `nbflow run` does not.
        from watchfiles import watch  # noqa: PLC0415

        changes = watch(
            *roots,
            stop_event=self._soon,
            rust_timeout=RESCAN_SECONDS * 1000,
            yield_on_timeout=True,
            debounce=200,
        )
        next(changes, None)


def store_found(session: Session, found: Sequence[FoundChanges], now: datetime) -> set[str]:
    """Write what scans found. Returns the ids of DAGs whose definition changed."""
    changed: set[str] = set()
    for one in found:
        # What is gone first: a file under a new name may then have the ids of the old one.
        for path in one.gone:
            dag_store.forget_file(session, path, now)
        changed.update(dag_store.save_files(session, one.parsed, now))
    return changed
