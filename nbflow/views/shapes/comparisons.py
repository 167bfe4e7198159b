"""Two runs side by side: what differs between them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from nbflow.views.shapes.runs import RunView


@dataclass(frozen=True)
class ParamChange:
    """A param that two runs have otherwise; null also where one has it not, as `kind` tells."""

    name: str
    kind: Literal["added", "removed", "changed"]
    before: Any  # the user's own values
    after: Any


@dataclass(frozen=True)
class TaskChange:
    """A task instance in two runs: states, null where it is not there, seconds and tries. `kind` is
    of the state, `pace` tells of a duration that is another by more than chance.
    """

    task_id: str
    map_index: int
    kind: Literal["added", "removed", "changed", "same"]
    before_state: str | None
    after_state: str | None
    before_seconds: float | None
    after_seconds: float | None
    before_tries: int
    after_tries: int
    pace: Literal["slower", "faster", ""]
    message: str


@dataclass(frozen=True)
class OutputChange:
    """What a cell, or the log of a task, shows otherwise: its kind (stdout, error, log, or a MIME
    type) and a unified diff; for pictures a sentence.
    """

    what: str
    diff: str


@dataclass(frozen=True)
class CellChange:
    """A cell that is new, gone or differs. `cell` is its place in the newer notebook, else in the
    older one, from 0; null for the log of a task. `source` is a unified diff, empty for the same.
    """

    kind: Literal["added", "removed", "changed"]
    task_id: str
    map_index: int
    cell: int | None
    cell_id: str
    source: str
    outputs: list[OutputChange]


@dataclass(frozen=True)
class RunDiff:
    """What differs between two runs of a DAG. `version_changes` tells what of the DAG was changed
    in between; `left_out` counts cells beyond what is told, `notes` what could not be compared.
    """

    before: RunView
    after: RunView
    before_seconds: float | None
    after_seconds: float | None
    params: list[ParamChange]
    version_changes: list[str]
    tasks: list[TaskChange]
    cells: list[CellChange]
    left_out: int
    notes: list[str]
