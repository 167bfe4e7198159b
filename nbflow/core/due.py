"""What is due of a timetable at a moment, and when it will be next.

Pure: `now`, what has been created and when it ended come in by the hand. Limits and overlap of runs
are decided where runs are created.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from itertools import islice

from nbflow.core.timetable import INSTANT, DagRunInfo, DataInterval, Timetable, until
from nbflow.core.zones import as_utc


def due_runs(
    timetable: Timetable,
    last_logical: datetime | None,
    start: datetime,
    end: datetime | None,
    now: datetime,
    *,
    catchup: bool | int,
    limit: int,
    last_ended: datetime | None = None,
) -> list[DagRunInfo]:
    """The runs to create at `now`, oldest first, at most `limit`.

    `last_logical` is the logical date of the newest scheduled run, `start` and `end` bound the DAG
    (both inclusive). Of the missed ticks, `catchup` False takes the latest, True all, a number that
    many of the latest. `last_ended` is when the newest scheduled run ended, None while it has not;
    only a timetable that follows the previous run needs it. Raises ValueError for a number below 1.
    """
    if catchup is not False and catchup < 1:
        raise ValueError(f"catchup is {catchup}. Use True, False or a number from 1.")
    if limit < 1:
        return []
    if timetable.follows_previous_run:
        return _following(timetable, last_logical, last_ended, start, until(now, end))
    if catchup is True:
        return list(islice(_missed_forwards(timetable, last_logical, start, end, now), limit))
    backwards = _missed_backwards(timetable, last_logical, start, end, now)
    latest = list(islice(backwards, int(catchup) or 1))
    return latest[::-1][:limit]


def _missed_forwards(
    timetable: Timetable,
    last_logical: datetime | None,
    start: datetime,
    end: datetime | None,
    now: datetime,
) -> Iterator[DagRunInfo]:
    info = timetable.next_run(last_logical, start, end)
    while info is not None and info.run_after <= now:
        yield info
        info = timetable.next_run(info.logical_date, start, end)


def _missed_backwards(
    timetable: Timetable,
    last_logical: datetime | None,
    start: datetime,
    end: datetime | None,
    now: datetime,
) -> Iterator[DagRunInfo]:
    info = timetable.latest_run(now, start, end)
    while info is not None and (last_logical is None or info.logical_date > last_logical):
        yield info
        info = timetable.latest_run(info.run_after - INSTANT, start, end)


def _following(
    timetable: Timetable,
    last_logical: datetime | None,
    last_ended: datetime | None,
    start: datetime,
    until: datetime,
) -> list[DagRunInfo]:
    if last_logical is None:
        info = timetable.next_run(None, start, until)
        return [info] if info is not None else []
    if last_ended is None:
        return []
    # A run that ended within the clock's resolution must still not share its successor's date.
    ended = max(as_utc(last_ended), as_utc(last_logical) + INSTANT)
    info = timetable.next_run(ended, start, until)
    if info is None:
        return []
    covers = DataInterval(last_logical, max(info.logical_date, as_utc(last_logical)))
    return [replace(info, data_interval=covers)]


def next_due(
    timetable: Timetable,
    last_logical: datetime | None,
    start: datetime,
    end: datetime | None,
    now: datetime,
    *,
    catchup: bool | int,
    last_ended: datetime | None = None,
) -> datetime | None:
    """When a run is due next: not after `now` if one is due already, None if none will ever be.

    A timetable that follows the previous run is due when that run ends: None until then.
    """
    due = due_runs(
        timetable, last_logical, start, end, now, catchup=catchup, limit=1, last_ended=last_ended
    )
    if due:
        return due[0].run_after
    if timetable.follows_previous_run:
        awaited = last_logical is not None and last_ended is None
        info = None if awaited else timetable.next_run(last_ended, start, end)
    else:
        info = _next_after(timetable, last_logical, start, end, now)
    return None if info is None else info.run_after


def upcoming(
    timetable: Timetable,
    last_logical: datetime | None,
    start: datetime,
    end: datetime | None,
    now: datetime,
    limit: int,
) -> list[DagRunInfo]:
    """The next `limit` runs that will be due later than `now`; what is due already is left out.

    None can be told of a timetable that follows the previous run.
    """
    if timetable.follows_previous_run or limit < 1:
        return []
    found: list[DagRunInfo] = []
    info = _next_after(timetable, last_logical, start, end, now)
    while info is not None:
        found.append(info)
        if len(found) == limit:
            break
        info = timetable.next_run(info.logical_date, start, end)
    return found


def _next_after(
    timetable: Timetable,
    last_logical: datetime | None,
    start: datetime,
    end: datetime | None,
    now: datetime,
) -> DagRunInfo | None:
    """The first run after the ones that are there and those due at `now`."""
    latest = timetable.latest_run(now, start, end)
    reached = [last_logical] if last_logical is not None else []
    if latest is not None:
        reached.append(latest.logical_date)
    return timetable.next_run(max(reached, default=None), start, end)
