"""A run as a table on the terminal: one line per task, redrawn while it runs."""

from __future__ import annotations

from datetime import datetime, timezone

from rich.console import Group, RenderableType
from rich.text import Text

from nbflow.cli.output import between, rows, state_text
from nbflow.views.shapes import RunDetail, TaskInstanceView

MOST_LINES = 30


def run_table(detail: RunDetail) -> RenderableType:
    """The run with its tasks; of very many tasks, those that are not finished successfully."""
    run = detail.run
    head = Text.assemble((run.dag_id, "bold"), "  ", run.run_id, "  ", state_text(run.state))
    took = between(run.started_at, run.ended_at)
    if took:
        head.append(f"  in {took}", style="bright_black")
    shown = detail.instances
    if len(shown) > MOST_LINES:
        shown = [i for i in shown if i.state not in ("success", "none")][:MOST_LINES]
    lines = [_line(instance) for instance in shown]
    table = rows("", ("TASK", "STATE", "TRY", "TOOK", ""), lines, "")
    parts: list[RenderableType] = [head, table]
    if len(detail.instances) > len(shown):
        counts = ", ".join(f"{count} {state}" for state, count in run.counts.items())
        parts.append(Text(f"{len(detail.instances)} tasks: {counts}", style="bright_black"))
    if run.message:
        parts.append(Text(run.message, style="bright_black"))
    return Group(*parts)


def _line(instance: TaskInstanceView) -> list[object]:
    index = "" if instance.map_index < 0 else f"[{instance.map_index}]"
    end = instance.ended_at or datetime.now(timezone.utc).isoformat()
    return [
        f"{instance.task_id}{index}",
        state_text(instance.state),
        instance.try_number or "",
        between(instance.started_at, end),
        Text(instance.message, style="bright_black", overflow="ellipsis"),
    ]
