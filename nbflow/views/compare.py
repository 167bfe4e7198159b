"""Two runs of a DAG side by side, as far as the store knows them: params, versions, tasks. What
their cells have shown is added by who can read what they left behind.
"""

from __future__ import annotations

from typing import Literal

from nbflow.core.errors import NotFoundError
from nbflow.core.json import JsonObject
from nbflow.core.snapshot import DagRun, TaskInstance
from nbflow.core.versions import spec_changes
from nbflow.store import browsing
from nbflow.store.browsing import ListedRun
from nbflow.store.database import Database, Session
from nbflow.views.runs import find_run, run_view
from nbflow.views.shapes import ParamChange, RunDiff, TaskChange

LEAST_SECONDS = 1.0
LEAST_SHARE = 0.25
"""A task was slower or faster if its duration is another by both, a second and a quarter."""


def run_diff(
    database: Database,
    dag_id: str,
    run_id: str,
    other: str | None = None,
    task_id: str | None = None,
) -> RunDiff:
    """The run `run_id` against `other`, by default the last success before it; without cells.

    With `task_id` it is about this task alone, and `other` is by default the last run in which the
    task succeeded. Raises NotFoundError if there is no such run, or none to compare with.
    """
    with database.reading() as session:
        after = find_run(session, dag_id, run_id)
        before = find_run(session, dag_id, other or _success_before(session, after, task_id))
        old, new = (_instances(session, run, task_id) for run in (before, after))
        specs = [browsing.dag_of_run(session, run.id).to_json() for run in (before, after)]
    views = run_view(before), run_view(after)
    return RunDiff(
        before=views[0],
        after=views[1],
        before_seconds=_seconds(before.run),
        after_seconds=_seconds(after.run),
        params=_param_changes(views[0].params, views[1].params),
        version_changes=[str(change) for change in spec_changes(*specs)],
        tasks=[_task_change(old.get(key), new.get(key)) for key in {**new, **old}],
        cells=[],
        left_out=0,
        notes=[],
    )


def _success_before(session: Session, run: ListedRun, task_id: str | None) -> str:
    dag_id, run_id = run.run.dag_id, run.run.run_id
    if task_id is None:
        found = browsing.success_before(session, dag_id, run.id)
        what = f"No run of DAG {dag_id!r} succeeded before {run_id}."
    else:
        found = browsing.task_success_before(session, dag_id, run.id, task_id)
        what = f"Task {task_id!r} of DAG {dag_id!r} succeeded in no run before {run_id}."
    if found is None:
        raise NotFoundError(f"{what} Name the run to compare it with.")
    return found


def _instances(
    session: Session, run: ListedRun, task_id: str | None
) -> dict[tuple[str, int], TaskInstance]:
    """By key, in the order of the graph; of one task if it is named."""
    place = browsing.dag_of_run(session, run.id).graph.position
    found = (one for one in browsing.instances(session, run.id) if one.task_id in place)
    found = (one for one in found if task_id in (None, one.task_id))
    in_order = sorted(found, key=lambda one: (place[one.task_id], one.map_index))
    return {one.key: one for one in in_order}


def _param_changes(old: JsonObject, new: JsonObject) -> list[ParamChange]:
    return [
        ParamChange(name, _kind(name in old, name in new), old.get(name), new.get(name))
        for name in {**new, **old}
        if (name in old, old.get(name)) != (name in new, new.get(name))
    ]


def _task_change(old: TaskInstance | None, new: TaskInstance | None) -> TaskChange:
    one = new or old
    if one is None:
        raise LookupError("A task instance of neither run was asked for.")
    before = None if old is None else _seconds(old)
    after = None if new is None else _seconds(new)
    is_same = old is not None and new is not None and old.state == new.state
    return TaskChange(
        task_id=one.task_id,
        map_index=one.map_index,
        kind="same" if is_same else _kind(old is not None, new is not None),
        before_state=None if old is None else str(old.state),
        after_state=None if new is None else str(new.state),
        before_seconds=before,
        after_seconds=after,
        before_tries=0 if old is None else old.try_number,
        after_tries=0 if new is None else new.try_number,
        pace=_pace(before, after),
        message="" if new is None else new.message,
    )


def _kind(was: bool, is_: bool) -> Literal["added", "removed", "changed"]:
    if was and is_:
        return "changed"
    return "removed" if was else "added"


def _pace(before: float | None, after: float | None) -> Literal["slower", "faster", ""]:
    if before is None or after is None:
        return ""
    difference = after - before
    if abs(difference) < max(LEAST_SECONDS, LEAST_SHARE * before):
        return ""
    return "slower" if difference > 0 else "faster"


def _seconds(one: DagRun | TaskInstance) -> float | None:
    if one.started_at is None or one.ended_at is None:
        return None
    return (one.ended_at - one.started_at).total_seconds()
