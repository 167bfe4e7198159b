"""Changes after a cursor, from the journal: what every live screen follows. Truth comes from
`views`; the feed says what to update or fetch again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from nbflow.store import journal
from nbflow.store.changes import Topic
from nbflow.store.database import Database
from nbflow.store.journal import Change
from nbflow.views.shapes import ChangeView

BATCH = 500


@dataclass(frozen=True)
class Batch:
    """Changes in order, and the cursor to ask from next."""

    cursor: int
    changes: Sequence[ChangeView]


def now(database: Database) -> int:
    """The cursor after the newest change."""
    with database.reading() as session:
        return journal.last_cursor(session)


def after(database: Database, cursor: int, limit: int = BATCH) -> Batch:
    """The changes after `cursor`, oldest first, at most `limit`."""
    with database.reading() as session:
        found = journal.after(session, cursor, limit)
    return Batch(found[-1].cursor if found else cursor, [_view(change) for change in found])


class Feed:
    """The changes after `cursor` as they come, by default those from now on.

    For one thread; only `close` may be called by another, and ends a `next` that waits.
    """

    def __init__(self, database: Database, cursor: int | None = None) -> None:
        self._database = database
        # Listening begins before the cursor is read: nothing falls in between.
        self._signal = database.changes(Topic.JOURNAL)
        self.cursor = now(database) if cursor is None else cursor

    def __enter__(self) -> Feed:  # noqa: PYI034 - Python 3.10 has no Self
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def next(self, timeout: float) -> Sequence[ChangeView]:
        """What came after the cursor, which moves on. Waits up to `timeout` seconds for something.

        Raises StoreUnavailable when the database does not answer.
        """
        batch = after(self._database, self.cursor)
        if not batch.changes and self._signal.wait(timeout):
            batch = after(self._database, self.cursor)
        self.cursor = batch.cursor
        return batch.changes

    def close(self) -> None:
        """Stop listening. Safe to call twice."""
        self._signal.close()


def _view(change: Change) -> ChangeView:
    return ChangeView(
        cursor=change.cursor,
        at=change.at.isoformat(),
        kind=change.kind,
        dag_id=change.dag_id,
        run_id=change.run_id,
        task_id=change.task_id,
        map_index=change.map_index,
        state=change.state,
        actor=change.actor,
        data=dict(change.data),
    )
