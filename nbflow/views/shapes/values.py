"""Values that tasks handed on, and looks inside them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal


@dataclass(frozen=True)
class RunValue:
    """A value that a task instance of a run handed on. `digest` is the SHA-256 of one that is kept
    by reference.
    """

    task_id: str
    map_index: int
    key: str
    type: str
    preview: str
    size: int
    digest: str | None


@dataclass(frozen=True)
class RunValues:
    """Everything the tasks of a run handed on."""

    dag_id: str
    run_id: str
    values: list[RunValue]


@dataclass(frozen=True)
class ValueDetail:
    """A look inside a value. `kind` says what there is: json (`json`, or `text` if it is long),
    table (`columns` with their types, the first `rows`, `shape`), array (`shape`, `dtype`, one row
    with the first numbers), opaque (`text` says why there is nothing to see).
    """

    value: RunValue
    kind: Literal["json", "table", "array", "opaque"]
    json: Any  # any JSON
    text: str
    columns: list[tuple[str, str]]
    rows: list[list[str]]
    shape: list[int]
    dtype: str
