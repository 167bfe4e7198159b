"""What travels between the scheduler and a worker: a `TaskOrder` out, `TaskReport`s back. Pure
data, no shared filesystem assumed.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, TypeAlias

from nbflow.core.assets import AssetEvent, Emission
from nbflow.core.dag import Task
from nbflow.core.json import Json, JsonObject
from nbflow.core.kept import Keep, KeptKernel
from nbflow.core.retries import Rule
from nbflow.core.secrets import Secrets
from nbflow.core.states import Reason, TaskState, Word

RETURN_VALUE = "return_value"
MAX_VALUE_SIZE = 1 << 30
"""Bytes of the largest value a task hands on, where the settings say nothing else."""
OF_THE_DAG = ""
"""Where the callbacks of a whole DAG stand among its pickled operators: no task has that id."""


@dataclass(frozen=True)
class ValueRef:
    """A value handed from task to task: small JSON inline (`url` None), anything else by reference
    into the artifact store.

    `type` is the rung of the value ladder: json, arrow, npy or pickle. `digest` is the SHA-256 of
    the stored bytes, `size` their number. `length` is the number of elements of a list or dict,
    None for anything else. One that `hides` holds a secret: tasks get it whole, and nobody else.
    """

    type: Literal["json", "arrow", "npy", "pickle"]
    json: Json = None
    url: str | None = None
    digest: str | None = None
    size: int = 0
    preview: str = ""
    length: int | None = None
    hides: bool = False


@dataclass(frozen=True)
class Element:
    """One element of what a mapped task is expanded over: the one at `place` of the list or dict
    `value`, `value` itself without a place, or that of a literal in the source without a value.
    """

    place: int | None = None
    value: ValueRef | None = None


@dataclass(frozen=True)
class OtherRun:
    """A run whose values are carried, with its date; `values` by task id and map index."""

    dag_id: str
    run_id: str
    at: datetime | None
    values: Mapping[tuple[str, int], Mapping[str, ValueRef]] = field(default_factory=dict)


PREVIEW_CHARACTERS = 500


def inline(value: Json) -> ValueRef:
    """A value that the scheduler itself hands on."""
    text = json.dumps(value, ensure_ascii=False)
    return ValueRef("json", json=value, size=len(text.encode()), preview=text[:PREVIEW_CHARACTERS])


@dataclass(frozen=True)
class SourceBundle:
    """The files a DAG version was made of, by relative path; `digest` names them all, so that a
    worker unpacks a bundle once. `root` is the project folder they came from: where that exists,
    tasks find their data files in it.
    """

    digest: str
    files: Mapping[str, bytes] = field(default_factory=dict, repr=False)
    root: str | None = None


@dataclass(frozen=True)
class LiveSource:
    """A DAG object in this very process, found by its `token`: for `dag.test()`, where user code
    must run under a debugger.
    """

    token: str


@dataclass(frozen=True)
class PickledSource:
    """Operators of a DAG that has no file, pickled by the process that submitted them: {task_id:
    operator}, and the DAG's callbacks under OF_THE_DAG.
    """

    digest: str
    operators: bytes = field(repr=False)


Source: TypeAlias = SourceBundle | LiveSource | PickledSource


@dataclass(frozen=True)
class PreviousRun:
    """What user code may know about the last run before its own that succeeded."""

    data_interval_start: datetime | None = None
    data_interval_end: datetime | None = None
    started_at: datetime | None = None
    ended_at: datetime | None = None


@dataclass(frozen=True)
class RunInfo:
    """What user code may know about the DAG run it is part of. `secret_params` name the params that
    nobody may read in a log.
    """

    dag_id: str
    run_id: str
    run_type: str
    run_after: datetime
    logical_date: datetime | None = None
    data_interval_start: datetime | None = None
    data_interval_end: datetime | None = None
    params: JsonObject = field(default_factory=dict)
    dag_file: str = ""
    triggering_asset_events: tuple[AssetEvent, ...] = ()
    secret_params: tuple[str, ...] = ()
    previous: PreviousRun | None = None


@dataclass(frozen=True)
class CallbackOrder:
    """Instead of the task itself one of its callbacks is to be called, or one of its DAG's.

    `occasion` and `position` say which, `facts` what happened (`core/callbacks.py`). `attempt_id`
    is that of the attempt it is about. `timeout` is in seconds.
    """

    occasion: str
    position: int
    of_dag: bool
    attempt_id: str | None = None
    facts: JsonObject = field(default_factory=dict)
    timeout: float = 60.0


@dataclass(frozen=True)
class TaskOrder:
    """Everything a worker needs to run one attempt of one task instance.

    `values` holds, per upstream task of `task.reads`, its values by key; `mapped_values`, per
    mapped one whose instances are all read, the index and values of each. `elements` are what this
    instance of a mapped task gets, by the number of the leaf (see `mapping`). `artifacts` is the
    fsspec URL of the folder of this attempt; `value_store` the one where values by reference go.
    `heartbeat` is the number of seconds between signs of life. `inlet_events` are the newest events
    of the task's inlets, oldest first. With a `callback` only that is called.
    `secrets` holds what the task declares of variables and connections: workers cannot ask the
    store. `max_value_size` is in bytes, for each value it hands on. `elsewhere` are the other runs
    whose values it asks for, the newest first. `instances` is how many a mapped task has. `keep` is
    about the kernel of a notebook that fails. `edits` are cells that say something else than the
    bundle: {id: source}.
    """

    attempt_id: str
    task: Task
    run: RunInfo
    source: Source
    artifacts: str
    value_store: str
    try_number: int = 1
    map_index: int = -1
    values: Mapping[str, Mapping[str, ValueRef]] = field(default_factory=dict)
    heartbeat: float = 5.0
    inlet_events: tuple[AssetEvent, ...] = ()
    mapped_values: Mapping[str, Sequence[tuple[int, Mapping[str, ValueRef]]]] = field(
        default_factory=dict
    )
    elements: Mapping[int, Element] = field(default_factory=dict)
    callback: CallbackOrder | None = None
    secrets: Secrets = field(default_factory=Secrets)
    max_value_size: int = MAX_VALUE_SIZE
    elsewhere: tuple[OtherRun, ...] = ()
    instances: int | None = None
    keep: Keep = field(default_factory=Keep)
    edits: Mapping[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        index = "" if self.map_index < 0 else f"[{self.map_index}]"
        return f"{self.run.dag_id}/{self.run.run_id}/{self.task.task_id}{index}#{self.try_number}"


@dataclass(frozen=True)
class TriggerRun:
    """A run that a task asks for. `run_id` None lets the scheduler name it.

    `condition` is what the task waits for then, if it does; it lacks only the run's id. One that is
    there already is cleared with `reset`, else the task is skipped with `skip_if_there` and fails
    otherwise.
    """

    dag_id: str
    run_id: str | None = None
    conf: JsonObject = field(default_factory=dict)
    logical_date: datetime | None = None
    reset: bool = False
    skip_if_there: bool = False
    fail_if_paused: bool = False
    condition: JsonObject | None = None


@dataclass(frozen=True)
class Outcome:
    """How an attempt ended. `state` is success, failed, skipped or cancelled; deferred for one that
    goes on to wait for `waits_for` without a worker, up_for_reschedule for a look in vain, which is
    repeated at `again_at` or when its task says.

    `message` is one sentence for a table cell, `traceback` the plain text behind it, `cell` the
    index of the failing cell in the source notebook. `follow` is a branch's decision: the ids of
    the direct downstream tasks that go on; `short_circuit` stops them all. `retryable` False means
    that user code asked not to be tried again. `output_notebook` and `log` are URLs. `peak_memory`
    is in bytes. `emissions` are what user code said of the assets among the task's outlets.
    `map_name` is the name an instance of a mapped task goes by, `triggers` a run the task asks for.
    `rendered` holds the rendered template fields, `variables` what the task has set (None:
    deleted). `lineage` names the classes of the exception that ended it, the most special first,
    and `ruling` is what the task's own retry policy said of it.
    deleted). `lineage` names the classes of the exception that ended it, the most special first.
    `names_read` shows what the failing cell read, by name; `kernel` is the one that was kept.
    `stuck` says why values of its cells cannot be sent to another kernel, by name.
    """

    state: TaskState
    reason: Reason | None = None
    message: str = ""
    traceback: str = ""
    cell: int | None = None
    values: Mapping[str, ValueRef] = field(default_factory=dict)
    follow: tuple[str, ...] | None = None
    short_circuit: bool = False
    retryable: bool = True
    output_notebook: str | None = None
    log: str | None = None
    peak_memory: int | None = None
    emissions: tuple[Emission, ...] = ()
    map_name: str = ""
    waits_for: JsonObject | None = None
    again_at: datetime | None = None
    triggers: TriggerRun | None = None
    rendered: Mapping[str, str] = field(default_factory=dict)
    variables: Mapping[str, str | None] = field(default_factory=dict, repr=False)
    lineage: tuple[str, ...] = ()
    ruling: Rule | None = None
    names_read: Mapping[str, str] = field(default_factory=dict, repr=False)
    kernel: KeptKernel | None = None
    stuck: Mapping[str, str] = field(default_factory=dict)


class ReportKind(Word):
    """What a worker, or the executor on its behalf, has to say about an attempt."""

    STARTED = "started"
    HEARTBEAT = "heartbeat"
    FINISHED = "finished"


@dataclass(frozen=True)
class TaskReport:
    """One message from a worker about the attempt `attempt_id`.

    A finished one carries the outcome; a lost worker is a failed outcome too.
    """

    attempt_id: str
    kind: ReportKind
    at: datetime
    worker: str = ""
    outcome: Outcome | None = None


def lost(
    attempt_id: str, at: datetime, message: str, reason: Reason = Reason.WORKER_LOST
) -> TaskReport:
    """The report an executor writes for an attempt whose worker can no longer speak for itself."""
    outcome = Outcome(TaskState.FAILED, reason, message)
    return TaskReport(attempt_id, ReportKind.FINISHED, at, outcome=outcome)


def artifact_folder(root: str, dag_id: str, run_id: str, task_id: str, attempt_id: str) -> str:
    """The URL of an attempt's folder under the artifact store's `root`: readable, unique by the
    attempt. The looks of one try of a sensor share theirs.
    """
    return "/".join((run_folder(root, dag_id, run_id), _safe(task_id), _first_look(attempt_id)))


def next_look_id(attempt_id: str, pokes: int) -> str:
    """The attempt after `pokes` looks in vain of a sensor: an id of its own, in the same folder."""
    return f"{_first_look(attempt_id)}.{pokes}"


def _first_look(attempt_id: str) -> str:
    return attempt_id.partition(".")[0]


def run_folder(root: str, dag_id: str, run_id: str) -> str:
    """The URL of the folder of a run's artifacts."""
    return "/".join((root, "runs", _safe(dag_id), _safe(run_id)))


def _safe(part: str) -> str:
    return "".join(c if c.isalnum() or c in "-_.+" else "_" for c in part)
