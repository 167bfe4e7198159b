"""What a notebook that is being edited is as a DAG, cell by cell. Runs no user code."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from nbflow.authoring.dataflow.advice import advise
from nbflow.authoring.findings import Findings
from nbflow.authoring.notebook_cells import Declared
from nbflow.authoring.notebook_file import load
from nbflow.authoring.notebooks import NotebookReader
from nbflow.authoring.previews import CellLink, CellRole, NotebookPreview, PreviewCell
from nbflow.core.dag import Dag


def preview(text: str, path: Path, root: Path) -> NotebookPreview:
    """The notebook `text` as if it were what `path` holds."""
    findings = Findings().at(file=path.relative_to(root).as_posix())
    nb = load(path, findings, text)
    if nb is None:
        return NotebookPreview("", None, problems=tuple(findings.problems))
    reader = NotebookReader(nb, path.relative_to(root).as_posix(), findings, path, root)
    dag = reader.dag()
    problems = list(findings.problems)
    if dag is not None and reader.plan is not None:
        problems += [replace(p, file=dag.file, dag_id=dag.dag_id) for p in advise(reader.plan)]
    return NotebookPreview(
        reader.dag_id,
        None if findings.has_errors else dag,
        tuple(sorted(_cells(reader, dag), key=lambda cell: cell.index)),
        tuple(_links(reader)),
        tuple(problems),
    )


def _cells(reader: NotebookReader, dag: Dag | None) -> Iterator[PreviewCell]:
    tasks = _tasks_of_cells(reader, dag)
    for cell in reader.cells:
        role = _role(reader, cell, tasks)
        task_id = tasks.get(cell.index) if role == "task" else None
        has_setup = role == "task" and _has_setup(reader, cell.index)
        yield PreviewCell(cell.index, cell.id, role, task_id, has_setup)
    for question in reader.questions:
        cell_id = reader.nb.cells[question.index].id
        yield PreviewCell(question.index, cell_id, "task", tasks.get(question.index))


def _tasks_of_cells(reader: NotebookReader, dag: Dag | None) -> Mapping[int, str]:
    if dag is None:
        return {}
    if reader.plan is None:  # another language: one task is all of it
        return {cell.index: dag.tasks[0].task_id for cell in reader.cells}
    return {cell: task.task_id for task in dag.tasks for cell in task.cells}


def _role(reader: NotebookReader, cell: Declared, tasks: Mapping[int, str]) -> CellRole:
    if cell.is_skipped:
        return "skipped"
    if cell.is_parameters:
        return "parameters"
    if cell.index in tasks:
        return "task"
    is_read = reader.flow is not None and cell.index in reader.flow.facts
    if cell.is_setup or (is_read and _has_setup(reader, cell.index)):
        return "setup"
    # Of a notebook with errors nobody can tell; one of comments alone does nothing.
    return "task" if not reader.plan or is_read else "skipped"


def _has_setup(reader: NotebookReader, index: int) -> bool:
    flow = reader.flow
    return flow is not None and index in flow.facts and flow.setup.has_part(index)


def _links(reader: NotebookReader) -> Iterator[CellLink]:
    if reader.flow is None or reader.plan is None:
        return
    for use in reader.flow.uses:
        facts = reader.flow.facts.get(use.reader)
        read = None if facts is None else facts.reads.get(use.name)
        line = None if read is None else read.line
        yield CellLink(use.source, use.reader, use.kind, use.name, line, use.why)
    for order in reader.plan.orders:
        yield CellLink(order.before, order.after, order.kind, "", None, order.why)
