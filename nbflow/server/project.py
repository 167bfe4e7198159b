"""The project this server shows: its settings and its store, opened when somebody first asks.

A Jupyter server starts for many reasons. Until a screen of nbflow asks, nothing of it is loaded but
the names of its handlers, and nothing is written to the disk.
"""

from __future__ import annotations

from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

from nbflow.core.errors import NbflowError

if TYPE_CHECKING:
    from nbflow.server.questions import Questions
    from nbflow.settings import Settings


class CannotOpen(NbflowError):
    """The folder of this server's project cannot be used."""


class Project:
    """Found from the folder `start` upwards. Blocking: call its methods in threads.

    `root` is the folder whose files the server shows.
    """

    def __init__(self, start: Path, root: Path) -> None:
        self._start = start
        self._root = root
        self._lock = Lock()
        self._opened: Questions | None = None

    @property
    def settings(self) -> Settings:
        return self.questions().settings

    def questions(self) -> Questions:
        """The open project.

        Raises SettingsError, CannotOpen, and StoreUnavailable where the store does not answer; the
        next call tries again.
        """
        # Half a second of imports that a server whose user never looks at nbflow need not pay for.
        from nbflow import app, settings  # noqa: PLC0415
        from nbflow.server.questions import Questions  # noqa: PLC0415

        with self._lock:
            if self._opened is None:
                try:
                    loaded = settings.load(self._start)
                    store = app.open_database(loaded.settings)
                    self._opened = Questions(loaded.settings, store, self._root, loaded.origins)
                except OSError as error:
                    raise CannotOpen(
                        f"The project in {self._start} cannot be opened: {error}"
                    ) from error
            return self._opened

    def close(self) -> None:
        """Give back the connections. A later question opens the project again."""
        with self._lock:
            opened, self._opened = self._opened, None
        if opened is not None:
            opened.store.close()
