"""WaitSensor: so long from the moment its turn comes. What waits for a date, or for the end of an
interval, is in `sensors.py`.
"""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any

from nbflow.authoring.context import Context
from nbflow.authoring.sensors import BaseSensorOperator
from nbflow.core.orders import Outcome
from nbflow.core.states import TaskState
from nbflow.core.waiting import HandedOver, Kind


class WaitSensor(BaseSensorOperator):
    """Waits for `time_to_wait` after its turn has come: a timedelta, or a number of minutes.

    A worker has one short attempt, which finds out until when.
    """

    def __init__(
        self,
        task_id: str,
        *,
        time_to_wait: timedelta | float,
        **options: Any,  # noqa: ANN401 - those of BaseSensorOperator
    ) -> None:
        super().__init__(task_id, **options)
        if not isinstance(time_to_wait, timedelta):
            time_to_wait = timedelta(minutes=time_to_wait)
        self.time_to_wait = time_to_wait

    def execute(self, context: Context) -> object:
        until = datetime.now(timezone.utc) + self.time_to_wait
        condition = {"kind": Kind.TIME.value, "at": until.isoformat()}
        raise HandedOver(Outcome(TaskState.DEFERRED, waits_for=condition))
