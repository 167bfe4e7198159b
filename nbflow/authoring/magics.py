"""`%load_ext nbflow`: the magics `%%task`, which runs its cell here and names its task in a DAG,
and `%dag`, which shows the notebook's DAG.

`notebook_cells.py` reads the line of `%%task`; as a DAG the cell runs without the magic.
"""

from __future__ import annotations

import os
from pathlib import Path

from IPython.core.interactiveshell import InteractiveShell
from IPython.core.magic import Magics, cell_magic, line_magic, magics_class
from IPython.display import SVG, display

from nbflow import picture
from nbflow.authoring import discovery
from nbflow.authoring.findings import Findings
from nbflow.authoring.notebook_cells import parse_magic
from nbflow.core.errors import NbflowError

SESSION_NAME = "JPY_SESSION_NAME"
"""Jupyter Server tells a kernel the path of its notebook by this variable."""


class NoNotebook(NbflowError):
    """It is not known which notebook this is; give its path: %dag path/to/notebook.ipynb"""


@magics_class
class NbflowMagics(Magics):
    """The magics that `%load_ext nbflow` registers."""

    @cell_magic
    def task(self, line: str, cell: str) -> None:
        """Run the cell here and now. In a DAG it is (part of) the task named in the line."""
        findings = Findings()
        parse_magic(line, findings)
        findings.raise_errors()
        if self.shell is not None:
            self.shell.run_cell(cell, store_history=False).raise_error()

    @line_magic
    def dag(self, line: str) -> None:
        """Show the DAG of this notebook as it was last saved, or of the file named in the line."""
        parsed = discovery.from_path(_notebook(line.strip()))
        for problem in parsed.problems:
            print(problem)  # noqa: T201 - a magic speaks to the person at the notebook
        for dag in parsed.dags:
            display(SVG(picture.svg(dag)))


def load_ipython_extension(shell: InteractiveShell) -> None:
    """Register the magics; doing so twice does no harm."""
    shell.register_magics(NbflowMagics)


def _notebook(given: str) -> Path:
    named = given or os.environ.get(SESSION_NAME, "")
    path = Path(named)
    if not named or not path.is_file():
        raise NoNotebook(NoNotebook.__doc__)
    return path
