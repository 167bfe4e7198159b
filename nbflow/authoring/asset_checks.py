"""What can be wrong with the assets of a whole DAG: one name, two meanings."""

from __future__ import annotations

from collections.abc import Mapping

from nbflow.authoring.findings import Findings
from nbflow.core.assets import conflicts
from nbflow.core.dag import Dag


def check_assets(dag: Dag, findings: Findings, at_task: Mapping[str, Findings]) -> None:
    """Find assets that mean one thing here and another there, at the task that says the later."""
    # As in `fields.py`: not every reader of a DAG needs cron.
    from nbflow.core.named_assets import named_assets  # noqa: PLC0415

    for place, problem in conflicts(named_assets(dag)):
        task_id = place.removeprefix("task ").strip("'")
        at_task.get(task_id, findings).adopt([problem])
