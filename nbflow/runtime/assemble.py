"""The assembled notebook of a run: the cells of the source with the outputs of its tasks. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from copy import deepcopy
from typing import Any

from nbformat import NotebookNode

from nbflow.runtime.record import has_code, tags_of

INJECTED = "injected-parameters"


def assemble_run(
    source: NotebookNode,
    executed: Mapping[str, NotebookNode],
    states: Mapping[str, str],
) -> NotebookNode:
    """The notebook of a run, as if run from top to bottom.

    `executed` holds the executed notebook of each task that has one, by task_id, `states` the state
    of every task. Each code cell says in `metadata.nbflow` which task ran it, how it ended and how
    long it took, in seconds; `metadata.execution` says when, as in JupyterLab. A setup cell, which
    every task runs, stands for all of them with the first that ran it well.
    """
    ran = _ran(executed)
    nb = deepcopy(source)
    cells: list[NotebookNode] = []
    for cell in nb.cells:
        cells.append(_filled(cell, ran.get(cell.get("id"))) if has_code(cell) else cell)
        if "parameters" in tags_of(cell):
            cells += _injected(executed)
    nb.cells = cells
    nb.nbformat, nb.nbformat_minor = 4, 5
    _number(nb)
    _number_tracebacks(nb, executed)
    _describe(nb, executed, states)
    return nb


def _ran(executed: Mapping[str, NotebookNode]) -> dict[str, NotebookNode]:
    """The executed copy of each cell: the first that ended well, else the first that ran."""
    best: dict[str, NotebookNode] = {}
    for nb in executed.values():
        for cell in nb.cells:
            known = best.get(cell.get("id"))
            if cell.cell_type == "code" and (known is None or _rank(cell) > _rank(known)):
                best[cell.get("id")] = cell
    return best


def _rank(cell: NotebookNode) -> int:
    state = _about(cell).get("state", "not-run")
    return {"success": 3, "skipped": 1, "not-run": 0}.get(state, 2)


def _filled(cell: NotebookNode, ran: NotebookNode | None) -> NotebookNode:
    """`cell` with what came of it."""
    cell.outputs = []
    cell.execution_count = None
    for stale in ("papermill", "execution"):
        cell.metadata.pop(stale, None)
    about: dict[str, Any] = {"state": "not-run", "duration": None}
    if ran is not None:
        cell.outputs = deepcopy(ran.outputs)
        cell.execution_count = ran.get("execution_count")
        about = {name: value for name, value in _about(ran).items() if name in _TOLD}
        if about.get("setup"):
            about.pop("task_id", None)
        if ran.metadata.get("execution"):
            cell.metadata["execution"] = deepcopy(ran.metadata["execution"])
    cell.metadata["nbflow"] = {**cell.metadata.get("nbflow", {}), **about}
    return cell


_TOLD = ("task_id", "setup", "state", "duration")


def _injected(executed: Mapping[str, NotebookNode]) -> list[NotebookNode]:
    """The cell with the parameters of this run, which is the same in every task."""
    cells = (c for nb in executed.values() for c in nb.cells if INJECTED in tags_of(c))
    found = [deepcopy(cell) for cell in [next(cells, None)] if cell is not None]
    for cell in found:
        cell.metadata.pop("papermill", None)
    return found


def _number(nb: NotebookNode) -> None:
    """Count the cells that ran from top to bottom; each kernel had counted its own."""
    count = 0
    for cell in nb.cells:
        if cell.cell_type != "code" or cell.get("execution_count") is None:
            continue
        count += 1
        cell.execution_count = count
        for output in cell.outputs:
            if output.output_type == "execute_result":
                output.execution_count = count


def _number_tracebacks(nb: NotebookNode, executed: Mapping[str, NotebookNode]) -> None:
    """Have tracebacks name cells by the numbers they have here."""
    here = {cell.get("id"): cell.get("execution_count") for cell in nb.cells}
    for cell in nb.cells:
        errors = [o for o in cell.get("outputs", []) if o.output_type == "error"]
        one = executed.get(_about(cell).get("task_id", "")) if errors else None
        if one is None:
            continue
        in_kernel = {each.get("execution_count"): here.get(each.get("id")) for each in one.cells}
        for error in errors:
            error.traceback = [_renumbered(line, in_kernel) for line in error.traceback]


def _renumbered(text: str, numbers: Mapping[int | None, int | None]) -> str:
    return _CELL_IN_TRACEBACK.sub(
        lambda found: f"{found[1]}{numbers.get(int(found[2])) or found[2]}]", text
    )


_CELL_IN_TRACEBACK = re.compile(r"(Cell(?:\x1b\[[0-9;]*m|\s)*In\[)(\d+)\]")
"""How IPython names a cell, with or without colours."""


def _describe(
    nb: NotebookNode, executed: Mapping[str, NotebookNode], states: Mapping[str, str]
) -> None:
    """Say in the metadata what the kernels were, which run it is, and how its tasks ended."""
    about = dict(nb.metadata.get("nbflow", {}))
    for one in executed.values():
        for name in ("kernelspec", "language_info"):
            if name in one.metadata:
                nb.metadata[name] = deepcopy(one.metadata[name])
        run = one.metadata.get("nbflow", {}).get("run", {})
        about["run"] = {name: run[name] for name in ("dag_id", "run_id") if name in run}
    about["tasks"] = {task_id: str(state) for task_id, state in states.items()}
    nb.metadata["nbflow"] = about


def _about(cell: NotebookNode) -> dict[str, Any]:
    return dict(cell.metadata.get("nbflow", {}))
