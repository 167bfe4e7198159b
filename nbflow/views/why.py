"""Why is this task not running? Every condition between a task instance and its first line of code,
met or not, in words and numbers.
"""

from __future__ import annotations

from nbflow.core.events import TaskKey
from nbflow.core.snapshot import RunSnapshot, TaskInstance
from nbflow.core.states import RunState, TaskState
from nbflow.core.trigger_rules import Tally, Verdict, verdict
from nbflow.store import browsing
from nbflow.store import pools as pool_store
from nbflow.store import runs as run_store
from nbflow.store.database import Session
from nbflow.views.shapes import Condition

_ON_REPORT = "when an upstream task ends"
_ON_FREE_SLOT = "when a task ends"


def why(session: Session, snapshot: RunSnapshot, key: TaskKey) -> list[Condition]:
    """The conditions of a task instance that waits; none for one that runs or has finished."""
    instance = snapshot.instances[key]
    if instance.state.is_finished or instance.state == TaskState.RUNNING:
        return []
    found = [_run_has_begun(session, snapshot)]
    if instance.state == TaskState.UP_FOR_RETRY:
        return [*found, _retry(instance)]
    found.append(_rule(snapshot, instance))
    if instance.state in (TaskState.SCHEDULED, TaskState.QUEUED):
        found += [_pool(session, snapshot, key), _active_tasks(snapshot), _executor(instance)]
    return found


def _run_has_begun(session: Session, snapshot: RunSnapshot) -> Condition:
    run, limit = snapshot.run, snapshot.dag.max_active_runs
    if run.state is not RunState.QUEUED:
        return Condition("run", met=True, text="The run has begun.")
    running = browsing.active_counts(session).get(run.dag_id, {}).get(str(RunState.RUNNING), 0)
    text = f"The run is queued: {running} of at most {limit} runs of this DAG are running."
    return Condition("run", met=False, text=text, next_look="when a run of this DAG ends")


def _rule(snapshot: RunSnapshot, instance: TaskInstance) -> Condition:
    parents = snapshot.dag.upstream(instance.task_id)
    rule = snapshot.dag.by_id[instance.task_id].trigger_rule
    states = {parent: snapshot.instances[(parent, -1)].state for parent in parents}
    decision = verdict(rule, Tally.of(states.values()))
    unfinished = [
        f"{parent} ({state})" for parent, state in states.items() if not state.is_finished
    ]
    if not parents:
        return Condition("trigger_rule", met=True, text="It has no upstream tasks.")
    if decision is not Verdict.WAIT:
        return Condition("trigger_rule", met=True, text=f"Its trigger rule {rule} is met.")
    done = len(parents) - len(unfinished)
    shown = ", ".join(unfinished[:5]) + (", ..." if len(unfinished) > 5 else "")
    waits = f"Its trigger rule {rule} waits: {done} of {len(parents)} upstream tasks have ended."
    text = f"{waits} Missing: {shown}."
    return Condition("trigger_rule", met=False, text=text, next_look=_ON_REPORT)


def _pool(session: Session, snapshot: RunSnapshot, key: TaskKey) -> Condition:
    task = snapshot.task(key)
    slots = pool_store.slots(session).get(task.pool)
    if slots is None:
        text = f"There is no pool {task.pool!r}. Create it, or name another one."
        return Condition("pool", met=False, text=text)
    if slots < 0:
        return Condition("pool", met=True, text=f"Pool {task.pool} has no limit.")
    used = run_store.used_slots(session).get(task.pool, 0)
    holds = snapshot.instances[key].state.holds_slot
    met = holds or slots - used >= task.pool_slots
    text = (
        f"Pool {task.pool}: {used} of {slots} slots are taken, this task needs {task.pool_slots}."
    )
    return Condition("pool", met=met, text=text, next_look=None if met else _ON_FREE_SLOT)


def _active_tasks(snapshot: RunSnapshot) -> Condition:
    limit = snapshot.dag.max_active_tasks
    if limit is None:
        return Condition(
            "max_active_tasks", met=True, text="The DAG does not limit its active tasks."
        )
    active = sum(i.is_with_executor for i in snapshot.instances.values())
    text = f"{active} of at most {limit} tasks of this run are active."
    return Condition("max_active_tasks", met=active < limit, text=text, next_look=_ON_FREE_SLOT)


def _executor(instance: TaskInstance) -> Condition:
    if instance.state == TaskState.QUEUED:
        text = "It was handed to the executor and waits for a free worker."
        return Condition("executor", met=False, text=text, next_look="when a worker is free")
    text = "It waits to be handed to the executor, which takes tasks as its slots become free."
    return Condition("executor", met=False, text=text, next_look=_ON_FREE_SLOT)


def _retry(instance: TaskInstance) -> Condition:
    at = instance.next_try_at
    due = "at once" if at is None else f"at {at:%Y-%m-%d %H:%M:%S} UTC"
    text = f"Try {instance.try_number} failed ({instance.reason}); the next one is due {due}."
    return Condition(
        "retry", met=False, text=text, next_look=None if at is None else at.isoformat()
    )
