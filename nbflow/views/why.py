"""Why is this task not running? Every condition between a task instance and its first line of code,
met or not, in words and numbers.

Nothing is judged here: trigger rules, the past and limits are asked as the scheduler asks them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from nbflow.core.backfill import BackfillState
from nbflow.core.draft import Draft
from nbflow.core.events import TaskKey
from nbflow.core.past import asked_for, depends_on_past, held_by_past
from nbflow.core.poking import last_look
from nbflow.core.snapshot import RunSnapshot, TaskInstance
from nbflow.core.states import RunState, TaskState
from nbflow.core.trigger_rules import Verdict
from nbflow.core.waiting import deadline, describe
from nbflow.store import backfills as backfill_store
from nbflow.store import browsing, leases
from nbflow.store import dags as dag_store
from nbflow.store.database import Session
from nbflow.store.leases import LeaseStatus
from nbflow.store.past import Asked, previous_runs
from nbflow.store.runs import ActiveRun
from nbflow.views.health import LEASE_NAME
from nbflow.views.shapes import Condition
from nbflow.views.why_limits import limits, nth

_ON_REPORT = "when an upstream task ends"
_NEXT = Condition(
    "dispatch",
    met=False,
    text="Nothing holds it back: it is handed to the executor when the scheduler looks next.",
    next_look="at once",
)


def why(session: Session, run: ActiveRun, key: TaskKey, now: datetime) -> list[Condition]:
    """The conditions of a task instance that waits; none for one that runs or has finished."""
    snapshot = run.snapshot
    instance = snapshot.instances[key]
    if instance.state.is_finished or instance.state == TaskState.RUNNING:
        return []
    lease = leases.read(session, LEASE_NAME)
    found = [*_scheduler(lease, now), *_held(session, snapshot), _run_has_begun(session, run)]
    if instance.state == TaskState.UP_FOR_RETRY:
        return [*found, _retry(instance)]
    if instance.state in (TaskState.DEFERRED, TaskState.UP_FOR_RESCHEDULE):
        return [*found, _wait(snapshot, instance)]
    found += [_rule(snapshot, instance), *_mapped_over(snapshot, instance)]
    found += _past(session, run, key)
    if instance.state == TaskState.QUEUED:
        found.append(_with_executor(instance, lease))
    if instance.state == TaskState.SCHEDULED:
        found += limits(session, run.id, key, lease, now)
        if all(condition.met for condition in found):
            found.append(_NEXT)
    return found


def _wait(snapshot: RunSnapshot, instance: TaskInstance) -> Condition:
    """What a task that holds no worker waits for, and until when at most."""
    task, since = snapshot.dag.by_id[instance.task_id], instance.waiting_since
    if instance.state == TaskState.DEFERRED and instance.waits_for is not None:
        text = f"It waits {describe(instance.waits_for)}."
        ends = None if since is None else deadline(task, since)
    else:
        ends = last_look(task.poke, since)
        text = f"It has looked {nth_times(instance.pokes)} in vain."
    if ends is not None:
        text = f"{text} At {ends:%Y-%m-%d %H:%M:%S} UTC it gives up."
    at = instance.next_try_at
    look = "when that has happened" if at is None else at.isoformat()
    return Condition("wait", met=False, text=text, next_look=look)


def nth_times(count: int) -> str:
    """Once, twice, 3 times."""
    return {1: "once", 2: "twice"}.get(count, f"{count} times")


def _scheduler(lease: LeaseStatus | None, now: datetime) -> Iterable[Condition]:
    """Said only if there is none: then nothing else is looked at either."""
    if lease is not None and lease.is_held(now):
        return
    since = "" if lease is None else f", the last one {_ago(lease.renewed_at, now)} ago"
    text = f"No scheduler is alive{since}. Start one: nbflow scheduler"
    yield Condition("scheduler", met=False, text=text, next_look="when a scheduler starts")


def _held(session: Session, snapshot: RunSnapshot) -> Iterable[Condition]:
    """Said only of a DAG that was paused with its runs held."""
    dag_id = snapshot.run.dag_id
    if dag_id in dag_store.held_dags(session):
        text = (
            f"The DAG is paused and its runs are held. Let it go on: nbflow dags unpause {dag_id}"
        )
        yield Condition("paused", met=False, text=text, next_look="when the DAG is unpaused")


def _backfill(session: Session, run: ActiveRun) -> Condition | None:
    """What a queued run waits for that belongs to a backfill under way: its limit, or a person."""
    backfill_id = run.snapshot.run.backfill_id
    found = None if backfill_id is None else backfill_store.read(session, backfill_id)
    if found is None or not found.state.is_active:
        return None
    if found.state is BackfillState.PAUSED:
        text = f"Backfill {found.id} is paused. Go on with it: nbflow backfill unpause {found.id}"
        return Condition("run", met=False, text=text, next_look="when it goes on")
    counts = backfill_store.run_states(session, [found.id]).get(found.id, {})
    running = counts.get(str(RunState.RUNNING), 0)
    text = (
        f"The run is queued: {running} of at most {found.max_active_runs} runs of backfill "
        f"{found.id} are running."
    )
    return Condition("run", met=False, text=text, next_look="when a run of the backfill ends")


def _run_has_begun(session: Session, run: ActiveRun) -> Condition:
    state, dag = run.snapshot.run, run.snapshot.dag
    if state.state is not RunState.QUEUED:
        return Condition("run", met=True, text="The run has begun.")
    waits = _backfill(session, run)
    if waits is not None:
        return waits
    running = browsing.active_counts(session).get(state.dag_id, {}).get(str(RunState.RUNNING), 0)
    ahead = browsing.queued_before(session, state.dag_id, state.run_after, run.id)
    limit = dag.max_active_runs
    text = (
        f"The run is queued: {running} of at most {limit} runs of this DAG are running, "
        f"and it is {nth(ahead + 1)} in line."
    )
    if state.message:
        text = f"{text} {state.message}"
    return Condition("run", met=False, text=text, next_look="when a run of this DAG ends")


def _rule(snapshot: RunSnapshot, instance: TaskInstance) -> Condition:
    draft = Draft(snapshot)
    rule = snapshot.dag.by_id[instance.task_id].trigger_rule
    seen = dict(draft.upstream(instance.key))
    for setup in snapshot.scopes.far_setups_of(instance.task_id):
        seen[setup] = draft.seen(instance.key, setup)
    if not seen:
        return Condition("trigger_rule", met=True, text="It has no upstream tasks.")
    if draft.verdict(instance.key) is not Verdict.WAIT:
        return Condition("trigger_rule", met=True, text=f"Its trigger rule {rule} is met.")
    missing = [told for task_id, counts in seen.items() if (told := _unfinished(task_id, counts))]
    shown = ", ".join(missing[:5]) + (", ..." if len(missing) > 5 else "")
    done = len(seen) - len(missing)
    waits = f"Its trigger rule {rule} waits: {done} of {len(seen)} upstream tasks have ended."
    text = f"{waits} Missing: {shown}."
    return Condition("trigger_rule", met=False, text=text, next_look=_ON_REPORT)


def _unfinished(task_id: str, counts: Mapping[TaskState, int]) -> str:
    """What of an upstream task is missing: its state, or how many of its instances have ended."""
    states = {state: number for state, number in counts.items() if number}
    total = sum(states.values())
    ended = sum(number for state, number in states.items() if state.is_finished)
    if ended == total:
        return ""
    return f"{task_id} ({ended} of {total})" if total > 1 else f"{task_id} ({next(iter(states))})"


def _mapped_over(snapshot: RunSnapshot, instance: TaskInstance) -> Iterable[Condition]:
    """What a mapped task waits for before it has instances."""
    expansion = snapshot.task(instance.key).expansion
    if expansion is None or instance.map_index >= 0:
        return
    draft = Draft(snapshot)
    sources = {task_id: draft.counts(task_id) for task_id, _ in expansion.values}
    missing = [
        told for task_id, counts in sources.items() if (told := _unfinished(task_id, counts))
    ]
    if missing:
        text = f"How many instances it gets is known when {', '.join(missing)} has ended."
        yield Condition("mapping", met=False, text=text, next_look=_ON_REPORT)


def _past(session: Session, run: ActiveRun, key: TaskKey) -> Iterable[Condition]:
    dag, task = run.snapshot.dag, run.snapshot.task(key)
    if not depends_on_past(task):
        return
    asked = Asked(run.id, frozenset(asked_for(dag, task)), manual_runs=dag.catchup is False)
    previous = previous_runs(session, [asked]).get(run.id)
    held = held_by_past(dag, task, previous)
    if not held:
        run_id = "" if previous is None else f" {previous.run_id}"
        text = f"It depends on its past: the previous run{run_id} went well."
        if previous is None:
            text = "It depends on its past, and no run came before this one."
        yield Condition("depends_on_past", met=True, text=text)
    else:
        look = "when a task of that run changes its state"
        yield Condition("depends_on_past", met=False, text=held, next_look=look)


def _with_executor(instance: TaskInstance, lease: LeaseStatus | None) -> Condition:
    info = {} if lease is None else lease.info
    unserved = info.get("details", {})
    waiting = unserved.get("unserved", []) if isinstance(unserved, dict) else []
    if isinstance(waiting, list) and instance.attempt_id in waiting:
        text = "No worker there is serves its queue, or has the resources it asks for."
        return Condition("worker", met=False, text=text, next_look="when a worker joins")
    text = "It was handed to the executor and waits for a free worker."
    return Condition("executor", met=False, text=text, next_look="when a worker is free")


def _retry(instance: TaskInstance) -> Condition:
    at = instance.next_try_at
    due = "at once" if at is None else f"at {at:%Y-%m-%d %H:%M:%S} UTC"
    text = f"Try {instance.try_number} failed ({instance.reason}); the next one is due {due}."
    return Condition(
        "retry", met=False, text=text, next_look=None if at is None else at.isoformat()
    )


def _ago(then: datetime, now: datetime) -> str:
    return f"{(now - then).total_seconds():.0f} s"
