"""From a DAG as written to `core.Dag`, with everything that is wrong with it: the whole graph is
looked at here, settings in `fields.py`.

Problem codes: NBF1xx names and settings, NBF2xx tasks and their graph, NBF3xx schedules and dates,
NBF4xx params.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import chain
from pathlib import Path

from nbflow.authoring import mentions, without_effect
from nbflow.authoring.arguments import TASK_OPTIONS, signature_of
from nbflow.authoring.asset_checks import check_assets
from nbflow.authoring.caching import NOT_CACHED, policy_of, wants_cache
from nbflow.authoring.callbacks import callback_names
from nbflow.authoring.definition import DagDefinition
from nbflow.authoring.fields import check_id, dag_fields, task_fields
from nbflow.authoring.findings import Findings
from nbflow.authoring.groups import TaskGroup
from nbflow.authoring.map_sources import NESTED_MAPPING
from nbflow.authoring.operators import (
    BaseOperator,
    PythonOperator,
    XComArg,
)
from nbflow.authoring.origin import Origin
from nbflow.authoring.references import ValueReference
from nbflow.authoring.retrying import BAD_POLICY, decides_itself
from nbflow.authoring.template_files import templates_of
from nbflow.core.dag import Dag, Edge, Group, Task, TaskKind
from nbflow.core.errors import Problem
from nbflow.core.graph import CycleError, Graph
from nbflow.core.json import Json, JsonObject
from nbflow.core.mapping import Expansion
from nbflow.core.orders import RETURN_VALUE
from nbflow.core.spelling import did_you_mean
from nbflow.core.trigger_rules import TriggerRule

DUPLICATE_TASK = "NBF201"
CYCLE = "NBF202"
UNKNOWN_UPSTREAM = "NBF203"
NO_NOTEBOOK = "NBF204"
WRONG_ARGUMENTS = "NBF205"
UNUSED_DEFAULT = "NBF207"
DUPLICATE_GROUP = "NBF211"
SETUP_RULE = "NBF212"


def build(
    definition: DagDefinition, folder: str | os.PathLike[str] | None = None
) -> tuple[Dag | None, list[Problem]]:
    """The DAG as data, None if there is an error, and all problems, warnings included.

    `folder` is the root of the source bundle: the paths in the spec and in problems are relative to
    it. Without it they are relative to the folder where the DAG's own paths start, and notebooks,
    which may then be anywhere on this machine, have absolute ones.
    """
    bundle = _Bundle(definition, folder)
    findings = bundle.at(Findings().at(dag_id=definition.dag_id), definition.origin)
    check_id(findings, "dag_id", definition.dag_id)
    fields = dag_fields(definition.settings, findings)
    fields["callbacks"] = callback_names(definition.callbacks, findings)
    _check_default_args(definition, findings)
    tasks = _distinct(definition, bundle, findings)
    known = {task.task_id for task in tasks}
    edges = [edge for task in tasks for edge in _edges(task, known, bundle.at_task(findings, task))]
    edges = _without_cycles(tasks, edges, bundle, findings)
    graph = Graph((t.task_id for t in tasks), ((e.upstream, e.downstream) for e in edges))
    shared = mentions.declared(definition.settings.get("secrets"), findings)
    built = tuple(
        _task(task, graph, bundle, shared, bundle.at_task(findings, task)) for task in tasks
    )
    built = _with_cache(built, tasks, definition, bundle, findings)
    groups = _groups(definition, known, bundle, findings)
    dag = Dag(definition.dag_id, built, tuple(edges), file=bundle.file, groups=groups, **fields)
    at = {task.task_id: bundle.at_task(findings, task) for task in tasks}
    check_assets(dag, findings, at)
    _check_setups(dag, tasks, at)
    return (None if findings.has_errors else dag), findings.problems


class _Bundle:
    """The folder that a DAG's source is taken from, and the places of things inside it."""

    def __init__(
        self, definition: DagDefinition, folder: str | os.PathLike[str] | None = None
    ) -> None:
        self.base = definition.folder.resolve()
        self.folder = self.base if folder is None else Path(folder).resolve()
        # Without a folder to take it from, the DAG stays here, where any path can be reached.
        self.is_whole_machine = folder is None
        self.file = (self.inside(definition.file) or "") if definition.file else ""
        self._names: dict[str, str | None] = {}

    def inside(self, path: Path) -> str | None:
        """The path from the bundle's folder, with slashes; None for one outside of it."""
        try:
            return path.resolve().relative_to(self.folder).as_posix()
        except ValueError:
            return None

    def at(self, findings: Findings, origin: Origin, task_id: str | None = None) -> Findings:
        """The findings at that place. A line of no file (a cell, a prompt) says nothing, so it is
        left out.
        """
        file = self._shown(origin.file)
        line = None if file is None else origin.line
        return findings.at(file=file, line=line, task_id=task_id)

    def _shown(self, file: str) -> str | None:
        # Remembered: a thousand tasks come from one file, and the disk is asked each time.
        if file not in self._names:
            is_file = bool(file) and Path(file).is_file()
            self._names[file] = (self.inside(Path(file)) or file) if is_file else None
        return self._names[file]

    def at_task(self, findings: Findings, task: BaseOperator) -> Findings:
        return self.at(findings, task.written_at, task.task_id)


# --- tasks ----------------------------------------------------------------------------------------


def _distinct(definition: DagDefinition, bundle: _Bundle, findings: Findings) -> list[BaseOperator]:
    """The tasks, one for each id."""
    found: dict[str, BaseOperator] = {}
    for task in definition.tasks:
        here = bundle.at_task(findings, task)
        check_id(here, "task_id", task.task_id)
        first = found.setdefault(task.task_id, task)
        if first is not task:
            where = f" in line {first.written_at.line}" if first.written_at.line else ""
            here.error(
                DUPLICATE_TASK,
                f"The DAG has a task '{task.task_id}' already, made{where}.",
                "Give one of them another task_id.",
            )
    return list(found.values())


def _groups(
    definition: DagDefinition, known: Collection[str], bundle: _Bundle, findings: Findings
) -> tuple[Group, ...]:
    """The groups, one for each id, which no task has."""
    found: dict[str, Group] = {}
    for group in definition.groups:
        here = bundle.at(findings, group.written_at)
        check_id(here, "group_id", group.group_id)
        if group.group_id in found or group.group_id in known:
            what = "task group" if group.group_id in found else "task"
            here.error(
                DUPLICATE_GROUP,
                f"The DAG has a {what} '{group.group_id}' already.",
                "Give one of them another id, or pass add_suffix_on_collision=True.",
            )
        above = group.parent_group
        found[group.group_id] = Group(
            group.group_id, None if above is None else above.group_id, group.label, group.tooltip
        )
    return tuple(found.values())


def _task(
    task: BaseOperator,
    graph: Graph,
    bundle: _Bundle,
    shared: tuple[str, ...],
    findings: Findings,
) -> Task:
    if why := task.wrong_arguments():
        findings.error(
            WRONG_ARGUMENTS,
            f"{_called(task)} cannot be called: {why}.",
            "Pass what it lacks; only context variables such as ds and ti are filled in.",
        )
    fields = task_fields(task.task_options, findings)
    if decides_itself(task.task_options.get("retry_policy")) and task.kind is not TaskKind.PYTHON:
        findings.warning(
            BAD_POLICY,
            f"The retry policy of task '{task.task_id}' wants to see the exception, which only "
            "Python tasks have; it is not asked.",
            "Use an ExceptionRetryPolicy with rules; RetryRule(message=...) looks at the message.",
        )
    if task.is_teardown:
        fields["trigger_rule"] = TriggerRule.ALL_DONE_SETUP_SUCCESS
    return Task(
        task.task_id,
        task.kind,
        operator=task.operator_name,
        decides=task.decides,
        reads=_reads(task, graph),
        payload=_payload(task, bundle, findings),
        doc=task.documentation,
        group=getattr(task.group, "group_id", None),
        expansion=_expansion(task, findings),
        role="teardown" if task.is_teardown else "setup" if task.is_setup else "",
        on_failure_fail_dagrun=task.on_failure_fail_dagrun,
        waits_for=task.waits_for(findings),
        poke=task.poke_policy(findings),
        secrets=_secrets(task, shared, bundle, findings),
        templates=templates_of(task, bundle.base, bundle.inside, findings),
        reads_previous=task.asks_previous(),
        elsewhere=task.asks_elsewhere(),
        **fields,
    )


def _with_cache(
    built: tuple[Task, ...],
    written: Iterable[BaseOperator],
    definition: DagDefinition,
    bundle: _Bundle,
    findings: Findings,
) -> tuple[Task, ...]:
    """The tasks, with a policy where their results are to be kept."""
    for_all = wants_cache(definition.settings, findings)
    found: list[Task] = []
    for task, operator in zip(built, written, strict=True):
        here = bundle.at_task(findings, operator)
        if not wants_cache({"cache": for_all, **operator.task_options}, here):
            found.append(task)
        elif task.kind is TaskKind.EMPTY or task.waits_for or task.poke or task.role:
            found.append(task)
            if "cache" in operator.task_options:
                here.warning(
                    NOT_CACHED,
                    f"cache=True has no effect on '{task.task_id}': it waits, sets up or tears "
                    "down, or does nothing at all.",
                    "Take it away.",
                )
        else:
            names = list(operator.notebooks())
            notebook = bundle.base / names[0] if names and "{{" not in names[0] else None
            policy = policy_of(operator, task.secrets, notebook, definition.file, here)
            found.append(replace(task, cache=policy))
    return tuple(found)


def _check_setups(dag: Dag, tasks: Iterable[BaseOperator], at: Mapping[str, Findings]) -> None:
    """Find what cannot be: a setup that is a teardown, and work that runs without its setup."""
    for written in tasks:
        task, here = dag.by_id[written.task_id], at[written.task_id]
        if written.is_setup and written.is_teardown:
            here.error(
                SETUP_RULE,
                f"Task '{task.task_id}' is both a setup and a teardown.",
                "Make two tasks of it.",
            )
        if task.role == "teardown" or task.trigger_rule is TriggerRule.ALL_SUCCESS:
            continue
        setups = [one for one in dag.upstream(task.task_id) if dag.by_id[one].role == "setup"]
        if setups:
            here.error(
                SETUP_RULE,
                f"Task '{task.task_id}' comes right after the setup '{setups[0]}' with the trigger "
                f"rule {task.trigger_rule}, and so could run without it.",
                "Take the trigger rule away, or put a task between the two.",
            )


def _secrets(
    task: BaseOperator, shared: tuple[str, ...], bundle: _Bundle, findings: Findings
) -> tuple[str, ...]:
    """Every variable and connection the task may read, in an order that does not change."""
    found = {*shared, *mentions.declared(task.task_options.get("secrets"), findings)}
    found |= task.mentions()
    for notebook in task.notebooks():
        if (file := bundle.base / notebook).is_file():
            found |= mentions.in_notebook(file)
    return tuple(sorted(found))


def _payload(task: BaseOperator, bundle: _Bundle, findings: Findings) -> JsonObject:
    payload = task.payload(findings)
    if task.kind is TaskKind.NOTEBOOK and payload:
        return {**payload, "notebook": _notebook(str(payload["notebook"]), bundle, findings)}
    return payload


def _called(task: BaseOperator) -> str:
    """What of a task is called with its arguments."""
    has_function = isinstance(task, PythonOperator) or task.operator_name.startswith("@task")
    return f"The function of task '{task.task_id}'" if has_function else f"Task '{task.task_id}'"


def _expansion(task: BaseOperator, findings: Findings) -> Expansion | None:
    """How a task is multiplied, by itself or with the mapped group around it."""
    groups = [g for g in _groups_around(task) if g.mapped is not None]
    if len(groups) + int(task.mapped is not None) > 1:
        inner = "is mapped" if task.mapped is not None else f"is in '{groups[0].group_id}'"
        findings.error(
            NESTED_MAPPING,
            f"Task '{task.task_id}' {inner} inside the mapped task group '{groups[-1].group_id}': "
            "mapping within mapping is not possible.",
            "Map over all combinations at once, or take one of the two out.",
        )
        return None
    with_items = task.kind is not TaskKind.PYTHON or task.has_elements_in_text()
    if task.mapped is not None:
        return task.mapped.to_expansion(findings, "", with_items=with_items)
    for group in groups:
        if group.mapped is not None:
            return group.mapped.to_expansion(findings, group.group_id, with_items=with_items)
    return None


def _groups_around(task: BaseOperator) -> Iterator[TaskGroup]:
    """The task groups around a task, the innermost first."""
    group = task.group if isinstance(task.group, TaskGroup) else None
    while group is not None:
        yield group
        group = group.parent_group


def _notebook(name: str, bundle: _Bundle, findings: Findings) -> Json:
    """The notebook's path inside the bundle; without one its absolute path.

    A path with a template in it is known only when the task runs, so it is not looked for.
    """
    path = bundle.base / name
    inside = bundle.inside(path)
    if "{{" not in name and not path.is_file():
        there = [found.name for found in path.parent.glob("*.ipynb")]
        findings.error(
            NO_NOTEBOOK,
            f"The notebook '{name}' is not there; it was looked for at {inside or path}.",
            f"Give its path from the file that defines the DAG. {did_you_mean(path.name, there)}",
        )
    elif inside is None and not bundle.is_whole_machine:
        findings.error(
            NO_NOTEBOOK,
            f"The notebook '{name}' is outside the folder {bundle.folder}: no worker would get it.",
            "Move it into the folder of your DAGs.",
        )
    return path.resolve().as_posix() if bundle.is_whole_machine else inside


def _reads(task: BaseOperator, graph: Graph) -> tuple[str, ...]:
    """The tasks whose values the worker needs: those in the arguments, and every ancestor if the
    task may ask for any.
    """
    values = [r.task_id for r in task.values_read() if isinstance(r, ValueReference)]
    values += [task_id for task_id, _ in task.pulls()]
    named = dict.fromkeys(task_id for task_id in values if task_id in graph.upstream)
    if task.may_pull_any():
        ancestors = graph.ancestors(task.task_id)
        named |= dict.fromkeys(node for node in graph.nodes if node in ancestors)
    return tuple(named)


def _values(task: BaseOperator) -> Iterable[tuple[str, str]]:
    """The (task_id, key) of every value the arguments name."""
    for reference in task.references():
        if isinstance(reference, ValueReference):
            yield reference.task_id, reference.key
    yield from task.pulls()


# --- edges ----------------------------------------------------------------------------------------


def _edges(task: BaseOperator, known: Collection[str], findings: Findings) -> Iterator[Edge]:
    """One edge for each task this one comes after; where a value flows, that is its reason."""
    _check_strangers(task, findings)
    keys: dict[str, dict[str, None]] = {}
    for task_id, key in _values(task):
        keys.setdefault(task_id, {})[key] = None
    labels = {node.task_id: label for node, label in task.upstream_nodes.items()}
    for upstream in dict.fromkeys([*labels, *keys]):
        if upstream not in known:
            _check_known(upstream, task, known, findings)
        elif upstream in keys:
            names = tuple(keys[upstream])
            why = _why(task, upstream, names)
            yield Edge(upstream, task.task_id, "certain", names, why, labels.get(upstream, ""))
        else:
            why = f"{task.task_id} is set to come after {upstream}."
            yield Edge(upstream, task.task_id, "declared", (), why, labels[upstream])


def _why(task: BaseOperator, upstream: str, names: Iterable[str]) -> str:
    values = [
        f"what {upstream} returns" if name == RETURN_VALUE else f"the value '{name}' of {upstream}"
        for name in names
    ]
    return f"{task.task_id} uses {' and '.join(values)}."


def _check_strangers(task: BaseOperator, findings: Findings) -> None:
    """Find tasks before this one that belong to another DAG, or to none."""
    outputs = [r.operator for r in task.references() if isinstance(r, XComArg)]
    for node in dict.fromkeys([*task.upstream_nodes, *outputs]):
        if node.dag is task.dag:
            continue
        other = node.dag.dag_id if node.dag else ""
        whose = f"of the DAG '{other}'" if other else "of no DAG"
        findings.error(
            UNKNOWN_UPSTREAM,
            f"Task '{task.task_id}' comes after '{node.task_id}', which is a task {whose}.",
            "Make both inside the same `with DAG(...)` block.",
        )


def _check_known(
    upstream: str, task: BaseOperator, known: Collection[str], findings: Findings
) -> None:
    """Find names of tasks that were written into strings and are no task's; strangers are found
    already.
    """
    if upstream in {task_id for task_id, _ in task.pulls()}:
        findings.error(
            UNKNOWN_UPSTREAM,
            f"Task '{task.task_id}' asks for a value of '{upstream}', which is no task of the DAG.",
            did_you_mean(upstream, known),
        )


def _without_cycles(
    tasks: list[BaseOperator], edges: list[Edge], bundle: _Bundle, findings: Findings
) -> list[Edge]:
    """Find every cycle, and give the edges that are left when each is cut where it closes."""
    known = {task.task_id: task for task in tasks}
    while True:
        try:
            _ = Graph(known, ((edge.upstream, edge.downstream) for edge in edges)).order
        except CycleError as error:
            last, first = error.path[-2:]
            edges = [edge for edge in edges if (edge.upstream, edge.downstream) != (last, first)]
            bundle.at_task(findings, known[first]).error(
                CYCLE,
                f"These tasks wait for each other: {' -> '.join(error.path)}.",
                "Take one of the arrows away.",
            )
        else:
            return edges


# --- default_args ---------------------------------------------------------------------------------


def _check_default_args(definition: DagDefinition, findings: Findings) -> None:
    """Warn about names in default_args that neither a task of the DAG nor the DAG itself takes."""
    known = {name for task in definition.tasks for name in signature_of(type(task)).parameters}
    known -= without_effect.OF_TASKS.keys()
    known |= {*TASK_OPTIONS, *definition.OF_THE_DAG}
    of_groups = (group.own_default_args for group in definition.groups)
    for name in dict.fromkeys(chain(definition.default_args, *of_groups)):
        if name not in known:
            findings.warning(
                UNUSED_DEFAULT,
                f"default_args has '{name}', which no task of this DAG takes; it has no effect.",
                did_you_mean(name, known),
            )
