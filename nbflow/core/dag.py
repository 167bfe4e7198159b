"""A DAG as data: what authoring produces, the store keeps, the scheduler reads. No user code,
nothing that can be called.

`Dag.to_json` is the versioned spec; its canonical text gives the hash that decides whether a DAG
has changed.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta
from functools import cached_property
from hashlib import sha256
from typing import Any, Literal, cast

from nbflow.core.cache_policy import CachePolicy
from nbflow.core.elsewhere import Pull, pulls_from_json
from nbflow.core.graph import Graph
from nbflow.core.json import Json, JsonObject
from nbflow.core.mapping import Expansion
from nbflow.core.notifications import Notify
from nbflow.core.poking import PokePolicy
from nbflow.core.retries import RetryAction, RetryPolicy, Rule
from nbflow.core.states import Word
from nbflow.core.trigger_rules import TriggerRule
from nbflow.core.weights import WeightRule, total_weights

SPEC_VERSION = 1
DEFAULT_POOL = "default_pool"

EdgeKind = Literal["declared", "certain", "inferred", "unknown"]
Isolation = Literal["process", "thread"]
Role = Literal["", "setup", "teardown"]
Overlap = Literal["queue", "skip", "cancel_running"]


class TaskKind(Word):
    """Which of the ways to run a task a worker has to take."""

    NOTEBOOK = "notebook"
    CELLS = "cells"
    QUESTION = "question"
    PYTHON = "python"
    BASH = "bash"
    EMPTY = "empty"


class Decides(Word):
    """What a task's return value decides about the tasks downstream of it."""

    BRANCH = "branch"
    SHORT_CIRCUIT = "short_circuit"


@dataclass(frozen=True)
class Edge:
    """One reason why `downstream` comes after `upstream`: `names` are what flows, `why` a sentence
    for the screen.

    `label` is the word a person put on it.

    `declared`: a person wrote it. `certain`: a name defined there is read here. `inferred`: it
    looks like it. `unknown`: we cannot tell.
    """

    upstream: str
    downstream: str
    kind: EdgeKind = "declared"
    names: tuple[str, ...] = ()
    why: str = ""
    label: str = ""


@dataclass(frozen=True)
class Group:
    """Tasks that belong together, for screens to fold: `parent` is the id of the group around it.

    `label` is its name without the names of the groups around it.
    """

    group_id: str
    parent: str | None = None
    label: str = ""
    tooltip: str = ""


@dataclass(frozen=True)
class Task:
    """One task of a DAG.

    `payload` depends on `kind` (`operators.py` and `notebooks.py` in authoring write it,
    `run_task.py` in runtime reads it):

    - notebook: `notebook` (path inside the source bundle), `parameters`, `kernel_name`
    - cells: `notebook`, `setup` and `cells` (cell ids), `inputs` ({name: task_id}), `outputs`
    (names), `kernel_name`
    - python: nothing; the callable and its arguments are found in the source by dag_id and task_id
    - bash: `command`, `env`, `cwd`
    - question: `question`, a condition (`questions.py`) whose texts are templates; nothing where
    `waits_for` says it all

    `{"$value": [task_id, key]}` anywhere in a payload stands for a value of an upstream task,
    strings may be Jinja templates, other than in `{"$literal": value}`. `reads` lists every task
    whose values the worker needs, `secrets` every variable and connection (`var.region`, `conn.y`).
    `cells` are indexes into the notebook's cells, from 0. `group` is the id of the innermost task
    group around it. A `role` of setup or teardown changes what a run waits for and what it is
    judged by (`setup_teardown.py`).
    `callbacks` names the functions to call by occasion (`callbacks.py`), `notify` says whom to tell
    (`notifications.py`). Times are in seconds; None means no limit.
    `max_active_tis_per_dag` counts this task's instances over all runs of the DAG. Without
    `do_xcom_push` what it returns is not handed on.
    `outlets` and `inlets` are the assets it makes and uses, as JSON of `assets.py`.

    `templates` says how they are rendered where it is not the plain way: `files` by the text that
    stands for them, `searchpath`, `native`, and whether the DAG has macros of its `own`. With
    `reads_previous` the task asks about the last run before its own that succeeded, `elsewhere` is
    what it asks of values of other runs. `params` are like the DAG's and stand before them for this
    task. `tags` are words to choose tasks by. `keep_failed_kernel` is for how many seconds the
    kernel of a notebook that failed is kept, None as the settings say.

    A mapped task has an `expansion`; `{"$element": argument}` in its payload stands for what an
    instance gets for that argument. At least `min_success_ratio` of its instances have to succeed;
    `map_index_template` names each of them. `waits_for` is a condition that the scheduler judges by
    itself (`waiting.py`), instead of a worker; `poke` says how often and how long a sensor looks.
    With a `cache` its results may stand for running it again (`cache.py`).
    """

    task_id: str
    kind: TaskKind
    operator: str = ""
    trigger_rule: TriggerRule = TriggerRule.ALL_SUCCESS
    retry: RetryPolicy = RetryPolicy()
    pool: str = DEFAULT_POOL
    pool_slots: int = 1
    priority_weight: int = 1
    weight_rule: WeightRule = WeightRule.DOWNSTREAM
    queue: str | None = None
    resources: Mapping[str, float] = field(default_factory=dict)
    execution_timeout: float | None = None
    isolation: Isolation = "process"
    decides: Decides | None = None
    reads: tuple[str, ...] = ()
    payload: JsonObject = field(default_factory=dict)
    cells: tuple[int, ...] = ()
    doc: str = ""
    group: str | None = None
    role: Role = ""
    on_failure_fail_dagrun: bool = False
    callbacks: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    notify: tuple[Notify, ...] = ()
    max_active_tis_per_dag: int | None = None
    max_active_tis_per_dagrun: int | None = None
    depends_on_past: bool = False
    wait_for_downstream: bool = False
    ignore_first_depends_on_past: bool = True
    outlets: tuple[JsonObject, ...] = ()
    inlets: tuple[JsonObject, ...] = ()
    expansion: Expansion | None = None
    min_success_ratio: float = 1.0
    map_index_template: str = ""
    waits_for: JsonObject | None = None
    poke: PokePolicy | None = None
    secrets: tuple[str, ...] = ()
    templates: JsonObject = field(default_factory=dict)
    params: Mapping[str, JsonObject] = field(default_factory=dict)
    reads_previous: bool = False
    do_xcom_push: bool = True
    tags: tuple[str, ...] = ()
    elsewhere: tuple[Pull, ...] = ()
    display_name: str = ""
    cache: CachePolicy | None = None
    keep_failed_kernel: float | None = None


@dataclass(frozen=True)
class Dag:
    """A DAG as data. `tasks` and `groups` stand in the order they were written; `timetable` is the
    JSON of a timetable (`timetables.py`).

    `params` maps each name to `{"default": ..., "schema": {JSON Schema}}`. `catchup` False makes up
    for the latest missed run only, True for all, a number for that many. `file` is the path of the
    defining file inside its bundle. `max_active_tasks` holds for each run. `display_name` is what
    screens show in place of the id, where it is not empty; a task has one too. With `fail_fast` the
    first task that fails ends the run; after `max_consecutive_failed_runs` the DAG is paused.
    """

    dag_id: str
    tasks: tuple[Task, ...] = ()
    edges: tuple[Edge, ...] = ()
    timetable: JsonObject = field(default_factory=lambda: {"kind": "none"})
    start_date: datetime | None = None
    end_date: datetime | None = None
    catchup: bool | int = False
    max_active_runs: int = 16
    max_active_tasks: int | None = None
    max_active_tasks_per_dag: int | None = None
    overlap: Overlap = "queue"
    run_timeout: float | None = None
    params: Mapping[str, JsonObject] = field(default_factory=dict)
    tags: tuple[str, ...] = ()
    owner: str = ""
    description: str = ""
    doc: str = ""
    paused_upon_creation: bool = False
    file: str = ""
    source: Literal["python", "notebook"] = "python"
    groups: tuple[Group, ...] = ()
    callbacks: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    notify: tuple[Notify, ...] = ()
    deadlines: tuple[JsonObject, ...] = ()
    display_name: str = ""
    fail_fast: bool = False
    max_consecutive_failed_runs: int | None = None

    @cached_property
    def graph(self) -> Graph:
        return Graph(
            (task.task_id for task in self.tasks),
            ((edge.upstream, edge.downstream) for edge in self.edges),
        )

    @cached_property
    def by_id(self) -> Mapping[str, Task]:
        return {task.task_id: task for task in self.tasks}

    def groups_of(self, task_id: str) -> tuple[str, ...]:
        """The ids of the groups around a task, the outermost first."""
        found: list[str] = []
        group = self.by_id[task_id].group
        while group is not None:
            found.append(group)
            group = self._parents.get(group)
        return tuple(found[::-1])

    def tasks_of_group(self, group_id: str) -> tuple[str, ...]:
        """The tasks in a group and in those inside it, in the order they were written."""
        return self._members.get(group_id, ())

    def named(self, names: Iterable[str]) -> set[str]:
        """The tasks that these names of tasks and groups stand for; a group stands for its roots,
        the way a branch goes on to one.
        """
        found: set[str] = set()
        for name in names:
            inside = set(self.tasks_of_group(name))
            found |= {t for t in inside if not inside & set(self.upstream(t))}
            found |= {name} & self.by_id.keys()
        return found

    @cached_property
    def _parents(self) -> Mapping[str, str | None]:
        return {group.group_id: group.parent for group in self.groups}

    @cached_property
    def _members(self) -> Mapping[str, tuple[str, ...]]:
        members: dict[str, list[str]] = {group.group_id: [] for group in self.groups}
        for task in self.tasks:
            for group_id in self.groups_of(task.task_id) if task.group else ():
                members.setdefault(group_id, []).append(task.task_id)
        return {group_id: tuple(ids) for group_id, ids in members.items()}

    @cached_property
    def weights(self) -> Mapping[str, int]:
        """What each task is ranked by among those that are ready."""
        return total_weights(
            self.graph,
            {task.task_id: task.priority_weight for task in self.tasks},
            {task.task_id: task.weight_rule for task in self.tasks},
        )

    @cached_property
    def mapped_over(self) -> Mapping[str, frozenset[str]]:
        """The values that tasks are mapped over: {task_id: keys}."""
        found: dict[str, set[str]] = {}
        for task in self.tasks:
            for task_id, key in task.expansion.values if task.expansion else ():
                found.setdefault(task_id, set()).add(key)
        return {task_id: frozenset(keys) for task_id, keys in found.items()}

    def narrowed(self, task_ids: Iterable[str]) -> Dag:
        """Only these tasks. One that came after another through tasks left out still does."""
        chosen = set(task_ids)
        edges = [e for e in self.edges if e.upstream in chosen and e.downstream in chosen]
        there = {(edge.upstream, edge.downstream) for edge in edges}
        for task_id in self.graph.order:
            for before in self._before(task_id, chosen) if task_id in chosen else ():
                if (before, task_id) not in there:
                    why = f"{task_id} comes after {before}, through tasks that are left out."
                    edges.append(Edge(before, task_id, "declared", (), why))
        tasks = tuple(task for task in self.tasks if task.task_id in chosen)
        return replace(self, tasks=tasks, edges=tuple(edges))

    def _before(self, task_id: str, chosen: Collection[str]) -> list[str]:
        """The nearest chosen tasks upstream."""
        found: dict[str, None] = {}
        seen: set[str] = set()
        todo = list(self.graph.upstream[task_id])
        while todo:
            one = todo.pop()
            if one in chosen:
                found[one] = None
            elif one not in seen:
                seen.add(one)
                todo.extend(self.graph.upstream[one])
        return list(found)

    @cached_property
    def minding_past(self) -> frozenset[str]:
        """The tasks for which the previous run matters; to wait for what is downstream there
        includes it.
        """
        minding = (t for t in self.tasks if t.depends_on_past or t.wait_for_downstream)
        return frozenset(task.task_id for task in minding)

    @cached_property
    def without_worker(self) -> frozenset[str]:
        """The tasks that need no worker when their time has come."""
        empty = (t for t in self.tasks if t.kind is TaskKind.EMPTY or t.waits_for is not None)
        return frozenset(task.task_id for task in empty)

    @cached_property
    def keeps_results(self) -> frozenset[str]:
        """The tasks whose results may stand for running them again."""
        kept = (t for t in self.tasks if t.cache and not t.cache.why_not and not t.elsewhere)
        return frozenset(task.task_id for task in kept)

    @cached_property
    def calls_back(self) -> bool:
        """Whether anybody wants to be called when something happens in a run."""
        whose: tuple[Dag | Task, ...] = (self, *self.tasks)
        return any(one.callbacks or one.notify for one in whose)

    def upstream(self, task_id: str) -> tuple[str, ...]:
        return self.graph.upstream[task_id]

    def pairs(self, one: str, other: str) -> bool:
        """Whether instance i of one task belongs to instance i of the other."""
        a, b = self.by_id[one].expansion, self.by_id[other].expansion
        return a is not None and b is not None and a.group != "" and a.group == b.group

    def to_json(self) -> dict[str, Json]:
        return {"spec_version": SPEC_VERSION, **cast("dict[str, Json]", _plain(asdict(self)))}

    @classmethod
    def from_json(cls, spec: JsonObject) -> Dag:
        """The DAG that `to_json` wrote.

        Unknown fields of a newer spec are an error: a run must execute what it was created with.
        """
        if spec.get("spec_version") != SPEC_VERSION:
            raise ValueError(
                f"DAG spec version {spec.get('spec_version')!r} is not {SPEC_VERSION}."
            )
        raw = cast("dict[str, Any]", {k: v for k, v in spec.items() if k != "spec_version"})
        raw["tasks"] = tuple(_task(task) for task in raw["tasks"])
        raw["edges"] = tuple(Edge(**{**e, "names": tuple(e["names"])}) for e in raw["edges"])
        raw["tags"] = tuple(raw["tags"])
        raw["callbacks"] = _callbacks(raw)
        raw["notify"] = _notify(raw)
        raw["deadlines"] = tuple(raw.get("deadlines", ()))
        raw["groups"] = tuple(Group(**group) for group in raw.get("groups", ()))
        for name in ("start_date", "end_date"):
            raw[name] = raw[name] and datetime.fromisoformat(raw[name])
        return cls(**raw)

    def fingerprint(self) -> str:
        """A hash of the meaning of this spec: equal for equal DAGs, whatever order their dicts were
        built in.
        """
        text = json.dumps(self.to_json(), sort_keys=True, separators=(",", ":"))
        return sha256(text.encode()).hexdigest()


# `Any` below: what comes out of JSON is checked by the constructors of the values it becomes.
def _task(raw: dict[str, Any]) -> Task:
    retry = dict(raw["retry"])
    for name in ("delay", "max_delay", "infra_delay"):
        retry[name] = timedelta(seconds=retry[name])
    retry["rules"] = tuple(_retry_rule(rule) for rule in retry.get("rules", ()))
    retry["otherwise"] = RetryAction(retry.get("otherwise", RetryAction.DEFAULT))
    typed = {
        "kind": TaskKind(raw["kind"]),
        "trigger_rule": TriggerRule(raw["trigger_rule"]),
        "weight_rule": WeightRule(raw.get("weight_rule", WeightRule.DOWNSTREAM)),
        "decides": raw["decides"] and Decides(raw["decides"]),
        "retry": RetryPolicy(**retry),
        "reads": tuple(raw["reads"]),
        "cells": tuple(raw["cells"]),
        "callbacks": _callbacks(raw),
        "notify": _notify(raw),
        "outlets": tuple(raw.get("outlets", ())),
        "inlets": tuple(raw.get("inlets", ())),
        "expansion": Expansion.from_json(raw["expansion"]) if raw.get("expansion") else None,
        "poke": PokePolicy(**raw["poke"]) if raw.get("poke") else None,
        "secrets": tuple(raw.get("secrets", ())),
        "tags": tuple(raw.get("tags", ())),
        "elsewhere": pulls_from_json(raw.get("elsewhere", ())),
        "cache": _cache(raw),
    }
    return Task(**{**raw, **typed})


def _cache(raw: dict[str, Any]) -> CachePolicy | None:
    found = raw.get("cache")
    return CachePolicy(**{**found, "reads": tuple(found["reads"])}) if found else None


def _callbacks(raw: dict[str, Any]) -> dict[str, tuple[str, ...]]:
    return {occasion: tuple(names) for occasion, names in raw.get("callbacks", {}).items()}


def _retry_rule(raw: dict[str, Any]) -> Rule:
    delay = None if raw["delay"] is None else timedelta(seconds=raw["delay"])
    action, names = RetryAction(raw["action"]), tuple(raw["exceptions"])
    return Rule(**{**raw, "exceptions": names, "action": action, "delay": delay})


def _notify(raw: dict[str, Any]) -> tuple[Notify, ...]:
    rules = raw.get("notify", ())
    return tuple(Notify(**{**r, "urls": tuple(r["urls"]), "on": tuple(r["on"])}) for r in rules)


def _plain(value: object) -> object:
    """JSON-ready: tuples become lists, datetimes ISO text, timedeltas seconds."""
    if isinstance(value, Word):
        return str(value)
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, Mapping):
        return {str(k): _plain(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(v) for v in value]
    return value
