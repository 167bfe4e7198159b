"""Task instances: what is to become of them, and what to show of one."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import AwareDatetime, Field

from nbflow.server.bodies.base import Sent


class Chosen(Sent):
    """Which task instances: what the selection expressions `tasks` mean, with what was chosen
    beside. `past` and `future` take the same ones of earlier and later runs.
    """

    tasks: list[str] | None = None
    upstream: bool = False
    downstream: bool = False
    past: bool = False
    future: bool = False
    dry_run: bool = True


class Clear(Chosen):
    """Which task instances are to run again; when `tasks` is null, what failed and what depends on
    it. With `latest` on the current version of the DAG. With `recursive` markers of tasks of other
    DAGs take those with them. With `no_cache` all that is left of the run is executed.
    """

    only_failed: bool = False
    only_running: bool = False
    recursive: bool = False
    latest: bool = False
    note: str | None = None
    no_cache: bool = False


class ClearRuns(Clear):
    """The same in all runs with a logical date in [since, until] and in one of `states`."""

    since: AwareDatetime | None = None
    until: AwareDatetime | None = None
    states: list[str] = Field(default_factory=list)


class Mark(Chosen):
    """What task instances are to count as; without `tasks` the run itself."""

    state: Literal["success", "failed", "skipped"]


class RunTasks(Sent):
    """Tasks that are to run now, whatever the rules say."""

    tasks: list[str]
    dry_run: bool = True


class InstanceQuery(Sent):
    """Which instance of a task."""

    map_index: int = -1


class InstancesQuery(Sent):
    """Which instances of a mapped task: those after the `next` of the page before, in one state,
    with `search` in their name or as their index.
    """

    state: str | None = None
    search: str = ""
    after: int = -2
    limit: int = Field(default=100, ge=1, le=1000)


class TryQuery(InstanceQuery):
    """Which try of it; the newest by default."""

    try_number: int | None = Field(default=None, validation_alias="try", ge=1)


class PartQuery(TryQuery):
    """From which byte on."""

    offset: int = Field(default=0, ge=0)


class Cells(Sent):
    """The code cells of a notebook about a failed task, as a person has edited them: sources by id.

    Those that say what was executed, or that were not part of it, count for nothing.
    """

    cells: dict[str, str] = Field(default_factory=dict)


class Answer(Sent):
    """The answer to what a task asks: the options chosen, and values for its form."""

    chosen: list[str]
    params: dict[str, Any] = Field(default_factory=dict)  # any JSON; the question checks it
    map_index: int = -1


class QuestionQuery(Sent):
    """Whose questions to list; by default those of all DAGs."""

    dag_id: str | None = None
