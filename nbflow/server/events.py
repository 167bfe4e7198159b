"""State changes as events of Jupyter, for whoever listens to the server's event logger: other
extensions, and the handlers an administrator has configured.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from jupyter_events import EventLogger

from nbflow.views.shapes import ChangeView

SCHEMA = Path(__file__).parent / "event_schemas" / "state_changes" / "v1.yaml"
STATE_CHANGES = "https://events.jupyter.org/nbflow/state_changes/v1"
_TOLD = frozenset({"run", "task"})


def register(logger: EventLogger) -> None:
    """Make the event known, once for each logger."""
    if STATE_CHANGES not in logger.schemas:
        logger.register_event_schema(SCHEMA)


def emit(logger: EventLogger, changes: Sequence[ChangeView]) -> None:
    """Tell of those that are a new state of a run or a task instance."""
    for change in changes:
        if change.kind in _TOLD and change.state is not None:
            logger.emit(schema_id=STATE_CHANGES, data=_event(change))


def _event(change: ChangeView) -> dict[str, object]:
    return {
        "kind": change.kind,
        "dag_id": change.dag_id,
        "run_id": change.run_id,
        "task_id": change.task_id,
        "map_index": change.map_index,
        "state": change.state,
        "cursor": change.cursor,
    }
