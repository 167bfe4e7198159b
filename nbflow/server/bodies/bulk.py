"""The same asked for many runs or DAGs."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from nbflow.server.bodies.base import Sent

MOST_AT_ONCE = 200


class BulkRun(Sent):
    """A run of a DAG."""

    dag_id: str
    run_id: str


class BulkRuns(Sent):
    """Runs, of one DAG or several."""

    runs: list[BulkRun] = Field(min_length=1, max_length=MOST_AT_ONCE)


class BulkMark(BulkRuns):
    """What runs are to count as."""

    state: Literal["success", "failed"]


class BulkClear(BulkRuns):
    """Runs whose failures are to run again; with `dry_run` only how much that is is said."""

    dry_run: bool = True


class BulkDags(Sent):
    """DAGs."""

    dag_ids: list[str] = Field(min_length=1, max_length=MOST_AT_ONCE)


class BulkPause(BulkDags):
    """Stop, or go on with, the schedules of DAGs."""

    paused: bool
