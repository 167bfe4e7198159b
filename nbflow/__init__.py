"""nbflow turns Jupyter notebooks into scheduled, parallel, observable workflows.

This module holds the public names and the hooks that Jupyter looks up by name, and nothing else.
Jupyter imports it in every server, so importing it stays cheap.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nbflow._version import __version__

# Public authoring names (DAG, task, NotebookOperator, ...): imported here, listed in __all__.

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

__all__ = ["__version__"]


def _jupyter_labextension_paths() -> list[dict[str, str]]:
    return [{"src": "labextension", "dest": "nbflow-labextension"}]


def _jupyter_server_extension_points() -> list[dict[str, object]]:
    from nbflow.server.extension import NbflowExtension  # noqa: PLC0415 - only servers pay for it

    return [{"module": "nbflow.server.extension", "app": NbflowExtension}]


def load_ipython_extension(shell: InteractiveShell) -> None:
    """Register nbflow's magics in `shell`; called by `%load_ext nbflow`."""
    from nbflow.authoring import magics  # noqa: PLC0415 - only shells that ask pay for it

    magics.load_ipython_extension(shell)
