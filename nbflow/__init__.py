"""nbflow turns Jupyter notebooks into scheduled, parallel, observable workflows.

This module holds the public names and the hooks that Jupyter looks up by name; it defines nothing else.
Jupyter imports it in every server, so importing it stays cheap.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nbflow._version import __version__

# The public authoring names (DAG, task, NotebookOperator, ...) are imported here and listed in __all__.

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

__all__ = ["__version__"]


def _jupyter_labextension_paths() -> list[dict[str, str]]:
    return [{"src": "labextension", "dest": "nbflow-labextension"}]


def _jupyter_server_extension_points() -> list[dict[str, object]]:
    # Inside the function: only a server that asks for the extension pays for importing it.
    from nbflow.server.extension import NbflowExtension

    return [{"module": "nbflow.server.extension", "app": NbflowExtension}]


def load_ipython_extension(shell: InteractiveShell) -> None:
    """Register nbflow's magics in `shell`; called by `%load_ext nbflow`."""
    # Inside the function: only a shell that loads the extension needs IPython's magics.
    from nbflow.authoring.magics import load_ipython_extension as load_magics

    load_magics(shell)
