"""The states of task instances and DAG runs, and the typed reasons a task instance did not succeed.

Only names and classifications live here. Which state may follow which, and when, is in
`transitions.py`.
"""

from __future__ import annotations

from enum import Enum


class Word(str, Enum):
    """An enum whose members are the words stored, sent and shown (StrEnum needs Python 3.11)."""

    def __str__(self) -> str:
        return str(self.value)


class TaskState(Word):
    """The state of one task instance."""

    NONE = "none"
    SCHEDULED = "scheduled"
    QUEUED = "queued"
    RUNNING = "running"
    SUCCESS = "success"
    FAILED = "failed"
    UP_FOR_RETRY = "up_for_retry"
    UP_FOR_RESCHEDULE = "up_for_reschedule"
    DEFERRED = "deferred"
    SKIPPED = "skipped"
    UPSTREAM_FAILED = "upstream_failed"
    REMOVED = "removed"
    CANCELLED = "cancelled"

    @property
    def is_finished(self) -> bool:
        return self in FINISHED

    @property
    def holds_slot(self) -> bool:
        """Whether a task instance in this state occupies pool slots."""
        return self in HOLDING_SLOT


class RunState(Word):
    """The state of one DAG run."""

    QUEUED = "queued"
    RUNNING = "running"
    SUCCESS = "success"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def is_finished(self) -> bool:
        return self in FINISHED_RUN


class RunType(Word):
    """What brought a DAG run into being."""

    MANUAL = "manual"
    SCHEDULED = "scheduled"
    BACKFILL = "backfill"
    ASSET_TRIGGERED = "asset_triggered"


class Reason(Word):
    """Why an attempt did not succeed, or did without being executed: whose failure it was decides
    which retries it uses up.
    """

    CELL_ERROR = "cell_error"
    TASK_ERROR = "task_error"
    EXIT_CODE = "exit_code"
    TIMEOUT = "timeout"
    FAILED_BY_CALL = "failed_by_call"
    BAD_INPUT = "bad_input"
    VALUE_ERROR = "value_error"
    IMPORT_ERROR = "import_error"
    SKIPPED_BY_CALL = "skipped_by_call"
    SKIPPED_BY_BRANCH = "skipped_by_branch"
    NOTHING_TO_MAP = "nothing_to_map"
    NOT_MAPPABLE = "not_mappable"
    UPSTREAM = "upstream"
    EXTERNAL = "external"
    CANCELLED = "cancelled"
    MARKED = "marked"
    RUN_TIMEOUT = "run_timeout"
    FAIL_FAST = "fail_fast"
    WORKER_LOST = "worker_lost"
    KERNEL_DIED = "kernel_died"
    OUT_OF_MEMORY = "out_of_memory"
    START_FAILED = "start_failed"
    EXECUTOR_ERROR = "executor_error"
    CACHED = "cached"

    @property
    def is_infrastructure(self) -> bool:
        """True when the platform failed, not the user's code (invariant 4 of the design)."""
        return self in INFRASTRUCTURE

    @property
    def allows_retry(self) -> bool:
        """False where another try cannot help: the code itself asked to fail for good, or it could
        not be read.
        """
        return self not in FINAL


# As Airflow's files call them.
TaskInstanceState = TaskState
DagRunState = RunState

FINISHED = frozenset(
    {
        TaskState.SUCCESS,
        TaskState.FAILED,
        TaskState.SKIPPED,
        TaskState.UPSTREAM_FAILED,
        TaskState.REMOVED,
        TaskState.CANCELLED,
    }
)
HOLDING_SLOT = frozenset({TaskState.QUEUED, TaskState.RUNNING})
WITH_EXECUTOR = HOLDING_SLOT
FINISHED_RUN = frozenset({RunState.SUCCESS, RunState.FAILED, RunState.CANCELLED})
INFRASTRUCTURE = frozenset(
    {
        Reason.WORKER_LOST,
        Reason.KERNEL_DIED,
        Reason.OUT_OF_MEMORY,
        Reason.START_FAILED,
        Reason.EXECUTOR_ERROR,
    }
)
FINAL = frozenset({Reason.FAILED_BY_CALL, Reason.BAD_INPUT, Reason.CANCELLED, Reason.MARKED})
