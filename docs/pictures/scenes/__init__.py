"""What is on each picture, and how a person gets there."""

from __future__ import annotations

from collections.abc import Mapping

from docs.pictures.scenes import administration, dags, dialogs, notebooks, tasks
from docs.pictures.scenes.scene import Scene

SCENES: Mapping[str, Scene] = {
    **dags.SCENES,
    **tasks.SCENES,
    **dialogs.SCENES,
    **notebooks.SCENES,
    **administration.SCENES,
}

IN_HIGH_CONTRAST = ("home", "failure", "grid", "notebook-preview", "trigger")
"""Of these there is a third picture, in JupyterLab's high contrast."""
