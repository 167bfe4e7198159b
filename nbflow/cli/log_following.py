"""The log of a task as it grows, for a terminal; through its tries, to the end of the last."""

from __future__ import annotations

from collections.abc import Iterator

from nbflow import app
from nbflow.cli.progress import FINISHED
from nbflow.cli.project import Project
from nbflow.feed import Feed
from nbflow.views.runs import find_try, task_instance_detail

LOOK_SECONDS = 0.2
"""So often the log is looked at while it does not grow."""


def followed_log(
    here: Project, dag_id: str, run_id: str, task_id: str, map_index: int = -1
) -> Iterator[str]:
    """Pieces of the log as they are written. Raises NotFoundError for a task that is not there."""
    attempt_id, offset = "", 0
    with Feed(here.database) as feed:
        while True:
            # Asked before the log is read: once it is over, nothing is added.
            detail = task_instance_detail(here.database, dag_id, run_id, task_id, map_index)
            is_over = detail.instance.state in FINISHED
            one = find_try(here.database, dag_id, run_id, task_id, map_index=map_index)
            if one is not None and one.attempt_id != attempt_id:
                attempt_id, offset = one.attempt_id, 0
            at_end = True
            if one is not None:
                folder = app.attempt_folder(here.settings, dag_id, run_id, task_id, one)
                part = app.attempt_files(folder).log(offset)
                offset, at_end = part.next_offset, part.at_end
                if part.text:
                    yield part.text
            if is_over and at_end:
                return
            if at_end:
                feed.next(LOOK_SECONDS)
