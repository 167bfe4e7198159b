"""Notebooks to repair a failure in: the executed one for its living kernel, or one that brings its
inputs along; and what a person has changed in such a notebook.

Where the kernel, the values and the source come from is not known here.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from copy import deepcopy
from pprint import pformat
from typing import cast

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell

from nbflow.core.errors import RequestError
from nbflow.core.json import JsonObject
from nbflow.core.orders import ValueRef
from nbflow.runtime.notebook_run import INJECTED
from nbflow.runtime.record import has_code
from nbflow.runtime.source_notebook import with_ids

REPAIR = "repair"
"""Under `metadata.nbflow`: which attempt a notebook is about, and what its cells were."""
_PAPERMILL = "papermill"


def debug_notebook(executed: NotebookNode, about: JsonObject, note: str) -> NotebookNode:
    """The executed notebook of a failed attempt, for its own kernel, with `note` on top."""
    nb = _copy(executed, about)
    nb.cells.insert(0, _note(note))
    return nb


def reconstructed(
    executed: NotebookNode,
    about: JsonObject,
    inputs: Mapping[str, tuple[str, ValueRef]],
    folder: str | None,
    note: str,
) -> NotebookNode:
    """The cells of an attempt, not executed, after one that loads its `inputs`.

    These are {name: (task that made it, value)}. `folder` is where the task's paths begin.
    """
    nb = _copy(executed, about)
    for cell in nb.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    first = new_code_cell(_loading(inputs, folder), id="nbflow-inputs")
    nb.cells[:0] = [_note(note), first]
    return nb


def cells_of(nb: NotebookNode) -> dict[str, str]:
    """What the code cells of a notebook say, by id."""
    return {cell.id: cell.source for cell in nb.cells if has_code(cell)}


def edits_in(cells: Mapping[str, str], executed: NotebookNode) -> dict[str, str]:
    """Which of `cells` say something else than in the executed notebook: {id: source}.

    Cells that the attempt did not have are a person's experiments, and no edits. Raises
    RequestError where the parameters are edited, which are a run's and no notebook's.
    """
    before = cells_of(executed)
    edits = {i: text for i, text in cells.items() if i in before and text != before[i]}
    if any(cell.id in edits and INJECTED in _tags(cell) for cell in executed.cells):
        raise RequestError(
            "The cell of parameters was edited. Give a run other params instead: "
            "nbflow runs rerun DAG -p name=value."
        )
    return edits


def promoted(now: str, version: str, edits: Mapping[str, str], name: str) -> str:
    """The text of the notebook `name` with `edits`, which were made to its `version`.

    `now` and `version` are texts of .ipynb files. Raises RequestError if an edited cell has been
    changed since, or is gone: an edit must not undo somebody's work unseen.
    """
    raw = nbformat.reads(now, as_version=nbformat.NO_CONVERT)
    if raw.nbformat != 4:
        raise RequestError(f"{name} is in an old format: open it in JupyterLab and save it.")
    old = {c.id: c.source for c in with_ids(nbformat.reads(version, as_version=4)).cells}
    places = {cell.id: place for place, cell in enumerate(with_ids(deepcopy(raw)).cells)}
    for cell_id, source in edits.items():
        place = places.get(cell_id)
        if place is None or cell_id not in old:
            raise RequestError(f"{name} has no cell {cell_id!r}: it was removed, or never in it.")
        if raw.cells[place].source not in (old[cell_id], source):
            raise RequestError(
                f"Cell {place} of {name} was changed after the run: copy your edit by hand."
            )
        raw.cells[place].source = source
    return str(nbformat.writes(raw)) + "\n"


def _copy(executed: NotebookNode, about: JsonObject) -> NotebookNode:
    """The notebook without what papermill put in, and saying what it is about."""
    nb = deepcopy(executed)
    nb.cells = [cell for cell in nb.cells if "papermill-error-cell-tag" not in _tags(cell)]
    nb.metadata.pop(_PAPERMILL, None)
    for cell in nb.cells:
        cell.metadata.pop(_PAPERMILL, None)
        if cell.cell_type == "code":
            # What is written for allowed errors is read back as plain errors.
            cell.metadata.pop("execution", None)
    nb.metadata["nbflow"] = {REPAIR: dict(about)}
    return nb


def _tags(cell: NotebookNode) -> Sequence[str]:
    return cast("Sequence[str]", cell.metadata.get("tags", ()))


def _note(text: str) -> NotebookNode:
    return cast("NotebookNode", new_markdown_cell(text, id="nbflow-note"))


def _loading(inputs: Mapping[str, tuple[str, ValueRef]], folder: str | None) -> str:
    """Python that defines the inputs. Small values stand in it, others are loaded by their URL."""
    lines = [] if folder is None else ["import os", "", f"os.chdir({folder!r})"]
    if any(ref.url is not None for _, ref in inputs.values()):
        lines[:0] = ["from nbflow import load_value"]
    elif not inputs:
        lines.append("# This task reads nothing from other tasks.")
    for name, (task_id, ref) in inputs.items():
        lines.append(f"{name} = {_expression(ref)}  # from {task_id}")
    return "\n".join(lines)


def _expression(ref: ValueRef) -> str:
    if ref.url is None:
        return pformat(ref.json, sort_dicts=False, width=100)
    given = {"type": ref.type, "digest": ref.digest, "size": ref.size}
    named = ", ".join(f"{name}={json.dumps(value)}" for name, value in given.items() if value)
    return f"load_value({json.dumps(ref.url)}, {named})"
