"""A result that may stand for running a task again. Which one does is decided in `cache.py`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from nbflow.core.json import Json
from nbflow.core.orders import Outcome


@dataclass(frozen=True)
class CacheEntry:
    """A result that can be used again, and where it came from: that attempt of a task instance.

    `outcome` has the values, and the URLs of the executed notebook and the log.
    """

    key: str
    dag_id: str
    run_id: str
    task_id: str
    map_index: int
    attempt_id: str
    at: datetime
    outcome: Outcome

    @property
    def origin(self) -> dict[str, Json]:
        """Where it came from, as task instances keep it that use it."""
        return {
            "dag_id": self.dag_id,
            "run_id": self.run_id,
            "task_id": self.task_id,
            "map_index": self.map_index,
            "attempt_id": self.attempt_id,
            "at": self.at.isoformat(),
        }

    @property
    def message(self) -> str:
        """The same in a sentence."""
        index = "" if self.map_index < 0 else f"[{self.map_index}]"
        when = f"{self.at:%Y-%m-%d %H:%M} UTC"
        return f"From the cache: {self.task_id}{index} of run {self.run_id}, {when}."

    @property
    def urls(self) -> tuple[str, ...]:
        """What it needs of the artifact store."""
        values = [ref.url for ref in self.outcome.values.values()]
        return tuple(url for url in (*values, self.outcome.output_notebook) if url)
