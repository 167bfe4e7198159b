"""What attempts leave behind, read and deleted: logs, live events, values."""

# ruff: noqa: PLC0415 - heavy rooms are imported by the function that needs them

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from threading import Thread
from typing import TYPE_CHECKING, TypeAlias

from nbflow.core.orders import artifact_folder
from nbflow.core.states import Reason
from nbflow.settings import Settings
from nbflow.store import browsing
from nbflow.store.database import Database

if TYPE_CHECKING:
    from nbflow.core.events import TaskKey
    from nbflow.runtime.attempt_files import AttemptFiles
    from nbflow.runtime.printed import AttemptPrinting
    from nbflow.views.shapes import ValueDetail

log = logging.getLogger("nbflow.app")

Printing: TypeAlias = "AttemptPrinting"
"""What an attempt prints, for doors that look at it again and again."""


def attempt_files(folder: str) -> AttemptFiles:
    """What an attempt leaves behind in its folder: its log, its live events, its notebook; also
    while it runs.
    """
    from nbflow.runtime.artifacts import ArtifactStore
    from nbflow.runtime.attempt_files import AttemptFiles

    return AttemptFiles(ArtifactStore(folder))


def attempt_printing(
    folder: str, *, has_events: bool, name_place: Callable[[str], str]
) -> Printing:
    """What an attempt prints, line by line, also while it runs. Notebooks have events, others only
    a log. `name_place` makes of the place of the log what a person is told.
    """
    from nbflow.runtime.printed import AttemptPrinting

    files = attempt_files(folder)
    return AttemptPrinting(files, name_place(files.log_place), has_events=has_events)


def attempt_folder(
    settings: Settings, dag_id: str, run_id: str, task_id: str, one: browsing.Try
) -> str:
    """The URL of the folder of an attempt; of one whose result came from the cache, that of the
    attempt it came from.
    """
    made_elsewhere = (one.log or one.output_notebook) if one.reason == Reason.CACHED else None
    if made_elsewhere:
        return made_elsewhere.rpartition("/")[0]
    return artifact_folder(settings.artifacts_url, dag_id, run_id, task_id, one.attempt_id)


def read_log(settings: Settings, dag_id: str, run_id: str, task_id: str, one: browsing.Try) -> str:
    """The whole log of an attempt so far."""
    return attempt_files(attempt_folder(settings, dag_id, run_id, task_id, one)).whole_log()


def value_detail(
    database: Database, dag_id: str, run_id: str, key: TaskKey, name: str
) -> ValueDetail:
    """A look inside a value that a task instance handed on; no code of it runs."""
    from nbflow.runtime.value_preview import preview_value
    from nbflow.views.shapes import ValueDetail
    from nbflow.views.values import find_value, value_view

    ref = find_value(database, dag_id, run_id, key, name)
    seen = preview_value(ref)
    return ValueDetail(
        value=value_view(key, name, ref),
        kind=seen.kind,
        json=seen.json,
        text=seen.text,
        columns=list(seen.columns),
        rows=[list(row) for row in seen.rows],
        shape=list(seen.shape),
        dtype=seen.dtype,
    )


def discard_artifacts(urls: Sequence[str]) -> None:
    """Delete folders and files of the artifact store, in a thread: it may be far away."""
    from nbflow.runtime.artifacts import delete

    def work() -> None:
        for url in urls:
            try:
                delete(url)
            # Each kind of remote store has its own errors. What stays behind costs space only.
            except Exception as error:  # noqa: BLE001
                log.warning("%s could not be deleted: %s", url, error)

    Thread(target=work, name="nbflow-discard", daemon=True).start()
