"""Kernels of failed attempts that are kept for a person to look into: how long, and where they are.

Pure data; who keeps them is `runtime/kept_kernels.py`, who attaches to them the doors.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple, cast

from nbflow.core.json import JsonObject

KEPT_SECONDS = 900.0
"""How long a kernel is kept where somebody wants that and says no time."""
KEPT_MEMORY = 2 << 30
"""Bytes that all kept kernels of a worker may use together, where the settings say nothing else."""


@dataclass(frozen=True)
class Keep:
    """What an order says of its kernel, should the attempt fail: kept for `seconds` (0: not at all)
    as long as all kept kernels of the worker use no more than `memory` bytes.
    """

    seconds: float = 0.0
    memory: int = KEPT_MEMORY


NOT_KEPT = Keep()


class KernelCounts(NamedTuple):
    """How many kernels a worker has ready, in use by tasks, and kept for people."""

    ready: int = 0
    busy: int = 0
    kept: int = 0


@dataclass(frozen=True)
class KeptKernel:
    """A kernel that lives on after its attempt has failed, `until` the latest.

    `host` and `pid` name its process there, `started` when that was made (seconds since the epoch),
    for the pid may be another's by now. `connection` is what its connection file says.
    """

    host: str
    pid: int
    started: float
    until: datetime
    connection: JsonObject = field(default_factory=dict, repr=False)

    def to_json(self) -> JsonObject:
        return {
            "host": self.host,
            "pid": self.pid,
            "started": self.started,
            "until": self.until.isoformat(),
            "connection": dict(self.connection),
        }

    @classmethod
    def from_json(cls, data: JsonObject) -> KeptKernel:
        """What `to_json` wrote."""
        raw = cast("Mapping[str, Any]", data)  # checked by whoever uses it
        return cls(**{**raw, "until": datetime.fromisoformat(raw["until"])})


def keep_seconds(of_task: float | None, setting: float) -> float:
    """How long the kernel of a failed task is kept: as the task says, else as the setting does."""
    return setting if of_task is None else of_task
