"""A notebook as it stands in its file: read in format 4.5, and the kernel and language it is for.

What its cells declare is read in `notebook_cells.py`.
"""

from __future__ import annotations

from pathlib import Path

import nbformat
from jupyter_core.paths import jupyter_path
from nbformat import NotebookNode

from nbflow.authoring import text_notebooks
from nbflow.authoring.findings import Findings
from nbflow.authoring.kernel_hints import how_to_install

BROKEN = "NBF501"
NO_KERNELSPEC = "NBF502"
KERNEL_MISSING = "NBF503"
DEFAULT_KERNEL = "python3"


def load(path: Path, findings: Findings, text: str | None = None) -> NotebookNode | None:
    """The notebook in format 4.5, every cell with an id; None, with a finding, for one that cannot
    be read. `text` stands for what the file holds, in the format of notebooks.
    """
    try:
        if text is None and path.suffix in text_notebooks.ENDINGS:
            return text_notebooks.read_file(path)
        raw = nbformat.reader.reads(path.read_text(encoding="utf-8") if text is None else text)
        nb: NotebookNode = raw if raw.nbformat == 4 else nbformat.convert(raw, 4)
        cells = list(nb.cells)
    except (OSError, ValueError, KeyError, AttributeError, TypeError) as error:
        why = str(error).splitlines()[0] if str(error) else type(error).__name__
        fix = "Open it in JupyterLab and save it again, or take an older copy."
        findings.error(BROKEN, f"This is no notebook that can be read: {why}", fix)
        return None
    for index, cell in enumerate(cells):
        cell.setdefault("id", f"cell-{index}")
        cell.setdefault("metadata", NotebookNode())
    nb.nbformat, nb.nbformat_minor = 4, 5
    return nb


def kernel_of(nb: NotebookNode, findings: Findings) -> tuple[str, str]:
    """The kernel's name and the language, from the metadata."""
    spec = nb.metadata.get("kernelspec") or {}
    info = nb.metadata.get("language_info") or {}
    name = spec.get("name")
    if not isinstance(name, str) or not name:
        message = f"The notebook does not say which kernel it is for; {DEFAULT_KERNEL} is taken."
        findings.warning(NO_KERNELSPEC, message, "Choose a kernel in JupyterLab and save it.")
        name = DEFAULT_KERNEL
    elif name not in (known := _kernelspecs()):
        there = ", ".join(sorted(known))
        message = f"The kernel '{name}' is not installed here; there are: {there}."
        way = how_to_install(name)
        fix = f"Install it where tasks run ({way}), or choose another in the notebook."
        findings.warning(KERNEL_MISSING, message, fix)
    language = str(spec.get("language") or info.get("name") or "python").lower()
    return name, "python" if language.startswith(("python", "ipython")) else language


def _kernelspecs() -> set[str]:
    """The names of the kernels that Jupyter finds on this machine."""
    found = {DEFAULT_KERNEL}
    for folder in map(Path, jupyter_path("kernels")):
        if folder.is_dir():
            found |= {spec.parent.name for spec in folder.glob("*/kernel.json")}
    return found
