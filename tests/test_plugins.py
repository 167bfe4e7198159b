"""The plugins of the panel: each loads wherever JupyterLab's parts are only partly there."""

from __future__ import annotations

import re
from pathlib import Path

PLUGINS = Path(__file__).parents[1] / "labextension" / "src" / "plugins"
# Of JupyterLab's tokens those that Notebook 7 provides as well. Others are optional.
_IN_NOTEBOOK_7 = {"INotebookTracker", "IRenderMimeRegistry"}
_OURS = {"INbflowClient", "INbflowModel", "INbflowPages"}
_REQUIRES = re.compile(r"\brequires: \[([^\]]*)\]")


def test_no_plugin_requires_what_only_jupyterlab_has_so_that_notebook_7_loads_them_all() -> None:
    required = {
        token.strip()
        for file in PLUGINS.glob("*.ts*")
        for tokens in _REQUIRES.findall(file.read_text("utf-8"))
        for token in tokens.split(",")
    }
    assert required - _IN_NOTEBOOK_7 - _OURS == set()
