"""The log of one attempt, `log.txt` among its artifacts: readable all the time while the task runs.

A child writes to it by its file descriptor, a task in a thread by way of `capture.py`. There is a
file from the moment somebody writes or wants to, so that a task in a thread that has nothing to say
costs the disk nothing.
"""

from __future__ import annotations

import os
import tempfile
from contextlib import AbstractContextManager
from pathlib import Path
from threading import Event, Lock, Thread

from nbflow.runtime.artifacts import ArtifactStore

LOG_FILE = "log.txt"
_SHIP_SECONDS = 1.0
_CHUNK = 1 << 16


class AttemptLog(AbstractContextManager["AttemptLog"]):
    """The log of one attempt, a context manager. `url` is where it can be read.

    In a remote store it grows in a local file first; a thread takes it there every second.
    """

    def __init__(self, store: ArtifactStore, path: str = LOG_FILE) -> None:
        self._store = store
        self._path = path
        self._shipper: _Shipper | None = None
        self._fd: int | None = None
        self._closed = False
        self._lock = Lock()

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def url(self) -> str:
        return self._store.url(self._path)

    @property
    def has_begun(self) -> bool:
        """Whether there is anything to be read."""
        return self._fd is not None

    def fileno(self) -> int:
        with self._lock:
            if self._fd is None:
                if self._closed:
                    raise ValueError(f"The log {self.url} is closed.")
                self._fd = self._open()
            return self._fd

    def write(self, data: bytes) -> None:
        while data:
            data = data[os.write(self.fileno(), data) :]

    def close(self) -> None:
        """Safe to call twice."""
        with self._lock:
            if self._closed:
                return
            self._closed = True
            if self._fd is None:
                return
            number, self._fd = self._fd, -1
        os.close(number)
        if self._shipper is not None:
            self._shipper.close()

    def _open(self) -> int:
        target = self._store.local_path(self._path)
        if target is None:
            number, name = tempfile.mkstemp(prefix="nbflow-log-")
            self._shipper = _Shipper(self._store, self._path, Path(name))
            return number
        target.parent.mkdir(parents=True, exist_ok=True)
        return os.open(target, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)


class _Shipper:
    """Takes what is new in a local file to an artifact store, until closed."""

    def __init__(self, store: ArtifactStore, path: str, file: Path) -> None:
        self._store = store
        self._path = path
        self._file = file
        self._closed = Event()
        self._thread = Thread(target=self._ship, name="nbflow-log", daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._closed.set()
        self._thread.join()

    def _ship(self) -> None:
        with self._file.open("rb", buffering=0) as file:
            self._file.unlink()
            at_end = False
            while not at_end:
                at_end = self._closed.wait(_SHIP_SECONDS)
                while data := file.read(_CHUNK):
                    self._store.append(self._path, data)
        self._store.flush(self._path)
