"""The notebook as written: read from a source bundle, cut down to the cells of one task.

No kernel is needed for anything here.
"""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator
from copy import deepcopy
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbformat.reader import NotJSONError

from nbflow.authoring import text_notebooks
from nbflow.core.errors import NbflowError
from nbflow.runtime.record import has_code, tags_of

PARAMETERS, OUTPUTS = "parameters", "outputs"
# What `authoring.notebooks` calls the cell that a cell's setup was taken from.
SETUP_OF = "setup_of"


class BadNotebook(NbflowError):
    """A notebook cannot be read or lacks what a task needs; the message says what to do."""


def read_notebook(path: Path, name: str) -> NotebookNode:
    """The notebook at `path`, called `name`, in format 4.5 and every cell with its id.

    Raises BadNotebook.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise BadNotebook(f"{name}: this notebook is not among the files of its DAG.") from None
    except (OSError, UnicodeDecodeError) as error:
        raise BadNotebook(f"{name}: this notebook cannot be read: {error}.") from None
    try:
        if path.suffix in text_notebooks.ENDINGS:
            return text_notebooks.read_text(text, path.suffix)
        raw = nbformat.reader.reads(text)
        nb = raw if raw.nbformat == 4 else nbformat.convert(raw, 4)
    except (NotJSONError, ValueError, AttributeError, KeyError) as error:
        why = str(error).splitlines()[0]
        raise BadNotebook(
            f"{name}: this is not a notebook that nbformat understands: {why}. "
            "Open it in JupyterLab and save it again."
        ) from None
    return with_ids(nb)


def with_ids(nb: NotebookNode) -> NotebookNode:
    """`nb` in format 4.5: cells of older notebooks are always called by their place."""
    for index, cell in enumerate(nb.cells):
        cell.setdefault("id", f"cell-{index}")
        cell.setdefault("metadata", NotebookNode())
    nb.nbformat, nb.nbformat_minor = 4, 5
    return nb


def index_of_cells(nb: NotebookNode) -> dict[str, int]:
    """Where each cell stands in the notebook that a person wrote, by id.

    The copy in a bundle has cells of its own, each with the setup of the cell that follows it.
    """
    indexes: dict[str, int] = {}
    index = 0
    for cell in nb.cells:
        indexes[cell.id] = index
        index += SETUP_OF not in cell.metadata.get("nbflow", {})
    return indexes


def tagged(nb: NotebookNode, tag: str) -> list[NotebookNode]:
    return [cell for cell in nb.cells if tag in tags_of(cell)]


def cut_out(nb: NotebookNode, setup: Collection[str], cells: Collection[str]) -> NotebookNode:
    """A notebook of the cells `setup`, with the one tagged parameters, and then `cells`, all by id.

    Both stand in the order of the notebook. Raises BadNotebook if one is not there.
    """
    there = {cell.id for cell in nb.cells}
    gone = [cell_id for cell_id in (*setup, *cells) if cell_id not in there]
    if gone:
        raise BadNotebook(
            f"The cells {', '.join(map(repr, gone))} of this task are not in its notebook, "
            "which was changed since the DAG was read: run the task again with the latest version."
        )
    first = {*setup, *(cell.id for cell in tagged(nb, PARAMETERS)[:1])}.difference(cells)
    cut = NotebookNode({**nb, "cells": []})
    cut.cells = [cell for cell in nb.cells if cell.id in first]
    cut.cells += [cell for cell in nb.cells if cell.id in cells]
    return deepcopy(cut)


def first_with_code(nb: NotebookNode, ids: Collection[str]) -> str | None:
    """The first of the cells `ids` in which there is anything to execute."""
    return next((cell.id for cell in nb.cells if cell.id in ids and has_code(cell)), None)


def output_names(nb: NotebookNode) -> tuple[str, ...]:
    """What the cells tagged `outputs` hand on: names they assign at top level, or mention.

    Assigned names that begin with an underscore are private. A cell that is no valid Python names
    nothing: it will fail when it runs.
    """
    names: dict[str, None] = {}
    cells = tagged(nb, OUTPUTS)
    if not cells:
        return ()
    # IPython takes a quarter of a second to import; most notebooks hand on nothing.
    from IPython.core.inputtransformer2 import TransformerManager  # noqa: PLC0415

    for cell in cells:
        try:
            body = ast.parse(TransformerManager().transform_cell(cell.source)).body
        except SyntaxError:
            continue
        for statement in body:
            names.update(dict.fromkeys(_handed_on(statement)))
    return tuple(names)


def _handed_on(statement: ast.stmt) -> Iterator[str]:
    if isinstance(statement, ast.Expr):
        yield from _names_in(statement.value)
        return
    targets: list[ast.expr] = []
    if isinstance(statement, ast.Assign):
        targets = statement.targets
    elif isinstance(statement, ast.AugAssign) or (
        isinstance(statement, ast.AnnAssign) and statement.value is not None
    ):
        targets = [statement.target]
    for target in targets:
        yield from (name for name in _names_in(target) if not name.startswith("_"))


def _names_in(expression: ast.expr) -> Iterator[str]:
    """The plain names of `expression`, if it is one, or a tuple or list of some."""
    if isinstance(expression, ast.Name):
        yield expression.id
    elif isinstance(expression, ast.Starred):
        yield from _names_in(expression.value)
    elif isinstance(expression, (ast.Tuple, ast.List)):
        for element in expression.elts:
            yield from _names_in(element)


def last_with_name(nb: NotebookNode, name: str) -> str | None:
    """The id of the last code cell that gives `name` a value, as far as its source tells."""
    for cell in reversed(nb.cells):
        if cell.cell_type == "code" and name in _bound(cell.source):
            return str(cell.id)
    return None


def _bound(source: str) -> set[str]:
    try:
        nodes = list(ast.walk(ast.parse(source)))
    except (SyntaxError, ValueError):
        return set()  # a magic; it is said without the cell then
    names = {n.id for n in nodes if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
    aliases = {(n.asname or n.name).partition(".")[0] for n in nodes if isinstance(n, ast.alias)}
    definitions = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    return names | aliases | {n.name for n in nodes if isinstance(n, definitions)}
