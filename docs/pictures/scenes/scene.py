"""A picture to take: how a person gets there, and where."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from tests.browser.screen import Screen


class Place(Enum):
    """What is open when a scene begins."""

    LAB = "the shop in JupyterLab"
    NOTEBOOK = "the shop in Jupyter Notebook 7"
    EMPTY = "a project without DAGs in JupyterLab"


@dataclass(frozen=True)
class Scene:
    """How to get there, and the height of the window in pixels."""

    show: Callable[[Screen], object]
    height: int = 900
    place: Place = Place.LAB
