"""What a person can have done again, or settled, in a run: which task instances that concerns, and
what becomes of them. All of it can be looked at before it is asked for.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from nbflow.core import params
from nbflow.core.dag import Dag
from nbflow.core.events import TaskKey
from nbflow.core.json import JsonObject
from nbflow.core.reach import reach
from nbflow.core.selection import in_order, select_all
from nbflow.core.setup_teardown import Scopes
from nbflow.core.snapshot import DagRun, RunSnapshot, TaskInstance
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

    `before` holds the state each of them is in, `after` the one it is marked as; nothing where they
    run again. `added` and `removed` are tasks that the latest version has and the run's does not,
    and the other way round. `released` wait for a marked task and can go on.
    """

    run: DagRun
    keys: tuple[TaskKey, ...]
    before: tuple[TaskState, ...] = ()
    after: tuple[TaskState, ...] = ()
    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    released: tuple[TaskKey, ...] = ()

    @property
    def run_id(self) -> str:
        return self.run.run_id

    @property
    def dag_id(self) -> str:
        return self.run.dag_id

    @property
    def is_nothing(self) -> bool:
        return not (self.keys or self.added or self.removed)


@dataclass(frozen=True)
class NewRun:
    """A run that does not exist yet: its params, passwords hidden, and its tasks in topological
    order. `rerun_of` is the run that it repeats.
    """

    dag_id: str
    run_id: str
    params: JsonObject
    tasks: tuple[str, ...]
    rerun_of: str | None = None


def affected(snapshot: RunSnapshot, keys: Sequence[TaskKey]) -> Affected:
    """These instances of the run, with the states they are in."""
    before = tuple(snapshot.instances[key].state for key in keys)
    return Affected(snapshot.run, tuple(keys), before)


def to_clear(snapshot: RunSnapshot, which: Which, latest: Dag | None = None) -> Affected:
    """What clearing would do to this run; with `latest` on that version of its DAG.

    The setups that tasks need, and their teardowns, come with them. Raises SelectionError.
    """
    dag = latest or snapshot.dag
    known = {key[0] for key in snapshot.instances if fits(dag, key)}
    new = {t: TaskInstance(t) for t in dag.by_id if t not in known}
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
    there = in_order(dag, [key for key in keys if key[0] not in new and fits(dag, key)])
    return replace(
        affected(snapshot, there),
        added=tuple(task_id for task_id in dag.graph.order if task_id in new),
        removed=tuple(sorted(gone)),
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
    return affected(snapshot, in_order(snapshot.dag, idle))


def to_mark(snapshot: RunSnapshot, which: Which, state: TaskState) -> Affected:
    """What marking would do: instances that are in that state already are left out."""
    chosen = _chosen(snapshot.dag, snapshot.instances, which)
    others = [key for key in chosen if snapshot.instances[key].state is not state]
    keys = in_order(snapshot.dag, others)
    released = to_release(snapshot, chosen, state)
    return replace(affected(snapshot, keys), after=(state,) * len(keys), released=released)


def to_mark_run(snapshot: RunSnapshot, state: RunState) -> Affected:
    """What marking the run would do to its task instances: {success, failed}."""
    settled = to_settle(snapshot, state)
    after = tuple(target for _, target in settled)
    return replace(affected(snapshot, [key for key, _ in settled]), after=after)


def new_run(
    dag: Dag,
    run_id: str,
    values: JsonObject,
    only: Collection[str] | None,
    rerun_of: str | None = None,
) -> NewRun:
    """What a run with these params, of all tasks or of `only` these, is going to be."""
    made_of = dag if only is None else dag.narrowed(only)
    shown = params.hidden(params.secret_names(dag.params), values)
    return NewRun(dag.dag_id, run_id, shown, tuple(made_of.graph.order), rerun_of)


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
