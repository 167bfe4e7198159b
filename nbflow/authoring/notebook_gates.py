"""Sensors and questions among the cells of a notebook: their names, what they hold up, what the
answer to a question gives the cells below, and what is wrong with them.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from nbflow.authoring.dataflow.flow import Flow, Use
from nbflow.authoring.dataflow.fusion import Plan, slug, unused
from nbflow.authoring.dataflow.gates import Gate
from nbflow.authoring.dataflow.source import CellSource
from nbflow.authoring.findings import Findings
from nbflow.authoring.notebook_cells import NOT_A_QUESTION, NOT_A_SENSOR, Declared
from nbflow.authoring.notebook_questions import Question

NO_TRUTH = "NBF523"
SHARES_KERNEL = "NBF524"
TAKEN_NAME = "NBF525"
TOO_EARLY = "NBF526"


def with_names(
    cells: Sequence[Declared],
    questions: Sequence[Question],
    headings: Mapping[int, str],
    findings: Findings,
) -> tuple[list[Declared], list[Question]]:
    """The cells and questions with a name for each that must be a task and was given none: sensors,
    questions, and cells that come `after` another.
    """
    used = {cell.task for cell in cells if cell.task}
    asking: list[Question] = []
    for question in questions:
        if question.task in used:
            message = f"The approval '{question.task}' has the name of another task."
            fix = "Give it a name of its own: the tag `approval:NAME`."
            findings.at(cell=question.index).error(TAKEN_NAME, message, fix)
        name = unused([question.task or slug(question.subject) or "approval"], used)
        used.add(name)
        asking.append(replace(question, task=name))
    working: list[Declared] = []
    for cell in cells:
        if not cell.task and not cell.is_skipped and (cell.is_sensor or cell.after):
            word = "sensor" if cell.is_sensor else f"cell_{cell.index}"
            heading = slug(headings.get(cell.index, ""))
            cell = replace(cell, task=unused([heading, word] if heading else [word], used))  # noqa: PLW2901
            used.add(cell.task)
        working.append(cell)
    return working, asking


def gates_of(cells: Iterable[Declared], questions: Iterable[Question]) -> list[Gate]:
    """The gates in notebook order. Those that some cell is declared to come after hold up only
    such cells; a question that is declared to come after a task waits for that alone.
    """
    asking = list(questions)
    working = [cell for cell in cells if not cell.is_skipped]
    named = {name for one in working for name in one.after}
    named |= {name for one in asking for name in one.after}

    def gate(one: Declared | Question, what: str, *, waits_above: bool) -> Gate:
        called = f"the {what} `{one.task}`"
        return Gate(one.index, one.task, called, one.task not in named, waits_above)

    found = [gate(one, "question", waits_above=not one.after) for one in asking]
    found += [gate(one, "sensor", waits_above=False) for one in working if one.is_sensor]
    return sorted(found, key=lambda gate: gate.cell)


def with_answers(flow: Flow, questions: Sequence[Question]) -> Flow:
    """The flow in which the params of a question's form are defined for the cells below it, until
    a cell between them defines them anew.
    """
    if not any(one.params for one in questions):
        return flow
    given = {
        (use.reader, use.name): use
        for reader in flow.work
        for name, read in flow.facts[reader].reads.items()
        if (use := _answer_used(flow, questions, reader, name, read.line)) is not None
    }
    uses = [use for use in flow.uses if (use.reader, use.name) not in given]
    missing = [one for one in flow.missing if (one.cell, one.name) not in given]
    return replace(flow, uses=(*uses, *given.values()), missing=tuple(missing))


def _answer_used(
    flow: Flow, questions: Sequence[Question], reader: int, name: str, line: int
) -> Use | None:
    """That a cell reads what the answer to a question gives, if it does."""
    above = [one for one in questions if one.index < reader and name in one.params]
    if not above:
        return None
    asked, source = above[-1], flow.source_of(reader, name)
    if source is not None and source > asked.index:
        return None
    why = f"Cell {reader} reads `{name}` in line {line}, which the answer to `{asked.task}` gives."
    return Use(asked.index, reader, name, "certain", why)


# --- what is wrong --------------------------------------------------------------------------------


def check_gates(plan: Plan, cells: Iterable[Declared], findings: Findings) -> None:
    """Find sensors that cannot be true or do not end their task, and questions asked too early."""
    for cell in cells:
        if cell.is_sensor:
            for code, message, fix in _sensor_problems(plan, cell):
                findings.at(cell=cell.index).error(code, message, fix)
    for astride in plan.astride:
        name = astride.gate.name
        message = (
            f"'{name}' is asked before cell {astride.above} has run, though that stands above it: "
            f"it is one task with cell {astride.below}, which waits for the answer."
        )
        fix = f"Hand on what can travel, or tag the cells that wait for it `after:{name}`."
        findings.at(cell=astride.gate.cell).warning(TOO_EARLY, message, fix)


def _sensor_problems(plan: Plan, cell: Declared) -> Iterator[tuple[str, str, str]]:
    if cell.is_setup or cell.is_parameters or cell.is_skipped:
        message = "A sensor is a task: its cell can be neither setup nor parameters, nor left out."
        yield NOT_A_SENSOR, message, "Leave one of the tags."
        return
    source = plan.flow.sources.get(cell.index)
    if source is None or source.error:
        return
    why = _why_never_true(source)
    if why:
        yield NO_TRUTH, f"This sensor can never be true: {why}.", "End it with what it waits for."
    group = plan.group_of(cell.index)
    if group.cells[-1] != cell.index:
        after = ", ".join(str(one) for one in group.cells if one > cell.index)
        message = f"A sensor looks again and again, and cell {after} is one task with it"
        reason = f": {'; '.join(group.why)}." if group.why else "."
        fix = "Have the sensor end its task, and hand on what can travel: a path, a table."
        yield SHARES_KERNEL, message + reason, fix


def _why_never_true(source: CellSource) -> str:
    last = source.body[-1] if source.body else None
    if not isinstance(last, ast.Expr):
        return "its last line is no expression"
    if source.text.rstrip().endswith(";"):
        return "the semicolon hides the value of its last line"
    if isinstance(last.value, ast.Constant) and not last.value.value:
        return f"its last line is {last.value.value!r}"
    return ""


def refuse_all(
    cells: Iterable[Declared], questions: Iterable[Question], language: str, findings: Findings
) -> None:
    """A notebook of another language is one task, in which nothing waits."""
    fix = "Use a Python notebook, or sensors and HITL operators in a Python file."
    for cell in cells:
        if cell.is_sensor:
            message = f"A notebook in {language} is one task: none of its cells is a sensor."
            findings.at(cell=cell.index).error(NOT_A_SENSOR, message, fix)
    for question in questions:
        message = f"A notebook in {language} is one task: none of its cells is an approval."
        findings.at(cell=question.index).error(NOT_A_QUESTION, message, fix)
