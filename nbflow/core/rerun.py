"""What a person can have done again, or settled, in a run: which task instances that concerns, and
what becomes of them. All of it can be looked at before it is asked for.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field

from nbflow.core.dag import Dag
from nbflow.core.events import TaskKey
from nbflow.core.reach import reach
from nbflow.core.selection import in_order, select_all
from nbflow.core.setup_teardown import Scopes
from nbflow.core.snapshot import RunSnapshot, TaskInstance
from nbflow.core.states import RunState, TaskState

FAILED = frozenset({TaskState.FAILED, TaskState.UPSTREAM_FAILED, TaskState.CANCELLED})
MARKS = (TaskState.SUCCESS, TaskState.FAILED, TaskState.SKIPPED)
RUN_MARKS = (RunState.SUCCESS, RunState.FAILED)


@dataclass(frozen=True)
class Which:
    """Which task instances of a run: what `tasks` select, or without any what failed.

    What failed comes with what depends on it: to resume is the default. `upstream` and `downstream`
    add to what is selected, `only_...` take away from it.
    """

    tasks: tuple[str, ...] | None = None
    upstream: bool = False
    downstream: bool = False
    only_failed: bool = False
    only_running: bool = False


@dataclass(frozen=True)
class Affected:
    """What would happen in one run: `keys` run again (or are marked), in topological order.

    `added` and `removed` are tasks that the latest version has and the run's does not, and the
    other way round. `released` wait for a marked task and can go on. `dag_id` is the run's DAG.
    """

    run_id: str
    keys: tuple[TaskKey, ...]
    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    released: tuple[TaskKey, ...] = field(default=())
    dag_id: str = ""

    @property
    def is_nothing(self) -> bool:
        return not (self.keys or self.added or self.removed)


def to_clear(snapshot: RunSnapshot, which: Which, latest: Dag | None = None) -> Affected:
    """What clearing would do to this run; with `latest` on that version of its DAG.

    The setups that tasks need, and their teardowns, come with them. Raises SelectionError.
    """
    dag = latest or snapshot.dag
    there = {key[0] for key in snapshot.instances if fits(dag, key)}
    new = {t: TaskInstance(t) for t in dag.by_id if t not in there}
    instances = {**snapshot.instances, **{one.key: one for one in new.values()}}
    scopes = snapshot.scopes if latest is None else Scopes(latest)
    chosen = _chosen(dag, instances, which)
    own = {task_id for task_id, _ in chosen}
    again = scopes.with_setups(own)
    keys = chosen | {key for key in instances if key[0] in again - own}
    gone = {
        key[0]
        for key, one in snapshot.instances.items()
        if key[0] not in dag.by_id and one.state is not TaskState.REMOVED
    }
    return Affected(
        snapshot.run.run_id,
        in_order(dag, [key for key in keys if key[0] not in new and fits(dag, key)]),
        tuple(task_id for task_id in dag.graph.order if task_id in new),
        tuple(sorted(gone)),
        dag_id=snapshot.run.dag_id,
    )


def fits(dag: Dag, key: TaskKey) -> bool:
    """Whether the task is there in this version, and still mapped if the instance is one of
    several.
    """
    task = dag.by_id.get(key[0])
    return task is not None and (key[1] < 0 or task.expansion is not None)


def to_force(snapshot: RunSnapshot, tasks: tuple[str, ...]) -> Affected:
    """What can be made to run now, whatever the rules say: what does not run already."""
    chosen = _chosen(snapshot.dag, snapshot.instances, Which(tasks))
    idle = [key for key in chosen if not snapshot.instances[key].is_with_executor]
    return Affected(snapshot.run.run_id, in_order(snapshot.dag, idle), dag_id=snapshot.run.dag_id)


def to_mark(snapshot: RunSnapshot, which: Which, state: TaskState) -> Affected:
    """What marking would do: instances that are in that state already are left out."""
    chosen = _chosen(snapshot.dag, snapshot.instances, which)
    keys = [key for key in chosen if snapshot.instances[key].state is not state]
    released = to_release(snapshot, chosen, state)
    return Affected(
        snapshot.run.run_id,
        in_order(snapshot.dag, keys),
        released=released,
        dag_id=snapshot.run.dag_id,
    )


def to_release(
    snapshot: RunSnapshot, keys: Collection[TaskKey], state: TaskState
) -> tuple[TaskKey, ...]:
    """What never ran because one of these failed, and can once they are marked otherwise."""
    if state is TaskState.FAILED:
        return ()
    graph = snapshot.dag.graph
    marked = {task_id for task_id, _ in keys if task_id in graph.position}
    after = graph.descendants(*marked)
    waiting = [
        key
        for key, one in snapshot.instances.items()
        if key[0] in after and key not in keys and one.state is TaskState.UPSTREAM_FAILED
    ]
    return in_order(snapshot.dag, waiting)


def to_settle(snapshot: RunSnapshot, state: RunState) -> tuple[tuple[TaskKey, TaskState], ...]:
    """What becomes of the task instances of a run that is marked: {success, failed}.

    A success settles whatever did not succeed; a failure fails what runs and skips what waits.
    """
    found: list[tuple[TaskKey, TaskState]] = []
    for key in in_order(snapshot.dag, snapshot.instances):
        now = snapshot.instances[key].state
        if state is RunState.SUCCESS and now not in (TaskState.SUCCESS, TaskState.SKIPPED):
            found.append((key, TaskState.SUCCESS))
        elif state is RunState.FAILED and not now.is_finished:
            target = TaskState.FAILED if now.holds_slot else TaskState.SKIPPED
            found.append((key, target))
    return tuple(found)


def _chosen(dag: Dag, instances: dict[TaskKey, TaskInstance], which: Which) -> set[TaskKey]:
    if which.tasks is None:
        failed = {key for key, one in instances.items() if one.state in FAILED}
        keys = {key for key in failed if key[0] in dag.by_id}
        keys |= reach(dag, keys, dag.graph.downstream, instances)
    else:
        keys = set(select_all(which.tasks, dag, instances))
        up = reach(dag, keys, dag.graph.upstream, instances) if which.upstream else set()
        down = reach(dag, keys, dag.graph.downstream, instances) if which.downstream else set()
        keys |= up | down
    # What a mapped task has no element for any more comes back by itself if there is one again.
    keys = {key for key in keys if key[1] < 0 or instances[key].state is not TaskState.REMOVED}
    if which.only_failed:
        keys = {key for key in keys if instances[key].state in FAILED}
    if which.only_running:
        keys = {key for key in keys if instances[key].state.holds_slot}
    return keys
