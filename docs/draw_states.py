"""Draw docs/states.md from the lifecycle table; a test fails when it is out of date."""

from __future__ import annotations

from pathlib import Path

from nbflow.core.transitions import TRANSITIONS

TARGET = Path(__file__).with_name("states.md")
HEAD = """\
# States of a task instance

Drawn from the table in `nbflow/core/transitions.py` by `python docs/draw_states.py`: every step a
task instance may take, and its cause. Steps that a person causes by hand (*cleared*, *marked*)
start from nearly every state and stand in the list only.

"""
BY_HAND = ("cleared", "marked", "cleared while an attempt was alive, which has ended")


def document() -> str:
    """The whole page."""
    return f"{HEAD}{_diagram()}\n## Every step\n\n{_list()}"


def _diagram() -> str:
    causes: dict[tuple[str, str], list[str]] = {}
    for step in TRANSITIONS:
        if step.cause not in BY_HAND:
            causes.setdefault((str(step.source), str(step.target)), []).append(step.cause)
    lines = [f"    {a} --> {b}: {', '.join(why)}" for (a, b), why in causes.items()]
    return "\n".join(["```mermaid", "stateDiagram-v2", "    [*] --> none", *lines, "```", ""])


def _list() -> str:
    sources: dict[tuple[str, str], list[str]] = {}
    for step in TRANSITIONS:
        sources.setdefault((step.cause, str(step.target)), []).append(str(step.source))
    rows = [f"| {cause} | {', '.join(start)} | {end} |" for (cause, end), start in sources.items()]
    return "\n".join(["| cause | from | to |", "|---|---|---|", *rows, ""])


if __name__ == "__main__":
    TARGET.write_text(document(), encoding="utf-8")
