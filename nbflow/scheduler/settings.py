"""What the scheduler is told when it is made, and what of it each of its parts needs. Where the
values come from is not known here.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from nbflow.core.kept import NOT_KEPT, Keep
from nbflow.core.mapping import MAX_MAP_LENGTH
from nbflow.core.orders import MAX_VALUE_SIZE
from nbflow.scheduler.answer_from_cache import CacheSettings
from nbflow.scheduler.call_back import CallbackSettings
from nbflow.scheduler.dispatch import DispatchSettings
from nbflow.scheduler.notify import NotifySettings


@dataclass(frozen=True)
class SchedulerSettings:
    """What the loop needs to know. Times in seconds.

    `artifacts` is the fsspec URL under which attempts keep notebooks and logs.
    `waves` makes every task of a wave finish before rules are looked at again (`dag.test()`).
    `parallelism` is how many task instances may be active at once, whatever the executor has.
    `max_map_length` is how many instances one mapped task may have, `max_value_size` how many bytes
    one value may take that a task hands on.
    `secrets_timeout` is how long backends may take to tell the secrets of what a tick starts.
    `keep` is about kernels of failed tasks that say nothing themselves.
    `retention_days` is how far back journal, requests and asset events are kept, and
    `retention_run_days` runs after their end; None: for ever.
    Without `schedules` only runs that somebody asked for are run, whatever else is due.
    """

    artifacts: str
    heartbeat: float = 5.0
    callback_timeout: float = 60.0
    secrets_timeout: float = 3.0
    notify: NotifySettings | None = None
    waves: bool = False
    schedules: bool = True
    describe_every: float = 5.0
    longest_sleep: float = 30.0
    retention_days: float | None = None
    retention_run_days: float | None = None
    parallelism: int | None = None
    max_map_length: int = MAX_MAP_LENGTH
    max_value_size: int = MAX_VALUE_SIZE
    cache: CacheSettings = field(default_factory=CacheSettings)
    keep: Keep = NOT_KEPT

    @property
    def of_callbacks(self) -> CallbackSettings:
        return CallbackSettings(self.artifacts, self.callback_timeout, self.heartbeat, self.notify)

    @property
    def of_dispatch(self) -> DispatchSettings:
        return DispatchSettings(
            self.artifacts,
            self.heartbeat,
            self.max_value_size,
            self.parallelism,
            self.waves,
            self.keep,
        )
