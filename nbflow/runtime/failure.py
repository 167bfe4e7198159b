"""What the failing cell of a notebook read, as it looked when it failed."""

from __future__ import annotations

import ast
import contextlib
import time
from collections.abc import Mapping

from nbformat import NotebookNode

from nbflow.core.masking import Masker
from nbflow.runtime.ask_kernel import ask
from nbflow.runtime.kernel import Interrupted, Kernel, KernelDied, Watch
from nbflow.runtime.notebook_run import NotebookEnd, StepFailed

_LOOK_SECONDS = 5.0
"""The `repr` of somebody's class may take its time, and nobody waits for it longer."""
MOST_NAMES = 30


def names_read(
    end: NotebookEnd, nb: NotebookNode, kernel: Kernel, masker: Masker
) -> Mapping[str, str]:
    """What the variables that the failing cell mentions look like now, in its order."""
    failed = next((cell for cell in nb.cells if cell.id == end.cell_id), None)
    if failed is None or end.state not in ("failed", "timeout") or not kernel.has_nbflow:
        return {}
    watch = Watch(deadline=time.monotonic() + _LOOK_SECONDS, grace=0.5)
    names = mentioned(failed.source)
    if not names:
        return {}
    # A convenience beside the failure itself, which must not turn into another one.
    with contextlib.suppress(KernelDied, Interrupted, StepFailed):
        looks = ask(kernel, "look", watch, names)["looks"]
        return {name: masker.text(looks[name]) for name in names if name in looks}
    return {}


def mentioned(source: str) -> list[str]:
    """The names that a cell reads, each once, in the order of its lines."""
    # IPython takes a quarter of a second to import, and only failures come here.
    from IPython.core.inputtransformer2 import TransformerManager  # noqa: PLC0415

    try:
        tree = ast.parse(TransformerManager().transform_cell(source))
    except SyntaxError:
        return []
    read = [n for n in ast.walk(tree) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)]
    read.sort(key=lambda name: (name.lineno, name.col_offset))
    return list(dict.fromkeys(name.id for name in read))[:MOST_NAMES]
