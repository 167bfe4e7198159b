"""Which runs of a list are meant: by state, type, date and text. The conditions that say so in a
statement over `dag_runs`; what is done with the runs is not decided here.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, or_

from nbflow.core.states import RunState, RunType
from nbflow.store.tables import DagRunRow, table_of

_RUNS = table_of(DagRunRow)

RUN_DATE: ColumnElement[datetime] = func.coalesce(_RUNS.c.logical_date, _RUNS.c.created_at)
"""What a run is for, else when it was made: the date a person looks for it under."""


@dataclass(frozen=True)
class RunFilter:
    """Runs in one of `states` and of one of `types` (of any, if none is named), with a date in
    [since, until], and with `search` in their id, note or message, whatever the case.
    """

    states: tuple[RunState, ...] = ()
    types: tuple[RunType, ...] = ()
    since: datetime | None = None
    until: datetime | None = None
    search: str = ""

    def conditions(self) -> Iterator[ColumnElement[bool]]:
        """What a run has to fulfil, all of it."""
        if self.states:
            yield _RUNS.c.state.in_(self.states)
        if self.types:
            yield _RUNS.c.run_type.in_(self.types)
        if self.since is not None:
            yield self.since <= RUN_DATE
        if self.until is not None:
            yield self.until >= RUN_DATE
        if self.search:
            texts = (_RUNS.c.run_id, _RUNS.c.note, _RUNS.c.message)
            yield or_(*(text.icontains(self.search, autoescape=True) for text in texts))


ANY_RUN = RunFilter()
