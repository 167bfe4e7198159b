"""From a notebook to a DAG: what was declared, and what the dataflow between its cells says, as
`core.Dag`.

Runs no user code. The source bundle gets a normalised copy of the notebook (format 4.5, an id for
every cell, our magics as comments); where only some statements of a cell are setup, they stand in a
cell of their own before it. The file itself is never written.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode

from nbflow.authoring import learned, mentions, text_notebooks
from nbflow.authoring.caching import policy_of_cells, wants_cache
from nbflow.authoring.dataflow.advice import advise
from nbflow.authoring.dataflow.edges import find_flow
from nbflow.authoring.dataflow.flow import Flow
from nbflow.authoring.dataflow.fusion import Group, Plan, name_tasks, plan_tasks, task_edges
from nbflow.authoring.dataflow.source import parse_cell
from nbflow.authoring.fields import (
    DAG_SETTINGS,
    check_id,
    check_names,
    dag_fields,
    on_error_of,
    poke_policy,
    task_fields,
)
from nbflow.authoring.findings import Findings
from nbflow.authoring.local_modules import local_modules
from nbflow.authoring.notebook_cells import Declared, declared_cells, headings, texts_of
from nbflow.authoring.notebook_file import kernel_of, load
from nbflow.authoring.notebook_gates import (
    check_gates,
    gates_of,
    refuse_all,
    with_answers,
    with_names,
)
from nbflow.authoring.notebook_questions import Question, declared_questions, question_task
from nbflow.authoring.parameter_cells import literals
from nbflow.authoring.params import params_from_json
from nbflow.core.cache_policy import CachePolicy
from nbflow.core.dag import Dag, Edge, Task, TaskKind
from nbflow.core.dag import Group as TaskGroup
from nbflow.core.errors import Problem
from nbflow.core.graph import CycleError, Graph
from nbflow.core.poking import ON_ERROR, WEEK, PokePolicy
from nbflow.core.spelling import did_you_mean

NO_CODE = "NBF504"
BAD_SETTINGS = "NBF508"
BAD_SYNTAX = "NBF002"
UNKNOWN_AFTER = "NBF203"
CYCLE = "NBF202"
UNDEFINED = "NBF510"
TORN_APART = "NBF511"

SETUP_OF = "setup_of"
RUN_FACTS = ("run", "tasks")
"""What a run writes about a notebook; an executed notebook may be a source again."""


def read(path: Path, root: Path) -> tuple[list[Dag], list[Problem], dict[str, bytes]]:
    """The DAG of a notebook, everything that is wrong with it, and the files of its bundle by path
    from `root`.
    """
    name = path.relative_to(root).as_posix()
    findings = Findings().at(file=name)
    nb = load(path, findings)
    if nb is None:
        return [], findings.problems, {}
    reader = NotebookReader(nb, name, findings, path, root)
    dag = reader.dag()
    problems = findings.problems
    if path.suffix in text_notebooks.ENDINGS:
        problems = text_notebooks.in_file(problems, path, nb)
    if dag is None or findings.has_errors:
        return [], problems, {}
    files = {reader.notebook: nbformat.writes(reader.normalised()).encode()}
    files.update(reader.modules)
    return [dag], problems, files


def advice(path: Path, root: Path) -> list[Problem]:
    """What keeps the cells of a notebook, of which `read` gave a DAG, from running side by side."""
    findings = Findings().at(file=path.relative_to(root).as_posix())
    nb = load(path, findings)
    if nb is None:
        return []
    reader = NotebookReader(nb, path.relative_to(root).as_posix(), findings, path, root)
    dag = reader.dag()
    if dag is None or reader.plan is None:
        return []
    found = [replace(p, file=dag.file, dag_id=dag.dag_id) for p in advise(reader.plan)]
    is_text = path.suffix in text_notebooks.ENDINGS
    return text_notebooks.in_file(found, path, nb) if is_text else found


@dataclass
class NotebookReader:
    """Reads one notebook, step by step. `flow` and `plan` are there once `dag` has been asked for,
    as far as it came.
    """

    nb: NotebookNode
    name: str
    findings: Findings
    path: Path
    root: Path

    def __post_init__(self) -> None:
        self.kernel_name, self.language = kernel_of(self.nb, self.findings)
        self.settings = self._settings()
        self.dag_id = str(self.settings.get("dag_id") or _id_for(Path(self.name).stem))
        self.findings = self.findings.at(dag_id=self.dag_id)
        self.cells, self.questions = with_names(
            declared_cells(self.nb, self.findings),
            declared_questions(self.nb, self.findings),
            headings(self.nb),
            self.findings,
        )
        self.by_index = {cell.index: cell for cell in self.cells}
        self.flow: Flow | None = None
        self.plan: Plan | None = None

    # --- the whole

    @property
    def notebook(self) -> str:
        """The path of the notebook in the bundle: what is written as text becomes one."""
        return text_notebooks.as_ipynb(self.name)

    def dag(self) -> Dag | None:
        """The DAG, or None with the findings that say why not."""
        check_id(self.findings, "dag_id", self.dag_id)
        fields = dag_fields(self._dag_settings(), self.findings)
        if not any(not cell.is_skipped for cell in self.cells):
            self.findings.error(
                NO_CODE, "The notebook has no code to run.", "Write some, or take the file away."
            )
            return None
        tasks, edges = self._whole() if self.language != "python" else self._by_cells()
        if self.findings.has_errors:
            return None
        return Dag(
            self.dag_id,
            tuple(tasks),
            tuple(edges),
            file=self.name,
            source="notebook",
            groups=_groups(tasks),
            **fields,
        )

    def _whole(self) -> tuple[list[Task], list[Edge]]:
        """A notebook in another language: one task."""
        refuse_all(self.cells, self.questions, self.language, self.findings)
        payload: dict[str, Any] = {
            "notebook": self.notebook,
            "parameters": self._param_references(),
            "kernel_name": self.kernel_name,
        }
        options = self._options({})
        task = Task(
            "notebook",
            TaskKind.NOTEBOOK,
            operator="notebook",
            payload=payload,
            secrets=self._secrets({}),
            **options,
        )
        return [task], []

    def _param_references(self) -> dict[str, Any]:  # a payload
        return {name: {"$param": name} for name in self._params()}

    def _by_cells(self) -> tuple[list[Task], list[Edge]]:
        declared = {
            cell.index: cell.task for cell in self.cells if cell.task and not cell.is_skipped
        }
        declared_all = {**declared, **{one.index: one.task for one in self.questions}}
        after = self._after(declared_all)
        self.flow = with_answers(self._flow(declared), self.questions)
        self._check_syntax(self.flow)
        gates = gates_of(self.cells, self.questions)
        self.plan = plan_tasks(self.flow, declared_all, after, gates=gates)
        self._check_plan(self.plan)
        check_gates(self.plan, self.cells, self.findings)
        names = name_tasks(self.plan, headings(self.nb))
        edges = task_edges(self.plan, names, after)
        self._check_order(list(names.values()), edges)
        return [self._task(group, names) for group in self.plan.groups], edges

    def _flow(self, declared: Mapping[int, str]) -> Flow:
        sources = [
            parse_cell(cell.index, cell.source, may_raise=cell.may_raise)
            for cell in self.cells
            if not cell.is_skipped
        ]
        forced = [cell.index for cell in self.cells if cell.is_setup or cell.is_parameters]
        stuck = learned.what_cannot_travel(self.path, sources)
        flow = find_flow(sources, forced_setup=forced, declared=list(declared), stuck=stuck)
        if flow.work or not sources:
            return flow
        # A notebook of nothing but definitions still is a program: its last cell is the task.
        last = next(s.index for s in reversed(sources) if not s.is_empty)
        forced = [index for index in forced if index != last]
        return find_flow(sources, forced_setup=forced, declared=[last])

    @cached_property
    def modules(self) -> dict[str, bytes]:
        """The project's modules that the cells import, by their paths in the bundle."""
        return dict(local_modules(self.flow, self.path, self.root))

    # --- settings

    def _settings(self) -> Mapping[str, Any]:  # any JSON
        found = self.nb.metadata.get("nbflow", {})
        if not isinstance(found, Mapping):
            message = f"The notebook's metadata 'nbflow' is {found!r}, and no object."
            self.findings.error(
                BAD_SETTINGS, message, 'Write it like {"dag_id": "sales", "schedule": "@daily"}.'
            )
            return {}
        check_names(self.findings, found, ("dag_id", *DAG_SETTINGS, *RUN_FACTS))
        return found

    def _dag_settings(self) -> dict[str, object]:
        settings = {name: value for name, value in self.settings.items() if name in DAG_SETTINGS}
        if isinstance(settings.get("tags"), str):  # as forms write them
            settings["tags"] = texts_of(settings, "tags")
        given = settings.get("params")
        return {
            **settings,
            "params": {
                **self._params(),
                **(params_from_json(given) if isinstance(given, Mapping) else {}),
            },
        }

    def _params(self) -> dict[str, object]:
        """The names that the cell tagged `parameters` gives a value; literals are the defaults."""
        found: dict[str, object] = {}
        for cell in self.cells:
            if cell.is_parameters:
                found.update(literals(cell.source, self.language))
        return found

    def _options(self, own: Mapping[str, Any]) -> dict[str, Any]:  # keyword arguments of Task
        return task_fields({**self._defaults, **own}, self.findings)

    @cached_property
    def _defaults(self) -> dict[str, Any]:  # options, as above
        given = self.settings.get("default_args")
        return dict(given) if isinstance(given, Mapping) else {}

    # --- checks

    def _after(self, declared: Mapping[int, str]) -> list[tuple[str, str]]:
        names = set(declared.values())
        pairs: list[tuple[str, str]] = []
        tasks: list[Declared | Question] = [*self.cells, *self.questions]
        for cell in tasks:
            for upstream in cell.after if cell.task else ():
                if upstream in names:
                    pairs.append((upstream, cell.task))
                    continue
                message = (
                    f"Task '{cell.task}' is to come after '{upstream}', which no cell declares."
                )
                self.findings.at(cell=cell.index).error(
                    UNKNOWN_AFTER, message, did_you_mean(upstream, names)
                )
        return list(dict.fromkeys(pairs))

    def _check_syntax(self, flow: Flow) -> None:
        for source in flow.sources.values():
            if source.error:
                here = self.findings.at(cell=source.index, line=source.error_line)
                here.error(
                    BAD_SYNTAX, f"The code cannot be read: {source.error}.", "Mend this line."
                )

    def _check_plan(self, plan: Plan) -> None:
        for missing in plan.flow.missing:
            here = self.findings.at(cell=missing.cell, line=missing.line)
            message = f"`{missing.name}` is read here, and no cell before it defines it."
            here.warning(UNDEFINED, message, "Define it above, or import it.")
        for conflict in plan.conflicts:
            here = self.findings.at(cell=conflict.cell)
            code = CYCLE if conflict.is_cycle else TORN_APART
            tasks = " and ".join(map(repr, conflict.tasks))
            message = f"The tasks {tasks} cannot be apart: {conflict.why.rstrip('.')}."
            tell = here.error if conflict.is_error else here.warning
            tell(code, message, "Give their cells one task name.")

    def _check_order(self, names: Sequence[str], edges: Iterable[Edge]) -> None:
        try:
            _ = Graph(names, ((edge.upstream, edge.downstream) for edge in edges)).order
        except CycleError as error:
            message = f"These tasks wait for each other: {' -> '.join(error.path)}."
            known = {problem.code for problem in self.findings.problems}
            if CYCLE not in known:
                self.findings.error(
                    CYCLE, message, "Take one `after` away, or give their cells one task name."
                )

    # --- tasks

    def _task(self, group: Group, names: Mapping[Group, str]) -> Task:
        question = next((one for one in self.questions if one.index in group.cells), None)
        if question is not None:
            return self._question(question)
        plan = self._planned()
        own: dict[str, Any] = {}  # options from every cell of the task
        for cell in group.cells:
            own.update(self.by_index[cell].options)
        tagged = [tag for cell in group.cells for tag in self.by_index[cell].tags]
        options = self._options(own)
        options["tags"] = tuple(dict.fromkeys([*tagged, *options["tags"]]))
        inputs = {name: names[source] for name, source in plan.inputs(group).items()}
        payload: dict[str, Any] = {  # ids and names, as `core.Task` lists them
            "notebook": self.notebook,
            "setup": [self._setup_id(cell) for cell in plan.setup_before(group)],
            "cells": [
                self.by_index[c].id if mine else self._setup_id(c) for c, mine in plan.steps(group)
            ],
            "inputs": inputs,
            "outputs": list(plan.outputs(group)),
            "kernel_name": self.kernel_name,
        }
        secrets = self._secrets(own)
        is_sensor = any(self.by_index[cell].is_sensor for cell in group.cells)
        if is_sensor:
            on_error = on_error_of({**self._defaults, **own}, self.findings)
            payload |= {} if on_error is None else {ON_ERROR: str(on_error)}
        return Task(
            names[group],
            TaskKind.CELLS,
            operator="sensor" if is_sensor else "cells",
            reads=tuple(dict.fromkeys(inputs.values())),
            payload=payload,
            cells=group.cells,
            doc=_why_together(group),
            secrets=secrets,
            group=self._group(own),
            poke=self._poke(own) if is_sensor else None,
            cache=None if is_sensor else self._cache(group, own, secrets),
            **options,
        )

    def _poke(self, own: Mapping[str, Any]) -> PokePolicy:  # options, as above
        return poke_policy({"timeout": WEEK, **self._defaults, **own}, self.findings)

    def _question(self, question: Question) -> Task:
        made = question_task(question, question.task, self._defaults, self.findings)
        return replace(made, group=self._group(question.options))

    def _cache(
        self,
        group: Group,
        own: Mapping[str, Any],  # options, as above
        secrets: tuple[str, ...],
    ) -> CachePolicy | None:
        """What the results of a task are found by, if they are to be kept."""
        for_all = {"cache": self.settings["cache"]} if "cache" in self.settings else {}
        if not wants_cache({**for_all, **self._defaults, **own}, self.findings):
            return None
        plan, setup = self._planned(), self._planned().flow.setup
        steps = [*((cell, False) for cell in plan.setup_before(group)), *plan.steps(group)]
        parts = [
            self.by_index[c].source if mine or setup.is_whole(c) else setup.part(c)
            for c, mine in steps
        ]
        return policy_of_cells(parts, self.modules, self.kernel_name, secrets)

    def _group(self, own: Mapping[str, Any]) -> str | None:  # options, as above
        given = own.get("group")
        if given is not None:
            check_id(self.findings, "group", given)
        return None if given is None else str(given)

    def _secrets(self, own: Mapping[str, Any]) -> tuple[str, ...]:  # options, as above
        """What is declared, and what any cell mentions: setup is part of every task."""
        declared = {
            *mentions.declared(self.settings.get("secrets"), self.findings),
            *mentions.declared(own.get("secrets"), self.findings),
        }
        mentioned = (mentions.in_code(cell.source) for cell in self.cells)
        return tuple(sorted(declared.union(*mentioned)))

    def _setup_id(self, cell: int) -> str:
        """The id of the cell that runs the setup of `cell`: itself, if it is nothing else."""
        own = self.by_index[cell].id
        return own if self._planned().flow.setup.is_whole(cell) else f"{own}-setup"

    def _planned(self) -> Plan:
        if self.plan is None:
            raise LookupError("The notebook has not been planned.")
        return self.plan

    # --- the copy for the bundle

    def normalised(self) -> NotebookNode:
        """The notebook as workers get it."""
        nb = NotebookNode({**self.nb, "cells": list(self._normalised_cells())})
        nb.metadata = NotebookNode({**self.nb.metadata})
        nb.metadata["kernelspec"] = NotebookNode(
            {"name": self.kernel_name, "display_name": self.kernel_name, "language": self.language}
        )
        return nb

    def _normalised_cells(self) -> Iterator[NotebookNode]:
        for index, cell in enumerate(self.nb.cells):
            declared = self.by_index.get(index)
            if declared is None:
                yield cell
                continue
            if self._is_partly_setup(index):
                yield self._setup_cell(declared)
            yield NotebookNode(
                {**cell, "source": declared.source, "outputs": [], "execution_count": None}
            )

    def _is_partly_setup(self, index: int) -> bool:
        if self.flow is None or index not in self.flow.facts:
            return False
        setup = self.flow.setup
        return setup.has_part(index) and not setup.is_whole(index)

    def _setup_cell(self, cell: Declared) -> NotebookNode:
        made: NotebookNode = nbformat.v4.new_code_cell(self._planned().flow.setup.part(cell.index))
        made["id"] = f"{cell.id}-setup"
        made.metadata["nbflow"] = {SETUP_OF: cell.id}
        return made


def _id_for(stem: str) -> str:
    """The id of a notebook's DAG that has none of its own: the file's name, as far as it can be."""
    return re.sub(r"[^\w.-]+", "_", stem).lstrip(".-") or "notebook"


def _why_together(group: Group) -> str:
    if not group.why:
        return ""
    cells = ", ".join(map(str, group.cells))
    return f"Cells {cells} are one task: {'; '.join(group.why)}."


def _groups(tasks: Iterable[Task]) -> tuple[TaskGroup, ...]:
    """The groups that tasks name, with those around them: `etl.load` is inside `etl`."""
    found: dict[str, TaskGroup] = {}
    for named in (task.group for task in tasks if task.group):
        parent = None
        for end, part in enumerate(parts := named.split("."), 1):
            group_id = ".".join(parts[:end])
            found.setdefault(group_id, TaskGroup(group_id, parent, part))
            parent = group_id
    return tuple(found.values())
