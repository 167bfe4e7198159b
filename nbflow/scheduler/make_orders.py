"""The orders that task instances go to the executor with. Which ones go is decided in
`core.limits`, and carried out in `dispatch`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from nbflow.core import params
from nbflow.core.assets import AssetEvent, AssetNode, leaf_from_json
from nbflow.core.dag import Dag, Task
from nbflow.core.events import TaskKey
from nbflow.core.kept import NOT_KEPT, Keep, keep_seconds
from nbflow.core.orders import (
    MAX_VALUE_SIZE,
    OtherRun,
    PreviousRun,
    RunInfo,
    Source,
    TaskOrder,
    artifact_folder,
    next_look_id,
)
from nbflow.core.snapshot import DagRun, RunSnapshot
from nbflow.scheduler.order_values import OrderValues


@dataclass(frozen=True)
class AssetContext:
    """The events of assets that tasks of a run may look at: those that brought the run about, and
    the newest of each inlet.
    """

    triggering: tuple[AssetEvent, ...] = ()
    newest: Mapping[AssetNode, Sequence[AssetEvent]] = field(default_factory=dict)

    def of_inlets(self, task: Task) -> tuple[AssetEvent, ...]:
        """The events of the inlets of this task."""
        nodes = [leaf_from_json(inlet).node for inlet in task.inlets]
        found = {event.id: event for node in nodes for event in self.newest.get(node, ())}
        return tuple(found.values())


def make_order(
    attempt_id: str,
    snapshot: RunSnapshot,
    task: Task,
    key: TaskKey,
    *,
    source: Source,
    values: OrderValues,
    artifacts: str,
    heartbeat: float,
    max_value_size: int = MAX_VALUE_SIZE,
    keep: Keep = NOT_KEPT,
    events: AssetContext = AssetContext(),
    previous: PreviousRun | None = None,
    elsewhere: tuple[OtherRun, ...] = (),
) -> TaskOrder:
    """The order for the next attempt of a task instance.

    `artifacts` is the root of the artifact store. `attempt_id` is new; the next look of a sensor
    is named after the one before instead. `keep` is what the settings say of failed kernels.
    """
    run = snapshot.run
    instance = snapshot.instances[key]
    if instance.pokes and instance.attempt_id:
        attempt_id = next_look_id(instance.attempt_id, instance.pokes)
    return TaskOrder(
        attempt_id=attempt_id,
        task=task,
        run=replace(
            run_info(run, snapshot.dag),
            triggering_asset_events=events.triggering,
            previous=previous,
            params=params.for_task(snapshot.dag.params, task.params, run.params),
        ),
        source=source,
        artifacts=artifact_folder(artifacts, run.dag_id, run.run_id, instance.task_id, attempt_id),
        value_store=f"{artifacts}/values",
        try_number=instance.following_try,
        map_index=key[1],
        values=values.values,
        mapped_values=values.mapped_values,
        elements=values.elements,
        heartbeat=heartbeat,
        inlet_events=events.of_inlets(task),
        max_value_size=max_value_size,
        elsewhere=elsewhere,
        instances=len(snapshot.indexes(key[0])) if key[1] >= 0 else None,
        edits=run.edits.get(task.task_id, {}),
        keep=replace(keep, seconds=keep_seconds(task.keep_failed_kernel, keep.seconds)),
    )


def run_info(run: DagRun, dag: Dag) -> RunInfo:
    """What user code may know about `run`, which executes `dag`."""
    if run.run_after is None:
        raise ValueError(f"Run {run.dag_id}/{run.run_id} has no time at which it was due.")
    return RunInfo(
        dag_id=run.dag_id,
        run_id=run.run_id,
        run_type=str(run.run_type),
        run_after=run.run_after,
        logical_date=run.logical_date,
        data_interval_start=run.data_interval_start,
        data_interval_end=run.data_interval_end,
        params=run.params,
        dag_file=dag.file,
        secret_params=params.secret_names(dag.params),
    )
