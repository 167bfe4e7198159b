"""Questions to people in a notebook: Markdown cells tagged `approval`, as tasks that wait for an
answer.

What a question is, is said in `people.py`; where it stands among the cells, in `dataflow/gates.py`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from inspect import signature
from typing import Any

from nbformat import NotebookNode

from nbflow.authoring.arguments import TASK_OPTIONS
from nbflow.authoring.fields import check_names, task_fields
from nbflow.authoring.findings import Findings
from nbflow.authoring.notebook_cells import (
    NOT_A_QUESTION,
    NOT_A_SENSOR,
    RUN_FACTS,
    check_one_name,
    has_tag,
    metadata_of,
    plain_tags,
    tag_values,
    tags_of,
    text_of,
    texts_of,
)
from nbflow.authoring.params import params_from_json
from nbflow.authoring.people import ApprovalOperator, HITLOperator
from nbflow.core.dag import Decides, Task, TaskKind
from nbflow.core.json import JsonObject

BAD_APPROVAL = "NBF522"

_HEADING = re.compile(r"\A#{1,6}\s+(?P<title>.+?)\s*#*\s*\Z")
_OF_OPERATORS = {
    name
    for operator in (HITLOperator, ApprovalOperator)
    for name, parameter in signature(operator.__init__).parameters.items()
    if parameter.kind is parameter.KEYWORD_ONLY
}
_OWN = tuple(sorted(_OF_OPERATORS - {"options", "multiple", "notifiers"}))
"""What may be said of an approval beside its text. Notifiers are functions, which no metadata
holds: `notify` of the notebook tells people."""


@dataclass(frozen=True)
class Question:
    """A Markdown cell that asks. `task` is empty where it was given no name; `asked` are arguments
    of an ApprovalOperator, `options` those of any task.
    """

    index: int
    subject: str
    body: str
    task: str = ""
    after: tuple[str, ...] = ()
    asked: Mapping[str, Any] = field(default_factory=dict)  # checked by the operator
    options: Mapping[str, Any] = field(default_factory=dict)  # read by `fields.task_fields`
    tags: tuple[str, ...] = ()

    @property
    def params(self) -> tuple[str, ...]:
        """The names that the form of the question gives a value."""
        form = self.asked.get("params")
        return tuple(map(str, form)) if isinstance(form, Mapping) else ()


def declared_questions(nb: NotebookNode, findings: Findings) -> list[Question]:
    """The questions of a notebook, in the order of its cells."""
    found = (
        _question(index, cell, findings.at(cell=index))
        for index, cell in enumerate(nb.cells)
        if cell.cell_type != "code" and "skip" not in tags_of(cell)
    )
    return [question for question in found if question is not None]


def question_task(
    question: Question, name: str, defaults: Mapping[str, object], findings: Findings
) -> Task:
    """The task that asks. Where the text holds templates a worker fills them in first."""
    here = findings.at(cell=question.index)
    asked = {"subject": question.subject, "body": question.body, **question.asked}
    form = asked.get("params")
    if isinstance(form, Mapping):
        asked["params"] = params_from_json(form)
    operator = ApprovalOperator(name, **asked)
    condition = operator.waits_for(here)
    payload: JsonObject = {} if condition else {"question": operator.question(here)}
    options = task_fields({**defaults, **question.options}, here)
    return Task(
        name,
        TaskKind.QUESTION,
        operator=ApprovalOperator.__name__,
        decides=Decides.SHORT_CIRCUIT,
        payload=payload,
        cells=(question.index,),
        waits_for=condition,
        poke=ApprovalOperator.policy_from(asked, here),
        **{**options, "tags": tuple(dict.fromkeys([*question.tags, *options["tags"]]))},
    )


def _question(index: int, cell: NotebookNode, findings: Findings) -> Question | None:
    tags = tags_of(cell)
    metadata = dict(metadata_of(cell, findings))
    given = metadata.pop("approval", None)
    if has_tag(tags, "sensor") or metadata.get("sensor"):
        message = "A cell of text cannot be a sensor: there is nothing in it that could be true."
        findings.error(NOT_A_SENSOR, message, "Make it a code cell, or tag it `approval`.")
    if not given and not has_tag(tags, "approval"):
        return None
    asked = dict(given) if isinstance(given, Mapping) else {}
    names = [
        *tag_values(tags, "approval"),
        *tag_values(tags, "task"),
        *text_of(metadata, "task"),
        *text_of(asked, "name"),
        *([given] if isinstance(given, str) else []),
    ]
    check_one_name(names, findings)
    after = (*tag_values(tags, "after"), *texts_of(metadata, "after"), *texts_of(asked, "after"))
    options = {k: v for k, v in metadata.items() if k not in ("task", "after", *RUN_FACTS)}
    check_names(findings, options, (*TASK_OPTIONS, "group", "sensor"))
    asked = {k: v for k, v in asked.items() if k not in ("name", "after")}
    check_names(findings, asked, (*_OWN, "name", "after"))
    subject, body = _text(cell.source)
    if not asked.get("subject") and not subject:
        findings.error(
            NOT_A_QUESTION,
            "An approval needs a text: there is nothing here that a person could answer.",
            "Write the question into the cell: its first line is the subject.",
        )
    return Question(
        index,
        subject,
        body,
        names[0] if names else "",
        tuple(dict.fromkeys(after)),
        _fit(asked, findings),
        options,
        plain_tags(tags),
    )


def _fit(asked: Mapping[str, Any], findings: Findings) -> dict[str, Any]:  # any JSON
    """What the operator takes, without what it cannot read."""
    fit = {name: value for name, value in asked.items() if name in _OWN}
    form = fit.get("params")
    if form is not None and not isinstance(form, Mapping):
        findings.error(
            BAD_APPROVAL,
            f"The approval's params are {form!r}, and no object.",
            'Write them like {"limit": 10}, or {"limit": {"default": 10, "schema": {...}}}.',
        )
        del fit["params"]
    return fit


def _text(source: str) -> tuple[str, str]:
    """The subject, which is the first line or heading, and the rest."""
    first, _, rest = source.strip().partition("\n")
    heading = _HEADING.match(first)
    return (heading.group("title") if heading else first.strip()), rest.strip()
