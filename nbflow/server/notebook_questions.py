"""What the handlers of `notebook_routes` ask of the house: notebooks as DAGs, and runs of them.

Blocking, called in threads. The functions here are methods of `Questions`.
"""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from pathlib import Path

from nbflow.authoring import discovery
from nbflow.authoring.discovery import ParsedFile
from nbflow.core.errors import NotFoundError, RequestError
from nbflow.server.bodies.notebooks import AddNotebook, PreviewNotebook, RunNotebook
from nbflow.server.house import House
from nbflow.server.preview_desk import PreviewDesk
from nbflow.views.notebooks import notebook_view
from nbflow.views.previews import run_plan
from nbflow.views.shapes import CellLinkView, CellView, NotebookView, RequestReceipt, RunPlan

ENDINGS = (".ipynb",)


def preview_notebook(ask: House, desk: PreviewDesk, body: PreviewNotebook) -> NotebookView:
    path, roots = _path(ask, body.path), ask.settings.dag_paths
    text = json.dumps(body.notebook)
    timeout = ask.settings.parse_timeout
    found = desk.ask(lambda server: discovery.preview_notebook(text, path, roots, timeout, server))
    view = notebook_view(
        ask.store,
        str(path),
        found.dag_id,
        found.dag,
        cells=[CellView(**asdict(cell)) for cell in found.cells],
        links=[CellLinkView(**asdict(link)) for link in found.links],
        problems=found.problems,
        is_found=discovery.finds(path, roots),
    )
    if view.dag is None:
        return view
    file = Path(view.dag.file)
    inside = file.is_relative_to(ask.root)
    shown = file.relative_to(ask.root).as_posix() if inside else str(file)
    return replace(view, dag=replace(view.dag, file=shown))


def add_notebook(ask: House, desk: PreviewDesk, actor: str, body: AddNotebook) -> RequestReceipt:
    path = _path(ask, body.path)
    is_found = discovery.finds(path, ask.settings.dag_paths)
    receipt = ask.verbs(actor).add_notebook(_read(ask, desk, path), is_found=is_found)
    return RequestReceipt(receipt.request_id or 0, None)


def remove_notebook(ask: House, actor: str, body: AddNotebook) -> RequestReceipt:
    receipt = ask.verbs(actor).remove_notebook(str(_path(ask, body.path)))
    return RequestReceipt(receipt.request_id or 0, None)


def run_notebook(ask: House, desk: PreviewDesk, actor: str, body: RunNotebook) -> RunPlan:
    path = _path(ask, body.path)
    receipt = ask.verbs(actor).run_notebook(
        _read(ask, desk, path),
        body.params,
        is_found=discovery.finds(path, ask.settings.dag_paths),
        tasks=body.tasks,
        note=body.note,
        dry_run=body.dry_run,
    )
    assert receipt.new is not None  # every run that is asked for is told
    return run_plan(receipt.new, receipt.request_id)


def _read(ask: House, desk: PreviewDesk, path: Path) -> ParsedFile:
    """What the file defines as it is saved."""
    root = discovery.root_of(path, ask.settings.dag_paths)
    timeout = ask.settings.parse_timeout
    return desk.ask(lambda server: discovery.parse_file(path, root, timeout, server))


def _path(ask: House, name: str) -> Path:
    """The notebook's place on the machine. Raises RequestError, NotFoundError.

    Only what the server shows may be read: a link leads no further.
    """
    path = (ask.root / name.lstrip("/")).resolve()
    if not path.is_relative_to(ask.root):
        raise RequestError(f"{name} is outside the folder that this server shows.")
    if path.suffix not in ENDINGS:
        raise RequestError(f"{name} is no notebook: its name has to end in .ipynb.")
    if not path.is_file():
        raise NotFoundError(f"There is no file {name}. Save the notebook first.")
    return path
